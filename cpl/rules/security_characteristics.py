"""The Security Characteristics: their versions, their mitigations, and what they go with.

SC Methodology 4.1, 4.2  Every version has a list of mitigations; each has a prefix (DEV, VER or DEP), a reference
    of its own, a name, the threats and the explicit requirements.
SC Methodology 5.3  Suppliers take all reasonable steps that no Device operates with a combination after its
    Maintenance End Date: a warning, never a removal.
SC Methodology 5.4  Table 4 of Schedule 11 says which version goes with which GBCS version.
SC Methodology 6.1  A version changes by an approved SC Modification Request only.
SC Methodology 6.16  The newest Sub-Version of a Principal Version that NCSC had published when a Model's
    certification began is the one to use.
SC Methodology 6.17  A Principal Version follows a change of SMETS or GBCS, and a SEC consultation.

Reading: the sentence in section 4 lacks its end, so the four parts that it names are asked for (A-27). 6.16 is a
"general rule": another version is warned of, not refused. The Principal Version is the one that the certificate
itself names; where it names none that is known, the newest then published. Nobody who does not know the day on which
certification began is warned.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cpl.rules.versions import clean_gbcs_version
from secgov.errors import Refusal, refuse_any

DEV, VER, DEP = "DEV", "VER", "DEP"
PREFIXES = {
    DEV: "Built into the development; checked during the evaluation",
    VER: "The evaluator tests or observes it",
    DEP: "Deployment and operational control; the basis of the Security Operating Procedures",
}
"""SC Methodology 4.1(a) to (c): a closed list."""

_NUMBER = re.compile(r"\s*[vV]?\s*([1-9]\d{0,2})\.(0|[1-9]\d{0,2})\s*\Z", re.ASCII)
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}\Z", re.ASCII)
NAME_CAP = 200


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """A version's number: Principal Version and Sub-Version."""

    principal: int
    sub: int

    def __str__(self) -> str:
        return f"{self.principal}.{self.sub}"


@dataclass(frozen=True, slots=True)
class Published:
    """A version, and the day on which NCSC published it."""

    number: Number
    published_on: date


@dataclass(frozen=True, slots=True)
class MitigationText:
    """A mitigation as it is typed: what SC Methodology 4.2 names."""

    prefix: str
    reference: str
    name: str
    threats: str
    requirements: str

    @property
    def key(self) -> str:
        """By what it is known in its version: DEV.M123."""
        return f"{self.prefix}.{self.reference}"


def read_number(text: str) -> Number | None:
    """Read a version's number as a certificate writes it: “1.3”, “v1.3”; None for anything else. SC Methodology 6.16"""
    match = _NUMBER.match(text)
    return Number(int(match[1]), int(match[2])) if match else None


def clean_number(text: str, *, field: str = "number") -> Number:
    """Give a version's number. SC Methodology 6.17

    Takes “1.3” or “v1.3”: Principal Version, point, Sub-Version. Raises Refusal.
    """
    number = read_number(text)
    if number is None:
        raise Refusal(
            "This is not a version of Security Characteristics.", clause="SC-6.17", field=field,
            remedy="Give the Principal Version, a point and the Sub-Version, for example 1.3.",
        )  # fmt: skip
    return number


def clean_prefix(text: str) -> str:
    """Give a prefix: DEV, VER or DEP. SC Methodology 4.1(a), SC Methodology 4.1(b) and SC Methodology 4.1(c)"""
    tidy = text.strip().upper()
    if tidy not in PREFIXES:
        raise Refusal(
            f"“{text.strip()}” is not a prefix of mitigations.", clause="SC-4.1", field="mitigations",
            remedy="Begin with DEV, VER or DEP.",
        )  # fmt: skip
    return tidy


def read_mitigations(text: str) -> tuple[MitigationText, ...]:
    """Read the mitigations of a version, one a line, in four parts. SC Methodology 4.1 and SC Methodology 4.2

    Takes lines with upright strokes between the parts: ``DEV.M123 | Name | Threats | Requirements``. Raises Refusals
    (field ``mitigations``) for a version without any, a prefix that is none, a part left out, or a reference that
    stands twice.
    """
    found: dict[str, MitigationText] = {}
    refusals = []
    for place, line in enumerate((each for each in text.splitlines() if each.strip()), start=1):
        try:
            one = _read_mitigation(line, place)
        except Refusal as refusal:
            refusals.append(refusal)
            continue
        if one.key in found:
            refusals.append(
                _bad(f"Line {place}: {one.key} stands twice.", "SC-4.2", "Give each its own reference.")
            )
        found[one.key] = one
    if not found and not refusals:
        refusals.append(
            _bad("There is no mitigation.", "SC-4.1", "Every version has at least one; give one a line.")
        )
    refuse_any(refusals)
    return tuple(found.values())


def _read_mitigation(line: str, place: int) -> MitigationText:
    parts = [" ".join(part.split()) for part in line.split("|")]
    if len(parts) != 4 or not all(parts):
        raise _bad(
            f"Line {place} does not have its four parts.", "SC-4.2",
            "Write: DEV.M123 | name | threats | requirements.",
        )  # fmt: skip
    prefix, _, reference = parts[0].partition(".")
    clean = clean_prefix(prefix)
    if not _REFERENCE.match(reference.upper()):
        raise _bad(f"Line {place}: {parts[0]} has no reference number.", "SC-4.2", "Write it like DEV.M123.")
    if len(parts[1]) > NAME_CAP:
        raise _bad(f"Line {place}: the name is too long.", "SC-4.2", f"At most {NAME_CAP} characters.")
    return MitigationText(clean, reference.upper(), *parts[1:])


def _bad(message: str, clause: str, remedy: str) -> Refusal:
    return Refusal(message, clause=clause, field="mitigations", remedy=remedy)


def read_gbcs_versions(text: str) -> tuple[str, ...]:
    """Read the GBCS versions that a version goes with, parted by commas; none is an answer too. SC Methodology 5.4

    Raises Refusal (field ``gbcs_versions``).
    """
    try:
        found = [clean_gbcs_version(each) for each in text.replace(";", ",").split(",") if each.strip()]
    except Refusal as refusal:
        raise Refusal(
            refusal.message, clause="SC-5.4", field="gbcs_versions", remedy="Write them like 3.2, 4.0."
        ) from refusal
    return tuple(dict.fromkeys(found))


def check_route(*, proposal_reference: str, published_on: date, registered_on: date) -> None:
    """Refuse a version that came by no approved SC Modification Request. SC Methodology 6.1

    Takes the request's reference ("" for none), the day of NCSC's publication and the day on which the set came into
    this register: what NCSC had published before that day is taken over as it stands.
    """
    if not proposal_reference and published_on >= registered_on:
        raise Refusal(
            "A version changes by an approved SC Modification Request only.", clause="SC-6.1", field="published_on",
            remedy="Raise a request. Without one only what NCSC published before this register began is taken over.",
        )  # fmt: skip


def check_follows(number: Number, *, known: Collection[Number], sec_consultation: str) -> None:
    """Refuse a version that follows no other, or a new Principal Version without its SEC consultation. SC Methodology 6.17

    Takes the versions of the set that are known. The first version of a new set is 1.0 and is no change.
    """
    newest = max(known, default=None)
    if newest is None:
        return
    if number <= newest:
        raise Refusal(
            f"Version {number} does not follow {newest}.", clause="SC-6.17", field="number",
            remedy=f"Give {newest.principal}.{newest.sub + 1}, or {newest.principal + 1}.0 for a new Principal Version.",
        )  # fmt: skip
    if number.principal != newest.principal and not sec_consultation.strip():
        raise Refusal(
            "A new Principal Version is subject to SEC consultation.", clause="SC-6.17", field="sec_consultation",
            remedy="Give the reference of that consultation.",
        )  # fmt: skip


def expected_version(
    versions: Iterable[Published], *, commenced_on: date | None, named: Number | None = None
) -> Number | None:
    """Compute which version applies to a certification that began on a day; None where that cannot be said. SC Methodology 6.16

    Takes the versions of one set, the day (None: not known) and the version that the certificate names, whose
    Principal Version is taken. What was published on the day itself counts.
    """
    if commenced_on is None:
        return None
    known = [each.number for each in versions if each.published_on <= commenced_on]
    same = [each for each in known if named is not None and each.principal == named.principal]
    return max(same or known, default=None)


def goes_with(gbcs_version: str, *, mapped: Sequence[str]) -> bool | None:
    """Say whether a version goes with a GBCS version; None where its mapping is not in the register. SC Methodology 5.4"""
    return gbcs_version in mapped if mapped else None


def is_past_maintenance(ends_on: date | None, *, on: date) -> bool:
    """Say whether the Maintenance End Date of a combination has passed; its own day is still in time. SC Methodology 5.3

    An open-ended combination has no date and never passes. Nothing is ever removed for it.
    """
    return ends_on is not None and on > ends_on
