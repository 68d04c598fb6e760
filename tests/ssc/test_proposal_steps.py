"""A proposal from step to step, and each guard on the way (chart 9, SC-6)."""

import datetime as dt

import pytest

from cpl.models import ScVersion
from cpl.services import security_characteristics as register
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Message, Notice, Obligation, Task
from ssc.models import Proposal, ProposalReport
from ssc.services import panel_updates, proposals
from ssc.services import proposal_consultation as consultation
from ssc.services import proposal_decisions as decisions
from ssc.services import proposal_outcomes as outcomes
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_support as support
from ssc.services import proposal_triage as triage
from tests.factories import people
from tests.factories import proposals as make
from tests.factories.proposals import BEGAN, CLOSED, latest

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> make.Cast:
    return make.cast()


def told(proposal: Proposal, clause: str) -> set[str]:
    """Who has a notice of a clause about a proposal."""
    rows = Notice.objects.filter(subject_type="ssc.proposal", subject_id=str(proposal.pk), clause=clause)
    return set(rows.values_list("organisation__name", flat=True))


def publish(row: Proposal, who: make.Cast, at: dt.datetime = CLOSED, **changes: object) -> ScVersion:
    values = {
        "published_on": dt.date(2027, 3, 15),
        "mitigations": make.MITIGATIONS,
        "gbcs_versions": "3.2, 4.0",
    } | changes
    return outcomes.publish_version(proposal=row, by=who.secretary, at=at, version=row.version, **values)


@pytest.mark.clause("SC-6.1")
@pytest.mark.clause("SC-6.18")
@pytest.mark.clause("SC-2(b)")
def test_a_modification_goes_from_draft_to_publication_and_the_register_has_its_version(who):
    row = make.signed_off(who)
    version = publish(row, who)
    row = latest(row)
    assert row.state == Proposal.State.PUBLISHED
    assert (version.number, version.proposal_reference) == ("1.3", row.reference)
    assert [str(each) for each in version.mitigations.all()] == ["DEV.M1", "VER.M2"]
    assert sorted(version.gbcs_mappings.values_list("gbcs_version", flat=True)) == ["3.2", "4.0"]
    stages = list(row.stages.values_list("stage", flat=True))
    assert stages == [
        "submitted", "triage", "ncsc_liaison", "refinement", "consultation", "decided", "scheduled", "signed_off", "published",
    ]  # fmt: skip
    assert told(row, "SC-6.18") == {
        "Ashbeck Energy", "Brindle Power", "The DCC", "Kestrel Test Laboratory", "Tarnwick Gas Meters",
    }  # fmt: skip
    assert not Obligation.objects.standing().about(row).exists()
    with pytest.raises(Conflict):
        publish(row, who)
    assert Notice.objects.filter(clause="SC-6.18", organisation=who.party).count() == 1


@pytest.mark.clause("SC-6.1")
def test_no_version_enters_the_register_without_an_approved_request(who):
    later = {
        "published_on": dt.date(2027, 1, 6),
        "number": "1.3",
        "mitigations": make.MITIGATIONS,
        "gbcs_versions": "",
    }
    with pytest.raises(Refusal) as refused:
        register.record_earlier_version(
            characteristic=who.characteristic, by=who.secretary, at=BEGAN, **later
        )
    assert refused.value.clause == "SC-6.1"
    earlier = later | {"published_on": dt.date(2027, 1, 5)}
    assert register.record_earlier_version(
        characteristic=who.characteristic, by=who.secretary, at=BEGAN, **earlier
    ).number == "1.3"  # fmt: skip
    with pytest.raises(NotPermitted):
        register.record_earlier_version(
            characteristic=who.characteristic, by=who.proposer, at=BEGAN, **earlier
        )


@pytest.mark.clause("SC-6.2")
@pytest.mark.clause("SC-A2-0b")
@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.TRADE_BODY, "trade_body"),
        (Role.TEST_LAB, "test_lab"),
        (Role.MANUFACTURER, "manufacturer"),
        (Role.SUPPLIER, "party"),
        (Role.NETWORK, "party"),
        (Role.DCC, "dcc"),
        (Role.TESTING_PARTICIPANT, "manufacturer"),
    ],
)
def test_anybody_concerned_may_propose(who, role, kind):
    organisation = people.organisation(kind=kind)
    person = people.person(role, organisation)
    row = make.draft(who, by=person, of=organisation)
    proposals.submit_proposal(proposal=row, by=person, at=BEGAN, version=row.version)
    assert latest(row).state == "submitted"


@pytest.mark.clause("SC-6.3")
@pytest.mark.clause("SC-A2-0b")
def test_triage_waits_until_a_party_has_confirmed_its_support_itself(who):
    row = make.submitted(who)
    with pytest.raises(Refusal) as refused:
        _take_up(row, who)
    assert refused.value.clause == "SC-6.3"
    support.confirm_support(support=row.supports.get(), by=who.supporter, at=BEGAN, version=row.version)
    _take_up(latest(row), who)
    assert latest(row).state == "triage"


def _take_up(row: Proposal, who: make.Cast, **changes: object) -> Proposal:
    values = {
        "classification": "white",
        "target_on": None,
        "by": who.secretary,
        "at": BEGAN,
        "version": row.version,
    }
    return triage.take_up_proposal(proposal=row, **(values | changes))


@pytest.mark.clause("SC-6.3")
def test_nobody_but_the_named_party_can_confirm_whoever_holds_the_link(who):
    row = make.submitted(who)
    asked = row.supports.get()
    for stranger in (who.proposer, who.other_supplier, who.secretary, who.chair, who.dcc_user):
        with pytest.raises(NotPermitted) as refused:
            support.confirm_support(support=asked, by=stranger, at=BEGAN, version=row.version)
        assert refused.value.hidden
    admin = people.person(Role.ORGANISATION_ADMIN, who.party)
    with pytest.raises(NotPermitted):
        support.confirm_support(support=asked, by=admin, at=BEGAN, version=row.version)
    assert latest(row).supports.get().confirmed_at is None


@pytest.mark.clause("SC-6.3")
def test_a_proposer_that_is_a_party_is_its_own_supporter(who):
    row = make.draft(who, by=who.supporter, of=who.party)
    row = proposals.submit_proposal(proposal=row, by=who.supporter, at=BEGAN, version=row.version)
    assert row.supports.get().is_own
    assert _take_up(latest(row), who).state == "triage"


@pytest.mark.clause("SC-6.3")
def test_a_party_that_declines_does_not_support(who):
    row = make.submitted(who)
    asked = row.supports.get()
    with pytest.raises(Refusal):
        support.decline_support(support=asked, reason=" ", by=who.supporter, at=BEGAN, version=row.version)
    support.decline_support(
        support=asked, reason="Not our view.", by=who.supporter, at=BEGAN, version=row.version
    )
    with pytest.raises(Refusal):
        _take_up(latest(row), who)
    with pytest.raises(Conflict):
        support.confirm_support(support=asked, by=who.supporter, at=BEGAN, version=latest(row).version)


@pytest.mark.clause("SC-A2-11")
def test_the_supporter_is_asked_by_mail_at_the_address_given_and_in_its_inbox(who):
    row = make.submitted(who)
    mail = Message.objects.get(recipient="bea@ashbeck.example")
    assert mail.template == "ssc/support_asked"
    assert str(mail.context["path"]).endswith(f"/support/{row.supports.get().pk}/")
    assert told(row, "SC-6.3") == {"Ashbeck Energy"}
    assert "bea@" not in str(list(Act.objects.values_list("after", "reason")))
    assert "Ada Penfold" not in str(list(Act.objects.values_list("after", flat=True)))


@pytest.mark.clause("SC-A2-7")
def test_the_day_of_submission_is_the_servers(who):
    row = make.draft(
        who, submitted_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), reference="P-1", state="decided"
    )
    assert (row.submitted_at, row.state) == (None, "draft")
    assert (
        proposals.submit_proposal(proposal=row, by=who.proposer, at=BEGAN, version=row.version).submitted_at
        == BEGAN
    )


@pytest.mark.clause("SC-6.4-1")
def test_a_supported_proposal_stands_in_the_ssc_s_queue(who):
    row = make.supported(who)
    owed = Obligation.objects.standing().about(row).get()
    assert (owed.clause, owed.owed_by, owed.by_law) == ("SC-6.4", "ssc", False)
    _take_up(latest(row), who, target_on=dt.date(2027, 2, 1))
    owed = Obligation.objects.standing().about(row).get()
    assert owed.due_at == dt.datetime(2027, 2, 2, tzinfo=dt.UTC)
    with pytest.raises(Refusal):
        triage.end_triage(
            proposal=latest(row), need_is_clear=False, finding="Not yet.", target_on=None, by=who.secretary, at=BEGAN,
            version=latest(row).version,
        )  # fmt: skip


@pytest.mark.clause("SC-6.4-2")
def test_three_rounds_of_clarification_keep_their_versions(who):
    row = make.in_triage(who)
    for number in (1, 2, 3):
        triage.ask_clarification(
            proposal=latest(row), question=f"Question {number}?", reply_by=None, invited_to_meeting=number == 3,
            by=who.secretary, at=BEGAN, version=latest(row).version,
        )  # fmt: skip
        with pytest.raises(Refusal):  # not while the question waits
            _end_triage(latest(row), who)
        proposals.revise_proposal(
            proposal=latest(row), values={"solution": f"Solution {number}."}, note=f"Answer {number}.", by=who.proposer,
            at=BEGAN, version=latest(row).version,
        )  # fmt: skip
    assert [each.fields["solution"] for each in row.versions.order_by("number")] == [
        "Ask for their closing.", "Solution 1.", "Solution 2.", "Solution 3.",
    ]  # fmt: skip
    assert [each.answered_version for each in row.rounds.all()] == [2, 3, 4]
    assert "Ada Penfold" not in str(row.versions.first().fields)


def _end_triage(row: Proposal, who: make.Cast, version: int | None = None) -> Proposal:
    return triage.end_triage(
        proposal=row, need_is_clear=True, finding="Clear.", target_on=None, by=who.secretary, at=BEGAN,
        version=version or row.version,
    )  # fmt: skip


def test_a_proposal_revised_while_it_is_triaged_is_a_conflict_for_whoever_read_the_one_before(who):
    row = make.in_triage(who)
    seen = row.version
    proposals.revise_proposal(
        proposal=row,
        values={"issue": "Another issue."},
        note="Better put.",
        by=who.proposer,
        at=BEGAN,
        version=seen,
    )
    with pytest.raises(Conflict) as refused:
        _end_triage(row, who, version=seen)
    assert refused.value.newer["version"] == seen + 1
    assert latest(row).state == "triage"
    assert _end_triage(latest(row), who).state == "ncsc_liaison"
    with pytest.raises(Conflict):
        proposals.revise_proposal(
            proposal=row, values={}, note="Late.", by=who.proposer, at=BEGAN, version=latest(row).version
        )


def test_only_a_person_withdraws_a_proposal_and_says_why(who):
    row = make.in_triage(who)
    with pytest.raises(NotPermitted):
        proposals.withdraw_proposal(
            proposal=row, reason="Mine.", by=who.other_supplier, at=BEGAN, version=row.version
        )
    with pytest.raises(Refusal):
        proposals.withdraw_proposal(proposal=row, reason="", by=who.proposer, at=BEGAN, version=row.version)
    row = proposals.withdraw_proposal(
        proposal=row, reason="Silent.", by=who.secretary, at=BEGAN, version=row.version
    )
    assert row.state == "withdrawn"


@pytest.mark.clause("SC-6.5")
def test_each_of_the_four_criteria_is_answered_before_the_work_goes_on(who):
    row = make.in_liaison(who)
    answers = dict.fromkeys(make.CRITERIA, True)
    for name in make.CRITERIA:
        with pytest.raises(Refusal) as refused:
            triage.record_ncsc_view(
                proposal=row, criteria=answers | {name: None}, text="x", reference="r", given_on=BEGAN.date(),
                by=who.secretary, at=BEGAN, version=row.version,
            )  # fmt: skip
        assert refused.value.field == name
    with pytest.raises(Refusal) as refused:
        refinement.begin_refinement(
            proposal=row, target_on=None, by=who.secretary, at=BEGAN, version=row.version
        )
    assert refused.value.clause == "SC-6.5"


@pytest.mark.clause("SC-6.5")
@pytest.mark.clause("SC-6.12")
def test_what_ncsc_does_not_agree_to_is_rejected_with_reasons_and_a_report(who):
    row = make.viewed(who, agrees=False)
    with pytest.raises(Refusal):
        refinement.convene_working_group(
            proposals={row: row.version}, name="G", areas="A", variations="", invitations=make.everybody_asked(who),
            by=who.secretary, at=BEGAN,
        )  # fmt: skip
    text = {
        "reasons": "NCSC sees no merit.",
        "minute_reference": "SSC 2027/01",
        "by": who.secretary,
        "at": BEGAN,
    }
    with pytest.raises(Refusal):
        decisions.prepare_decision(proposal=row, outcome="approve", version=row.version, **text)
    decision = decisions.prepare_decision(proposal=row, outcome="reject", version=row.version, **text)
    decisions.confirm_decision(
        decision=decision,
        digest=decisions.digest_of(decision),
        by=who.chair,
        at=BEGAN,
        version=latest(row).version,
    )
    row = latest(row)
    assert (row.state, row.ended_reason) == ("rejected", "NCSC sees no merit.")
    assert "NCSC sees no merit." in row.report.text
    assert told(row, "SC-6.12") == {"Tarnwick Gas Meters"}
    assert told(row, "SC-6.11") == {"Code administrator"}


@pytest.mark.clause("SC-6.6-1")
def test_refinement_needs_a_working_group(who):
    row = make.viewed(who)
    with pytest.raises(Refusal) as refused:
        refinement.begin_refinement(
            proposal=row, target_on=None, by=who.secretary, at=BEGAN, version=row.version
        )
    assert refused.value.clause == "SC-6.6"


@pytest.mark.clause("SC-6.6-2")
def test_every_category_is_invited_or_left_out_with_a_reason(who):
    row = make.viewed(who)
    asked = make.everybody_asked(who)
    blank = asked | {"DCC and its Service Providers": refinement.Asked()}
    with pytest.raises(Refusal) as refused:
        refinement.convene_working_group(
            proposals={row: row.version},
            name="G",
            areas="A",
            variations="",
            invitations=blank,
            by=who.secretary,
            at=BEGAN,
        )
    assert "DCC" in refused.value.message
    group = refinement.convene_working_group(
        proposals={row: row.version},
        name="G",
        areas="A",
        variations="",
        invitations=asked,
        by=who.secretary,
        at=BEGAN,
    )
    assert group.invitations.get(category="DCC and its Service Providers").left_out_reason
    assert told(row, "SC-6.6") == {
        "Ashbeck Energy",
        "Brindle Power",
        "Kestrel Test Laboratory",
        "Tarnwick Gas Meters",
    }


@pytest.mark.clause("SC-A1.2-9")
def test_one_group_may_work_on_two_proposals(who):
    first = make.convened(who)
    group = first.working_groups.get()
    second = make.viewed(who)
    refinement.add_to_group(group=group, proposal=second, by=who.secretary, at=BEGAN, version=second.version)
    assert group.proposals.count() == 2
    row = latest(second)
    assert refinement.begin_refinement(
        proposal=row, target_on=None, by=who.secretary, at=BEGAN, version=row.version
    ).state == "refinement"  # fmt: skip


@pytest.mark.clause("SC-6.7")
def test_the_panel_is_told_when_a_request_is_taken_up_and_every_month_if_it_wishes(who):
    row = make.in_triage(who)
    assert told(row, "SC-6.7") == {"Code administrator"}
    assert panel_updates.update_panel(at=CLOSED) == 0
    triage.classify_proposal(
        proposal=row, classification="amber", panel_updates="monthly", reason="The Panel asked.", by=who.secretary,
        at=BEGAN, version=row.version,
    )  # fmt: skip
    assert panel_updates.update_panel(at=CLOSED) == 1
    assert panel_updates.update_panel(at=CLOSED + dt.timedelta(days=1)) == 0
    assert panel_updates.update_panel(at=CLOSED + dt.timedelta(days=31)) == 1


@pytest.mark.clause("SC-6.9")
def test_nothing_is_decided_before_the_consultation_has_closed(who):
    row = make.advised(who)
    text = {
        "outcome": "approve",
        "reasons": "r",
        "minute_reference": "m",
        "by": who.secretary,
        "version": row.version,
    }
    for early in (
        dt.datetime(2027, 3, 11, 9, tzinfo=dt.UTC),
        dt.datetime(2027, 3, 12, 23, 59, tzinfo=dt.UTC),
    ):
        with pytest.raises(Refusal) as refused:
            decisions.prepare_decision(proposal=row, at=early, **text)
        assert refused.value.clause == "SC-6.9"
    assert decisions.prepare_decision(proposal=row, at=dt.datetime(2027, 3, 13, tzinfo=dt.UTC), **text)


@pytest.mark.clause("SC-6.9")
@pytest.mark.clause("SC-5.2")
def test_late_views_are_taken_and_flagged_and_each_is_answered(who):
    row = make.in_consultation(who)
    asked = row.consultations.get()
    early = dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC)
    with pytest.raises(Conflict):
        _respond(asked, who, at=early)
    assert not _respond(asked, who, at=dt.datetime(2027, 3, 12, 23, 59, tzinfo=dt.UTC)).is_late
    late = _respond(asked, who, at=dt.datetime(2027, 3, 13, 0, 0, tzinfo=dt.UTC), about="Time")
    assert late.is_late
    with pytest.raises(NotPermitted):
        consultation.answer_response(response=late, seen="", answer="No.", by=who.tester, at=CLOSED)
    given = {"response": late, "by": who.secretary, "at": CLOSED}
    assert consultation.answer_response(seen="", answer="Noted.", **given).answer == "Noted."
    with pytest.raises(Conflict, match="Noted"):
        consultation.answer_response(seen="", answer="Rejected.", **given)
    late.refresh_from_db()
    seen = consultation.version_of(late)
    assert consultation.answer_response(seen=seen, answer="Taken in.", **given).answer == "Taken in."


def _respond(asked: object, who: make.Cast, at: dt.datetime, **changes: object) -> object:
    values = {"organisation": who.lab, "by": who.tester, "about": "Costs", "text": "Too dear."} | changes
    return consultation.respond(consultation=asked, at=at, **values)


@pytest.mark.clause("SC-A1.4-4")
def test_a_consultation_by_invitation_does_not_exist_for_others(who):
    row = make.in_consultation(who, is_open=False, invited=(who.lab,))
    asked, day = row.consultations.get(), dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC)
    assert _respond(asked, who, at=day)
    with pytest.raises(NotPermitted) as refused:
        _respond(asked, who, at=day, organisation=who.rival, by=who.other_supplier)
    assert refused.value.hidden
    assert "Brindle Power" not in told(row, "SC-6.9")


@pytest.mark.clause("SC-6.10")
@pytest.mark.parametrize("missing", ["working_group", "ncsc"])
def test_a_decision_needs_the_advice_of_both(who, missing):
    row = make.in_consultation(who)
    given = "ncsc" if missing == "working_group" else "working_group"
    refinement.record_advice(
        proposal=row, source=given, group=row.working_groups.get(), text="Go.", reference="", given_on=BEGAN.date(),
        by=who.secretary, at=CLOSED, version=row.version,
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        decisions.prepare_decision(
            proposal=latest(row), outcome="approve", reasons="r", minute_reference="m", by=who.secretary, at=CLOSED,
            version=latest(row).version,
        )  # fmt: skip
    assert refused.value.clause == "SC-6.10"


@pytest.mark.clause("SC-6.8")
def test_a_working_group_decides_nothing(who):
    row = make.prepared(who)
    decision = row.decisions.get()
    member = people.person(Role.WORKING_GROUP_MEMBER, who.lab)
    for nobody in (member, who.proposer, who.member, who.secretariat, who.secretary):
        with pytest.raises(NotPermitted):
            decisions.confirm_decision(
                decision=decision,
                digest=decisions.digest_of(decision),
                by=nobody,
                at=CLOSED,
                version=row.version,
            )
    assert latest(row).state == "consultation"


@pytest.mark.clause("SC-6.11")
@pytest.mark.clause("SC-6.12")
def test_the_chair_decides_on_exactly_what_was_shown_and_panel_and_proposer_have_the_report(who):
    row = make.prepared(who)
    decision = row.decisions.get()
    shown = decisions.digest_of(decision)
    _respond(row.consultations.get(), who, at=CLOSED)  # a late view changes the report
    with pytest.raises(Conflict):
        decisions.confirm_decision(
            decision=decision, digest=shown, by=who.chair, at=CLOSED, version=row.version
        )
    decision = row.decisions.get()
    decisions.confirm_decision(
        decision=decision, digest=decisions.digest_of(decision), by=who.chair, at=CLOSED, version=row.version
    )
    row = latest(row)
    assert row.state == "decided"
    assert row.report.title == f"Modification Report {row.reference}"
    assert "Too dear." in row.report.text
    assert "01632" not in row.report.text
    assert told(row, "SC-6.11") == {"Code administrator"}
    assert told(row, "SC-6.12") == {"Tarnwick Gas Meters"}


def test_a_dropped_decision_makes_room_for_another(who):
    row = make.prepared(who)
    decisions.drop_decision(
        decision=row.decisions.get(), reason="Wrong minute.", by=who.chair, at=CLOSED, version=row.version
    )
    row = latest(row)
    decisions.prepare_decision(
        proposal=row,
        outcome="reject",
        reasons="r",
        minute_reference="m",
        by=who.secretary,
        at=CLOSED,
        version=row.version,
    )
    assert not ProposalReport.objects.exists()


@pytest.mark.clause("SC-6.12")
def test_a_rejection_after_the_consultation_tells_the_proposer_why(who):
    row = make.decided(who, outcome="reject")
    assert (row.state, row.ended_reason) == ("rejected", "It closes a known hole.")
    assert row.report.text.count("Reject") == 1
    assert told(row, "SC-6.12") == {"Tarnwick Gas Meters"}
    with pytest.raises(Conflict):
        _schedule(row, who)


@pytest.mark.clause("SC-6.13")
@pytest.mark.clause("SC-6.15")
@pytest.mark.clause("SC-6.17")
def test_scheduling_asks_for_a_day_to_come_two_answers_and_a_sec_consultation_for_a_principal_version(who):
    row = make.decided(who)
    for change, field in (
        ({"implementation_on": dt.date(2027, 3, 14)}, "implementation_on"),
        ({"implementation_on": None}, "implementation_on"),
        ({"amp_change": None}, "amp_change"),
        ({"tsat_change": None}, "tsat_change"),
        ({"number": "2.0"}, "sec_consultation"),
        ({"number": "1.2"}, "number"),
        ({"characteristic": None}, "characteristic"),
    ):
        with pytest.raises(Refusal) as refused:
            _schedule(row, who, **change)
        assert refused.value.field == field
    made = _schedule(row, who, implementation_on=dt.date(2027, 3, 15))  # today is in time
    assert made.number == "1.3"
    assert "Tarnwick Gas Meters" in told(row, "SC-6.13")
    assert "Kestrel Test Laboratory" in told(row, "SC-6.13")


def _schedule(row: Proposal, who: make.Cast, **changes: object) -> object:
    planned = outcomes.Planned(**(make.PLANNED | {"characteristic": who.characteristic} | changes))
    return outcomes.schedule_version(
        proposal=row, planned=planned, by=who.secretary, at=CLOSED, version=row.version
    )


@pytest.mark.clause("SC-6.17")
def test_a_principal_version_with_its_sec_consultation_is_scheduled_and_published(who):
    row = make.decided(who)
    _schedule(row, who, number="2.0", sec_consultation="SEC consultation 2027/2")
    outcomes.sign_off_version(
        proposal=latest(row), reference="N-1", signed_off_on=dt.date(2027, 3, 15), by=who.secretary, at=CLOSED,
        version=latest(row).version,
    )  # fmt: skip
    assert publish(latest(row), who).number == "2.0"


def test_a_proposal_may_bring_a_new_set(who):
    row = make.decided(who)
    _schedule(
        row,
        who,
        characteristic=None,
        new_name="CPA Security Characteristics SAPC",
        device_types=["sapc"],
        number="1.0",
    )
    outcomes.sign_off_version(
        proposal=latest(row), reference="N-1", signed_off_on=dt.date(2027, 3, 15), by=who.secretary, at=CLOSED,
        version=latest(row).version,
    )  # fmt: skip
    assert str(publish(latest(row), who)) == "CPA Security Characteristics SAPC 1.0"


@pytest.mark.clause("SC-5.1")
def test_approval_by_the_ssc_alone_publishes_nothing(who):
    row = make.scheduled(who)
    with pytest.raises(Conflict):
        publish(row, who)
    with pytest.raises(Refusal):
        outcomes.sign_off_version(
            proposal=row,
            reference=" ",
            signed_off_on=CLOSED.date(),
            by=who.secretary,
            at=CLOSED,
            version=row.version,
        )
    assert ScVersion.objects.filter(characteristic=who.characteristic).count() == 2


@pytest.mark.clause("SC-6.14")
def test_an_implementation_date_that_passes_unconfirmed_raises_the_alarm(who):
    row = make.signed_off(who)
    owed = Obligation.objects.standing().get(clause="SC-6.14", subject_id=str(row.pk))
    journal.raise_alarms(at=dt.datetime(2027, 6, 1, 22, 59, tzinfo=dt.UTC))
    assert not Task.objects.filter(key=f"alarm:{owed.pk}", title__startswith="The time has passed").exists()
    journal.raise_alarms(at=dt.datetime(2027, 6, 1, 23, 0, tzinfo=dt.UTC))  # 2 June 00:00 in London
    assert Task.objects.filter(
        key=f"alarm:{owed.pk}", title__startswith="The time has passed", closed_at=None
    ).exists()
    publish(row, who, at=dt.datetime(2027, 6, 3, 9, tzinfo=dt.UTC), published_on=dt.date(2027, 6, 2))
    assert Obligation.objects.get(pk=owed.pk).was_late
    assert not Task.objects.filter(key=f"alarm:{owed.pk}", closed_at=None).exists()


@pytest.mark.clause("SC-6.13")
def test_a_moved_date_is_told_anew_and_the_watch_moves_with_it(who):
    row = make.scheduled(who)
    before = Notice.objects.filter(clause="SC-6.13", organisation=who.lab).count()
    outcomes.move_date(
        proposal=row, implementation_on=dt.date(2027, 7, 1), reason="NCSC needs a month.", by=who.secretary, at=CLOSED,
        version=row.version,
    )  # fmt: skip
    assert Notice.objects.filter(clause="SC-6.13", organisation=who.lab).count() == before + 1
    owed = Obligation.objects.standing().get(clause="SC-6.14", subject_id=str(row.pk))
    assert owed.due_at == dt.datetime(2027, 7, 1, 23, tzinfo=dt.UTC)


@pytest.mark.clause("SC-7.1")
@pytest.mark.clause("SC-7.2")
def test_a_use_case_takes_the_same_steps_and_becomes_guidance(who):
    row = make.decided(who, kind="use_case")
    assert row.report.title == f"Use Case Report {row.reference}"
    with pytest.raises(Refusal):
        _schedule(row, who)
    issued = outcomes.issue_guidance(
        proposal=row, title="Refurbishing after a flood", text="Dry it first.", by=who.secretary, at=CLOSED,
        version=row.version,
    )  # fmt: skip
    assert (issued.number, latest(row).state) == (1, "guidance_issued")
    assert list(row.stages.values_list("stage", flat=True))[:6] == [
        "submitted", "triage", "ncsc_liaison", "refinement", "consultation", "decided",
    ]  # fmt: skip
    assert "Brindle Power" in told(row, "SC-7.2")


def test_what_is_not_white_is_told_without_its_title(who):
    row = make.in_triage(who, classification="amber")
    for notice in Notice.objects.filter(subject_type="ssc.proposal", subject_id=str(row.pk)):
        assert "debug" not in f"{notice.title} {notice.context}".lower()


@pytest.mark.clause("SC-5.1")
def test_nobody_of_the_ssc_takes_on_what_they_raised_themselves(who):
    row = make.supported(who)
    Proposal.objects.filter(pk=row.pk).update(created_by=who.secretary)
    with pytest.raises(NotPermitted):
        _take_up(row, who)
