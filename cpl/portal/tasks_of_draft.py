"""The steps of a submission, and how far each has got."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms

from cpl.models import Body, RequiredCertificate, Submission
from cpl.portal.forms import DeviceForm, FirmwareForm, HardwareForm, ImageForm
from cpl.rules.certificates import BODIES, BODY_NAMES, KIND_NAMES, KINDS
from cpl.rules.required_certificates import Requirement, required_bodies
from cpl.rules.versions import SMETS1, generation_of
from cpl.services.submissions import what_draft_lacks
from cpl.services.warnings import open_warnings


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its place in the address, its name, and the fields that it fills."""

    slug: str
    title: str
    fields: tuple[str, ...]
    form: type[forms.Form] | None = None


DEVICE = Step("device", "Device", ("device_type", "manufacturer_identifier", "manufacturer_name"), DeviceForm)
HARDWARE = Step(
    "hardware",
    "Hardware and firmware",
    (
        *("model_identifier", "hardware_version", "hardware_revision", "firmware_version"),
        *("spec_type", "spec_version", "gbcs_version"),
    ),
    HardwareForm,
)
IMAGE = Step(
    "image", "Image and Hash", ("has_image", "image_creator", "image_descriptor", "image_hash"), ImageForm
)
CERTIFICATES = Step("certificates", "Certificates", ("certificates",))
FIRMWARE = Step(
    "firmware", "Firmware details", ("fir_email", "fir_phone", "fir_address", "release_notes"), FirmwareForm
)
UPGRADE = Step("upgrade", "Upgrade path", ("upgrade_kind", "upgrades_from"))
CHECK = Step("check", "Check and declare", ("declaration",))
STEPS = (DEVICE, HARDWARE, IMAGE, CERTIFICATES, FIRMWARE, UPGRADE, CHECK)
BY_SLUG = {step.slug: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Task:
    """A step as the list of tasks shows it."""

    step: Step
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of certificate that a device needs, and whether one has been given."""

    body: str
    kind: str
    issuer: str
    given: bool


def step_after(step: Step) -> Step:
    """Give the step that follows; the last one stays."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def step_of(field: str) -> Step:
    """Give the step at which a field is filled in."""
    return next((step for step in STEPS if field in step.fields), CHECK)


def is_smets1(submission: Submission) -> bool:
    """Tell whether a submission is of a SMETS1 device, for which no certificate is asked (F2.2B)."""
    return generation_of(submission.spec_type, submission.spec_version) == SMETS1


def needs_of(submission: Submission, *, on: object) -> list[Need]:
    """Give the certificates that the device needs that day, each with whether one was given; none while type or versions lack."""
    rows = RequiredCertificate.objects.filter(device_type=submission.device_type)
    bodies = required_bodies(
        [
            Requirement(
                row.device_type,
                row.spec_type,
                row.spec_version,
                row.body,
                row.effective_from,
                row.effective_to,
            )
            for row in rows
        ],
        generation=generation_of(submission.spec_type, submission.spec_version),
        device_type=submission.device_type,
        spec_type=submission.spec_type,
        spec_version=submission.spec_version,
        on=on,
    )
    given = {row.body for row in submission.certificates.all()}
    return [
        Need(body, KIND_NAMES[KINDS[body]], BODY_NAMES[Body(body)], body in given)
        for body in BODIES
        if body in bodies
    ]


def tasks_of(submission: Submission, *, needs: Iterable[Need], here: Step | None = None) -> list[Task]:
    """Give the list of tasks of a draft: done, begun or not begun, and where the person is."""
    lacking = {refusal.field for refusal in what_draft_lacks(submission, declared=True)}
    warned = {step_of(warning.field) for warning in open_warnings(submission)}
    return [_task(step, submission, lacking, list(needs), here, warned) for step in STEPS]


def _task(
    step: Step,
    submission: Submission,
    lacking: set[str],
    needs: list[Need],
    here: Step | None,
    warned: set[Step],
) -> Task:
    if step is here:
        return Task(step, "info", "You are here")
    if step in warned:
        return Task(step, "warn", "Warning")
    if step is CHECK:
        return Task(step, "", "To do")
    if step is CERTIFICATES:
        return _certificates_task(submission, needs)
    if step is UPGRADE:
        return Task(step, "good", "Done") if submission.upgrade_kind else Task(step, "", "Not stated")
    if not lacking.intersection(step.fields):
        return Task(step, "good", "Done")
    begun = any(getattr(submission, name) not in ("", None) for name in step.fields)
    return Task(step, "warn", "Not finished") if begun else Task(step, "", "To do")


def _certificates_task(submission: Submission, needs: list[Need]) -> Task:
    if is_smets1(submission):
        return Task(CERTIFICATES, "good", "None needed")
    missing = sum(not need.given for need in needs)
    if not submission.device_type or not submission.spec_version:
        return Task(CERTIFICATES, "", "To do")
    if missing:
        return Task(CERTIFICATES, "warn" if missing < len(needs) else "", f"{missing} not given")
    return Task(CERTIFICATES, "good", "Done")
