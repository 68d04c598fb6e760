"""A determination to remove, NCSC's confirmation and a valid replacement, in every order: nothing leaves the list."""

from itertools import permutations

import pytest
from django.db import connection

from cpl.models import BindingDetermination, ListingPeriod
from cpl.promises.entries import unlawful_removal
from ssc.promises import double_decisions
from tests.factories import cases, devices, removing

pytestmark = pytest.mark.django_db
NOON, DAY = cases.NOON, cases.DAY


@pytest.mark.clause("Z6.7-3")
@pytest.mark.parametrize("order", list(permutations("DCR")), ids="".join)
def test_replacement_in_any_order_keeps_the_entry_and_returns_the_case(order: tuple[str, ...]) -> None:
    setting = cases.stage()
    entry = setting.entries[0]
    cases.triaged(setting)
    for number, each in enumerate(order, 1):
        at = NOON + number * DAY
        if each == "D":
            if setting.case.triaged_at is None:  # a new fact asked for another triage
                cases.triaged(setting, at=at)
            cases.decided(setting, at=at, outcome="remove")
        elif each == "C":
            removing.confirmed(setting.group, setting.event, at=at)
        else:
            removing.found_valid(setting.group, removing.replaced(setting.group, entry, "NCSC", at=at), at=at)
        cases.sweep(at)
    cases.sweep(NOON + 5 * DAY)
    connection.check_constraints()
    assert ListingPeriod.objects.open().filter(device_model=entry).exists()
    assert removing.waiting_removal(entry) is None
    assert BindingDetermination.objects.get().state == "returned" and setting.case.state == "open"
    assert setting.case.facts.exists() and (double_decisions(), unlawful_removal()) == (0, 0)


def test_replacement_after_the_removal_leaves_the_removal_and_the_case_as_they_are() -> None:
    setting = cases.stage(confirmed=True)
    entry = setting.entries[0]
    cases.decided(setting, outcome="remove")
    devices.approved(removing.waiting_removal(entry), setting.group.approver, at=NOON + DAY)
    removing.found_valid(setting.group, removing.replaced(setting.group, entry, "NCSC", at=NOON + 2 * DAY))
    cases.sweep(NOON + 3 * DAY)
    assert not ListingPeriod.objects.open().filter(device_model=entry).exists()
    assert setting.case.state == "determined" and BindingDetermination.objects.get().state == "binding"
