"""What a digest of expiry notices says to one Party: its own certificates first, then all others."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cpl.models import DeviceModel, ExpiryDigest, ExpiryNotice
from cpl.notices import fact
from cpl.rules.expiry_notices import day_to_tell, is_late
from cpl.services.expiry.facts import Covered
from secgov.accounts.models import Organisation
from secgov.time_rules import WorkingCalendar

MOST_MODELS = 12  # named in a letter; the page of the certificate's calendar has them all
AHEAD = {"M12": "twelve months ahead", "M6": "six months ahead", "D30": "thirty days ahead"}


@dataclass(frozen=True, slots=True)
class Told:
    """The stages of one certificate in a digest, and how it stands."""

    stages: tuple[ExpiryNotice, ...]
    covered: Covered

    @property
    def first(self) -> ExpiryNotice:
        """The stage whose time is nearest to the date: what the letter speaks of."""
        return max(self.stages, key=lambda stage: stage.target_on)


def told_of(stages: Iterable[ExpiryNotice], covered: dict[int, Covered]) -> list[Told]:
    """Join the stages of a digest by certificate, in the order of their dates."""
    by_certificate: dict[int, list[ExpiryNotice]] = {}
    for stage in stages:
        by_certificate.setdefault(stage.certificate_id, []).append(stage)
    told = [Told(tuple(each), covered[pk]) for pk, each in by_certificate.items()]
    return sorted(told, key=lambda each: (each.first.relevant_on, str(each.covered.certificate)))


def blocks(told: Sequence[Told], *, on: dt.date, calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """Write one block of lines per certificate, once for all Parties, as told on a London day."""
    return [
        {
            "name": str(each.covered.certificate),
            "pk": each.covered.certificate.pk,
            "lines": _lines(each, on, calendar),
        }
        for each in told
    ]


def _lines(told: Told, on: dt.date, calendar: WorkingCalendar) -> list[str]:
    first = told.first
    kind = first.get_date_kind_display().capitalize().removesuffix(" date")
    ahead = " and ".join(AHEAD[each.stage] for each in sorted(told.stages, key=lambda each: each.target_on))
    date = f"{first.relevant_on:%A} {first.relevant_on.day} {first.relevant_on:%B %Y}"
    lines = [fact(kind, f"{date} ({ahead})"), fact("Models", numbers(told.covered.models))]
    return lines + [fact("Note", why) for each in told.stages if (why := _why_late(each, on, calendar))][:1]


def _why_late(stage: ExpiryNotice, on: dt.date, calendar: WorkingCalendar) -> str:
    """Say that a stage is told after its day: its date came too late, or the run did. Section F2.7 (A-06)"""
    if stage.late_reason or not is_late(stage.target_on, sent_on=on, calendar=calendar):
        return stage.late_reason
    day = day_to_tell(stage.target_on, calendar)
    return f"Late: it was to go on {day:%A} {day.day} {day:%B %Y}."


def numbers(models: Sequence[DeviceModel]) -> str:
    """Name the entries of models: `000123, 000124 and 3 more`."""
    named = ", ".join(f"{each.pk:06d}" for each in models[:MOST_MODELS])
    more = len(models) - MOST_MODELS
    return f"{named} and {more:,} more" if more > 0 else named


def context_for(
    digest: ExpiryDigest, organisation: Organisation, told: Sequence[Told], written: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Give what the letter to one Party says: which certificates cover models of its own, and all others."""
    mine, others = [], []
    for each, block in zip(told, written, strict=True):
        models = each.covered.models_of(organisation)
        if not models:
            others.append(block)
            continue
        recorded = each.covered.standing.action_recorded
        action = "recorded" if recorded else "none to renew it is recorded"
        lines = [*block["lines"], fact("Yours", numbers(models)), fact("Action", action)]
        mine.append({**block, "lines": lines})
    return {
        "total": len(told),
        "affected": len(mine),
        "mine": mine,
        "others": others,
        "day": digest.day.isoformat(),
        "path": "/cpl/calendar/",
    }
