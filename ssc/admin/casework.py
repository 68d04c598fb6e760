"""Cases, determinations, plans and remedy notices as the Secretariat, the Approver and the auditor read them (charts 6, 7).

The SSC decides, on its own pages. Whoever has a desk and a conflict of interest in a case does not see it here either.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from cpl.admin.record_pages import RecordAdmin
from cpl.web.records import Fact, Listing, Record, acts_about, facts, owed_about
from secgov.journal.desk import identifier, tag
from ssc.models import Case, ConflictOfInterest, Determination, RemedialPlan, RemedyNotice

CASE_KINDS = {"open": "info", "determined": "law", "void": "gone"}
DETERMINATION_KINDS = {"draft": "", "put": "warn", "confirmed": "law", "refused": "gone", "dropped": "gone"}
PLAN_KINDS = {
    "imposed": "warn", "proposed": "info", "commented": "info", "approved": "good", "completed": "good",
    "discharged": "gone",
}  # fmt: skip
NOTICE_KINDS = {"running": "bad", "remedied": "good", "ended": "gone"}
SERIOUSNESS = {"high": "bad", "medium": "warn", "low": "info", "": ""}


class CaseworkAdmin(RecordAdmin):
    """Rows of a case: `to_case` leads to it. A conflict of interest hides them."""

    to_case = "case"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out the cases in which the person has declared a conflict of interest."""
        conflicts = ConflictOfInterest.objects.filter(member=request.user, ended_at=None)
        return super().get_queryset(request).exclude(Exists(conflicts.filter(case=OuterRef(self.to_case))))


def _entry(model: Any) -> Fact:
    return Fact("Entry", f"{model}", f"/cpl/entries/{model}/")


@admin.register(Case)
class CaseAdmin(CaseworkAdmin):
    """The SSC's cases."""

    to_case = "pk"
    kinds = CASE_KINDS
    list_display = ("reference", "entry", "standing", "grave", "target_date", "opened_at", "determined_at")
    list_filter = ("state", "seriousness")
    search_fields = ("reference", "=device_model__number")
    date_hierarchy = "opened_at"
    list_select_related = ("device_model",)

    @admin.display(description="entry", ordering="device_model")
    def entry(self, row: Case) -> SafeString:
        """The entry that it is about."""
        return identifier(row.device_model)

    @admin.display(description="seriousness", ordering="seriousness")
    def grave(self, row: Case) -> SafeString:
        """How serious the SSC finds it."""
        return tag(SERIOUSNESS[row.seriousness], row.get_seriousness_display() or "Not triaged")

    def record(self, row: Case) -> Record:
        """A case: its events, its triage, what was asked and determined. The papers are the SSC's own."""
        return Record(
            title=f"Case {row}",
            lede="The SSC determines whether the Device Model is to be removed.",
            clause="Z6.2",
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=str(row),
            facts=[
                _entry(row.device_model),
                *facts([
                    ("Opened", row.opened_at), ("Seriousness", row.get_seriousness_display()),
                    ("Target", row.target_date), ("Determined", row.determined_at), ("Returned", row.returned_at),
                    ("New fact", row.returned_reason), ("Void", row.void_at), ("Why", row.void_reason),
                ]),
            ],
            listings=[
                Listing("Events", [facts([("Event", each.event), ("State", each.event.get_state_display()),
                                          ("Joined", each.joined_at)])
                                   for each in row.events.select_related("event__certificate")]),
                Listing("Asked for information", [facts([("Of", each.addressee), ("Reply by", each.reply_by)])
                                                  for each in row.requests.select_related("addressee")]),
                Listing("Determinations", [[self.link(each, each.get_clause_display())] for each in row.determinations.all()]),
            ],
            acts=acts_about(row),
            owed=owed_about(row),
        )  # fmt: skip


@admin.register(Determination)
class DeterminationAdmin(CaseworkAdmin):
    """What the SSC determined, with all that it weighed."""

    kinds = DETERMINATION_KINDS
    list_display = ("case", "clause", "outcome", "with_plan", "standing", "minute_reference", "determined_on")
    list_filter = ("state", "outcome", "clause")
    search_fields = ("case__reference", "=case__device_model__number", "minute_reference")
    list_select_related = ("case",)

    def record(self, row: Determination) -> Record:
        """A determination: outcome, what was weighed, whose plan it imposes, how it binds the Panel."""
        bound = row.binding
        binding = (
            [
                Fact(
                    "Binds the Panel as",
                    str(bound),
                    reverse("admin:cpl_bindingdetermination_change", args=[bound.pk]),
                )
            ]
            if bound
            else []
        )
        return Record(
            title=str(row),
            lede="The Panel does as the SSC determines, neither more nor less.",
            clause=row.clause,
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=str(row.case),
            facts=[
                self.link(row.case, "Case"),
                _entry(row.case.device_model),
                *facts([
                    ("Outcome", row.get_outcome_display()), ("Remedial Plan", "imposed" if row.with_plan else "none"),
                    ("Imposed on", ", ".join(each.name for each in row.obliged.all())),
                    ("Security implications", row.security_implications),
                    ("Consequences for Energy Consumers", row.consumer_consequences), ("Weighing", row.weighing),
                    ("NCSC", "provided no information" if row.ncsc_provided_none else row.ncsc_information),
                    ("Reasons", row.reasons), ("Minute", row.minute_reference), ("Determined", row.determined_on),
                    ("Prepared by", row.prepared_by), ("Confirmed by", row.decided_by), ("Then", row.decided_at),
                ]),
                *binding,
            ],
            listings=[Listing("Plans", [[self.link(each, each.organisation.name)]
                                        for each in row.plans.select_related("organisation")])],
            acts=acts_about(row),
        )  # fmt: skip


@admin.register(RemedialPlan)
class RemedialPlanAdmin(CaseworkAdmin):
    """The plans that the SSC imposed."""

    to_case = "determination__case"
    kinds = PLAN_KINDS
    list_display = ("reference", "organisation", "standing", "imposed_at", "completed_at", "discharged_at")
    list_filter = ("state",)
    search_fields = ("reference", "organisation__name", "determination__case__reference")
    date_hierarchy = "imposed_at"
    list_select_related = ("organisation",)

    def record(self, row: RemedialPlan) -> Record:
        """A plan: its periods, versions and remedy notices."""
        return Record(
            title=f"Remedial Plan {row}",
            lede=f"Imposed on {row.organisation}. The SSC decides on it.",
            clause="Z6.3",
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=str(row),
            facts=[
                self.link(row.determination, "Determination"),
                _entry(row.determination.case.device_model),
                *facts([
                    ("Party", row.organisation), ("Imposed", row.imposed_at), ("Completed", row.completed_at),
                    ("Discharged", row.discharged_at), ("Why", row.ended_reason),
                ]),
            ],
            listings=[
                Listing("Periods", [facts([("Time", f"{each.days} {each.get_unit_display()} {each.get_kind_display()}"),
                                           ("Last day", each.last_day)]) for each in row.periods.all()]),
                Listing("Versions", [facts([
                    ("Version", f"{each.number}, {each.get_state_display().lower()}{', late' if each.was_late else ''}"),
                    ("Submitted", each.submitted_at), ("Decided", each.decided_at), ("Why", each.decided_reason)])
                    for each in row.versions.all()]),
                Listing("Remedy notices", [[self.link(each, each.get_state_display())] for each in row.remedy_notices.all()]),
            ],
            acts=acts_about(row),
            owed=owed_about(row),
        )  # fmt: skip


@admin.register(RemedyNotice)
class RemedyNoticeAdmin(CaseworkAdmin):
    """Notices that require a failure to be remedied; the condition of Z6.5 is reported, a default never declared."""

    to_case = "plan__determination__case"
    kinds = NOTICE_KINDS
    list_display = (
        "plan",
        "number",
        "ground",
        "standing",
        "sent_at",
        "announced_last_day",
        "remedied_on",
        "reported_at",
    )
    list_filter = ("state", "ground")
    search_fields = ("plan__reference", "plan__organisation__name")
    date_hierarchy = "sent_at"
    list_select_related = ("plan",)

    def record(self, row: RemedyNotice) -> Record:
        """A notice: its ground, its time and what became of it."""
        return Record(
            title=str(row),
            lede=f"{row.plan.organisation} is to remedy a failure within 20 Working Days.",
            clause="Z6.5",
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=f"Notice {row.number}",
            facts=[
                self.link(row.plan, "Plan"),
                *facts([
                    ("Ground", row.get_ground_display()), ("Milestone", row.milestone), ("It says", row.text),
                    ("Minute", row.minute_reference), ("Sent", row.sent_at), ("Last day announced", row.announced_last_day),
                    ("Remedied", row.remedied_on), ("Recorded", row.ended_at), ("Why", row.ended_reason),
                    ("Condition of Z6.5 reported", row.reported_at),
                ]),
            ],
            listings=[Listing("Suspensions", [facts([
                ("From", each.suspended_at), ("To", each.resumed_at), ("Why", each.reason)])
                for each in row.suspensions.all()])],
            acts=acts_about(row),
            owed=owed_about(row),
        )  # fmt: skip
