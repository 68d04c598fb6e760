"""Guidance for each kind of reader, open to everybody."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.clause("X-2")
@pytest.mark.parametrize(
    ("page", "words", "assumption"),
    [
        ("suppliers", "Nobody has to be a Party", "A-01"),
        ("dcc", "suspend no Device for it", "A-20"),
        ("parties", "Reading needs no sign-in", "A-67"),
    ],
)
def test_each_kind_of_reader_has_its_guidance_with_the_assumptions_that_bear_on_it(page, words, assumption):
    answer = Client().get(f"/guidance/{page}/")
    text = answer.content.decode()
    assert answer.status_code == 200 and words in text and f'href="/guidance/#{assumption}"' in text


def test_the_way_to_the_secretariat_stands_on_every_page(settings):
    settings.DEFAULT_FROM_EMAIL = "desk@cpl.example"
    assert 'href="/guidance/contact/"' in Client().get("/").content.decode()
    assert "desk@cpl.example" in Client().get("/guidance/contact/").content.decode()


def test_there_is_no_guidance_for_readers_that_there_are_not():
    assert Client().get("/guidance/martians/").status_code == 404


def test_every_assumption_named_in_the_guidance_stands_on_its_page():
    whole = Client().get("/guidance/").content.decode()
    for page in ("suppliers", "dcc", "parties"):
        text = Client().get(f"/guidance/{page}/").content.decode()
        for number in ("A-01", "A-05", "A-20", "A-36", "A-40", "A-64", "A-67", "A-70"):
            if f"#{number}" in text:
                assert f'id="{number}"' in whole
