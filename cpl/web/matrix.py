"""The incompatibility matrix as everybody sees it: a grid, its constraints, its files and its earlier versions."""

import csv
import io
from itertools import combinations
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from openpyxl import Workbook

from cpl.models import MatrixVersion
from cpl.rendering import neutralise
from cpl.rules import matrix as rules
from cpl.services.matrix import Pairs, pairs_in, versions_in
from secgov.journal import clock

HEADER = (
    "specification_a", "version_a", "gbcs_a", "specification_b", "version_b", "gbcs_b", "value", "constraints", "source",
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TAGS = {
    rules.INCOMPATIBLE: ("bad", "Incompatible"),
    rules.CONSTRAINED: ("warn", "Constraints"),
    rules.COMPATIBLE: ("good", "Compatible"),
    rules.NOT_KNOWN: ("", "Not known"),
}
NOT_COVERED = ("plain", "Not covered")


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Show the newest version of the matrix, or an earlier one; `as` gives it as a file."""
    published = MatrixVersion.objects.exclude(published_at=None)
    number = request.GET.get("version", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Http404
    version = published.filter(number=int(number)).first() if number else published.first()
    if number and version is None:
        raise Http404
    if version is None:
        return render(request, "cpl/matrix.html", {"version": None})
    versions, pairs = versions_in(version), pairs_in(version)
    wanted = request.GET.get("as", "")
    if wanted in ("csv", "xlsx"):
        return _file(version, lines(versions, pairs), wanted)
    newest = published[0]
    context = {
        "version": version,
        "newest": newest,
        "age": max((clock.now() - newest.published_at).days, 0) if newest.published_at else 0,
        "versions": published[:12],
        "columns": versions,
        "grid": grid(versions, pairs),
        "constrained": [
            line for line in lines(versions, pairs) if line[6] == dict(rules.VALUES)[rules.CONSTRAINED]
        ],
        "gaps": len(rules.gaps(versions, pairs)),
        "meanings": dict(rules.SPECIFICATIONS),
    }
    return render(request, "cpl/matrix.html", context)


def grid(versions: list[rules.Version], pairs: Pairs) -> list[tuple[rules.Version, list[Any]]]:
    """Give a line for each Version with a cell for each other, both ways round: kind and words, None for itself."""
    return [(one, [_cell(one, other, pairs) for other in versions]) for one in versions]


def lines(versions: list[rules.Version], pairs: Pairs) -> list[list[str]]:
    """Give each pair about which something is said once, as cells of HEADER."""
    values = dict(rules.VALUES)
    return [
        [
            *(one.specification, one.version, one.gbcs, other.specification, other.version, other.gbcs),
            *(values[said.value], said.constraint, said.source),
        ]
        for one, other in combinations(versions, 2)
        if (said := rules.value_between(pairs, one, other)).value != rules.NOT_KNOWN
    ]


def _cell(one: rules.Version, other: rules.Version, pairs: Pairs) -> tuple[str, str] | None:
    if one == other:
        return None
    said = rules.value_between(pairs, one, other)
    exempt = one.specification == other.specification or rules.is_exempt(
        one.specification, other.specification
    )
    return NOT_COVERED if said.value == rules.NOT_KNOWN and exempt else TAGS[said.value]


def _file(version: MatrixVersion, rows: list[list[str]], form: str) -> HttpResponse:
    safe = [[neutralise(cell) for cell in row] for row in rows]
    if form == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADER, *safe])
        answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(f"Matrix {version.number}")
        for row in [HEADER, *safe]:
            sheet.append(list(row))
        file = io.BytesIO()
        book.save(file)
        answer = HttpResponse(file.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="matrix-{version.number}.{form}"'
    return answer
