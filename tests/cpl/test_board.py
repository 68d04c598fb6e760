"""The Secretariat's board: what is owed by urgency, at the same cost whatever waits."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation, Task
from tests.cpl.desk import (
    LATER,
    signed_in,
    text_of,
)
from tests.factories import casts, devices, publishing

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


def test_many_lines_of_one_duty_are_one_row_that_opens_and_names_the_nearest_date(cast):
    for number in range(4):
        devices.submitted(
            cast.manufacturer, cast.maker, at=devices.NOON + dt.timedelta(days=number % 2),
            firmware_version=f"050806{number:02d}", image_hash=f"{number:02d}" * 32,
        )  # fmt: skip
    desk = signed_in(cast.secretariat)
    page = desk.get("/admin/")
    [group] = page.context["groups"]
    [fold] = group.folds
    assert (len(fold.lines), fold.count, fold.waiting_on) == (4, 4, ("Secretariat",))
    assert fold.first.obligation.due_at == min(line.obligation.due_at for line in group.lines)
    words = text_of(page)
    assert "the first of 4" in words and "All 4, the nearest first" in words
    submission = devices.submitted(
        cast.manufacturer, cast.maker, firmware_version="05080699", image_hash="ef" * 32
    )
    assert len(desk.get("/admin/").context["groups"][0].folds) == 1
    assert submission.reference in text_of(desk.get("/admin/"))


def test_three_lines_of_one_duty_stay_apart(cast):
    for number in range(3):
        devices.submitted(
            cast.manufacturer,
            cast.maker,
            firmware_version=f"050806{number:02d}",
            image_hash=f"{number:02d}" * 32,
        )
    [group] = signed_in(cast.secretariat).get("/admin/").context["groups"]
    assert [len(fold.lines) for fold in group.folds] == [1, 1, 1]


def test_many_tasks_of_one_kind_are_one_row_that_opens(cast):
    for number in range(4):
        journal.open_task(
            key=f"chase:{number}", title=f"Chase NCSC: {number}?", at=devices.NOON, clause="Z6.7"
        )
    journal.open_task(key="alarm:1", title="Look at this", at=devices.NOON, clause="F2.8")
    desk = signed_in(cast.secretariat)
    page = desk.get("/admin/")
    assert [(fold.heading, len(fold.tasks)) for fold in page.context["tasks"]] == [
        ("Look at this", 1),
        ("Chase NCSC", 4),
    ]
    words = text_of(page)
    assert "4 of these, the first since" in words and "Chase NCSC: 3?" in words
    task = Task.objects.get(key="chase:2")
    desk.post(reverse("admin:close_task", args=[task.pk]), {"reason": "Asked."})
    assert [len(fold.tasks) for fold in desk.get("/admin/").context["tasks"]] == [1, 1, 1, 1]
