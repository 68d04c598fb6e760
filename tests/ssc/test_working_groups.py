"""Working Groups at work: joining, access that ends at once, meetings, papers, contributions; through services and pages."""

import datetime as dt

import pytest
from django.urls import reverse

from secgov.accounts.models import Organisation, Role
from secgov.documents.models import Reading
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Message, Rehearsal
from ssc.models import GroupMember, GroupPaper, ProposalDecision, WorkingGroup
from ssc.services import group_meetings as meetings
from ssc.services import group_members as members
from ssc.services import proposal_decisions
from tests.cpl.submitting import signed_in
from tests.documents.files import upload
from tests.factories import people, proposals

pytestmark = pytest.mark.django_db
BEGAN = proposals.BEGAN
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def who():
    """Who plays, with a Working Group convened and terms of reference in force."""
    cast = proposals.cast()
    members.record_terms(text="Act fairly.", from_on=BEGAN.date(), by=cast.secretary, at=BEGAN)
    proposals.convened(cast)
    return cast


@pytest.fixture
def group(who):
    """The Working Group."""
    return WorkingGroup.objects.get()


def invite(group, who, person, at=BEGAN):
    """Invite a person of an invited organisation."""
    organisation = person.memberships.get().organisation
    return members.invite_member(
        group=group, person=person, organisation=organisation, by=who.secretary, at=at
    )


def join(group, person, *, levels=("amber",), at=BEGAN, **changes):
    """Join with everything confirmed."""
    newest = members.newest_terms(at.date())
    given = {
        "terms_version": newest.number, "is_available": True, "is_fair": True, "is_impartial": True, "interests": "None.",
        "levels": levels, "signature": str(person),
    } | changes  # fmt: skip
    return members.join_group(group=group, by=person, at=at, **given)


def paper(group, who, *, classification="amber", at=BEGAN, **more):
    """A paper before the group."""
    return meetings.send_paper(
        group=group, title="Costs of closing a port", upload=upload(f"{classification}.pdf"), classification=classification,
        by=who.secretary, at=at, **more,
    )  # fmt: skip


def meeting(group, who, *, starts_at=BEGAN + 20 * DAY, at=BEGAN):
    """A meeting that is called."""
    return meetings.call_group_meeting(
        group=group,
        starts_at=starts_at,
        place="Room 2",
        mode="in_person",
        agenda="P-001",
        by=who.secretary,
        at=at,
    )


@pytest.mark.clause("SC-A1.3-4")
def test_proposer_of_each_item_is_invited_without_being_asked_for(who, group):
    [member] = group.members.all()
    assert (member.person, member.organisation, member.is_proposer) == (who.proposer, who.maker, True)


@pytest.mark.clause("SC-A1.1-1", "SC-A1.2-7")
def test_member_joins_once_all_is_confirmed_and_newer_terms_are_accepted_before_going_on(who, group):
    invite(group, who, who.supporter)
    with pytest.raises(NotPermitted):
        members.as_active(group, who.supporter, at=BEGAN)
    with pytest.raises(Refusal):
        join(group, who.supporter, is_available=False)
    assert join(group, who.supporter).state == "active"
    assert members.as_active(group, who.supporter, at=BEGAN)
    members.record_terms(text="And promptly.", from_on=BEGAN.date() + DAY, by=who.secretary, at=BEGAN)
    assert members.as_active(group, who.supporter, at=BEGAN + 14 * HOUR), "the terms change tomorrow"
    with pytest.raises(NotPermitted, match="terms of reference"):
        members.as_active(group, who.supporter, at=BEGAN + DAY)
    join(group, who.supporter, at=BEGAN + DAY, levels=())
    assert members.as_active(group, who.supporter, at=BEGAN + DAY).terms.number == 2


def test_only_the_ssc_invites_and_only_people_of_that_organisation_once(who, group):
    for stranger in (who.secretariat, who.chair, who.proposer):
        with pytest.raises(NotPermitted):
            members.invite_member(group=group, person=who.tester, organisation=who.lab, by=stranger, at=BEGAN)
    with pytest.raises(Refusal, match="is not of"):
        members.invite_member(
            group=group, person=who.tester, organisation=who.party, by=who.secretary, at=BEGAN
        )
    invite(group, who, who.tester)
    with pytest.raises(Conflict):
        invite(group, who, who.tester)
    with pytest.raises(NotPermitted) as refused:
        join(group, who.dcc_user)
    assert refused.value.hidden


@pytest.mark.clause("SC-A1.5-1", "SC-A1.5-2")
def test_papers_are_read_only_at_levels_undertaken_and_who_took_them_is_noted(who, group):
    invite(group, who, who.supporter)
    papers = {level: paper(group, who, classification=level) for level in ("white", "green", "amber", "red")}
    for each in papers.values():
        with pytest.raises(NotPermitted):
            meetings.read_paper(paper=each, by=who.supporter, at=BEGAN)
    join(group, who.supporter)
    read = {}
    for level, each in papers.items():
        try:
            meetings.read_paper(paper=each, by=who.supporter, at=BEGAN)
            read[level] = True
        except NotPermitted as refused:
            read[level] = refused.hidden
    assert read == {"white": True, "green": False, "amber": True, "red": False}
    assert Reading.objects.filter(read_by=who.supporter).count() == 1, "White is not noted"
    assert set(GroupPaper.objects.visible_to(who.supporter)) == {papers["white"], papers["amber"]}
    with pytest.raises(NotPermitted) as refused:
        meetings.read_paper(paper=papers["amber"], by=who.other_supplier, at=BEGAN)
    assert refused.value.hidden
    join(group, who.supporter, levels=("red",))
    assert meetings.read_paper(paper=papers["red"], by=who.supporter, at=BEGAN)


@pytest.mark.clause("SC-A1.2-8", "SC-A1.3-6", "SC-A1.5-3")
@pytest.mark.parametrize("how", ["leaves", "is removed", "is revoked"])
def test_access_of_a_session_that_stands_ends_at_once_with_the_membership(who, group, how):
    invite(group, who, who.supporter)
    member = join(group, who.supporter)
    browser = signed_in(who.supporter)
    address = reverse("ssc:group-paper", args=[group.pk, paper(group, who).pk])
    assert browser.get(address).status_code == 200
    if how == "leaves":
        members.leave_group(group=group, by=who.supporter, at=BEGAN, reason="No time any more.")
    else:
        for stranger in (who.secretariat, who.member, who.proposer):
            with pytest.raises(NotPermitted):
                members.end_membership(
                    member=member, by=stranger, at=BEGAN, version=member.version, breach=False, reason="x"
                )
        with pytest.raises(Refusal):
            members.end_membership(
                member=member, by=who.chair, at=BEGAN, version=member.version, breach=False, reason=" "
            )
        members.end_membership(
            member=member, by=who.chair, at=BEGAN, version=member.version, breach=how == "is revoked",
            reason="A paper was passed on.",
        )  # fmt: skip
    assert browser.get(address).status_code == 404
    assert browser.get(reverse("ssc:working-group", args=[group.pk])).status_code == 404
    assert GroupMember.objects.get(pk=member.pk).end in ("left", "removed", "revoked")
    again = invite(group, who, who.supporter, at=BEGAN + DAY)
    assert again.state == "invited" and not GroupPaper.objects.visible_to(who.supporter).exists()


@pytest.mark.clause("SC-A1.4-2", "SC-A1.4-3", "SC-A1.4-5")
def test_each_member_gets_notice_of_time_date_and_place_and_hears_that_it_is_called_off(who, group):
    for person in (who.supporter, who.tester):
        invite(group, who, person)
    row = meeting(group, who)
    told = Message.objects.filter(template="ssc/group_meeting")
    assert {each.recipient for each in told} == {
        each.email for each in (who.proposer, who.supporter, who.tester)
    }
    assert told.first().context["place"] == "Room 2" and "31 January 2027" in told.first().context["when"]
    invite(group, who, who.dcc_user)
    assert told.filter(recipient=who.dcc_user.email).count() == 1, "whoever comes later hears of it too"
    with pytest.raises(Conflict, match="called already"):
        meeting(group, who)
    with pytest.raises(Refusal):
        meetings.call_group_meeting(
            group=group,
            starts_at=BEGAN + DAY,
            place=" ",
            mode="telephone",
            agenda="x",
            by=who.secretary,
            at=BEGAN,
        )
    meetings.call_off_group_meeting(
        meeting=row, by=who.secretary, at=BEGAN, version=row.version, reason="NCSC cannot come."
    )
    assert told.all().count() == 8
    invite(group, who, who.other_supplier)
    assert not told.filter(recipient=who.other_supplier.email).exists(), "of one that is off nobody hears"
    with pytest.raises(Conflict):
        paper(group, who, meeting=row)


@pytest.mark.clause("SC-A1.4-6", "SC-A1.4-7")
def test_papers_that_come_late_for_their_meeting_say_why_and_are_sent(who, group):
    row = meeting(group, who, starts_at=dt.datetime(2027, 4, 1, 9, tzinfo=dt.UTC))
    in_time, late = (dt.datetime(2027, 3, day, 12, tzinfo=dt.UTC) for day in (23, 24))
    assert paper(group, who, meeting=row, at=in_time).late_reason == ""
    with pytest.raises(Refusal, match="five Working Days"):
        paper(group, who, meeting=row, at=late, classification="green")
    sent = paper(group, who, meeting=row, at=late, classification="green", late_reason="NCSC sent it today.")
    assert sent.late_reason == "NCSC sent it today."


@pytest.mark.clause("SC-A1.3-1", "SC-A1.3-5")
@pytest.mark.parametrize(("quorum", "inquorate"), [(0, None), (1, False), (2, True)])
def test_minutes_say_who_chaired_and_whether_there_was_a_quorum(who, group, settings, quorum, inquorate):
    settings.SSC_QUORUM = quorum
    invite(group, who, who.supporter)
    member, row = join(group, who.supporter), meeting(group, who)
    given = {"by": who.secretary, "version": row.version, "present": [member], "minutes": "Agreed to go on.",
             "classification": "amber"}  # fmt: skip
    with pytest.raises(Refusal, match="not begun"):
        meetings.minute_meeting(meeting=row, at=row.starts_at - HOUR, chaired_by=who.chair, **given)
    with pytest.raises(Refusal, match="Chair of the SSC"):
        meetings.minute_meeting(meeting=row, at=row.starts_at + HOUR, chaired_by=who.member, **given)
    for level in ("", "ultraviolet"):
        with pytest.raises(Refusal, match="who may read the minutes"):
            meetings.minute_meeting(
                meeting=row,
                at=row.starts_at + HOUR,
                chaired_by=who.chair,
                **given | {"classification": level},
            )
    row = meetings.minute_meeting(meeting=row, at=row.starts_at + HOUR, chaired_by=who.chair, **given)
    assert row.is_inquorate is inquorate


@pytest.mark.clause("SC-A1.1-2", "SC-A1.2-3", "SC-A1.2-4")
def test_members_comment_estimate_and_offer_alternatives_bound_to_the_proposal(who, group):
    proposal = group.proposals.get()
    invite(group, who, who.supporter)
    join(group, who.supporter)
    row = meetings.contribute(
        group=group, proposal=proposal, kind="estimate", text="For us.", cost="£2m", benefit="Fewer visits", by=who.supporter,
        at=BEGAN,
    )  # fmt: skip
    assert (row.member.person, row.at, row.proposal) == (who.supporter, BEGAN, proposal)
    with pytest.raises(Refusal):
        meetings.contribute(
            group=group, proposal=proposal, kind="alternative", text="Lock it.", by=who.supporter, at=BEGAN
        )
    other = proposals.viewed(who)
    with pytest.raises(Refusal, match="does not consider"):
        meetings.contribute(
            group=group, proposal=other, kind="comment", text="Hm.", by=who.supporter, at=BEGAN
        )
    for stranger in (who.other_supplier, who.chair):
        with pytest.raises(NotPermitted):
            meetings.contribute(
                group=group, proposal=proposal, kind="comment", text="Hm.", by=stranger, at=BEGAN
            )


@pytest.mark.clause("SC-6.8")
def test_member_of_a_group_decides_nothing(who, group):
    proposals.prepared(who)
    invite(WorkingGroup.objects.first(), who, who.supporter)
    decision = ProposalDecision.objects.get()
    with pytest.raises(NotPermitted):
        proposal_decisions.confirm_decision(
            decision=decision, digest=proposal_decisions.digest_of(decision), by=who.supporter, at=proposals.CLOSED,
            version=decision.proposal.version,
        )  # fmt: skip


def test_closed_group_takes_nothing_more(who, group):
    invite(group, who, who.supporter)
    join(group, who.supporter)
    group = meetings.close_group(
        group=group, by=who.secretary, at=BEGAN, version=group.version, reason="Done."
    )
    with pytest.raises(Conflict):
        invite(group, who, who.tester)
    with pytest.raises(Conflict):
        meeting(group, who)


def test_group_works_through_its_pages(who, group):
    Rehearsal.objects.update_or_create(id=1, defaults={"now": BEGAN, "set_at": dt.datetime.now(dt.UTC)})
    proposal = group.proposals.get()
    desk, browser = signed_in(who.secretary), signed_in(who.supporter)
    place = reverse("ssc:working-group", args=[group.pk])
    assert browser.get(place).status_code == 404
    step = {
        name: reverse("ssc:group-step", args=[group.pk, name])
        for name in ("invite", "join", "meet", "paper", "say", "minute")
    }
    assert desk.post(step["invite"], {"email": who.supporter.email}).status_code == 302
    page = browser.get(place).content.decode()
    assert "Act fairly." in page and "Debug ports" in page
    wrong = browser.post(
        step["join"], {"terms": "1", "levels": ["amber"], "signature": "Somebody Else", "is_fair": "on"}
    )
    assert wrong.status_code == 422 and "Confirm that you have the time" in wrong.content.decode()
    joined = {
        "terms": "1", "accepts": "on", "levels": ["amber"], "signature": str(who.supporter), "is_fair": "on",
        "is_impartial": "on",
        "is_available": "on", "interests": "We make meters.",
    }  # fmt: skip
    assert browser.post(step["join"], joined).status_code == 302
    called = {
        "on": "1 April 2027",
        "time": "10:00",
        "place": "Room 2",
        "mode": "in_person",
        "agenda": "P-001",
    }
    assert desk.post(step["meet"], called).status_code == 302
    sent = {
        "title": "Costs",
        "document": upload(),
        "classification": "amber",
        "meeting": group.meetings.get().pk,
    }
    assert desk.post(step["paper"], sent).status_code == 302
    said = {"proposal": proposal.pk, "kind": "impact", "text": "Two visits a meter."}
    assert browser.post(step["say"], said).status_code == 302
    for reader in (desk, browser, signed_in(who.chair)):
        page = reader.get(place).content.decode()
        assert "Two visits a meter." in page and "Thursday 1 April 2027" in page and "Costs" in page
    assert browser.post(step["invite"], {"email": who.tester.email}).status_code == 403
    outsider = signed_in(
        people.person(Role.SUPPLIER, people.organisation("Outside", Organisation.Kind.PARTY))
    )
    assert outsider.get(place).status_code == 404 and outsider.post(step["join"], joined).status_code == 404


@pytest.mark.clause("SC-A1.4-7")
@pytest.mark.parametrize(
    ("on", "says"),
    [
        ("28 March 2027", "leave this hour out"),
        ("1 March 2090", "bank holidays of 2090"),
        ("31 December 9999", "between the years"),
        ("1 January 0001", "between the years"),
    ],
)
def test_meeting_at_no_hour_or_too_far_ahead_to_say_when_its_papers_are_due_is_not_called(
    who, group, on, says
):
    Rehearsal.objects.create(now=BEGAN, set_at=BEGAN)
    sent = {"on": on, "time": "01:30", "place": "Room 2", "mode": "in_person", "agenda": "P-001"}
    answer = signed_in(who.secretary).post(reverse("ssc:group-step", args=[group.pk, "meet"]), sent)
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert signed_in(who.secretary).get(reverse("ssc:working-group", args=[group.pk])).status_code == 200
