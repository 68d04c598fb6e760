"""What else is told to whoever asks why a Device is, or is not, on the list (F2.2B, F2.4, PPCT 4.1.2, F2.1)."""

from datetime import date

import pytest

from cpl.rules.limbs import Limb
from cpl.rules.status_evidence import (
    Asked,
    Combinations,
    Held,
    combination_reasons,
    evidence_reason,
    submission_reasons,
)

ON = date(2027, 2, 1)
ALL = frozenset({"ZIGBEE", "NCSC"})


def text(*held, generation="SMETS2+", required=ALL):
    reason = evidence_reason(generation, required, held, on=ON)
    return reason and f"{reason.clause}: {reason.text}"


def test_certificates_in_force_are_named_and_smets1_needs_none():
    assert text(Held("ZIGBEE"), Held("NCSC", ON, "renewal")) == (
        "F2.4: Every certificate asked for is in force: the ZigBee Alliance, NCSC."
    )
    assert text(generation="SMETS1") == "F2.2B: It is SMETS1, which needs no Assurance Certificate."
    assert text(required=frozenset()) is None


def test_what_an_entry_lacks_is_said_and_that_it_takes_nothing_off_the_list():
    passed = text(Held("ZIGBEE"), Held("NCSC", date(2027, 1, 31), "renewal"))
    assert "NCSC whose renewal date has not passed (it was 31 January 2027)" in passed
    assert "It stays on the list until" in passed
    assert "Lacking: a certificate of NCSC." in text(Held("ZIGBEE"))
    assert "names none" in text()


@pytest.mark.clause("PPCT-4.1.2-m")
def test_smets1_device_without_an_entry_is_told_how_it_stands_on_the_dccs_lists():
    def said(combinations=Combinations(), smets1=True):  # noqa: B008  it cannot be changed
        return " ".join(each.text for each in combination_reasons(combinations, may_be_smets1=smets1))

    assert said().startswith("No SMETS1 Eligible Product Combination holds it")
    assert said(smets1=False) == ""
    assert "(developing or testing)" in said(Combinations(pending="Developing or testing"), smets1=False)
    assert "what is lacking is an accepted submission" in said(Combinations(eligible=True))


def test_submission_is_told_with_each_thing_that_it_lacks():
    lacking = Limb("F2.1(a)", "A CPA Certificate.", "No CPA Certificate has been received.")
    reasons = submission_reasons([Asked("S-2027-00001", "in_review", "In review", (lacking,))])
    assert [(each.clause, each.text) for each in reasons] == [
        ("F2.1", "Submission S-2027-00001 is there: in review."),
        ("F2.1(a)", "S-2027-00001 lacks: No CPA Certificate has been received."),
    ]
    assert submission_reasons([Asked("S-2027-00001", "accepted", "Accepted")])[0].clause == "F2.8"
