"""Removals for a certificate: they arise when the last gate clears, whatever the order, and an approval carries them out."""

import datetime as dt
import itertools

import pytest
from django.db import connection

from cpl.models import BindingDetermination, ListChange, ListingPeriod
from cpl.promises.entries import single_person_acts, unlawful_removal
from cpl.services import list_changes
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Obligation
from tests.factories import devices, removing

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(removing.with_entry)]
NOON, DAY = removing.NOON, removing.DAY


@pytest.fixture
def group(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world):
    """An entry on the list."""
    return world[1]


def standing_limbs(change):
    """The limbs of F2.8 that are owed about a change."""
    return sorted(
        Obligation.objects.standing().about(change).filter(by_law=True).values_list("clause", flat=True)
    )


def is_listed(entry):
    """Whether the entry has an open period."""
    return ListingPeriod.objects.open().filter(device_model=entry).exists()


@pytest.mark.clause("Z6.7-1")
def test_report_alone_changes_nothing_on_the_list_and_asks_for_confirmation(group, entry):
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"))
    assert event.state == "unconfirmed" and is_listed(entry)
    assert not ListChange.objects.filter(kind="remove").exists()
    assert Obligation.objects.standing().about(event).get().clause == "Z6.7"
    assert event.certificate.state == "valid"


@pytest.mark.clause("F2.7A(b)")
@pytest.mark.clause("Z6.1")
@pytest.mark.clause("Z6.7-2", "F2.8-1")
def test_confirmed_withdrawal_of_a_zigbee_certificate_requires_removal_within_a_working_day(group, entry):
    at = dt.datetime(2027, 1, 11, 10, 0, tzinfo=dt.UTC)
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"), at=at - 2 * DAY)
    assert removing.waiting_removal(entry) is None
    removing.confirmed(group, event, at=at)  # the last gate clears: required from here, not from the report
    connection.check_constraints()
    change = removing.waiting_removal(entry)
    assert (change.clause, change.required_at, change.proposed_by) == ("Z6.1", at, group.secretariat)
    assert change.public_reason == "ZigBee certificate withdrawn; confirmed by the ZigBee Alliance."
    assert standing_limbs(change) == ["F2.8(a)", "F2.8(b)", "F2.8(c)"]
    due = Obligation.objects.about(change).filter(by_law=True).values_list("due_at", flat=True).distinct()
    assert set(due) == {dt.datetime(2027, 1, 13, tzinfo=dt.UTC)}
    assert is_listed(entry)


@pytest.mark.clause("F2.2-2")
def test_approval_carries_a_duty_out_and_opens_nothing_twice(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    change = devices.approved(removing.waiting_removal(entry), group.approver, at=NOON + DAY)
    connection.check_constraints()
    period = ListingPeriod.objects.get()
    assert (period.closing_clause, period.closed_at, period.closed_by_change) == ("Z6.1", NOON + DAY, change)
    assert change.required_at == NOON
    assert Obligation.objects.about(change).filter(by_law=True).count() == 3
    act = Act.objects.get(verb="cpl.device_model.removed")
    assert (act.clause, act.public_reason) == ("Z6.1", change.public_reason)
    assert [gate["met"] for gate in change.gates] == [True, True, True]


@pytest.mark.clause("Z6.7-2")
def test_whoever_confirmed_the_event_cannot_approve_the_removal(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    with pytest.raises((Refusal, NotPermitted)):
        devices.approved(removing.waiting_removal(entry), group.secretariat)


@pytest.mark.clause("F2.7A(b)")
def test_expiry_of_a_zigbee_certificate_removes_nothing(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    devices.restated(certificate, expires_on=NOON.date())
    at = NOON + DAY
    event = removing.reported(group, certificate, "EXPIRED", at=at)
    removing.confirmed(group, event, at=at)
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("Z6.2-2")
@pytest.mark.clause("Z6.7-2")
def test_determination_to_remove_waits_for_the_confirmation(group, entry):
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"))
    determination = removing.determined(group, entry)
    assert removing.waiting_removal(entry) is None
    assert Obligation.objects.standing().about(determination).get().clause == "Z6.7"
    later = NOON + 2 * DAY
    removing.confirmed(group, event, at=later)
    change = removing.waiting_removal(entry)
    assert (change.clause, change.determination, change.required_at) == ("Z6.2", determination, later)
    assert not Obligation.objects.standing().about(determination).exists()
    assert "determined that the Device Model be removed" in change.public_reason


@pytest.mark.clause("Z6.2-2")
def test_determination_not_to_remove_removes_nothing(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    removing.determined(group, entry, "retain")
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("F2.7A(a)-1")
def test_confirmed_end_of_a_cpa_certificate_without_a_determination_removes_nothing(group, entry):
    event = removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    assert removing.waiting_removal(entry) is None
    assert [each.device_model for each in event.affected.filter(covered_by=None)] == [entry]


@pytest.mark.clause("Z6.4-1")
def test_64_needs_a_plan_in_place_of_removal(group, entry):
    removing.reported(group, removing.certificate_of(entry, "NCSC"))
    removing.determined(group, entry, "retain")
    with pytest.raises(Refusal, match="needs a new trigger"):
        removing.determined(group, entry, clause="Z6.4")


@pytest.mark.clause("Z6.4-1")
@pytest.mark.clause("Z6.4-2")
def test_64_after_a_plan_requires_removal_within_a_working_day(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    removing.determined(group, entry, "retain", with_plan=True)
    at = dt.datetime(2026, 12, 24, 11, 0, tzinfo=dt.UTC)
    removing.determined(group, entry, clause="Z6.4", at=at)
    change = removing.waiting_removal(entry)
    assert change.clause == "Z6.4"
    assert Obligation.objects.about(change).filter(by_law=True)[0].due_at == dt.datetime(
        2026, 12, 30, tzinfo=dt.UTC
    )
    assert BindingDetermination.objects.filter(state="superseded", outcome="retain").count() == 1


@pytest.mark.clause("Z6.4-1")
def test_64_is_refused_once_a_new_certificate_covers_the_model(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    removing.determined(group, entry, "retain", with_plan=True)
    removing.found_valid(group, removing.replaced(group, entry, "NCSC"))
    with pytest.raises(Refusal, match="no longer stands"):
        removing.determined(group, entry, clause="Z6.4")


@pytest.mark.clause("Z6.7-3")
def test_replacement_recorded_a_minute_before_holds_the_removal(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    seen = removing.waiting_removal(entry)
    certificate = removing.replaced(group, entry, "ZIGBEE")
    held = removing.waiting_removal(entry)
    assert held.held_since == NOON and standing_limbs(held) == []
    fallen = Obligation.objects.about(held).exclude(fell_away_at=None)
    assert all("holds the removal" in each.fell_away_reason for each in fallen)
    with pytest.raises(Conflict):
        devices.approved(seen, group.approver)
    with pytest.raises(Refusal, match="awaits validation"):
        devices.approved(held, group.approver)
    assert is_listed(entry)
    assert Obligation.objects.standing().about(certificate).get().working_days == 1


@pytest.mark.clause("Z6.7-3")
def test_replacement_found_invalid_lets_the_removal_go_on_from_that_instant(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    certificate = removing.replaced(group, entry, "ZIGBEE")
    at = NOON + 3 * DAY
    removing.found_invalid(group, certificate, at=at)
    connection.check_constraints()
    change = removing.waiting_removal(entry)
    assert (change.held_since, change.required_at) == (None, at)
    assert standing_limbs(change) == ["F2.8(a)", "F2.8(b)", "F2.8(c)"]
    assert not Obligation.objects.standing().about(certificate).exists()
    devices.approved(change, group.approver, at=at)
    assert not is_listed(entry)


@pytest.mark.clause("Z6.7-3")
def test_replacement_found_valid_cancels_the_removal_and_returns_the_case_to_the_ssc(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    determination = removing.determined(group, entry)
    change = removing.waiting_removal(entry)
    removing.found_valid(group, removing.replaced(group, entry, "NCSC"))
    connection.check_constraints()
    change, determination = (type(each).objects.get(pk=each.pk) for each in (change, determination))
    assert (change.state, determination.state) == ("cancelled", "returned")
    assert "NEW-1 is in force for it (A-14)" in change.cancelled_reason
    assert not Obligation.objects.standing().about(change).exists()
    assert is_listed(entry)


@pytest.mark.clause("Z6.7-3")
def test_another_certificate_of_the_same_body_in_force_stops_the_removal(group, entry):
    removing.found_valid(group, removing.replaced(group, entry, "ZIGBEE"))
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    assert removing.waiting_removal(entry) is None and is_listed(entry)


def test_rival_s_false_report_on_the_other_certificate_does_not_remove(group, entry):
    other = removing.found_valid(group, removing.replaced(group, entry, "ZIGBEE"))
    removing.reported(group, other)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    assert removing.waiting_removal(entry) is None


@pytest.mark.clause("Z6.2-1")
def test_determination_whose_event_is_denied_is_void(group, entry):
    event = removing.reported(group, removing.certificate_of(entry, "NCSC"))
    determination = removing.determined(group, entry)
    removing.denied(group, event)
    connection.check_constraints()
    assert BindingDetermination.objects.get(pk=determination.pk).state == "void"
    assert not Obligation.objects.standing().about(determination).exists()


def test_duty_cannot_be_sent_back(group, entry):
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    with pytest.raises(Refusal, match="duty of the Panel"):
        list_changes.send_back(
            changes=[removing.waiting_removal(entry)],
            by=group.approver,
            at=NOON,
            reason="I would rather not.",
        )


STEPS = ("event", "confirm", "determine", "replace", "refuse the replacement")


@pytest.mark.parametrize(
    "order",
    [
        order
        for order in itertools.permutations(STEPS)
        if order.index("event") < order.index("confirm")
        and order.index("event") < order.index("determine")
        and order.index("replace") < order.index("refuse the replacement")
    ],
)
def test_removal_arises_once_and_only_when_the_last_gate_clears(group, entry, order):
    """Event, confirmation, determination and a replacement found invalid, in any order that life allows."""
    made = {}
    done = set()
    for place, step in enumerate(order):
        at = NOON + place * DAY
        if step == "event":
            made["event"] = removing.reported(group, removing.certificate_of(entry, "NCSC"), at=at)
        elif step == "confirm":
            removing.confirmed(group, made["event"], at=at)
        elif step == "determine":
            removing.determined(group, entry, at=at)
        elif step == "replace":
            made["replacement"] = removing.replaced(group, entry, "NCSC", at=at)
        else:
            removing.found_invalid(group, made["replacement"], at=at)
        done.add(step)
        change = removing.waiting_removal(entry)
        ready = {"event", "confirm", "determine"} <= done
        held = "replace" in done and "refuse the replacement" not in done
        assert (change is not None and change.held_since is None) == (ready and not held), (step, order)
        assert (
            standing_limbs(change) == (["F2.8(a)", "F2.8(b)", "F2.8(c)"] if ready and not held else [])
            if change
            else True
        )
        if ready and not held:
            last = max(order.index(each) for each in STEPS[1:3] if each in done)
            if "refuse the replacement" in done and order.index("refuse the replacement") > last:
                last = order.index("refuse the replacement")
            assert change.required_at == NOON + last * DAY
    assert ListChange.objects.filter(kind="remove").count() == 1
    devices.approved(removing.waiting_removal(entry), group.approver, at=NOON + 5 * DAY)
    connection.check_constraints()
    assert not is_listed(entry)


def test_promises_hold_after_removals_of_every_ground_but_not_where_the_ground_is_taken_away(group, entry):
    """I-9 and I-13: the gates' rows are looked for, not only what the change says of itself."""
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    change = devices.approved(removing.waiting_removal(entry), group.approver, at=NOON + DAY)
    connection.check_constraints()
    assert (unlawful_removal(), single_person_acts()) == (0, 0)
    ListChange.objects.filter(pk=change.pk).update(removal_event=None)
    assert unlawful_removal() == 1
