"""The Party's own ledger in the portal: what it owes and owed, with the reason for each date, and never another's."""

import datetime as dt

import pytest
from django.utils.html import escape

from secgov.accounts.models import Organisation, Role
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Obligation, Rehearsal
from tests.cpl.desk import signed_in, text_of
from tests.factories import people
from tests.rules.secgov.calendars import london

pytestmark = pytest.mark.django_db
ADDRESS = "/portal/obligations/"


@pytest.fixture(autouse=True)
def december():
    """The clock of the site stands at 15:20 on 24 December 2026."""
    Rehearsal.objects.update_or_create(
        id=1, defaults={"now": london("2026-12-24 15:20"), "set_at": dt.datetime.now(dt.UTC)}
    )


def owed(by, name, began, *, done=None, fell_away=None):
    """A duty of an organisation, of one Working Day."""
    act = journal.record(actor=SYSTEM, at=london(began), verb="test.began", subject=by, reason="Test.")
    duty = journal.open_obligation_for_working_days(
        clause="F2.9", duty=name, owed_by=Obligation.Owner.PARTY, subject=by, act=act, from_at=london(began),
        working_days=1, organisation_id=by.pk,
    )  # fmt: skip
    if done:
        journal.discharge(obligation=duty, act=act, at=london(done))
    if fell_away:
        journal.fall_away(obligation=duty, reason="Withdrawn since.", at=london(fell_away))


def test_party_reads_what_it_owes_first_then_how_the_rest_ended_and_nothing_of_another_s():
    party = people.organisation("Ashbeck Energy", Organisation.Kind.PARTY)
    other = people.organisation("Other Energy", Organisation.Kind.PARTY)
    owed(party, "Duty met", "2026-12-21 12:00", done="2026-12-22 12:00")
    owed(party, "Duty missed", "2026-12-21 13:00", done="2026-12-23 12:00")
    owed(party, "Duty gone", "2026-12-21 14:00", fell_away="2026-12-22 12:00")
    owed(party, "Duty standing", "2026-12-24 15:00")
    owed(party, "Duty overdue", "2026-12-22 12:00")
    owed(other, "Duty of the rival", "2026-12-24 15:00")
    client = signed_in(people.person(Role.SUPPLIER, party))
    words = text_of(client.get(ADDRESS))
    names = ["Duty overdue", "Duty standing", "How others ended", "Duty missed", "Duty met"]
    assert [words.index(each) for each in names] == sorted(words.index(each) for each in names)
    assert "Duty gone" in words and "Withdrawn since." in words and "Fell away" in words
    reasons = Obligation.objects.get(duty="Duty standing").why
    assert reasons and all(escape(each) in words for each in reasons)
    assert "Duty of the rival" not in words and "Other Energy" not in words
    for query, fits in (
        ("?state=standing", {"standing", "overdue"}),
        ("?state=ended", {"met", "missed", "gone"}),
        ("?state=missed", {"missed", "overdue"}),
        ("?q=duty+GONE", {"gone"}),
        ("?q=rival", set()),
        ("?state=nonsense", {"standing", "overdue", "met", "missed", "gone"}),
    ):
        rows = text_of(client.get(ADDRESS + query)).split("Show all")[-1]
        assert {
            each for each in ("standing", "overdue", "met", "missed", "gone") if f"Duty {each}" in rows
        } == fits
    assert ADDRESS in client.get("/portal/").content.decode()
    rival = text_of(signed_in(people.person(Role.SUPPLIER, other)).get(ADDRESS))
    assert "Duty of the rival" in rival and "Duty standing" not in rival and "Duty met" not in rival


def test_long_ledger_has_pages_and_an_empty_one_says_so():
    party = people.organisation("Ashbeck Energy", Organisation.Kind.PARTY)
    client = signed_in(people.person(Role.SUPPLIER, party))
    assert "owes nothing" in text_of(client.get(ADDRESS))
    for number in range(26):
        owed(party, f"Duty {number:02d}", f"2026-12-21 12:{number:02d}")
    assert "Duty 25" in text_of(client.get(ADDRESS)) and "Duty 00" not in text_of(client.get(ADDRESS))
    assert "Duty 00" in text_of(client.get(f"{ADDRESS}?page=2"))
