"""The ledger on the desk: every clock by urgency, clause and owner, what was missed explained, and the auditor's files."""

import datetime as dt

import pytest

from secgov.accounts.models import Organisation, Role
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Act, Obligation, Rehearsal
from tests.factories import people
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
NOW = london("2026-12-24 15:20")


@pytest.fixture(autouse=True)
def december():
    """The clock of the site stands at 15:20 on 24 December 2026."""
    Rehearsal.objects.update_or_create(id=1, defaults={"now": NOW, "set_at": dt.datetime.now(dt.UTC)})


@pytest.fixture
def sign_in(client):
    """Sign in as somebody of a role."""

    def by(role):
        body = people.organisation(kind=Organisation.Kind.CODE_BODY)
        client.force_login(
            people.person(role, body), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return by


def duty(name, began, *, done=None, clause="F2.8(a)", fell_away=None):
    """An obligation of a Working Day."""
    subject = people.organisation(name)
    act = journal.record(actor=SYSTEM, at=london(began), verb="test.began", subject=subject, reason="Test.")
    obligation = journal.open_obligation_for_working_days(
        clause=clause, duty="Provide", owed_by=Obligation.Owner.PANEL, subject=subject, act=act,
        from_at=london(began), working_days=1,
    )  # fmt: skip
    if done:
        journal.discharge(obligation=obligation, act=act, at=london(done))
    if fell_away:
        journal.fall_away(obligation=obligation, reason="Withdrawn.", at=london(fell_away))
    return obligation


@pytest.fixture
def four():
    """One of each fate."""
    duty("Alpha overdue", "2026-12-22 16:00")
    duty("Beta standing", "2026-12-24 15:00", clause="F2.9")
    duty("Gamma in time", "2026-12-21 12:00", done="2026-12-22 12:00")
    duty("Delta gone", "2026-12-21 12:00", fell_away="2026-12-22 12:00")
    duty("Echo gone late", "2026-12-17 12:00", fell_away="2026-12-21 12:00")


@pytest.mark.clause("F2.8-0")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Alpha", "Beta"}),
        ("?urgency=overdue", {"Alpha"}),
        ("?urgency=next", {"Beta"}),
        ("?urgency=met", {"Gamma"}),
        ("?urgency=gone", {"Delta", "Echo"}),
        ("?urgency=missed", {"Alpha", "Echo"}),
        ("?urgency=all", {"Alpha", "Beta", "Gamma", "Delta", "Echo"}),
        ("?clause=F2.9", {"Beta"}),
        ("?owner=dcc", set()),
        ("?q=alpha", {"Alpha"}),
        ("?urgency=nonsense", {"Alpha", "Beta"}),
    ],
)
def test_ledger_shows_what_was_asked_for(four, sign_in, query, shown):
    page = sign_in(Role.SECRETARIAT).get(f"/admin/ledger/{query}").content.decode()
    names = {
        "Alpha": "Alpha overdue",
        "Beta": "Beta standing",
        "Gamma": "Gamma in time",
        "Delta": "Delta gone",
        "Echo": "Echo gone late",
    }
    assert {name for name, whole in names.items() if whole in page} == shown


@pytest.mark.clause("F2.8-0")
def test_each_date_says_why_it_is_that_date(four, sign_in):
    page = sign_in(Role.SECRETARIAT).get("/admin/ledger/?q=beta").content.decode()
    assert "One Working Day after Thursday 24 December 2026, 15:00" in page
    assert "in lieu of Boxing Day" in page and "So the end of Tuesday 29 December 2026." in page


@pytest.mark.clause("F2.8-0")
def test_only_what_was_missed_can_be_explained_and_only_by_the_secretariat(four, sign_in):
    standing = Obligation.objects.get(subject_name="Beta standing")
    missed = Obligation.objects.get(subject_name="Alpha overdue")
    said = {"public_reason": "The server was down."}
    party = duty("Foxtrot of a Party", "2026-12-22 16:00")
    Obligation.objects.filter(pk=party.pk).update(owed_by=Obligation.Owner.PARTY)
    assert sign_in(Role.AUDITOR).post(f"/admin/ledger/{missed.pk}/explain/", said).status_code == 403
    desk = sign_in(Role.SECRETARIAT)
    refused = desk.post(f"/admin/ledger/{standing.pk}/explain/", said)
    assert refused.status_code == 422 and "was not missed" in refused.content.decode()
    hidden = desk.post(f"/admin/ledger/{party.pk}/explain/", said)
    assert hidden.status_code == 422 and "Explain in public" not in _row_of(hidden, "Foxtrot")
    assert desk.post(f"/admin/ledger/{missed.pk}/explain/", {"public_reason": " "}).status_code == 422
    assert not Act.objects.filter(verb="journal.obligation.explained").exists()
    assert desk.post(f"/admin/ledger/{missed.pk}/explain/", said).status_code == 302
    assert (
        "Said in public: The server was down." in desk.get("/admin/ledger/?urgency=missed").content.decode()
    )


def _row_of(answer, name):
    return next(row for row in answer.content.decode().split("<tr ") if name in row)


@pytest.mark.clause("TR-10")
def test_auditor_takes_late_duties_and_overrides_as_files_without_formulas(four, sign_in):
    Obligation.objects.filter(subject_name="Alpha overdue").update(subject_name="=1+1")
    journal.record(
        actor=SYSTEM, at=NOW, verb="cpl.list_change.approved", subject=people.organisation("Lone hand"),
        clause="F2.1", reason="Nobody else was there.", after={"four_eyes": False},
    )  # fmt: skip
    auditor = sign_in(Role.AUDITOR)
    late = auditor.get("/admin/ledger/late.csv").content.decode()
    assert "15 h 20 min" in late and "'=1+1" in late and "Beta" not in late
    assert "2 days 12 h" in late and "Echo gone late" in late and "Delta" not in late
    assert "Nobody else was there." in auditor.get("/admin/ledger/overrides.csv").content.decode()
    assert sign_in(Role.APPROVER).get("/admin/ledger/late.csv").status_code == 403


@pytest.mark.clause("F2.8-0")
def test_ledger_asks_no_more_questions_for_more_rows(four, sign_in, django_assert_max_num_queries):
    desk = sign_in(Role.SECRETARIAT)
    for number in range(10):
        duty(f"More {number}", "2026-12-22 16:00")
    with django_assert_max_num_queries(22):
        desk.get("/admin/ledger/?urgency=all")
