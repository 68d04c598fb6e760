"""The docket and the page of a case: what each person sees, and what a form takes or refuses."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secgov.accounts.feeds import make_feed_token
from secgov.accounts.models import Membership, Organisation, Role, User
from secgov.documents.models import Document, Reading
from ssc.models import Case, CaseNote, Determination, ImpactPaper, InformationRequest
from ssc.notices import tell_party
from ssc.services import impact, participants, requests
from tests.cpl.desk import signed_in, text_of
from tests.factories import cases, dcc_lists, devices, people, removing


def open_case(settings: LazySettings, folder: Path) -> cases.Stage:
    """One open case, not triaged, as of the true now."""
    return cases.stage(at=dt.datetime.now(dt.UTC), imported=True)


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(open_case)]
NOON, DAY = cases.NOON, cases.DAY
PDF = b"%PDF-1.4\n%%EOF\n"


def url(name: str, case: Case, *args: object) -> str:
    """An address of a case."""
    return reverse(f"ssc:{name}", args=[case.reference, *args])


def shown(who: User, case: Case) -> str:
    """The words of a case's page, as somebody sees it."""
    return text_of(signed_in(who).get(url("case", case)))


@pytest.fixture
def setting(world: cases.Stage) -> cases.Stage:
    """One open case, not triaged, as of the true now."""
    return world


def test_docket_lists_cases_gravest_first_and_its_cost_does_not_grow_with_them():
    setting = cases.stage(entries=3, imported=True)
    for case, grade in zip(setting.cases, ("low", "high", "medium"), strict=True):
        cases.triaged(setting, case, seriousness=grade)
    client = signed_in(setting.secretary)
    with CaptureQueriesContext(
        connection,
    ) as three:
        page = client.get(reverse("ssc:docket"))
    assert [row["case"].seriousness for row in page.context["rows"]] == ["high", "medium", "low"]
    with CaptureQueriesContext(connection) as one:
        page = client.get(reverse("ssc:docket") + "?seriousness=low")
    assert len(page.context["rows"]) == 1
    assert len(three) == len(one)
    assert "No case fits" in text_of(client.get(reverse("ssc:docket") + "?show=void"))
    assert len(client.get(reverse("ssc:docket") + f"?q={setting.entries[1]}").context["rows"]) == 1


def test_case_is_there_for_the_committee_and_the_auditor_and_for_nobody_else(setting):
    answers = {
        Role.SSC_MEMBER: 200, Role.SSC_SECRETARY: 200, Role.SSC_CHAIR: 200, Role.AUDITOR: 200, Role.EXPERT: 404,
        Role.SUPPLIER: 403, Role.DCC: 403, Role.SECRETARIAT: 403, Role.APPROVER: 403, Role.MANUFACTURER: 403,
    }  # fmt: skip
    for role, answer in answers.items():
        somebody = signed_in(people.person(role))
        assert somebody.get(url("case", setting.case)).status_code == answer, role
        if role != Role.SSC_SECRETARY:
            assert somebody.get(url("triage", setting.case)).status_code in (403, 404), role
            assert somebody.post(reverse("ssc:meetings"), {}).status_code == 403, role
        if role == Role.AUDITOR:
            for form in ("note", "conflict"):
                assert somebody.get(url(form, setting.case)).status_code == 403, (
                    "who only reads is shown no form"
                )


def test_secretary_triages_asks_and_puts_to_the_chair_who_decides(setting):
    secretary, chair, case = signed_in(setting.secretary), signed_in(setting.chair), setting.case
    today = dt.datetime.now(dt.UTC).date()
    triage = {
        "version": case.version,
        "seriousness": "high",
        "target": str(today + 20 * DAY),
        "reason": "Grave.",
    }
    assert secretary.post(url("triage", case), triage | {"target": str(today - DAY)}).status_code == 422
    assert secretary.post(url("triage", case), triage).status_code == 302
    assert secretary.post(url("triage", case), triage).status_code == 409, "a stale version"
    asked = {"addressee": setting.suppliers[0].pk, "question": "How many?", "reply_by": str(today + 9 * DAY)}
    assert secretary.post(url("ask", case), asked).status_code == 302
    assert "Ashbeck Energy" in shown(setting.member, case)
    form = {
        "version": "0", "security_implications": "One key.", "consumer_consequences": "", "weighing": "So.",
        "devices_unknown_reason": "Not counted.", "ncsc": "none", "outcome_key": "retain_plan", "reasons": "Slight.",
        "obliged": [setting.suppliers[0].pk], "proposal_days": "20", "proposal_unit": "working_days",
        "proposal_starts_on": str(today), "approval_days": "40", "approval_unit": "working_days",
        "approval_starts_on": "", "determined_on": str(today), "minute_reference": "SSC 112", "act": "put",
    }  # fmt: skip
    missing = secretary.post(url("determine", case), form)
    words = text_of(missing)
    assert missing.status_code == 422 and not Determination.objects.exists()
    assert (
        "Say what removal would mean for Energy Consumers." in words
        and "One key." in missing.content.decode()
    )
    assert "Give the day on which the time starts" in words
    form |= {"consumer_consequences": "Homes.", "approval_starts_on": str(today)}
    assert secretary.post(url("determine", case), form | {"act": "save"}).status_code == 302
    row = Determination.objects.get()
    assert row.state == "draft"
    assert secretary.post(url("determine", case), form).status_code == 409, "version 0 is not the draft's"
    assert secretary.post(url("determine", case), form | {"version": row.version}).status_code == 302
    page = chair.get(url("decide", case))
    sent = {**page.context["form"].initial, "agree": "yes", "reason": "So determined."}
    assert signed_in(setting.member).post(url("decide", case), sent).status_code == 403
    assert secretary.post(url("decide", case), sent).status_code == 403
    assert chair.post(url("decide", case), sent | {"digest": "0" * 64}).status_code == 409
    assert chair.post(url("decide", case), sent).status_code == 302
    connection.check_constraints()
    words = shown(setting.member, case)
    assert "Determined: not remove, with a plan" in words and "1 request" in words.lower().replace("one", "1")
    assert setting.case.state == "determined"
    assert chair.get(url("decide", case)).url == url("case", case), "decided by now"
    opposite = chair.post(url("decide", case), sent | {"agree": "no", "reason": "Not so determined."})
    assert opposite.status_code == 409 and "Not so determined." in text_of(opposite)
    adding = secretary.get(url("determine", case) + "?do=add").content.decode()
    assert "has its plan already" in adding


def test_draft_is_shown_with_what_is_missing_until_it_is_put(setting):
    cases.triaged(setting, at=dt.datetime.now(dt.UTC))
    secretary = signed_in(setting.secretary)
    assert "Record the determination" in shown(setting.secretary, setting.case)
    assert "Record the determination" not in shown(setting.member, setting.case)
    assert secretary.post(url("determine", setting.case), {"version": "0", "act": "save"}).status_code == 302
    assert Determination.objects.get().state == "draft"


def test_conflict_closes_the_file_to_the_member_and_the_chair_opens_it_again(setting):
    member, case = signed_in(setting.member), setting.case
    participants.write_note(
        case=case, by=setting.secretary, at=NOON, text="Read this.", paper=True, classification="amber",
        upload=SimpleUploadedFile("paper.pdf", PDF),
    )  # fmt: skip
    paper = Document.objects.get()
    assert member.get(url("case-document", case, paper.pk)).status_code == 200
    assert Reading.objects.get().read_by == setting.member
    assert member.get(f"/portal/documents/{paper.pk}/").status_code == 404, (
        "the common drawer does not hold it"
    )
    assert member.post(url("conflict", case), {"reason": "I work for the maker."}).status_code == 302
    words = shown(setting.member, case)
    assert "closed to you" in words and "Read this." not in words
    for name, args in (("case-document", (paper.pk,)), ("note", ()), ("ask", ())):
        assert member.get(url(name, case, *args)).status_code in (403, 404)
    conflict = case.conflicts.get()
    ending = {"reason": "She has left the maker."}
    assert member.post(url("end-conflict", case, conflict.pk), ending).status_code == 404
    assert signed_in(setting.chair).post(url("end-conflict", case, conflict.pk), ending).status_code == 302
    assert "Read this." in shown(setting.member, case)


@pytest.mark.clause("SC-1.2-2")
def test_invited_expert_reads_and_advises_but_decides_nothing_and_sees_no_red_paper(setting):
    expert = people.person(Role.EXPERT, people.organisation("Advisers", Organisation.Kind.OTHER))
    client, case = signed_in(expert), setting.case
    for level in ("amber", "red"):
        participants.write_note(
            case=case, by=setting.secretary, at=NOON, text=f"{level} paper", paper=True, classification=level,
            upload=SimpleUploadedFile("paper.pdf", PDF),
        )  # fmt: skip
    assert client.get(url("case", case)).status_code == 404
    for user, led in ((expert, False), (setting.member, True)):
        docket = signed_in(user).get(reverse("ssc:docket")).content.decode()
        assert (reverse("ssc:information") in docket) == led, "nobody is led where that person may not go"
    invitation = {"guest": expert.pk, "reason": "She knows the chip."}
    assert signed_in(setting.secretary).post(url("invite", case), invitation).status_code == 403
    assert signed_in(setting.chair).post(url("invite", case), invitation).status_code == 302
    answers = {
        row.classification: client.get(url("case-document", case, row.pk)).status_code
        for row in Document.objects.all()
    }
    assert answers == {"amber": 200, "red": 404}
    assert client.post(url("note", case), {"text": "Mend the firmware."}).status_code == 302
    assert CaseNote.objects.get(kind="advice").by == expert
    cases.triaged(setting)
    row = cases.put(setting)
    sent = {"version": row.version, "digest": cases.digest_of(row), "agree": "yes", "reason": "Yes."}
    assert client.post(url("decide", case), sent).status_code == 403
    assert client.post(url("determine", case), {"version": "0"}).status_code == 403
    assert Determination.objects.get().state == "put"
    assert (
        signed_in(setting.chair)
        .post(url("end-invitation", case, case.guests.get().pk), {"reason": "Done."})
        .status_code
        == 302
    )
    assert client.get(url("case", case)).status_code == 404


def test_party_s_reply_is_read_by_the_committee_and_by_the_party_alone(setting):
    case = setting.case
    row = requests.request_information(
        case=case, by=setting.secretary, at=NOON, addressee=setting.suppliers[0], question="How many?",
        reply_by=(NOON + 9 * DAY).date(),
    )  # fmt: skip
    requests.reply_to_request(
        request=row, by=setting.group.supplier, at=NOON, text="Nine.", classification="amber",
        upload=SimpleUploadedFile("answer.pdf", PDF),
    )  # fmt: skip
    document = Document.objects.get()
    address = url("case-document", case, document.pk)
    rival = cases.supplier("Brindle Power")
    allowed = {setting.member: 200, setting.group.supplier: 200, rival: 404, setting.group.secretariat: 404}
    assert {who: signed_in(who).get(address).status_code for who in allowed} == allowed
    assert signed_in(setting.group.secretariat).get(f"/portal/documents/{document.pk}/").status_code == 404
    assert "Nine." in shown(setting.member, case)


def test_impact_paper_is_computed_from_the_counts_kept_and_taken_as_a_file(setting):
    entry, case = setting.entries[0], setting.case
    dcc = dcc_lists.dcc_person()
    now = dt.datetime.now(dt.UTC)
    dcc_lists.version(
        "counts", dcc,
        {"entry": f"{entry}", "supplier": "Ashbeck Energy", "devices": 1000, "systems": 900}, at=now,
    )  # fmt: skip
    secretary = signed_in(setting.secretary)
    day = (now + 71 * DAY).date()
    sent = {"removal_day": str(day), f"pace_{setting.suppliers[0].pk}": "50"}
    assert secretary.post(url("impact", case), sent | {"removal_day": "2020-01-01"}).status_code == 422
    assert secretary.post(url("impact", case), sent).status_code == 302
    paper = ImpactPaper.objects.get()
    by_key = {each["key"]: (each["devices"], each["systems"]) for each in paper.figures["options"]}
    assert by_key == {
        "remove_now": (1000, 900),
        "remove_later": (500, 450),
        "retain": (0, 0),
        "retain_plan": (0, 0),
    }
    words = shown(setting.member, case)
    assert "900" in words and "450" in words
    page = signed_in(setting.member).get(url("paper", case, 1))
    assert "<svg" in page.content.decode() and "50 Devices a week" in text_of(page)
    rows = signed_in(setting.member).get(url("paper-csv", case, 1)).content.decode()
    assert "Remove now,Ashbeck Energy,1000,900" in rows
    assert signed_in(setting.group.supplier).get(url("paper", case, 1)).status_code == 403


def test_impact_without_counts_is_not_known(setting):
    assert signed_in(setting.secretary).post(url("impact", setting.case), {}).status_code == 302
    words = shown(setting.member, setting.case)
    assert "not known" in words and ImpactPaper.objects.get().counts is None


def test_meeting_gathers_what_waits_and_names_only_what_is_closed(setting):
    secretary = signed_in(setting.secretary)
    today = dt.datetime.now(dt.UTC).date()
    assert secretary.post(reverse("ssc:meetings"), {"on": str(today - DAY)}).status_code == 422
    called = secretary.post(reverse("ssc:meetings"), {"on": str(today + DAY), "place": "Room 2"})
    assert called.status_code == 302
    assert secretary.post(reverse("ssc:meetings"), {"on": str(today + DAY)}).status_code == 409
    cases.triaged(setting)
    cases.put(setting, security_implications="One key opens one meter.")
    assert "One key opens" not in text_of(secretary.get(called.url)), (
        "it waits for a meeting, and is not on this one's"
    )
    assert secretary.post(called.url, {"items": [f"case-{setting.case.pk}"]}).status_code == 302
    words = text_of(secretary.get(called.url))
    assert "wait for the Chair" in words and "One key opens one meter." in words
    participants.declare_conflict(case=setting.case, by=setting.member, at=NOON, reason="An interest.")
    words = text_of(signed_in(setting.member).get(called.url))
    assert setting.case.reference in words and "One key" not in words
    off = secretary.post(f"{called.url}call-off/", {"version": "1", "reason": "No quorum."})
    assert off.status_code == 302 and "Called off" in text_of(secretary.get(reverse("ssc:meetings")))


@pytest.mark.clause("SC-1.2-1")
def test_seats_are_for_the_categories_of_the_committee_alone(setting):
    secretary = signed_in(setting.secretary)
    seat = {"category": "large_supplier", "holder": setting.member.pk, "reason": "Elected."}
    assert secretary.post(reverse("ssc:members"), seat | {"category": "press"}).status_code == 422
    assert signed_in(setting.member).post(reverse("ssc:members"), seat).status_code == 403
    assert secretary.post(reverse("ssc:members"), seat).status_code == 302
    words = text_of(secretary.get(reverse("ssc:members")))
    assert "Large Suppliers" in words and "Nobody represents Small Suppliers" in words


def test_void_case_and_determinations_have_their_pages(setting):
    cases.decided(setting, at=dt.datetime.now(dt.UTC), with_plan=True)
    secretary = signed_in(setting.secretary)
    register = secretary.get(reverse("ssc:determinations"))
    assert "not remove" in text_of(register)
    binding = Determination.objects.get().binding
    assert "The risk is slight" in text_of(secretary.get(reverse("ssc:determination", args=[binding.pk])))
    assert Client().get(reverse("ssc:docket")).status_code == 302
    assert secretary.get(url("determine", setting.case) + "?do=remove").status_code == 200
    assert secretary.get(url("determine", setting.case) + "?do=add").status_code == 200
    removing.denied(setting.group, setting.event, at=dt.datetime.now(dt.UTC))
    cases.sweep(dt.datetime.now(dt.UTC))
    assert "No event stands" in shown(setting.member, setting.case)
    assert InformationRequest.objects.count() == 0


def test_text_that_the_chair_did_not_confirm_stands_in_the_next_form(setting):
    cases.decided(setting, agree=False, reasons="Too short.")
    page = signed_in(setting.secretary).get(url("case", setting.case))
    assert "The Chair did not confirm" in text_of(page) and "Too short." in page.content.decode()
    assert page.context["form"].initial["version"] == 0


def test_what_removal_did_stands_beside_what_was_predicted(setting):
    entry, now = setting.entries[0], dt.datetime.now(dt.UTC)
    dcc = dcc_lists.dcc_person()
    row = {"entry": f"{entry}", "supplier": "Ashbeck Energy", "devices": 1000, "systems": 900}
    dcc_lists.version("counts", dcc, row, at=now)
    impact.compute_impact(case=setting.case, by=setting.secretary, at=now)
    assert "Predicted" not in shown(setting.member, setting.case)
    cases.decided(setting, at=now, outcome="remove")
    removing.confirmed(setting.group, setting.event, at=now)
    devices.approved(removing.waiting_removal(entry), setting.group.approver, at=now)
    dcc_lists.version("counts", dcc, row | {"devices": 40, "systems": 38}, at=now + dt.timedelta(minutes=1))
    words = shown(setting.member, setting.case)
    assert "Predicted by paper 1: 900 Systems" in words
    assert "Suspended by the counts then: 900 Systems (version 1)" in words
    assert "38 are still Suspended (version 2)" in words


def test_feed_says_of_a_determination_only_that_there_is_one(setting):
    cases.decided(setting)
    tell_party(
        organisation=Membership.objects.get(user=setting.group.supplier).organisation, clause="Z6.5",
        title="Plan RP-9: remedy a failure", subject=setting.case, path="/portal/plans/RP-9/", key="test", at=NOON,
    )  # fmt: skip
    secret = make_feed_token(by=setting.group.supplier, at=NOON)
    feed = Client().get(f"/portal/notices.atom?token={secret}").content.decode()
    assert feed.count("A notice to read after signing in") == feed.count("Sign in to read it.") == 2
    assert "etermined" not in feed and "RP-9" not in feed and "removed" not in feed


def test_draft_is_given_up_with_a_reason_and_another_may_be_begun(setting):
    cases.triaged(setting)
    row, secretary = cases.written(setting), signed_in(setting.secretary)
    address = url("drop-determination", setting.case)
    assert (
        signed_in(setting.chair).post(address, {"version": row.version, "reason": "No."}).status_code == 403
    )
    assert secretary.post(address, {"version": row.version, "reason": ""}).status_code == 422
    assert secretary.post(address, {"version": "1000", "reason": "Begun in error."}).status_code == 409
    assert secretary.post(address, {"version": row.version, "reason": "Begun in error."}).status_code == 302
    assert Determination.objects.get().state == "dropped"
    cases.put(setting)
    assert secretary.get(address).status_code == 302
    late = secretary.post(address, {"version": setting.case.determinations.first().version, "reason": "No."})
    assert late.status_code == 409, "what is before the Chair is the Chair's to send back"


def test_replacement_is_flagged_on_the_case_and_one_in_force_from_the_start_is_for_information_only(setting):
    entry, now = setting.entries[0], dt.datetime.now(dt.UTC)
    new = removing.replaced(setting.group, entry, "NCSC", at=now)
    assert "awaits validation" in shown(setting.member, setting.case)
    removing.found_valid(setting.group, new, at=now)
    assert "is in force for this entry" in shown(setting.member, setting.case)
    held = cases.entry(2, cases.certificate_in_force(now, "CPA-A"), now)
    other = cases.certificate_in_force(now, "CPA-B")
    held.coverage.create(
        certificate=other, manufacturer_identifier="7E3E", attested_at=now,
        **{name: getattr(held, name) for name in ("device_type", "model_identifier", "hardware_version", "hardware_revision",
                                                  "firmware_version", "spec_type", "spec_version", "gbcs_version")},
    )  # fmt: skip
    removing.reported(setting.group, other, at=now)
    cases.sweep(now)
    assert not held.ssc_cases.exists()
    listed = text_of(signed_in(setting.member).get(reverse("ssc:information")))
    assert "000002" in listed and "CPA-A" in listed
