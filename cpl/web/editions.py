"""The editions: what each one changed, its bytes and how to check them, who has it; and every change so far."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cpl.models import Edition, EditionForm, EditionLimb, ListChange, PublishedEntry, Receipt, ReceiptHoldback
from cpl.rules.publication import format_edition
from cpl.services.loading import held_back_entries
from cpl.services.publication import parties_progress
from cpl.web.history import TAGS, VERBS, Difference, differences
from secgov.journal.models import Obligation

PAGE = 25
CLAUSE_OF_LIMB = {"dcc": "F2.8(a)", "website": "F2.8(b)", "parties": "F2.8(c)"}
DONE_WORDS = {"dcc": "Provided", "website": "Published", "parties": "All told"}
FORM_NAMES = {"csv": "CSV, the 13 columns", "full": "CSV, full contents", "json": "JSON"}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as pages list it: its kind in words, the entry as it now is, what a correction altered."""

    change: ListChange
    verb: str
    kind: str
    entry: PublishedEntry | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ShownLimb:
    """One of the three things that F2.8 asks: done at an instant, or owed by one."""

    name: str
    clause: str
    done: EditionLimb | None
    done_words: str
    obligation: Obligation | None


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """List the editions, newest first, with how many changes each brought."""
    counts = {
        kind: Count("changes", filter=Q(changes__kind=kind))
        for kind in (kind.value for kind in ListChange.Kind)
    }
    found = Edition.objects.placed().defer("manifest").annotate(**counts).order_by("-number")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "cpl/editions.html", {"page": page})


@require_safe
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """Show one edition: what changed, its forms, how to check them, and who has it."""
    shown = get_object_or_404(
        Edition.objects.placed()
        .select_related("previous", "journal_seal", "signing_key")
        .defer("previous__manifest"),
        number=number,
    )
    newest = Edition.objects.placed().defer("manifest").latest()
    changes = list(shown.changes.order_by("kind", "entry_number"))
    receipts = {each.kind: each for each in shown.receipts.all()}
    context: dict[str, Any] = {
        "edition": shown,
        "name": format_edition(shown.number),
        "newest": newest,
        "is_newest": shown.pk == newest.pk,
        "more": shown.entries - shown.previous.entries if shown.previous else None,
        "changes": _shown(changes),
        "counts": Counter(change.kind for change in changes),
        "forms": [
            (FORM_NAMES[form.name], form)
            for form in EditionForm.objects.filter(edition=shown).defer("gzipped")
        ],
        "manifest_length": len(shown.manifest),
        "limbs": [] if shown.is_imported else _limbs(shown, changes),
        "told_words": "" if shown.is_imported else _told(shown),
        "received": min(receipts.values(), key=lambda each: each.at, default=None),  # the first sign of it
        "loaded": receipts.get(Receipt.Kind.LOADED),
        "in_part": receipts.get(Receipt.Kind.LOADED_IN_PART),
        "loading": Obligation.objects.about(shown).filter(clause="F2.9").first(),
        "held_back": _held_back(shown),
    }
    return render(request, "cpl/edition.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """List every change that an edition carries, newest first."""
    found = (
        ListChange.objects.filter(state=ListChange.State.ISSUED, edition__placement__isnull=False)
        .select_related("edition")
        .defer("edition__manifest")
        .order_by("-edition__number", "kind", "entry_number")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "cpl/changes.html", {"page": page, "changes": _shown(list(page.object_list))})


def _shown(changes: list[ListChange]) -> list[ShownChange]:
    entries = PublishedEntry.objects.defer("record").in_bulk({change.entry_number for change in changes})
    return [
        ShownChange(
            change,
            VERBS[change.kind],
            TAGS[change.kind],
            entries.get(change.entry_number),
            differences(change) if change.kind == ListChange.Kind.CORRECT else (),
        )
        for change in changes
    ]


def _limbs(shown: Edition, changes: list[ListChange]) -> list[ShownLimb]:
    """The three limbs, each on its own: its instant where it is done, else the earliest clock that runs for it."""
    done = {limb.limb: limb for limb in shown.limbs.all()}
    clocks = Obligation.objects.standing().filter(
        subject_type="cpl.listchange",
        subject_id__in=[str(change.pk) for change in changes],
        clause__in=CLAUSE_OF_LIMB.values(),
    )
    earliest: dict[str, Obligation] = {}
    for clock in clocks.order_by("due_at", "id"):
        earliest.setdefault(clock.clause, clock)
    return [
        ShownLimb(
            label, CLAUSE_OF_LIMB[limb], done.get(limb), DONE_WORDS[limb], earliest.get(CLAUSE_OF_LIMB[limb])
        )
        for limb, label in EditionLimb.Limb.choices
    ]


def _told(shown: Edition) -> str:
    """How many of the Parties have been notified of the edition: `398 of 400`."""
    progress = parties_progress(shown)
    return f"{progress.told:,} of {progress.total:,}"


def _held_back(shown: Edition) -> list[ReceiptHoldback]:
    """The entries that the DCC could not load with this edition, and of which it has said nothing else since."""
    last = shown.receipts.filter(kind=Receipt.Kind.LOADED_IN_PART).order_by("at", "pk").last()
    if last is None:
        return []
    still = {each.entry for each in held_back_entries()}
    return [each for each in last.holdbacks.all() if f"{each.entry_number:06d}" in still]
