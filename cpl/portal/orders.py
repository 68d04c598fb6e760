"""What the Authority determined, written down by its own recorder (F2.2A, F2.7B, A-71)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import AuthorityOrder
from cpl.portal.decision_forms import OrderForm
from cpl.portal.frame import page
from cpl.portal.judged import refuse
from cpl.services.authority_orders import FIELDS
from cpl.services.decision_documents import give_order
from cpl.web import decided
from cpl.web.records import Listing, Record, Work, facts
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def orders(request: HttpRequest) -> HttpResponse:
    """Show what was recorded, and take the next."""
    require(request.user, Duty.RECORD_AUTHORITY_ORDER)
    form = OrderForm()
    if request.method == "POST":
        form = OrderForm(request.POST, request.FILES)
        if form.is_valid():
            values = form.cleaned_data
            try:
                made = give_order(
                    model=values["model"], by=request.user, at=clock.now(), upload=values["document"],
                    values={name: values[name] for name in FIELDS if name != "document"},
                    classification=values["classification"],
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("portal:order", made.pk)
    rows = AuthorityOrder.objects.select_related("device_model")[:50]
    record = Record(
        title="Orders of the Authority",
        lede="What the Authority determined of an entry is final. A member of the Secretariat confirms what you write.",
        clause="F2.2A",
        crumbs=[(reverse("portal:home"), "Portal")],
        here="Orders",
        listings=[Listing("Recorded so far", [_line(each) for each in rows], "Nothing yet.")],
        works=[Work("Record what the Authority determined", request.path, form, "Record the order")],
    )
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _line(row: AuthorityOrder) -> list[decided.Fact]:
    return [
        decided.Fact("Order", str(row), reverse("portal:order", args=[row.pk])),
        *facts(
            [("State", row.get_state_display()), ("Determined", row.ordered_on), ("Reference", row.reference)]
        ),
    ]


@login_required
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order and where it stands."""
    require(request.user, Duty.RECORD_AUTHORITY_ORDER)
    row = get_object_or_404(AuthorityOrder.objects.select_related("device_model"), pk=pk)
    record = Record(
        title=str(row),
        lede="From its confirmation it overrides what the Panel or the SSC had decided.",
        clause=row.clause,
        state=(decided.ORDER_KINDS[row.state], row.get_state_display()),
        crumbs=[(reverse("portal:home"), "Portal"), (reverse("portal:orders"), "Orders")],
        here=f"Entry {row.device_model}",
        facts=decided.of_order(row),
    )
    return page(request, "record.html", record.context())
