"""Warnings as they are raised, answered, put right, and stand in the way of a listing until then."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cpl.models import RaisedWarning, Submission
from cpl.services import drafts, queries, submissions
from cpl.services.additions import propose_listing
from cpl.services.listing_facts import listing_facts
from cpl.services.warning_answers import answer_warning
from cpl.services.warnings import open_warnings, raise_warnings
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act
from tests.factories import devices, publishing
from tests.factories.casts import Cast, cast
from tests.factories.devices import CPA, NOON, ZIGBEE

pytestmark = pytest.mark.django_db
Answer = RaisedWarning.Answer
OTHER_HASH = "cd" * 32
REASON = "The maker went over to hexadecimal with release 6."


@pytest.fixture
def people() -> Cast:
    """A maker with three entries whose firmware has digits only."""
    stage = cast()
    for number in (1, 2, 3):
        publishing.listed(stage, firmware_version=f"0508060{number}", image_hash=f"{number:064x}")
    return stage


def draft_out_of_line(people: Cast) -> Submission:
    """A draft whose firmware is coded unlike its siblings'."""
    return devices.draft(
        people.manufacturer, people.maker, firmware_version="0508061A", image_hash=OTHER_HASH
    )


def save(submission: Submission, people: Cast, **values: str) -> Submission:
    """Change a draft."""
    fresh = Submission.objects.get(pk=submission.pk)
    return drafts.save_draft(
        submission=fresh, by=people.manufacturer, at=NOON, version=fresh.version, values=values
    )


def answer(
    submission: Submission, people: Cast, *, by=None, reason: str = REASON, upload=None
) -> RaisedWarning:
    """Say of the only open warning why the value is right."""
    [warning] = open_warnings(submission)
    return answer_warning(
        submission=submission, fingerprint=warning.fingerprint, by=by or people.manufacturer, at=NOON,
        reason=reason, upload=upload,
    )  # fmt: skip


def hand_in(submission: Submission, people: Cast) -> Submission:
    """Submit a draft as it now stands."""
    fresh = Submission.objects.get(pk=submission.pk)
    return submissions.submit(
        submission=fresh, by=people.manufacturer, at=NOON, version=fresh.version, declared=True
    )


def mapping() -> SimpleUploadedFile:
    """The manufacturer's word that two names mean one firmware."""
    return SimpleUploadedFile("mapping.txt", b"Release 5.8.6 is 05080607.")


@pytest.mark.clause("Z2.1(c)")
def test_warning_is_kept_with_what_was_seen_and_what_was_expected(people: Cast) -> None:
    row = draft_out_of_line(people).warnings.get()
    assert (row.code, row.field, row.answer) == ("firmware-coding", "firmware_version", "")
    assert "0508061A" in row.seen and "05080626" in row.expected and "3 other entries" in row.expected


def test_submission_with_an_open_warning_is_refused_naming_it(people: Cast) -> None:
    draft = draft_out_of_line(people)
    with pytest.raises(Refusal) as refused:
        hand_in(draft, people)
    assert "may be coded differently" in refused.value.message and refused.value.field == "warnings"


def test_answered_warning_lets_the_submission_through_and_stays_with_its_reason(people: Cast) -> None:
    draft = draft_out_of_line(people)
    answer(draft, people)
    submitted = hand_in(draft, people)
    row = submitted.warnings.get()
    assert (row.answer, row.reason, row.answered_by) == (Answer.RIGHT, REASON, people.manufacturer)
    assert Act.objects.filter(verb="cpl.submission.warning_answered", reason=REASON).count() == 1


def test_value_put_right_closes_its_warning_and_keeps_it(people: Cast) -> None:
    draft = save(draft_out_of_line(people), people, firmware_version="05080626")
    row = draft.warnings.get()
    assert (row.answer, row.answered_at) == (Answer.PUT_RIGHT, NOON) and open_warnings(draft) == ()


def test_value_made_wrong_again_opens_its_warning_again(people: Cast) -> None:
    draft = save(draft_out_of_line(people), people, firmware_version="05080626")
    draft = save(draft, people, firmware_version="0508061A")
    assert draft.warnings.get().answer == "" and len(open_warnings(draft)) == 1


def test_answer_holds_for_the_value_it_was_given_for_and_no_other(people: Cast) -> None:
    draft = draft_out_of_line(people)
    answer(draft, people)
    draft = save(draft, people, firmware_version="0508061B")
    assert [each.code for each in open_warnings(draft)] == ["firmware-coding"]
    assert draft.warnings.count() == 2


def test_answer_without_a_reason_is_refused(people: Cast) -> None:
    with pytest.raises(Refusal):
        answer(draft_out_of_line(people), people, reason=" ")


def test_warning_is_answered_once(people: Cast) -> None:
    draft = draft_out_of_line(people)
    fingerprint = answer(draft, people).fingerprint
    with pytest.raises(Conflict):
        answer_warning(
            submission=draft, fingerprint=fingerprint, by=people.manufacturer, at=NOON, reason=REASON
        )


def test_rival_neither_answers_nor_learns_of_a_warning(people: Cast) -> None:
    with pytest.raises(NotPermitted) as refused:
        answer(draft_out_of_line(people), people, by=people.rival)
    assert "warning" not in str(refused.value)


def test_owner_no_longer_answers_once_it_is_handed_in(people: Cast) -> None:
    submitted = devices.submitted(people.manufacturer, people.maker)
    with pytest.raises(Conflict):
        answer_warning(
            submission=submitted, fingerprint="0" * 64, by=people.manufacturer, at=NOON, reason=REASON
        )


def late_warning(people: Cast) -> Submission:
    """A submission in review that came before the entry with which it shares its Hash."""
    submitted = devices.submitted(
        people.manufacturer, people.maker, firmware_version="05080611", image_hash=OTHER_HASH
    )
    taken = submissions.take_up(
        submission=submitted, by=people.secretariat, at=NOON, version=submitted.version
    )
    devices.attest_all(taken, people.secretariat)
    publishing.listed(people, firmware_version="05080612", image_hash=OTHER_HASH)
    return Submission.objects.get(pk=submitted.pk)


@pytest.mark.clause("Z2.1(h)(iii)")
def test_warning_that_came_after_submission_bars_the_listing_until_the_secretariat_answers(
    people: Cast,
) -> None:
    submission = late_warning(people)
    propose = {"by": people.secretariat, "at": NOON, "version": submission.version, "reason": "All is here."}
    with pytest.raises(Refusal) as refused:
        propose_listing(submission=submission, **propose)
    assert "Not answered yet: The Hash already stands with another firmware version." in refused.value.message
    answer(submission, people, by=people.secretariat, reason="The maker confirmed it on the telephone.")
    assert listing_facts(submission, on=NOON.date()).warnings_open == ()
    assert propose_listing(submission=submission, **propose).entry_number == submission.entry_number


def test_owner_answers_while_a_query_is_open(people: Cast) -> None:
    submission = late_warning(people)
    queries.ask_query(
        submission=submission, by=people.secretariat, at=NOON, version=submission.version, text="Same Hash?"
    )
    submission = Submission.objects.get(pk=submission.pk)
    answer_query = {
        "by": people.manufacturer,
        "at": NOON,
        "version": submission.version,
        "text": "See there.",
    }
    with pytest.raises(Refusal):
        queries.answer_query(submission=submission, **answer_query)
    answer(submission, people)
    assert queries.answer_query(submission=submission, **answer_query).state == Submission.State.IN_REVIEW


@pytest.mark.clause("F2.1(b)")
def test_certificate_of_a_smets1_device_asks_for_no_answer(people: Cast) -> None:
    submitted = devices.submitted(
        people.manufacturer, people.maker, firmware_version="05080626", spec_version="1.2",
        gbcs_version="0.0", image_hash=OTHER_HASH, certificates=(ZIGBEE,),
    )  # fmt: skip
    assert raise_warnings(submission=submitted, at=NOON) == () and not submitted.warnings.exists()


# --- Mapping evidence ----------------------------------------------------------------------------------


def draft_with_other_name(people: Cast) -> Submission:
    """A draft whose CPA Certificate calls the firmware by another name."""
    draft = devices.draft(
        people.manufacturer, people.maker, firmware_version="05080626", image_hash=OTHER_HASH
    )
    for values in (
        ZIGBEE | {"number": "Z-26"},
        CPA | {"number": "C-26", "firmware_named": "release 5.8.6.26"},
    ):
        drafts.put_certificate(
            submission=draft, by=people.manufacturer, at=NOON, version=draft.version, values=values
        )
        draft = Submission.objects.get(pk=draft.pk)
    return draft


@pytest.mark.clause("F2.5-1")
def test_certificate_that_names_other_firmware_waits_for_mapping_evidence(people: Cast) -> None:
    draft = draft_with_other_name(people)
    assert [each.code for each in open_warnings(draft)] == ["certificate-other-firmware"]
    with pytest.raises(Refusal) as refused:
        answer(draft, people)
    assert refused.value.field == "evidence" and "mapping" in refused.value.message


def test_mapping_evidence_is_kept_as_amber_with_answer_and_certificate(people: Cast) -> None:
    draft = draft_with_other_name(people)
    row = answer(draft, people, upload=mapping())
    assert row.evidence is not None and row.evidence.classification == "amber"
    assert row.evidence.organisation == people.maker
    assert draft.certificates.get(body="NCSC").mapping_evidence == row.evidence
    assert hand_in(draft, people).state == Submission.State.SUBMITTED
