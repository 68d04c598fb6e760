"""Referrals through the pages: the Party's, the recorder's, the desk's; who sees what, and who is turned away."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cpl.models import ListingPeriod
from secgov.accounts.models import Organisation, Role
from secgov.journal import clock
from secgov.journal.models import Notice, Rehearsal
from ssc.models import AuthorityAnswer, Referral, RemedySuspension, Stay
from ssc.services import stays
from tests.cpl.desk import page_of, signed_in, text_of
from tests.factories import people, referring, removing

pytestmark = pytest.mark.django_db
NOON, DAY = removing.NOON, removing.DAY


@pytest.fixture
def group():
    """Who plays, two days after everything began."""
    Rehearsal.objects.create(now=NOON + 2 * DAY, set_at=clock.real_now())
    return removing.committee()


@pytest.fixture
def smets1(group):
    """A SMETS1 entry on the list."""
    return removing.smets1_entry(group.cast)


def url(name, *args):
    """An address of the SSC's pages."""
    return reverse(f"ssc:{name}", args=args)


def test_party_drafts_documents_and_lodges_and_reads_no_reason_of_the_ssc(group):
    entry = removing.listed_entry(group.cast)
    decision = referring.ssc_determined(group, entry, "retain")
    client = signed_in(group.supplier)
    shown = client.get(url("referrals"))
    assert f"The SSC determined that entry {entry} is not to be removed" in text_of(shown)
    begin = f"{url('new-referral')}?decision=ssc-{decision.pk}"
    assert client.post(begin, {"grounds": " "}).status_code == 422
    organisation = removing.organisation_of(group.supplier).pk
    led = client.post(begin, {"grounds": "Our estate would be dark.", "organisation": organisation})
    referral = Referral.objects.get()
    assert led.url == url("referral", referral.reference)
    given = {
        "version": 1,
        "classification": "amber",
        "document": SimpleUploadedFile("e.txt", b"What shows it."),
    }
    assert client.post(url("add-referral-document", referral.reference), given).status_code == 302
    assert client.post(url("add-referral-document", referral.reference), {"version": 2}).status_code == 422
    assert client.post(url("lodge-referral", referral.reference), {"version": 1}).status_code == 409
    assert client.post(url("lodge-referral", referral.reference), {"version": 2}).status_code == 302
    page = text_of(client.get(url("referral", referral.reference)))
    assert "Before the Authority" in page and "Weighed." not in page and "SSC secretary" not in page
    assert "Weighed." not in text_of(client.get(url("referral-paper", referral.reference)))
    assert client.get(url("referral-bundle", referral.reference)).status_code == 404
    document = referral.documents.get()
    assert client.get(url("referral-document", referral.reference, document.pk)).content == b"What shows it."
    assert (
        client.get(reverse("portal:document", args=[document.pk])).status_code == 404
    )  # only with the referral
    assert (
        client.post(url("withdraw-referral", referral.reference), {"version": 3, "reason": ""}).status_code
        == 422
    )


def test_another_party_guessing_addresses_finds_nothing(group, smets1):
    referral = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier, documents=1)
    rival = people.person(Role.SUPPLIER, people.organisation("Rival Power", Organisation.Kind.PARTY))
    client, reference = signed_in(rival), referral.reference
    for address in (
        url("referral", reference), url("referral-paper", reference), url("referral-bundle", reference),
        url("referral-document", reference, referral.documents.get().pk), f"{url('new-referral')}?plan=RP-001",
        f"{url('new-referral')}?decision=plan-1", f"{url('new-referral')}?decision=x",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for name in (
        "lodge-referral",
        "withdraw-referral",
        "change-referral",
        "answer-referral",
        "stay-referral",
    ):
        assert client.post(url(name, reference), {"version": 1, "reason": "x"}).status_code == 404
    assert reference not in text_of(client.get(url("referrals")))


def test_what_cannot_be_referred_says_why(group):
    entry = removing.listed_entry(group.cast)
    event = removing.reported(group, removing.certificate_of(entry, "ZIGBEE"))
    removing.confirmed(group, event)
    change = removing.waiting_removal(entry)
    shown = signed_in(group.supplier).get(f"{url('new-referral')}?decision=change-{change.pk}")
    assert shown.status_code == 422 and "Section M7" in text_of(shown) and "F2.2A" in text_of(shown)
    for who in (group.cast.manufacturer, group.recorder):
        assert signed_in(who).get(f"{url('new-referral')}?decision=change-{change.pk}").status_code == 403


def test_recorder_answers_the_secretariat_confirms_and_the_party_reads_it(group, smets1):
    decision = referring.panel_decided(group, smets1, "not_remove")
    referral = referring.lodged(decision, group.supplier)
    recorder = signed_in(group.recorder)
    shown = text_of(recorder.get(url("referral", referral.reference)))
    assert "Reasons for those who refer." in shown and "The Device Model is to be removed" in shown
    taken = recorder.get(url("referral-bundle", referral.reference))
    with zipfile.ZipFile(io.BytesIO(taken.content)) as bundle:
        assert "referral.json" in bundle.namelist()
    values = {
        "outcome": "remove",
        "answered_on": "2 December 2026",
        "authority_reference": "OFG/9",
        "text": "Remove it.",
    }
    wrong = recorder.post(url("answer-referral", referral.reference), values | {"outcome": "reinstate"})
    assert wrong.status_code == 422
    assert recorder.post(url("answer-referral", referral.reference), values).status_code == 302
    answer = AuthorityAnswer.objects.get()
    desk = signed_in(group.secretariat)
    assert "Remove it." in text_of(desk.get(page_of(answer))) and "Panel decided not to remove" in text_of(
        desk.get(page_of(referral))
    )
    agree = {"version": answer.version, "agree": "yes", "reason": "As received."}
    confirm = reverse("admin:ssc_authorityanswer_confirm", args=[answer.pk])
    assert signed_in(group.approver).post(confirm, agree).status_code == 403
    assert desk.post(confirm, agree).status_code == 302
    assert desk.post(confirm, agree).status_code == 409
    page = text_of(signed_in(group.supplier).get(url("referral", referral.reference)))
    assert "Remove it." in page and "final and binding" in page
    assert Notice.objects.filter(organisation=referral.organisation, clause="F2.2A").exists()
    assert (
        ListingPeriod.objects.open().filter(device_model=smets1).exists()
    )  # until the change has its second person


def test_stay_is_recorded_shown_to_the_party_and_ended(group, smets1):
    referral = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier)
    recorder = signed_in(group.recorder)
    values = {"ordered_on": "2 December 2026", "authority_reference": "OFG/12", "text": "Not for now."}
    assert (
        signed_in(group.secretariat).post(url("stay-referral", referral.reference), values).status_code == 403
    )
    assert recorder.post(url("stay-referral", referral.reference), values | {"text": ""}).status_code == 422
    assert recorder.post(url("stay-referral", referral.reference), values).status_code == 302
    assert recorder.post(url("stay-referral", referral.reference), values).status_code == 409
    party = signed_in(group.supplier)
    assert "The Authority ordered a stay" in text_of(party.get(url("referral", referral.reference)))
    stay = Stay.objects.get()
    end = url("end-stay", referral.reference, stay.pk)
    assert recorder.post(end, {"version": stay.version, "reason": "It lifted it."}).status_code == 302
    assert recorder.post(end, {"version": stay.version, "reason": "Again."}).status_code == 409
    assert stays.standing_of(referral) is None and not RemedySuspension.objects.exists()
    assert "Stayed" not in text_of(party.get(url("referral", referral.reference)))


@pytest.mark.clause("F2.2A-6")
def test_stay_of_a_panel_decision_ends_with_the_determination_and_not_where_that_is_refused(group, smets1):
    referral = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier)
    stay = stays.order_stay(
        referral=referral, by=group.recorder, at=referring.TWO,
        values={"ordered_on": referring.TWO.date(), "authority_reference": "OFG/12", "text": "Not for now."},
    )  # fmt: skip
    referring.answered(group, referral, "stands", agree=False)
    assert stays.standing_of(referral) == stay
    referring.answered(group, referral, "stands", at=referring.THREE + referring.DAY)
    stay = Stay.objects.get()
    assert stay.ended_on == (referring.THREE + referring.DAY).date() and stay.ended_by == group.secretariat
    assert "Stayed" not in text_of(signed_in(group.supplier).get(url("referral", referral.reference)))


def test_desk_lists_and_shows_referrals_and_no_drafts(group, smets1):
    lodged = referring.lodged(smets1.panel_decisions.get(kind="add"), group.supplier, documents=1)
    other = people.person(Role.NETWORK, people.organisation("Hexbridge", Organisation.Kind.PARTY))
    draft = referring.drafted(smets1.panel_decisions.get(kind="add"), other)
    desk = signed_in(people.person(Role.AUDITOR))
    listed = text_of(desk.get(reverse("admin:ssc_referral_changelist")))
    assert lodged.reference in listed and draft.reference not in listed
    assert desk.get(page_of(draft)).status_code == 404 and "evidence-0.txt" in text_of(
        desk.get(page_of(lodged))
    )
    assert desk.post(page_of(lodged), {"state": "withdrawn"}).status_code == 200  # nothing is taken
    assert Referral.objects.get(pk=lodged.pk).state == "lodged"
