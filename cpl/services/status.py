"""Whether a Device is on the list by the newest edition, and why (Appendix Z 6.10, 6.11)."""

import datetime as dt
from collections.abc import Mapping

from cpl.models import PublishedEntry
from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.status import Entry, Period, Status, read_question, why
from secgov.errors import refuse_any


def answer_status(*, fields: Mapping[str, str], on: dt.date) -> Status:
    """Answer for a Device, asked by type, manufacturer, model, hardware and firmware. Appendix Z 6.10

    Takes the six fields as written, `device_type`, `manufacturer_identifier`, `model_identifier`, `hardware_version`,
    `hardware_revision`, `firmware_version`, and the London date asked about. Raises Refusal, or Refusals, for fields
    that cannot be read. Answers from the newest edition alone: what no edition says yet is not public.
    """
    question, refusals = read_question(fields)
    refuse_any(refusals)
    if question is None:
        raise AssertionError("a question without refusals is a question")
    entries = PublishedEntry.objects.defer("record").filter(
        device_type=question.device_type,
        manufacturer_identifier=question.manufacturer_identifier,
        model_identifier=question.model_identifier,
    )
    return why(question, [_entry(each) for each in entries], on=on)


def _entry(published: PublishedEntry) -> Entry:
    device = DeviceIdentity(
        device_type=published.device_type,
        manufacturer_identifier=published.manufacturer_identifier,
        model_identifier=published.model_identifier,
        hardware_version=published.hardware_version,
        hardware_revision=published.hardware_revision,
        firmware_version=published.firmware_version,
        spec_type=published.spec_type,
        spec_version=published.spec_version,
        gbcs_version=published.gbcs_version,
    )
    removed = published.status == PublishedEntry.Status.REMOVED
    period = Period(
        opened_on=published.listed_on,
        opened_known_by=published.listed_known_by,
        closed_on=published.removed_on,
        # A list that was taken over says that an entry is removed, not since when: by the day it was issued.
        closed_known_by=published.listed_known_by if removed and not published.removed_on else None,
        closing_clause=published.removal_clause,
        public_reason=published.removal_public_reason,
    )
    return Entry(f"{published.number:06d}", device, (period,))
