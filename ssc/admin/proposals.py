"""Proposals on the desk, as the Secretariat and the auditor read them; the steps are the SSC's, on its own pages (chart 9)."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from cpl.web.records import Fact, Listing, Record, acts_about, facts, owed_about
from secgov.accounts.permissions import Duty
from secgov.journal import clock
from secgov.journal.desk import tag
from ssc.admin.reading import ReadByDutyAdmin
from ssc.models import Proposal
from ssc.proposal_progress import TAGS, WITH_STANDING, progress_of

KINDS = {state: TAGS.get(Proposal.State(state), "info") for state in Proposal.State.values}


@admin.register(Proposal)
class ProposalAdmin(ReadByDutyAdmin):
    """What was handed in to the SSC. A draft is nobody else's business."""

    kinds = KINDS
    duty = Duty.READ_PROPOSALS
    list_display = (
        "reference", "called", "pressing", "standing", "proposer_organisation", "classification", "awaited", "submitted_at",
    )  # fmt: skip
    list_filter = ("state", "kind", "classification", "channel")
    ordering = (F("urgent").desc(nulls_last=True), "submitted_at")
    search_fields = ("reference", "sc_title", "use_case_title", "proposer_organisation")
    date_hierarchy = "submitted_at"
    list_select_related = ("organisation", "affected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Those that were handed in and that the person may see."""
        rows = Proposal.objects.visible_to(request.user).exclude(submitted_at=None)
        return rows.order_by(*self.ordering).prefetch_related(*WITH_STANDING)

    @admin.display(description="title")
    def called(self, row: Proposal) -> str:
        """The title that fits its kind."""
        return row.title

    @admin.display(description="", ordering="urgent", empty_value="")
    def pressing(self, row: Proposal) -> SafeString | None:
        """Whether its need is urgent: such ones stand first (SC-A2-Q6)."""
        return tag("warn", "Urgent") if row.urgent else None

    @admin.display(description="awaited from")
    def awaited(self, row: Proposal) -> str:
        """From whom something is awaited now, and what."""
        found = progress_of(row, on=clock.today(), inside=True).awaited
        return f"{found.whom}: {found.what}" if found else ""

    def record(self, row: Proposal) -> Record:
        """A proposal: its stages, who supports it, what was asked and advised, the decision. The form is a link."""
        progress = progress_of(row, on=clock.today(), inside=True)
        report: Any = getattr(row, "report", None)
        return Record(
            title=f"{row}: {row.title}", lede=f"{row.get_kind_display()}, by {row.proposer_organisation}.", clause="SC-6.1",
            state=self.state_of(row), crumbs=self.crumbs(), here=str(row),
            facts=[
                Fact("The form, and each step", str(row), reverse("ssc:proposal", args=[row.pk])),
                *facts([
                    ("Classification", row.get_classification_display()), ("Urgent", row.urgent_text if row.urgent else ""),
                    ("Came by", row.get_channel_display()), ("Handed in", row.submitted_at),
                    ("Awaited", f"{progress.awaited.whom}: {progress.awaited.what}" if progress.awaited else ""),
                    ("Since", progress.since if progress.awaited else None), ("Target of the SSC", progress.target_on),
                    ("The Panel hears of it", row.get_panel_updates_display() if row.triaged_at else ""),
                    ("Triage found", row.triage_finding), ("Ended", row.ended_at), ("Why", row.ended_reason),
                ]),
                *([Fact("Report", report.title, reverse("ssc:proposal-report", args=[row.pk]))] if report else []),
            ],
            listings=[
                Listing("Stages", [facts([(each.get_stage_display(), each.entered_at), ("Target", each.target_on)])
                                   for each in row.stages.all()]),
                Listing("Supporting Parties", [
                    facts([("Party", each.party), ("Confirmed", each.confirmed_at), ("Declined", each.declined_at),
                           ("Named no longer, since", each.withdrawn_at)])
                    for each in row.supports.select_related("party")
                ]),
                Listing("Working Groups", [[self.link(each, each.get_state_display())] for each in row.working_groups.all()]),
                Listing("Consultations", [
                    [Fact(f"Until {each.ends_on.day} {each.ends_on:%B %Y}", f"Consultation {each.number}",
                          reverse("ssc:consultation", args=[each.pk]))]
                    for each in row.consultations.all()
                ]),
            ],
            acts=acts_about(row),
            owed=owed_about(row),
        )  # fmt: skip
