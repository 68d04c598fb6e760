"""A question of the Secretariat in the portal: seen, answered, its versions compared, and all of it on paper."""

import pytest

from cpl.models import Submission
from cpl.services import drafts, queries, submissions
from secgov.documents.models import Document
from tests.cpl.submitting import fresh, post, signed_in
from tests.documents.files import upload
from tests.factories import casts, devices

pytestmark = pytest.mark.django_db
NOON = devices.NOON
State = Submission.State


@pytest.fixture
def cast() -> casts.Cast:
    """Who plays."""
    return casts.cast()


@pytest.fixture
def asked(cast: casts.Cast) -> Submission:
    """A submission about which the Secretariat asks something."""
    row = devices.submitted(cast.manufacturer, cast.maker)
    row = submissions.take_up(submission=row, by=cast.secretariat, at=NOON, version=row.version)
    queries.ask_query(
        submission=row, by=cast.secretariat, at=NOON, version=row.version, text="Is <b>0508</b> BCD or hex?"
    )
    return fresh(row)


def test_the_question_stands_on_the_page_with_the_date_by_which_to_answer(cast, asked):
    page = signed_in(cast.manufacturer).get(f"/portal/submissions/{asked.reference}/").content.decode()
    assert "The Secretariat asks" in page and "Is &lt;b&gt;0508&lt;/b&gt; BCD or hex?" in page
    assert "Tuesday 8 December 2026" in page and "Your answer" in page and "from=check" in page


def test_values_are_put_right_while_a_question_waits_and_the_answer_brings_a_new_version(cast, asked):
    browser = signed_in(cast.manufacturer)
    address = f"/portal/submissions/{asked.reference}/firmware/"
    assert browser.get(address).status_code == 200
    new = {
        "fir_email": "new@tarnwick.example", "fir_phone": asked.fir_phone, "fir_address": asked.fir_address,
        "release_notes": "Mends the clock.",
    }  # fmt: skip
    answer = browser.post(f"{address}?from=check", {**new, "version": asked.version})
    assert answer["Location"] == f"/portal/submissions/{asked.reference}/check/"
    assert browser.get(answer["Location"])["Location"] == f"/portal/submissions/{asked.reference}/"
    given = {"text": "Hex. See the notes.", "document": upload(), "classification": "amber"}
    assert post(browser, asked, "answer", given).status_code == 302
    row = fresh(asked)
    assert (row.state, row.versions.count()) == (State.IN_REVIEW, 2)
    assert row.queries.get().document == Document.objects.get()
    page = browser.get(f"/portal/submissions/{row.reference}/versions/").content.decode()
    assert "<ins>Mends the clock.</ins>" in page and "<del>none</del>" in page
    assert "<del>firmware@tarnwick.example</del>" in page and "The Secretariat asks" not in page


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " "}, "Write an answer"),
        ({"text": "Hex."}, "Choose White, Green, Amber or Red"),
    ],
)
def test_an_answer_that_lacks_something_is_shown_again_with_what_was_typed(cast, asked, given, words):
    answer = post(signed_in(cast.manufacturer), asked, "answer", {**given, "document": upload()})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert fresh(asked).state == State.QUERIED and not Document.objects.exists()


def test_an_answer_waits_until_everything_required_is_there_again(cast, asked):
    row = drafts.save_draft(
        submission=asked, by=cast.manufacturer, at=NOON, version=asked.version, values={"fir_phone": ""}
    )
    answer = post(signed_in(cast.manufacturer), row, "answer", {"text": "Hex."})
    page = answer.content.decode()
    assert answer.status_code == 422 and "one thing to put right" in page and "\nHex.</textarea>" in page
    assert fresh(row).state == State.QUERIED


def test_an_answer_to_a_page_that_is_out_of_date_changes_nothing(cast, asked):
    browser = signed_in(cast.manufacturer)
    answer = browser.post(
        f"/portal/submissions/{asked.reference}/answer/", {"version": asked.version - 1, "text": "Hex."}
    )
    assert answer.status_code == 409 and fresh(asked).state == State.QUERIED


def test_a_queried_submission_can_be_withdrawn(cast, asked):
    browser = signed_in(cast.manufacturer)
    assert (
        "Withdraw this submission?"
        in browser.get(f"/portal/submissions/{asked.reference}/withdraw/").content.decode()
    )
    assert post(browser, asked, "withdraw", {"reason": "Another device."}).status_code == 302
    assert fresh(asked).state == State.WITHDRAWN


def test_the_paper_says_all_of_it_with_name_classification_and_instant(cast, asked):
    page = signed_in(cast.manufacturer).get(f"/portal/submissions/{asked.reference}/print/").content.decode()
    assert "Classification: Amber" in page and str(cast.manufacturer) in page
    assert "Release notes" in page and "Is &lt;b&gt;0508&lt;/b&gt; BCD or hex?" in page


@pytest.mark.parametrize("page", ["versions", "print", "answer"])
def test_another_organisation_meets_nothing_at_these_addresses(cast, asked, page):
    assert signed_in(cast.rival).get(f"/portal/submissions/{asked.reference}/{page}/").status_code == 404


def test_versions_that_there_are_not_are_not_found(cast, asked):
    browser = signed_in(cast.manufacturer)
    assert browser.get(f"/portal/submissions/{asked.reference}/versions/?a=1&b=9").status_code == 404
