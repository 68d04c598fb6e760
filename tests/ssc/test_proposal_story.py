"""A modification from draft to NCSC's publication, through the pages alone; and who finds nothing there."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cpl.models import ScVersion
from secgov.accounts.models import Role, User
from secgov.errors import Conflict, NotPermitted
from secgov.journal.models import Act
from ssc.models import ENDED, Consultation, Proposal
from ssc.portal.proposal_acts import STEPS
from ssc.rules.proposals import CATEGORIES, CRITERIA
from ssc.services import proposals
from tests.factories import people
from tests.factories import proposals as make

pytestmark = pytest.mark.django_db


def browser(user: User | None) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(user: User, url: str, expect: int = 302, page: str = "", **values: object) -> str:
    """Fill in a page's form as the browser would: with the version that its page was made from."""
    client = browser(user)
    seen = client.get(page or url)
    assert seen.status_code == 200, (url, seen.status_code)
    hidden = dict(re.findall(r'name="(version|digest)" value="(\w+)"', seen.content.decode()))
    answer = client.post(url, hidden | values)
    assert answer.status_code == expect, answer.content.decode()[:4000]
    return answer.headers.get("Location", "") or answer.content.decode()


def test_a_modification_goes_from_draft_to_publication_through_the_pages():
    who = make.cast()
    with time_machine.travel(dt.datetime(2027, 1, 12, 10, tzinfo=dt.UTC)) as now:
        url = send(who.proposer, "/portal/proposals/new/", kind="sc_modification", organisation=who.maker.pk)
        base = url.removesuffix("form/who/")
        form = {name: value for name, value in make.FORM.items() if not isinstance(value, bool)}
        send(who.proposer, f"{base}form/who/", 422, sc_title="Ports", proposer_phone="x", then="continue")
        send(who.proposer, f"{base}form/who/", then="continue", **form)
        send(who.proposer, f"{base}form/need/", then="continue", **form)
        refused = send(who.proposer, f"{base}check/", 422)
        assert "Answer yes or no." in refused
        answers = {
            "affects_existing": "yes",
            "affected": who.characteristic.pk,
            "needs_new": "no",
            "urgent": "no",
        }
        send(who.proposer, f"{base}form/effect/", then="continue", **(form | answers))
        party = {
            "party": who.party.pk,
            "name": "Bea Quill",
            "phone": "01632 960002",
            "email": "bea@elsewhere.example",
        }
        send(who.proposer, f"{base}form/support/", then="name", **party)
        assert "Another domain" in browser(who.proposer).get(f"{base}check/").content.decode()
        send(who.proposer, f"{base}check/", submitted_at="2020-01-01")
        row = Proposal.objects.get()
        assert (row.state, row.submitted_at.year) == ("submitted", 2027)

        link = f"/portal/proposals/support/{row.supports.get().pk}/"
        for stranger in (who.proposer, who.other_supplier, who.secretary):
            assert browser(stranger).get(link).status_code == 404
            assert (
                browser(stranger).post(link, {"answer": "confirm", "version": row.version}).status_code == 404
            )
        assert browser(None).get(link).status_code == 302
        assert browser(None).get(f"/proposals/{row.reference}/").status_code == 404
        send(who.secretary, f"{base}act/take-up/", 422, classification="white")
        send(who.supporter, link, answer="confirm")

        send(who.secretary, f"{base}act/take-up/", classification="white", target_on="29 January 2027")
        send(who.secretary, f"{base}act/clarify/", question="Which ports?", reply_by="20 January 2027")
        send(who.secretary, f"{base}act/end-triage/", 422, need_is_clear="yes", finding="Clear.")
        send(
            who.proposer,
            f"{base}revise/",
            note="The optical ones.",
            **(form | answers | {"issue": "Optical ports."}),
        )
        send(who.secretary, f"{base}act/end-triage/", need_is_clear="yes", finding="Clear.")
        first = browser(who.secretary).get(f"{base}versions/1/").content.decode()
        assert "Debug ports stay open." in first and "Optical ports." not in first
        assert "Optical ports." in browser(who.supporter).get(f"{base}versions/2/").content.decode()
        view = {"text": "Welcome.", "reference": "N-1", "given_on": "12 January 2027"}
        send(who.secretary, f"{base}act/ncsc-view/", 422, **view)
        send(who.secretary, f"{base}act/ncsc-view/", **view, **dict.fromkeys(CRITERIA, "yes"))
        group = {"name": "Group", "areas": "Ports"}
        reasons = {f"category_{place}": "Not concerned." for place in range(1, len(CATEGORIES))}
        send(who.secretary, f"{base}act/convene/", 422, **group, **reasons)
        send(
            who.secretary,
            f"{base}act/convene/",
            **group,
            **reasons,
            invited_0=[who.party.pk],
            others_4="NCSC",
        )
        send(who.secretary, f"{base}act/refine/")
        consult = {
            "text": "Costs?",
            "starts_on": "12 January 2027",
            "ends_on": "29 January 2027",
            "is_open": "yes",
        }
        send(who.secretary, f"{base}act/consult/", **consult)
        asked = f"/portal/consultations/{Consultation.objects.get().pk}/"
        assert asked in browser(who.tester).get("/portal/proposals/").content.decode()
        send(who.tester, asked, text="Little.", organisation=who.lab.pk)
        assert "Little." not in browser(who.other_supplier).get(asked).content.decode()
        said = Consultation.objects.get().responses.get()
        send(who.secretary, f"{asked}answer/{said.pk}/", answer="Noted.")

        now.move_to(dt.datetime(2027, 1, 29, 12, tzinfo=dt.UTC))
        advice = {"text": "Go ahead.", "given_on": "28 January 2027"}
        send(
            who.secretary,
            f"{base}act/advice/",
            source="working_group",
            group=row.working_groups.get().pk,
            **advice,
        )
        send(who.secretary, f"{base}act/advice/", source="ncsc", **advice)
        decision = {"outcome": "approve", "reasons": "A known hole.", "minute_reference": "SSC 1"}
        assert "The consultation runs" in send(who.secretary, f"{base}act/prepare/", 422, **decision)
        now.move_to(dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC))
        send(who.secretary, f"{base}act/prepare/", **decision)
        chair = browser(who.chair).get(f"{base}decide/").content.decode()
        assert "Noted." in chair
        assert browser(who.member).post(
            f"{base}decide/", {"answer": "confirm", "version": Proposal.objects.get().version}
        ).status_code == 403  # fmt: skip
        send(who.chair, f"{base}decide/", answer="confirm")
        report = browser(who.proposer).get(f"{base}report.txt")
        assert b"A known hole." in report.content
        assert "attachment" in report.headers["Content-Disposition"]
        assert browser(who.proposer).get(f"{base}report/").status_code == 200

        planned = {
            "characteristic": who.characteristic.pk, "number": "1.3", "implementation_on": "1 March 2027", "amp_change": "no",
            "tsat_change": "no", "reason": "As minuted.",
        }  # fmt: skip
        send(who.secretary, f"{base}act/schedule/", 422, **(planned | {"number": "2.0"}))
        send(who.secretary, f"{base}act/schedule/", **planned)
        send(who.secretary, f"{base}act/sign-off/", reference="N-2", signed_off_on="1 February 2027")
        now.move_to(dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC))
        begun = browser(who.secretary).get(f"{base}act/publish/").content.decode()
        assert "DEV.M1 |" in begun
        published = {
            "published_on": "1 March 2027",
            "mitigations": make.MITIGATIONS,
            "gbcs_versions": "3.2, 4.0",
        }
        send(who.secretary, f"{base}act/publish/", 422, **(published | {"mitigations": "XXX.M1 | a | b | c"}))
        send(who.secretary, f"{base}act/publish/", **published)

        assert ScVersion.objects.get(sub=3).proposal_reference == row.reference
        public = browser(None).get(f"/proposals/{row.reference}/").content.decode()
        assert "Published" in public and "A known hole." in public and "01632" not in public
        page = browser(None).get(
            f"/security-characteristics/{who.characteristic.slug}/?commenced_on=1+March+2027"
        )
        assert "version 1.3" in page.content.decode()


@pytest.mark.clause("SC-2(a)")
@pytest.mark.clause("SC-2(d)")
@pytest.mark.clause("SC-2.1")
@pytest.mark.clause("SC-1.2-5")
def test_method_register_and_tracker_are_open_to_everybody():
    who = make.cast()
    page = browser(None).get("/guidance/security-characteristics/")
    assert page.status_code == 200
    assert "SC Modification Request" in page.content.decode() and "Words" in page.content.decode()
    register = browser(None).get("/security-characteristics/").content.decode()
    assert who.characteristic.name in register and "1.2" in register and "Gas Smart Meter" in register
    assert browser(None).get("/proposals/").status_code == 200


def test_the_tracker_shows_of_what_is_not_white_the_number_and_stage_only():
    who = make.cast()
    row = make.in_triage(who, classification="amber")
    for url in ("/proposals/", f"/proposals/{row.reference}/"):
        page = browser(None).get(url).content.decode()
        assert row.reference in page and "Triage" in page
        assert "debug" not in page.lower() and "Tarnwick" not in page


@pytest.mark.clause("SC-A2-0a")
def test_an_e_mailed_form_is_keyed_in_with_the_original_attached():
    who = make.cast()
    assert browser(who.proposer).get("/portal/proposals/e-mailed/").status_code == 403
    client = browser(who.secretariat)
    values = {
        "kind": "use_case",
        "received_on": "1 January 2026",
        "classification": "green",
        "organisation": who.lab.pk,
    }
    assert client.post("/portal/proposals/e-mailed/", values).status_code == 422
    values["original"] = SimpleUploadedFile("form.pdf", b"%PDF-1.4\n%%EOF\n")
    answer = client.post("/portal/proposals/e-mailed/", values)
    assert answer.status_code == 302
    row = Proposal.objects.get()
    assert (row.channel, str(row.received_on), row.original.name) == ("email", "2026-01-01", "form.pdf")
    kept = client.get(f"/portal/proposals/{row.pk}/original/")
    assert kept.content.startswith(b"%PDF")
    assert browser(who.tester).get(f"/portal/proposals/{row.pk}/original/").status_code == 200
    assert browser(who.proposer).get(f"/portal/proposals/{row.pk}/original/").status_code == 404


@pytest.mark.clause("SC-A2-0a")
def test_keyed_in_draft_is_finished_by_a_colleague_of_that_duty_and_the_acts_say_by_whom():
    who = make.cast()
    row = proposals.key_in_proposal(
        kind="use_case", original=SimpleUploadedFile("form.pdf", b"%PDF-1.4\n%%EOF\n"), classification="green",
        received_on=make.BEGAN.date(), organisation=None, by=who.secretariat, at=make.BEGAN,
    )  # fmt: skip
    url = f"/portal/proposals/{row.pk}/form/who/"
    for person in (who.member, who.chair, who.auditor, who.proposer, who.other_supplier):
        assert browser(person).get(url).status_code == 404, "a draft is none of theirs"
        assert not Proposal.objects.visible_to(person).exists()
    listed = browser(who.secretary).get("/portal/proposals/").content.decode()
    assert f'href="/portal/proposals/{row.pk}/"' in listed
    assert browser(who.secretary).get(url).status_code == 200
    values = make.FORM | {
        "affects_existing": False,
        "sc_title": "",
        "use_case_title": "After a flood",
        "reasons": [],
    }
    kept = proposals.save_draft(
        proposal=row, values=values, by=who.secretary, at=make.BEGAN, version=row.version
    )
    with pytest.raises(Conflict):
        proposals.save_draft(proposal=row, values={}, by=who.secretariat, at=make.BEGAN, version=row.version)
    handed_in = proposals.submit_proposal(
        proposal=kept, by=who.secretary, at=make.BEGAN, version=kept.version
    )
    acts = Act.objects.filter(subject_type="ssc.proposal", subject_id=str(row.pk)).order_by("pk")
    assert [(each.verb, each.actor) for each in acts] == [
        ("ssc.proposal.keyed_in", who.secretariat), ("ssc.proposal.draft_continued", who.secretary),
        ("ssc.proposal.submitted", who.secretary),
    ]  # fmt: skip
    with pytest.raises(NotPermitted):  # what was handed in is changed by whoever keyed it in, as before
        proposals.withdraw_proposal(
            proposal=handed_in,
            reason="x",
            by=people.person(Role.SECRETARIAT),
            at=make.BEGAN,
            version=handed_in.version,
        )


@pytest.mark.clause("SC-6.8")
def test_of_a_proposal_only_the_secretary_takes_the_next_step_and_only_the_next():
    """Which duty each role has is in the matrix; here the pages keep to it."""
    who = make.cast()
    row = make.in_triage(who)
    url = f"/portal/proposals/{row.pk}/"
    members = (who.member, who.chair, who.secretariat, who.auditor)
    strangers = (
        who.other_supplier,
        who.tester,
        who.dcc_user,
        people.person(Role.WORKING_GROUP_MEMBER, who.lab),
    )
    for persons, seen, done in ((members, 200, 403), (strangers, 404, 404)):
        for person in persons:
            client = browser(person)
            assert client.get(url).status_code == seen
            assert (
                client.post(f"{url}act/clarify/", {"question": "What?", "version": row.version}).status_code
                == done
            )
    secretary = browser(who.secretary)
    for step in STEPS:
        if "triage" not in step.states and step.slug != "join-group":
            answer = secretary.post(
                f"{url}act/{step.slug}/", _whole(step.slug, who) | {"version": row.version}
            )
            assert answer.status_code == 409, (step.slug, answer.status_code)
    assert Proposal.objects.get(pk=row.pk).version == row.version


def _whole(slug: str, who: make.Cast) -> dict[str, object]:
    """A form of a step that is whole, so that only the stage can refuse it."""
    day = "1 February 2099"
    reasons = {f"category_{place}": "No." for place in range(len(CATEGORIES))}
    return {
        "take-up": {"classification": "white"},
        "ncsc-view": {"text": "x", "reference": "r", "given_on": "1 January 2026", **dict.fromkeys(CRITERIA, "yes")},
        "convene": {"name": "G", "areas": "A", **reasons},
        "refine": {},
        "consult": {"text": "x", "starts_on": day, "ends_on": day, "is_open": "yes"},
        "advice": {"source": "ncsc", "text": "x", "given_on": "1 January 2026"},
        "refine-again": {"reason": "x"},
        "prepare": {"outcome": "reject", "reasons": "r", "minute_reference": "m"},
        "schedule": {
            "characteristic": who.characteristic.pk, "number": "1.3", "implementation_on": day, "amp_change": "no",
            "tsat_change": "no", "reason": "x",
        },
        "guidance": {"title": "x", "text": "x"},
        "move-date": {"implementation_on": day, "reason": "x"},
        "sign-off": {"reference": "r", "signed_off_on": "1 January 2026"},
        "publish": {"published_on": "1 January 2026", "mitigations": make.MITIGATIONS},
    }[slug]  # fmt: skip


def test_a_form_sent_with_an_old_version_is_a_conflict():
    who = make.cast()
    row = make.in_triage(who)
    stale = {"version": row.version - 1, "question": "What?"}
    answer = browser(who.secretary).post(f"/portal/proposals/{row.pk}/act/clarify/", stale)
    assert answer.status_code == 409
    assert not row.rounds.exists()
    assert row.state not in ENDED
