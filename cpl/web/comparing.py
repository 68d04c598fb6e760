"""Two editions side by side, and the changes of the list as a feed."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from cpl.atom import PlainFeed
from cpl.models import Body, Edition, ListChange
from cpl.rules.differences import KINDS_OF_DIFFERENCE, Difference
from cpl.rules.publication import format_edition, parse_edition
from cpl.services.publication import compare_editions
from cpl.web.history import VERBS
from secgov.errors import Refusal

PAGE = 25
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
IN_FEED = 50
TAG_OF_KIND = {
    "added": "good",
    "removed": "gone",
    "reinstated": "good",
    "corrected": "law",
    "updated": "info",
}
NAMES = {
    "gbcs": "GBCS",
    "fir": "FIR record",
    "device_model": "Model and hardware joined",
    "image": "Manufacturer image",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field that the two editions do not write alike."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """An entry in which two editions differ, as the page shows it."""

    number: int
    kind: str
    tag: str
    lines: list[Line]
    record: dict[str, Any]


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Lead from two chosen editions to the page that compares them."""
    editions = list(Edition.objects.placed().order_by("-number").values_list("number", flat=True))
    asked = [request.GET.get(name, "") for name in ("first", "second")]
    wrong = ""
    if all(asked):
        try:
            first, second = map(parse_edition, asked)
        except Refusal as refusal:
            wrong = f"{refusal.message} {refusal.remedy}"
        else:
            if first in editions and second in editions:
                return redirect("compare", first, second)
            wrong = "There is no such edition."
    context = {
        "names": [format_edition(each) for each in editions], "first": asked[0], "second": asked[1], "wrong": wrong,
    }  # fmt: skip
    return render(request, "cpl/compare_choose.html", context, status=422 if wrong else 200)


@require_safe
def compare(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Show every entry in which two editions differ, field by field."""
    editions = Edition.objects.placed().defer("manifest")
    one = get_object_or_404(editions, number=first)
    other = get_object_or_404(editions, number=second)
    found = compare_editions(first=one, second=other)
    counts = Counter(kind for kind, _ in found)
    asked = request.GET.get("kind", "")
    kind = asked if asked in counts else ""
    page = Paginator([each for each in found if kind in ("", each[0])], PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "all": len(found),
        "kind": kind,
        "first": one,
        "second": other,
        "page": page,
        "shown": [_shown(kind, difference) for kind, difference in page.object_list],
        "counts": [(kind, counts[kind]) for kind in KINDS_OF_DIFFERENCE if counts[kind]],
    }
    return render(request, "cpl/compare.html", context)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest changes of the list as an Atom feed, newest first."""
    newest = list(
        ListChange.objects.filter(state=ListChange.State.ISSUED, edition__placement__isnull=False)
        .select_related("edition__placement")
        .defer("edition__manifest")
        .order_by("-edition__number", "-pk")[:IN_FEED]
    )
    site = settings.SITE_URL.rstrip("/")
    atom = PlainFeed(
        title="Changes of the Central Products List",
        link=f"{site}/cpl/changes/",
        description="Every addition, removal, reinstatement and correction that an edition carries.",
        feed_url=f"{site}/cpl/changes.atom",
        language="en-GB",
    )
    for change in newest:
        assert change.edition is not None
        atom.add_item(
            title=f"{VERBS[change.kind]}: entry {change.entry_number:06d}, edition {change.edition}",
            link=f"{site}/cpl/entries/{change.entry_number:06d}/",
            text=f"{change.public_reason} ({change.clause})".strip(),
            unique_id=f"{site}/cpl/changes/#{change.edition}-{change.pk}",
            updateddate=change.edition.issued_at,
            pubdate=change.edition.issued_at,
            categories=(change.kind,),
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)


def _shown(kind: str, difference: Difference) -> ShownDifference:
    before, after = dict(difference.before or {}), dict(difference.after or {})
    both = bool(before and after)
    lines = [
        Line(
            NAMES.get(name, name.replace("_", " ").capitalize()),
            said_of(before.get(name)),
            said_of(after.get(name)),
        )
        for name in dict.fromkeys((*before, *after))
        if both and before.get(name) != after.get(name)
    ]
    return ShownDifference(int(difference.entry), kind, TAG_OF_KIND[kind], lines, after or before)


def said_of(value: Any) -> str:
    """Write a value of a record in words: lists and groups as their parts."""
    if value is None or value == "":
        return "nothing"
    if isinstance(value, dict):
        return ", ".join(
            f"{name.replace('_', ' ')} {_day_or_text(str(part))}"
            for name, part in value.items()
            if part not in (None, "", True, False)
        )
    if isinstance(value, list):
        return "; ".join(_certificate(each) for each in value) or "nothing"
    return _day_or_text(str(value))


def _day_or_text(text: str) -> str:
    """A date as people write it, any other text as it is."""
    if not _DAY.fullmatch(text):
        return text
    day = dt.date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _certificate(each: dict[str, Any]) -> str:
    words = [Body(each["body"]).label, each["number"]]
    if each.get("date"):
        words.append(f"{each['date_kind']} date {_day_or_text(each['date'])}")
    if not each["governing"]:
        words.append("not the governing one")
    return " ".join(words)
