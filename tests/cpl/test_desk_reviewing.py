"""The desk's reviewing: who has a submission, what is asked of its owner, versions, entries and alarms."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from cpl.models import DeviceModel, Submission
from cpl.services import drafts, queries, submissions
from secgov.accounts.models import Role, User
from secgov.journal import services as journal
from secgov.journal.models import Act, Task
from tests.cpl.desk import REASON, approve_url, page_of, signed_in, text_of
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db
NOON = devices.NOON


@pytest.fixture
def cast() -> casts.Cast:
    """Who plays."""
    return casts.cast()


@pytest.fixture
def desk(cast: casts.Cast) -> Client:
    """The Secretariat's browser."""
    return signed_in(cast.secretariat)


@pytest.fixture
def colleague(cast: casts.Cast) -> User:
    """A second person of the Secretariat."""
    return people.person(Role.SECRETARIAT, cast.secretariat.memberships.get().organisation, "Asha Colleague")


def in_review(cast: casts.Cast, **values: object) -> Submission:
    """A submission taken up."""
    row = devices.submitted(cast.manufacturer, cast.maker, **values)
    return submissions.take_up(submission=row, by=cast.secretariat, at=NOON, version=row.version)


def fresh(row: Submission) -> Submission:
    """The row as it now is."""
    return Submission.objects.get(pk=row.pk)


def test_secretariat_asks_the_owner_and_sees_question_and_answer(cast, desk):
    row = in_review(cast)
    ask = reverse("admin:cpl_submission_ask", args=[row.pk])
    empty = desk.post(ask, {"version": row.version, "text": ""})
    assert empty.status_code == 422 and "Write the question" in text_of(empty)
    assert desk.post(ask, {"version": row.version, "text": "BCD or hex?"}).status_code == 302
    row = fresh(row)
    assert row.state == "queried" and "BCD or hex?" in text_of(desk.get(page_of(row)))
    queries.answer_query(submission=row, by=cast.manufacturer, at=NOON, version=row.version, text="Hex.")
    page = text_of(desk.get(page_of(row)))
    assert "Hex." in page and "Compare its 2 versions" in page


def test_two_versions_stand_side_by_side_with_what_differs(cast, desk):
    row = in_review(cast)
    queries.ask_query(submission=row, by=cast.secretariat, at=NOON, version=row.version, text="Notes?")
    row = fresh(row)
    row = drafts.save_draft(
        submission=row, by=cast.manufacturer, at=NOON, version=row.version, values={"release_notes": "Mends it."}
    )  # fmt: skip
    queries.answer_query(submission=row, by=cast.manufacturer, at=NOON, version=row.version, text="There.")
    answer = desk.get(reverse("admin:cpl_submission_versions", args=[row.pk]))
    assert "<del>none</del>" in answer.content.decode() and "<ins>Mends it.</ins>" in answer.content.decode()
    assert answer.context["lines"][0].name == "Release notes" and len(answer.context["lines"]) == 1
    assert desk.get(f"{answer.request['PATH_INFO']}?a=1&b=7").status_code == 404


def test_work_is_taken_and_handed_over_with_a_reason_that_the_journal_keeps(cast, desk, colleague):
    row = in_review(cast)
    address = reverse("admin:cpl_submission_assign")
    seen = {"submission": f"{row.pk}:{row.version}"}
    refused = desk.post(address, {**seen, "to": colleague.pk, "reason": ""})
    assert refused.status_code == 422 and "Say why" in text_of(refused)
    assert desk.post(address, {**seen, "to": colleague.pk, **REASON}).status_code == 302
    assert fresh(row).assigned_to == colleague
    assert Act.objects.get(verb="cpl.submission.assigned").reason == REASON["reason"]
    again = desk.post(address, {**seen, "to": cast.secretariat.pk, **REASON})
    assert again.status_code == 409 and fresh(row).assigned_to == colleague, "two people took it"


def test_only_people_of_the_secretariat_can_be_chosen(cast, desk):
    row = in_review(cast)
    answer = desk.post(
        reverse("admin:cpl_submission_assign"),
        {"submission": f"{row.pk}:{row.version}", "to": cast.manufacturer.pk, **REASON},
    )
    assert answer.status_code == 422 and fresh(row).assigned_to == cast.secretariat


def test_several_are_taken_from_the_list_all_of_them_or_none(cast, desk, colleague):
    first = devices.submitted(cast.manufacturer, cast.maker)
    second = devices.submitted(
        cast.manufacturer, cast.maker, firmware_version="05080700", image_hash="cd" * 32
    )
    ticked = desk.post(
        reverse("admin:cpl_submission_changelist"),
        {"action": "take_or_hand_over", "_selected_action": [first.pk, second.pk]},
    )
    page = desk.get(ticked["Location"])
    assert first.reference in text_of(page) and "nobody has it" in text_of(page)
    posted = {"to": cast.secretariat.pk, **REASON}
    stale = [f"{first.pk}:{first.version}", f"{second.pk}:{second.version - 1}"]
    assert (
        desk.post(reverse("admin:cpl_submission_assign"), {"submission": stale, **posted}).status_code == 409
    )
    assert fresh(first).assigned_to is None
    seen = [f"{each.pk}:{each.version}" for each in (first, second)]
    assert (
        desk.post(reverse("admin:cpl_submission_assign"), {"submission": seen, **posted}).status_code == 302
    )
    assert {fresh(first).assigned_to, fresh(second).assigned_to} == {cast.secretariat}


def test_the_board_shows_mine_and_nobodys(cast, desk):
    mine = in_review(cast)
    free = devices.submitted(cast.manufacturer, cast.maker, firmware_version="05080700", image_hash="cd" * 32)
    for choice, shown in (("", {mine, free}), ("mine", {mine}), ("nobody", {free})):
        assert set(desk.get(f"/admin/?whose={choice}").context["submissions"]) == shown
        rows = desk.get(f"{reverse('admin:cpl_submission_changelist')}?whose={choice}").context["cl"].queryset
        assert set(rows) == shown


def test_a_decided_submission_has_nobody(cast, desk):
    row = in_review(cast)
    row = submissions.reject(submission=row, by=cast.secretariat, at=NOON, version=row.version, reason="No.")
    address = f"{reverse('admin:cpl_submission_assign')}?submission={row.pk}"
    assert desk.get(address).status_code == 409


def test_an_approver_may_read_but_neither_ask_nor_assign(cast):
    row = in_review(cast)
    approver = signed_in(cast.approver)
    assert "Ask the owner something" not in text_of(approver.get(page_of(row)))
    ask = reverse("admin:cpl_submission_ask", args=[row.pk])
    assert approver.post(ask, {"version": row.version, "text": "?"}).status_code == 403
    assert approver.get(f"{reverse('admin:cpl_submission_assign')}?submission={row.pk}").status_code == 403


def test_two_entries_stand_side_by_side_with_certificates_and_firmware(cast, desk):
    for firmware, digest in (("05080607", "ab"), ("05080700", "cd")):
        row = devices.submitted(
            cast.manufacturer, cast.maker, firmware_version=firmware, image_hash=digest * 32
        )
        devices.approved(devices.proposed(row, cast.secretariat), cast.approver)
    address = reverse("admin:cpl_devicemodel_compare")
    page = desk.get(f"{address}?a=000001&b=2")
    assert [line.name for line in page.context["lines"]] == ["Firmware version", "Hash", "Certificates"]
    assert "There is no such entry" in text_of(desk.get(f"{address}?a=1&b=99"))
    assert "Give two numbers" in text_of(desk.get(address))
    model = DeviceModel.objects.get(pk=1)
    assert "Compare with another" in text_of(desk.get(page_of(model)))


@pytest.mark.clause("F2.8-1")
def test_an_approval_missing_at_half_of_its_time_is_alarmed_on_the_board(cast, desk):
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    # Proposed on Tuesday at noon, our own target ends with Wednesday: half of that has gone by at six in the morning.
    journal.raise_alarms(at=NOON + dt.timedelta(hours=17, minutes=59))
    assert not Task.objects.exists()
    journal.raise_alarms(at=NOON + dt.timedelta(hours=18))
    page = desk.get("/admin/")
    assert "Half of the time has passed" in text_of(page)
    assert approve_url(change) in page.content.decode()
