"""The fast track's duties: who does each, from which state, who is told, and who learns nothing."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from secgov.accounts.models import Organisation, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Notice, Obligation, Task
from ssc.models import FastTrackRequest, SlotMove, TestSlot, VulnerabilityNotification
from ssc.rules.fast_track import NOTIFY_AND_APPLY_AGAIN, Answers
from ssc.services import fast_track, fast_track_queue, fast_track_tests
from tests.factories import dcc_lists, people
from tests.factories.fast_tracking import (
    DAY,
    FROM,
    NEW,
    NOON,
    OTHER,
    YES,
    again,
    granted,
    in_test,
    passed,
    requested,
    sought,
    tracks,
    values,
    view_of,
    viewed,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STATES = (
    "requested",
    "view_sought",
    "view_given",
    "granted",
    "refused",
    "in_test",
    "passed",
    "failed",
    "withdrawn",
)


@pytest.fixture(autouse=True)
def in_effect(settings):
    """The regime has effect."""
    settings.FAST_TRACK_FROM = FROM


@pytest.fixture
def group():
    """Who plays."""
    return tracks()


def refused_request(group, **kwargs):
    """A request that the SSC did not recommend."""
    row = viewed(group, Answers(True, True, False), **kwargs)
    return fast_track.refuse_fast_track(request=row, by=group.dcc, at=NOON, version=row.version)


def withdrawn(group, **kwargs):
    """A request that is asked no longer."""
    row = requested(group, **kwargs)
    return fast_track.withdraw_fast_track(
        request=row, by=group.participant, at=NOON, version=row.version, reason="Not needed."
    )


MAKE = {
    "requested": requested, "view_sought": sought, "view_given": viewed, "granted": granted, "refused": refused_request,
    "in_test": in_test, "passed": passed, "failed": lambda group, **kw: passed(group, has_passed=False, **kw),
    "withdrawn": withdrawn,
}  # fmt: skip

STEPS = {
    # step: (who may, from which states, the call)
    "seek_view": (
        {"dcc"}, {"requested"},
        lambda row, by: fast_track.seek_view(
            request=row, by=by, at=NOON, version=row.version, date_if_not=TODAY + DAY, date_if_fast=TODAY,
            asks_whether_notified=True,
        ),
    ),
    "give_view": (
        {"chair", "secretary"}, {"view_sought"},
        lambda row, by: fast_track.give_view(
            request=row, by=by, at=NOON, version=row.version, answers=YES, evidence="Mail of the Chair, 11 January"
        ),
    ),
    "grant": (
        {"dcc"}, {"view_given"},
        lambda row, by: fast_track.grant_fast_track(request=row, by=by, at=NOON, version=row.version, days={}),
    ),
    "receive sets": (
        {"dcc"}, {"granted", "failed"},
        lambda row, by: fast_track_tests.receive_device_sets(
            request=row, by=by, at=NOON, version=row.version, received_on=TODAY
        ),
    ),
    "record result": (
        {"dcc"}, {"in_test"},
        lambda row, by: fast_track_tests.record_result(
            request=row, by=by, at=NOON, version=row.version, has_passed=True, tested_on=TODAY, evidence="PPCT-77"
        ),
    ),
    "withdraw": (
        {"participant"}, set(STATES) - {"refused", "passed", "withdrawn"},
        lambda row, by: fast_track.withdraw_fast_track(
            request=row, by=by, at=NOON, version=row.version, reason="Not needed."
        ),
    ),
    "notify interoperability": (
        {"participant"}, set(STATES) - {"refused", "withdrawn"},
        lambda row, by: fast_track_tests.notify_interoperability(request=row, by=by, at=NOON, text="Alerts reorder."),
    ),
}  # fmt: skip


@pytest.mark.clause("PPCT-4.1.2-b", "PPCT-4.1.2-o")
@pytest.mark.parametrize("state", STATES)
def test_each_step_is_refused_from_every_other_state_and_to_everybody_else(group, state):
    row = MAKE[state](group)
    assert row.state == state
    for name, (who, sources, call) in STEPS.items():
        for player in ("participant", "rival", "dcc", "chair", "secretary", "member"):
            with transaction.atomic():
                outcome = ""
                try:
                    call(row, getattr(group, player))
                except NotPermitted:
                    outcome = "not permitted"
                except Conflict:
                    outcome = "conflict"
                transaction.set_rollback(True)
            expected = "not permitted" if player not in who else "" if state in sources else "conflict"
            assert outcome == expected, (name, player, state)


@pytest.mark.parametrize("change", ["is_material = false", "evidence = 'x'"])
def test_answers_once_given_and_what_was_asked_stand_whoever_asks_the_database(group, change):
    row = viewed(group)
    for statement in (
        f"UPDATE ssc_sscview SET {change}",
        "UPDATE ssc_fasttrackrequest SET affects_interoperability = true",
        "UPDATE ssc_fasttrackrequest SET devices = ARRAY['x']",
        "UPDATE ssc_testslot SET combination = 'x'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert view_of(row).is_material


def test_stale_version_is_refused_and_nothing_is_written(group):
    row = requested(group)
    stale = row.version
    STEPS["seek_view"][2](row, group.dcc)
    acts = Act.objects.count()
    with pytest.raises(Conflict):
        fast_track.withdraw_fast_track(
            request=row, by=group.participant, at=NOON, version=stale, reason="Not needed."
        )
    assert Act.objects.count() == acts


@pytest.mark.clause("PPCT-2.1")
def test_nothing_is_taken_before_the_regime_has_effect(group, settings):
    settings.FAST_TRACK_FROM = None
    with pytest.raises(Refusal, match="No date is set"):
        requested(group)
    settings.FAST_TRACK_FROM = TODAY + DAY
    with pytest.raises(Refusal, match="takes effect on 2027-01-12"):
        requested(group)
    settings.FAST_TRACK_FROM = TODAY
    assert requested(group).reference == "FT-2027-001"


def test_second_request_for_a_running_combination_is_refused_whatever_the_order_of_its_devices(group):
    row = requested(group)
    with pytest.raises(Refusal, match=row.reference) as refused:
        requested(group, devices=(OTHER, NEW))
    assert refused.value.field == "devices", "so that what was typed is kept"
    assert requested(group, devices=(NEW,)).reference == "FT-2027-002"


@pytest.mark.clause("PPCT-4.1.2-i")
def test_nobody_learns_from_a_request_that_anothers_runs_for_the_same_combination(group):
    requested(group)
    asked = fast_track.request_fast_track(
        organisation=group.rival.memberships.get().organisation, by=group.rival, at=NOON, provider="North",
        devices=[NEW, OTHER], new_device=NEW, values=values(),
    )  # fmt: skip
    assert asked.state == "requested"


@pytest.mark.clause("PPCT-4.1-G3")
def test_notification_keeps_steps_and_time_and_only_the_ssc_reads_it(group):
    row = fast_track.notify_vulnerability(
        organisation=group.organisation, by=group.participant, at=NOON, vulnerability="A key can be read.",
        steps="New firmware", intended_by=TODAY + 30 * DAY,
    )  # fmt: skip
    assert (row.steps, row.intended_by, row.notified_at) == ("New firmware", TODAY + 30 * DAY, NOON)
    seen = {
        name: VulnerabilityNotification.objects.visible_to(getattr(group, name)).exists()
        for name in ("participant", "rival", "dcc", "chair", "secretary", "member")
    }
    assert seen == dict.fromkeys(("participant", "chair", "secretary", "member"), True) | {
        "rival": False,
        "dcc": False,
    }
    told = list(Message.objects.values_list("recipient", "template"))
    assert {template for _, template in told} == {"ssc/for_the_committee"}
    assert {address for address, _ in told} == {group.chair.email, group.secretary.email}
    for day, refused in ((None, True), (TODAY - DAY, True), (TODAY, False)):
        given = {"vulnerability": "x", "steps": "y", "intended_by": day, "by": group.participant, "at": NOON}
        with pytest.raises(Refusal) if refused else nullcontext():
            fast_track.notify_vulnerability(organisation=group.organisation, **given)


@pytest.mark.clause("PPCT-4.1.2-b", "PPCT-4.1.2-q")
def test_dcc_is_told_at_its_contacts_for_testing_and_owes_the_question_within_a_working_day(group):
    row = requested(group)
    [message] = Message.objects.filter(template="ssc/fast_track")
    assert message.recipient.startswith("testing@") and "key handling" not in str(message.context)
    assert message.context["clause"] == "PPCT Report 9.15"
    obligation = Obligation.objects.about(row).get()
    assert (obligation.duty, obligation.by_law, obligation.due_at) == (
        fast_track.SEEK, False, dt.datetime(2027, 1, 13, tzinfo=dt.UTC),
    )  # fmt: skip
    STEPS["seek_view"][2](row, group.dcc)
    assert list(Obligation.objects.standing().about(row).values_list("duty", "owed_by")) == [
        (fast_track.ANSWER, Obligation.Owner.SSC)
    ]


@pytest.mark.clause("PPCT-9.16-2")
def test_secretary_answers_for_the_chair_only_with_evidence_and_the_row_says_so(group):
    row = sought(group)
    with pytest.raises(Refusal, match="Show how"):
        fast_track.give_view(request=row, by=group.secretary, at=NOON, version=row.version, answers=YES)
    view = fast_track.give_view(
        request=row, by=group.secretary, at=NOON, version=row.version, answers=YES, evidence="Call of 11:40"
    )
    assert view.keyed_for_the_chair and again(row).state == "view_given"


@pytest.mark.clause("PPCT-9.16-1", "PPCT-9.16-3")
def test_request_of_which_the_ssc_was_not_notified_is_refused_with_the_advice_to_notify_and_apply_again(
    group,
):
    row = viewed(group, Answers(False, True, True))
    with pytest.raises(Refusal, match="all three answers"):
        fast_track.grant_fast_track(request=row, by=group.dcc, at=NOON, version=row.version, days={})
    row = fast_track.refuse_fast_track(request=row, by=group.dcc, at=NOON, version=row.version)
    assert row.to_change.startswith(NOTIFY_AND_APPLY_AGAIN)
    assert requested(group).state == "requested", "it may be applied for again"
    assert Notice.objects.filter(organisation=group.organisation, title__contains="is refused").exists()


def test_what_was_recommended_cannot_be_refused(group):
    row = viewed(group)
    with pytest.raises(Refusal, match="recommended"):
        fast_track.refuse_fast_track(request=row, by=group.dcc, at=NOON, version=row.version)


@pytest.mark.clause("PPCT-4.1.2-j", "PPCT-4.1.2-i", "PPCT-9.17-1")
def test_grant_goes_first_and_tells_exactly_those_whose_day_moves(group):
    owners = [people.organisation(f"Supplier {number}", Organisation.Kind.PARTY) for number in range(10)]
    slots = [
        fast_track_queue.plan_slot(
            organisation=owner, combination=f"Secret combination {owner.pk}", planned_on=TODAY + (6 + number) * DAY,
            by=group.dcc, at=NOON,
        )
        for number, owner in enumerate(owners)
    ]  # fmt: skip
    moved = {slots[0].pk: TODAY + 20 * DAY, slots[1].pk: TODAY + 21 * DAY, slots[2].pk: slots[2].planned_on}
    row = granted(group, moved)
    told = Notice.objects.filter(template=fast_track_queue.MOVED)
    assert {notice.organisation for notice in told} == set(owners[:2])
    for notice in told:
        said = str(notice.context)
        assert "Secret" not in said and row.reference not in said and "ulnerab" not in said
    assert SlotMove.objects.filter(slot__in=slots).count() == 2
    assert TestSlot.objects.filter(ended_on=None).first().fast_track == row
    assert row.slot.planned_on == row.date_if_fast


def test_place_moves_only_if_it_gives_way_and_only_to_a_later_day(group):
    before = fast_track_queue.plan_slot(
        organisation=group.rival.memberships.get().organisation, combination="A", planned_on=TODAY + DAY,
        by=group.dcc, at=NOON,
    )  # fmt: skip
    between = fast_track_queue.plan_slot(
        organisation=before.organisation, combination="B", planned_on=TODAY + 5 * DAY, by=group.dcc, at=NOON
    )
    row = viewed(group)
    assert fast_track_queue.giving_way(row) == [between]
    for days, error in (({before.pk: TODAY + 9 * DAY}, Conflict), ({between.pk: TODAY}, Refusal)):
        with pytest.raises(error), transaction.atomic():
            fast_track.grant_fast_track(request=row, by=group.dcc, at=NOON, version=row.version, days=days)
    assert (
        again(row).state == "view_given"
        and not Notice.objects.filter(template=fast_track_queue.MOVED).exists()
    )


@pytest.mark.clause("PPCT-9.17-1")
def test_several_grants_go_by_the_time_of_their_grant_and_the_dcc_reorders_with_a_reason(group):
    first, second = granted(group), granted(group, devices=(NEW,))
    order = [slot.fast_track for slot in TestSlot.objects.filter(ended_on=None)]
    assert order == [first, second]
    slot = TestSlot.objects.get(fast_track=second)
    with pytest.raises(Refusal):
        fast_track_queue.reorder(
            slot=slot, by=group.dcc, at=NOON, version=slot.version, priority=1, reason=" "
        )
    with pytest.raises(NotPermitted):
        fast_track_queue.reorder(
            slot=slot, by=group.chair, at=NOON, version=slot.version, priority=1, reason="x"
        )
    fast_track_queue.reorder(
        slot=slot, by=group.dcc, at=NOON, version=slot.version, priority=1, reason="Its sets are here."
    )
    assert [slot.fast_track for slot in TestSlot.objects.filter(ended_on=None)] == [second, first]


@pytest.mark.clause("PPCT-4.1.2-p")
def test_no_test_begins_without_device_sets(group):
    row = granted(group)
    with pytest.raises(Refusal, match="device sets"):
        fast_track_tests.begin_test(request=row, by=group.dcc, at=NOON, version=row.version)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ssc_fasttrackrequest SET state = 'in_test' WHERE id = %s", [row.pk])


def test_failed_test_is_repeated_without_a_timetable(group):
    row = passed(group, has_passed=False)
    row = fast_track_tests.begin_test(request=row, by=group.dcc, at=NOON, version=row.version)
    fast_track_tests.record_result(
        request=row,
        by=group.dcc,
        at=NOON,
        version=row.version,
        has_passed=True,
        tested_on=TODAY,
        evidence="PPCT-78",
    )
    assert again(row).state == "passed" and row.results.count() == 2
    assert not TestSlot.objects.filter(ended_on=None).exists()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("has_passed", {"has_passed": None}),
        ("evidence", {"evidence": " "}),
        ("tested_on", {"tested_on": TODAY + DAY}),
    ],
)
def test_result_says_all_that_it_must(group, field, changes):
    row = in_test(group)
    given = {"has_passed": True, "tested_on": TODAY, "evidence": "PPCT-77"} | changes
    with pytest.raises(Refusal) as refused:
        fast_track_tests.record_result(request=row, by=group.dcc, at=NOON, version=row.version, **given)
    assert refused.value.field == field


def provide(dcc, devices):
    """The DCC's Eligible list with one combination of these devices."""
    return dcc_lists.version("eligible", dcc, dcc_lists.eligible(provider="NORTH", devices=list(devices)))


@pytest.mark.clause("PPCT-4.1.2-m")
def test_passed_request_closes_once_its_combination_stands_on_the_dccs_list_however_often_it_is_looked(group):
    row, failed = passed(group), passed(group, has_passed=False, devices=(NEW,))
    assert fast_track_tests.watch_fast_tracks(clock=lambda: NOON) == 0
    provide(group.dcc, (OTHER, NEW))
    assert [fast_track_tests.watch_fast_tracks(clock=lambda: NOON) for _ in range(3)] == [1, 0, 0]
    assert again(row).eligible_row and again(failed).eligible_row is None
    assert list(FastTrackRequest.objects.running()) == [failed]
    assert (
        Notice.objects.filter(organisation=group.organisation, title__contains="Eligible list").count() == 1
    )
    with pytest.raises(Refusal, match="closed"):
        fast_track_tests.notify_interoperability(request=row, by=group.participant, at=NOON, text="Late.")


@pytest.mark.clause("PPCT-4.1-r")
def test_view_is_effective_at_once_and_refused_ratification_calls_a_person(group):
    row = granted(group)
    fast_track_tests.watch_fast_tracks(clock=lambda: NOON)
    fast_track_tests.watch_fast_tracks(clock=lambda: NOON + DAY)
    reminders = Message.objects.filter(key__startswith="ssc/fast_track/ratify:")
    assert reminders.count() == 2, "the Chair and the secretary, once each"
    view = view_of(row)
    given = {"by": group.secretary, "at": NOON, "version": view.version, "reason": "Not material after all."}
    with pytest.raises(Refusal, match="minute"):
        fast_track.ratify_view(view=view, ratified=False, minute_reference=" ", **given)
    fast_track.ratify_view(view=view, ratified=False, minute_reference="SSC 112, item 4", **given)
    assert Task.objects.filter(key=f"fast-track-not-ratified:{row.pk}", closed_at=None).exists()
    assert again(row).state == "granted"
    with pytest.raises(Conflict):
        fast_track.ratify_view(view=view, ratified=True, minute_reference="SSC 112", **given)


def test_request_is_seen_by_its_participant_the_dcc_and_the_ssc_and_by_nobody_else(group):
    requested(group)
    supplier = people.person(Role.SUPPLIER, group.organisation)
    secretariat = people.person(Role.SECRETARIAT)
    seen = [
        FastTrackRequest.objects.visible_to(user).exists()
        for user in (
            group.participant,
            group.dcc,
            group.chair,
            group.member,
            group.rival,
            supplier,
            secretariat,
        )
    ]
    assert seen == [True, True, True, True, False, False, False]
