"""Referrals of what the Panel and the SSC decided: who, of what, with what bundle; and what the Authority determined."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from cpl.models import BindingDetermination, ListChange, ListingPeriod
from cpl.services import authority_orders
from secgov.accounts.models import Organisation, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Notice, Obligation, Task
from ssc.models import AuthorityAnswer, Referral
from ssc.services import authority_answers, referrals
from ssc.services.referable import find_decision, in_words, key_of, open_to
from tests.factories import devices, people, referring, removing

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


def of(user):
    """The organisation of a person."""
    return removing.organisation_of(user)


def network():
    """A Party without any Devices."""
    return people.person(
        Role.NETWORK,
        people.organisation("Hexbridge Networks", Organisation.Kind.PARTY, party_category="gas_network"),
    )


def is_listed(entry):
    """Whether the entry has an open period."""
    return ListingPeriod.objects.open().filter(device_model=entry).exists()


@pytest.mark.clause("F2.2A-1")
def test_addition_of_a_smets1_model_is_referred_weeks_later_and_the_entry_stays_as_it_is(
    group, smets1, settings
):
    settings.AUTHORITY_EMAIL = "codes@authority.example"
    decision = smets1.panel_decisions.get(kind="add")
    weeks_later = NOON + 21 * DAY
    referral = referring.lodged(decision, group.supplier, at=weeks_later)
    connection.check_constraints()
    assert (referral.state, referral.clause, referral.reference) == ("lodged", "F2.2A", "REF-2026-001")
    assert is_listed(smets1) and not ListChange.objects.proposed().exists()
    assert Task.objects.get(key=referrals.task_key(referral)).title.startswith(
        f"{referral} is before the Authority"
    )
    mail = Message.objects.get(key=referrals.mail_key(referral))
    assert mail.recipient == "codes@authority.example" and "grounds" not in str(mail.context)


@pytest.mark.clause("F2.2A-2", "F2.2A-4")
@pytest.mark.clause("F2.2A-3", "F2.2A-5")
def test_removal_refusal_to_remove_return_and_refusal_to_return_are_each_referred(group, smets1):
    party = network()
    for number, kind in enumerate(("not_remove", "remove", "not_reinstate", "reinstate"), 1):
        at = NOON + number * DAY
        decision = referring.panel_decided(group, smets1, kind, at=at)
        assert key_of(decision) == f"panel-{decision.pk}" and find_decision(key_of(decision)) == decision
        assert decision in open_to(of(party), at=at)
        assert referring.lodged(decision, party, at=at).state == "lodged"
    assert is_listed(smets1)
    assert "not to reinstate" in in_words(smets1.panel_decisions.get(kind="not_reinstate"))


@pytest.mark.clause("F2.2A-2")
def test_removal_after_the_authoritys_own_determination_is_lodged_and_flagged(group, smets1):
    decision = referring.panel_decided(group, smets1, "remove", determined_by="authority")
    referral = referring.lodged(decision, group.supplier)
    assert referral.is_circular and not is_listed(smets1)
    assert "own determination" in Task.objects.get(key=referrals.task_key(referral)).detail


@pytest.mark.clause("F2.2A-N")
def test_what_carries_no_right_is_refused_with_the_reason(group):
    entry = removing.listed_entry(group.cast)
    rejected = devices.submitted(
        group.cast.manufacturer, group.cast.maker, firmware_version="0B0B0B0B", image_hash="cd" * 32
    )
    with pytest.raises(Refusal, match="refusal to add") as refused:
        referring.drafted(rejected, group.supplier)
    assert refused.value.clause == "F2.2A"
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"))
    removing.confirmed(group, event)
    change = removing.waiting_removal(entry)
    with pytest.raises(Refusal, match="had to remove"):
        referring.drafted(change, group.supplier)
    assert find_decision("panel-x") is None and find_decision("nonsense") is None


@pytest.mark.clause("F2.2A-N")
def test_removal_of_a_smets2_model_by_the_panel_carries_no_right(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.panel_decided(
        group,
        entry,
        "remove",
        clause="F2.1",
        determined_by="",
        determination_reference="",
        evidence_note="Minute 3.",
    )
    with pytest.raises(Refusal, match="SMETS1"):
        referring.drafted(decision, group.supplier)
    assert decision not in open_to(of(group.supplier), at=NOON)


@pytest.mark.clause("F2.7B(a)")
def test_party_without_devices_refers_what_the_ssc_determined(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.ssc_determined(group, entry, "retain", with_plan=True)
    party = network()
    referral = referring.lodged(decision, party, at=LATER)
    assert (referral.clause, referral.state) == ("F2.7B(a)", "lodged") and is_listed(entry)
    assert decision in open_to(of(party), at=LATER)
    assert "Weighed" not in in_words(decision)


@pytest.mark.clause("F2.2A-1")
def test_manufacturer_that_is_no_party_and_everybody_but_a_party_are_refused(group, smets1):
    decision = smets1.panel_decisions.get(kind="add")
    for who in (
        group.cast.manufacturer,
        group.secretariat,
        group.approver,
        group.secretary,
        group.chair,
        group.recorder,
    ):
        with pytest.raises(NotPermitted):
            referring.drafted(decision, who)
    with pytest.raises(NotPermitted):  # a Party's person, for another organisation
        referrals.draft_referral(
            decision=decision, organisation=of(network()), by=group.supplier, at=NOON, grounds="It is wrong."
        )
    assert not Referral.objects.exists()


def test_draft_is_changed_given_documents_and_lodged_once_by_its_own_people(group, smets1, settings):
    settings.AUTHORITY_EMAIL = "codes@authority.example"
    decision = smets1.panel_decisions.get(kind="add")
    draft = referring.drafted(decision, group.supplier)
    with pytest.raises(Conflict, match="in hand"):
        referring.drafted(decision, group.supplier)
    changed = referrals.change_grounds(
        referral=draft, by=group.supplier, at=NOON, version=draft.version, grounds="It fails the test."
    )
    acts = Act.objects.filter(subject_type="ssc.referral", subject_id=str(draft.pk))
    assert not any(
        "fails" in f"{each.reason}{each.before}{each.after}" for each in acts
    )  # the desk reads acts
    with pytest.raises(Conflict, match="changed since"):
        referrals.lodge_referral(referral=draft, by=group.supplier, at=NOON, version=draft.version - 1)
    with pytest.raises(NotPermitted) as hidden:
        referrals.lodge_referral(referral=changed, by=network(), at=NOON, version=changed.version)
    assert hidden.value.hidden
    done = referrals.lodge_referral(referral=changed, by=group.supplier, at=NOON, version=changed.version)
    for act, more in ((referrals.lodge_referral, {}), (referrals.change_grounds, {"grounds": "x"})):
        with pytest.raises(Conflict):
            act(referral=done, by=group.supplier, at=NOON, version=done.version, **more)
    with pytest.raises(Refusal):
        referrals.withdraw_referral(
            referral=done, by=group.supplier, at=NOON, version=done.version, reason=" "
        )
    gone = referrals.withdraw_referral(
        referral=done, by=group.supplier, at=NOON, version=done.version, reason="Settled."
    )
    assert (
        gone.state == "withdrawn"
        and not Task.objects.filter(key=referrals.task_key(done), closed_at=None).exists()
    )
    told = Message.objects.filter(recipient="codes@authority.example").order_by("pk")
    assert [each.template for each in told] == [referrals.TO_THE_AUTHORITY, referrals.WITHDRAWN]
    with pytest.raises(Conflict):
        referring.recorded(group, gone, "remove")
    assert (
        referring.lodged(decision, group.supplier).state == "lodged"
    )  # it may be referred anew: no time limit


def test_bundle_holds_decision_grounds_and_documents_with_their_digests_and_is_not_for_the_party(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.ssc_determined(group, entry, "retain")
    referral = referring.lodged(decision, group.supplier, documents=2)
    with pytest.raises(NotPermitted):
        referrals.take_bundle(referral=referral, by=group.supplier, at=LATER)
    for who in (group.recorder, group.secretariat, group.secretary):
        data = referrals.take_bundle(referral=referral, by=who, at=LATER)
    assert sha256(data).hexdigest() == referral.bundle_id
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        told = json.loads(bundle.read("referral.json"))
        for line in bundle.read("SHA256SUMS").decode().splitlines():
            digest, _, name = line.partition("  ")
            assert sha256(bundle.read(name)).hexdigest() == digest
        page = bundle.read("README.html").decode()
    assert told["decision"]["Reasons"] == "Weighed." and told["grounds"] == "It is wrong."
    assert len(told["documents"]) == 2 and "Weighed." in page and "evidence-1.txt" in page
    document = referral.documents.first()
    assert referrals.take_document(referral=referral, document=document, by=group.recorder, at=LATER)
    with pytest.raises(NotPermitted):
        referrals.take_document(referral=referral, document=document, by=network(), at=LATER)
    assert document.readings.count() == 1


def test_without_an_address_of_the_authority_a_person_is_called(group, smets1, settings):
    settings.AUTHORITY_EMAIL = ""
    referral = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier)
    assert Task.objects.filter(key=f"authority-address:{referral.pk}", closed_at=None).exists()
    assert not Message.objects.filter(template=referrals.TO_THE_AUTHORITY).exists()


def test_each_sees_only_what_is_theirs(group, smets1):
    party = network()
    own = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier)
    draft = referring.drafted(smets1.panel_decisions.get(kind="add"), party)
    entry = removing.listed_entry(group.cast)
    of_ssc = referring.lodged(referring.ssc_determined(group, entry, "retain"), party)

    def seen(user):
        return set(Referral.objects.visible_to(user))

    assert seen(group.supplier) == {own} and seen(party) == {draft, of_ssc}
    assert (
        seen(group.secretariat) == seen(group.recorder) == seen(people.person(Role.AUDITOR)) == {own, of_ssc}
    )
    assert seen(group.chair) == {of_ssc} and seen(group.cast.manufacturer) == set()


@pytest.mark.clause("F2.2A-6")
def test_authority_orders_reinstatement_without_a_rectification_and_locks_the_decision(group, smets1):
    decision = referring.panel_decided(group, smets1, "remove")
    refused = referring.panel_decided(group, smets1, "not_reinstate", at=LATER)
    first, second = (
        referring.lodged(refused, group.supplier, at=LATER),
        referring.lodged(refused, network(), at=LATER),
    )
    answer = referring.answered(group, first, "reinstate", at=LATER + DAY)
    connection.check_constraints()
    change = ListChange.objects.proposed().get(kind="reinstate", entry_number=smets1.pk)
    assert (
        change.authority_order == answer.order
        and Obligation.objects.standing().about(change).filter(by_law=True).count() == 3
    )
    devices.approved(change, group.approver, at=LATER + DAY)
    assert is_listed(smets1)
    for each in (first, second):  # joined: both are determined, each Party is told of its own
        assert Referral.objects.get(pk=each.pk).answer == answer
        assert Notice.objects.filter(organisation=each.organisation, clause="F2.2A").count() == 1
    with pytest.raises(Refusal, match="final and binding"):
        referring.drafted(refused, group.supplier, at=LATER + DAY)
    assert refused not in open_to(of(group.supplier), at=LATER + DAY)
    with pytest.raises(Refusal, match="final and binding"):  # the removal, too, is settled by that order
        referring.drafted(decision, group.supplier, at=LATER + DAY)


@pytest.mark.clause("F2.7B-2")
def test_authority_overrides_a_removal_that_the_ssc_determined(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.ssc_determined(group, entry, "remove")
    change = removing.waiting_removal(entry)
    referral = referring.lodged(decision, group.supplier)
    with pytest.raises(Refusal):
        referring.recorded(group, referral, "reinstate")  # it has not gone yet
    referring.answered(group, referral, "retain", at=LATER)
    connection.check_constraints()
    assert ListChange.objects.get(pk=change.pk).state == "cancelled" and is_listed(entry)
    assert BindingDetermination.objects.get(pk=decision.pk).state == "superseded"
    with pytest.raises(Refusal):
        referring.drafted(decision, group.supplier, at=LATER)


@pytest.mark.clause("F2.7B-2")
def test_authority_brings_back_what_was_removed_as_the_ssc_determined(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.ssc_determined(group, entry, "remove")
    devices.approved(removing.waiting_removal(entry), group.approver, at=referring.TWO)
    referral = referring.lodged(decision, group.supplier)
    referring.answered(group, referral, "reinstate", at=LATER)
    devices.approved(ListChange.objects.proposed().get(), group.approver, at=LATER)
    assert is_listed(entry) and BindingDetermination.objects.get(pk=decision.pk).state == "superseded"
    assert removing.waiting_removal(entry) is None


def test_answer_has_two_people_waits_for_the_second_and_is_given_once(group, smets1):
    decision = referring.panel_decided(group, smets1, "not_remove")
    referral = referring.lodged(decision, group.supplier)
    values = {
        "outcome": "stands",
        "answered_on": NOON.date(),
        "authority_reference": "OFG/1",
        "text": "It stands.",
    }
    for who in (group.supplier, group.secretariat, group.chair):
        with pytest.raises(NotPermitted):
            authority_answers.record_answer(referral=referral, by=who, at=NOON, values=values)
    late = values | {"answered_on": LATER.date()}
    with pytest.raises(Refusal, match="still to come"):
        authority_answers.record_answer(referral=referral, by=group.recorder, at=NOON, values=late)
    answer = authority_answers.record_answer(referral=referral, by=group.recorder, at=NOON, values=values)
    with pytest.raises(Conflict):
        authority_answers.record_answer(referral=referral, by=group.recorder, at=NOON, values=values)
    good = {"answer": answer, "at": NOON, "version": answer.version, "agree": True, "reason": "As received."}
    for who in (group.recorder, group.approver, group.supplier):
        with pytest.raises(NotPermitted):
            authority_answers.confirm_answer(**good, by=who)
    with pytest.raises(Conflict):
        authority_answers.confirm_answer(**good | {"by": group.secretariat, "version": answer.version + 1})
    refused = authority_answers.confirm_answer(**good | {"by": group.secretariat, "agree": False})
    assert refused.state == "refused" and Referral.objects.get(pk=referral.pk).state == "lodged"
    again = referring.answered(group, referral, "stands")
    assert Referral.objects.get(pk=referral.pk).state == "determined" and again.order is None
    assert is_listed(smets1) and not Task.objects.filter(key__startswith="referral", closed_at=None).exists()


def test_order_confirmed_on_its_own_page_is_followed_by_the_sweep(group, smets1):
    referral = referring.lodged(referring.panel_decided(group, smets1, "not_remove"), group.supplier)
    answer = referring.recorded(group, referral, "remove")
    order = answer.order
    authority_orders.confirm_authority_order(
        order=order, by=group.secretariat, at=LATER, version=order.version, agree=True, reason="As received."
    )
    assert authority_answers.follow_orders(clock=lambda: LATER) == 1
    assert authority_answers.follow_orders(clock=lambda: LATER) == 0
    done = AuthorityAnswer.objects.get(pk=answer.pk)
    assert (done.state, done.second_by) == ("confirmed", group.secretariat)
    assert Referral.objects.get(pk=referral.pk).state == "determined"


@pytest.mark.clause("F2.2A-6")
def test_determination_that_a_later_decision_contradicts_calls_a_person(group, smets1):
    first = referring.panel_decided(group, smets1, "not_remove")
    referral = referring.lodged(first, group.supplier)
    referring.panel_decided(group, smets1, "remove", at=LATER)
    answer = referring.answered(group, referral, "stands", at=LATER + DAY)
    task = Task.objects.get(key=f"authority-review:{answer.pk}")
    assert task.closed_at is None and "later decision" in task.title


def test_referral_is_of_exactly_one_decision(group, smets1):
    referral = referring.drafted(smets1.panel_decisions.get(kind="add"), group.supplier)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(panel_decision=None)


def test_documents_are_put_with_a_draft_only(group, smets1):
    done = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier, documents=1)
    with pytest.raises(Conflict):
        referrals.attach_document(
            referral=done, by=group.supplier, at=NOON, version=done.version, classification="amber",
            upload=SimpleUploadedFile("more.txt", b"More."),
        )  # fmt: skip
