"""The public register of clauses: found by words, told from the code, and counted like the service level."""

import datetime as dt

import pytest

from secgov import clauses
from secgov.journal.models import Obligation, Rehearsal
from secgov.journal.services.levels import ClauseLevel, clause_levels
from secgov.web import clause_page
from tests.web.test_service_level import NOW, duty

pytestmark = pytest.mark.django_db


def text_of(response):
    """Give the page as text, its blanks folded."""
    return " ".join(response.content.decode().split())


def test_what_the_system_does_is_read_from_the_code_that_cites_the_clause():
    rows = {row.id: row for part in clause_page.parts() for row in part.rows}
    [place] = [
        each
        for each in rows["F2.9-2"].places
        if each.name == "cpl.services.publication.receipts.acknowledge_edition"
    ] or rows["F2.9-2"].places[:1]
    assert place.says and "Section F2.9" not in place.says
    assert all(row.places for row in rows.values() if row.status == "coded")


def test_sentence_of_a_docstring_stands_without_its_citations():
    assert clauses.sentence_in("Say when it is due. Section F2.8(a), TR-3\n\nMore.") == "Say when it is due."
    assert clauses.sentence_in("Says nothing of a clause.") == "Says nothing of a clause."


def test_clause_is_counted_with_what_stands_what_is_overdue_and_twelve_months():
    duty("2026-12-23 12:00")  # due by the end of the 24th
    duty("2026-12-22 12:00")  # was due by the end of the 23rd
    duty("2026-12-01 12:00", done="2026-12-02 12:00")
    duty("2026-12-01 12:00", done="2026-12-03 00:00")  # the first instant that is too late
    duty("2025-12-15 12:00", done="2025-12-16 12:00")  # before the twelve months
    duty("2026-12-01 12:00", fell_away="2026-12-01 13:00")
    duty("2026-12-01 12:00", by_law=False)
    duty("2026-12-01 12:00", clause="Z6.3(a)", owner=Obligation.Owner.PARTY)
    assert clause_levels(at=NOW) == {"F2.8(a)": ClauseLevel(standing=2, overdue=1, met=1, missed=2)}


def test_page_says_how_a_clause_is_doing_today(client):
    Rehearsal.objects.update_or_create(id=1, defaults={"now": NOW, "set_at": dt.datetime.now(dt.UTC)})
    duty("2026-12-22 12:00")
    page = text_of(client.get("/clauses/", {"q": "F2.8(a)"}))
    assert "1 open, 1 overdue; 0 met, 1 missed in twelve months" in page
    assert 'id="F2.8(a)"' in page and 'id="F2.9"' not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({"q": "leap of faith"}, "No clause is found", 'id="section-f2"'),
        ({"document": "time-rules"}, 'id="TR-3"', 'id="F2.1"'),
        ({"state": "not ours"}, "Not ours", 'id="F2.8(a)"'),
        ({"q": "appendix z 6.7"}, 'id="Z6.7"', 'id="F2.8(a)"'),
        ({"state": "nonsense"}, "nonsense", "No clause is found"),
    ],
)
def test_rows_are_found_by_words_by_state_and_by_document(client, query, shown, hidden):
    page = text_of(client.get("/clauses/", query))
    assert shown in page and hidden not in page
