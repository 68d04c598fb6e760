"""The register's filter bar: what may be asked, and the rows that answer."""

import datetime as dt
import re
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from cpl.models import Generation, PublishedEntry
from cpl.portal.judged import error_of
from cpl.rules.device_types import DEVICE_TYPES, NAMES, SHORT_NAMES
from cpl.rules.point_in_time import read_instant
from cpl.services.point_in_time import NOW, View, look_at
from secgov.errors import Refusal
from secgov.journal import clock

ORDERS = {
    "number": ("number",),
    "status": ("status", "number"),
    "type": ("device_type", "number"),
    "manufacturer": ("manufacturer_name", "manufacturer_identifier", "number"),
    "model": ("model_identifier", "hardware_version", "hardware_revision", "number"),
    "firmware": ("firmware_version", "number"),
    "spec": ("spec_type", "spec_version", "gbcs_version", "number"),
    "listed": ("since", "number"),
}
NEWEST_FIRST = "-number"
TIME = ("as_of", "known_at")
_UPPER = ("manufacturer", "model", "firmware", "hash")
_HEX = re.compile(r"[0-9A-F]+\Z")


def _hexadecimal(label: str, length: int) -> forms.RegexField:
    return forms.RegexField(
        rf"^[0-9A-Fa-f]{{{length}}}\Z",
        label=label,
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": f"{label}: give {length} characters, each 0 to 9 or A to F."},
    )


class TimeForm(forms.Form):
    """The time that a page is asked about: a day by legal effect, an instant as recorded, both, or neither."""

    as_of = forms.DateField(
        label="As it stood when this day ended",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Give a day, for example 2026-12-01."},
    )
    known_at = forms.CharField(
        label="As it was known at this time",
        required=False,
        max_length=40,
        help_text="For example 2026-12-01 14:05, London time",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_known_at(self) -> dt.datetime | None:
        """Give the instant in UTC."""
        text = self.cleaned_data["known_at"]
        try:
            return read_instant(text, in_london=True) if text else None
        except Refusal as refusal:
            raise error_of(refusal) from None

    def view(self) -> View | None:
        """Give what is known of the time asked about; None where it cannot be read."""
        self.is_valid()
        if any(name in self.errors for name in TIME):
            return None
        as_of, known_at = self.cleaned_data["as_of"], self.cleaned_data["known_at"]
        if as_of is None and known_at is None:
            return NOW
        return look_at(as_of=as_of, known_at=known_at, at=clock.now())


class RegisterFilters(TimeForm):
    """What the register may be asked. The hidden fields come from links; they have no box of their own."""

    q = forms.CharField(label="Entry, identifier or manufacturer", max_length=120, required=False)
    type = forms.ChoiceField(
        label="Device type",
        required=False,
        choices=[("", "Any type"), *((each.code, each.short_name) for each in DEVICE_TYPES)],
    )
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Current or removed"), *PublishedEntry.Status.choices]
    )
    generation = forms.ChoiceField(
        label="Generation", required=False, choices=[("", "Either"), *Generation.choices]
    )
    spec = forms.RegexField(
        r"^(SMETS|CHTS) \d{1,2}\.\d{1,2}\Z",
        label="Specification",
        required=False,
        max_length=12,
        error_messages={"invalid": "Give a specification with its version, for example SMETS 4.2."},
    )
    gbcs = forms.RegexField(
        r"^\d{1,2}\.\d{1,2}\Z",
        label="GBCS version",
        required=False,
        max_length=8,
        error_messages={"invalid": "Give a GBCS version as two numbers and a point, for example 3.2."},
    )
    manufacturer = _hexadecimal("Manufacturer", 4)
    model = _hexadecimal("Model", 4)
    hardware = _hexadecimal("Hardware version and revision", 4)
    firmware = _hexadecimal("Firmware", 8)
    hash = _hexadecimal("Hash", 64)
    order = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[(sign + name, name) for name in ORDERS for sign in ("", "-")],
    )
    rows = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[("dense", "dense"), ("comfortable", "comfortable")]
    )

    def asked(self) -> dict[str, str]:
        """Give what was asked and understood: the value of every filter that is on."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value and name not in ("order", "rows", *TIME)
        }

    @property
    def sorting(self) -> str:
        """The order of the rows: a key of ORDERS, with a minus for descending."""
        return self.cleaned_data.get("order") or NEWEST_FIRST

    @property
    def is_dense(self) -> bool:
        """Whether rows stand close, which is how lists are shown unless somebody asks for room."""
        return self.cleaned_data.get("rows") != "comfortable"


def time_query(view: View) -> str:
    """The time that a page is about, as the query of an address; "" for the present."""
    asked = {}
    if view.as_of:
        asked["as_of"] = view.as_of.isoformat()
    if view.known_at:
        asked["known_at"] = f"{view.known_at:%Y-%m-%dT%H:%M:%S.%f}".removesuffix(".000000") + "Z"
    return f"?{urlencode(asked)}" if asked else ""


def described(name: str, value: str) -> str:
    """Say in a few words what a filter keeps, for its chip."""
    if name == "type":
        return SHORT_NAMES[value]
    if name == "q":
        return f"“{value}”"
    if name in ("status", "generation", "spec"):
        return value
    label = RegisterFilters.base_fields[name].label
    return f"{label} {value[:8] + '…' if name == 'hash' else value}"


def matching(asked: dict[str, str], entries: QuerySet[PublishedEntry]) -> QuerySet[PublishedEntry]:
    """Give those of the entries that answer to every filter, in no order."""
    columns = {
        "type": "device_type",
        "status": "status",
        "generation": "generation",
        "gbcs": "gbcs_version",
        "manufacturer": "manufacturer_identifier",
        "model": "model_identifier",
        "firmware": "firmware_version",
        "hash": "image_hash",
    }
    found = entries.filter(
        **{
            columns[name]: value.upper() if name in _UPPER else value
            for name, value in asked.items()
            if name in columns
        }
    )
    if spec := asked.get("spec"):
        spec_type, _, spec_version = spec.partition(" ")
        found = found.filter(spec_type=spec_type, spec_version=spec_version)
    if hardware := asked.get("hardware", "").upper():
        found = found.filter(hardware_version=hardware[:2], hardware_revision=hardware[2:])
    if words := asked.get("q"):
        found = found.filter(_text_matches(words))
    return found


def ordered(found: QuerySet[PublishedEntry], order: str) -> QuerySet[PublishedEntry]:
    """Order entries; a minus before the key turns every column of it round."""
    sign = "-" if order.startswith("-") else ""
    if order.removeprefix("-") == "listed":
        found = found.annotate(since=Coalesce("listed_on", "listed_known_by"))
    return found.order_by(*(sign + column for column in ORDERS[order.removeprefix("-")]))


def _text_matches(text: str) -> Q:
    """Match one box of text against numbers, identifiers and names: what it may mean decides where it looks."""
    tidy = text.strip()
    plain = tidy.replace(" ", "").upper()
    wanted = Q(manufacturer_name__icontains=tidy)
    if plain.isascii() and plain.isdigit() and len(plain) <= 6:
        wanted |= Q(number=int(plain))
    if _HEX.match(plain):
        wanted |= Q(manufacturer_identifier=plain) | Q(model_identifier=plain) | Q(image_hash=plain)
        wanted |= Q(firmware_version__startswith=plain) if len(plain) >= 4 else Q()
        if len(plain) == 8:
            wanted |= Q(model_identifier=plain[:4], hardware_version=plain[4:6], hardware_revision=plain[6:])
    for code, name in NAMES.items():
        if tidy.casefold() in (name.casefold(), SHORT_NAMES[code].casefold()):
            wanted |= Q(device_type=code)
    return wanted
