"""One box for the desk: submissions, entries, certificates and organisations that fit what was typed.

Identifiers are compared from their beginning, names anywhere. No index serves this: reading fifty thousand entries
once takes a few hundredths of a second, and every further index would slow the taking over of a list.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from cpl.models import AssuranceCertificate, DeviceModel, Submission
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Organisation, User

LONGEST = 120
MOST_WORDS = 6
SHOWN = 10
HASH_FROM = 6  # characters from which a word may be the beginning of a hash


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one kind, whether there are more, and where all of them stand."""

    kind: str
    rows: list[Any]
    more: bool
    all_url: str


def words_of(text: str) -> list[str]:
    """Give the words of what was typed, without hidden characters; at most six."""
    tidy = unicodedata.normalize("NFKC", text)[:LONGEST]
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in tidy)
    return shown.split()[:MOST_WORDS]


def find(text: str, *, person: User) -> list[Found]:
    """Find what fits every word of a text, a group for each kind that holds any. Costs at most six queries."""
    words = words_of(text)
    if not words:
        return []
    submissions = Submission.objects.visible_to(person).select_related("organisation").order_by("-id")
    entries = DeviceModel.objects.select_related("manufacturer").order_by("number")
    certificates = AssuranceCertificate.objects.order_by("body", "number")
    organisations = Organisation.objects.order_by("name")
    named = _makers(words)
    groups = (
        _group("Entries", entries, lambda word: _entry(word, named[word]), words, "cpl_devicemodel"),
        _group("Submissions", submissions, _submission, words, "cpl_submission"),
        _group("Certificates", certificates, _certificate, words, "cpl_assurancecertificate"),
        _group("Organisations", organisations, _organisation, words, "accounts_organisation"),
    )
    return [group for group in groups if group.rows]


def _group(kind: str, rows: QuerySet[Any], fits: Callable[[str], Q], words: list[str], page: str) -> Found:
    found = list(rows.filter(reduce(and_, (fits(word) for word in words)))[: SHOWN + 1])
    query = urlencode({"q": " ".join(words)})
    return Found(kind, found[:SHOWN], len(found) > SHOWN, f"{reverse(f'admin:{page}_changelist')}?{query}")


def _makers(words: list[str]) -> dict[str, list[str]]:
    """Give the identifiers of the manufacturers that each word names; there are few of them, so all are read."""
    known = list(Manufacturer.objects.values_list("identifier", "name"))
    return {word: [key for key, name in known if word.casefold() in name.casefold()] for word in words}


def _number(word: str) -> Q:
    return Q(pk=int(word)) if word.isascii() and word.isdigit() and len(word) <= 6 else Q(pk=None)


def _device(word: str) -> Q:
    """Compare a word with the identifiers that an entry and a submission have alike."""
    upper = word.upper()
    parts = [Q(firmware_version__startswith=upper), Q(model_identifier=upper)]
    if len(upper) == 8:  # model, hardware version and revision joined, as DUIS writes them
        parts.append(Q(model_identifier=upper[:4], hardware_version=upper[4:6], hardware_revision=upper[6:]))
    if len(upper) >= HASH_FROM:
        parts.append(Q(image_hash__startswith=upper))
    return reduce(or_, parts)


def _entry(word: str, makers: list[str]) -> Q:
    return _number(word) | _device(word) | Q(manufacturer__in=[word.upper(), *makers])


def _submission(word: str) -> Q:
    number = Q(entry_number=int(word)) if word.isascii() and word.isdigit() and len(word) <= 6 else Q(pk=None)
    return (
        number
        | _device(word)
        | Q(reference__icontains=word)
        | Q(manufacturer_identifier=word.upper())
        | Q(manufacturer_name__icontains=word)
        | Q(organisation__name__icontains=word)
    )


def _certificate(word: str) -> Q:
    return Q(number__icontains=word) | Q(body=word.upper()) | Q(standard__icontains=word)


def _organisation(word: str) -> Q:
    return Q(name__icontains=word)
