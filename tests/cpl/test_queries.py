"""A question about a submission, its answer, its versions, and who has it."""

import datetime as dt

import pytest
from django.db import connection

from cpl.models import AssuranceCertificate, ListingPeriod, Submission
from cpl.services import additions, drafts, queries, submissions
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Obligation
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db
NOON = devices.NOON


@pytest.fixture
def cast():
    """Who plays."""
    return casts.cast()


def asked(cast, **values):
    """A submission in review, about which the Secretariat asks something."""
    submission = devices.submitted(cast.manufacturer, cast.maker, **values)
    submission = submissions.take_up(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version
    )
    queries.ask_query(
        submission=submission,
        by=cast.secretariat,
        at=NOON,
        version=submission.version,
        text="Is the firmware BCD?",
        field="firmware_version",
    )
    return Submission.objects.get(pk=submission.pk)


def test_a_query_waits_for_the_owner_by_a_date_and_tells_by_mail(cast):
    submission = asked(cast)
    assert submission.state == "queried"
    owed = Obligation.objects.standing().about(submission).get()
    assert owed.organisation == cast.maker and owed.due_at == dt.datetime(2026, 12, 9, tzinfo=dt.UTC)
    assert Message.objects.filter(template="cpl/submission_queried").count() == 1


def test_an_answer_brings_it_back_as_a_new_version_with_the_value_put_right(cast):
    submission = asked(cast)
    submission = drafts.save_draft(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        values={"firmware_version": "05080700"},
    )
    submission = queries.answer_query(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        text="It was a slip.",
    )
    connection.check_constraints()
    assert submission.state == "in_review"
    owed = Obligation.objects.standing().about(submission).get()
    assert (owed.owed_by, owed.by_law) == ("panel", False), (
        "what is awaited now is the Secretariat's decision"
    )
    first, second = submission.versions.all()
    assert (first.fields["firmware_version"], second.fields["firmware_version"]) == ("05080607", "05080700")
    devices.attest_all(submission, cast.secretariat)
    change = additions.propose_listing(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version, reason="Now right."
    )
    devices.approved(change, cast.approver)
    assert ListingPeriod.objects.open().get().device_model.firmware_version == "05080700"


def test_what_a_certificate_was_said_to_name_before_no_longer_counts(cast):
    submission = asked(cast)
    submission = drafts.save_draft(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        values={"firmware_version": "05080700"},
    )
    submission = queries.answer_query(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        text="It was a slip.",
    )
    certificate = submission.certificates.first().certificate
    named = certificate.coverage.filter(ended_on=None).values_list("firmware_version", flat=True)
    assert list(named) == ["05080700"]


def test_a_certificates_date_put_right_must_be_seen_again(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    submission = submissions.take_up(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version
    )
    devices.attest_all(submission, cast.secretariat)
    queries.ask_query(
        submission=submission,
        by=cast.secretariat,
        at=NOON,
        version=submission.version,
        text="Which renewal date?",
    )
    submission = Submission.objects.get()
    row = submission.certificates.get(body="NCSC")
    drafts.put_certificate(
        submission=submission, by=cast.manufacturer, at=NOON, version=submission.version, certificate=row,
        values={"renews_on": dt.date(2031, 1, 5)},
    )  # fmt: skip
    submission = Submission.objects.get()
    queries.answer_query(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        text="5 January 2031.",
    )
    certificate = AssuranceCertificate.objects.get(body="NCSC")
    assert certificate.renews_on == dt.date(2031, 1, 5) and certificate.attested_at is None


def test_a_certificate_that_others_rely_on_is_not_amended(cast):
    shared = (devices.ZIGBEE, devices.CPA)
    devices.submitted(cast.manufacturer, cast.maker, certificates=shared)
    submission = asked(cast, certificates=shared, firmware_version="05080700")
    row = submission.certificates.get(body="NCSC")
    drafts.put_certificate(
        submission=submission, by=cast.manufacturer, at=NOON, version=submission.version, certificate=row,
        values={"renews_on": dt.date(2031, 1, 5)},
    )  # fmt: skip
    submission = Submission.objects.get(pk=submission.pk)
    with pytest.raises(Refusal, match="recorded already with another renewal date"):
        queries.answer_query(
            submission=submission,
            by=cast.manufacturer,
            at=NOON,
            version=submission.version,
            text="See there.",
        )


def test_an_answer_with_a_field_blank_is_refused_naming_it(cast):
    submission = asked(cast)
    submission = drafts.save_draft(
        submission=submission,
        by=cast.manufacturer,
        at=NOON,
        version=submission.version,
        values={"fir_phone": ""},
    )
    with pytest.raises(Refusal) as refused:
        queries.answer_query(
            submission=submission, by=cast.manufacturer, at=NOON, version=submission.version, text="Done."
        )
    assert refused.value.field == "fir_phone"


def test_only_the_owner_answers_and_only_the_secretariat_asks(cast):
    submission = asked(cast)
    with pytest.raises(NotPermitted):
        queries.answer_query(
            submission=submission, by=cast.rival, at=NOON, version=submission.version, text="Me."
        )
    with pytest.raises(NotPermitted):
        queries.ask_query(
            submission=submission, by=cast.approver, at=NOON, version=submission.version, text="And?"
        )


def test_a_submission_is_not_changed_while_nobody_asks(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    with pytest.raises(Conflict):
        drafts.save_draft(
            submission=submission,
            by=cast.manufacturer,
            at=NOON,
            version=submission.version,
            values={"fir_phone": "1"},
        )


def test_two_people_taking_the_same_submission_get_one_of_them(cast):
    colleague = people.person(Role.SECRETARIAT)
    submission = devices.submitted(cast.manufacturer, cast.maker)
    submissions.take_up(submission=submission, by=cast.secretariat, at=NOON, version=submission.version)
    with pytest.raises(Conflict, match="in review"):
        submissions.take_up(submission=submission, by=colleague, at=NOON, version=submission.version)
    assert Submission.objects.get().assigned_to == cast.secretariat


def test_a_submission_is_handed_over_with_a_reason_and_only_to_who_reviews(cast):
    colleague = people.person(Role.SECRETARIAT)
    submission = devices.submitted(cast.manufacturer, cast.maker)
    with pytest.raises(Refusal, match="does not review"):
        queries.assign_submission(
            submission=submission,
            by=cast.secretariat,
            at=NOON,
            version=submission.version,
            to=cast.approver,
            reason="x",
        )
    queries.assign_submission(
        submission=submission,
        by=cast.secretariat,
        at=NOON,
        version=submission.version,
        to=colleague,
        reason="On leave.",
    )
    assert Submission.objects.get().assigned_to == colleague
    assert Act.objects.get(verb="cpl.submission.assigned").reason == "On leave."
