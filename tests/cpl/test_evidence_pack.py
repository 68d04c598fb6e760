"""An evidence pack: what it holds, who may take it, and that it verifies without this system until a byte is changed."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cpl.models import DeviceModel, Edition
from cpl.services.evidence import evidence_of_edition, evidence_of_entry, evidence_of_obligation
from cpl.services.evidence_pack import pack_evidence
from secgov.accounts.models import Role
from secgov.documents.models import Reading
from secgov.documents.services import store_document
from secgov.errors import NotPermitted
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from tests.factories import devices, people, publishing, removing


def sealed_edition(settings, folder):
    """A listing in an edition, sealed, with an Amber certificate document, and an auditor."""
    publishing.signing_key(settings, folder)
    stage = publishing.stage(parties=1)
    change = publishing.listed(stage.cast)
    stage.model = DeviceModel.objects.get()
    paper = store_document(
        upload=SimpleUploadedFile("cpa.pdf", b"%PDF-1.4\n%%EOF\n"), classification="amber",
        organisation=stage.cast.maker, by=stage.cast.manufacturer, at=devices.NOON,
    )  # fmt: skip
    certificate = change.submission.certificates.first().certificate
    devices.restated(certificate, document=paper)
    publishing.publish(ISSUED)
    publishing.carry(ISSUED)
    journal.seal_acts()
    stage.auditor = people.person(Role.AUDITOR)
    return stage


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(sealed_edition)]


ISSUED = devices.NOON.replace(minute=31)


@pytest.fixture
def stage(world):
    """A listing in an edition, sealed, with an Amber certificate document, and an auditor."""
    return world


def pack(evidence, person, folder):
    """Take a pack and unpack it."""
    data = pack_evidence(evidence=evidence, by=person, at=ISSUED)
    zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
    return folder


def verified(folder):
    """Run the verifier that lies in the pack, in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify_pack.py")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.clause("TR-10")
def test_pack_of_an_entry_holds_its_acts_documents_seals_and_manifest_and_verifies(stage, tmp_path):
    folder = pack(evidence_of_entry(stage.model), stage.auditor, tmp_path / "pack")
    code, said = verified(folder)
    assert (code, "The pack holds." in said) == (0, True), said
    assert "anchored by the manifests of: 0.001" in said
    assert any("cpa.pdf" in file.name for file in (folder / "documents").iterdir())
    readme = (folder / "README.html").read_text()
    assert "cpl.device_model.listed" in readme and "F2.8(a)" in readme and "amber" in readme


@pytest.mark.clause("TR-10")
@pytest.mark.parametrize("gather", ["edition", "obligation"])
def test_packs_of_editions_and_obligations_verify_too(stage, tmp_path, gather):
    evidence = (
        evidence_of_edition(Edition.objects.get())
        if gather == "edition"
        else evidence_of_obligation(Obligation.objects.filter(clause="F2.8(a)").get())
    )
    assert verified(pack(evidence, stage.auditor, tmp_path / "pack"))[0] == 0


@pytest.mark.clause("TR-10")
@pytest.mark.parametrize("struck", ["acts.json", "journal", "documents", "manifests"])
def test_changed_byte_is_found(stage, tmp_path, struck):
    folder = pack(evidence_of_entry(stage.model), stage.auditor, tmp_path / "pack")
    file = folder / struck if struck == "acts.json" else sorted((folder / struck).glob("*.*"))[0]
    file.write_bytes(file.read_bytes() + b" ")
    assert verified(folder)[0] == 1


@pytest.mark.clause("TR-10")
def test_taking_a_pack_is_an_act_and_reading_what_is_not_white_is_noted(stage, tmp_path):
    pack(evidence_of_entry(stage.model), stage.auditor, tmp_path / "pack")
    assert Reading.objects.get().read_by == stage.auditor
    assert Act.objects.get(verb="cpl.evidence.taken").actor == stage.auditor


@pytest.mark.clause("TR-10")
def test_nobody_else_takes_one(stage, client):
    for person in (stage.cast.approver, stage.cast.manufacturer):
        with pytest.raises(NotPermitted):
            pack_evidence(evidence=evidence_of_entry(stage.model), by=person, at=ISSUED)
    client.force_login(stage.auditor, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/admin/evidence/entry/{stage.model.pk}/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert client.get(f"/admin/evidence/entry/{stage.model.pk}/").status_code == 405
    assert b"cpa.pdf" in client.get("/admin/readings/").content
    client.force_login(stage.cast.approver, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/admin/readings/").status_code == 403


@pytest.mark.clause("TR-10")
@pytest.mark.parametrize(("kind", "page"), [("entry", "devicemodel"), ("edition", "edition")])
def test_desk_pages_of_entries_and_editions_give_the_pack_to_the_secretariat_and_the_auditor_alone(
    stage, client, kind, page
):
    key = stage.model.pk if kind == "entry" else Edition.objects.get().pk
    address, button = f"/admin/cpl/{page}/{key}/change/", f'action="/admin/evidence/{kind}/{key}/"'
    for person in (stage.auditor, stage.cast.secretariat):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert button in client.get(address).content.decode()
        answer = client.post(f"/admin/evidence/{kind}/{key}/")
        assert f"evidence-{kind}-{key}.zip" in answer["Content-Disposition"]
        assert "SHA256SUMS" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    client.force_login(stage.cast.approver, backend="allauth.account.auth_backends.AuthenticationBackend")
    shown = client.get(address)
    assert shown.status_code == 200 and "/admin/evidence/" not in shown.content.decode()
    assert client.post(f"/admin/evidence/{kind}/{key}/").status_code == 403


@pytest.mark.clause("TR-10")
def test_act_that_was_put_in_afterwards_is_found_though_the_sums_were_made_anew(stage, tmp_path):
    folder = pack(evidence_of_entry(stage.model), stage.auditor, tmp_path / "pack")
    acts = json.loads((folder / "acts.json").read_text())
    forged = acts[-1] | {"id": 10**9, "verb": "cpl.device_model.removed", "reason": "Forged."}
    (folder / "acts.json").write_text(json.dumps([*acts, forged]))
    lines = [line for line in (folder / "SHA256SUMS").read_text().splitlines() if "acts.json" not in line]
    digest = hashlib.sha256((folder / "acts.json").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text("\n".join([*lines, f"{digest}  acts.json"]) + "\n")
    code, said = verified(folder)
    assert code == 1 and "in no seal" in said


@pytest.mark.clause("TR-10")
def test_pack_of_a_removed_entry_holds_what_its_removal_rests_on(stage, tmp_path):
    group = removing.committee(stage.cast)
    letter = SimpleUploadedFile("withdrawn.pdf", b"%PDF-1.4\n%%EOF\n")
    event = removing.reported(group, removing.certificate_of(stage.model, "NCSC"))
    removing.determined(group, stage.model)
    removing.confirmed(group, event, upload=letter, classification="amber")
    change = devices.approved(removing.waiting_removal(stage.model), group.approver, at=ISSUED)
    wanted = {
        "cpl.certificate_event.reported", "cpl.certificate_event.confirmed", "cpl.determination.bound",
        "cpl.list_change.approved", "cpl.certificate.validated",
    }  # fmt: skip
    asked = Obligation.objects.get(subject_type="cpl.certificateevent")
    for place, evidence in enumerate(
        (evidence_of_entry(stage.model), evidence_of_obligation(asked),
         evidence_of_obligation(Obligation.objects.about(change)[0]))
    ):  # fmt: skip
        folder = pack(evidence, stage.auditor, tmp_path / f"pack-{place}")
        assert verified(folder)[0] == 0
        verbs = {each["verb"] for each in json.loads((folder / "acts.json").read_text())}
        missing = {"cpl.determination.bound", "cpl.list_change.approved"} if place == 1 else set()
        assert wanted - missing <= verbs
        assert any("withdrawn.pdf" in file.name for file in (folder / "documents").iterdir())


@pytest.mark.clause("TR-10")
def test_pack_holds_the_manifest_that_anchors_its_acts_though_no_edition_tells_of_the_case(stage, tmp_path):
    expected = Obligation.objects.exclude(subject_type__in=("cpl.listchange", "cpl.edition")).first()
    code, said = verified(pack(evidence_of_obligation(expected), stage.auditor, tmp_path / "pack"))
    assert code == 0 and "anchored by the manifests of: 0.001" in said
