"""A correction: same number, evidence, two people; never a removal (A-64)."""

import pytest
from django.db import connection

from cpl.models import CorrectionRequest, DeviceModel, ListChange, ListingPeriod
from cpl.services import corrections, list_changes
from secgov.accounts.models import Membership, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Obligation
from tests.factories import devices, publishing

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(publishing.with_entry)]
NOON = devices.NOON


@pytest.fixture
def cast(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def entry(world):
    """An entry on the list, submitted by the manufacturer."""
    return world[1]


def asked(cast, entry, **values):
    """A correction that the owner asks for."""
    return corrections.ask_correction(
        model=entry, by=cast.manufacturer, at=NOON, values=values, reason="A slip of ours.", evidence=None,
        evidence_note="Page 2 of the CPA Certificate.",
    )  # fmt: skip


def proposed(cast, request):
    """A correction proposed to a second person."""
    return corrections.propose_correction(
        request=request, by=cast.secretariat, at=NOON, version=request.version, reason="Seen on the certificate.",
        public_reason="Typing error in the submission.",
    )  # fmt: skip


@pytest.mark.clause("F2.2-2")
def test_corrected_entry_keeps_its_number_its_period_and_its_certificates(cast, entry):
    change = devices.approved(
        proposed(cast, asked(cast, entry, gbcs_version="4.0", spec_version="5.0")), cast.approver
    )
    connection.check_constraints()
    entry = DeviceModel.objects.get()
    assert (entry.pk, entry.gbcs_version, change.kind) == (1, "4.0", "correct")
    period = ListingPeriod.objects.get()
    assert period.is_open and period.identity == entry.identity
    assert set(entry.coverage.values_list("identity", flat=True)) == {entry.identity}
    assert change.before["Specification"] == "SMETS 4.2 / GBCS 3.2"
    assert change.after["Specification"] == "SMETS 5.0 / GBCS 4.0"
    owed = Obligation.objects.standing().about(change)
    assert sorted(owed.values_list("clause", flat=True)) == ["F2.8(a)", "F2.8(b)", "F2.8(c)"]
    assert Act.objects.filter(verb="cpl.device_model.corrected").exists()
    assert not ListChange.objects.filter(kind="remove").exists()


def test_a_correction_without_evidence_is_refused(cast, entry):
    with pytest.raises(Refusal, match="No evidence"):
        corrections.ask_correction(
            model=entry,
            by=cast.manufacturer,
            at=NOON,
            values={"gbcs_version": "4.0", "spec_version": "5.0"},
            reason="x",
            evidence=None,
        )


def test_a_correction_that_changes_nothing_is_refused(cast, entry):
    with pytest.raises(Refusal, match="says this already"):
        asked(cast, entry, firmware_version=entry.firmware_version.lower())


def test_a_value_the_list_could_not_hold_is_refused_naming_its_field(cast, entry):
    with pytest.raises(Refusal) as refused:
        asked(cast, entry, image_hash="12")
    assert refused.value.field == "image_hash"


def test_another_organisation_may_not_ask(cast, entry):
    with pytest.raises(NotPermitted):
        corrections.ask_correction(
            model=entry,
            by=cast.rival,
            at=NOON,
            values={"gbcs_version": "4.0"},
            reason="x",
            evidence=None,
            evidence_note="y",
        )


def test_a_second_request_for_the_same_entry_conflicts(cast, entry):
    asked(cast, entry, gbcs_version="4.0", spec_version="5.0")
    with pytest.raises(Conflict):
        asked(cast, entry, image_hash="cd" * 32)


def test_the_proposer_cannot_approve_a_correction(cast, entry):
    change = proposed(cast, asked(cast, entry, image_hash="cd" * 32))
    with pytest.raises((Refusal, NotPermitted)):
        devices.approved(change, cast.secretariat)


def test_a_correction_sent_back_is_open_again_and_can_be_proposed_anew(cast, entry):
    change = proposed(cast, asked(cast, entry, image_hash="cd" * 32))
    list_changes.send_back(changes=[change], by=cast.approver, at=NOON, reason="Which page?")
    connection.check_constraints()
    request = CorrectionRequest.objects.get()
    assert (request.state, request.change) == ("asked", None)
    devices.approved(proposed(cast, request), cast.approver)
    assert DeviceModel.objects.get().image_hash == "CD" * 32


def test_a_correction_into_another_listed_entry_is_refused(cast, entry):
    other = devices.submitted(
        cast.manufacturer, cast.maker, firmware_version="05080700", image_hash="cd" * 32
    )
    devices.approved(devices.proposed(other, cast.secretariat), cast.approver)
    change = proposed(cast, asked(cast, entry, firmware_version="05080700"))
    with pytest.raises(Refusal, match="Entry 000001: The corrected entry would be the same as entry 000002"):
        devices.approved(change, cast.approver)


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_request_that_ends_without_a_change_leaves_nothing_owed(cast, entry, end):
    request = asked(cast, entry, image_hash="cd" * 32)
    who = cast.secretariat if end == "decline" else cast.manufacturer
    getattr(corrections, f"{end}_correction")(
        request=request, by=who, at=NOON, version=request.version, reason="No."
    )
    connection.check_constraints()
    assert not Obligation.objects.standing().about(request).exists()
    asked(cast, entry, image_hash="cd" * 32)


@pytest.mark.parametrize("step", ["propose", "decline", "approve"])
def test_nobody_decides_on_what_an_organisation_asked_to_which_they_belong_as_well(cast, entry, step):
    request = asked(cast, entry, image_hash="cd" * 32)
    person = cast.approver if step == "approve" else cast.secretariat
    change = proposed(cast, request) if step == "approve" else None
    Membership.objects.create(user=person, organisation=cast.maker, role=Role.MANUFACTURER, began_at=NOON)
    acts = {
        "approve": lambda: devices.approved(change, person),
        "propose": lambda: proposed(cast, request),
        "decline": lambda: corrections.decline_correction(
            request=request, by=person, at=NOON, version=request.version, reason="It is right."
        ),
    }
    with pytest.raises(Refusal, match="your own organisation"):
        acts[step]()
    assert DeviceModel.objects.get().image_hash == "AB" * 32


def test_secretariat_proposes_what_it_found_itself(cast, entry):
    request = corrections.ask_correction(
        model=entry, by=cast.secretariat, at=NOON, values={"image_hash": "cd" * 32}, reason="Seen.", evidence=None,
        evidence_note="Page 2.",
    )  # fmt: skip
    devices.approved(proposed(cast, request), cast.approver)
    assert DeviceModel.objects.get().image_hash == "CD" * 32
