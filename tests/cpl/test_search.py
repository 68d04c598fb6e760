"""One box over submissions, entries, certificates and organisations."""

import pytest

from secgov.accounts.models import Organisation
from secgov.web.finding import find
from tests.cpl.desk import signed_in, text_of
from tests.factories import casts, devices

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> casts.Cast:
    """Who plays, with one entry listed and one submission that waits."""
    made = casts.cast()
    Organisation.objects.exclude(name__in=["Tarnwick Gas Meters", "Code administrator"]).update(
        name="Somebody else"
    )  # the factories number the others
    listed = devices.submitted(made.manufacturer, made.maker)
    devices.approved(devices.proposed(listed, made.secretariat), made.approver)
    devices.submitted(made.manufacturer, made.maker, firmware_version="05080700", image_hash="cd" * 32)
    return made


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("000001", {"Entries": 1, "Submissions": 1}),
        ("1", {"Entries": 1, "Submissions": 1, "Certificates": 4}),
        ("050806", {"Entries": 1, "Submissions": 1, "Certificates": 2}),
        ("00000300", {"Entries": 1, "Submissions": 2}),
        ("ababab", {"Entries": 1, "Submissions": 1}),
        ("tarnwick", {"Entries": 1, "Submissions": 2, "Organisations": 1}),
        ("tarnwick 05080700", {"Submissions": 1}),
        ("zig26-1-7e3e-05080607", {"Certificates": 1}),
        ("7e3e", {"Entries": 1, "Submissions": 2, "Certificates": 4}),
        ("administrator", {"Organisations": 1}),
        ("nothing of that name", {}),
        ("", {}),
        ("\x00\u202e", {}),
        ("9" * 400, {}),
        ("%", {}),
        ("_", {}),
    ],
)
def test_what_was_typed_is_found_by_kind(cast, asked, kinds):
    found = {group.kind: len(group.rows) for group in find(asked, person=cast.secretariat)}
    assert found == kinds


def test_a_draft_is_its_owner_s_own_business_and_is_not_found(cast):
    devices.draft(cast.manufacturer, cast.maker, firmware_version="0A0A0A0A")
    assert find("0A0A0A0A", person=cast.secretariat) == []


def test_the_page_shows_groups_and_leads_to_each_row(cast, django_assert_max_num_queries):
    desk = signed_in(cast.secretariat)
    with django_assert_max_num_queries(20):
        page = desk.get("/admin/search/?q=tarnwick")
    assert "Entries" in text_of(page) and "/admin/cpl/devicemodel/1/change/" in page.content.decode()
    assert "Nothing fits" in text_of(desk.get("/admin/search/?q=zzzz"))
    assert 'action="/admin/search/"' in desk.get("/admin/").content.decode()
