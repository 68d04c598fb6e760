"""The DCC's people provide its lists here, and take back what a Testing Participant has called confidential."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cpl.list_reading import CSV, JSON
from cpl.models import DccListVersion, PendingRow, WithheldCombination
from cpl.portal.frame import page
from cpl.portal.judged import refuse
from cpl.rules.dcc_lists import COLUMNS, PENDING
from cpl.rules.smets1_lists import device_in_words
from cpl.services.dcc_list_contents import age_in_days, rows_of
from cpl.services.dcc_lists import newest_version, take_list, withhold_combination
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock

Kind = DccListVersion.Kind
PATHS = {
    Kind.DEPLOYED: "/deployed-products/",
    Kind.ELIGIBLE: "/smets1/",
    Kind.PENDING: "/smets1/?list=pending",
}
SHOWN = 50


class ListForm(forms.Form):
    """A list in a file."""

    use_required_attribute = False
    kind = forms.ChoiceField(label="Which list", choices=Kind.choices)
    file = forms.FileField(
        label="The whole list", max_length=300, help_text="CSV or JSON. It takes the place of the version before.",
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
        error_messages={"required": "Choose the file with the list.", "empty": "The file is empty. Choose it again."},
    )  # fmt: skip
    check_only = forms.BooleanField(label="Check it only; keep nothing", required=False)


class WithholdForm(forms.Form):
    """Why a combination is taken back."""

    use_required_attribute = False
    reason = forms.CharField(
        label="Reason", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who called it confidential, and when. Name no device: the reason is kept in the journal.",
        error_messages={"required": "Say who called it confidential, and when."},
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Show the newest version of each list, and take a whole new one. Nothing is kept of a list with a bad row."""
    require(request.user, Duty.PROVIDE_DCC_LISTS)
    form = ListForm(
        request.POST or None, request.FILES or None, initial={"kind": request.GET.get("list", "")}
    )
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            taken = take_list(
                kind=form.cleaned_data["kind"], data=file.read(), form=JSON if file.name.lower().endswith(".json") else CSV,
                by=request.user, at=clock.now(), dry_run=form.cleaned_data["check_only"],
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.field.startswith("rows."):
                context["bad_rows"] = refusal.each
                form.add_error("file", refusal.message)
            else:
                refuse(form, refusal)
        else:
            if taken.version is not None:
                words = "is published" if taken.version.published_at else "is kept; it is never public"
                again = (
                    "" if taken.created else " These are the bytes of the newest version: nothing changed."
                )
                said = [f"{taken.version} {words}: {taken.rows:,} rows.{again}", *taken.remarks]
                messages.success(request, " ".join(said))
                return redirect("portal:dcc-lists")
            context["checked"] = taken
    return page(request, "dcc_lists.html", context | _standing(request), status=422 if form.errors else 200)


def _standing(request: HttpRequest) -> dict[str, Any]:
    at = clock.now()
    newest = [(kind, newest_version(kind)) for kind in map(Kind, COLUMNS)]
    lists = [
        {
            "kind": kind.value,
            "label": kind.label,
            "version": version,
            "age": age_in_days(version, at=at) if version else None,
            "path": PATHS.get(kind, ""),
            "columns": ",".join(column for part in COLUMNS[kind] for column in part),
        }
        for kind, version in newest
    ]
    pending = newest_version(PENDING)
    rows = rows_of(pending, confidential=True) if pending else PendingRow.objects.none()
    found = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    withheld = set(WithheldCombination.objects.values_list("key", flat=True))
    shown = [
        {
            "row": row,
            "devices": [device_in_words(each) for each in row.devices],
            "withheld": row.key in withheld,
        }
        for row in found
    ]
    return {"lists": lists, "page": found, "pending": shown}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withhold(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pending combination out of what others see, of earlier versions too."""
    require(request.user, Duty.PROVIDE_DCC_LISTS, hidden=True)
    row = get_object_or_404(PendingRow.objects.select_related("version"), pk=pk)
    form = WithholdForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withhold_combination(row=row, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"Row {row.row} is withheld. Leave it out of the next list.")
        return redirect("portal:dcc-lists")
    context = {"form": form, "row": row, "devices": [device_in_words(each) for each in row.devices]}
    return page(request, "dcc_withhold.html", context, status=422 if form.errors else 200)
