"""A new certificate given by the portal holds a removal; nobody without business with the entry can do that (Z6.7, A-14)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from cpl.models import AssuranceCertificate, CertificateProvision, EstateClaim, ListingPeriod
from cpl.services import drafts, submissions
from cpl.services.estate import claim_model
from cpl.services.replacements import provide_certificate
from cpl.services.warning_answers import answer_warning
from cpl.services.warnings import open_warnings
from secgov.accounts.models import Organisation, Role
from secgov.errors import NotPermitted, Refusal
from secgov.journal.models import Act, Obligation, Task
from tests.documents.files import upload
from tests.factories import devices, people, removing

NOON, DAY = removing.NOON, removing.DAY


def withdrawn(settings, folder):
    """Make everybody whom a removal needs, and an entry whose ZigBee certificate is withdrawn."""
    group, entry = removing.with_entry(settings, folder)
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    assert removing.waiting_removal(entry).held_since is None
    return group, entry


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(withdrawn)]


@pytest.fixture
def group(request):
    """Everybody whom a removal needs; without the entry where a test makes its own."""
    return request.getfixturevalue("world")[0] if "entry" in request.fixturenames else removing.committee()


@pytest.fixture
def entry(world):
    """An entry whose ZigBee certificate is withdrawn: its removal waits for the Approver."""
    return world[1]


def provided(by, entry, *, at=NOON + DAY, number="NEW-1", organisation=None, numbers=None):
    """A new ZigBee certificate, given by the portal's service."""
    values = {"expires_on": None, "renews_on": None, "sc_version": ""} | devices.ZIGBEE | {"number": number}
    return provide_certificate(
        numbers=numbers or [entry.pk], organisation=organisation or removing.organisation_of(by), by=by, at=at,
        values=values, upload=upload(), classification="green", reason="From the manufacturer.",
    )  # fmt: skip


@pytest.mark.clause("Z6.7-3")
def test_submitter_gives_a_new_certificate_which_holds_the_removal_until_it_is_judged(group, entry):
    given = provided(group.cast.manufacturer, entry)
    change = removing.waiting_removal(entry)
    assert change.held_since == NOON + DAY
    assert not Obligation.objects.standing().about(change).exists()
    target = Obligation.objects.standing().about(given).get()
    assert (target.clause, target.working_days, target.by_law) == ("Z6.7", 1, False)
    task = Task.objects.get(key=f"provided-certificate:{given.pk}")
    assert task.closed_at is None and "entry 000001" in task.detail
    assert Act.objects.get(verb="cpl.certificate.provided").clause == "Z6.7"
    with pytest.raises(Refusal, match="awaits validation"):
        devices.approved(change, group.approver, at=NOON + DAY)
    removing.found_invalid(group, given, at=NOON + 2 * DAY)
    change = removing.waiting_removal(entry)
    assert change.held_since is None and change.required_at == NOON + 2 * DAY
    assert Task.objects.get(pk=task.pk).closed_at == NOON + 2 * DAY
    assert ListingPeriod.objects.open().filter(device_model=entry).exists()


@pytest.mark.clause("Z6.7-3")
def test_new_certificate_found_valid_ends_the_removal_and_the_task(group, entry):
    given = provided(group.cast.manufacturer, entry)
    removing.found_valid(group, given, at=NOON + 2 * DAY)
    assert removing.waiting_removal(entry) is None
    assert not Task.objects.filter(key=f"provided-certificate:{given.pk}", closed_at=None).exists()
    assert not Obligation.objects.standing().about(given).exists()


@pytest.mark.clause("Z6.7-3")
def test_stranger_cannot_provide_and_is_told_that_there_is_nothing(group, entry):
    for person in (group.cast.rival, group.supplier):
        with pytest.raises(NotPermitted) as refused:
            provided(person, entry)
        assert refused.value.hidden
    with pytest.raises(NotPermitted):
        provided(group.cast.rival, entry, organisation=group.cast.maker)
    assert removing.waiting_removal(entry).held_since is None
    assert not AssuranceCertificate.objects.filter(number="NEW-1").exists()


@pytest.mark.clause("Z6.7-3")
@pytest.mark.parametrize(("claimed", "held"), [(-DAY, True), (DAY * 0, False), (DAY, False)])
def test_estate_counts_only_if_it_held_the_entry_before_the_event_was_recorded(group, claimed, held):
    entry = removing.listed_entry(group.cast, at=NOON - 2 * DAY)
    supplier = removing.organisation_of(group.supplier)

    def claim():
        claim_model(organisation=supplier, entry=entry.pk, role="gas", since=(NOON - 2 * DAY).date(), by=group.supplier,
                    at=NOON + claimed)  # fmt: skip

    if held:
        claim()
    removing.confirmed(group, removing.reported(group, removing.certificate_of(entry, "ZIGBEE")))
    if not held:
        claim()
    if held:
        provided(group.supplier, entry)
    else:
        with pytest.raises(NotPermitted):
            provided(group.supplier, entry)
    assert bool(removing.waiting_removal(entry).held_since) is held


@pytest.mark.clause("Z6.7-3")
def test_ended_estate_gives_no_right(group):
    entry = removing.listed_entry(group.cast, at=NOON - 2 * DAY)
    supplier = removing.organisation_of(group.supplier)
    claim_model(organisation=supplier, entry=entry.pk, role="gas", since=(NOON - 2 * DAY).date(), by=group.supplier,
                at=NOON - DAY)  # fmt: skip
    EstateClaim.objects.update(ended_on=NOON.date(), end_reason="Sold.")
    with pytest.raises(NotPermitted):
        provided(group.supplier, entry)


@pytest.mark.clause("Z6.7-3")
def test_one_certificate_after_another_cannot_stall_a_removal(group, entry):
    maker = group.cast.manufacturer
    first = provided(maker, entry)
    with pytest.raises(Refusal, match="awaits validation already"):
        provided(maker, entry, number="NEW-2")
    removing.found_invalid(group, first, at=NOON + 2 * DAY)
    with pytest.raises(Refusal, match="was found invalid"):
        provided(maker, entry, at=NOON + 2 * DAY, number="NEW-3")
    assert removing.waiting_removal(entry).held_since is None
    removing.replaced(group, entry, "ZIGBEE", at=NOON + 2 * DAY, number="NEW-4")
    assert removing.waiting_removal(entry).held_since, "by the desk it can still be given"


@pytest.mark.clause("Z6.7-3")
def test_number_that_stands_is_not_joined_by_the_portal(group, entry):
    other = removing.listed_entry(group.cast, firmware_version="05080608", image_hash="cd" * 32)
    standing = removing.certificate_of(other, "ZIGBEE")
    with pytest.raises(Refusal, match="on record already"):
        provided(group.cast.manufacturer, entry, number=standing.number.lower())
    assert removing.waiting_removal(entry).held_since is None


def resubmitted(by, organisation, number):
    """A submission of the very device that is on the list, with other certificates, its warnings answered."""
    draft = devices.draft(by, organisation)
    for each in (devices.ZIGBEE, devices.CPA):
        drafts.put_certificate(submission=draft, by=by, at=NOON, version=draft.version,
                               values=each | {"number": f"{each['number']}-{number}"})  # fmt: skip
        draft = type(draft).objects.get(pk=draft.pk)
    for warning in open_warnings(draft):
        answer_warning(
            submission=draft, fingerprint=warning.fingerprint, by=by, at=NOON, reason="It is right."
        )
        draft = type(draft).objects.get(pk=draft.pk)
    return submissions.submit(submission=draft, by=by, at=NOON, version=draft.version, declared=True)


@pytest.mark.clause("Z6.7-3")
def test_submission_of_the_same_device_by_a_stranger_holds_nothing_until_the_desk_has_seen_the_certificate(
    group, entry
):
    rival = group.cast.rival
    made = resubmitted(rival, removing.organisation_of(rival), "X")
    assert made.identity == entry.identity
    assert removing.waiting_removal(entry).held_since is None
    devices.attest_all(made, group.secretariat, at=NOON + DAY)
    assert removing.waiting_removal(entry).held_since == NOON + DAY, (
        "the desk has seen that it names the model"
    )


@pytest.mark.clause("Z6.7-3")
def test_submission_of_the_same_device_by_its_own_submitter_holds_the_removal(group, entry):
    resubmitted(group.cast.manufacturer, group.cast.maker, "X")
    assert removing.waiting_removal(entry).held_since == NOON


@pytest.mark.clause("Z6.7-3")
def test_one_submission_after_another_cannot_stall_a_removal_either(group, entry):
    first = resubmitted(group.cast.manufacturer, group.cast.maker, "X")
    for row in first.certificates.all():
        removing.found_invalid(group, row.certificate, at=NOON + DAY)
    assert removing.waiting_removal(entry).held_since is None
    resubmitted(group.cast.manufacturer, group.cast.maker, "Y")
    assert removing.waiting_removal(entry).held_since is None
    with pytest.raises(Refusal, match="was found invalid"):
        provided(group.cast.manufacturer, entry)


def page_of(person, certificate):
    """The page with the form, as a person gets it."""
    client = Client()
    client.force_login(person)
    return client, f"/portal/certificates/{certificate.pk}/replacement/"


TYPED = {
    "number": "NEW-1", "standard": "ZigBee Smart Energy", "standard_version": "1.4", "issued_on": "5 January 2026",
    "classification": "green", "note": "From the manufacturer.",
}  # fmt: skip


@pytest.mark.clause("Z6.7-3")
def test_form_in_the_portal_offers_ones_own_entries_and_leads_to_the_new_certificate(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    client, url = page_of(group.cast.manufacturer, certificate)
    held = client.get(f"/portal/certificates/{certificate.pk}/").content.decode()
    assert "A new certificate for these models" in held and url in held
    page = client.get(url).content.decode()
    assert "000001, " in page and "Renewal date" not in page
    answer = client.post(url, TYPED | {"entries": [str(entry.pk)]})
    assert answer.status_code == 422 and "Choose the certificate" in answer.content.decode()
    answer = client.post(url, TYPED | {"entries": ["7"], "document": upload()})
    assert answer.status_code == 422 and not CertificateProvision.objects.exists()
    answer = client.post(url, TYPED | {"entries": [str(entry.pk)], "document": upload()})
    new = AssuranceCertificate.objects.get(number="NEW-1")
    assert answer.status_code == 302 and answer["Location"] == f"/portal/certificates/{new.pk}/"
    assert new.state == "recorded" and removing.waiting_removal(entry).held_since
    assert client.get(answer["Location"]).status_code == 200
    again = client.post(url, TYPED | {"entries": [str(entry.pk)], "document": upload(), "number": "NEW-2"})
    assert again.status_code == 422 and "awaits validation already" in again.content.decode()


@pytest.mark.clause("Z6.7-3")
def test_cpa_form_asks_for_the_date_and_the_version_of_the_security_characteristics(group, entry):
    client, url = page_of(group.cast.manufacturer, removing.certificate_of(entry, "NCSC"))
    assert "Renewal date" in client.get(url).content.decode()
    typed = TYPED | {"entries": [str(entry.pk)], "document": upload()}
    assert client.post(url, typed).status_code == 422
    typed |= {"renews_on": "1 March 2032", "sc_version": "1.3", "document": upload()}
    assert client.post(url, typed).status_code == 302
    assert AssuranceCertificate.objects.get(number="NEW-1").body == "NCSC"


def test_page_is_not_there_for_strangers(group, entry):
    certificate = removing.certificate_of(entry, "ZIGBEE")
    for person in (group.cast.rival, group.supplier, people.person(Role.SUPPLIER)):
        client, url = page_of(person, certificate)
        assert client.get(url).status_code == 404
        assert client.post(url, TYPED | {"entries": [str(entry.pk)], "document": upload()}).status_code == 404


def test_dcc_gives_new_certificates_for_hubs_only(group, entry):
    dcc = people.organisation("DCC", Organisation.Kind.DCC)
    with pytest.raises(NotPermitted):
        provided(people.person(Role.DCC, dcc), entry)


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("Z2.1(f)")
def test_of_two_who_give_one_number_at_one_instant_one_is_told_what_to_do():
    group = removing.committee()
    entries = [
        removing.listed_entry(group.cast),
        removing.listed_entry(group.cast, firmware_version="05080699"),
    ]
    together = threading.Barrier(2, timeout=120)

    def give(entry):
        together.wait()
        try:
            provided(group.cast.manufacturer, entry)
        except Refusal as refusal:
            return refusal.field, refusal.clause, bool(refusal.remedy)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(give, entries))
    assert None in said and ("number", "Z2.1(f)", True) in said
    assert AssuranceCertificate.objects.filter(number="NEW-1").count() == 1
