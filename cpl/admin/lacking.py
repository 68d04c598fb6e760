"""What imported entries still lack, as a work list: counts, filters, and one certificate or record for many entries."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cpl.admin.decisions import MOST, draw
from cpl.lacking import FIRMWARE, KINDS, counts_of, lacking
from cpl.models import DeviceModel, PhysicalDeviceType
from cpl.portal.certificate_form import CertificateForm
from cpl.portal.forms import FirmwareForm
from cpl.portal.judged import JudgedForm, refuse
from cpl.rules.certificates import KIND_NAMES
from cpl.rules.certificates import KINDS as KIND_OF_BODY
from cpl.rules.submissions import FORM_FIELDS
from cpl.services.lacking import CERTIFICATE_FIELDS, give_certificate_for_entries, give_release_for_entries
from firmware_repo.rules.release import CLEANERS
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock

PAGE = 100
MOST_AT_ONCE = 200
NAMES = {
    **{body: KIND_NAMES[kind] for body, kind in KIND_OF_BODY.items()},
    FIRMWARE: "firmware details",
}
CALLED = {**FORM_FIELDS, "document": "document"}


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label="Where it comes from",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the journal, for example: sent by the manufacturer on 3 February 2027.",
        error_messages={"required": "Say where it comes from: one sentence will do."},
    )


class EntriesCertificateForm(CertificateForm):
    """One certificate for several entries."""

    firmware_named = None
    mapping = None
    reason = _reason_field()

    def clean(self) -> dict[str, Any]:
        """Judge it as a submitter's; there is no other name of the firmware here."""
        self.cleaned_data.setdefault("firmware_named", "")
        return super().clean()


class EntriesFirmwareForm(FirmwareForm):
    """One set of firmware details for several entries."""

    reason = _reason_field()


def show_lacking(request: HttpRequest) -> HttpResponse:
    """Show the entries that lack one kind of thing, with counts by manufacturer and type. All state is in the URL."""
    today = clock.today()
    kind = _kind(request.GET.get("what", ""))
    rows = lacking(kind, on=today)
    maker, device_type = request.GET.get("manufacturer", ""), request.GET.get("type", "")
    chosen = rows
    if maker:
        chosen = chosen.filter(manufacturer=maker)
    if device_type:
        chosen = chosen.filter(device_type=device_type)
    chosen = chosen.select_related("manufacturer").order_by("number")
    context = {
        "what": kind,
        "name": NAMES[kind],
        "kinds": [(each, NAMES[each], lacking(each, on=today).count()) for each in KINDS],
        "counts": [
            {**each, "type": PhysicalDeviceType(each["device_type"]).label} for each in counts_of(rows)
        ],
        "manufacturer": maker,
        "type": device_type,
        "page": Paginator(chosen, PAGE).get_page(request.GET.get("page")),
        "may": permitted(request.user, Duty.PROPOSE_LIST_CHANGE),
    }
    return draw(request, "admin/cpl/lacking.html", context)


def give(request: HttpRequest) -> HttpResponse:
    """Take one certificate, or one set of firmware details, for the entries chosen: for all of them or none."""
    require(request.user, Duty.PROPOSE_LIST_CHANGE)
    data = request.POST if request.method == "POST" else request.GET
    kind = _kind(data.get("what", ""))
    entries = _entries(data.getlist("entry"))
    if not entries:
        messages.warning(request, "No entry was chosen. Tick at least one.")
        return redirect(f"{reverse('admin:cpl_devicemodel_lacking')}?what={kind}")
    form = _form(request, kind)
    if request.method == "POST" and form.is_valid() and (words := _given(request, kind, entries, form)):
        messages.success(request, words)
        return redirect(f"{reverse('admin:cpl_devicemodel_lacking')}?what={kind}")
    context = {"what": kind, "name": NAMES[kind], "entries": entries, "form": form}
    return draw(request, "admin/cpl/give.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, kind: str) -> JudgedForm:
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    if kind == FIRMWARE:
        return EntriesFirmwareForm(*data)
    return EntriesCertificateForm(*data, initial={"body": kind})


def _given(request: HttpRequest, kind: str, entries: list[DeviceModel], form: JudgedForm) -> str:
    """Hand the form to the service; give what was done, or "" where it was refused, which is written into the form."""
    values, numbers = form.cleaned_data, [each.pk for each in entries]
    try:
        if kind == FIRMWARE:
            given = {name: values[FORM_FIELDS.get(name, name)] for name in CLEANERS}
            give_release_for_entries(
                numbers=numbers, by=request.user, at=clock.now(), values=given, released_on=values["released_on"],
                reason=values["reason"],
            )  # fmt: skip
            return f"Firmware details are recorded for {len(numbers)} of the list’s entries."
        certificate = give_certificate_for_entries(
            numbers=numbers, by=request.user, at=clock.now(), reason=values["reason"],
            values={name: values[name] for name in CERTIFICATE_FIELDS}, upload=values["document"],
            classification=values["classification"],
        )  # fmt: skip
    except Refusal as refusal:
        refuse(form, refusal, called=CALLED)
        return ""
    except ValidationError as error:
        form.add_error("number", error.messages)
        return ""
    return f"{certificate} is recorded. Attest it; once an Approver has confirmed it, the next edition prints it."


def _kind(text: str) -> str:
    if text and text not in KINDS:
        raise Http404
    return text or KINDS[0]


def _entries(keys: list[str]) -> list[DeviceModel]:
    """Fetch the entries chosen. Raises Http404 where any is not there, or where there are too many."""
    wanted = {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 10}
    rows = list(DeviceModel.objects.select_related("manufacturer").filter(pk__in=wanted).order_by("pk"))
    if len(rows) != len(wanted) or len(rows) > MOST_AT_ONCE:
        raise Http404
    return rows
