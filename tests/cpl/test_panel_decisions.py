"""What the Panel and the Authority decide: SMETS1 removals and returns, rows listed in error, orders (Z6.8, Z6.9, F2.2A)."""

import pytest
from django.db import DatabaseError, connection, transaction

from cpl.models import AuthorityOrder, CorrectionRequest, ListChange, ListingPeriod, PanelDecision
from cpl.promises.entries import orphan_changes, single_person_acts, unlawful_removal
from cpl.services import authority_orders, corrections, list_changes, panel_choices
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Obligation
from tests.factories import devices, removing

pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(removing.with_smets1_entry)]
NOON, DAY = removing.NOON, removing.DAY
LATER = NOON + DAY


@pytest.fixture
def group(world):
    """Who plays."""
    return world[0]


@pytest.fixture
def smets1(world):
    """A SMETS1 entry on the list."""
    return world[1]


def decided(group, entry, at=LATER, others=(), **values):
    """A decision of the Panel, recorded by the Secretariat."""
    given = {
        "kind": "remove", "clause": "Z6.8(b)", "minute_reference": "P/2026/12", "decided_on": at.date(), "reasons": "So minuted.",
        "determined_by": "authority", "determination_reference": "OFG/7",
    }  # fmt: skip
    return panel_choices.record_panel_decision(
        model=entry, by=group.secretariat, at=at, values=given | values, others=others
    )


def advised(group, entry):
    """The SSC's advice to remove an entry."""
    return panel_choices.record_advice(
        model=entry,
        by=group.secretary,
        at=NOON,
        advised_on=NOON.date(),
        minute_reference="SSC/3",
        text="Remove it.",
    )


def ordered(group, entry, outcome, at=LATER, clause="F2.2A"):
    """What the Authority determined, recorded and confirmed."""
    order = authority_orders.record_authority_order(
        model=entry, by=group.recorder, at=at,
        values={"outcome": outcome, "clause": clause, "ordered_on": at.date(), "reference": "OFG/9", "text": "So determined."},
    )  # fmt: skip
    return authority_orders.confirm_authority_order(
        order=order, by=group.secretariat, at=at, version=order.version, agree=True, reason="As received."
    )


def approve(change, group, at):
    """Approve a change as it now stands."""
    return devices.approved(ListChange.objects.get(pk=change.pk), group.approver, at=at)


def is_listed(entry):
    """Whether the entry has an open period."""
    return ListingPeriod.objects.open().filter(device_model=entry).exists()


def limbs(change):
    """How many limbs of F2.8 were ever owed about a change."""
    return Obligation.objects.about(change).filter(by_law=True).count()


def test_addition_of_a_smets1_model_is_a_decision_that_can_be_referred_and_that_of_another_is_none(
    group, smets1
):
    decision = PanelDecision.objects.get()
    assert (decision.kind, decision.state, decision.clause) == ("add", "decided", "F2.1(b)")
    assert decision.changes.get().device_model == smets1
    removing.listed_entry(group.cast, firmware_version="0A0B0C0D")
    assert PanelDecision.objects.count() == 1 and single_person_acts() == 0


@pytest.mark.clause("Z6.8-0")
@pytest.mark.clause("Z6.8(b)")
def test_smets1_model_is_removed_by_decision_and_the_clock_starts_at_approval(group, smets1):
    decision = decided(group, smets1)
    change = decision.changes.get()
    assert (change.kind, change.clause, limbs(change)) == ("remove", "Z6.8(b)", 0) and is_listed(smets1)
    change = approve(change, group, LATER + DAY)
    connection.check_constraints()
    assert (change.required_at, limbs(change)) == (LATER + DAY, 3)
    assert PanelDecision.objects.exclude(kind="add").get().state == "decided" and not is_listed(smets1)
    assert ListingPeriod.objects.get().public_reason.startswith(
        "Devices of this Device Model were determined"
    )
    assert (unlawful_removal(), single_person_acts(), orphan_changes()) == (0, 0, 0)


@pytest.mark.clause("Z6.8-0")
def test_68_is_refused_for_a_smets2_model(group):
    entry = removing.listed_entry(group.cast)
    with pytest.raises(Refusal, match="SMETS1 Device Models on the list only"):
        decided(group, entry)


@pytest.mark.clause("Z6.8(a)")
def test_advice_withdrawn_before_the_approval_blocks_the_removal(group, smets1):
    advice = advised(group, smets1)
    decision = decided(
        group, smets1, clause="Z6.8(a)", advice=advice, determined_by="", determination_reference=""
    )
    panel_choices.withdraw_advice(
        advice=advice, by=group.secretary, at=LATER, version=advice.version, reason="Mended."
    )
    with pytest.raises(Refusal, match="withdrawn its advice"):
        approve(decision.changes.get(), group, LATER + DAY)
    assert is_listed(smets1)


def test_sent_back_removal_leaves_its_decision_sent_back_and_can_be_decided_anew(group, smets1):
    decision = decided(group, smets1)
    list_changes.send_back(
        changes=[decision.changes.get()], by=group.approver, at=LATER, reason="Which minute?"
    )
    connection.check_constraints()
    assert PanelDecision.objects.exclude(kind="add").get().state == "refused"
    decided(group, smets1)


@pytest.mark.clause("F2.2A-3")
def test_decision_not_to_remove_has_two_people_and_no_change_of_the_list(group, smets1):
    decision = decided(group, smets1, kind="not_remove")
    with pytest.raises(NotPermitted):
        panel_choices.confirm_panel_decision(
            decision=decision,
            by=group.secretariat,
            at=LATER,
            version=decision.version,
            agree=True,
            reason="Yes.",
        )
    panel_choices.confirm_panel_decision(
        decision=decision, by=group.approver, at=LATER, version=decision.version, agree=True, reason="Yes."
    )
    connection.check_constraints()
    assert (
        PanelDecision.objects.exclude(kind="add").get().state == "decided" and not decision.changes.exists()
    )


def removed(group, entry, clause="Z6.8(b)", **values):
    """A SMETS1 entry removed under 6.8."""
    approve(decided(group, entry, clause=clause, **values).changes.get(), group, LATER + DAY)


@pytest.mark.clause("Z6.9-1")
def test_reinstated_model_keeps_its_number_and_its_history(group, smets1):
    advice = advised(group, smets1)
    removed(group, smets1, clause="Z6.8(a)", advice=advice)
    at = LATER + 30 * DAY
    change = decided(group, smets1, at=at, kind="reinstate", clause="Z6.9").changes.get()
    change = approve(change, group, at)
    connection.check_constraints()
    first, second = ListingPeriod.objects.filter(device_model=smets1)
    assert (second.origin, second.opened_at, second.is_open) == ("reinstated", at, True)
    assert (first.closing_clause, first.is_open) == ("Z6.8(a)", False)
    assert (change.kind, limbs(change)) == ("reinstate", 3)
    assert (unlawful_removal(), orphan_changes()) == (0, 0)


@pytest.mark.clause("Z6.9-2")
def test_what_was_removed_under_68b_returns_only_when_rectified(group, smets1):
    removed(group, smets1)
    with pytest.raises(Refusal, match="has been rectified"):
        decided(group, smets1, at=LATER + 9 * DAY, kind="reinstate", clause="Z6.9")
    decided(
        group, smets1, at=LATER + 9 * DAY, kind="reinstate", clause="Z6.9", rectification_reference="P/2027/1"
    )


@pytest.mark.clause("Z6.9-1")
@pytest.mark.clause("Z6-R1")
def test_smets2_model_that_was_removed_cannot_be_reinstated(group):
    entry = removing.listed_entry(group.cast)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    approve(removing.waiting_removal(entry), group, LATER)
    with pytest.raises(Refusal, match="Only a SMETS1 Device Model") as refused:
        decided(group, entry, at=LATER + DAY, kind="reinstate", clause="Z6.9")
    assert "new submission that names its entry" in refused.value.remedy


@pytest.mark.clause("F2.2-2")
def test_row_listed_in_error_is_removed_citing_f21_and_never_as_a_certificate_matter(group):
    entry = removing.listed_entry(group.cast)
    with pytest.raises(Refusal, match="No evidence"):
        decided(group, entry, clause="F2.1")
    change = decided(
        group, entry, clause="F2.1", evidence_note="The certificate names another model."
    ).changes.get()
    approve(change, group, LATER)
    period = ListingPeriod.objects.get(device_model=entry)
    assert (period.closing_clause, change.removal_event) == ("F2.1", None)
    assert "No certificate is concerned" in period.public_reason


def test_duty_takes_the_place_of_a_correction_and_of_a_choice_that_waits(group):
    entry = removing.listed_entry(group.cast)
    request = corrections.ask_correction(
        model=entry, by=group.cast.manufacturer, at=NOON, values={"gbcs_version": "4.0", "spec_version": "5.0"},
        reason="A slip.", evidence=None, evidence_note="Page 2.",
    )  # fmt: skip
    waiting = corrections.propose_correction(
        request=request,
        by=group.secretariat,
        at=NOON,
        version=request.version,
        reason="Seen.",
        public_reason="Slip.",
    )
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    connection.check_constraints()
    assert ListChange.objects.get(pk=waiting.pk).state == "cancelled"
    assert CorrectionRequest.objects.get().state == "asked"
    assert removing.waiting_removal(entry).clause == "Z6.1"


@pytest.mark.clause("F2.2A-6")
def test_order_to_remove_overrides_the_gates_but_not_the_second_person(group):
    entry = removing.listed_entry(group.cast)
    ordered(group, entry, "remove")
    change = removing.waiting_removal(entry)
    assert (change.clause, change.required_at, limbs(change)) == ("F2.2A", LATER, 3)
    with pytest.raises((Refusal, NotPermitted)):
        devices.approved(change, group.secretariat, at=LATER + DAY)
    approve(change, group, LATER + DAY)
    assert not is_listed(entry) and limbs(change) == 3
    assert (unlawful_removal(), single_person_acts()) == (0, 0)


@pytest.mark.clause("F2.2A-6")
def test_order_not_to_remove_cancels_what_the_ssc_determined(group):
    entry = removing.listed_entry(group.cast)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "NCSC")))
    determination = removing.determined(group, entry)
    change = removing.waiting_removal(entry)
    ordered(group, entry, "retain", clause="F2.7B")
    connection.check_constraints()
    assert ListChange.objects.get(pk=change.pk).state == "cancelled"
    assert type(determination).objects.get(pk=determination.pk).state == "superseded"
    for row, other in (
        (determination, {"outcome": "retain"}),
        (AuthorityOrder.objects.get(), {"text": "Remove."}),
    ):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**other)  # what was decided stands in those words
    assert (
        removing.waiting_removal(entry) is None and not Obligation.objects.standing().about(change).exists()
    )


@pytest.mark.clause("F2.2A-6")
def test_order_to_reinstate_puts_a_removed_entry_back(group, smets1):
    removed(group, smets1)
    at = LATER + 20 * DAY
    ordered(group, smets1, "reinstate", at=at)
    change = ListChange.objects.proposed().get()
    assert (change.kind, change.required_at, limbs(change)) == ("reinstate", at, 3)
    approve(change, group, at)
    connection.check_constraints()
    assert is_listed(smets1) and unlawful_removal() == 0


def test_order_has_two_people_and_fits_the_list(group):
    entry = removing.listed_entry(group.cast)
    with pytest.raises(Refusal, match="on the list"):
        ordered(group, entry, "reinstate")
    order = authority_orders.record_authority_order(
        model=entry, by=group.recorder, at=LATER,
        values={"outcome": "remove", "clause": "F2.2A", "ordered_on": LATER.date(), "reference": "R", "text": "T"},
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        authority_orders.confirm_authority_order(
            order=order, by=group.recorder, at=LATER, version=order.version, agree=True, reason="Yes."
        )
    with pytest.raises(Conflict):
        authority_orders.confirm_authority_order(
            order=order, by=group.secretariat, at=LATER, version=order.version + 1, agree=True, reason="Yes."
        )
    authority_orders.confirm_authority_order(
        order=order,
        by=group.secretariat,
        at=LATER,
        version=order.version,
        agree=False,
        reason="Another entry.",
    )
    assert removing.waiting_removal(entry) is None
