"""The incompatibility matrix (Theme I)."""

import pytest

from cpl.rules import matrix
from cpl.rules.matrix import CONSTRAINED, INCOMPATIBLE, NOT_KNOWN, Pair, Version
from secgov.errors import Refusal

ESME = Version("ESMETS", "4.2", "3.2")
GSME = Version("GSMETS", "4.2", "3.2")
HUB = Version("CHTS", "1.0", "1.0")
HCALCS = Version("HCALCSTS", "1.1", "3.2")
SAPC = Version("SAPCTS", "1.0", "4.0")


@pytest.mark.clause("F2.11(a)")
def test_what_is_said_of_two_versions_holds_both_ways_round():
    pairs = {frozenset({ESME, HUB}): Pair(INCOMPATIBLE)}
    assert matrix.value_between(pairs, ESME, HUB).value == INCOMPATIBLE
    assert matrix.value_between(pairs, HUB, ESME).value == INCOMPATIBLE
    with pytest.raises(Refusal):
        matrix.check_two_versions(HUB, HUB)
    matrix.check_two_versions(HUB, ESME)


@pytest.mark.clause("F2.12(a)")
def test_pair_that_nothing_is_said_about_is_not_known():
    assert matrix.value_between({}, ESME, HUB).value == NOT_KNOWN


@pytest.mark.clause("F2.11(b)")
def test_constraints_have_their_text_and_its_source():
    assert matrix.check_constraint(CONSTRAINED, "Not over 868 MHz.", "TSIRS 12") == ()
    assert [each.field for each in matrix.check_constraint(CONSTRAINED, " ", "")] == [
        "constraint_text",
        "source",
    ]
    assert [each.field for each in matrix.check_constraint(INCOMPATIBLE, "text", "x")] == ["constraint_text"]
    assert matrix.check_constraint(INCOMPATIBLE, "", "TSIRS 12") == ()


@pytest.mark.clause("F2.12(c)(i)", "F2.12(c)(ii)(A)", "F2.12(c)(ii)(B)", "F2.12(c)(ii)(C)")
def test_blank_pair_that_need_not_be_covered_is_no_gap():
    assert matrix.is_electricity_with_gas("ESMETS", "GSMETS")
    assert matrix.is_gas_with_electricity("GSMETS", "ESMETS")
    assert matrix.is_gas_with_load_control("HCALCSTS", "GSMETS")
    assert matrix.is_gas_with_proportional_control("GSMETS", "SAPCTS")
    assert matrix.gaps([ESME, GSME], {}) == ()
    assert matrix.gaps([GSME, HCALCS, SAPC], {}) == ((HCALCS, SAPC),)
    assert not matrix.is_exempt("ESMETS", "HCALCSTS")
    assert not matrix.is_exempt("GSMETS", "CHTS")


@pytest.mark.clause("F2.11-0")
def test_completeness_check_names_each_pair_that_is_missing_once():
    assert matrix.gaps([ESME, HUB, GSME], {frozenset({HUB, GSME}): Pair(INCOMPATIBLE)}) == ((HUB, ESME),)
    assert matrix.gaps([ESME, Version("ESMETS", "4.2", "4.0")], {}) == ()
