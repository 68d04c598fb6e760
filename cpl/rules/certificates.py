"""Assurance Certificates: who issues them, what makes one valid, and on which days.

Section F2.3  The Assurance Certification Bodies are (a) the ZigBee Alliance, (b) the
    DLMS User Association and (c) NCSC: a closed list of three.
Section F2.4  The kind of a certificate follows from its body. (a) A ZigBee Alliance
    certificate contains the certified logo and interoperability icons; (b) a DLMS
    Certificate includes the conformance tested service mark; (c) a CPA Certificate
    is issued by NCSC. The Secretariat attests that it saw them.
Section F2.5  A certificate is not valid unless it expressly identifies the Device
    Models and the Physical Device Type; nor, unless it is a CPA Certificate, if its
    expiry date is more than six years after its issue.
Appendix Z 2.1  (f) number, standard and version of the standard of each certificate;
    (g) of a CPA Certificate the expiry or renewal date and the Security
    Characteristics version.

Reading: a certificate is valid through the whole of its date (A-52). Every Device
Model is listed; a range identifies none (A-09). Exactly six years is valid, and no
expiry date leaves the cap unengaged (A-03). Of several certificates the governing
one is in force and has the latest Relevant Date (A-45).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cpl.rules.limbs import Limb, limb
from secgov.errors import Refusal
from secgov.time_rules import months_after

ZIGBEE = "ZIGBEE"
DLMS = "DLMS"
NCSC = "NCSC"
BODIES = (ZIGBEE, DLMS, NCSC)
"""Section F2.3(a) to (c). The codes are stable; the names below are labels."""
BODY_NAMES = {ZIGBEE: "ZigBee Alliance", DLMS: "DLMS User Association", NCSC: "NCSC"}

KIND_CPA = "CPA"
KINDS = {ZIGBEE: "ZIGBEE", DLMS: "DLMS", NCSC: KIND_CPA}
"""The kind of a certificate by its body (Section F2.4)."""
KIND_NAMES = {"ZIGBEE": "ZigBee certificate", "DLMS": "DLMS Certificate", KIND_CPA: "CPA Certificate"}
CLAUSE_OF_BODY = {ZIGBEE: "F2.4(a)", DLMS: "F2.4(b)", NCSC: "F2.4(c)"}
ATTESTATIONS = {
    ZIGBEE: "I have seen the ZigBee certified logo and the interoperability icons on the certificate.",
    DLMS: "I have seen the conformance tested service mark on the certificate.",
    NCSC: "I have seen that NCSC issued the certificate under its commercial product assurance scheme.",
}
"""What the Secretariat attests, in its own words, before a certificate can become valid."""

RECORDED, VALID, INVALID, VOID = "recorded", "valid", "invalid", "void"
STATES = (RECORDED, VALID, INVALID, VOID)

CAP_MONTHS = 6 * 12
"""Section F2.5: an expiry date at most six years after issue, CPA Certificates excepted."""

EXPIRY, RENEWAL = "expiry", "renewal"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One Device Model that a certificate expressly identifies.

    ``identity`` is the identity text. ``ended_on`` is the first London date on which
    the certificate no longer covers this model although it may cover others.
    ``attested`` is False while only the submitter says that the certificate names it:
    a model that joins a certificate later counts only when the Secretariat has seen it
    named, whether the certificate is valid by then or still recorded.
    """

    identity: str
    ended_on: date | None = None
    attested: bool = True


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one certificate.

    ``marks_seen`` and ``models_named`` are what the Secretariat attested: the marks
    of the body, and that the document names each Device Model covered and its
    Physical Device Type. ``lapsed_on`` is the London date of a confirmed
    withdrawal, cancellation or other event, if any.
    """

    body: str
    number: str
    standard: str = ""
    standard_version: str = ""
    state: str = RECORDED
    marks_seen: bool = False
    models_named: bool = False
    coverage: tuple[Coverage, ...] = ()
    issued_on: date | None = None
    expires_on: date | None = None
    renews_on: date | None = None
    sc_version: str = ""
    lapsed_on: date | None = None


def clean_body(text: str) -> str:
    """Give the code of a certification body. Section F2.3(a), Section F2.3(b) and Section F2.3(c)

    Raises Refusal (field ``body``) for any but the three.
    """
    tidy = text.strip().upper()
    if tidy not in BODIES:
        raise Refusal(
            f"“{text.strip()}” is not an Assurance Certification Body."
            if tidy
            else "The Assurance Certification Body is missing.",
            clause="F2.3",
            field="body",
            remedy=f"Choose one of: {', '.join(BODY_NAMES.values())}.",
        )
    return tidy


def kind_of(body: str) -> str:
    """Derive the kind of a certificate from its body. Section F2.4"""
    return KINDS[body]


def check_kind(*, body: str, kind: str) -> None:
    """Refuse a kind that its body does not issue: NCSC alone issues CPA. Section F2.4 and SC Methodology 3.1

    Takes both codes; a blank kind is derived and so never wrong. Raises Refusal
    (field ``kind``).
    """
    if kind and kind != KINDS[body]:
        raise Refusal(
            f"{BODY_NAMES[body]} issues a {KIND_NAMES[KINDS[body]]}, not a {KIND_NAMES.get(kind, kind)}.",
            clause="F2.4",
            field="kind",
            remedy="Leave the kind out: it follows from the body.",
        )


def relevant_date(certificate: Certificate) -> date | None:
    """Give the Relevant Date: expiry or renewal, the earlier of both. Appendix Z 2.1(g)

    None where the certificate states no date (ZigBee and DLMS may).
    """
    dates = [day for day in (certificate.expires_on, certificate.renews_on) if day]
    return min(dates) if dates else None


def date_kind(certificate: Certificate) -> str:
    """Tell which date the Relevant Date is: "expiry", "renewal" or "". Appendix Z 2.1(g)"""
    day = relevant_date(certificate)
    if day is None:
        return ""
    return EXPIRY if day == certificate.expires_on else RENEWAL


def identification_limbs(certificate: Certificate) -> tuple[Limb, ...]:
    """Judge whether models and type are expressly identified; CPA is no exception. Section F2.5"""
    return (
        limb(
            "F2.5",
            "The certificate expressly identifies the Device Models it applies to.",
            bool(certificate.coverage),
            f"Certificate {certificate.number} names no Device Model.",
            remedy="List every Device Model that the certificate names.",
            field="coverage",
        ),
        limb(
            "F2.5",
            "The Secretariat has attested that it names each of them and the Physical Device Type.",
            certificate.models_named,
            f"Nobody has attested that certificate {certificate.number} expressly names each Device Model "
            "and its Physical Device Type.",
            remedy="Compare the document with the Device Models listed under it, then attest it.",
            field="models_named",
        ),
    )


def cap_limb(certificate: Certificate) -> Limb:
    """Judge the six-year cap, which spares CPA Certificates. Section F2.5"""
    asks = "Unless it is a CPA Certificate, it expires at most six years after its issue."
    if certificate.body == NCSC or certificate.expires_on is None:
        return Limb("F2.5", asks)
    if certificate.issued_on is None:
        return Limb(
            "F2.5",
            asks,
            "The issue date is missing, so the six-year limit cannot be judged.",
            "Give the issue date on the certificate.",
            "issued_on",
        )
    last = months_after(certificate.issued_on, CAP_MONTHS)
    return limb(
        "F2.5",
        asks,
        certificate.expires_on <= last,
        f"The certificate was issued on {_day(certificate.issued_on)} and would expire on "
        f"{_day(certificate.expires_on)}, more than six years later.",
        remedy=f"Check both dates; the latest lawful expiry date is {_day(last)}.",
        field="expires_on",
    )


def order_limb(certificate: Certificate) -> Limb:
    """Judge whether its dates come after its issue: others were typed wrongly. Section F2.5 and Appendix Z 2.1(g)"""
    issued, first = certificate.issued_on, relevant_date(certificate)
    return limb(
        "Z2.1(g)",
        "Its date comes after its issue.",
        issued is None or first is None or first > issued,
        f"The certificate was issued on {_day(issued)}, and its date, {_day(first)}, is not later."
        if issued and first
        else "",
        remedy="Compare the dates with the certificate.",
        field="expires_on" if first and first == certificate.expires_on else "renews_on",
    )


def number_limbs(certificate: Certificate) -> tuple[Limb, ...]:
    """Judge number, standard and the standard's version. Appendix Z 2.1(f)"""
    asked = (
        ("number", certificate.number, "its identification number"),
        ("standard", certificate.standard, "the standard against which it was issued"),
        ("standard_version", certificate.standard_version, "the version of that standard"),
    )
    return tuple(
        limb(
            "Z2.1(f)",
            f"The certificate has {name}.",
            bool(value.strip()),
            f"The certificate lacks {name}.",
            remedy="Copy it from the certificate.",
            field=field,
        )
        for field, value, name in asked
    )


def cpa_limbs(certificate: Certificate) -> tuple[Limb, ...]:
    """Judge the date and the SC version of a CPA Certificate; none for others. Appendix Z 2.1(g)"""
    if certificate.body != NCSC:
        return ()
    return (
        limb(
            "Z2.1(g)",
            "The CPA Certificate states its expiry date or its renewal date.",
            relevant_date(certificate) is not None,
            "The CPA Certificate has neither an expiry date nor a renewal date.",
            remedy="Give the date on the certificate, and say which of the two it is.",
            field="expires_on",
        ),
        limb(
            "Z2.1(g)",
            "The CPA Certificate states its Security Characteristics version.",
            bool(certificate.sc_version.strip()),
            "The CPA Certificate has no Security Characteristics version.",
            remedy="Give the version of the Security Characteristics on the certificate.",
            field="sc_version",
        ),
    )


def attestation_limb(certificate: Certificate) -> Limb:
    """Judge whether the marks of the body were seen. Section F2.4(a), Section F2.4(b), Section F2.4(c)"""
    return limb(
        CLAUSE_OF_BODY[certificate.body],
        f"The Secretariat has attested: {ATTESTATIONS[certificate.body]}",
        certificate.marks_seen,
        f"Nobody has attested what shows that {BODY_NAMES[certificate.body]} issued the certificate.",
        remedy="Look at the document, then attest it.",
        field="marks_seen",
    )


def validity_limbs(certificate: Certificate) -> tuple[Limb, ...]:
    """Judge everything that a certificate needs to become valid, attestation last. Section F2.5"""
    return (
        *number_limbs(certificate),
        *identification_limbs(certificate),
        cap_limb(certificate),
        order_limb(certificate),
        *cpa_limbs(certificate),
        attestation_limb(certificate),
    )


def is_current(certificate: Certificate, *, on: date) -> bool:
    """Tell whether it has been issued, its date has not passed and no confirmed event has ended it. TR-7

    Takes a London date; the state is not looked at. Valid through the whole of the
    Relevant Date.
    """
    day = relevant_date(certificate)
    ended = certificate.lapsed_on is not None and on >= certificate.lapsed_on
    issued = certificate.issued_on is None or on >= certificate.issued_on
    return issued and (day is None or on <= day) and not ended


def is_in_force(certificate: Certificate, *, on: date) -> bool:
    """Tell whether a certificate is valid and current on a London date. Section F2.5"""
    return certificate.state == VALID and is_current(certificate, on=on)


def awaits_approval(certificate: Certificate, *, on: date) -> bool:
    """Tell whether it is attested, complete and current, and lacks only its approval. Section F2.5"""
    return (
        certificate.state == RECORDED
        and is_current(certificate, on=on)
        and all(each.met for each in validity_limbs(certificate))
    )


def is_covered(certificate: Certificate, identity: str, *, on: date) -> bool:
    """Tell whether a certificate names this very Device Model that day. Section F2.5

    Takes the identity text, version pair included, and a London date.
    """
    return any(
        link.identity == identity and (link.ended_on is None or on < link.ended_on) and link.attested
        for link in certificate.coverage
    )


def governing(
    certificates: Iterable[Certificate], identity: str, *, body: str, on: date
) -> Certificate | None:
    """Pick the certificate that governs a Device Model that day, or None. Appendix Z 2.1(g)

    Takes a body's code and a London date. The one in force with the latest
    Relevant Date; one without a date outlasts all, and of two alike the higher
    number is taken, so that the answer is always the same (A-45).
    """
    candidates = [
        each
        for each in certificates
        if each.body == body and is_in_force(each, on=on) and is_covered(each, identity, on=on)
    ]
    return max(candidates, key=lambda each: (relevant_date(each) or date.max, each.number), default=None)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
