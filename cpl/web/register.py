"""The register search: every Device Model that is, or was, on the list."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cpl.models import Edition, ListChange, PublishedEntry
from cpl.services.point_in_time import View
from cpl.web.downloads import FORMS, SPREADSHEET_ROWS, download
from cpl.web.filters import RegisterFilters, described, matching, ordered, time_query
from cpl.web.records import plain

PAGE = 25
COLUMNS = (
    ("number", "Entry"),
    ("status", "Status"),
    ("type", "Device type"),
    ("manufacturer", "Manufacturer"),
    ("model", "Model and hardware"),
    ("firmware", "Firmware"),
    ("spec", "Specification"),
    ("listed", "Listed"),
)
ORDER_IN_WORDS = {
    "number": ("oldest entry first", "newest entry first"),
    "listed": ("earliest listed first", "latest listed first"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the query without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, which way it is sorted now ("" for not), and the query that sorts by it."""

    label: str
    sorted: str
    query: str


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Search the newest edition, or the list of another time. All that was asked stands in the address; `as` gives a file."""
    edition = (
        Edition.objects.placed().select_related("previous").defer("manifest", "previous__manifest").first()
    )
    filters = RegisterFilters(request.GET)
    asked = filters.asked()
    if edition is None:
        return render(request, "cpl/register.html", {"form": filters, "edition": None})
    view = filters.view()
    if view is None or view.unknown:
        status = 404 if view else 422  # what cannot be read is not answered with the present list
        context = {"form": filters, "edition": edition, "view": view, "unanswered": True, **_versions()}
        return render(request, "cpl/register.html", context, status=status)
    edition = view.edition or edition
    found = ordered(matching(asked, view.entries()), filters.sorting)
    wanted = request.GET.get("as", "")
    if wanted in FORMS and not (wanted == "xlsx" and found.count() > SPREADSHEET_ROWS):
        return download(wanted, found, edition, view)
    page = Paginator(found.defer("record"), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": filters,
        "edition": edition,
        "view": view,
        "time": time_query(view),
        "page": page,
        "corrected": _corrected_on(page.object_list, edition),
        **_versions(),
        "chips": [
            *(Chip(described(name, asked[name]), _without(request.GET, name)) for name in asked),
            *_chips_of_time(request.GET, view),
        ],
        "columns": _columns(request.GET, filters.sorting),
        "order_in_words": _order_in_words(filters.sorting),
        "spreadsheet_rows": SPREADSHEET_ROWS,
        "too_long_for_a_spreadsheet": wanted == "xlsx",
    }
    return render(request, "cpl/register.html", context)


def _chips_of_time(query: QueryDict, view: View) -> list[Chip]:
    """The day and the instant asked about, each as a filter that can be taken away."""
    chips = []
    if view.as_of:
        chips.append(Chip(f"At the end of {plain(view.as_of)}", _without(query, "as_of")))
    if view.known_at:
        chips.append(Chip(f"As known at {plain(view.known_at)}", _without(query, "known_at")))
    return chips


def _corrected_on(entries: list[PublishedEntry], edition: Edition) -> dict[int, object]:
    """When each entry of a page was last corrected, by number, as far as an edition knows."""
    changes = ListChange.objects.filter(
        kind=ListChange.Kind.CORRECT,
        state=ListChange.State.ISSUED,
        edition__number__lte=edition.number,
        entry_number__in=[each.number for each in entries],
    ).order_by("approved_at", "id")
    return dict(changes.values_list("entry_number", "approved_at"))


def _versions() -> dict[str, list[str]]:
    """The specifications and GBCS versions that stand in the list, newest first, to choose from."""
    found = PublishedEntry.objects.order_by().values_list("spec_type", "spec_version", "gbcs_version")
    pairs = list(found.distinct())
    specifications = {(spec_type, spec_version) for spec_type, spec_version, _ in pairs}
    newest_first = sorted(specifications, key=lambda pair: (pair[0], _parts(pair[1])), reverse=True)
    return {
        "specifications": [f"{spec_type} {spec_version}" for spec_type, spec_version in newest_first],
        "gbcs_versions": sorted({gbcs for _, _, gbcs in pairs}, key=_parts, reverse=True),
    }


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _without(query: QueryDict, *names: str) -> str:
    """The query less some of its parts, back on the first page."""
    left = query.copy()
    for name in (*names, "page", "as"):
        left.pop(name, None)
    return f"?{left.urlencode()}"


def _columns(query: QueryDict, order: str) -> list[Column]:
    """The table's headings. A click sorts by that column, a second one the other way round."""
    columns = []
    for key, label in COLUMNS:
        now = {key: "ascending", f"-{key}": "descending"}.get(order, "")
        turned = query.copy()
        turned["order"] = f"-{key}" if now == "ascending" or (not now and key == "listed") else key
        columns.append(Column(label, now, _without(turned)))
    return columns


def _order_in_words(order: str) -> str:
    key = order.removeprefix("-")
    label = dict(COLUMNS)[key].lower()
    up, down = ORDER_IN_WORDS.get(key, (f"by {label}", f"by {label}, last first"))
    return down if order.startswith("-") else up
