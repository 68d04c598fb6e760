"""Who still reads a Working Group's papers: not whoever left the organisation, nor anybody once the group is closed."""

import pytest
from django.urls import reverse

from secgov.accounts.models import Organisation, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Rehearsal
from ssc.models import GroupMember, GroupPaper, WorkingGroup
from ssc.services import group_meetings as meetings
from ssc.services import group_members as members
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_triage as triage
from tests.cpl.submitting import signed_in
from tests.factories import people, proposals
from tests.ssc.test_working_groups import BEGAN, DAY, invite, join, meeting, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    """Who plays, with a Working Group, terms, and a member who has joined at Amber."""
    Rehearsal.objects.create(now=BEGAN, set_at=BEGAN)
    cast = proposals.cast()
    members.record_terms(text="Act fairly.", from_on=BEGAN.date(), by=cast.secretary, at=BEGAN)
    proposals.convened(cast)
    invite(WorkingGroup.objects.get(), cast, cast.supporter)
    join(WorkingGroup.objects.get(), cast.supporter)
    return cast


@pytest.fixture
def group(who):
    """The Working Group."""
    return WorkingGroup.objects.get()


def addresses(group, row):
    """The group's page and its paper."""
    return reverse("ssc:working-group", args=[group.pk]), reverse("ssc:group-paper", args=[group.pk, row.pk])


@pytest.mark.clause("SC-A1.5-1", "SC-A1.5-2")
@pytest.mark.parametrize("how", ["membership ended", "organisation retired", "account closed"])
def test_access_ends_with_the_place_in_the_organisation(who, group, how):
    row, browser = paper(group, who), signed_in(who.supporter)
    assert [browser.get(each).status_code for each in addresses(group, row)] == [200, 200]
    if how == "membership ended":
        who.supporter.memberships.update(ended_at=BEGAN)
    elif how == "organisation retired":
        Organisation.objects.filter(memberships__user=who.supporter).update(retired_at=BEGAN)
    else:
        who.supporter.is_active = False
        who.supporter.save()
    assert {browser.get(each).status_code for each in addresses(group, row)} <= {404, 302}
    assert not GroupPaper.objects.visible_to(who.supporter).exists()
    with pytest.raises(NotPermitted):
        members.as_active(group, who.supporter, at=BEGAN)
    meeting(group, who)
    told = Message.objects.filter(template="ssc/group_meeting").values_list("recipient", flat=True)
    assert who.supporter.email not in told
    page = signed_in(who.secretary).get(addresses(group, row)[0]).content.decode()
    assert "so without access" in page


@pytest.mark.clause("SC-A1.3-6")
def test_whoever_changed_organisation_is_invited_anew_and_undertakes_anew(who, group):
    who.supporter.memberships.update(ended_at=BEGAN)
    other = people.organisation("Rawthey Power", Organisation.Kind.PARTY)
    other.memberships.create(user=who.supporter, role=Role.SUPPLIER, began_at=BEGAN)
    again = members.invite_member(
        group=group, person=who.supporter, organisation=other, by=who.secretary, at=BEGAN
    )
    former = GroupMember.objects.exclude(pk=again.pk).get(person=who.supporter)
    assert (former.state, former.end, again.state) == ("ended", "left", "invited")
    assert not GroupPaper.objects.visible_to(who.supporter).exists()


@pytest.mark.clause("SC-A1.5-1")
def test_closed_group_is_closed_to_its_members_and_open_to_the_ssc_and_the_auditor(who, group):
    row = paper(group, who)
    group = meetings.close_group(
        group=group, by=who.secretary, at=BEGAN, version=group.version, reason="Its report is given."
    )
    browser = signed_in(who.supporter)
    page, file = (browser.get(each) for each in addresses(group, row))
    assert page.status_code == 200 and "Its report is given." in page.content.decode()
    assert "Costs of closing a port" not in page.content.decode() and file.status_code == 403
    assert not GroupPaper.objects.visible_to(who.supporter).exists()
    for call in (
        lambda: join(group, who.supporter, levels=("red",)),
        lambda: meetings.contribute(
            group=group,
            proposal=group.proposals.get(),
            kind="comment",
            text="Hm.",
            by=who.supporter,
            at=BEGAN,
        ),
    ):
        with pytest.raises((Conflict, NotPermitted)):
            call()
    auditor = people.person(Role.AUDITOR)
    for reader in (who.chair, who.member, auditor):
        assert [signed_in(reader).get(each).status_code for each in addresses(group, row)] == [200, 200]
    with pytest.raises(NotPermitted):
        members.record_terms(text="Mine.", from_on=BEGAN.date(), by=auditor, at=BEGAN)


def test_join_that_meets_a_removal_writes_nothing(who, group):
    [member] = group.members.filter(person=who.supporter)
    members.end_membership(
        member=member,
        by=who.chair,
        at=BEGAN,
        version=member.version,
        breach=True,
        reason="A paper was passed on.",
    )
    before = Act.objects.count()
    with pytest.raises(NotPermitted) as refused:
        join(group, who.supporter, levels=("red",))
    assert refused.value.hidden and Act.objects.count() == before
    with pytest.raises(Conflict):
        members.end_membership(
            member=member, by=who.chair, at=BEGAN, version=member.version, breach=True, reason="Again."
        )
    listed = signed_in(who.supporter).get(reverse("ssc:working-groups")).content.decode()
    assert "A paper was passed on." in listed


@pytest.mark.clause("SC-A1.5-2")
def test_member_undertakes_for_another_level_on_the_page_and_undertakings_cover_their_level_alone(who, group):
    red = paper(group, who, classification="red")
    browser, (place, file) = signed_in(who.supporter), addresses(group, red)
    assert browser.get(file).status_code == 403
    assert "Undertake for another level" in browser.get(place).content.decode()
    typed = {
        "terms": "1", "accepts": "on", "levels": ["red"], "signature": str(who.supporter), "is_fair": "on",
        "is_impartial": "on", "is_available": "on", "interests": "<script>alert(1)</script>",
    }  # fmt: skip
    step = reverse("ssc:group-step", args=[group.pk, "join"])
    stale = browser.post(step, typed | {"terms": "0"})
    assert stale.status_code == 422 and "<script>alert" not in stale.content.decode()
    assert browser.post(step, typed).status_code == 302
    assert browser.get(file).status_code == 200
    member = group.members.get(person=who.supporter)
    assert sorted(member.undertakings.values_list("level", flat=True)) == ["amber", "red"]


def test_how_a_membership_ended_is_told_to_the_ssc_and_not_to_the_other_members(who, group):
    invite(group, who, who.tester)
    gone = join(group, who.tester)
    members.end_membership(
        member=gone,
        by=who.chair,
        at=BEGAN,
        version=gone.version,
        breach=True,
        reason="A paper was passed on.",
    )
    place = reverse("ssc:working-group", args=[group.pk])
    for reader, sees in ((who.supporter, False), (who.chair, True)):
        assert ("revoked for a breach" in signed_in(reader).get(place).content.decode()) is sees
    assert not Act.objects.filter(
        subject_type="ssc.groupmember", subject_name__contains=str(who.tester)
    ).exists()


@pytest.mark.clause("SC-A1.1-3", "SC-A1.1-4", "SC-A1.3-3", "SC-A1.4-1")
def test_group_has_areas_variations_a_fair_sample_and_a_timetable_that_its_members_see(who, group):
    first = meeting(group, who)
    second = meeting(group, who, starts_at=BEGAN + 40 * DAY)
    page = signed_in(who.supporter).get(reverse("ssc:working-group", args=[group.pk])).content.decode()
    for shown in ("Debug ports", "31 January 2027", "20 February 2027"):
        assert shown in page
    assert list(group.meetings.all()) == [second, first]
    row = proposals.viewed(who)
    given = {
        "proposals": {row: row.version}, "name": "Another", "variations": "It meets by telephone too.",
        "by": who.secretary, "at": BEGAN,
    }  # fmt: skip
    asked = proposals.everybody_asked(who)
    for lacking, clause in (
        (given | {"areas": " \n ", "invitations": asked}, "SC-A1.1"),
        (given | {"areas": "Ports", "invitations": {}}, "SC-6.6"),
    ):
        with pytest.raises(Refusal) as refused:
            refinement.convene_working_group(**lacking)
        assert refused.value.each[0].clause.startswith(clause)
    other = refinement.convene_working_group(areas="Ports", invitations=asked, **given)
    page = signed_in(who.chair).get(reverse("ssc:working-group", args=[other.pk])).content.decode()
    assert "It meets by telephone too." in page


@pytest.mark.clause("SC-A1.5-2", "SC-A1.2-1")
def test_member_reads_what_the_group_assesses_by_its_level_and_the_undertaking_and_nobody_elses_number(
    who, group
):
    row = group.proposals.get()
    page = reverse("ssc:group-proposal", args=[group.pk, row.pk])
    invite(group, who, who.tester)
    assert signed_in(who.tester).get(page).status_code == 403, "invited only"
    join(group, who.tester, levels=("green",))
    shown = signed_in(who.tester).get(page).content.decode()
    assert "Debug ports stay open." in shown and "01632" not in shown, "White"
    triage.classify_proposal(
        proposal=row, classification="amber", panel_updates="none", reason="An attack is known.", by=who.secretary, at=BEGAN,
        version=row.version,
    )  # fmt: skip
    assert signed_in(who.tester).get(page).status_code == 403, "undertook Green only"
    said = {"group": group, "proposal": group.proposals.get(), "kind": "comment", "at": BEGAN}
    with pytest.raises(NotPermitted, match="level"):
        meetings.contribute(by=who.tester, text="What is it?", **said)
    meetings.contribute(by=who.supporter, text="Keys are read out by that port.", **said)
    of_group = reverse("ssc:working-group", args=[group.pk])
    assert "read out by that port" not in signed_in(who.tester).get(of_group).content.decode()
    join(group, who.tester, levels=("amber",))
    assert "read out by that port" in signed_in(who.tester).get(of_group).content.decode()
    assert "Debug ports stay open." in signed_in(who.tester).get(page).content.decode()
    assert signed_in(who.other_supplier).get(page).status_code == 404
    assert signed_in(who.tester).get(reverse("ssc:proposal", args=[row.pk])).status_code == 404
    other = proposals.draft(who)
    assert (
        signed_in(who.tester).get(reverse("ssc:group-proposal", args=[group.pk, other.pk])).status_code == 404
    )
    members.leave_group(group=group, by=who.tester, at=BEGAN, reason="No time.")
    assert signed_in(who.tester).get(page).status_code == 404


@pytest.mark.clause("SC-A1.3-5")
def test_minutes_of_a_meeting_that_changed_since_it_was_shown_are_a_conflict_and_nothing_is_overwritten(
    who, group
):
    row = meeting(group, who)
    Rehearsal.objects.update(now=row.starts_at + DAY, set_at=row.starts_at + DAY)
    secretary, step = signed_in(who.secretary), reverse("ssc:group-step", args=[group.pk, "minute"])
    assert (
        f'value="{row.pk}.{row.version}"'
        in secretary.get(reverse("ssc:working-group", args=[group.pk])).content.decode()
    )
    sent = {"meeting": f"{row.pk}.{row.version}", "chaired_by": who.chair.pk, "minutes": "As I heard it.",
            "classification": "red"}  # fmt: skip
    for forged in ("", "x", f"{row.pk}", f"{row.pk}.x", f"{row.pk + 1}.1"):
        assert secretary.post(step, sent | {"meeting": forged}).status_code == 422, forged
    assert secretary.post(step, sent | {"meeting": f"{row.pk}.{row.version + 1}"}).status_code == 409
    assert secretary.post(step, sent).status_code == 302
    assert secretary.post(step, sent | {"minutes": "As another heard it."}).status_code == 409
    row.refresh_from_db()
    assert row.minutes == "As I heard it."


@pytest.mark.clause("SC-A1.5-1", "SC-A1.5-2")
@pytest.mark.parametrize(
    ("level", "by_amber"), [("white", True), ("amber", True), ("green", False), ("red", False)]
)
def test_minutes_are_read_by_their_level_as_papers_are(who, group, level, by_amber):
    row = meeting(group, who)
    meetings.minute_meeting(
        meeting=row, at=row.starts_at + DAY, by=who.secretary, version=row.version, chaired_by=who.chair, present=[],
        minutes="Keys are read out by that port.", classification=level,
    )  # fmt: skip
    page = reverse("ssc:working-group", args=[group.pk])
    for person, reads in ((who.supporter, by_amber), (who.member, True), (who.auditor, True)):
        shown = signed_in(person).get(page).content.decode()
        assert ("read out by that port" in shown) is reads, person
        assert ("undertake to keep that level" in shown) is not reads
