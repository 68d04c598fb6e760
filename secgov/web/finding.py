"""One box for the desk, and one for the portal: what fits the words that were typed, of what the person may see.

The desk's has submissions, entries, certificates and organisations; both have what the SSC works on.

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
from secgov.accounts.permissions import Duty, organisations_of, permitted
from ssc.models import Case, FastTrackRequest, Proposal, Referral, RemedialPlan
from ssc.portal.frame import plans_open_to
from ssc.services.plan_access import path_of, ssc_path_of

LONGEST = 120
MOST_WORDS = 6
SHOWN = 10
HASH_FROM = 6  # characters from which a word may be the beginning of a hash


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one kind, whether there are more, and where all of them stand; "" where no list takes the words."""

    kind: str
    rows: list[Any]
    more: bool
    all_url: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that the SSC works on: its reference and page, what it is about, and how it stands."""

    reference: str
    url: str
    about: str
    state: str


def words_of(text: str) -> list[str]:
    """Give the words of what was typed, without hidden characters; at most six."""
    tidy = unicodedata.normalize("NFKC", text)[:LONGEST]
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in tidy)
    return shown.split()[:MOST_WORDS]


def find(text: str, *, person: User) -> list[Found]:
    """Find at the desk what fits every word of a text, a group for each kind that holds any."""
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
    return [group for group in groups if group.rows] + find_work(text, person=person)


def find_work(text: str, *, person: User) -> list[Found]:
    """Find what the SSC works on that fits every word of a text, of what the person may see.

    Cases and plans in which a conflict of interest stands are not found; a Party finds its own plans and referrals.
    """
    words = words_of(text)
    if not words:
        return []
    query = urlencode({"show": "all", "q": " ".join(words)})
    cases = Case.objects.papers_open_to(person).select_related("device_model__manufacturer").order_by("-pk")
    own = Q(organisation__in=organisations_of(person, Duty.KEEP_PLAN))
    plans = RemedialPlan.objects.filter(own | Q(pk__in=plans_open_to(person).values("pk")))
    plans = plans.select_related("organisation").order_by("-pk")
    proposals = Proposal.objects.visible_to(person).matching(" ".join(words)).order_by("-pk")
    referrals = Referral.objects.visible_to(person).select_related("organisation").order_by("-pk")
    tracks = FastTrackRequest.objects.visible_to(person).select_related("organisation").order_by("-pk")
    is_ssc = permitted(person, Duty.READ_CASES) is not None
    groups = (
        _hits("Cases", cases, _case, words, _case_hit, f"{reverse('ssc:docket')}?{query}"),
        _hits("Remedial Plans", plans, _party, words, _ssc_plan_hit if is_ssc else _plan_hit),
        _hits("Proposals", proposals, None, words, _proposal_hit, f"{reverse('ssc:proposals')}?{query}"),
        _hits("Referrals", referrals, _party, words, _referral_hit),
        _hits("Fast track", tracks, _party, words, _track_hit, f"{reverse('ssc:fast-track')}?{query}"),
    )
    return [group for group in groups if group.rows]


def _hits(
    kind: str, rows: QuerySet[Any], fits: Callable[[str], Q] | None, words: list[str], shown: Callable[[Any], Hit],
    all_url: str = "",
) -> Found:  # fmt: skip
    if fits is not None:
        rows = rows.filter(reduce(and_, (fits(word) for word in words)))
    found = list(rows[: SHOWN + 1])
    return Found(kind, [shown(row) for row in found[:SHOWN]], len(found) > SHOWN, all_url)


def _case(word: str) -> Q:
    number = Q(device_model=int(word)) if word.isascii() and word.isdigit() and len(word) <= 6 else Q(pk=None)
    return number | Q(reference__icontains=word) | Q(device_model__manufacturer__name__icontains=word)


def _party(word: str) -> Q:
    return Q(reference__icontains=word) | Q(organisation__name__icontains=word)


def _case_hit(row: Case) -> Hit:
    about = f"entry {row.device_model}, {row.device_model.manufacturer}"
    return Hit(str(row), reverse("ssc:case", args=[row.reference]), about, row.get_state_display())


def _plan_hit(row: RemedialPlan) -> Hit:
    return Hit(str(row), path_of(row), str(row.organisation), row.get_state_display())


def _ssc_plan_hit(row: RemedialPlan) -> Hit:
    return Hit(str(row), ssc_path_of(row), str(row.organisation), row.get_state_display())


def _proposal_hit(row: Proposal) -> Hit:
    return Hit(str(row), reverse("ssc:proposal", args=[row.pk]), row.title, row.get_state_display())


def _referral_hit(row: Referral) -> Hit:
    address = reverse("ssc:referral", args=[row.reference])
    return Hit(str(row), address, str(row.organisation), row.get_state_display())


def _track_hit(row: FastTrackRequest) -> Hit:
    address = reverse("ssc:fast-track-request", args=[row.reference])
    return Hit(str(row), address, str(row.organisation), row.get_state_display())


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
