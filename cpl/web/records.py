"""A page about one decided thing: what it says, what it rests on, and the forms of whoever may act on it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Model, Q

from cpl.notices import in_words
from cpl.rules.limbs import Limb
from secgov.journal.models import Act, Obligation

MOST_ACTS = 30


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a summary: its name, its words, and a page that has more, if one does."""

    label: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A form behind a heading: where it goes, its button, and a sentence before it. `bad` marks what ends something."""

    title: str
    action: str
    form: forms.Form
    button: str
    says: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of the page: each a list of facts under one heading."""

    title: str
    rows: Sequence[Sequence[Fact]] = ()
    none: str = "None."


@dataclass(slots=True)
class Record:
    """What a page shows. `state` is the tag's kind and words; `crumbs` are addresses with their words.

    `historic` puts a tag beside the state: what the page is about ended before the rules applied (X-6).
    """

    title: str
    lede: str
    crumbs: Sequence[tuple[str, str]]
    here: str
    state: tuple[str, str] | None = None
    historic: bool = False
    clause: str = ""
    facts: Sequence[Fact] = ()
    limbs: Sequence[Limb] = ()
    limbs_title: str = "What has to be so"
    listings: Sequence[Listing] = ()
    works: Sequence[Work] = ()
    note: str = ""
    acts: Sequence[Act] = field(default_factory=list)
    owed: Sequence[Obligation] = field(default_factory=list)

    def context(self) -> dict[str, Any]:
        """What the template takes; a form with errors leads the page."""
        refused = next((each.form for each in self.works if each.form.errors), None)
        return {"record": self, "form": refused}


def acts_about(*rows: Model | None) -> list[Act]:
    """The acts about some rows, newest first, at most MOST_ACTS."""
    about = Q(pk=None)
    for row in rows:
        if row is not None:
            about |= Q(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return list(Act.objects.filter(about).select_related("actor").order_by("-id")[:MOST_ACTS])


def owed_about(row: Model) -> list[Obligation]:
    """What is still owed about a row."""
    return list(Obligation.objects.standing().about(row))


def plain(value: dt.date | dt.datetime | None) -> str:
    """Spell a day, `30 August 2028`, or an instant with its time; nothing for None."""
    if value is None:
        return ""
    return in_words(value) if isinstance(value, dt.datetime) else f"{value.day} {value:%B %Y}"


def facts(pairs: Iterable[tuple[str, Any]]) -> list[Fact]:
    """Make facts of those pairs that say something."""
    return [
        Fact(label, plain(value) if isinstance(value, dt.date) else str(value))
        for label, value in pairs
        if value not in (None, "", False)
    ]
