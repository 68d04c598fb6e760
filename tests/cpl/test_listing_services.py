"""A device from a draft to a listed entry, through the services, on real PostgreSQL."""

import datetime as dt

import pytest
from django.db import connection

from cpl.models import (
    AssuranceCertificate,
    CertificateCoverage,
    DeviceModel,
    ListChange,
    ListingPeriod,
    Submission,
)
from cpl.services import additions, drafts, list_changes, submissions
from cpl.services import certificates as certificate_services
from firmware_repo.models import FirmwareRecord
from secgov.accounts.models import Membership, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Message, Obligation, Task
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db
NOON = devices.NOON


@pytest.fixture
def cast():
    """Who plays: a manufacturer, the Secretariat, the Approver."""
    return casts.cast()


@pytest.mark.clause("F2.1(a)", "F2.14", "F2.16-1", "F2.16-2", "F2.8-1", "F2.17-2", "Z2.1(c)")
def test_approved_submission_is_listed_with_its_release_and_three_obligations(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    assert submission.entry_number == 1
    change = devices.proposed(submission, cast.secretariat)
    change = devices.approved(change, cast.approver)
    connection.check_constraints()
    entry = DeviceModel.objects.get(pk=1)
    assert entry.manufacturer_id == "7E3E" and entry.image_hash == "AB" * 32
    assert ListingPeriod.objects.open().get().device_model == entry
    assert FirmwareRecord.objects.get(pk=1) == entry.firmware_record
    owed = Obligation.objects.standing().about(change)
    assert {each.clause for each in owed} == {"F2.8(a)", "F2.8(b)", "F2.8(c)"}
    assert {each.due_at for each in owed} == {dt.datetime(2026, 12, 3, 0, 0, tzinfo=dt.UTC)}
    assert Submission.objects.get().state == "accepted"
    assert set(AssuranceCertificate.objects.values_list("state", flat=True)) == {"valid"}
    assert CertificateCoverage.objects.filter(device_model=entry).count() == 2
    assert Message.objects.filter(template="cpl/submission_accepted").count() == 1


@pytest.mark.clause("F2.1(a)")
def test_listing_without_a_required_certificate_is_refused_naming_it(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker, certificates=(devices.ZIGBEE,))
    with pytest.raises(Refusal, match="No CPA Certificate has been received"):
        devices.proposed(submission, cast.secretariat)


@pytest.mark.clause("F2.4(a)", "F2.5-1")
def test_listing_on_a_certificate_that_nobody_attested_is_refused(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    submission = submissions.take_up(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version
    )
    with pytest.raises(Refusal):
        additions.propose_listing(
            submission=submission, by=cast.secretariat, at=NOON, version=submission.version, reason="Hurry."
        )


@pytest.mark.clause("F2.5-1")
def test_a_further_model_on_a_valid_certificate_counts_only_once_attested(cast):
    first = devices.submitted(cast.manufacturer, cast.maker, certificates=(devices.ZIGBEE, devices.CPA))
    devices.approved(devices.proposed(first, cast.secretariat), cast.approver)
    second = devices.submitted(
        cast.manufacturer,
        cast.maker,
        certificates=(devices.ZIGBEE, devices.CPA),
        firmware_version="05080700",
        image_hash="cd" * 32,
    )
    second = submissions.take_up(submission=second, by=cast.secretariat, at=NOON, version=second.version)
    with pytest.raises(Refusal, match="nobody has attested"):
        additions.propose_listing(
            submission=second, by=cast.secretariat, at=NOON, version=second.version, reason="x"
        )
    devices.attest_all(second, cast.secretariat)
    change = additions.propose_listing(
        submission=second, by=cast.secretariat, at=NOON, version=second.version, reason="x"
    )
    devices.approved(change, cast.approver)
    assert ListingPeriod.objects.open().count() == 2


@pytest.mark.clause("Z2.1(f)")
def test_a_number_recorded_with_other_details_is_refused(cast):
    devices.submitted(cast.manufacturer, cast.maker, certificates=(devices.CPA,))
    with pytest.raises(Refusal, match="recorded already with another renewal date"):
        devices.submitted(
            cast.manufacturer,
            cast.maker,
            certificates=(devices.CPA | {"renews_on": dt.date(2033, 1, 1)},),
            firmware_version="05080700",
        )
    assert Submission.objects.filter(state="submitted").count() == 1


@pytest.mark.clause("F2.15(a)")
def test_numbers_are_reserved_once_and_burnt_by_rejection(cast):
    first = devices.submitted(cast.manufacturer, cast.maker)
    submissions.reject(
        submission=first, by=cast.secretariat, at=NOON, version=first.version, reason="Not ours."
    )
    second = devices.submitted(cast.manufacturer, cast.maker, firmware_version="05080700")
    assert (first.entry_number, second.entry_number) == (1, 2)
    connection.check_constraints()


def test_second_press_of_submit_makes_one(cast):
    submission = devices.draft(cast.manufacturer, cast.maker)
    seen = submission.version
    once = submissions.submit(
        submission=submission, by=cast.manufacturer, at=NOON, version=seen, declared=True
    )
    twice = submissions.submit(
        submission=submission, by=cast.manufacturer, at=NOON, version=seen, declared=True
    )
    assert once == twice and Act.objects.filter(verb="cpl.submission.submitted").count() == 1


def test_nobody_is_called_any_more_to_what_was_withdrawn(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    late = NOON + dt.timedelta(days=3)
    journal.raise_alarms(at=late)
    assert Task.objects.filter(closed_at=None).count() == 1
    submissions.withdraw(
        submission=submission,
        by=cast.manufacturer,
        at=late,
        version=submission.version,
        reason="Sold the line.",
    )
    assert not Task.objects.filter(closed_at=None).exists()


@pytest.mark.clause("F2.17-1", "F2.15(b)-2")
def test_submitting_without_a_telephone_number_is_refused_naming_the_clause(cast):
    submission = devices.draft(cast.manufacturer, cast.maker, fir_phone="")
    with pytest.raises(Refusal) as refusal:
        submissions.submit(
            submission=submission, by=cast.manufacturer, at=NOON, version=submission.version, declared=True
        )
    assert refusal.value.field == "fir_phone" and refusal.value.clause == "F2.15(b)"


def test_stale_approval_conflicts_and_changes_nothing(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    with pytest.raises(Conflict):
        list_changes.approve_list_changes(
            changes=[change], digest="0" * 64, by=cast.approver, at=NOON, reason="x"
        )
    devices.approved(change, cast.approver)
    with pytest.raises(Conflict):
        devices.approved(change, cast.approver)
    assert DeviceModel.objects.count() == 1


def test_the_proposer_cannot_approve(cast):
    body = cast.secretariat.memberships.get().organisation
    Membership.objects.create(
        user=cast.secretariat, organisation=body, role=Role.APPROVER, began_at=people.LONG_AGO
    )
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    with pytest.raises(Refusal, match="second person"):
        devices.approved(change, cast.secretariat)
    assert not DeviceModel.objects.exists()


def test_nobody_reviews_or_approves_what_an_organisation_of_their_own_submitted(cast):
    for person in (cast.secretariat, cast.approver):
        Membership.objects.create(
            user=person, organisation=cast.maker, role=Role.MANUFACTURER, began_at=people.LONG_AGO
        )
    submission = devices.submitted(cast.manufacturer, cast.maker)
    with pytest.raises(Refusal, match="your own organisation"):
        devices.proposed(submission, cast.secretariat)
    cast.secretariat.memberships.filter(organisation=cast.maker).update(ended_at=NOON)
    change = devices.proposed(Submission.objects.get(pk=submission.pk), cast.secretariat)
    with pytest.raises(Refusal, match="your own organisation"):
        devices.approved(change, cast.approver)
    assert not DeviceModel.objects.exists()


def test_with_four_eyes_off_one_person_may_do_both_and_the_act_says_so(cast, settings):
    settings.FOUR_EYES = False
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    devices.approved(change, cast.secretariat)
    connection.check_constraints()
    assert "Four eyes are off" in Act.objects.get(verb="cpl.list_change.approved").reason
    assert ListChange.objects.get().four_eyes is False


def test_a_certificate_that_lapsed_since_the_proposal_shuts_the_gate_at_approval(cast):
    short = devices.CPA | {"renews_on": dt.date(2026, 12, 1)}
    change = devices.proposed(
        devices.submitted(cast.manufacturer, cast.maker, certificates=(devices.ZIGBEE, short)),
        cast.secretariat,
    )
    with pytest.raises(Refusal, match="has passed"):
        devices.approved(change, cast.approver, at=NOON + dt.timedelta(days=1))
    devices.approved(change, cast.approver, at=dt.datetime(2026, 12, 1, 23, 59, tzinfo=dt.UTC))


def test_sent_back_submission_is_in_review_again_and_can_be_proposed_anew(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    list_changes.send_back(changes=[change], by=cast.approver, at=NOON, reason="Check the model identifier.")
    connection.check_constraints()
    submission = Submission.objects.get()
    assert submission.state == "in_review"
    again = additions.propose_listing(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version, reason="Checked."
    )
    devices.approved(again, cast.approver)
    assert ListingPeriod.objects.open().count() == 1


@pytest.mark.clause("F2.1(b)", "F2.2B", "PPCT-4.1.2-m")
def test_smets1_is_listed_without_certificates_once_a_combination_holds_it(cast):
    smets1 = {"spec_version": "1.2", "gbcs_version": "0.0"}
    submission = devices.submitted(cast.manufacturer, cast.maker, certificates=(), **smets1)
    with pytest.raises(Refusal, match="eligible product combination"):
        devices.proposed(submission, cast.secretariat)
    submission = Submission.objects.get()
    casts.eligible_combination(submission)
    change = additions.propose_listing(
        submission=submission,
        by=cast.secretariat,
        at=NOON,
        version=submission.version,
        reason="Now eligible.",
    )
    devices.approved(change, cast.approver)
    assert DeviceModel.objects.get().generation == "SMETS1"


def test_another_organisations_submission_is_as_if_it_did_not_exist(cast):
    submission = devices.draft(cast.manufacturer, cast.maker)
    with pytest.raises(NotPermitted) as refused:
        drafts.save_draft(
            submission=submission, by=cast.rival, at=NOON, version=submission.version, values={}
        )
    assert refused.value.hidden
    assert submission not in Submission.objects.visible_to(cast.rival)


def test_protected_fields_in_the_values_are_ignored(cast):
    submission = devices.draft(
        cast.manufacturer, cast.maker, state="accepted", entry_number=7, organisation_id=0, reference="X"
    )
    submission = Submission.objects.get(pk=submission.pk)
    assert (submission.state, submission.entry_number, submission.organisation) == ("draft", None, cast.maker)


@pytest.mark.parametrize("role", [Role.MANUFACTURER, Role.APPROVER, Role.AUDITOR, Role.DCC, Role.SUPPLIER])
def test_only_the_secretariat_reviews(cast, role):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    with pytest.raises(NotPermitted):
        submissions.take_up(
            submission=submission, by=people.person(role), at=NOON, version=submission.version
        )


@pytest.mark.clause("F2.4(a)")
def test_found_invalid_certificate_can_no_longer_carry_a_listing(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    certificate = submission.certificates.first().certificate
    certificate_services.invalidate_certificate(
        certificate=certificate,
        by=cast.secretariat,
        at=NOON,
        version=certificate.version,
        reason="It names no model.",
    )
    submission = submissions.take_up(
        submission=submission, by=cast.secretariat, at=NOON, version=submission.version
    )
    with pytest.raises(Refusal, match="is invalid"):
        additions.propose_listing(
            submission=submission, by=cast.secretariat, at=NOON, version=submission.version, reason="x"
        )


@pytest.mark.clause("F2.4-0", "F2.4(c)")
def test_a_certificate_of_another_body_with_what_only_cpa_has_is_refused(cast):
    with pytest.raises(Refusal) as refused:
        devices.submitted(
            cast.manufacturer, cast.maker, certificates=(devices.ZIGBEE | {"sc_version": "1.3"},)
        )
    assert refused.value.clause.startswith("F2.4")
