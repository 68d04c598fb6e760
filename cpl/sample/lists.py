"""The DCC's lists and the incompatibility matrix, made through the services, as in life."""

import datetime as dt
import json
from typing import Any

from cpl.models import DeviceModel, EligibleCombination, Generation, MatrixSpecification, MatrixVersion
from cpl.rules.device_types import COMMUNICATIONS_HUB, ELECTRICITY_METERS, GSME, PPMID
from cpl.services import matrix
from cpl.services.dcc_lists import take_list
from secgov.accounts.models import Organisation, PartyCategory, User
from secgov.time_rules import london_day

WEEK, DAY = dt.timedelta(days=7), dt.timedelta(days=1)
SPECIFICATIONS = (
    ("CHTS", "1.0", "1.0"), ("CHTS", "1.2", "2.1"), ("CHTS", "1.6", "4.0"),
    ("ESMETS", "2.0", "1.0"), ("ESMETS", "4.2", "3.2"), ("ESMETS", "5.1", "4.0"),
    ("GSMETS", "2.0", "1.0"), ("GSMETS", "4.2", "3.2"),
    ("PPMIDTS", "1.0", "1.0"), ("HCALCSTS", "1.1", "3.2"),
)  # fmt: skip
SOURCE = "Sample: Technical Specification Issue Resolution 12"


def load_lists(*, people: dict[str, User], at: dt.datetime) -> None:
    """Two versions of the Deployed Products List, the SMETS1 lists, counts, and a matrix of ten versions."""
    _load_dcc_lists(people["dcc"], at)
    _load_matrix(people["secretariat"], at)


def _load_dcc_lists(by: User, at: dt.datetime) -> None:
    entries = list(DeviceModel.objects.filter(generation=Generation.SMETS2).order_by("number"))
    hubs = [each for each in entries if each.device_type == COMMUNICATIONS_HUB]
    electricity = [each for each in entries if each.device_type in ELECTRICITY_METERS]
    gas = [each for each in entries if each.device_type == GSME]
    displays = [each for each in entries if each.device_type == PPMID]
    rows = []
    for place, meter in enumerate(electricity):
        parts = [hubs[place % len(hubs)], meter]
        parts += [gas[place % len(gas)]] if place % 3 else []
        parts += [displays[place % len(displays)]] if place % 4 == 0 else []
        row: dict[str, Any] = {"entries": [str(each) for each in parts]}
        rows.append(row | ({"type_2_devices": ["IHD"]} if place % 2 else {}))
    _send("deployed", rows[: len(rows) * 2 // 3], by, at - WEEK)
    _send("deployed", rows[2:], by, at - DAY)
    smets1 = list(DeviceModel.objects.filter(generation=Generation.SMETS1).order_by("number"))
    _send("eligible", _eligible(smets1, at), by, at - DAY)
    pending = [
        {
            "reference": f"P-{place:03d}",
            "provider": "South",
            "devices": [_device(each)],
            "status": "CONSIDERING" if place % 2 else "DEVELOPING_TESTING",
        }
        for place, each in enumerate(smets1[:4], start=1)
    ]
    _send("pending", pending, by, at - DAY)
    categories = (PartyCategory.LARGE_SUPPLIER, PartyCategory.SMALL_SUPPLIER)
    suppliers = Organisation.objects.filter(party_category__in=categories).order_by("pk")
    counts = [
        {
            "entry": str(meter),
            "supplier": supplier.name,
            "devices": 900 + 37 * place,
            "systems": 880 + 36 * place,
        }
        for place, meter in enumerate((electricity + gas)[:40])
        for supplier in suppliers
        if (place + supplier.pk) % 2
    ]
    _send("counts", counts, by, at - DAY)


def _eligible(smets1: list[DeviceModel], at: dt.datetime) -> list[dict[str, Any]]:
    """Those kept by hand before go on; their dates go with them."""
    rows = [
        {
            "reference": f"C-{place:03d}",
            "provider": kept.communications_service_provider,
            "devices": [_device(each) for each in kept.members.all()],
            "evidence": kept.evidence_reference,
        }
        for place, kept in enumerate(EligibleCombination.objects.prefetch_related("members"), start=1)
    ]
    first = rows[0]["reference"] if rows else ""
    for place, device in enumerate(smets1[:6], start=len(rows) + 1):
        rows.append(
            {
                "reference": f"C-{place:03d}",
                "provider": "South",
                "devices": [_device(device)],
                "evidence": f"PPCT-{place:03d}",
                "equivalent_of": first if place % 3 == 0 else "",
                "first_added_on": (london_day(at) - dt.timedelta(days=30 * place)).isoformat(),
            }
        )
    return rows


def _device(device: Any) -> str:
    return "/".join(
        (
            device.get_device_type_display(),
            device.manufacturer_identifier,
            device.model_identifier,
            device.hardware_version,
            device.hardware_revision,
            device.firmware_version,
        )
    )


def _send(kind: str, rows: list[dict[str, Any]], by: User, at: dt.datetime) -> None:
    take_list(kind=kind, data=json.dumps({"rows": rows}).encode(), form="json", by=by, at=at)


def _load_matrix(by: User, at: dt.datetime) -> None:
    version = matrix.begin_matrix(by=by, at=at)
    made = []
    for specification, spec_version, gbcs_version in SPECIFICATIONS:
        made.append(
            matrix.add_specification(
                version=version, by=by, at=at, revision=_revision(version), specification=specification,
                spec_version=spec_version, gbcs_version=gbcs_version,
            )
        )  # fmt: skip
    for place, one in enumerate(made):
        for other in made[place + 1 :]:
            if (
                one.specification != "CHTS"
                or other.specification == "CHTS"
                or other.specification == "HCALCSTS"
            ):
                continue
            old_and_new = one.gbcs_version == "1.0" and other.gbcs_version in ("3.2", "4.0")
            value, text = (
                ("incompatible", "") if other.gbcs_version == "4.0" and old_and_new else ("compatible", "")
            )
            if old_and_new and other.gbcs_version == "3.2":
                value, text = "constrained", "Only over 2.4 GHz; the hub does not know the later alerts."
            _say(version, by, at, one, other, value, text)
    matrix.publish_matrix(
        version=version, by=by, at=at, revision=_revision(version), summary="The first matrix of the sample."
    )


def _say(
    version: MatrixVersion,
    by: User,
    at: dt.datetime,
    one: MatrixSpecification,
    other: MatrixSpecification,
    value: str,
    text: str,
) -> None:
    matrix.say_of_pair(
        version=version, by=by, at=at, revision=_revision(version), first=one, second=other, value=value,
        constraint_text=text, source=SOURCE,
    )  # fmt: skip


def _revision(version: MatrixVersion) -> int:
    return MatrixVersion.objects.values_list("revision", flat=True).get(pk=version.pk)
