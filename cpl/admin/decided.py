"""What the Panel, the SSC and the Authority decided, on the Secretariat's desk (Z6.2, Z6.8, Z6.9, F2.2A)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cpl.admin.decisions import draw
from cpl.models import AuthorityOrder, BindingDetermination, PanelDecision, SscAdvice
from cpl.portal.decision_forms import PanelDecisionForm
from cpl.portal.event_forms import AgreeForm
from cpl.portal.judged import refuse
from cpl.services.authority_orders import confirm_authority_order
from cpl.services.decision_documents import give_panel_decision
from cpl.services.panel_choices import FIELDS, confirm_panel_decision
from cpl.services.panel_decisions import limbs_of
from cpl.web import decided
from cpl.web.records import Fact, Listing, Record, Work, acts_about
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag

DESK = "Secretariat"


def _changes(row: PanelDecision | AuthorityOrder | BindingDetermination) -> Listing:
    approve = reverse("admin:cpl_listchange_approve")
    rows = [
        [Fact(str(each), each.get_state_display(), f"{approve}?change={each.pk}")]
        for each in row.changes.all()
    ]
    return Listing("Changes of the list that rest on it", rows)


def _crumbs(model: type[Model], words: str) -> list[tuple[str, str]]:
    return [
        (reverse("admin:index"), DESK),
        (reverse(f"admin:cpl_{model._meta.model_name}_changelist"), words),
    ]


@admin.register(PanelDecision)
class PanelDecisionAdmin(RegisterAdmin):
    """Decisions that the Panel took of its own, each with its minute and its second person."""

    list_display = ("entry", "kind", "standing", "clause", "minute_reference", "decided_on", "recorded_by")
    list_filter = ("state", "kind", "clause")
    search_fields = ("=device_model__number", "minute_reference", "reasons")
    list_select_related = ("device_model", "recorded_by")

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: PanelDecision) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    @admin.display(description="state", ordering="state")
    def standing(self, row: PanelDecision) -> SafeString:
        """The state as a word with its shape."""
        return tag(decided.DECISION_KINDS[row.state], row.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """Add the page that records one, and the second person's button."""
        view = self.admin_site.admin_view
        record = view(require_http_methods(["GET", "HEAD", "POST"])(self.record))
        return [
            path("record/", record, name="cpl_paneldecision_record"),
            path("<int:pk>/confirm/", view(require_POST(self.confirm)), name="cpl_paneldecision_confirm"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show a decision, what it rests on, and the second person's form."""
        return self._page(request, self._row(object_id))

    def record(self, request: HttpRequest) -> HttpResponse:
        """Record what the Panel decided: `?entry=000123` fills in the entry."""
        require(request.user, Duty.PROPOSE_LIST_CHANGE)
        form = PanelDecisionForm(initial={"model": request.GET.get("entry", "")})
        if request.method == "POST":
            form = PanelDecisionForm(request.POST, request.FILES)
            if form.is_valid() and (made := self._given(request, form)):
                messages.success(request, f"{made} is recorded. A second person decides.")
                return redirect("admin:cpl_paneldecision_change", made.pk)
        record = Record(
            title="Record a decision of the Panel",
            lede="To remove, not to remove, to reinstate, or not to reinstate. A decision not to do something is "
            "recorded so that it can be referred.",
            clause="F2.2A",
            crumbs=_crumbs(PanelDecision, "Panel decisions"),
            here="Record",
            works=[Work("The decision", request.get_full_path(), form, "Record the decision")],
        )
        return draw(request, "cpl/record.html", record.context(), status=422 if form.errors else 200)

    def _given(self, request: HttpRequest, form: PanelDecisionForm) -> PanelDecision | None:
        values = form.cleaned_data
        try:
            return give_panel_decision(
                model=values["model"], by=request.user, at=clock.now(), others=values["others"],
                values={name: values[name] for name in FIELDS if name in values and name != "evidence"},
                public_reason=values["public_reason"], upload=values["evidence"], classification=values["classification"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, called={"device_model": "model", "other_models": "others"})
            return None

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm as the second person, or send it back."""
        row = self._row(pk)
        form = AgreeForm(request.POST)
        if form.is_valid():
            try:
                confirm_panel_decision(decision=row, by=request.user, at=clock.now(), **agreed(form))
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, "Your decision is recorded.")
                return redirect("admin:cpl_paneldecision_change", pk)
        return self._page(request, row, form)

    def _row(self, pk: Any) -> PanelDecision:
        rows = PanelDecision.objects.select_related(
            "device_model", "recorded_by", "second_by", "advice", "evidence"
        )
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _page(
        self, request: HttpRequest, row: PanelDecision, refused: AgreeForm | None = None
    ) -> HttpResponse:
        waits = row.state == PanelDecision.State.RECORDED
        alone = not row.changes.exists()
        works = []
        if waits and alone and permitted(request.user, Duty.APPROVE_LIST_CHANGE):
            form = refused or AgreeForm(initial={"version": row.version})
            action = reverse("admin:cpl_paneldecision_confirm", args=[row.pk])
            works = [Work("Your decision", action, form, "Record my decision")]
        record = Record(
            title=str(row),
            lede="A Party may refer it to the Authority."
            if alone
            else "It is confirmed by approving its change of the list.",
            clause=row.clause,
            state=(decided.DECISION_KINDS[row.state], row.get_state_display()),
            crumbs=_crumbs(PanelDecision, "Panel decisions"),
            here=f"Entry {row.device_model}",
            facts=decided.of_decision(row),
            limbs=limbs_of(row) if waits else (),
            listings=[] if alone else [_changes(row)],
            works=works,
            acts=acts_about(row),
        )  # fmt: skip
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)


@admin.register(AuthorityOrder)
class AuthorityOrderAdmin(RegisterAdmin):
    """What the Authority determined of entries: written by its recorder, confirmed here."""

    list_display = ("entry", "outcome", "standing", "clause", "reference", "ordered_on", "recorded_by")
    list_filter = ("state", "outcome")
    search_fields = ("=device_model__number", "reference", "text")
    list_select_related = ("device_model", "recorded_by")

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: AuthorityOrder) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    @admin.display(description="state", ordering="state")
    def standing(self, row: AuthorityOrder) -> SafeString:
        """The state as a word with its shape."""
        return tag(decided.ORDER_KINDS[row.state], row.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """Add the second person's button."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/confirm/", view(require_POST(self.confirm)), name="cpl_authorityorder_confirm"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show an order and, while it waits, the second person's form."""
        return self._page(request, self._row(object_id))

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm that this is what the Authority determined, or that it is not."""
        row = self._row(pk)
        form = AgreeForm(request.POST)
        if form.is_valid():
            try:
                confirm_authority_order(order=row, by=request.user, at=clock.now(), **agreed(form))
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, "Your decision is recorded.")
                return redirect("admin:cpl_authorityorder_change", pk)
        return self._page(request, row, form)

    def _row(self, pk: Any) -> AuthorityOrder:
        rows = AuthorityOrder.objects.select_related("device_model", "recorded_by", "second_by", "document")
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _page(
        self, request: HttpRequest, row: AuthorityOrder, refused: AgreeForm | None = None
    ) -> HttpResponse:
        works = []
        if row.state == AuthorityOrder.State.RECORDED and permitted(
            request.user, Duty.CONFIRM_AUTHORITY_ORDER
        ):
            form = refused or AgreeForm(initial={"version": row.version})
            action = reverse("admin:cpl_authorityorder_confirm", args=[row.pk])
            works = [Work("Is this what the Authority determined?", action, form, "Record my decision")]
        record = Record(
            title=str(row),
            lede="Once confirmed it overrides what the Panel or the SSC decided; the change of the list still has its "
            "second person.",
            clause=row.clause,
            state=(decided.ORDER_KINDS[row.state], row.get_state_display()),
            crumbs=_crumbs(AuthorityOrder, "Orders of the Authority"),
            here=f"Entry {row.device_model}",
            facts=decided.of_order(row),
            listings=[_changes(row)],
            works=works,
            acts=acts_about(row),
        )
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)


@admin.register(BindingDetermination)
class BindingDeterminationAdmin(RegisterAdmin):
    """What the SSC determined, as it binds the Panel. The desk reads it; the SSC records and confirms it."""

    list_display = (
        "device_model",
        "clause",
        "outcome",
        "state",
        "minute_reference",
        "determined_on",
        "confirmed_by",
    )
    list_filter = ("state", "outcome", "clause")
    search_fields = ("=device_model__number", "minute_reference")
    list_select_related = ("device_model", "confirmed_by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show a determination and the change that follows from it."""
        row = get_object_or_404(
            BindingDetermination.objects.select_related("device_model"),
            pk=object_id if object_id.isdigit() else None,
        )
        record = Record(
            title=str(row),
            lede="The Panel does as the SSC determines, neither more nor less.",
            clause=row.clause,
            state=(decided.DETERMINATION_KINDS[row.state], row.get_state_display()),
            crumbs=_crumbs(BindingDetermination, "Determinations"),
            here=f"Entry {row.device_model}",
            facts=decided.of_determination(row),
            listings=[_changes(row)],
            acts=acts_about(row),
        )
        return draw(request, "cpl/record.html", record.context())


@admin.register(SscAdvice)
class SscAdviceAdmin(RegisterAdmin):
    """The SSC's advice on SMETS1 Device Models."""

    list_display = ("device_model", "minute_reference", "advised_on", "recorded_by", "withdrawn_at")
    search_fields = ("=device_model__number", "minute_reference", "text")
    list_select_related = ("device_model", "recorded_by")


def agreed(form: AgreeForm) -> dict[str, Any]:
    """What the second person said: the version seen, yes or no, and why."""
    return {name: form.cleaned_data[name] for name in ("version", "agree", "reason")}
