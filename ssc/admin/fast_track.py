"""The fast track as the auditor reads it (chart 10). Whoever else has a desk is not among those named, and finds nothing.

What a vulnerability is stands nowhere here: it is in the notification to the SSC alone.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString

from cpl.web.records import Fact, Listing, Record, acts_about, facts, owed_about, plain
from secgov.accounts.permissions import Duty
from secgov.journal.desk import tag
from ssc.admin.reading import ReadByDutyAdmin
from ssc.models import FastTrackRequest, SscView, TestSlot
from ssc.portal.fast_track import KINDS, awaited

ANSWER = {True: "yes", False: "no"}


@admin.register(FastTrackRequest)
class FastTrackRequestAdmin(ReadByDutyAdmin):
    """Requests that a combination be tested before its turn."""

    kinds = KINDS
    duty = Duty.READ_FAST_TRACK
    list_display = (
        "reference",
        "organisation",
        "standing",
        "waits",
        "requested_at",
        "date_if_not",
        "date_if_fast",
    )
    list_filter = ("state",)
    search_fields = ("reference", "organisation__name")
    date_hierarchy = "requested_at"
    list_select_related = ("organisation",)

    @admin.display(description="state", ordering="state")
    def standing(self, row: FastTrackRequest) -> SafeString:
        """The state as a word with its shape."""
        return tag("good", "On the Eligible list") if row.eligible_row_id else super().standing(row)

    @admin.display(description="awaited")
    def waits(self, row: FastTrackRequest) -> str:
        """What it waits for."""
        return awaited(row)

    def record(self, row: FastTrackRequest) -> Record:
        """A request: its dates and steps. All that was written about it stands on its own page."""
        view = SscView.objects.filter(request=row).first()
        found = [
            Fact("All of it", row.reference, reverse("ssc:fast-track-request", args=[row.reference])),
            *facts([
                ("Testing Participant", row.organisation), ("Requested", row.requested_at), ("View sought", row.sought_at),
                ("Tested on, if not fast tracked", row.date_if_not), ("Tested on, if fast tracked", row.date_if_fast),
                ("Decided", row.decided_at), ("Device sets received", row.sets_received_on),
                ("On the Eligible list", row.eligible_at),
            ]),
        ]  # fmt: skip
        if view:
            found.append(self.link(view, "The SSC’s view", plain(view.given_at)))
        return Record(
            title=f"Fast track {row}", lede="A Testing Participant asks that it be tested before its turn.", clause="PPCT-9.2",
            state=("good", "On the Eligible list") if row.eligible_row_id else self.state_of(row),
            crumbs=self.crumbs(), here=str(row), facts=found,
            listings=[
                Listing("Tests", [
                    facts([("Outcome", "passed" if each.has_passed else "failed"), ("Tested on", each.tested_on),
                           ("Report", each.evidence)]) for each in row.results.all()
                ]),
                Listing("Days that moved for it", [
                    facts([("Was", each.was_on), ("Is", each.now_on), ("Whose", each.slot.organisation)])
                    for each in row.moved_slots.select_related("slot__organisation")
                ]),
            ],
            acts=acts_about(row), owed=owed_about(row),
        )  # fmt: skip


@admin.register(SscView)
class SscViewAdmin(ReadByDutyAdmin):
    """The SSC's three answers to the DCC, and what became of them at its meeting."""

    duty = Duty.READ_FAST_TRACK
    list_display = (
        "request",
        "was_notified",
        "is_material",
        "warrants",
        "keyed_for_the_chair",
        "given_at",
        "ratified",
    )
    list_filter = ("ratified", "keyed_for_the_chair")
    search_fields = ("request__reference", "minute_reference")
    list_select_related = ("request",)

    def record(self, row: SscView) -> Record:
        """A view: the answers, who gave them, and the ratification."""
        return Record(
            title=f"The SSC’s view on {row.request}", lede="Three separate answers to the DCC.", clause="PPCT-9.16",
            crumbs=self.crumbs(), here=str(row.request),
            facts=[
                self.link(row.request, "Request"),
                *facts([
                    ("The SSC was notified", ANSWER[row.was_notified]), ("Material", ANSWER[row.is_material]),
                    ("Warrants the fast track", ANSWER[row.warrants]), ("Given", row.given_at), ("Given by", row.given_by),
                    ("For the Chair", "written down by the secretary" if row.keyed_for_the_chair else ""),
                    ("Ratified", "waits" if row.ratified is None else ANSWER[row.ratified]), ("Minute", row.minute_reference),
                ]),
            ],
            acts=acts_about(row),
        )  # fmt: skip


@admin.register(TestSlot)
class TestSlotAdmin(ReadByDutyAdmin):
    """The DCC's testing queue."""

    duty = Duty.READ_FAST_TRACK
    list_display = ("combination", "organisation", "planned_on", "priority", "ended_on")
    list_filter = (("ended_on", admin.EmptyFieldListFilter),)
    search_fields = ("combination", "organisation__name", "fast_track__reference")
    list_select_related = ("organisation", "fast_track")

    def record(self, row: TestSlot) -> Record:
        """A place in the queue, and how its day moved."""
        return Record(
            title=row.combination, lede="A place in the testing queue.", clause="PPCT-9.17", crumbs=self.crumbs(), here="Place",
            facts=[
                *([self.link(row.fast_track, "Request")] if row.fast_track else []),
                *facts([
                    ("Testing Participant", row.organisation), ("Planned for", row.planned_on),
                    ("Place among the granted", row.priority), ("Left the queue", row.ended_on), ("Why", row.ended_reason),
                ]),
            ],
            listings=[Listing("Moves", [
                facts([("Was", each.was_on), ("Is", each.now_on), ("Moved", each.moved_at)]) for each in row.moves.all()
            ])],
            acts=acts_about(row),
        )  # fmt: skip
