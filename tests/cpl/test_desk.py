"""The Secretariat's desk as people use it: through its pages, by HTTP."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cpl.models import AssuranceCertificate, DeviceModel, Edition, ListChange, PublicationRequest, Submission
from secgov.accounts.models import Membership, Organisation, Role, User
from secgov.journal import services as journal
from secgov.journal.models import Act, Notice, Obligation, Task
from tests.factories import casts, devices, people, publishing

pytestmark = pytest.mark.django_db
LATER = devices.NOON + dt.timedelta(hours=2)
REASON = {"reason": "Looked at with care."}


@pytest.fixture(autouse=True)
def _two_hours_after_noon():
    """Stand two hours after the factories' noon."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cast():
    """Who plays: a manufacturer, the Secretariat, the Approver."""
    return casts.cast()


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(response: Any) -> str:
    """The words of a page, without its markup and with single spaces."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def page_of(row: Any) -> str:
    """The address of a row's page on the desk."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def approve_url(*changes: ListChange) -> str:
    """The address of the decision page of some changes."""
    return f"{reverse('admin:cpl_listchange_approve')}?" + "&".join(f"change={each.pk}" for each in changes)


def decision(response: Any, **values: str) -> dict[str, Any]:
    """What the form on the decision page would send, with the person's choice."""
    form = response.context["form"]
    changes = [f"{each.pk}:{each.version}" for each in response.context["changes"]]
    return {"change": changes, "digest": form.initial["digest"], "decision": "approve", **REASON, **values}


# -- The journey --------------------------------------------------------------------------------------------


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
    Membership.objects.filter(user=cast.secretariat).update(organisation=cast.maker)
    desk = signed_in(cast.secretariat)
    page = desk.get(page_of(submission))
    assert "Your own organisation submitted this" in text_of(page) and "take_up" not in page.context
    url = reverse("admin:cpl_submission_take_up", args=[submission.pk])
    assert desk.post(url, {"version": submission.version}).status_code == 422
    assert Submission.objects.get().state == "submitted"


# -- Who may not --------------------------------------------------------------------------------------------


def buttons() -> dict[str, tuple[str, set[str]]]:
    """Every button of the desk: where it stands, and the roles that may press it."""
    submission = Submission.objects.get(state="submitted")
    certificate = AssuranceCertificate.objects.filter(attested_at=None).first()
    task, notice = Task.objects.first(), Notice.objects.filter(clause="F2.8(c)").first()
    assert task and notice
    return {
        "take up": (reverse("admin:cpl_submission_take_up", args=[submission.pk]), {Role.SECRETARIAT}),
        "propose": (reverse("admin:cpl_submission_propose", args=[submission.pk]), {Role.SECRETARIAT}),
        "reject": (reverse("admin:cpl_submission_reject", args=[submission.pk]), {Role.SECRETARIAT}),
        "attest": (
            reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk]),
            {Role.SECRETARIAT},
        ),
        "find invalid": (
            reverse("admin:cpl_assurancecertificate_find_invalid", args=[certificate.pk]),
            {Role.SECRETARIAT},
        ),
        "decide": (reverse("admin:cpl_listchange_approve"), {Role.APPROVER}),
        "publish now": (reverse("admin:publish_now"), {Role.SECRETARIAT, Role.APPROVER}),
        "close task": (reverse("admin:close_task", args=[task.pk]), {Role.SECRETARIAT}),
        "other channel": (
            reverse("admin:cpl_edition_other_channel", args=[notice.subject_id, notice.pk]),
            {Role.SECRETARIAT},
        ),
        "add organisation": (reverse("admin:accounts_organisation_add"), {Role.SECRETARIAT}),
        "add requirement": (reverse("admin:cpl_requiredcertificate_add"), {Role.SECRETARIAT}),
    }


@pytest.fixture
def everything_stands(settings, tmp_path):
    """An issued edition with a Party that no mail reaches, a change that waits, and a fresh submission."""
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    people.organisation("Silent Party", Organisation.Kind.PARTY)
    publishing.listed(stage.cast)
    publishing.publish(devices.NOON, at_once=True)
    publishing.carry(devices.NOON)
    waiting = devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05080608", image_hash="cd" * 32
    )
    devices.proposed(waiting, stage.cast.secretariat)
    devices.submitted(
        stage.cast.manufacturer, stage.cast.maker, firmware_version="05080609", image_hash="ef" * 32
    )
    return stage


def test_nobody_presses_a_button_that_the_role_table_does_not_give_them(everything_stands):
    change, submission = ListChange.objects.get(state="proposed"), Submission.objects.get(state="submitted")
    values = {
        "version": submission.version, "marks_seen": "on", "models_named": "on", "how": "By telephone.",
        "decision": "approve", "digest": "0" * 64, "change": f"{change.pk}:{change.version}", **REASON,
    }  # fmt: skip
    acts = Act.objects.count()
    wrong = []
    for role in Role:
        client = signed_in(people.person(role))
        for name, (url, may) in buttons().items():
            sent = values | ({"version": 1} if "certificate" in url else {})
            if role not in may and (code := client.post(url, sent).status_code) != 403:
                wrong.append((role, name, code))
    for name, (url, _) in buttons().items():
        if (code := Client().post(url, values).status_code) != 302:
            wrong.append(("nobody", name, code))
    assert wrong == []
    assert Act.objects.count() == acts


def test_pages_of_the_desk_open_for_the_secretariat_the_approver_and_the_auditor_only(everything_stands):
    pages = ["/admin/", approve_url(ListChange.objects.get(state="proposed"))]
    pages += [page_of(each.objects.first()) for each in (Submission, AssuranceCertificate, Edition)]
    pages += [
        reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in admin.site._registry
    ]
    wrong = []
    for role in Role:
        client = signed_in(people.person(role))
        expected = 200 if role in {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR} else 403
        wrong += [(role, page) for page in pages if client.get(page).status_code != expected]
    assert wrong == []


def test_nothing_is_deleted_on_the_desk_and_little_is_added(everything_stands):
    desk = signed_in(everything_stands.cast.secretariat)
    kept = {
        "accounts.contact", "accounts.membership", "accounts.organisation", "accounts.user", "cpl.eligiblecombination",
        "cpl.requiredcertificate", "firmware_repo.manufacturer", "journal.bankholiday",
    }  # fmt: skip
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert desk.get(reverse(f"{name}_add")).status_code == (
            200 if model._meta.label_lower in kept else 403
        ), name
        if row is not None:
            assert desk.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403, (
                name
            )
            assert model._default_manager.filter(pk=row.pk).exists()
            assert desk.get(reverse(f"{name}_change", args=[row.pk])).status_code in (200, 302), name


def test_draft_does_not_show_on_the_desk(cast):
    draft = devices.draft(cast.manufacturer, cast.maker)
    desk = signed_in(cast.secretariat)
    assert desk.get(page_of(draft)).status_code == 404
    assert (
        desk.post(reverse("admin:cpl_submission_take_up", args=[draft.pk]), {"version": 1}).status_code == 404
    )
    assert draft.reference not in text_of(desk.get("/admin/cpl/submission/"))


def test_script_in_a_submission_comes_out_as_text(cast):
    script = "<script>alert(1)</script>"
    submission = devices.submitted(
        cast.manufacturer, cast.maker, release_notes=script, image_descriptor=script
    )
    change = devices.proposed(submission, cast.secretariat)
    desk = signed_in(cast.secretariat)
    for page in (page_of(submission), approve_url(change), "/admin/"):
        assert script.encode() not in desk.get(page).content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in desk.get(page_of(submission)).content


# -- The board ----------------------------------------------------------------------------------------------


def test_board_sorts_what_is_owed_by_urgency_and_tells_our_targets_from_the_law(cast):
    devices.submitted(cast.manufacturer, cast.maker, at=devices.NOON - dt.timedelta(days=4))
    change = devices.proposed(
        devices.submitted(cast.manufacturer, cast.maker, firmware_version="05080608", image_hash="cd" * 32),
        cast.secretariat,
    )
    devices.approved(change, cast.approver)
    page = signed_in(cast.secretariat).get("/admin/")
    groups = {group.id: group for group in page.context["groups"]}
    assert [line.obligation.clause for line in groups["overdue"].lines] == ["F2.2"]
    assert {line.obligation.clause for line in groups["next"].lines} == {"F2.8(a)", "F2.8(b)", "F2.8(c)"}
    assert page.context["counts"]["overdue"] == 1 and page.context["counts"]["next"] == 3
    words = text_of(page)
    assert "our own target, not the Code’s" in words and "Over 1 Working Day" in words
    assert "One Working Day after Tuesday 1 December 2026" in words, "each date explains itself"


def test_board_can_be_narrowed_to_one_clause_and_ignores_a_choice_that_is_none(cast):
    publishing.listed(cast)
    desk = signed_in(cast.secretariat)
    narrowed = desk.get("/admin/?clause=F2.8(b)").context["groups"]
    assert [line.obligation.clause for group in narrowed for line in group.lines] == ["F2.8(b)"]
    assert len(desk.get("/admin/?clause=nonsense&on=Nobody").context["groups"][0].lines) == 3


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_number_of_queries_of_the_board_and_the_lists_does_not_grow_with_the_rows(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=2)
    cast = stage.cast

    def one_of_each(number: int) -> None:
        image = iter(f"{number:02x}{step:02x}" * 16 for step in range(9))
        publishing.listed(cast, firmware_version=f"0508{number:02d}01", image_hash=next(image))
        devices.proposed(
            devices.submitted(
                cast.manufacturer, cast.maker, firmware_version=f"0508{number:02d}02", image_hash=next(image)
            ),
            cast.secretariat,
        )
        late = devices.NOON - dt.timedelta(days=4)
        devices.submitted(
            cast.manufacturer,
            cast.maker,
            at=late,
            firmware_version=f"0508{number:02d}03",
            image_hash=next(image),
        )
        journal.raise_alarms(at=LATER)

    publishing.listed(cast, firmware_version="05089901")
    publishing.publish(devices.NOON, at_once=True)
    publishing.carry(devices.NOON)
    one_of_each(1)
    desk = signed_in(cast.secretariat)
    lists = (
        "submission",
        "listchange",
        "assurancecertificate",
        "devicemodel",
        "edition",
        "certificatecoverage",
    )
    pages = [
        "/admin/",
        *(f"/admin/cpl/{name}/" for name in lists),
        "/admin/journal/act/",
        "/admin/journal/obligation/",
    ]
    before = {page: _queries(desk, page) for page in pages}
    for number in range(2, 6):
        one_of_each(number)
    assert {page: _queries(desk, page) for page in pages} == before


def test_closed_task_leaves_the_board_with_its_reason_in_the_journal(cast):
    task = journal.open_task(key="k", title="Look at this", at=devices.NOON, clause="F2.8")
    desk = signed_in(cast.secretariat)
    url = reverse("admin:close_task", args=[task.pk])
    assert desk.post(url, {"reason": ""}).status_code == 422
    desk.post(url, {"reason": "Telephoned them."})
    assert Task.objects.get().closing_reason == "Telephoned them."
    assert Act.objects.get(verb="journal.task.closed").reason == "Telephoned them."
    assert desk.post(url, {"reason": "Again."}).status_code == 409


def test_graver_alarm_takes_the_place_of_the_one_before_and_goes_when_the_duty_is_done(cast):
    submission = devices.submitted(cast.manufacturer, cast.maker, at=devices.NOON)
    owed = Obligation.objects.get()
    for part in (0.6, 0.9, 1.1):
        journal.raise_alarms(at=owed.opened_at + (owed.due_at - owed.opened_at) * part)
        assert Task.objects.filter(closed_at=None).count() == 1
    assert Task.objects.get(closed_at=None).title == "The time has passed: Take up a submission"
    url = reverse("admin:cpl_submission_take_up", args=[submission.pk])
    signed_in(cast.secretariat).post(url, {"version": submission.version})
    assert not Task.objects.filter(closed_at=None).exists()


# -- Editions -----------------------------------------------------------------------------------------------


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
