"""Who is told what of the list, and in which words. The letters themselves stand in templates/emails/cpl/."""

import datetime as dt
import textwrap
from collections.abc import Iterable
from typing import Any

from cpl.models import Edition, ListChange
from cpl.rules.list_changes import PUBLISHED_KINDS
from secgov.accounts.models import Contact, Organisation
from secgov.time_rules import LONDON

WIDTH, LABEL = 72, 11  # columns of a letter, and of the words before a fact
MOST_ENTRIES = 60  # of one kind in a letter; the page has them all


def notice_contacts(organisation: Organisation, purpose: str = Contact.Purpose.NOTICES) -> list[str]:
    """Give the addresses at which an organisation is told things of a purpose; those for notices where it names none."""
    contacts = organisation.contacts.filter(
        purpose__in={purpose, Contact.Purpose.NOTICES}, retired_at=None
    ).order_by("email")
    found = list(contacts.values_list("purpose", "email"))
    special = [email for kind, email in found if kind == purpose]
    return special or [email for _, email in found]


def digest_contacts(organisation: Organisation) -> list[Contact]:
    """Give the addresses that chose one mail for a Working Day's updates of the list (A-70)."""
    chosen = organisation.contacts.filter(purpose=Contact.Purpose.UPDATES, digest=True, retired_at=None)
    return list(chosen.order_by("email"))


def parties_told_of(edition: Edition) -> Any:
    """Give the Parties that are to be told of an edition: those there were when it was issued. Section F2.8(c)"""
    return Organisation.objects.parties().filter(admitted_at__lte=edition.issued_at)


def dcc_organisations() -> Any:
    """Give the DCC, as a list of organisations."""
    return Organisation.objects.admitted().filter(kind=Organisation.Kind.DCC)


def in_words(at: dt.datetime) -> str:
    """Spell an instant in London time: `Wednesday 23 December 2026, 16:31`."""
    local = at.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"


def edition_context(edition: Edition) -> dict[str, Any]:
    """What the letters about an edition say: its number, when, what changed, and where to read on."""
    changes = list(edition.changes.order_by("entry_number", "pk"))
    by_kind = {kind: [each for each in changes if each.kind == kind] for kind in PUBLISHED_KINDS}
    counts = {PUBLISHED_KINDS[kind]: len(found) for kind, found in by_kind.items() if found}
    facts = [fact("Edition", f"{edition}, issued {in_words(edition.issued_at)}")]
    facts += [
        fact(PUBLISHED_KINDS[kind].capitalize(), _entries(found)) for kind, found in by_kind.items() if found
    ]
    return {
        "edition": str(edition),
        "summary": ", ".join(f"{count} {words}" for words, count in counts.items()) or "no entry changed",
        "facts": facts,
        "manifest_sha256": edition.manifest_sha256,
        "digest_lines": [edition.manifest_sha256[:32], edition.manifest_sha256[32:]],
        "path": f"/cpl/compare/{edition.previous}/{edition}/"
        if edition.previous_id
        else f"/cpl/editions/{edition}/",
        "edition_path": f"/cpl/editions/{edition}/",
        "manifest_path": f"/api/v1/cpl/editions/{edition}/manifest",
    }


def fact(label: str, text: str) -> str:
    """Write one fact of a letter, folded to its width: the label, then the words beside it."""
    if len(label) >= LABEL:
        raise ValueError(f"{label!r} is too long for a letter's label")
    return textwrap.fill(
        text, WIDTH, initial_indent=label.ljust(LABEL), subsequent_indent=" " * LABEL,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _entries(changes: list[ListChange]) -> str:
    named = ", ".join(_entry(each) for each in changes[:MOST_ENTRIES])
    more = len(changes) - MOST_ENTRIES
    return f"{named}, and {more:,} more" if more > 0 else named


def _entry(change: ListChange) -> str:
    number = f"{change.entry_number:06d}"
    if change.kind == ListChange.Kind.REMOVE:
        return f"{number} ({change.clause}: {_plain(change.public_reason)})"
    if change.kind == ListChange.Kind.CORRECT:
        return f"{number} ({', '.join(_corrected(change)) or 'details'}; nothing is withdrawn)"
    return number


def _corrected(change: ListChange) -> Iterable[str]:
    before = change.before or {}
    return [name for name, value in change.after.items() if before.get(name) != value]


def _plain(reason: str) -> str:
    """A public reason inside a sentence: on one line, without its full stop."""
    return " ".join(reason.split()).rstrip(".")
