"""The calendar of what is coming: a page, CSV and iCalendar, for everybody; "mine" for who has an estate."""

import csv
import io
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from cpl import ical
from cpl.models import DeviceModel, PhysicalDeviceType
from cpl.rendering import neutralise
from cpl.services.coming import Coming, coming, coming_certificates
from cpl.services.estate_rows import models_of
from firmware_repo.models import Manufacturer
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, organisations_of
from secgov.journal import clock

PAGE = 50
MOST_IN_A_FILE = 5_000
COLUMNS = (
    "date",
    "kind",
    "certificate",
    "device types",
    "manufacturers",
    "entries",
    "12-month notice",
    "6-month notice",
)
FORMS = ("csv", "ics")


class CalendarFilter(forms.Form):
    """Which dates to show. A value that is no choice shows everything."""

    device_type = forms.ChoiceField(
        label="Device type", choices=[("", "Every type"), *PhysicalDeviceType.choices], required=False
    )
    manufacturer = forms.CharField(label="Manufacturer", required=False, widget=forms.Select)
    mine = forms.BooleanField(label="Only my estate", required=False)

    def __init__(self, *args: Any, with_mine: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        makers = [(each.pk, str(each)) for each in Manufacturer.objects.all()]
        self.fields["manufacturer"].widget.choices = [("", "Every manufacturer"), *makers]
        if not with_mine:
            del self.fields["mine"]


def estates_of(user: User) -> list[Organisation]:
    """Give the organisations whose estate a person has: Suppliers, and the DCC."""
    return organisations_of(user, Duty.RECORD_RENEWAL)


def mine_of(organisations: list[Organisation]) -> Any:
    """Give the Device Models of several estates."""
    found = DeviceModel.objects.none()
    for organisation in organisations:
        found = found | DeviceModel.objects.filter(pk__in=models_of(organisation).values("pk"))
    return found


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the dates of CPA Certificates that are coming, with the notices about them."""
    shown, rows = _chosen(request)
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = urlencode({key: value for key, value in request.GET.items() if key != "page" and value})
    context = {"filter": shown, "page": found, "rows": coming(list(found.object_list)), "query": query}
    return render(request, "cpl/calendar.html", context)


@require_safe
def as_file(request: HttpRequest, form: str) -> HttpResponse:
    """Give the same as CSV or iCalendar."""
    if form not in FORMS:
        raise Http404
    _, rows = _chosen(request)
    found = coming(list(rows[:MOST_IN_A_FILE]))
    if form == "ics":
        return calendar_answer("CPA Certificates", found)
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows([neutralise(cell) for cell in _cells(each)] for each in found)
    answer = HttpResponse(file.getvalue().encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="coming.csv"'
    return answer


def calendar_answer(name: str, found: list[Coming]) -> HttpResponse:
    """Answer with a calendar of certificate dates and of the notices before them."""
    answer = HttpResponse(ical.render(name, events_of(found), at=clock.now()), content_type=ical.MEDIA_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="coming.ics"'
    return answer


def events_of(found: list[Coming]) -> list[ical.Event]:
    """Write each date, and each notice that is still to come or was given, as an event."""
    events, host = [], settings.SITE_URL.split("//")[-1].split("/")[0]
    for each in found:
        entries = ", ".join(f"{model.pk:06d}" for model in each.models)
        url = f"{settings.SITE_URL}/cpl/calendar/"
        title = f"{each.kind.capitalize()} date of {each.certificate}"
        uid = f"certificate-{each.certificate.pk}-{each.on}@{host}"
        events.append(ical.Event(uid, each.on, title, f"Entries {entries}", url))
        for stage in each.stages:
            if stage.state in ("pending", "sent", "sent_late"):
                words = f"Notice, {stage.get_stage_display().lower()} before the {each.kind} date of {each.certificate}"
                events.append(
                    ical.Event(
                        f"notice-{stage.pk}@{host}",
                        stage.goes_on,
                        words,
                        f"Entries {entries}",
                        url,
                    )
                )
    return events


def _chosen(request: HttpRequest) -> tuple[CalendarFilter, Any]:
    estates = estates_of(request.user) if request.user.is_authenticated else []
    shown = CalendarFilter(request.GET or None, with_mine=bool(estates))
    shown.is_valid()
    values = shown.cleaned_data if shown.is_bound else {}
    rows = coming_certificates(
        on=clock.today(),
        device_type=values.get("device_type", ""),
        manufacturer=values.get("manufacturer", ""),
        models=mine_of(estates) if values.get("mine") else None,
    )
    return shown, rows


def _cells(each: Coming) -> list[str]:
    by_stage = {stage.stage: stage for stage in each.stages}
    return [
        each.on.isoformat(),
        f"{each.kind} date",
        str(each.certificate),
        ", ".join(sorted({model.get_device_type_display() for model in each.models})),
        ", ".join(sorted({str(model.manufacturer) for model in each.models})),
        ", ".join(f"{model.pk:06d}" for model in each.models),
        *(_told(by_stage.get(stage)) for stage in ("M12", "M6")),
    ]


def _told(stage: Any) -> str:
    if stage is None:
        return "not planned yet"
    return f"{stage.get_state_display().lower()} {stage.goes_on.isoformat()}"
