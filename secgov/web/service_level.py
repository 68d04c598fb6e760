"""The page that counts in public how many of the Code's dates were kept."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secgov.journal import beats, clock
from secgov.journal.models import Heartbeat
from secgov.journal.services.levels import KINDS, OTHER, Level, service_level
from secgov.time_rules import london_day
from secgov.web.charts import month_chart, small_chart

FAMILIES = (
    ("F2.8", "Editions out in a Working Day", "limb"),
    ("F2.7", "Expiry notices on their day", "notice"),
    ("F2.9", "DCC loads in 24 hours", "load"),
)
MOST_MISSED = 50


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show duties met and missed over twelve months, the missed ones, and the last sign of life of each sweep."""
    level = service_level(at=clock.now())
    labels = [f"{month.first:%b}" for month in level.months]
    context = {
        "level": level,
        "chart": month_chart(labels, [month.total for month in level.months]),
        "families": [_family(level, labels, *each) for each in FAMILIES],
        "rows": [_row(level, number) for number in range(len(level.months) - 1, -1, -1)],
        "sums": [sum(each.met + each.missed for each in level.of_kind(kind)) for kind in (*KINDS, OTHER)],
        "first": level.months[0].first,
        "last": level.months[-1].first,
        "shown": level.missed[:MOST_MISSED],
        "most": MOST_MISSED,
        "beats": heartbeat(level.at),
    }
    return render(request, "web/service_level.html", context)


def heartbeat(at: dt.datetime) -> list[dict[str, Any]]:
    """Say of each sweep when it was seen last, and whether that is in time."""
    seen = dict(Heartbeat.objects.values_list("sweep", "finished_at"))
    return [
        {
            "does": each.does,
            "runs": each.runs,
            "seen": seen.get(each.name),
            "on_time": each.name in seen and at - seen[each.name] <= each.longest_silence,
        }
        for each in beats.sweeps()
    ]


def _family(level: Level, labels: list[str], kind: str, title: str, noun: str) -> dict[str, Any]:
    tallies = level.of_kind(kind)
    late = [
        (month.first, tally.missed)
        for month, tally in zip(level.months, tallies, strict=True)
        if tally.missed
    ]
    return {
        "clause": kind,
        "title": title,
        "noun": noun,
        "number": sum(each.met + each.missed for each in tallies),
        "late": late,
        "chart": small_chart(labels, tallies),
    }


def _row(level: Level, number: int) -> dict[str, Any]:
    month = level.months[number]
    kinds = [month.kinds[kind] for kind in (*KINDS, OTHER)]
    return {
        "first": month.first,
        "until": london_day(level.at) if number == len(level.months) - 1 else None,
        "total": month.total,
        "kinds": [each.met + each.missed for each in kinds],
    }
