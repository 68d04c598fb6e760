"""What ends a certificate, who says so, who must see to renewal, and what a certificate is on a day.

Section F2.6  Before the date of a CPA Certificate, action is taken so that it can be
    considered for renewal: (a) by the DCC for Communications Hubs, (b) by the Import
    Supplier and/or Gas Supplier for every other type.
Section F2.7A  (a) The end of a CPA Certificate opens the SSC's case; (b) the withdrawal
    or cancellation of any other obliges the Panel to remove the Device Model.
Appendix Z 6.7  The DCC and each Supplier Party tell the Panel of a withdrawal, expiry or
    cancellation of which they become aware; the Panel removes only after it has
    confirmed with the body that issued the certificate.

Reading: one closed list of four events (A-41); the duties to tell and to confirm hold
for all four (A-38). A certificate is valid through the whole of its date, so the event
of a date happens on the next day (TR-7, A-52). A renewal date that has passed is only
overdue until NCSC says that it was not renewed (A-42). The expiry of a ZigBee or DLMS
certificate is a mark on the entry, no ground of removal (A-10). "Before the date" is
strict: the last good day is the day before (A-02).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cpl.rules.certificates import BODY_NAMES, NCSC, VALID, Certificate, is_in_force, relevant_date
from cpl.rules.device_types import COMMUNICATIONS_HUB, ELECTRICITY_METERS, GSME
from cpl.rules.limbs import Limb, check_limbs, limb
from secgov.errors import Refusal

EXPIRED, NOT_RENEWED, WITHDRAWN, CANCELLED = "EXPIRED", "NOT_RENEWED", "WITHDRAWN", "CANCELLED"
KINDS = (EXPIRED, NOT_RENEWED, WITHDRAWN, CANCELLED)
"""Certificate events: the single closed list."""
KIND_NAMES = {EXPIRED: "expired", NOT_RENEWED: "not renewed", WITHDRAWN: "withdrawn", CANCELLED: "cancelled"}
OF_THE_DATE = (EXPIRED, NOT_RENEWED)
"""These arise only by the passing of a date; the others only by an act of the body."""

DCC, IMPORT_SUPPLIER, GAS_SUPPLIER = "dcc", "import", "gas"


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event that the passing of a date has brought: its kind, the date, and the day on which it happened."""

    kind: str
    relevant_date: date
    occurred_on: date


def events_of_dates(certificate: Certificate, *, on: date) -> tuple[DueEvent, ...]:
    """Give the events that a valid certificate's dates have brought by a London date. TR-7

    The day after an expiry date it has expired; the day after a renewal date it is overdue, which is recorded as
    "not renewed" and stays unconfirmed until NCSC has answered (A-42). One event has ended it already: none more.
    """
    if certificate.state != VALID or certificate.lapsed_on is not None:
        return ()
    dates = ((EXPIRED, certificate.expires_on), (NOT_RENEWED, certificate.renews_on))
    return tuple(
        DueEvent(kind, day, day + timedelta(days=1)) for kind, day in dates if day is not None and on > day
    )


def is_historic(occurred_on: date, effective_from: date) -> bool:
    """Say whether an event happened before the rules on certificates applied. X-6

    Takes the first London date on which the certificate no longer held, and the first on which the rules apply, which
    is itself not historic. A label only: no effect of the event depends on it.
    """
    return occurred_on < effective_from


def opens_case(body: str) -> bool:
    """Say whether an event of a body's certificate is for the SSC to judge. Section F2.7A(a)"""
    return body == NCSC


def requires_removal(*, body: str, kind: str) -> bool:
    """Say whether an event, once confirmed, obliges the Panel to remove. Section F2.7A(b)

    Expiry does not: the entry is only marked (A-10). Of a CPA Certificate the SSC decides.
    """
    return body != NCSC and kind in (WITHDRAWN, CANCELLED)


def report_limbs(
    certificate: Certificate, *, kind: str, occurred_on: date, aware_on: date, on: date
) -> tuple[Limb, ...]:
    """Judge whether what somebody reports can have happened. Appendix Z 6.7

    Takes what is said: the kind, when it happened, when the reporter became aware, and today's London date. Whether
    it did happen is the issuing body's to say.
    """
    due = {each.kind: each for each in events_of_dates(certificate, on=on)}
    name = KIND_NAMES.get(kind, kind)
    return (
        limb(
            "Z6.7",
            "The event is one of the four that end a certificate.",
            kind in KINDS,
            f"“{kind}” is not something that ends a certificate.",
            remedy="Choose one of: expired, not renewed, withdrawn, cancelled.",
            field="kind",
        ),
        limb(
            "Z6.7",
            "A certificate expires, or is not renewed, only by the passing of its date.",
            kind not in OF_THE_DATE or kind in due,
            f"No date of this certificate has passed by which it would be {name}.",
            remedy="If the body ended it before its date, it was withdrawn or cancelled.",
            field="kind",
        ),
        limb(
            "Z6.7",
            "It has happened.",
            occurred_on <= on,
            "That day is still to come.",
            remedy="Give the day on which it happened; an announcement is reported when it takes effect.",
            field="occurred_on",
        ),
        limb(
            "Z6.7",
            "The certificate had been issued by then.",
            certificate.issued_on is None or occurred_on >= certificate.issued_on,
            "That day lies before the issue of the certificate.",
            remedy="Give the first day on which it no longer held.",
            field="occurred_on",
        ),
        limb(
            "Z6.7",
            "The day of becoming aware is known.",
            aware_on <= on,
            "You cannot have become aware of it on a day still to come.",
            remedy="Give the day on which your organisation became aware of it.",
            field="aware_on",
        ),
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """What a body said of an event: which body, who there, when, under which reference.

    ``effective_on`` is since when by its word, None where it gave no day of its own.
    """

    confirms: bool
    body: str
    contact: str
    reference: str
    said_on: date
    effective_on: date | None = None


def earliest_effect(certificate: Certificate, *, kind: str, occurred_on: date) -> date | None:
    """Give the first London date on which an event of a kind can have taken effect, None where nothing says. Appendix Z 6.7

    What the passing of a date brings cannot come before that date has passed, whatever anybody says (TR-7); an act of
    the body cannot come before the issue.
    """
    return occurred_on if kind in OF_THE_DATE else certificate.issued_on


def statement_limbs(
    statement: Statement, *, issuer: str, occurred_on: date, on: date, earliest: date | None = None
) -> tuple[Limb, ...]:
    """Judge whether a confirmation or a denial can be relied on. Appendix Z 6.7

    Takes the body that issued the certificate, the first day on which the event is said to have taken effect, today's
    London date, and the first on which it can have taken effect (see `earliest_effect`). A word older than the event says
    nothing of it; nor does another body's.
    """
    since = statement.effective_on or occurred_on
    return (
        limb(
            "Z6.1" if issuer != NCSC else "Z6.7",
            "It is the word of the body that issued the certificate.",
            statement.body == issuer,
            f"{BODY_NAMES[issuer]} issued this certificate; {BODY_NAMES.get(statement.body, statement.body)} "
            "cannot say what became of it.",
            remedy=f"Ask {BODY_NAMES[issuer]}.",
            field="body",
        ),
        limb(
            "Z6.7",
            "It is not older than the event.",
            statement.said_on >= (min(since, occurred_on) if not statement.confirms else since),
            "What was said before the event says nothing of it.",
            remedy="Ask the body again.",
            field="said_on",
        ),
        limb(
            "Z6.7",
            "It has been said.",
            statement.said_on <= on,
            "That day is still to come.",
            remedy="Give the day on which the body answered.",
            field="said_on",
        ),
        limb(
            "Z6.7",
            "The body’s own date has come.",
            statement.effective_on is None or statement.effective_on <= on,
            "By the body’s word it takes effect on a day still to come.",
            remedy="Record the confirmation when it has taken effect.",
            field="effective_on",
        ),
        limb(
            "Z6.7",
            "It can have taken effect on that date.",
            statement.effective_on is None or earliest is None or statement.effective_on >= earliest,
            f"It cannot have taken effect before {_day(earliest)}." if earliest else "",
            remedy="Compare with the certificate’s dates, and ask the body again.",
            field="effective_on",
        ),
        limb(
            "Z6.7",
            "It names the person who answered.",
            bool(statement.contact.strip()),
            "Nobody is named who answered for the body.",
            remedy="Give the name, or the office, of whoever answered.",
            field="contact",
        ),
        limb(
            "Z6.7",
            "It has a reference.",
            bool(statement.reference.strip()),
            "There is no reference by which the answer can be found again.",
            remedy="Give the reference of the letter, the mail or the call.",
            field="reference",
        ),
    )


def check_report(certificate: Certificate, *, kind: str, occurred_on: date, aware_on: date, on: date) -> None:
    """Refuse a report of what cannot have happened. Appendix Z 6.7"""
    check_limbs(report_limbs(certificate, kind=kind, occurred_on=occurred_on, aware_on=aware_on, on=on))


def check_statement(
    statement: Statement, *, issuer: str, occurred_on: date, on: date, earliest: date | None = None
) -> None:
    """Refuse the word of the wrong body, and a word older than the event. Appendix Z 6.7"""
    check_limbs(statement_limbs(statement, issuer=issuer, occurred_on=occurred_on, on=on, earliest=earliest))


def responsible_parties(device_type: str) -> frozenset[str]:
    """Say who sees to the renewal of a type's CPA Certificate. Section F2.6(a) and Section F2.6(b)

    The DCC for Communications Hubs; for all else Suppliers by their role: import for electricity meters, gas for gas
    meters, and both where a type may stand with either ("and/or, as applicable").
    """
    if device_type == COMMUNICATIONS_HUB:
        return frozenset({DCC})
    if device_type in ELECTRICITY_METERS:
        return frozenset({IMPORT_SUPPLIER})
    if device_type == GSME:
        return frozenset({GAS_SUPPLIER})
    return frozenset({IMPORT_SUPPLIER, GAS_SUPPLIER})


def check_renewal_day(*, taken_on: date, issued_on: date | None, on: date) -> None:
    """Refuse an action towards renewal on a day on which nobody can have taken it. Section F2.6

    Takes its London date, the certificate's issue date where known, and today's. The duty runs while the certificate is
    valid: what was done before its issue was done for another one.
    """
    if taken_on > on:
        raise Refusal("That day is still to come.", clause="F2.6", field="taken_on")
    if issued_on is not None and taken_on < issued_on:
        raise Refusal(
            f"That day lies before the issue of the certificate, {_day(issued_on)}.", clause="F2.6", field="taken_on",
            remedy="Give the day on which it was done for this certificate.",
        )  # fmt: skip


def is_renewal_in_time(*, taken_on: date, relevant_date: date) -> bool:
    """Say whether action towards renewal was taken before the date, the date itself excluded. Section F2.6"""
    return taken_on < relevant_date


def renewal_standing(actions: Iterable[date], *, relevant_date: date, on: date) -> str:
    """Give the state of the duty to act towards renewal: "met", "late" or "open". Section F2.6

    Takes the days of the actions taken by anybody responsible: any one of them meets it. It is late when the only
    action came on or after the date, or when the date has come without any.
    """
    taken = sorted(actions)
    if taken and is_renewal_in_time(taken_on=taken[0], relevant_date=relevant_date):
        return "met"
    return "late" if taken or on >= relevant_date else "open"


@dataclass(frozen=True, slots=True)
class Life:
    """What is recorded about the end of one certificate: kinds of events unconfirmed and standing, and who replaced it.

    ``superseded`` is True where every Device Model that it names is covered by a later certificate in force.
    """

    unconfirmed: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    superseded: bool = False


def conditions(certificate: Certificate, life: Life, *, on: date) -> tuple[str, ...]:
    """Give what a certificate is on a London date, in words; derived, never stored. Section F2.5

    Of "in force", "date passed", "renewal overdue", "event reported", "lapsed" and "superseded"; a certificate that
    nobody has found valid is none of them but "event reported".
    """
    found = []
    if is_in_force(certificate, on=on):
        found.append("in force")
    elif certificate.state == VALID:
        day = relevant_date(certificate)
        if day is not None and on > day:
            found.append("date passed")
    if NOT_RENEWED in life.unconfirmed and not life.standing:
        found.append("renewal overdue")
    if set(life.unconfirmed) - {NOT_RENEWED, EXPIRED}:
        found.append("event reported")
    if life.standing:
        found.append("lapsed")
    if life.superseded:
        found.append("superseded")
    return tuple(found)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
