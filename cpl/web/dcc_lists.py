"""The lists from the DCC as everybody sees them: the newest version, its age, what changed, and every earlier one."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import orjson
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cpl.models import DccListVersion, DeployedCombination, DeviceModel
from cpl.rules.dcc_lists import DEPLOYED
from cpl.rules.smets1_lists import device_in_words, is_developed_or_tested
from cpl.services.dcc_list_contents import (
    age_in_days,
    changed_rows,
    csv_lines,
    digest_told,
    numbers_told,
    record_of,
    rows_of,
)
from secgov.journal import clock

Kind = DccListVersion.Kind
PAGE = 50
VERSIONS = 12
PATHS = {
    Kind.DEPLOYED: "/deployed-products/",
    Kind.ELIGIBLE: "/smets1/",
    Kind.PENDING: "/smets1/?list=pending",
}
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
def deployed_products(request: HttpRequest) -> HttpResponseBase:
    """Show the Deployed Products List: combinations of Device Models that are in use. Never how many."""
    return _show(request, Kind(DEPLOYED))


@require_safe
def smets1(request: HttpRequest) -> HttpResponseBase:
    """Show the SMETS1 combinations, the eligible ones unless the pending ones are asked for."""
    asked = request.GET.get("list", Kind.ELIGIBLE)
    if asked not in (Kind.ELIGIBLE, Kind.PENDING):
        raise Http404
    return _show(request, Kind(asked))


def _show(request: HttpRequest, kind: DccListVersion.Kind) -> HttpResponseBase:
    versions = DccListVersion.objects.published().filter(kind=kind)
    number = request.GET.get("version", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Http404
    version = versions.filter(number=int(number)).first() if number else versions.first()
    if number and version is None:
        raise Http404
    context: dict[str, Any] = {"kind": kind.value, "title": kind.label, "path": PATHS[kind]}
    if version is not None:
        rows, entry = _asked_rows(request, version)
        if request.GET.get("as") in MEDIA_TYPES:
            return _file(version, rows, request.GET["as"])
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context |= {
            "version": version,
            "newest": versions[0],
            "age": age_in_days(versions[0], at=clock.now()),
            "told": numbers_told(version),
            "sha256": digest_told(version),
            "versions": [(each, numbers_told(each)) for each in versions[:VERSIONS]],
            "shown": request.GET.get("show", ""),
            "entry": entry,
            "query": _text_asked(request),
            "page": page,
            "rows": _rows_in_words(list(page.object_list)),
        }
    return render(request, "cpl/dcc_list.html", context)


def _asked_rows(request: HttpRequest, version: DccListVersion) -> tuple[QuerySet[Any], str]:
    """Give the rows asked for: all, those added, those gone; of a deployed list, those with one entry.

    Of a SMETS1 list, those whose reference, provider or devices hold a text, written as the page writes it.
    """
    shown = request.GET.get("show", "")
    rows = {"added": 0, "gone": 1}.get(shown)
    found = rows_of(version) if rows is None else changed_rows(version)[rows]
    entry = request.GET.get("entry", "").strip()
    if entry and version.kind == Kind.DEPLOYED:
        known = entry.isascii() and entry.isdigit() and len(entry) < 9
        found = found.filter(entries__contains=[int(entry)]) if known else found.none()
    if (text := _text_asked(request)) and version.kind != Kind.DEPLOYED:
        of = "combination__" if version.kind == Kind.ELIGIBLE else ""
        found = found.annotate(
            joined=Replace(Cast(f"{of}devices", TextField()), Value("|"), Value(""), output_field=TextField())
        )
        holds = Q(reference__icontains=text) | Q(**{f"{of}provider__icontains": text})
        found = found.filter(holds | Q(joined__icontains=text))
    return found, entry


def _text_asked(request: HttpRequest) -> str:
    """The text that combinations are to hold; zero bytes stand in none."""
    return request.GET.get("q", "").replace("\0", "").strip()[:80]


def _rows_in_words(rows: list[Any]) -> list[dict[str, Any]]:
    numbers = {number for row in rows if isinstance(row, DeployedCombination) for number in row.entries}
    models = DeviceModel.objects.in_bulk(numbers)
    shown = []
    for row in rows:
        if isinstance(row, DeployedCombination):
            shown.append({"row": row, "models": [models[number] for number in row.entries]})
        else:
            combination = getattr(row, "combination", row)
            shown.append(
                {
                    "row": row,
                    "combination": combination,
                    "devices": [device_in_words(each) for each in combination.devices],
                    "tested": is_developed_or_tested(getattr(row, "status", "")),
                }
            )
    return shown


def _file(version: DccListVersion, rows: QuerySet[Any], form: str) -> StreamingHttpResponse:
    lines = csv_lines(version.kind, rows) if form == "csv" else _json_lines(version, rows)
    answer = StreamingHttpResponse(lines, content_type=MEDIA_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{version.kind}-{version.number}.{form}"'
    return answer


def _json_lines(version: DccListVersion, rows: QuerySet[Any]) -> Iterator[bytes]:
    received: dt.datetime = version.received_at
    head = {
        "list": version.kind,
        "version": version.number,
        "received_at": received,
        "sha256": digest_told(version),
    }
    yield orjson.dumps(head, option=orjson.OPT_UTC_Z)[:-1] + b',"rows":['
    first = True
    for row in rows.iterator(chunk_size=2000):
        yield (b"" if first else b",") + orjson.dumps(record_of(row))
        first = False
    yield b"]}"
