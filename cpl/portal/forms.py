"""The forms of the portal's steps. They read what was typed; the rules judge it."""

from typing import Any

from django import forms

from cpl.models import DeviceModel, Submission
from cpl.portal.judged import CODE, DayField, JudgedForm, error_of, refuse
from cpl.rules import device_identity, image, versions
from cpl.rules.device_types import CHOICES, clean_device_type
from cpl.rules.submissions import FORM_FIELDS, clean_reason
from firmware_repo.rules import release
from firmware_repo.rules.manufacturer_names import clean_manufacturer_name
from secgov.errors import Refusal


class DeviceForm(JudgedForm):
    """Step 1: what kind of device it is, and who makes it."""

    device_type = forms.CharField(label="Physical Device Type", widget=forms.RadioSelect(choices=CHOICES))
    manufacturer_identifier = forms.CharField(
        max_length=20, help_text="Four characters, 0 to 9 and A to F, as the device reports them, for example 7B25.",
        widget=forms.TextInput(attrs=CODE),
    )  # fmt: skip
    manufacturer_name = forms.CharField(
        label="Manufacturer’s name", max_length=400, help_text="The company’s name, as it shall stand beside the identifier.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    cleaners = {
        "device_type": clean_device_type,
        "manufacturer_identifier": device_identity.clean_manufacturer_identifier,
        "manufacturer_name": clean_manufacturer_name,
    }


OTHER_PAIR = "other"


class HardwareForm(JudgedForm):
    """Step 2: model, hardware and firmware, and the version pair that the certificates are for."""

    model_identifier = forms.CharField(
        max_length=20, help_text="Four characters, for example 3138.", widget=forms.TextInput(attrs=CODE)
    )
    hardware_version = forms.CharField(
        max_length=20, help_text="Two characters, for example 42.", widget=forms.TextInput(attrs=CODE)
    )
    hardware_revision = forms.CharField(
        max_length=20, help_text="Two characters, for example 30.", widget=forms.TextInput(attrs=CODE)
    )
    firmware_version = forms.CharField(
        max_length=20,
        help_text="Eight characters, leading zeros included, coded as in your other entries, for example 00070804.",
        widget=forms.TextInput(attrs=CODE),
    )
    pair = forms.ChoiceField(
        label="Specification and GBCS version", widget=forms.RadioSelect,
        help_text="The versions for which the device is certified. One entry for each pair.",
        error_messages={"required": "Choose the versions, or choose “Another pair” and type them."},
    )  # fmt: skip
    spec_version = forms.CharField(
        label="SMETS version", required=False, max_length=20, help_text="Only with “Another pair”. For example 4.2.",
        widget=forms.TextInput(attrs=CODE),
    )  # fmt: skip
    gbcs_version = forms.CharField(
        label="GBCS version", required=False, max_length=20, help_text="Only with “Another pair”. For example 3.2.",
        widget=forms.TextInput(attrs=CODE),
    )  # fmt: skip
    cleaners = {
        "model_identifier": device_identity.clean_model_identifier,
        "hardware_version": device_identity.clean_hardware_version,
        "hardware_revision": device_identity.clean_hardware_revision,
        "firmware_version": device_identity.clean_firmware_version,
    }

    def __init__(self, *args: Any, device_type: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.device_type = device_type
        if versions.spec_type_for(device_type) == versions.CHTS:
            self.fields["spec_version"].label = "CHTS version"
        self.fields["pair"].choices = [*known_pairs(device_type), (OTHER_PAIR, "Another pair")]

    def clean(self) -> dict[str, Any]:
        """Put the pair together, from the choice or from what was typed, and judge it against the type."""
        values = super().clean()
        chosen = values.get("pair") or ""
        if not chosen:
            return {**values, "spec_type": "", "spec_version": "", "gbcs_version": ""}
        if chosen != OTHER_PAIR:
            pair = dict(zip(("spec_type", "spec_version", "gbcs_version"), chosen.split("|"), strict=True))
            self._judge(pair, called=dict.fromkeys(pair, "pair"))
            return {**values, **pair}
        pair = {"spec_type": versions.spec_type_for(self.device_type)}
        for name, cleaner in (
            ("spec_version", versions.clean_spec_version),
            ("gbcs_version", versions.clean_gbcs_version),
        ):
            try:
                pair[name] = cleaner(values.get(name) or "")
            except Refusal as refusal:
                refuse(self, refusal)
        if len(pair) == 3:
            self._judge(pair, called={"spec_type": "pair"})
        return {**values, **pair}

    def _judge(self, pair: dict[str, str], *, called: dict[str, str]) -> None:
        for refusal in versions.check_version_pair(device_type=self.device_type, **pair):
            refuse(self, refusal, called=called)


def known_pairs(device_type: str) -> list[tuple[str, str]]:
    """Give the version pairs in which devices of a type stand on the list, newest specification first, and SMETS1's.

    The law does not close this list, so the form takes others too.
    """
    rows = DeviceModel.objects.filter(device_type=device_type).order_by()
    found = set(rows.values_list("spec_type", "spec_version", "gbcs_version").distinct())
    lawful = [
        pair
        for pair in found | {(versions.SMETS, versions.SMETS1_SPEC_VERSION, versions.SMETS1_GBCS_VERSION)}
        if not versions.check_version_pair(
            device_type=device_type, spec_type=pair[0], spec_version=pair[1], gbcs_version=pair[2]
        )
    ]
    return [("|".join(pair), pair_in_words(*pair)) for pair in sorted(lawful, key=_newest_first)]


def _newest_first(pair: tuple[str, str, str]) -> tuple[bool, list[float]]:
    numbers = [-float(part) for version in pair[1:] for part in version.split(".")]
    return versions.generation_of(pair[0], pair[1]) == versions.SMETS1, numbers


def pair_in_words(spec_type: str, spec_version: str, gbcs_version: str) -> str:
    """Write a version pair as people read it: “SMETS 4.2 with GBCS 3.2”."""
    if versions.generation_of(spec_type, spec_version) == versions.SMETS1:
        return "SMETS 1.2, which is SMETS1; no GBCS version"
    return f"{spec_type} {spec_version} with GBCS {gbcs_version}"


class ImageForm(JudgedForm):
    """Step 3: the Manufacturer Image, all of it or none."""

    has_image = forms.TypedChoiceField(
        label="Is there a Manufacturer Image?", widget=forms.RadioSelect,
        choices=[("yes", "Yes"), ("no", "No; then what stands below is not kept")],
        coerce=lambda answer: answer == "yes", empty_value=None,
        help_text="The file with which this firmware is put onto Devices over the air.",
        error_messages={"required": "Say whether there is a Manufacturer Image: choose yes or no."},
    )  # fmt: skip
    image_creator = forms.CharField(
        label="Who created the image", required=False, max_length=1000,
        help_text="The identity of the company or person, as on the image’s certificate.",
    )  # fmt: skip
    image_descriptor = forms.CharField(
        label="Descriptor of the image", required=False, max_length=2000,
        help_text="One line of plain text that tells this image from others, for example its file name.",
    )  # fmt: skip
    image_hash = forms.CharField(
        label="Hash", required=False, max_length=200,
        help_text="SHA-256 of the image without its ZigBee OTA header, 64 characters. That is an assumption: the clause that "
        "says how was not supplied.",
        widget=forms.TextInput(attrs={**CODE, "class": "id"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for all three where there is an image; forget them where there is none."""
        values = super().clean()
        items = ("image_creator", "image_descriptor", "image_hash")
        typed = {name: values.get(name) or "" for name in items}
        answer = values.get("has_image")
        if answer is False:
            return {**values, **dict.fromkeys(items, "")}
        cleaners = (image.clean_image_creator, image.clean_image_descriptor, image.clean_image_hash)
        for name, cleaner in zip(items, cleaners, strict=True):
            if typed[name].strip() or (answer and not self.leaving):
                try:
                    values[name] = cleaner(typed[name])
                except Refusal as refusal:
                    refuse(self, refusal)
        return values


class FirmwareForm(JudgedForm):
    """Step 5: what the Firmware Information Repository holds of this release (F2.17)."""

    fir_email = forms.CharField(
        label="Email address", max_length=400, help_text="Whom Suppliers should ask; a shared mailbox will do.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    fir_phone = forms.CharField(
        label="Telephone number", max_length=100, help_text="For example +44 20 7946 0000.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-m"}),
    )  # fmt: skip
    fir_address = forms.CharField(
        label="Business address", widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"})
    )
    release_notes = forms.CharField(
        help_text="What this release mends or brings, in your own words. “None” will do.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    released_on = DayField(label="Released on", required=False, help_text="For example 14 December 2026.")
    cleaners = {FORM_FIELDS.get(name, name): cleaner for name, cleaner in release.CLEANERS.items()}


class DeclarationForm(forms.Form):
    """Step 6: the declaration. That it is made is judged with all the rest, by the rules."""

    use_required_attribute = False
    declaration = forms.BooleanField(required=False)


class WithdrawForm(JudgedForm):
    """Why a submission is taken back."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One or two sentences. The Secretariat sees it; it is not published.",
    )
    cleaners = {"reason": clean_reason}


class StartForm(forms.Form):
    """For whom a submission is made, and whether an entry returns."""

    use_required_attribute = False
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.ModelChoiceField(
        queryset=None, empty_label=None, widget=forms.RadioSelect, label="For which organisation?",
        error_messages={"required": "Choose the organisation that you submit for."},
    )  # fmt: skip
    relists = forms.CharField(
        label="Entry that returns", required=False, max_length=20, widget=forms.TextInput(attrs=CODE),
        help_text="Only if this very Device Model was on the list before and was removed: the entry’s number. It keeps it.",
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = organisations
        if organisations.count() == 1:
            # One organisation is no choice: it is shown in words, and nothing that is posted can change it.
            field.initial, field.disabled = organisations.get(), True

    def clean_relists(self) -> int | None:
        """Read the number of an entry, if one is given."""
        typed = self.cleaned_data["relists"].strip()
        try:
            return release.clean_cpl_number(typed) if typed else None
        except Refusal as refusal:
            raise error_of(refusal) from refusal


def initial_of(submission: Submission, form: type[forms.Form]) -> dict[str, Any]:
    """Give what a draft holds, in the shape that a step's form takes."""
    values = {name: getattr(submission, name) for name in form.base_fields if hasattr(submission, name)}
    if "has_image" in values:
        values["has_image"] = {True: "yes", False: "no", None: ""}[values["has_image"]]
    if "pair" in form.base_fields:
        pair = (submission.spec_type, submission.spec_version, submission.gbcs_version)
        known = {code for code, _ in known_pairs(submission.device_type)}
        values["pair"] = "" if not all(pair) else "|".join(pair) if "|".join(pair) in known else OTHER_PAIR
        if values["pair"] != OTHER_PAIR:
            values["spec_version"] = values["gbcs_version"] = ""
    return values
