"""The public register of clauses: what each asks, what the system does about it, where in the code, and how it goes."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secgov import clauses
from secgov.journal import clock
from secgov.journal.services.levels import ClauseLevel, clause_levels

CODED_IN = ("secgov", "firmware_repo", "cpl", "ssc")
KINDS = {"coded": "good", "by hand": "info", "not ours": "gone", "planned": ""}
PARTS = (
    ("F2", "section-f2", "Section F2: the list, its certificates and its publication"),
    ("Z", "appendix-z", "Appendix Z: what the list holds, and removal from it"),
    ("SC", "sc-methodology", "Security Characteristics Methodology"),
    ("PPCT", "ppct-report", "Fast track of firmware (PPCT Report)"),
    ("X", "outside", "What the documents take from elsewhere"),
    ("TR", "time-rules", "How time is counted"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the code that sees to a clause: what it says it does, and its dotted name."""

    says: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the register as the page shows it. `anchors` are the ids that lead to it."""

    id: str
    clause: str
    duty: str
    status: str
    kind: str
    why: str
    anchors: tuple[str, ...]
    places: tuple[Place, ...]

    def mentions(self, words: str) -> bool:
        """Whether every word stands somewhere in the row, whatever its case."""
        text = " ".join(
            (self.id, clauses.spell(self.clause), self.duty, self.why, *(each.says for each in self.places))
        )
        return all(word in text.casefold() for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one document."""

    id: str
    title: str
    rows: tuple[Row, ...]


class ClauseFilter(forms.Form):
    """What a reader looks for in the register."""

    q = forms.CharField(label="Words or clause", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Every state"), *((status, status.capitalize()) for status in KINDS)],
    )
    document = forms.ChoiceField(
        label="Document",
        required=False,
        choices=[("", "Every document"), *((anchor, title) for _, anchor, title in PARTS)],
    )


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the register of clauses, or the rows of it that somebody looks for, and how each is doing today."""
    form = ClauseFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "state": "", "document": ""}
    whole = parts()
    rows = [row for part in whole for row in part.rows]
    shown = [part for part in (_chosen(part, **wanted) for part in whole) if part.rows]
    at = clock.now()
    levels = clause_levels(at=at)
    context = {
        "form": form if form.is_bound else ClauseFilter(),
        "looks_for": any(wanted.values()),
        "parts": [
            (
                part,
                [(row, levels.get(row.clause) if row.clause in row.anchors else None) for row in part.rows],
            )
            for part in shown
        ],
        "found": sum(len(part.rows) for part in shown),
        "counts": [
            (status, kind, sum(row.status == status for row in rows)) for status, kind in KINDS.items()
        ],
        "total": len(rows),
        "today": _together(levels),
        "at": at,
    }
    return render(request, "web/clauses.html", context)


def _chosen(part: Part, q: str, state: str, document: str) -> Part:
    if document not in ("", part.id):
        return Part(part.id, part.title, ())
    return Part(
        part.id, part.title, tuple(row for row in part.rows if state in ("", row.status) and row.mentions(q))
    )


def _together(levels: dict[str, ClauseLevel]) -> ClauseLevel:
    each = levels.values()
    return ClauseLevel(
        sum(one.standing for one in each), sum(one.overdue for one in each), sum(one.met for one in each),
        sum(one.missed for one in each),
    )  # fmt: skip


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """Give the register by document. Read once: neither the register nor the code changes while we run."""
    places: dict[str, dict[str, Place]] = defaultdict(dict)
    for citation in clauses.find_citations(settings.BASE_DIR / name for name in CODED_IN):
        module = citation.path.relative_to(settings.BASE_DIR).with_suffix("").as_posix().replace("/", ".")
        name = f"{module}.{citation.name}".rstrip(".").removesuffix(".__init__")
        places[citation.clause][name] = Place(citation.says, name)
    rows = [*_register_rows(places), *_time_rules(places)]
    return tuple(
        Part(anchor, title, chosen)
        for prefix, anchor, title in PARTS
        if (chosen := tuple(row for row in rows if row.id.startswith(prefix)))
    )


def _register_rows(places: dict[str, dict[str, Place]]) -> list[Row]:
    """Make the rows of the register; the first of each clause answers to the clause's own name besides."""
    seen: set[str] = set()
    rows = []
    for row in clauses.load_register(settings.CLAUSE_REGISTER):
        anchors = tuple(dict.fromkeys(name for name in (row.clause, row.id) if name not in seen))
        seen.update(anchors)
        cited = {**places.get(row.clause, {}), **places.get(row.id, {})}
        rows.append(
            Row(
                row.id,
                row.clause,
                row.duty,
                row.status,
                KINDS[row.status],
                row.why,
                anchors,
                _in_order(cited),
            )
        )
    return rows


def _time_rules(places: dict[str, dict[str, Place]]) -> list[Row]:
    return [
        Row(key, key, text, "coded", "good", "", (key,), _in_order(places.get(key, {})))
        for key, text in clauses.TIME_RULES.items()
    ]


def _in_order(cited: dict[str, Place]) -> tuple[Place, ...]:
    """Rules before services before edges: what the clause asks, who does it, where it is met."""
    order = (".rules.", ".models.", ".services.")
    return tuple(
        cited[name]
        for name in sorted(
            cited,
            key=lambda name: (next((i for i, part in enumerate(order) if part in name), len(order)), name),
        )
    )
