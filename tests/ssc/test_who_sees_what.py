"""Who sees what of the SSC's work: one world, every kind of person, every address; and nothing of it in public.

SEES is the table to lay beside the issue: a case is for the SSC, its secretary and the auditor; a Party sees its own plan,
requests, notices and referrals, and not even that others exist; the desk reads; the Authority's recorder sees referrals.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from secgov.accounts.models import Membership, Organisation, Role, User
from secgov.documents.models import Document, Reading
from secgov.journal import clock
from secgov.journal.models import Rehearsal
from secgov.web.finding import find_work
from ssc.models import Referral, RemedialPlan
from ssc.services import participants, requests
from ssc.services.advice import advise_authority
from tests.cpl.desk import page_of, signed_in, text_of
from tests.factories import cases, people, referring, removing
from tests.ssc import planning

NOON, DAY = cases.NOON, cases.DAY
SECRET = "One recovered key opens one meter."  # what the factory writes of the security implications


@dataclass
class World:
    """A determined case with two plans, a request, a referral, an advice and papers; and everybody."""

    setting: cases.Stage
    mine: RemedialPlan
    theirs: RemedialPlan
    referral: Referral
    paper: Document
    evidence: Document
    who: dict[str, User]
    addresses: dict[str, str]


def everybody(settings: LazySettings, folder: Path) -> World:
    """Make it, in life."""
    Rehearsal.objects.create(now=NOON + 5 * DAY, set_at=clock.real_now())
    setting = cases.stage(confirmed=True)
    first, second = cases.supplier("Ember Power"), cases.supplier("Frost Energy")
    ember, frost = map(removing.organisation_of, (first, second))
    case = cases.triaged(setting)
    question = requests.request_information(
        case=case,
        by=setting.secretary,
        at=NOON,
        addressee=ember,
        question="How many?",
        reply_by=(NOON + DAY).date(),
    )
    participants.write_note(
        case=setting.case, by=setting.secretary, at=NOON, text="Ask NCSC again.", classification="red", paper=True,
        upload=SimpleUploadedFile("paper.txt", b"A paper of the Committee."),
    )  # fmt: skip
    made = cases.decided(setting, with_plan=True, obliged=[ember, frost])
    mine, theirs = made.plans.order_by("organisation__name")
    planning.proposed(mine, first, at=NOON + DAY, upload=SimpleUploadedFile("plan.txt", b"A plan."),
                      classification="amber")  # fmt: skip
    referral = referring.lodged(made.binding, first, at=NOON + DAY, documents=1)
    advice = advise_authority(
        by=setting.chair, at=NOON,
        values={"kind": "actual", "devices": "Meters of one maker", "security_characteristics": "SM 1.3",
                "text": "They fail.", "advised_on": NOON.date(), "minute_reference": "SSC 112"},
    )  # fmt: skip
    body = removing.organisation_of(setting.chair)
    who = {
        "nobody": people.person(Role.TRADE_BODY), "own party": first, "other party": second,
        "party without plan": people.person(
            Role.NETWORK, people.organisation("Grid", Organisation.Kind.PARTY, party_category="gas_network")),
        "manufacturer": setting.group.cast.manufacturer, "member": setting.member, "secretary": setting.secretary,
        "chair": setting.chair, "conflicted": people.person(Role.SSC_MEMBER, body), "expert": people.person(Role.EXPERT, body),
        "secretariat": setting.group.secretariat, "approver": setting.group.approver, "auditor": people.person(Role.AUDITOR),
        "authority": setting.group.recorder,
    }  # fmt: skip
    both = people.person(Role.SSC_MEMBER, body)
    Membership.objects.create(user=both, organisation=body, role=Role.APPROVER, began_at=people.LONG_AGO)
    who["conflicted approver"] = both
    for each in ("conflicted", "conflicted approver"):
        participants.declare_conflict(case=setting.case, by=who[each], at=NOON, reason="I hold shares.")
    paper = Document.objects.get(name="paper.txt")
    evidence = referral.documents.get()
    plan = Document.objects.get(name="plan.txt")

    def url(name: str, *args: object) -> str:
        return reverse(f"ssc:{name}", args=args)

    addresses = {
        "case": url("case", setting.case), "case paper": url("case-document", setting.case, paper.pk),
        "own request": url("asked", question.pk), "own plan": url("plan", mine), "other plan": url("plan", theirs),
        "plan document": url("plan-document", mine, plan.pk), "plan of the SSC": url("ssc-plan", mine),
        "plan document of the SSC": url("ssc-plan-document", mine, plan.pk),
        "referral": url("referral", referral), "bundle": url("referral-bundle", referral),
        "referral document": url("referral-document", referral, evidence.pk),
        "advice": url("advice-given", advice), "desk case": page_of(setting.case), "desk plan": page_of(mine),
        "desk referral": page_of(referral), "drawer: paper": reverse("portal:document", args=[paper.pk]),
        "drawer: plan": reverse("portal:document", args=[plan.pk]),
        "drawer: evidence": reverse("portal:document", args=[evidence.pk]),
        "desk drawer": reverse("admin:documents_document_take", args=[paper.pk]),
    }  # fmt: skip
    return World(setting, mine, theirs, referral, paper, evidence, who, addresses)


pytestmark = [pytest.mark.django_db, pytest.mark.world.with_args(everybody)]


FILE = {
    "case",
    "case paper",
    "plan of the SSC",
    "plan document of the SSC",
    "referral",
    "bundle",
    "referral document",
}
DESK = {"desk case", "desk plan", "desk referral"}
SEES = {
    "nobody": set[str](),
    "own party": {"own request", "own plan", "plan document", "referral", "referral document"},
    "other party": {"other plan"},
    "party without plan": set[str](),
    "manufacturer": set[str](),
    "member": FILE | {"advice"},
    "secretary": FILE | {"advice"},
    "chair": FILE | {"advice"},
    "conflicted": {"case", "advice"},  # that there is a case, and none of its papers
    "conflicted approver": {"case", "advice"},  # nor by another role of the same person
    "expert": set[str](),  # not invited to this case
    "secretariat": DESK | {"referral", "bundle", "referral document"},
    "approver": DESK | {"referral", "bundle", "referral document"},
    "auditor": FILE | DESK,
    "authority": {"referral", "bundle", "referral document", "advice"},
}


def test_everybody_finds_what_the_table_says_and_nothing_else(world: World) -> None:
    found = {}
    for name, user in world.who.items():
        client = signed_in(user)
        found[name] = {
            place for place, address in world.addresses.items() if client.get(address).status_code == 200
        }
    assert found == SEES


FINDS = {
    **{each: {"case", "mine", "theirs", "referral"} for each in ("member", "secretary", "chair", "auditor")},
    **{each: {"referral"} for each in ("secretariat", "approver", "authority")},
    "own party": {"mine", "referral"},
    "other party": {"theirs"},
}
"""By searching. Neither of the conflicted finds anything of the case, and no Party a plan that is not its own."""


def test_search_finds_what_its_person_may_read_and_nothing_else(world: World) -> None:
    things = {
        "case": world.setting.case,
        "mine": world.mine,
        "theirs": world.theirs,
        "referral": world.referral,
    }
    for name, user in world.who.items():
        found = {
            hit.reference
            for row in things.values()
            for group in find_work(str(row), person=user)
            for hit in group.rows
        }
        assert {each for each, row in things.items() if str(row) in found} == FINDS.get(name, set()), name
        assert len(found) == len(FINDS.get(name, set())), name
    client = signed_in(world.who["own party"])
    page = client.get(reverse("search-work"), {"q": "Ember"})
    assert world.addresses["own plan"] in page.content.decode() and "Frost" not in text_of(page)
    assert "Nothing here fits" in text_of(client.get(reverse("search-work"), {"q": "Frost"}))
    desk = signed_in(world.who["auditor"]).get("/admin/search/", {"q": str(world.theirs)})
    assert (
        world.addresses["plan of the SSC"].replace(str(world.mine), str(world.theirs))
        in desk.content.decode()
    )


def test_nobody_reads_the_reasons_but_those_whom_they_are_for(world: World) -> None:
    """A conflict shows that the case is there; a Party's pages never say what was weighed, or who else has a plan."""
    assert SECRET not in text_of(signed_in(world.who["conflicted"]).get(world.addresses["case"]))
    for name, others in (("own party", "Frost"), ("other party", "Ember"), ("party without plan", "Ember")):
        client = signed_in(world.who[name])
        pages = ["/portal/", "/portal/plans/", "/portal/referrals/", "/portal/notices/", "/portal/obligations/",
                 *(world.addresses[each] for each in SEES[name] if "document" not in each)]  # fmt: skip
        words = " ".join(text_of(client.get(page)) for page in pages)
        assert SECRET not in words and others not in words, name


def test_nothing_of_it_shows_in_public(world: World) -> None:
    entry = world.setting.entries[0]
    client = Client()
    pages = ("/", f"/cpl/entries/{entry}/", "/cpl/", "/cpl/changes/", "/cpl/calendar/", "/service-level/",
             f"/api/v1/cpl/entries/{entry}/", "/api/v1/cpl/changes/", "/api/v1/service-level/", "/clauses/")  # fmt: skip
    words = " ".join(client.get(page).content.decode() for page in pages)
    secrets = (
        SECRET,
        str(world.setting.case),
        str(world.mine),
        str(world.referral),
        "Ember",
        "Frost",
        "Slight",
    )
    assert [each for each in secrets if each in words] == []


def test_every_download_of_what_is_not_white_is_noted(world: World) -> None:
    for name, place in (
        ("chair", "case paper"),
        ("own party", "plan document"),
        ("authority", "referral document"),
    ):
        before = Reading.objects.count()
        assert signed_in(world.who[name]).get(world.addresses[place]).status_code == 200
        assert (
            Reading.objects.filter(read_by=world.who[name]).exists() and Reading.objects.count() == before + 1
        )
