"""The page of clauses: the register, and where the code cites each of its rows."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from secgov import clauses

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
class Row:
    """A row of the register as the page shows it. `anchors` are the ids that lead to it."""

    id: str
    duty: str
    status: str
    kind: str
    why: str
    anchors: tuple[str, ...]
    coded_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one document."""

    id: str
    title: str
    rows: tuple[Row, ...]


@lru_cache(maxsize=1)
def parts() -> tuple[Part, ...]:
    """Give the register by document. Read once: neither the register nor the code changes while we run."""
    places = defaultdict(set)
    for citation in clauses.find_citations(settings.BASE_DIR / name for name in CODED_IN):
        module = citation.path.relative_to(settings.BASE_DIR).with_suffix("").as_posix().replace("/", ".")
        places[citation.clause].add(f"{module}.{citation.name}".rstrip("."))
    rows = [*_register_rows(places), *_time_rules(places)]
    return tuple(
        Part(anchor, title, chosen)
        for prefix, anchor, title in PARTS
        if (chosen := tuple(row for row in rows if row.id.startswith(prefix)))
    )


def _register_rows(places: dict[str, set[str]]) -> list[Row]:
    """Make the rows of the register; the first of each clause answers to the clause's own name besides."""
    seen: set[str] = set()
    rows = []
    for row in clauses.load_register(settings.CLAUSE_REGISTER):
        anchors = tuple(dict.fromkeys(name for name in (row.clause, row.id) if name not in seen))
        seen.update(anchors)
        cited = {place for key in (row.clause, row.id) for place in places.get(key, ())}
        rows.append(
            Row(row.id, row.duty, row.status, KINDS[row.status], row.why, anchors, tuple(sorted(cited)))
        )
    return rows


def _time_rules(places: dict[str, set[str]]) -> list[Row]:
    return [
        Row(key, text, "coded", "good", "", (key,), tuple(sorted(places.get(key, ()))))
        for key, text in clauses.TIME_RULES.items()
    ]
