"""What looks out of line in a submission, read against the entries that stand."""

from django.db.models import Q

from cpl.models import DeviceModel, Submission
from cpl.rules.device_identity import FIELDS, DeviceIdentity, read_device
from cpl.rules.submission_warnings import Sibling, SubmissionWarning, warnings_about
from cpl.services.submissions import submission_fields


def warnings_of(submission: Submission) -> tuple[SubmissionWarning, ...]:
    """Give every warning about a submission, a draft or a later one; none while its device is incomplete. Section F2.2"""
    fields = submission_fields(submission)
    device, _ = read_device(fields)
    if device is None:
        return ()
    image_hash = fields["image_hash"].strip().upper()
    alike = Q(manufacturer=device.manufacturer_identifier)
    if image_hash:
        alike |= Q(image_hash=image_hash)
    entries = (
        DeviceModel.objects.filter(alike)
        .exclude(pk=submission.relists_id)
        .exclude(pk=submission.entry_number)
    )
    return warnings_about(
        device,
        image_hash=image_hash,
        siblings=[_sibling(entry) for entry in entries],
        certificates_attached=submission.certificates.exists(),
    )


def _sibling(entry: DeviceModel) -> Sibling:
    device = DeviceIdentity(**{field: getattr(entry, field) for field in FIELDS})
    return Sibling(str(entry), device, entry.image_hash)
