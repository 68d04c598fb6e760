"""Which entries of the real edition would have been warned about: the known wrong ones are among them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from cpl.rules.list_review import warned_entries
from cpl.services.import_list import import_list
from cpl.services.warnings import entries_to_compare
from secgov.accounts.models import Role
from secgov.journal.actors import Actor
from tests.cpl.desk import signed_in, text_of
from tests.factories import people
from tests.factories.published_list import REAL_EDITION

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project"),
]
TWO_FIRMWARES = {
    "000140",
    "000141",
    "000165",
    "000600",
}  # the second entry with each of the four suspicious Hashes
LISTED_WRONGLY = {"000629", "000630", "000631"}
LISTED_AGAIN = {"000710", "000711", "000712"}
FALSE_ALARMS = 22  # as docs/warnings.md states them; more would wear people out


@pytest.fixture
def imported(db: None) -> None:
    """The whole edition, taken over."""
    import_list(
        data=REAL_EDITION.read_bytes(),
        file_name=REAL_EDITION.name,
        actor=Actor(None, "Operator"),
        at=dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC),
    )


@pytest.mark.clause("Z2.1(h)(iii)")
@pytest.mark.clause("Z2.1(d)")
def test_known_wrong_entries_are_warned_about_and_few_others(imported: None) -> None:
    codes = {
        entry.number: {each.code for each in warnings}
        for entry, warnings in warned_entries(entries_to_compare())
    }
    assert {number for number, found in codes.items() if "hash-two-firmwares" in found} == TWO_FIRMWARES
    assert all("version-pair" in codes[number] for number in LISTED_WRONGLY)
    assert all("removed-device-other-pair" in codes[number] for number in LISTED_AGAIN)
    assert len(codes.keys() - TWO_FIRMWARES - LISTED_WRONGLY - LISTED_AGAIN) == FALSE_ALARMS


def test_page_of_entries_out_of_line_shows_them_to_the_desk(imported: None) -> None:
    page = signed_in(people.person(Role.SECRETARIAT)).get(reverse("admin:cpl_devicemodel_warned"))
    words = text_of(page)
    assert "729 judged" in words and "32 of them" in words
    assert all(number in words for number in TWO_FIRMWARES | LISTED_WRONGLY | LISTED_AGAIN)


def test_page_of_entries_out_of_line_is_the_desks_alone(db: None) -> None:
    address = reverse("admin:cpl_devicemodel_warned")
    assert signed_in(people.person(Role.MANUFACTURER)).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert "No entry looks out of line" in text_of(signed_in(people.person(Role.SECRETARIAT)).get(address))
