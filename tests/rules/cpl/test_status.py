"""Whether a Device is on the list, and why (Appendix Z 6.10 and 6.11, PPCT Report 4.1.2)."""

from dataclasses import replace
from datetime import date

import pytest

from cpl.rules.status import Entry, Period, read_question, was_listed, why, why_entry
from tests.rules.cpl.facts import device_of

ON = date(2027, 2, 1)
LISTED = Period(opened_on=date(2026, 12, 1))
REMOVED = Period(
    opened_on=date(2026, 12, 1),
    closed_on=date(2027, 1, 11),
    closing_clause="Z6.2",
    public_reason="CPA Certificate withdrawn",
)


@pytest.fixture
def hub_fields(esme_fields):
    """What is asked about a SMETS2+ hub."""
    return esme_fields | {"device_type": "communications_hub", "spec_type": "CHTS", "spec_version": "1.3"}


def ask(fields, *entries, on=ON, **changes):
    """Ask whether a Device is on the list."""
    question, refusals = read_question(fields | changes)
    assert refusals == ()
    return why(question, entries, on=on)


def clauses(status):
    """Give the clauses of an answer's reasons."""
    return [each.clause for each in status.reasons]


@pytest.mark.clause("PPCT-4.1.2-n")
@pytest.mark.clause("Z6.11-2")
def test_listed_firmware_is_on_the_list_and_a_marked_row_is_not(esme, esme_fields):
    listed = ask(esme_fields, Entry("000639", esme, (LISTED,)))
    assert (listed.on_cpl, listed.entries, clauses(listed)) == (True, ("000639",), ["F2.1(a)"])
    removed = ask(esme_fields, Entry("000639", esme, (REMOVED,)))
    assert (removed.on_cpl, removed.entries, clauses(removed)) == (False, ("000639",), ["Z6.11"])
    assert "11 January 2027 under Appendix Z 6.2: CPA Certificate withdrawn." in removed.reasons[0].text


@pytest.mark.clause("PPCT-4.1.2-n")
def test_firmware_without_an_entry_is_not_on_the_list_and_the_listed_ones_are_named(esme, esme_fields):
    status = ask(esme_fields, Entry("000639", esme, (LISTED,)), firmware_version="00070805")
    assert (status.on_cpl, status.entries, clauses(status)) == (False, (), ["PPCT-4.1.2"])
    assert "00070804" in status.reasons[0].text


def test_hardware_or_model_without_an_entry_is_said(esme, esme_fields):
    entry = Entry("000639", esme, (LISTED,))
    hardware = ask(esme_fields, entry, hardware_revision="0F")
    assert "No entry has hardware 0000010F; those of this model have 00000100" in hardware.reasons[0].text
    assert "No entry has a Single Element" in ask(esme_fields, model_identifier="FFFF").reasons[0].text


@pytest.mark.clause("Z6.10-1")
def test_communications_hub_function_is_on_the_list_as_its_hub_is(hub_fields):
    hub = device_of(hub_fields)
    listed = ask(hub_fields, Entry("000001", hub, (LISTED,)), device_type="CHF")
    assert (listed.on_cpl, clauses(listed)) == (True, ["Z6.10", "F2.1(a)"])
    for day, on_cpl in ((date(2027, 1, 10), True), (date(2027, 1, 11), False)):
        answer = ask(hub_fields, Entry("000001", hub, (REMOVED,)), device_type="CHF", on=day)
        assert answer.on_cpl is on_cpl


@pytest.mark.clause("Z6.10-2")
def test_gas_proxy_function_of_a_removed_hub_is_not_on_the_list(hub_fields):
    hub = device_of(hub_fields)
    status = ask(hub_fields, Entry("000001", hub, (REMOVED,)), device_type="Gas Proxy Function")
    assert (status.on_cpl, clauses(status)) == (False, ["Z6.10", "Z6.11"])


def test_one_of_two_version_pairs_on_the_list_is_enough(esme, esme_fields):
    older = replace(esme, gbcs_version="3.1")
    status = ask(esme_fields, Entry("000002", esme, (LISTED,)), Entry("000001", older, (REMOVED,)))
    assert (status.on_cpl, status.entries) == (True, ("000002",))
    assert clauses(status) == ["Z6.11", "F2.1(a)"]


def test_malformed_question_names_every_field():
    question, refusals = read_question({"device_type": "Toaster"})
    assert question is None
    assert len(refusals) == 6


@pytest.mark.clause("Z6.11-2")
@pytest.mark.parametrize(
    ("period", "on", "answer"),
    [
        (LISTED, date(2026, 11, 30), False),
        (LISTED, date(2026, 12, 1), True),
        (REMOVED, date(2027, 1, 10), True),
        (REMOVED, date(2027, 1, 11), False),
        (Period(opened_known_by=date(2022, 9, 21)), date(2022, 9, 20), None),
        (Period(opened_known_by=date(2022, 9, 21)), date(2022, 9, 21), True),
        (
            Period(opened_known_by=date(2022, 9, 21), closed_known_by=date(2022, 9, 21)),
            date(2022, 9, 20),
            None,
        ),
        (
            Period(opened_known_by=date(2022, 9, 21), closed_known_by=date(2022, 9, 21)),
            date(2022, 9, 21),
            False,
        ),
        (Period(opened_known_by=date(2022, 9, 21), closed_on=date(2027, 1, 11)), date(2027, 1, 11), False),
    ],
)
def test_a_day_is_answered_as_its_end_found_the_list_or_not_at_all(period, on, answer):
    assert was_listed([period], on=on) is answer


def test_relisted_entry_has_two_periods_and_a_gap(esme):
    entry = Entry("000639", esme, (REMOVED, Period(opened_on=date(2027, 6, 1))))
    assert why_entry(entry, on=date(2027, 1, 10)).on_cpl
    assert clauses(why_entry(entry, on=date(2027, 5, 31))) == ["Z6.11"]
    assert why_entry(entry, on=date(2027, 6, 1)).on_cpl
    assert "not yet on the list" in why_entry(entry, on=date(2026, 11, 30)).reasons[0].text


def test_imported_entry_says_what_it_does_not_know(smets1_esme):
    entry = Entry("000007", smets1_esme, (Period(opened_known_by=date(2022, 9, 21)),))
    now, before = why_entry(entry, on=ON), why_entry(entry, on=date(2020, 1, 1))
    assert (now.on_cpl, clauses(now)) == (True, ["F2.1(b)"])
    assert "since before 22 September 2022" in now.reasons[0].text
    assert before.on_cpl is None
    assert "not known" in before.reasons[0].text


@pytest.mark.clause("Z6.11-2")
def test_imported_removed_entry_is_not_on_the_list(smets1_esme):
    period = Period(opened_known_by=date(2022, 9, 21), closed_known_by=date(2022, 9, 21))
    status = why_entry(Entry("000007", smets1_esme, (period,)), on=ON)
    assert status.on_cpl is False
    assert "removed before 22 September 2022." in status.reasons[0].text
