"""Which earlier entries may be upgraded to a firmware (Section F2.15)."""

from dataclasses import replace

import pytest

from cpl.rules.upgrade_paths import NamedEntry, check_upgrade_path, read_numbers
from secgov.errors import Refusal


def said(device, *named, kind="entries", own=None):
    """Give what is wrong with a path, in sentences."""
    return [each.message for each in check_upgrade_path(kind=kind, device=device, own=own, named=named)]


def test_numbers_are_read_however_they_are_separated():
    assert read_numbers("000738, 702;000702\n 5 ") == (5, 702, 738)
    assert read_numbers("") == ()


@pytest.mark.parametrize("text", ["abc", "0", "1234567", "12.5"])
def test_what_is_no_number_of_an_entry_is_refused(text):
    with pytest.raises(Refusal) as refused:
        read_numbers(text)
    assert refused.value.field == "upgrades_from"


def test_entries_of_the_same_hardware_may_be_named(esme):
    older = replace(esme, firmware_version="00070803", spec_version="3.1", gbcs_version="2.1")
    assert said(esme, NamedEntry(1, older), NamedEntry(2, older)) == []


def test_path_names_entries_or_says_that_there_are_none(esme):
    assert said(esme) == ["No entry is named."]
    assert said(esme, kind="none") == [] and said(esme, kind="") == []
    assert said(esme, NamedEntry(1, esme), kind="none") == ["Entries are named, though none may be upgraded."]


@pytest.mark.parametrize(
    "change",
    [
        {"hardware_version": "02"},
        {"hardware_revision": "01"},
        {"model_identifier": "0001"},
        {"manufacturer_identifier": "1086"},
        {"device_type": "gsme"},
    ],
)
def test_entry_of_other_hardware_is_refused(esme, change):
    [message] = said(esme, NamedEntry(7, replace(esme, **change)))
    assert message.startswith("Entry 000007 is other hardware")


def test_entry_that_does_not_exist_and_the_very_one_are_refused(esme):
    assert said(esme, NamedEntry(7, None), NamedEntry(8, esme), own=8) == [
        "There is no entry 000007.",
        "Entry 000008 is this very one.",
    ]
