"""The incompatibility matrix of the Technical Specifications.

Section F2.11(a)  It says which Versions of each Technical Specification are incompatible
    with which Versions of each other.
Section F2.11(b)  It says where Versions, not being incompatible, may be subject to
    constraints as identified.
Section F2.12(a)  Incompatible: Devices complying with the one Version are known to be
    designed so that they cannot inter-operate fully with those complying with the other.
Section F2.12(b)  A Version is read together with any relevant GBCS Version; more than one
    means separate provision for each.
Section F2.12(c)  The matrix need not cover electricity with gas meters, nor gas meters with
    HCALCS or SAPC.

Reading: (b) ends "as identified"; free text and the source of identification are kept (A-25).
"Known": a pair that nothing is said about is not known, and is never shown as compatible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from secgov.errors import Refusal

ESMETS, GSMETS, CHTS, PPMIDTS, HCALCSTS, SAPCTS, IHDTS = (
    "ESMETS", "GSMETS", "CHTS", "PPMIDTS", "HCALCSTS", "SAPCTS", "IHDTS",
)  # fmt: skip
SPECIFICATIONS = (
    (CHTS, "Communications Hubs"),
    (ESMETS, "Electricity Smart Metering Equipment"),
    (GSMETS, "Gas Smart Metering Equipment"),
    (PPMIDTS, "Pre-Payment Interface Devices"),
    (HCALCSTS, "HAN Connected Auxiliary Load Control Switches"),
    (SAPCTS, "Standalone Auxiliary Proportional Controllers"),
    (IHDTS, "In-Home Displays"),
)
INCOMPATIBLE, CONSTRAINED, COMPATIBLE = "incompatible", "constrained", "compatible"
VALUES = (
    (INCOMPATIBLE, "Incompatible"),
    (CONSTRAINED, "Compatible with constraints"),
    (COMPATIBLE, "No incompatibility known"),
)
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A Version of a Technical Specification with one GBCS Version. Section F2.12(b)"""

    specification: str
    version: str
    gbcs: str

    def __str__(self) -> str:
        """As a person writes it."""
        return f"{self.specification} {self.version} with GBCS {self.gbcs}"


@dataclass(frozen=True, slots=True)
class Pair:
    """What is said of two Versions: a value, the constraints, and where they were identified."""

    value: str
    constraint: str = ""
    source: str = ""


def check_two_versions(one: Version, other: Version) -> None:
    """Refuse a pair of a Version with itself. Section F2.11(a)"""
    if one == other:
        raise Refusal(
            "A version is not compared with itself.",
            clause="F2.11(a)",
            field="second",
            remedy="Choose two versions.",
        )


def check_constraint(value: str, constraint: str, source: str) -> tuple[Refusal, ...]:
    """Ask for the text of constraints and for where they were identified. Section F2.11(b)

    Takes a value of VALUES. Gives every Refusal (fields ``constraint_text``, ``source``).
    """
    refusals = []
    if value == CONSTRAINED and not constraint.strip():
        refusals.append(
            Refusal(
                "The constraints are missing.",
                clause="F2.11(b)",
                field="constraint_text",
                remedy="Say what they are.",
            )
        )
    if value != CONSTRAINED and constraint.strip():
        refusals.append(
            Refusal(
                "Only versions that are compatible with constraints have constraints.",
                clause="F2.11(b)",
                field="constraint_text",
                remedy="Leave it blank, or choose the other value.",
            )
        )
    if not source.strip():
        refusals.append(
            Refusal(
                "It is not said where this was identified.",
                clause="F2.11(b)",
                field="source",
                remedy="Name the document or the decision.",
            )
        )
    return tuple(refusals)


def value_between(pairs: Mapping[frozenset[Version], Pair], one: Version, other: Version) -> Pair:
    """Give what is said of two Versions, either way round; absence means not known. Section F2.12(a)"""
    return pairs.get(frozenset({one, other}), Pair(NOT_KNOWN))


def is_electricity_with_gas(one: str, other: str) -> bool:
    """Whether the pair is of electricity with gas meters, which need not be covered. Section F2.12(c)(i)"""
    return {one, other} == {ESMETS, GSMETS}


def is_gas_with_electricity(one: str, other: str) -> bool:
    """The same pair, looked at from gas. Section F2.12(c)(ii)(A)"""
    return is_electricity_with_gas(other, one)


def is_gas_with_load_control(one: str, other: str) -> bool:
    """Whether the pair is of gas meters with HCALCS, which need not be covered. Section F2.12(c)(ii)(B)"""
    return {one, other} == {GSMETS, HCALCSTS}


def is_gas_with_proportional_control(one: str, other: str) -> bool:
    """Whether the pair is of gas meters with SAPC, which need not be covered. Section F2.12(c)(ii)(C)"""
    return {one, other} == {GSMETS, SAPCTS}


def is_exempt(one: str, other: str) -> bool:
    """Whether the matrix need not cover two Technical Specifications. Section F2.12(c)(i)"""
    return (
        is_electricity_with_gas(one, other)
        or is_gas_with_electricity(one, other)
        or is_gas_with_load_control(one, other)
        or is_gas_with_proportional_control(one, other)
    )


def gaps(
    versions: Iterable[Version], pairs: Mapping[frozenset[Version], Pair]
) -> tuple[tuple[Version, Version], ...]:
    """Give the pairs that should be covered and are not, in order: the completeness check. Section F2.11

    Pairs of one Technical Specification with itself are none: (a) compares each with each other.
    """
    return tuple(
        (one, other)
        for one, other in combinations(sorted(versions), 2)
        if one.specification != other.specification
        and not is_exempt(one.specification, other.specification)
        and frozenset({one, other}) not in pairs
    )
