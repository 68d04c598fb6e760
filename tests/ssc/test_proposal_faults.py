"""Proposals under fault and ill will: a part in one's own case, others' eyes, twice the same, the application's own rights."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse

from cpl.services import security_characteristics as register
from secgov.accounts.models import Membership, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.grants import INSERT_ONLY_TABLES
from secgov.journal.models import Notice, Obligation, Rehearsal
from ssc.models import Proposal, WorkingGroup
from ssc.services import group_meetings as meetings
from ssc.services import group_members as members
from ssc.services import proposal_outcomes as outcomes
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_support as support
from ssc.services import proposal_triage as triage
from ssc.services import proposals
from tests.cpl.desk import page_of
from tests.cpl.submitting import signed_in
from tests.documents.files import upload
from tests.factories import people
from tests.factories import proposals as make
from tests.factories.proposals import BEGAN, CLOSED, latest

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def who():
    """Who plays, at the day on which it begins."""
    Rehearsal.objects.create(now=BEGAN, set_at=BEGAN)
    return make.cast()


def take_up(row, who, **changes):
    """Take a proposal up."""
    given = {"classification": "amber", "target_on": None, "by": who.secretary, "at": BEGAN} | changes
    return triage.take_up_proposal(proposal=row, version=row.version, **given)


def told(row, what):
    """Which organisations have a notice of something about a proposal."""
    rows = Notice.objects.filter(subject_type="ssc.proposal", subject_id=str(row.pk), title__endswith=what)
    return set(rows.values_list("organisation__name", flat=True))


@pytest.mark.parametrize("part", ["of the proposer", "wrote a version", "confirmed the support"])
def test_nobody_acts_for_the_ssc_on_a_proposal_in_which_they_have_a_part(who, part):
    ssc = who.secretary.memberships.get().organisation
    if part == "of the proposer":
        other, row = people.person(Role.MANUFACTURER, who.maker), make.supported(who)
    elif part == "wrote a version":
        other, row = people.person(Role.MANUFACTURER, who.maker), make.supported(who)
        row = proposals.revise_proposal(
            proposal=row, values={}, note="Plainer.", by=other, at=BEGAN, version=row.version
        )
        Membership.objects.filter(user=other).update(ended_at=BEGAN)
    else:
        other, row = who.supporter, make.supported(who)
        Membership.objects.filter(user=other).update(ended_at=BEGAN)
    Membership.objects.create(user=other, organisation=ssc, role=Role.SSC_SECRETARY, began_at=BEGAN)
    with pytest.raises(NotPermitted, match="part in this proposal"):
        take_up(row, who, by=other)
    assert take_up(row, who).state == "triage"


@pytest.mark.clause("SC-6.3")
def test_supporter_sees_neither_what_is_asked_of_the_proposer_nor_ncscs_no_and_nothing_once_it_declined(who):
    row = take_up(make.supported(who), who)
    triage.ask_clarification(
        proposal=row, question="Which ports, in secret?", reply_by=None, invited_to_meeting=False, by=who.secretary, at=BEGAN,
        version=latest(row).version,
    )  # fmt: skip
    pages = [reverse("ssc:proposal", args=[row.pk]), reverse("ssc:proposals")]
    for reader, sees in ((who.proposer, True), (who.secretary, True), (who.supporter, False)):
        shown = "".join(signed_in(reader).get(page).content.decode() for page in pages)
        assert ("in secret" in shown, "answer the SSC’s question" in shown) == (sees, sees), reader

    refused = make.viewed(who, agrees=False)
    refused = proposals.withdraw_proposal(
        proposal=refused, reason="We think again.", by=who.proposer, at=BEGAN, version=refused.version
    )
    page = reverse("ssc:proposal", args=[refused.pk])
    for reader, sees in ((who.proposer, False), (who.supporter, False), (who.member, True)):
        assert ("As minuted." in signed_in(reader).get(page).content.decode()) is sees, reader

    asked = make.submitted(who)
    page = reverse("ssc:proposal", args=[asked.pk])
    assert signed_in(who.supporter).get(page).status_code == 200
    support.decline_support(
        support=asked.supports.get(), reason="No.", by=who.supporter, at=BEGAN, version=asked.version
    )
    assert signed_in(who.supporter).get(page).status_code == 404


@pytest.mark.clause("SC-A2-9")
def test_same_party_is_named_once(who):
    row = make.submitted(who)
    with pytest.raises(Refusal, match="named already") as refused:
        support.name_supporter(
            proposal=row, party=who.party, name="Bea", phone="01632 960002", email="bea@ashbeck.example", by=who.proposer,
            at=BEGAN, version=row.version,
        )  # fmt: skip
    assert refused.value.field == "party"


@pytest.mark.clause("SC-A2-1", "SC-A2-2")
@pytest.mark.parametrize("field", ["sc_title", "use_case_title"])
def test_title_is_kept_on_one_line_and_without_hidden_characters(who, field):
    kind = "sc_modification" if field == "sc_title" else "use_case"
    row = make.draft(who, kind=kind, **{field: "  Limits \u00a0 for   ports "})
    assert row.title == "Limits for ports"
    for bad in ("Limits\u202e for ports", "Limits\nfor ports"):
        with pytest.raises(Refusal) as refused:
            proposals.save_draft(
                proposal=row, values={field: bad}, by=who.proposer, at=BEGAN, version=row.version
            )
        assert refused.value.field == field


@pytest.mark.clause("SC-6.4-2")
def test_withdrawal_ends_what_was_asked_and_is_told_to_all_who_were_asked(who):
    row = make.in_triage(who)
    asked = triage.ask_clarification(
        proposal=row, question="Which?", reply_by=BEGAN.date() + DAY, invited_to_meeting=False, by=who.secretary, at=BEGAN,
        version=row.version,
    )  # fmt: skip
    assert Obligation.objects.standing().about(asked).exists()
    row = latest(row)
    proposals.withdraw_proposal(
        proposal=row, reason="No need.", by=who.proposer, at=BEGAN, version=row.version
    )
    assert not Obligation.objects.standing().about(asked).exists()
    assert told(row, "it was withdrawn") == {"Code administrator", "Security Sub-Committee"}

    row = make.prepared(who)
    assert row.decisions.filter(dropped_at=None).exists()
    proposals.withdraw_proposal(
        proposal=row, reason="No need.", by=who.proposer, at=BEGAN, version=row.version
    )
    assert row.decisions.get().dropped_reason == "No need.", "nothing waits for the Chair any more"
    assert {"Kestrel Test Laboratory", "Brindle Power", "Security Sub-Committee"} <= told(
        row, "it was withdrawn"
    )


@pytest.mark.clause("SC-A1.3-4")
def test_proposer_on_the_group_is_never_whoever_keyed_the_form_in(who):
    row = proposals.key_in_proposal(
        kind="sc_modification", original=upload("form.pdf"), classification="white", received_on=BEGAN.date(),
        organisation=who.maker, by=who.secretariat, at=BEGAN,
    )  # fmt: skip
    values = make.FORM | {"affected": who.characteristic, "affected_id": who.characteristic.pk}
    values["proposer_email"] = who.proposer.email.upper()
    proposals.save_draft(proposal=row, values=values, by=who.secretariat, at=BEGAN, version=row.version)
    Proposal.objects.filter(pk=row.pk).update(proposer_email="gone@elsewhere.example")
    group = WorkingGroup.objects.create(name="G", areas="A", convened_by=who.secretary, convened_at=BEGAN)
    group.proposals.add(row)
    grant = members.require(who.secretary, members.Duty.WORK_ON_PROPOSAL)
    members.add_proposers(group, [latest(row)], grant=grant, at=BEGAN)
    assert not group.members.exists(), "nobody is known as the proposer, least of all the Secretariat"
    page = signed_in(who.secretary).get(reverse("ssc:working-group", args=[group.pk])).content.decode()
    assert "invite somebody of Tarnwick Gas Meters" in page
    Proposal.objects.filter(pk=row.pk).update(proposer_email=who.proposer.email.upper())
    members.add_proposers(group, [latest(row)], grant=grant, at=BEGAN)
    assert [each.person for each in group.members.all()] == [who.proposer]
    page = signed_in(who.secretary).get(reverse("ssc:working-group", args=[group.pk])).content.decode()
    assert "invite somebody of" not in page


@pytest.mark.clause("SC-6.6-1")
def test_group_is_convened_once_however_often_the_form_is_sent(who):
    row = make.convened(who)
    given = {
        "name": "Another",
        "areas": "Ports",
        "variations": "",
        "invitations": make.everybody_asked(who),
        "by": who.secretary,
    }
    with pytest.raises(Conflict):
        refinement.convene_working_group(proposals={row: row.version - 1}, at=BEGAN, **given)
    assert WorkingGroup.objects.count() == 1


@pytest.mark.clause("SC-6.17")
def test_two_requests_never_plan_the_same_version_and_one_that_was_overtaken_is_numbered_anew(who):
    first, second = make.scheduled(who), make.decided(who)
    plan = make.PLANNED | {"characteristic": who.characteristic}

    def schedule(**changes):
        return outcomes.schedule_version(
            proposal=latest(second), planned=outcomes.Planned(**(plan | changes)), by=who.secretary, at=CLOSED,
            version=latest(second).version,
        )  # fmt: skip

    with pytest.raises(Refusal, match=f"{first} plans version 1.3") as refused:
        schedule()
    assert refused.value.field == "number"
    with pytest.raises(Refusal, match="in the register already"):
        schedule(characteristic=None, new_name=who.characteristic.name.upper(), device_types=["gsme"])
    schedule(number="1.4")
    outcomes.sign_off_version(
        proposal=latest(second), reference="N-2", signed_off_on=CLOSED.date(), by=who.secretary, at=CLOSED,
        version=latest(second).version,
    )  # fmt: skip
    outcomes.publish_version(
        proposal=latest(second), published_on=CLOSED.date(), mitigations=make.MITIGATIONS, gbcs_versions="", by=who.secretary,
        at=CLOSED, version=latest(second).version,
    )  # fmt: skip
    move = {
        "proposal": latest(first),
        "implementation_on": dt.date(2027, 6, 1),
        "reason": "1.4 came out first.",
        "by": who.secretary,
        "at": CLOSED,
        "version": latest(first).version,
    }
    for number in ("", "1.3", "1.4"):
        with pytest.raises(Refusal):
            outcomes.move_date(number=number, **move)
    assert outcomes.move_date(number="1.5", **move).number == "1.5"


@pytest.mark.clause("SC-1.2-5")
def test_set_or_version_that_is_in_the_register_is_refused_in_words(who):
    with pytest.raises(Refusal) as refused:
        make.a_set(who.secretary, name=who.characteristic.name.replace(" ", "  "))
    assert refused.value.field == "name"
    with pytest.raises(Refusal, match="in the register already") as refused:
        register.record_earlier_version(
            characteristic=who.characteristic, number="1.2", published_on=dt.date(2025, 1, 1), mitigations=make.MITIGATIONS,
            gbcs_versions="", by=who.secretary, at=BEGAN,
        )  # fmt: skip
    assert refused.value.field == "number"


def within_rights(execute, sql, params, many, context):
    """Run a statement, unless the application's role would be refused it: a change or a lock of what is only added to."""
    locked = re.search(r"FOR UPDATE(?: OF (.*))?$", sql)
    tables = (
        re.findall(r'"(\w+)"', locked[1] or sql)
        if locked
        else re.findall(r'^(?:UPDATE|DELETE FROM) "(\w+)"', sql)
    )
    assert not set(tables) & set(INSERT_ONLY_TABLES), sql
    return execute(sql, params, many, context)


def test_every_step_of_a_proposal_and_its_group_is_taken_with_the_applications_own_rights(who):
    with connection.execute_wrapper(within_rights):
        members.record_terms(text="Act fairly.", from_on=BEGAN.date(), by=who.secretary, at=BEGAN)
        row = make.signed_off(who)
        outcomes.publish_version(
            proposal=row, published_on=CLOSED.date(), mitigations=make.MITIGATIONS, gbcs_versions="4.0", by=who.secretary,
            at=CLOSED, version=row.version,
        )  # fmt: skip
        group = WorkingGroup.objects.get()
        members.join_group(
            group=group, by=who.proposer, at=BEGAN, terms_version=1, is_available=True, is_fair=True, is_impartial=True,
            interests="", levels=["amber"], signature=str(who.proposer),
        )  # fmt: skip
        held = meetings.call_group_meeting(
            group=group,
            starts_at=BEGAN + DAY,
            place="Room 2",
            mode="telephone",
            agenda="P",
            by=who.secretary,
            at=BEGAN,
        )
        meetings.minute_meeting(
            meeting=held, by=who.secretary, at=BEGAN + 2 * DAY, version=held.version, chaired_by=who.chair,
            present=group.members.all(), minutes="Agreed.", classification="amber",
        )  # fmt: skip
    assert latest(row).state == "published"


def test_desk_reads_what_was_handed_in_with_what_is_awaited_and_no_draft(who):
    row, draft = make.in_triage(who, classification="amber"), make.draft(who)
    listed = reverse("admin:ssc_proposal_changelist")
    for reader in (who.secretariat, who.auditor):
        desk = signed_in(reader)
        page = desk.get(listed).content.decode()
        assert row.reference in page and "the SSC: find whether the need is clear" in page
        assert "Debug ports" not in page
        page = desk.get(page_of(row)).content.decode()
        assert reverse("ssc:proposal", args=[row.pk]) in page and "Ashbeck Energy" in page
        assert "01632" not in page and "bea@" not in page
        assert desk.get(page_of(draft)).status_code == 404
    for stranger in (who.chair, people.person(Role.APPROVER), who.proposer):
        assert signed_in(stranger).get(listed).status_code == 403
        assert signed_in(stranger).get(page_of(row)).status_code == 403


def test_answer_asked_for_in_a_year_of_which_nobody_knows_the_bank_holidays_hides_nobodys_pages(who):
    row = make.in_triage(who)
    page = reverse("ssc:proposal-act", args=[row.pk, "clarify"])
    sent = {"question": "Which?", "version": row.version}
    secretary = signed_in(who.secretary)
    assert secretary.post(page, sent | {"reply_by": "31 December 9999"}).status_code == 422
    assert secretary.post(page, sent | {"reply_by": "1 March 2090"}).status_code == 302
    for reader, address in (
        (who.proposer, "/portal/"),
        (who.proposer, "/portal/obligations/"),
        (who.secretariat, "/admin/"),
    ):
        answer = signed_in(reader).get(address)
        assert answer.status_code == 200
        assert "days left" in answer.content.decode()


def test_chair_is_told_that_a_decision_waits_and_minutes_are_asked_for_only_of_a_meeting_that_began(who):
    row = make.prepared(who)
    assert told(row, "a decision waits for the Chair’s word") == {"Security Sub-Committee"}
    group, secretary = WorkingGroup.objects.get(), signed_in(who.secretary)
    page = reverse("ssc:working-group", args=[group.pk])
    meetings.call_group_meeting(
        group=group,
        starts_at=BEGAN + DAY,
        place="Room 2",
        mode="telephone",
        agenda="P",
        by=who.secretary,
        at=BEGAN,
    )
    assert "Record minutes" not in secretary.get(page).content.decode()
    Rehearsal.objects.update(now=BEGAN + DAY)
    assert "Record minutes" in secretary.get(page).content.decode()


def test_long_text_of_the_ssc_is_kept_and_one_too_long_is_named_for_what_it_is(who):
    row = make.decided(who, kind="use_case")
    given = {"proposal": row, "title": "Floods", "by": who.secretary, "at": CLOSED, "version": row.version}
    with pytest.raises(Refusal, match="The guidance has 8,001 characters"):
        outcomes.issue_guidance(text="x" * 8001, **given)
    assert len(outcomes.issue_guidance(text="x" * 8000, **given).text) == 8000


def test_proposals_are_found_by_their_words_and_in_public_only_white_ones_by_title_and_proposer(who, client):
    white = make.in_triage(who)
    amber = make.in_triage(who, classification="amber", sc_title="Seals that show tampering")

    def found(reader, address, text):
        page = reader.get(address, {"q": text}).content.decode()
        return {row.pk for row in (white, amber) if f'">{row.reference}</a>' in page}

    secretary = signed_in(who.secretary)
    for text, inside, outside in (
        ("", {white.pk, amber.pk}, {white.pk, amber.pk}),
        ("debug LIMITS", {white.pk}, {white.pk}),
        ("seals", {amber.pk}, set()),
        ("tarnwick", {white.pk, amber.pk}, {white.pk}),
        (amber.reference.lower(), {amber.pk}, {amber.pk}),
        ("seals debug", set(), set()),
        ("deb\x00ug", {white.pk}, {white.pk}),
        ("%", set(), set()),
    ):
        assert found(secretary, reverse("ssc:proposals"), text) == inside, text
        assert found(client, "/proposals/", text) == outside, text
    assert found(signed_in(who.other_supplier), reverse("ssc:proposals"), "seals") == set()
