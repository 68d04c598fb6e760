"""The page of one entry: is it on the list, why, since when, with which certificates."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cpl.models import DeviceModel, Edition, ListChange, ListingPeriod, MaintenanceEnd, PublishedEntry
from cpl.services.corrections import may_ask
from cpl.services.loading import held_back
from cpl.services.point_in_time import View
from cpl.services.sc_checks import passed_ends
from cpl.services.status import who_decided
from cpl.web.filters import TimeForm, time_query
from cpl.web.grounds import grounds, shown_certificate
from cpl.web.history import Event, history
from cpl.web.records import plain
from firmware_repo.models import FirmwareRecord
from secgov.accounts.permissions import Duty, permitted
from secgov.journal import clock
from secgov.time_rules import london_day

OTHERS_SHOWN = 10


@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show an entry as the newest edition says it, or as it stood or was known at another time; `?as=json` gives its record."""
    form = TimeForm(request.GET)
    view = form.view()
    shown = view.entries().filter(pk=number).first() if view else None
    if view is None or shown is None:
        return _not_shown(request, number, form, view)
    if request.GET.get("as") == "json":
        return JsonResponse(shown.record)
    on = view.as_of or london_day(view.known_at or clock.now())
    edition = view.edition or Edition.objects.placed().defer("manifest").latest()
    certificates = [shown_certificate(each, on) for each in shown.record["certificates"]]
    family = list(_family(shown, view.entries()))
    context: dict[str, Any] = {
        "entry": shown,
        "view": view,
        "time": time_query(view),
        "form": form,
        "newest_edition": edition,
        "certificates": certificates,
        "cpa": next((each for each in certificates if each.name == "CPA" and each.governing), None),
        "grounds": grounds(shown, certificates, on, "today" if view.is_now else f"on {plain(on)}"),
        "others": family[:OTHERS_SHOWN],
        "family_size": len(family),
        "decided": who_decided([number] if shown.status == PublishedEntry.Status.REMOVED else []).get(
            number, ""
        ),
        "latest": _latest(family),
        "twins": [
            each for each in family if each.firmware_version == shown.firmware_version and each.pk != shown.pk
        ],
        "sharing": _sharing_hash(shown, view.entries()),
        "history": _history(shown, edition, on),
        "may_read_firmware": may_read_firmware(request),
        "correction_url": _correction_url(request, number),
        "held_back": held_back(f"{number:06d}") if view.is_now else None,
        "may_submit": permitted(request.user, Duty.SUBMIT_DEVICE) is not None,
        "maintenance_ended": _maintenance_ended(shown, on) if view.is_now else None,
    }
    if context["may_read_firmware"]:
        context["firmware"] = FirmwareRecord.objects.filter(pk=number).first()
    return render(request, "cpl/entry.html", context)


def _maintenance_ended(shown: PublishedEntry, on: dt.date) -> MaintenanceEnd | None:
    """The Maintenance End Date of a listed entry's combination, once it has passed: a warning only (SC-5.3)."""
    if shown.status != PublishedEntry.Status.CURRENT:
        return None
    return passed_ends(on=on).get((shown.spec_type, shown.spec_version, shown.gbcs_version))


def _not_shown(request: HttpRequest, number: int, form: TimeForm, view: View | None) -> HttpResponse:
    """Say why there is nothing to show: a time that cannot be read, is not known, or is before the entry was listed."""
    if not PublishedEntry.objects.filter(pk=number).exists():
        raise Http404
    context = {"number": number, "form": form, "view": view}
    return render(request, "cpl/entry_not_shown.html", context, status=404 if view else 422)


def may_read_firmware(request: HttpRequest) -> bool:
    """Whether this reader sees the Firmware Information Repository (A-67)."""
    return settings.FIR_PUBLIC or permitted(request.user, Duty.READ_FIRMWARE_REPOSITORY) is not None


def _correction_url(request: HttpRequest, number: int) -> str:
    """Where this reader may ask that the entry be put right, or start it as the Secretariat; "" for anybody else."""
    if not request.user.is_authenticated:
        return ""
    if permitted(request.user, Duty.PROPOSE_LIST_CHANGE):
        return f"{reverse('admin:cpl_correctionrequest_start')}?entry={number:06d}"
    return reverse("portal:correct", args=[number]) if may_ask(request.user, DeviceModel(pk=number)) else ""


def _family(shown: PublishedEntry, entries: QuerySet[PublishedEntry]) -> QuerySet[PublishedEntry]:
    """Every entry of the same hardware, this one among them, newest first."""
    return (
        entries.filter(
            device_type=shown.device_type,
            manufacturer_identifier=shown.manufacturer_identifier,
            model_identifier=shown.model_identifier,
            hardware_version=shown.hardware_version,
            hardware_revision=shown.hardware_revision,
        )
        .defer("record")
        .order_by(F("listed_on").desc(nulls_last=True), "-number")
    )


def _latest(family: list[PublishedEntry]) -> PublishedEntry | None:
    """Of those on the list the one that first came on it last, as numbers tell: a return brings no newer firmware."""
    standing = [each for each in family if each.status == PublishedEntry.Status.CURRENT]
    return max(standing, key=lambda each: each.number, default=None)


def _sharing_hash(shown: PublishedEntry, entries: QuerySet[PublishedEntry]) -> int:
    """How many other entries carry the same image; one image for many hardware variants is normal."""
    if not shown.image_hash:
        return 0
    return entries.filter(image_hash=shown.image_hash).exclude(pk=shown.pk).count()


def _history(shown: PublishedEntry, edition: Edition, today: dt.date) -> list[Event]:
    """What the editions up to one tell of an entry; a change that no edition carries yet is not public."""
    changes = (
        ListChange.objects.filter(
            entry_number=shown.number, state=ListChange.State.ISSUED, edition__number__lte=edition.number
        )
        .select_related("edition", "removal_event", "determination")
        .prefetch_related("determination__events")
        .defer("edition__manifest")
    )
    periods = ListingPeriod.objects.filter(device_model=shown.number, origin=ListingPeriod.Origin.IMPORTED)
    return history(changes=changes, periods=periods, record=shown.record, today=today)
