"""The sweeps of the beat: how often each runs, in words and as a longest silence (the beat schedule is the one source)."""

import datetime as dt
from dataclasses import dataclass

from celery import current_app
from celery.schedules import crontab

from secgov.journal.models import Act, Heartbeat

PATIENCE = 3  # a sweep may miss two turns before it counts as stopped
GRACE = dt.timedelta(minutes=2)
DAILY = dt.timedelta(days=1)
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep: the name of its sign of life, what it does as a sentence, when, and how long it may be silent."""

    name: str
    does: str
    runs: str
    longest_silence: dt.timedelta


def sweeps() -> list[Sweep]:
    """Give every sweep once, in the order of the schedule; of several turns of one the first says when it runs."""
    found: dict[str, Sweep] = {}
    for does, entry in current_app.conf.beat_schedule.items():
        schedule, name = entry["schedule"], entry["task"].rpartition(".")[2].replace("_", " ")
        span = DAILY if isinstance(schedule, crontab) else dt.timedelta(seconds=float(schedule) * PATIENCE)
        found.setdefault(name, Sweep(name, does[:1].upper() + does[1:], _in_words(schedule), span + GRACE))
    return list(found.values())


def signs_of_life() -> tuple[dict[str, dt.datetime], dt.datetime | None]:
    """Give when each sweep was last seen, by name, and since when there is work: the first act of all, None before it."""
    first = Act.objects.order_by("id").values_list("at", flat=True).first()
    return dict(Heartbeat.objects.values_list("sweep", "finished_at")), first


def longest_silence() -> dict[str, dt.timedelta]:
    """How long each sweep of the beat may be silent, by the name under which it gives its sign of life."""
    return {each.name: each.longest_silence for each in sweeps()}


def _in_words(schedule: crontab | float) -> str:
    if not isinstance(schedule, crontab):
        minutes = round(float(schedule) / MINUTE)
        return "every minute" if minutes == 1 else f"every {minutes} minutes"
    if len(schedule.hour) > 1:
        return f"{len(schedule.hour)} times a day"
    return f"daily, {min(schedule.hour):02d}:{min(schedule.minute):02d}"
