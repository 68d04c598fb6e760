"""A Working Group at work: its terms, members, a meeting ahead with papers, and what it has found so far. All invented."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from secgov.accounts.models import Organisation, User
from secgov.time_rules import LONDON, london_day
from ssc.models import WorkingGroup
from ssc.services import group_meetings, group_members

TERMS = """\
The group assists the SSC with Security Characteristics and use cases. It advises, and decides nothing.
Members act fairly, objectively and impartially, declare their interests, and have the time.
What is shared is kept at its level. Whoever no longer takes part says so.
The Chair of the SSC chairs. Papers come five Working Days before a meeting, wherever possible."""
COSTS = (
    b"Item,Low,High\r\nClosing the port in production,120000,260000\r\nLending the maker's tool,4000,9000\r\n"
)


def load_groups(*, people: dict[str, User], at: dt.datetime) -> None:
    """Terms of reference, two members who have joined, a meeting in five weeks, two papers, an estimate and an alternative."""
    secretary, today = people["ssc-secretary"], london_day(at)
    group_members.record_terms(text=TERMS, from_on=today, by=secretary, at=at)
    group = WorkingGroup.objects.order_by("pk").first()
    if group is None:
        return
    group_members.invite_member(
        group=group, person=people["supplier2"], organisation=_own(people["supplier2"]), by=secretary, at=at
    )
    for name, levels in (("working-group-member", ("green", "amber")), ("test-lab", ("green",))):
        person = people[name]
        group_members.invite_member(
            group=group, person=person, organisation=_own(person), by=secretary, at=at
        )
        group_members.join_group(
            group=group, by=person, at=at, terms_version=1, is_available=True, is_fair=True, is_impartial=True,
            interests="None.", levels=levels, signature=str(person),
        )  # fmt: skip
    meeting = group_meetings.call_group_meeting(
        group=group, starts_at=dt.datetime.combine(today + dt.timedelta(days=35), dt.time(10), LONDON), mode="in_person",
        place="The Code administrator’s offices, room 2", agenda="Limits for the debug port\nWhat closing it costs", by=secretary,
        at=at,
    )  # fmt: skip
    for title, level in (
        ("Sample: what closing a port costs", "amber"),
        ("Sample: the proposal in brief", "white"),
    ):
        group_meetings.send_paper(
            group=group, title=title, upload=SimpleUploadedFile(f"sample-{level}.csv", COSTS), classification=level,
            by=secretary, at=at, meeting=meeting,
        )  # fmt: skip
    proposal, member = group.proposals.order_by("pk").first(), people["working-group-member"]
    group_meetings.contribute(
        group=group, proposal=proposal, kind="estimate", text="Sample: for one line of meters.", cost="£120,000 to £260,000",
        benefit="No key is read over the port.", by=member, at=at,
    )  # fmt: skip
    group_meetings.contribute(
        group=group, proposal=proposal, kind="alternative", text="Sample: close the port at installation, not in production.",
        assessment="It meets the intent where the installer’s tool is kept.", by=people["test-lab"], at=at,
    )  # fmt: skip


def _own(person: User) -> Organisation:
    return person.memberships.select_related("organisation").latest("began_at").organisation
