"""The paper before the Committee: what each outcome would do, computed from the DCC's lists and kept with the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from cpl.models import CountRow, DccListVersion, DeployedCombination, DeviceModel, ListingPeriod
from cpl.services.dcc_lists import newest_version
from cpl.services.rows import keep
from firmware_repo.models import UpgradePath
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.journal import services as journal
from secgov.time_rules import london_day
from ssc.models import Case, ImpactPaper
from ssc.rules import impact as rules
from ssc.services.acting import lock_case

Kind = DccListVersion.Kind
SAME_HARDWARE = ("device_type", "manufacturer", "model_identifier", "hardware_version", "hardware_revision")


@transaction.atomic
def compute_impact(
    *, case: Case, by: User, at: dt.datetime, removal_day: dt.date | None = None, paces: Mapping[int, int] | None = None
) -> ImpactPaper:  # fmt: skip
    """Compute what each outcome would do, and keep it with the case as a numbered paper. Appendix Z 6.2(a)

    Takes the day of a later removal, and by Supplier's key how many Devices it says it upgrades a week. What the DCC has
    not counted is "not known". Raises Refusal for a day that is not to come.
    """
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE)
    today, given = london_day(at), dict(paces or {})
    rules.check_assumptions(removal_day=removal_day, paces=given.values(), today=today)
    counts, deployed = newest_version(Kind.COUNTS), newest_version(Kind.DEPLOYED)
    options = rules.options_of(
        held_of(case.device_model, counts, given), removal_day=removal_day, today=today
    )
    paper = ImpactPaper.objects.create(
        case=case, number=case.impact_papers.count() + 1, computed_at=at, computed_by=by, removal_day=removal_day,
        counts=counts, deployed=deployed,
        figures={
            "options": [asdict(each) for each in options],
            "paces": given,
            "group": _group(case, counts),
            "remaining": _remaining(case.device_model),
            "upgrades": _upgrades(case.device_model),
            "combinations": _combinations(case.device_model, deployed),
        },
    )  # fmt: skip
    keep(case)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.case.impact_computed", subject=case, clause="Z6.2(a)",
        reason="For the paper before the Committee.",
        after={"paper": paper.number, "counts": counts.number if counts else None, "remove_now": options[0].devices},
    )  # fmt: skip
    return paper


def held_of(
    model: DeviceModel, counts: DccListVersion | None, paces: Mapping[int, int]
) -> list[rules.Held] | None:
    """Give what each Supplier has of a model by a version of the counts, most first; None where nothing is counted."""
    if counts is None:
        return None
    rows = _rows(counts).filter(device_model=model).select_related("organisation").order_by("-devices", "row")
    return [
        rules.Held(
            row.organisation_id,
            row.organisation.name,
            row.devices,
            row.systems,
            paces.get(row.organisation_id),
        )
        for row in rows
    ] or None


def _rows(version: DccListVersion) -> QuerySet[CountRow]:
    return CountRow.objects.filter(version=version)


def _group(case: Case, counts: DccListVersion | None) -> list[dict[str, Any]]:
    """The open cases of the same event by type and generation, and what removing them all now would Suspend."""
    models = DeviceModel.objects.filter(ssc_cases__in=group_of(case).filter(state=Case.State.OPEN)).distinct()
    found: dict[tuple[str, str], list[DeviceModel]] = {}
    for model in models.order_by("pk"):
        found.setdefault((model.get_device_type_display(), model.generation), []).append(model)
    lines = []
    for (name, generation), members in sorted(found.items()):
        summed: dict[str, int | None] = {"devices": None, "systems": None}
        if counts:
            summed = (
                _rows(counts)
                .filter(device_model__in=members)
                .aggregate(devices=Sum("devices"), systems=Sum("systems"))
            )
        lines.append({"type": name, "generation": generation, "entries": len(members), **summed})
    return lines


def group_of(case: Case) -> QuerySet[Case]:
    """Give the cases that share an event with a case, itself among them (A-69)."""
    return Case.objects.filter(events__event__in=case.events.values("event")).distinct().order_by("pk")


def _remaining(model: DeviceModel) -> list[int]:
    """The other entries on the list for the same hardware, which its removal would leave."""
    same = DeviceModel.objects.filter(
        periods__in=ListingPeriod.objects.open(), **{name: getattr(model, name) for name in SAME_HARDWARE}
    )
    return sorted(same.exclude(pk=model.pk).values_list("pk", flat=True))


def _upgrades(model: DeviceModel) -> list[dict[str, Any]]:
    """The firmware to which Devices of a model may be upgraded, by the Firmware Information Repository."""
    numbers = UpgradePath.objects.filter(from_number=model.pk, ended_at=None).values("record")
    targets = DeviceModel.objects.filter(pk__in=numbers).order_by("pk")
    listed = set(
        ListingPeriod.objects.open().filter(device_model__in=targets).values_list("device_model", flat=True)
    )
    return [
        {"entry": each.pk, "firmware": each.firmware_version, "listed": each.pk in listed} for each in targets
    ]


def _combinations(model: DeviceModel, deployed: DccListVersion | None) -> int | None:
    if deployed is None:
        return None
    return DeployedCombination.objects.filter(version=deployed, entries__contains=[model.pk]).count()


@dataclass(frozen=True, slots=True)
class Actual:
    """What a removal did Suspend: by the counts at that instant, and by the newest; None where nothing was counted."""

    removed_at: dt.datetime
    predicted: ImpactPaper | None
    at_removal: tuple[DccListVersion, int, int] | None
    newest: tuple[DccListVersion, int, int] | None


def actual_of(case: Case) -> Actual | None:
    """Give what the removal of a case's entry did, beside what its last paper before had predicted; None before it."""
    period = case.device_model.periods.filter(
        closed_at__gt=case.opened_at, closing_clause__in=["Z6.2", "Z6.4"]
    ).order_by("closed_at", "id").first()  # fmt: skip
    if period is None or period.closed_at is None:
        return None
    versions = DccListVersion.objects.filter(kind=Kind.COUNTS)
    return Actual(
        removed_at=period.closed_at,
        predicted=case.impact_papers.filter(computed_at__lte=period.closed_at).order_by("-pk").first(),
        at_removal=_counted(case, versions.filter(received_at__lte=period.closed_at)),
        newest=_counted(case, versions.filter(received_at__gt=period.closed_at)),
    )


def _counted(case: Case, versions: QuerySet[DccListVersion]) -> tuple[DccListVersion, int, int] | None:
    version = versions.order_by("-number").first()
    if version is None:
        return None
    summed = (
        _rows(version)
        .filter(device_model=case.device_model)
        .aggregate(devices=Sum("devices", default=0), systems=Sum("systems", default=0))
    )
    return version, summed["devices"], summed["systems"]
