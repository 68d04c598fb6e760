"""From a vulnerability to the edition that lists its remedy, through the pages, the DCC's system and the desk."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from cpl.models import DeviceModel, Edition, ListChange, Submission
from secgov.accounts.models import Role
from secgov.journal import clock
from secgov.journal.models import Act, Message, Notice
from ssc.models import FastTrackRequest, TestSlot, VulnerabilityNotification
from ssc.services import fast_track_tests
from tests.api.conftest import client_of
from tests.cpl.submitting import begin, fill, hand_in, signed_in
from tests.factories import dcc_lists, people, publishing
from tests.factories.fast_tracking import FROM, tracks

pytestmark = pytest.mark.django_db
FIRMWARE = "00070809"
DEVICE = f"Single Element Electricity Metering Equipment/7B25/3138/42/0A/{FIRMWARE}"
DAY = dt.timedelta(days=1)
REASON = {"reason": "Looked at with care."}
SECRET = "Key material can be read over the optical port."


@pytest.fixture
def cast(settings, tmp_path):
    """Everybody, with the regime in effect and a key to sign with."""
    settings.FAST_TRACK_FROM = FROM
    publishing.signing_key(settings, tmp_path)
    return tracks()


def written(day):
    """A day as people type it."""
    return f"{day.day} {day:%B %Y}"


def step(browser, row, name, **values):
    """Take a step on the request's page, as it stands now."""
    row = FastTrackRequest.objects.get(pk=row.pk)
    version = row.view.version if name == "ratify" else row.version
    answer = browser.post(
        reverse("ssc:fast-track-step", args=[row.reference, name]), {"version": version, **values}
    )
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]+)', answer.content.decode())
    return FastTrackRequest.objects.get(pk=row.pk)


def on_cpl(device):
    """What the DCC's systems are answered on a device."""
    names = (
        "device_type",
        "manufacturer",
        "model",
        "hardware_version",
        "hardware_revision",
        "firmware_version",
    )
    return (
        Client().get("/api/v1/cpl/status/", dict(zip(names, device.split("/"), strict=True))).json()["on_cpl"]
    )


@pytest.mark.clause("PPCT-4.1.2-m", "PPCT-4.1.2-o", "PPCT-4.1.2-i")
def test_firmware_goes_from_the_fast_track_to_the_edition_that_lists_it(cast, edition_dir):
    today = clock.now().date()
    participant, dcc, chair, secretary = map(
        signed_in, (cast.participant, cast.dcc, cast.chair, cast.secretary)
    )
    other = people.organisation("Rawthey Power", "party")
    slot = {"organisation": other.pk, "combination": "Rawthey pair", "planned_on": written(today + 6 * DAY)}
    assert dcc.post(reverse("ssc:plan-test"), slot).status_code == 302
    notified = {"vulnerability": SECRET, "steps": "New firmware", "intended_by": written(today + 60 * DAY)}
    assert participant.post(reverse("ssc:vulnerabilities"), notified).status_code == 302
    [option] = re.findall(
        r'<option value="(\d+)"', participant.get(reverse("ssc:new-fast-track")).content.decode()
    )
    asked = {
        "ground": "MATERIAL_SECURITY_VULNERABILITY", "provider": "North", "devices": f"{DEVICE}\n{dcc_lists.HUB}",
        "new_device": DEVICE, "purpose": "Newer key handling", "notification": option,
        "assessment": "No S1SR or DMVES interface changes.", "affects_interoperability": "no",
    }  # fmt: skip
    wrong = participant.post(reverse("ssc:new-fast-track"), asked | {"ground": "OTHER", "assessment": ""})
    page = wrong.content.decode()
    assert (
        wrong.status_code == 422
        and "only for a material security vulnerability" in page
        and "PPCT-9.2" in page
    )
    assert participant.post(reverse("ssc:new-fast-track"), asked).status_code == 302
    row = FastTrackRequest.objects.get()

    days = {"date_if_not": written(today + 40 * DAY), "date_if_fast": written(today + 5 * DAY)}
    row = step(dcc, row, "seek", asks_whether_notified="on", **days)
    page = chair.get(reverse("ssc:fast-track-request", args=[row.reference])).content.decode()
    assert "Answer the DCC" in page and "How the Chair" not in page and "VN-" in page
    row = step(chair, row, "view", was_notified="yes", is_material="yes", warrants="yes")
    moved = TestSlot.objects.get(organisation=other)
    row = step(dcc, row, "grant", **{f"slot_{moved.pk}": written(today + 20 * DAY)})
    assert list(
        Notice.objects.filter(title__contains="day of your test").values_list("organisation", flat=True)
    ) == [other.pk]
    step(secretary, row, "ratify", ratified="yes", minute_reference="SSC 112, item 4", **REASON)
    step(participant, row, "interoperability", text="The alert order changes.")
    step(dcc, row, "sets", received_on=written(today))
    step(dcc, row, "test")
    assert on_cpl(DEVICE) is False, "whatever the urgency, nothing is on the list before its test"
    row = step(dcc, row, "result", has_passed="yes", tested_on=written(today), evidence="PPCT-77")

    maker = signed_in(people.person(Role.MANUFACTURER))
    hardware = {"pair": "SMETS|1.2|0.0", "firmware_version": FIRMWARE}
    submission = hand_in(maker, fill(maker, begin(maker), hardware=hardware))
    desk, second = signed_in(people.person(Role.SECRETARIAT)), signed_in(people.person(Role.APPROVER))
    press(desk, "admin:cpl_submission_take_up", submission)
    refused = press(desk, "admin:cpl_submission_propose", submission, **REASON)
    assert refused.status_code == 422 and "PPCT-4.1.2" in refused.content.decode()

    system = client_of(people.person(Role.DCC_CLIENT, cast.dcc.memberships.get().organisation))
    eligible = dcc_lists.eligible(devices=[DEVICE, dcc_lists.HUB], evidence="PPCT-77")
    assert (
        system.put("/api/v1/smets1/eligible/", dcc_lists.as_json(eligible), "application/json").status_code
        == 201
    )
    assert fast_track_tests.watch_fast_tracks(clock=clock.now) == 1
    page = participant.get(reverse("ssc:fast-track-request", args=[row.reference])).content.decode()
    assert "On the Eligible list" in page and "Tell the DCC" not in page

    assert press(desk, "admin:cpl_submission_propose", submission, **REASON).status_code == 302
    change = ListChange.objects.get()
    approve = reverse("admin:cpl_listchange_approve")
    shown = second.get(approve, {"change": change.pk})
    form = {
        "change": [f"{change.pk}:{change.version}"], "digest": shown.context["form"].initial["digest"], "decision": "approve",
    } | REASON  # fmt: skip
    assert second.post(approve, form).status_code == 302
    [edition] = publishing.publish(clock.now(), at_once=True)
    assert on_cpl(DEVICE) is True and edition.changes.get().device_model == DeviceModel.objects.get()
    assert Edition.objects.count() == 1
    for told in (
        *Message.objects.values_list("context", flat=True),
        *Notice.objects.values_list("title", flat=True),
    ):
        assert SECRET not in str(told)


def press(browser, address, submission, **values):
    """Press a button of the desk on a submission, as it stands now."""
    version = Submission.objects.get(pk=submission.pk).version
    return browser.post(reverse(address, args=[submission.pk]), {"version": version, **values})


def test_nobody_but_those_named_finds_a_request_or_a_notification(cast):
    today = clock.now().date()
    participant = signed_in(cast.participant)
    notified = {"vulnerability": SECRET, "steps": "New firmware", "intended_by": written(today + DAY)}
    participant.post(reverse("ssc:vulnerabilities"), notified)
    told = VulnerabilityNotification.objects.get()
    asked = {
        "ground": "MATERIAL_SECURITY_VULNERABILITY", "provider": "North", "devices": DEVICE, "new_device": DEVICE,
        "purpose": "Newer key handling", "assessment": "None.", "affects_interoperability": "no",
    }  # fmt: skip
    participant.post(reverse("ssc:new-fast-track"), asked)
    address = reverse("ssc:fast-track-request", args=[FastTrackRequest.objects.get().reference])
    seen = {}
    for name, user in (
        ("rival", cast.rival), ("dcc", cast.dcc), ("member", cast.member), ("secretariat", people.person(Role.SECRETARIAT)),
        ("manufacturer", people.person(Role.MANUFACTURER)),
    ):  # fmt: skip
        browser = signed_in(user)
        listed = browser.get(reverse("ssc:vulnerabilities"))
        assert SECRET not in listed.content.decode(), "a list is not yet the reading of it"
        read = browser.get(reverse("ssc:vulnerability", args=[told.reference]))
        seen[name] = (
            browser.get(address).status_code,
            read.status_code == 200 and SECRET in read.content.decode(),
        )
    assert seen == {
        "rival": (404, False), "dcc": (200, False), "member": (200, True), "secretariat": (403, False),
        "manufacturer": (404, False),
    }  # fmt: skip
    noted = Act.objects.filter(verb="ssc.vulnerability.read").values_list("actor", "subject_name")
    assert list(noted) == [(cast.member.pk, told.reference)], "who may not read it has not read it"
    readings = signed_in(people.person(Role.AUDITOR)).get("/admin/readings/").content.decode()
    assert told.reference in readings and str(cast.member) in readings and SECRET not in readings


def test_pages_say_that_the_regime_is_not_in_effect_and_take_nothing(cast, settings):
    settings.FAST_TRACK_FROM = None
    participant = signed_in(cast.participant)
    page = participant.get(reverse("ssc:fast-track")).content.decode()
    assert "not in effect" in page and reverse("ssc:new-fast-track") not in page
    asked = {
        "ground": "MATERIAL_SECURITY_VULNERABILITY", "provider": "North", "devices": DEVICE, "new_device": DEVICE,
        "purpose": "Newer key handling", "assessment": "None.", "affects_interoperability": "no",
    }  # fmt: skip
    assert participant.post(reverse("ssc:new-fast-track"), asked).status_code == 422
    assert not FastTrackRequest.objects.exists()
