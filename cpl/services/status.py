"""Whether a Device is on the list by the newest edition, and why (Appendix Z 6.10, 6.11)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F

from cpl.models import (
    DccListVersion,
    ListChange,
    PendingRow,
    PublishedEntry,
    RequiredCertificate,
    Submission,
)
from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.listing import what_is_lacking
from cpl.rules.required_certificates import Requirement, required_bodies
from cpl.rules.status import Entry, Period, Question, Reason, Status, read_question, why, why_entry
from cpl.rules.status_evidence import (
    Asked,
    Combinations,
    Held,
    combination_reasons,
    evidence_reason,
    submission_reasons,
)
from cpl.rules.versions import SMETS1
from cpl.services.dcc_list_contents import rows_of
from cpl.services.dcc_lists import newest_version
from cpl.services.listing_facts import is_eligible, listing_facts
from secgov.accounts.models import User
from secgov.errors import refuse_any

_OPEN = frozenset({"submitted", "in_review", "queried", "proposed"})


def answer_status(*, fields: Mapping[str, str], on: dt.date, asker: User | None = None) -> Status:
    """Answer for a Device, asked by type, manufacturer, model, hardware and firmware. Appendix Z 6.10

    Takes the six fields as written, `device_type`, `manufacturer_identifier`, `model_identifier`, `hardware_version`,
    `hardware_revision`, `firmware_version`, the London date asked about, and who asks, where that is known. Raises
    Refusal, or Refusals, for fields that cannot be read. Answers from the newest edition alone: what no edition says
    yet is told only to those who may see the submission.
    """
    question, refusals = read_question(fields)
    refuse_any(refusals)
    if question is None:
        raise AssertionError("a question without refusals is a question")
    entries = list(
        PublishedEntry.objects.filter(
            device_type=question.device_type,
            manufacturer_identifier=question.manufacturer_identifier,
            model_identifier=question.model_identifier,
        )
        .defer("record")
        .annotate(certificates=F("record__certificates"))
    )
    matches = [each for each in entries if _device(each).device_key == question.device_key]
    decided = who_decided(each.number for each in matches if each.status == PublishedEntry.Status.REMOVED)
    answer = why(question, [_entry(each, decided) for each in entries], on=on)
    more: list[Reason] = []
    if answer.on_cpl:
        listed = [each for each in matches if f"{each.number:06d}" in answer.entries]
        more += _evidence([(each, each.certificates) for each in listed], on)
    else:
        submissions = _submissions(question, asker, on)
        smets1 = any(each.generation == SMETS1 for each in matches or entries)
        if not matches:
            more += combination_reasons(_combinations(question, on), may_be_smets1=smets1)
        more += submission_reasons(submissions)
    return Status(answer.on_cpl, answer.entries, (*answer.reasons, *more))


def explain_published(entry: PublishedEntry, *, on: dt.date) -> Status:
    """Say of one published entry whether it is on the list that London day, and why. Section F2.1"""
    decided = who_decided([entry.number] if entry.status == PublishedEntry.Status.REMOVED else [])
    return why_entry(_entry(entry, decided), on=on)


def explain_submission(submission: Submission, *, on: dt.date) -> tuple[Reason, ...]:
    """Say how far a submission is and what its listing still lacks, for whoever may see it. Section F2.1"""
    return submission_reasons([_asked(submission, on)])


def who_decided(numbers: Iterable[int]) -> dict[int, str]:
    """Say of each removed entry who had decided that, and when, as far as an edition carries it. Section F2.2"""
    wanted = list(numbers)
    if not wanted:
        return {}
    removals = (
        ListChange.objects.filter(
            entry_number__in=wanted, kind=ListChange.Kind.REMOVE, edition__placement__isnull=False
        )
        .select_related("determination", "panel_decision", "authority_order")
        .order_by("pk")
    )
    return {each.entry_number: _decided(each) for each in removals}


def _decided(removal: ListChange) -> str:
    if removal.authority_order:
        return f"as the Authority determined on {_day(removal.authority_order.ordered_on)}"
    if removal.determination:
        return f"as the Security Sub-Committee determined on {_day(removal.determination.determined_on)}"
    if removal.panel_decision:
        return f"as the Panel decided on {_day(removal.panel_decision.decided_on)}"
    return ""


def _evidence(entries: list[tuple[PublishedEntry, Any]], on: dt.date) -> list[Reason]:
    """What entries on the list stand on, from their published certificates; each different answer once."""
    reasons: dict[Reason, None] = {}
    asked_for = [
        Requirement(
            row.device_type,
            row.spec_type,
            row.spec_version,
            row.body,
            row.effective_from,
            row.effective_to,
        )
        for row in RequiredCertificate.objects.filter(
            device_type__in={each.device_type for each, _ in entries}
        )
    ]
    for entry, certificates in entries:
        required = required_bodies(
            asked_for,
            generation=entry.generation,
            device_type=entry.device_type,
            spec_type=entry.spec_type,
            spec_version=entry.spec_version,
            on=on,
        )
        held = [_held(each) for each in certificates if each["governing"]]
        if reason := evidence_reason(entry.generation, required, held, on=on):
            reasons[reason] = None
    return list(reasons)


def _held(certificate: Mapping[str, Any]) -> Held:
    day = certificate["date"]
    return Held(
        certificate["body"], dt.date.fromisoformat(day) if day else None, certificate["date_kind"] or ""
    )


def _combinations(question: Question, on: dt.date) -> Combinations:
    """How a device stands on the DCC's SMETS1 lists; a combination called confidential since is not told."""
    version = newest_version(DccListVersion.Kind.PENDING)
    row = rows_of(version).filter(devices__contains=[question.device_key]).first() if version else None
    return Combinations(is_eligible(question, on=on), PendingRow.Status(row.status).label if row else "")


def _submissions(question: Question, asker: User | None, on: dt.date) -> list[Asked]:
    """The submissions of a device that the asker may see, oldest first; an ended one only where it is the last."""
    if asker is None or not asker.is_authenticated:
        return []
    found = list(
        Submission.objects.visible_to(asker)
        .filter(
            device_type=question.device_type,
            manufacturer_identifier=question.manufacturer_identifier,
            model_identifier=question.model_identifier,
            hardware_version=question.hardware_version,
            hardware_revision=question.hardware_revision,
            firmware_version=question.firmware_version,
        )
        .order_by("id")
    )
    return [_asked(each, on) for each in found if each.state in _OPEN or each is found[-1]]


def _asked(submission: Submission, on: dt.date) -> Asked:
    is_open = submission.state in _OPEN
    lacking = what_is_lacking(listing_facts(submission, on=on), on=on) if is_open else ()
    return Asked(submission.reference, submission.state, submission.get_state_display(), lacking)


def _device(published: PublishedEntry) -> DeviceIdentity:
    return DeviceIdentity(
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


def _entry(published: PublishedEntry, decided: Mapping[int, str]) -> Entry:
    removed = published.status == PublishedEntry.Status.REMOVED
    period = Period(
        opened_on=published.listed_on,
        opened_known_by=published.listed_known_by,
        closed_on=published.removed_on,
        # A list that was taken over says that an entry is removed, not since when: by the day it was issued.
        closed_known_by=published.listed_known_by if removed and not published.removed_on else None,
        closing_clause=published.removal_clause,
        public_reason=published.removal_public_reason,
        decided=decided.get(published.number, ""),
    )
    return Entry(f"{published.number:06d}", _device(published), (period,))


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
