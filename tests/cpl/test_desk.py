"""The Secretariat's desk as people use it: through its pages, by HTTP."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from cpl.models import AssuranceCertificate, DeviceModel, ListChange, PublicationRequest, Submission
from secgov.accounts.models import Membership, Role
from secgov.journal.models import Act, Notice, Obligation
from tests.cpl.desk import (
    LATER,
    REASON,
    approve_url,
    decision,
    page_of,
    set_everything_up,
    signed_in,
    text_of,
)
from tests.factories import casts, devices, people, publishing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_hours_after_noon():
    """Stand two hours after the factories' noon."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cast():
    """Who plays: a manufacturer, the Secretariat, the Approver."""
    return casts.cast()


@pytest.fixture
def everything_stands(settings, tmp_path):
    """An issued edition with a Party that no mail reaches, a change that waits, and a fresh submission."""
    return set_everything_up(settings, tmp_path)


@pytest.mark.clause("F2.1(a)", "F2.2-2", "F2.4(a)", "F2.8-1")
def test_submission_goes_from_the_board_to_the_list_by_its_buttons(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    desk, second = signed_in(cast.secretariat), signed_in(cast.approver)
    assert submission.reference in text_of(desk.get("/admin/"))
    page = desk.get(page_of(submission))
    assert "Two things" in text_of(page) and "nobody has attested" in text_of(page)

    desk.post(reverse("admin:cpl_submission_take_up", args=[submission.pk]), {"version": submission.version})
    for certificate in AssuranceCertificate.objects.all():
        answer = desk.post(
            reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk]),
            {
                "version": 1,
                "marks_seen": "on",
                "models_named": "on",
                "submission": submission.reference,
                **REASON,
            },
        )
        assert answer.url == page_of(submission)
    page = desk.get(page_of(submission))
    assert page.context["lacking"] == []
    version = page.context["propose"].initial["version"]
    desk.post(reverse("admin:cpl_submission_propose", args=[submission.pk]), {"version": version, **REASON})

    change = ListChange.objects.get()
    page = second.get(approve_url(change))
    assert "not on the list" in text_of(page) and "05080607" in text_of(page)
    assert second.post(reverse("admin:cpl_listchange_approve"), decision(page)).url == "/admin/"
    connection.check_constraints()
    assert DeviceModel.objects.get().pk == submission.entry_number
    board = text_of(desk.get("/admin/"))
    assert (
        "Provide the updated list to the DCC" in board
        and "One approved change becomes the next edition" in board
    )
    desk.post(reverse("admin:publish_now"), {"reason": "The DCC waits for it."})
    assert PublicationRequest.objects.get().reason == "The DCC waits for it."


@pytest.mark.clause("F2.4(a)", "F2.4(b)")
def test_certificate_attested_without_its_marks_lets_nothing_be_listed(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    desk = signed_in(cast.secretariat)
    desk.post(reverse("admin:cpl_submission_take_up", args=[submission.pk]), {"version": submission.version})
    for certificate in AssuranceCertificate.objects.all():
        desk.post(
            reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk]),
            {"version": 1, "models_named": "on", **REASON},
        )
    version = Submission.objects.get().version
    answer = desk.post(
        reverse("admin:cpl_submission_propose", args=[submission.pk]), {"version": version, **REASON}
    )
    assert answer.status_code == 422 and "Nobody has attested what shows" in text_of(answer)
    assert "Looked at with care." in text_of(answer), "what was typed is kept"
    assert Submission.objects.get().state == "in_review" and not ListChange.objects.exists()
    assert set(AssuranceCertificate.objects.values_list("state", flat=True)) == {"recorded"}


def test_certificate_found_invalid_shows_why_and_lets_nothing_be_listed(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    certificate = AssuranceCertificate.objects.first()
    desk = signed_in(cast.secretariat)
    desk.post(
        reverse("admin:cpl_assurancecertificate_find_invalid", args=[certificate.pk]),
        {"version": 1, "reason": "It names another model."},
    )
    assert "It names another model." in text_of(desk.get(page_of(certificate)))
    assert "is invalid" in text_of(desk.get(page_of(submission)))


def test_rejected_submission_tells_the_reason_and_keeps_its_number(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    desk = signed_in(cast.secretariat)
    url = reverse("admin:cpl_submission_reject", args=[submission.pk])
    assert desk.post(url, {"version": submission.version, "reason": ""}).status_code == 422
    desk.post(url, {"version": submission.version, "reason": "A duplicate of entry 000123."})
    rejected = Submission.objects.get()
    assert (rejected.state, rejected.entry_number) == ("rejected", submission.entry_number)
    assert "A duplicate of entry 000123." in text_of(desk.get(page_of(submission)))


def test_changes_sent_back_are_cancelled_and_their_submissions_in_review_again(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    second = signed_in(cast.approver)
    page = second.get(approve_url(change))
    second.post(reverse("admin:cpl_listchange_approve"), decision(page, decision="back"))
    assert (ListChange.objects.get().state, Submission.objects.get().state) == ("cancelled", "in_review")
    assert "Sent back: Looked at with care." in text_of(second.get(approve_url(change)))


def test_approval_takes_a_choice_and_a_reason(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    second = signed_in(cast.approver)
    page = second.get(approve_url(change))
    answer = second.post(reverse("admin:cpl_listchange_approve"), decision(page, decision="", reason=" "))
    assert answer.status_code == 422
    assert "Choose whether to approve" in text_of(answer) and "Say why" in text_of(answer)
    assert ListChange.objects.get().state == "proposed"


def test_several_changes_are_looked_at_and_approved_together(cast):
    changes = [
        devices.proposed(
            devices.submitted(cast.manufacturer, cast.maker, firmware_version=firmware, image_hash=image),
            cast.secretariat,
        )
        for firmware, image in (("05080607", "ab" * 32), ("05080608", "cd" * 32))
    ]
    second = signed_in(cast.approver)
    chosen = second.post(
        reverse("admin:cpl_listchange_changelist"),
        {"action": "look_at_these_together", "_selected_action": [each.pk for each in changes]},
    )
    assert chosen.url == approve_url(*changes)
    page = second.get(chosen.url)
    assert "Approve two list changes" in text_of(page) and "0 → 2" in text_of(page)
    second.post(reverse("admin:cpl_listchange_approve"), decision(page))
    assert set(ListChange.objects.values_list("state", flat=True)) == {"approved"}


# -- Stale pages and second persons -------------------------------------------------------------------------


def test_button_on_a_stale_page_answers_409_and_writes_nothing(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    desk = signed_in(cast.secretariat)
    url = reverse("admin:cpl_submission_take_up", args=[submission.pk])
    assert desk.post(url, {"version": submission.version}).status_code == 302
    acts = Act.objects.count()
    assert desk.post(url, {"version": submission.version}).status_code == 409
    assert Act.objects.count() == acts


def test_stale_approval_answers_409_and_shows_the_newer_state(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    first, other = signed_in(cast.approver), signed_in(people.person(Role.APPROVER))
    page = first.get(approve_url(change))
    other.post(
        reverse("admin:cpl_listchange_approve"), decision(other.get(approve_url(change)), decision="back")
    )
    acts = Act.objects.count()
    answer = first.post(reverse("admin:cpl_listchange_approve"), decision(page))
    assert answer.status_code == 409
    assert "Nothing was written" in text_of(answer) and "Cancelled" in text_of(answer)
    assert Act.objects.count() == acts and not DeviceModel.objects.exists()


def test_approval_of_another_digest_than_the_one_shown_answers_409(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    second = signed_in(cast.approver)
    values = decision(second.get(approve_url(change)), digest="0" * 64)
    assert second.post(reverse("admin:cpl_listchange_approve"), values).status_code == 409
    assert not DeviceModel.objects.exists()


def test_person_who_proposed_is_told_that_a_second_one_has_to_approve(cast):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    both = Membership.objects.get(user=cast.secretariat).organisation
    Membership.objects.create(
        user=cast.secretariat, organisation=both, role=Role.APPROVER, began_at=people.LONG_AGO
    )
    desk = signed_in(cast.secretariat)
    page = desk.get(approve_url(change))
    assert "a second person has to approve it" in text_of(page)
    answer = desk.post(reverse("admin:cpl_listchange_approve"), decision(page))
    assert answer.status_code == 422 and "You proposed this change" in text_of(answer)
    assert ListChange.objects.get().state == "proposed"


def test_four_eyes_off_lets_one_person_do_both_and_says_so(cast, settings):
    settings.FOUR_EYES = False
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    desk = signed_in(cast.secretariat)
    page = desk.get(approve_url(change))
    assert "Four eyes are off" in text_of(page)
    desk.post(reverse("admin:cpl_listchange_approve"), decision(page))
    assert "Four eyes are off" in Act.objects.get(verb="cpl.list_change.approved").reason


def test_secretariat_has_no_buttons_on_a_submission_of_its_own_organisation(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker)
    held = Membership.objects.get(user=cast.secretariat)
    Membership.objects.filter(pk=held.pk).update(ended_at=held.began_at)
    Membership.objects.create(user=held.user, organisation=cast.maker, role=held.role, began_at=held.began_at)
    desk = signed_in(cast.secretariat)
    page = desk.get(page_of(submission))
    assert "Your own organisation submitted this" in text_of(page) and "take_up" not in page.context
    url = reverse("admin:cpl_submission_take_up", args=[submission.pk])
    assert desk.post(url, {"version": submission.version}).status_code == 422
    assert Submission.objects.get().state == "submitted"


@pytest.mark.clause("F2.8(c)")
def test_party_that_no_mail_reached_is_recorded_as_told_by_another_channel(everything_stands):
    notice = Notice.objects.get(organisation__name="Silent Party")
    url = reverse("admin:cpl_edition_other_channel", args=[notice.subject_id, notice.pk])
    page = f"/admin/cpl/edition/{notice.subject_id}/change/"
    desk = signed_in(everything_stands.cast.secretariat)
    assert "Parties: 2 of 3 told" in text_of(desk.get(page)) and "Silent Party" in text_of(desk.get(page))
    assert desk.post(url, {"how": ""}).status_code == 422
    early = desk.post(url, {"how": "By telephone.", "told_at": "2020-01-01T09:00"})
    assert early.status_code == 422 and "before the notice was made" in text_of(early)
    desk.post(url, {"how": "By telephone, to the duty officer.", "told_at": "2026-12-01T13:30"})
    assert Notice.objects.get(pk=notice.pk).other_channel_at == dt.datetime(
        2026, 12, 1, 13, 30, tzinfo=dt.UTC
    )
    publishing.carry(LATER)
    assert "Every Party has been told" in text_of(desk.get(page))
    assert not Obligation.objects.standing().filter(clause="F2.8(c)").exists()
