"""CPA Working Groups on the desk: who is on them, when they meet, which papers they had (SC Methodology, Appendix 1)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from cpl.web.records import Listing, Record, acts_about, facts
from secgov.accounts.permissions import Duty
from ssc.admin.reading import ReadByDutyAdmin
from ssc.models import GroupMember, GroupPaper, WorkingGroup

GROUP_KINDS = {"open": "info", "closed": "gone"}
MEMBER_KINDS = {"invited": "", "active": "good", "ended": "gone"}


@admin.register(WorkingGroup)
class WorkingGroupAdmin(ReadByDutyAdmin):
    """The groups that the SSC convened."""

    kinds = GROUP_KINDS
    duty = Duty.READ_PROPOSALS
    list_display = ("name", "standing", "convened_at", "closed_at")
    list_filter = ("state",)
    search_fields = ("name", "proposals__reference")

    def record(self, row: WorkingGroup) -> Record:
        """A group: what it considers, whom it invited, its members and meetings. What they found is the SSC's."""
        return Record(
            title=str(row), lede="It advises the SSC, and decides nothing.", clause="SC-6.8",
            state=self.state_of(row), crumbs=self.crumbs(), here=str(row),
            facts=[
                *[self.link(each, "Considers") for each in row.proposals.all()],
                *facts([
                    ("Areas", row.areas), ("Variations", row.variations), ("Convened", row.convened_at),
                    ("Closed", row.closed_at), ("Why", row.closed_reason),
                ]),
            ],
            listings=[
                Listing("Invited", [
                    facts([("Category", each.category), ("Who", each.organisation or each.invitee),
                           ("Left out, because", each.left_out_reason)])
                    for each in row.invitations.select_related("organisation")
                ]),
                Listing("Members", [
                    [self.link(each, each.get_state_display(), f"{each.person}, {each.organisation}")]
                    for each in row.members.select_related("person", "organisation")
                ]),
                Listing("Meetings", [
                    facts([("When", each.starts_at), ("Where", each.place), ("How", each.get_mode_display()),
                           ("Minuted", each.minuted_at),
                           ("Level of the minutes", each.get_minutes_level_display() if each.minuted_at else ""),
                           ("Called off, because", each.called_off_reason)])
                    for each in row.meetings.all()
                ]),
            ],
            acts=acts_about(row),
        )  # fmt: skip


@admin.register(GroupMember)
class GroupMemberAdmin(ReadByDutyAdmin):
    """Who is on a group, and was."""

    kinds = MEMBER_KINDS
    duty = Duty.READ_PROPOSALS
    list_display = ("person", "organisation", "group", "standing", "invited_at", "joined_at", "ended_at")
    list_filter = ("state", "end")
    search_fields = ("person__name", "organisation__name", "group__name")
    list_select_related = ("person", "organisation", "group")

    def record(self, row: GroupMember) -> Record:
        """A membership: what was confirmed and undertaken, and how it ended."""
        return Record(
            title=f"{row.person}", lede=f"On {row.group}, for {row.organisation}.", clause="SC-A1.2",
            state=self.state_of(row), crumbs=self.crumbs(), here=str(row.person),
            facts=[
                self.link(row.group, "Group"),
                *facts([
                    ("Invited", row.invited_at), ("Joined", row.joined_at), ("Terms accepted", row.terms or ""),
                    ("Interests declared", row.interests), ("Ended", row.ended_at), ("How", row.get_end_display()),
                    ("Why", row.ended_reason),
                ]),
            ],
            listings=[Listing("Undertakings", [
                facts([("Level", each.get_level_display()), ("Given", each.given_at)]) for each in row.undertakings.all()
            ])],
            acts=acts_about(row),
        )  # fmt: skip


@admin.register(GroupPaper)
class GroupPaperAdmin(ReadByDutyAdmin):
    """Papers before the groups: their level and times, for the auditor; the papers themselves are on the group's page."""

    duty = Duty.READ_CASES
    list_display = ("title", "group", "level", "sent_at", "late_reason")
    search_fields = ("title", "group__name")
    list_select_related = ("group", "document")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupPaper]:
        """Those that the person may read."""
        return GroupPaper.objects.visible_to(request.user).select_related("group", "document", "meeting")

    @admin.display(description="level", ordering="document__classification")
    def level(self, row: GroupPaper) -> str:
        """Its classification."""
        return row.document.get_classification_display()

    def record(self, row: GroupPaper) -> Record:
        """A paper: its level, its meeting, and why it came late."""
        return Record(
            title=row.title, lede=f"A paper before {row.group}.", clause="SC-A1.4", crumbs=self.crumbs(), here="Paper",
            facts=[
                self.link(row.group, "Group"),
                *facts([
                    ("Level", row.document.get_classification_display()), ("Sent", row.sent_at), ("For", row.meeting or ""),
                    ("Late, because", row.late_reason),
                ]),
            ],
            acts=acts_about(row),
        )  # fmt: skip
