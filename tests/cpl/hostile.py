"""A world in which every text that a person may write is hostile, made by the services that people use."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError

from cpl.models import DeviceModel, Submission
from cpl.services import additions, corrections, drafts, queries, submissions
from cpl.services.certificates import attest_certificate
from cpl.services.warning_answers import answer_warning
from cpl.services.warnings import open_warnings
from secgov.accounts.models import Contact, Organisation, User
from secgov.errors import Refusal
from tests.factories import devices, publishing

NOON = devices.NOON
WORDS = (
    "manufacturer_name", "image_creator", "image_descriptor", "fir_email", "fir_phone", "fir_address", "release_notes",
)  # fmt: skip
HARMLESS = "Harmless words."


def written(*texts: str) -> publishing.Stage:
    """Write a text into everything: names, a draft, submissions to every end, questions, answers, corrections.

    Where a rule refuses the first text, the next one is written, and harmless words where all were stopped at the door.
    """
    stage = publishing.stage(parties=1)
    _names(stage, texts[0])
    cast = stage.cast
    owner = (cast.manufacturer, cast.maker)
    draft = devices.draft(*owner, firmware_version="05080611", image_hash="12" * 32)
    _fill(draft, cast.manufacturer, _hostile(texts[0]))
    _listed(stage, *texts)
    for number, end in ((12, "reject"), (13, "withdraw")):
        row = devices.draft(*owner, firmware_version=f"050806{number}", image_hash=f"{number}" * 32)
        row = handed_in(row, cast.manufacturer, *texts)
        who = cast.secretariat if end == "reject" else cast.manufacturer
        _said(texts, lambda words, row=row, who=who, end=end: getattr(submissions, end)(
            submission=row, by=who, at=NOON, version=row.version, reason=words
        ))  # fmt: skip
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    _corrected(stage, *texts)
    publishing.publish(NOON, at_once=True)
    publishing.carry(NOON)
    return stage


def _said(texts: Sequence[str], act: Callable[[str], Any]) -> Any:
    """Do something with the first of the hostile words that are not refused, or with harmless ones."""
    for text in texts:
        with suppress(Refusal, ValidationError):
            return act(text)
    return act(HARMLESS)


def _names(stage: publishing.Stage, text: str) -> None:
    Organisation.objects.filter(pk=stage.cast.maker.pk).update(name=text[:200])
    for user in (stage.cast.manufacturer, stage.cast.secretariat, stage.cast.approver):
        User.objects.filter(pk=user.pk).update(name=text[:150])
    Contact.objects.update(name=text[:120], phone=text[:40])
    stage.cast.maker.refresh_from_db()


def _hostile(text: str) -> dict[str, str]:
    caps = {name: Submission._meta.get_field(name).max_length for name in WORDS}
    return {name: text[:cap] for name, cap in caps.items()}


def _fill(row: Submission, by: User, values: Mapping[str, str]) -> Submission:
    row = Submission.objects.get(pk=row.pk)
    return drafts.save_draft(submission=row, by=by, at=NOON, version=row.version, values=dict(values))


def _listed(stage: publishing.Stage, *texts: str) -> None:
    """List a device, with a question answered on the way."""
    cast = stage.cast
    row = devices.draft(cast.manufacturer, cast.maker)
    row = _fill(row, cast.manufacturer, _hostile(texts[0]))
    for each in (devices.ZIGBEE, devices.CPA):
        caps = {"number": 60, "standard": 120, "standard_version": 40}
        if each["body"] == "NCSC":
            caps["sc_version"] = 20
        _put(
            row, cast.manufacturer, each, [{name: text[:cap] for name, cap in caps.items()} for text in texts]
        )
        row = Submission.objects.get(pk=row.pk)
    row = handed_in(row, cast.manufacturer, *texts)
    row = submissions.take_up(submission=row, by=cast.secretariat, at=NOON, version=row.version)
    _said(texts, lambda words: queries.ask_query(
        submission=row, by=cast.secretariat, at=NOON, version=row.version, text=words
    ))  # fmt: skip
    row = Submission.objects.get(pk=row.pk)
    row = _said(texts, lambda words: queries.answer_query(
        submission=row, by=cast.manufacturer, at=NOON, version=row.version, text=words
    ))  # fmt: skip
    row = _said(texts, lambda words: queries.assign_submission(
        submission=row, by=cast.secretariat, at=NOON, version=row.version, to=cast.secretariat, reason=words
    ))  # fmt: skip
    for given in row.certificates.select_related("certificate"):
        _said(texts, lambda words, given=given: attest_certificate(
            certificate=given.certificate, by=cast.secretariat, at=NOON, version=given.certificate.version,
            marks_seen=True, models_named=True, reason=words,
        ))  # fmt: skip
    change = _said(texts, lambda words: additions.propose_listing(
        submission=row, by=cast.secretariat, at=NOON, version=row.version, reason=words, public_reason=words
    ))  # fmt: skip
    devices.approved(change, cast.approver)


def _put(row: Submission, by: User, given: Mapping[str, Any], told: Sequence[Mapping[str, str]]) -> None:
    """Give a certificate with the first of the hostile words that are not refused, or without any."""
    for words in (*told, {}):
        with suppress(Refusal):
            drafts.put_certificate(
                submission=row, by=by, at=NOON, version=row.version, values={**given, **words}
            )
            return


def handed_in(row: Submission, by: User, *texts: str) -> Submission:
    """Submit, answering every warning, and mending what is refused, with the next text and then harmlessly."""
    mends = [*(_hostile(text) for text in texts[1:]), *[devices.DEVICE] * 9]
    for mend in mends:
        for warning in open_warnings(row):
            _said(texts, lambda words, warning=warning, row=row: answer_warning(
                submission=row, fingerprint=warning.fingerprint, by=by, at=NOON, reason=words
            ))  # fmt: skip
        row = Submission.objects.get(pk=row.pk)
        try:
            return submissions.submit(submission=row, by=by, at=NOON, version=row.version, declared=True)
        except Refusal as refusal:
            mended = {each.field: mend[each.field] for each in refusal.each if each.field in WORDS}
            if not mended:
                raise
            row = _fill(row, by, mended)
    raise AssertionError("the submission is refused whatever is mended")


def _corrected(stage: publishing.Stage, *texts: str) -> None:
    """Put the entry right in a word, asked for by its owner; then ask again, so that a request stands."""
    cast = stage.cast
    for end in ("approve", "decline", "leave"):
        request = _asked(DeviceModel.objects.get(), cast.manufacturer, texts, in_a_word=end == "approve")
        if end == "approve":
            change = _said(texts, lambda words, request=request: corrections.propose_correction(
                request=request, by=cast.secretariat, at=NOON, version=request.version, reason=words, public_reason=words
            ))  # fmt: skip
            devices.approved(change, cast.approver)
        elif end == "decline":
            _said(texts, lambda words, request=request: corrections.decline_correction(
                request=request, by=cast.secretariat, at=NOON, version=request.version, reason=words
            ))  # fmt: skip


def _asked(entry: DeviceModel, by: User, texts: Sequence[str], *, in_a_word: bool) -> Any:
    def ask(words: str) -> Any:
        values = {"image_hash": "cd" * 32}
        if words == HARMLESS:
            values = {"image_creator": "Another creator"}
        elif in_a_word:
            stands = corrections.fields_of(entry)["image_descriptor"] == words[:500]
            values = {"image_creator": f"{words[:100]} Ltd"} if stands else {"image_descriptor": words[:500]}
        return corrections.ask_correction(
            model=entry, by=by, at=NOON, values=values, reason=words, evidence=None, evidence_note=words
        )

    return _said(texts, ask)
