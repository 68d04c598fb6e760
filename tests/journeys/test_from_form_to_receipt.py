"""The main job, end to end, on a real list: from a manufacturer's form to the DCC's receipt.

Every stone is real: the portal and the desk by HTTP, PostgreSQL, the broker, a worker in a process of its own with the
application's database role, a mail server, and the offline verifier in a process without Django.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as project
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cpl.models import AssuranceCertificate, DeviceModel, Edition, ListChange, Submission
from cpl.sample import register
from secgov.accounts.models import Role
from secgov.journal.models import Obligation
from tests.api.conftest import client_of
from tests.cpl import submitting
from tests.factories import people, publishing
from tests.journeys.mailbox import mail_server
from tests.journeys.worker import wait_for, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("true_clock")]
REAL = Path(project.BASE_DIR).parent / "shared" / "data" / "cpl_v2051_2022-09-21.csv"
REASON = {"reason": "Looked at with care."}
CERTIFICATES = (
    {"number": "CPA-SM-24-1391"},
    {
        "body": "ZIGBEE",
        "number": "ZIG24311",
        "standard": "ZigBee Smart Energy",
        "renews_on": "",
        "sc_version": "",
    },
    {
        "body": "DLMS",
        "number": "DLMS-3188",
        "standard": "DLMS conformance",
        "renews_on": "",
        "sc_version": "",
    },
)


def hurry(*tasks: str) -> None:
    """Do what beat does, at once."""
    for task in tasks:
        current_app.send_task(task)


def placed(number: int) -> Edition | None:
    """An edition whose files and witness stand."""
    return Edition.objects.placed().filter(number=number).first()


def decide(client: Client, change: ListChange) -> None:
    """Look at a change as the second person, and approve exactly that."""
    url = reverse("admin:cpl_listchange_approve")
    page = client.get(f"{url}?change={change.pk}")
    form = {
        "change": [f"{each.pk}:{each.version}" for each in page.context["changes"]],
        "digest": page.context["form"].initial["digest"],
        "decision": "approve",
    }
    assert client.post(url, form | REASON).status_code == 302


def attest_and_propose(client: Client, submission: Submission) -> ListChange:
    """Do the Secretariat's side by the desk's buttons."""
    client.post(
        reverse("admin:cpl_submission_take_up", args=[submission.pk]), {"version": submission.version}
    )
    for certificate in AssuranceCertificate.objects.filter(state="recorded"):
        client.post(
            reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk]),
            {"version": certificate.version, "marks_seen": "on", "models_named": "on", **REASON},
        )
    version = Submission.objects.get(pk=submission.pk).version
    client.post(reverse("admin:cpl_submission_propose", args=[submission.pk]), {"version": version, **REASON})
    return ListChange.objects.get(submission=submission)


@pytest.mark.parametrize("source", ["the real edition", "the sample list"])
@pytest.mark.clause("F2.1-D1", "F2.8(a)", "F2.8(b)", "F2.8(c)", "F2.9-1", "F2.9-2", "F2.14", "F2.16-2")
def test_device_goes_from_the_form_to_the_dcc(source, settings, tmp_path, edition_dir):
    listing = REAL if source == "the real edition" else register.LIST
    if not listing.exists():
        pytest.skip("the real edition is not beside the project")
    key_file = publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=3)
    maker = submitting.signed_in(stage.cast.manufacturer)
    desk, second = submitting.signed_in(stage.cast.secretariat), submitting.signed_in(stage.cast.approver)
    dcc = client_of(stage.client)

    with (
        mail_server() as (mailbox, email_url),
        worker(folder=tmp_path, email_url=email_url, key_file=key_file, editions=edition_dir),
    ):
        call_command("import_cpl", str(listing), verbosity=0)
        hurry("cpl.publish")
        before = wait_for(lambda: Edition.objects.placed().first(), "the imported edition")

        draft = submitting.begin(maker)
        submitting.fill(maker, draft)
        for each in CERTIFICATES:
            answer = submitting.give(maker, draft, **each)
            assert answer.status_code == 302, answer.content.decode()
        submission = submitting.hand_in(maker, draft)
        decide(second, attest_and_propose(desk, submission))
        assert Client().get(f"/cpl/entries/{submission.entry_number:06d}/").status_code == 404, (
            "no edition says so yet"
        )
        desk.post(reverse("admin:publish_now"), REASON)
        hurry("cpl.publish")
        edition = wait_for(lambda: placed(before.number + 1), "the next edition")
        hurry("cpl.complete_limbs", "journal.send_messages")
        wait_for(lambda: sum("is out" in letter["Subject"] for letter in mailbox.letters) >= 4, "the mails")
        hurry("cpl.complete_limbs")
        wait_for(lambda: edition.limbs.count() == 3, "the three limbs")

    change = ListChange.objects.get(submission=submission)
    assert not Obligation.objects.standing().about(change).exists()
    assert Obligation.objects.about(change).filter(clause__startswith="F2.8").count() == 3

    files = {}
    for name in ("manifest", "csv", "full", "json"):
        answer = dcc.get(f"/api/v1/cpl/editions/latest/{name}", headers={"Accept-Encoding": "gzip"})
        content = answer.content
        files[name] = tmp_path / f"cpl.{name}"
        files[name].write_bytes(
            gzip.decompress(content) if answer.get("Content-Encoding") == "gzip" else content
        )
        again = dcc.get(f"/api/v1/cpl/editions/latest/{name}", headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
    keys = tmp_path / "keys.json"
    keys.write_bytes(Client().get("/api/v1/keys/").content)
    verdict = subprocess.run(
        [sys.executable, "-m", "secgov.verify", *(str(files[name]) for name in ("csv", "full", "json")),
         "--manifest", str(files["manifest"]), "--key", str(keys), "--environment", settings.ENVIRONMENT_NAME],
        capture_output=True, text=True, env={"PYTHONPATH": str(project.BASE_DIR)}, check=False,
    )  # fmt: skip
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert f"Edition {edition} is genuine and complete" in verdict.stdout

    [clock] = Obligation.objects.filter(clause="F2.9")
    assert clock.is_standing and (clock.due_at - clock.opened_at).total_seconds() == 86_400
    body = {"state": "loaded", "manifest_sha256": edition.manifest_sha256}
    answer = dcc.post(f"/api/v1/cpl/editions/{edition}/receipt/", json.dumps(body), "application/json")
    assert answer.status_code == 201, answer.content
    assert not Obligation.objects.filter(clause="F2.9").standing().exists()

    entry = f"{submission.entry_number:06d}"
    page = Client().get(f"/cpl/entries/{entry}/").content.decode()
    assert "00070804" in page and "firmware@osmotherley.example" not in page
    assert Client().get(f"/fir/{entry}/").status_code == 302
    supplier = submitting.signed_in(people.person(Role.SUPPLIER, stage.parties[0]))
    assert "firmware@osmotherley.example" in supplier.get(f"/fir/{entry}/").content.decode()
    tuple_asked = {
        "device_type": "single_element_esme", "manufacturer": "7B25", "model": "3138", "hardware_version": "42",
        "hardware_revision": "0A", "firmware_version": "00070804",
    }  # fmt: skip
    status = Client().get("/api/v1/cpl/status/", tuple_asked).json()
    assert status["on_cpl"] is True and entry in json.dumps(status)
    assert DeviceModel.objects.get(pk=submission.entry_number).firmware_record_id == submission.entry_number
    call_command("check_promises", verbosity=0)
