"""What the Panel, the SSC and the Authority decided, on the Secretariat's desk (Z6.2, Z6.8, Z6.9, F2.2A)."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cpl.admin.decisions import draw
from cpl.admin.record_pages import RecordAdmin, SecondPersonAdmin
from cpl.models import AuthorityOrder, BindingDetermination, PanelDecision, SscAdvice
from cpl.portal.decision_forms import PanelDecisionForm
from cpl.portal.judged import refuse
from cpl.services.authority_orders import confirm_authority_order
from cpl.services.decision_documents import give_panel_decision
from cpl.services.panel_choices import FIELDS, confirm_panel_decision
from cpl.services.panel_decisions import limbs_of
from cpl.web import decided
from cpl.web.records import Fact, Listing, Record, Work, acts_about
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier


def _changes(row: PanelDecision | AuthorityOrder | BindingDetermination) -> Listing:
    approve = reverse("admin:cpl_listchange_approve")
    rows = [
        [Fact(str(each), each.get_state_display(), f"{approve}?change={each.pk}")]
        for each in row.changes.all()
    ]
    return Listing("Changes of the list that rest on it", rows)


@admin.register(PanelDecision)
class PanelDecisionAdmin(SecondPersonAdmin):
    """Decisions that the Panel took of its own, each with its minute and its second person."""

    kinds = decided.DECISION_KINDS
    duty_of_second = Duty.APPROVE_LIST_CHANGE
    list_display = ("entry", "kind", "standing", "clause", "minute_reference", "decided_on", "recorded_by")
    list_filter = ("state", "kind", "clause")
    search_fields = ("=device_model__number", "minute_reference", "reasons")
    list_select_related = ("device_model", "recorded_by", "second_by", "advice", "evidence")

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: PanelDecision) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    def get_urls(self) -> list[URLPattern]:
        """Add the page that records one."""
        start = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.start))
        return [path("record/", start, name="cpl_paneldecision_record"), *super().get_urls()]

    def start(self, request: HttpRequest) -> HttpResponse:
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
            crumbs=self.crumbs(),
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

    def decide(self, row: PanelDecision, **said: Any) -> None:
        """Confirm as the second person, or send it back."""
        confirm_panel_decision(decision=row, **said)

    def waits(self, row: PanelDecision) -> bool:
        """Say whether it waits here: one with a change of the list is confirmed by approving that."""
        return super().waits(row) and not row.changes.exists()

    def record(self, row: PanelDecision) -> Record:
        """A decision, what it rests on, and what follows from it."""
        alone = not row.changes.exists()
        return Record(
            title=str(row),
            lede="A Party may refer it to the Authority."
            if alone
            else "It is confirmed by approving its change of the list.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=f"Entry {row.device_model}",
            facts=decided.of_decision(row),
            limbs=limbs_of(row) if row.state == self.waiting else (),
            listings=[] if alone else [_changes(row)],
            acts=acts_about(row),
        )


@admin.register(AuthorityOrder)
class AuthorityOrderAdmin(SecondPersonAdmin):
    """What the Authority determined of entries: written by its recorder, confirmed here."""

    kinds = decided.ORDER_KINDS
    duty_of_second = Duty.CONFIRM_AUTHORITY_ORDER
    question = "Is this what the Authority determined?"
    list_display = ("entry", "outcome", "standing", "clause", "reference", "ordered_on", "recorded_by")
    list_filter = ("state", "outcome")
    search_fields = ("=device_model__number", "reference", "text")
    list_select_related = ("device_model", "recorded_by", "second_by", "document")

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: AuthorityOrder) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    def decide(self, row: AuthorityOrder, **said: Any) -> None:
        """Confirm that this is what the Authority determined, or that it is not."""
        confirm_authority_order(order=row, **said)

    def record(self, row: AuthorityOrder) -> Record:
        """An order, and the changes of the list that rest on it."""
        return Record(
            title=str(row),
            lede="Once confirmed it overrides what the Panel or the SSC decided; the change of the list still has its "
            "second person.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=f"Entry {row.device_model}",
            facts=decided.of_order(row),
            listings=[_changes(row)],
            acts=acts_about(row),
        )


@admin.register(BindingDetermination)
class BindingDeterminationAdmin(RecordAdmin):
    """What the SSC determined, as it binds the Panel. The desk reads it; the SSC records and confirms it."""

    kinds = decided.DETERMINATION_KINDS
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

    def record(self, row: BindingDetermination) -> Record:
        """A determination and the change that follows from it."""
        return Record(
            title=str(row),
            lede="The Panel does as the SSC determines, neither more nor less.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=f"Entry {row.device_model}",
            facts=decided.of_determination(row),
            listings=[_changes(row)],
            acts=acts_about(row),
        )


@admin.register(SscAdvice)
class SscAdviceAdmin(RegisterAdmin):
    """The SSC's advice on SMETS1 Device Models."""

    list_display = ("device_model", "minute_reference", "advised_on", "recorded_by", "withdrawn_at")
    search_fields = ("=device_model__number", "minute_reference", "text")
    list_select_related = ("device_model", "recorded_by")
