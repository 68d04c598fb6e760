"""The pages of many devices at once, and of coming in, as people see them: accessible, and fitting at two widths."""

import os
import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from cpl.models import SubmissionGroup, Upload
from cpl.tasks import check_uploads
from secgov.accounts.models import Registration, Role
from secgov.journal import clock
from secgov.journal.services import send_messages
from tests.browser.conftest import Opened
from tests.browser.look import faults, follow
from tests.browser.test_pages import sign_in
from tests.cpl.submitting import signed_in
from tests.factories import casts, devices, people
from tests.factories.device_lists import as_csv, row, upload_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def keep_picture(page: Page, name: str) -> None:
    """Keep a picture of the page at both widths where a folder for pictures is named."""
    if folder := os.environ.get("PICTURES"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def test_pages_of_many_devices_are_accessible_and_fit(opened: Opened, live_server: LiveServer) -> None:
    cast = casts.cast()
    listed = devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    client = signed_in(cast.manufacturer)
    good = [row(1), row(2, image_hash=listed.submission.image_hash), row(3)]
    for rows in ([row(1, firmware_version="10203"), row(2, fir_phone="")], good, good[:1]):
        client.post(
            "/portal/submissions/upload/", {"organisation": cast.maker.pk, "file": upload_of(as_csv(rows))}
        )
        if len(rows) != 1:
            check_uploads()
    refused, checked, waiting = Upload.objects.order_by("id")
    client.post(f"/portal/submissions/uploads/{checked.pk}/drafts/")
    group = SubmissionGroup.objects.get()
    client.post(
        "/portal/submissions/upload/", {"organisation": cast.maker.pk, "file": upload_of(as_csv(good))}
    )
    Upload.objects.filter(pk=waiting.pk).update(rows_total=10_000, rows_done=4_500, claimed_at=clock.now())
    check_uploads()
    places = {
        "upload": "/portal/submissions/upload/",
        "refused": f"/portal/submissions/uploads/{refused.pk}/",
        "made": f"/portal/submissions/uploads/{checked.pk}/",
        "waiting": f"/portal/submissions/uploads/{waiting.pk}/",
        "checked": f"/portal/submissions/uploads/{Upload.objects.latest('id').pk}/",
        "group": f"/portal/submissions/groups/{group.reference}/",
        "like": "/portal/submissions/like/1/",
        "submissions": "/portal/submissions/",
    }
    with opened(1280) as page:
        sign_in(page, live_server.url, cast.manufacturer)
        found = []
        for name, place in places.items():
            found += faults(page, live_server.url + place)
            keep_picture(page, name)
        follow(page.get_by_role("link", name="Many devices at once"))
        follow(page.get_by_role("button", name="Upload and check"))
        assert page.get_by_role("alert").is_visible() and page.title().startswith("Error: ")
    assert not found, "\n".join(found)


def test_pages_of_coming_in_are_accessible_and_fit(opened: Opened, live_server: LiveServer) -> None:
    cast = casts.cast()
    form = {
        "organisation_name": "Brackenfell Metering", "kind": "manufacturer", "person_name": "Ada Brook",
        "email": "ada@brackenfell.example", "phone": "+44 1632 960114", "note": "We make gas meters.",
    }  # fmt: skip
    Client().post("/register/", form)
    send_messages(clock=clock.now)
    [confirm] = re.findall(r"/register/confirm/\w+/", mail.outbox[-1].body)
    administrator = people.person(Role.ORGANISATION_ADMIN, cast.maker)
    signed_in(administrator).post(
        "/portal/people/",
        {"organisation": cast.maker.pk, "email": "b@tarnwick.example", "role": "manufacturer"},
    )
    send_messages(clock=clock.now)
    [invited] = re.findall(r"/invitations/\w+/", mail.outbox[-1].body)
    with opened(1280) as page:
        found = []
        for name, place in {"register": "/register/", "confirm": confirm, "invitation": invited}.items():
            found += faults(page, live_server.url + place)
            keep_picture(page, name)
        found += faults(page, f"{live_server.url}/invitations/none/", status=404)
        page.goto(f"{live_server.url}/register/")
        follow(page.get_by_role("button", name="Register"))
        assert page.get_by_role("alert").is_visible()
        keep_picture(page, "register-errors")
        page.goto(live_server.url + confirm)
        follow(page.get_by_role("button", name="Confirm"))
        sign_in(page, live_server.url, administrator)
        found += faults(page, f"{live_server.url}/portal/people/")
        keep_picture(page, "people")
        page.goto(f"{live_server.url}/accounts/logout/")
        follow(page.get_by_role("button", name="Sign out"))
        sign_in(page, live_server.url, cast.secretariat)
        registration = Registration.objects.get()
        for name, place in {
            "board": "/admin/",
            "decide": f"/admin/accounts/registration/{registration.pk}/change/",
        }.items():
            found += faults(page, live_server.url + place)
            keep_picture(page, name)
    assert not found, "\n".join(found)
