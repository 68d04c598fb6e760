"""Plans as their Party and the SSC see them in a browser, from imposed to completed, and to unremedied (theme E)."""

import datetime as dt
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from secgov.accounts.models import Role, User
from secgov.documents.models import Reading
from secgov.journal.models import Rehearsal
from ssc.models import ConflictOfInterest, RemedialPlan
from ssc.services import plan_watch
from tests.documents.files import upload
from tests.factories import dcc_lists, people, plans
from tests.ssc import planning
from tests.ssc.planning import now

pytestmark = pytest.mark.django_db
PAGE, DESK = "/portal/plans/RP-001/", "/portal/ssc/plans/RP-001/"
PLAN = {
    "remedy": "Upgrade every meter.", "remedied_by": "30 April 2027", "rows": "3", "what_1": "Trial", "by_1": "26/2/2027",
    "devices_1": "400", "what_3": "All", "by_3": "30 April 2027", "devices_3": "9,870",
}  # fmt: skip


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the time at the edges, as a rehearsal does."""

    def set_to(at: dt.datetime) -> None:
        Rehearsal.objects.all().delete()
        Rehearsal.objects.create(now=at, set_at=dt.datetime.now(dt.UTC))

    return set_to


def signed_in(user: User) -> Client:
    """A browser for a person."""
    client = Client()
    client.force_login(user)
    return client


def words(answer: HttpResponse) -> str:
    """The page as text, on one line."""
    return " ".join(strip_tags(answer.content.decode().replace("</li>", " </li>")).split())


def sent(client: Client, address: str, **values: Any) -> HttpResponse:
    """Post a form that was made from the plan as it is now."""
    plan = RemedialPlan.objects.get(reference="RP-001")
    return client.post(address, {"version": plan.version} | values)


@pytest.mark.clause("Z6.3(a)", "Z6.3(b)-1", "Z6.3(b)-2", "Z6.3(c)", "Z6.3(d)", "Z6.5-1")
def test_a_plan_goes_from_imposed_to_completed_through_the_pages(clock: Any) -> None:
    group, person = plans.committee(), plans.supplier()
    planning.imposed(group, person)
    party, chair, secretary = (signed_in(each) for each in (person, group.chair, group.secretary))
    clock(plans.IMPOSED + dt.timedelta(days=1))

    overview = words(party.get("/portal/plans/"))
    assert "One Remedial Plan" in overview
    assert "19 Working Days leftend of Monday 1 March 2027" in overview
    page = words(party.get(PAGE))
    assert "No plan has been proposed yet" in page
    assert "your obligations under Appendix Z 6.3 are material obligations" in page

    empty = party.get(f"{PAGE}propose/").context["form"]
    assert (empty["rows"].value(), 'name="what_3"' in str(empty["what_3"])) == (3, True), (
        "as a browser sends it back"
    )
    added = party.post(f"{PAGE}propose/", PLAN | {"version": "1", "add": "1"})
    assert added.status_code == 200
    assert 'name="what_4"' in added.content.decode()
    assert 'value="Trial"' in added.content.decode()
    added = party.post(f"{PAGE}propose/", PLAN | {"version": "1", "add": "1", "document": upload()})
    assert "Choose “certificate.pdf” again: adding a row did not keep it." in words(added)
    given = {"document": upload(), "classification": "amber"}
    assert "Milestone 3: give a day" in words(
        sent(party, f"{PAGE}propose/", **PLAN | {"rows": "0", "by_3": ""})
    )
    wrong = sent(party, f"{PAGE}propose/", **PLAN | {"by_3": "", "remedied_by": ""} | given)
    assert wrong.status_code == 422
    assert words(wrong).count("Choose “certificate.pdf” again") == 2, "above the form, and at the field"
    assert "Milestone 3: give a day" in words(wrong)
    assert sent(party, f"{PAGE}propose/", **PLAN).status_code == 302

    assert sent(chair, f"{DESK}comment/", number="1", text="How will you reach them all?").status_code == 302
    assert "One comment to answer" in words(party.get(PAGE))
    unanswered = sent(party, f"{PAGE}propose/", **PLAN)
    assert "Comment 1 has no answer" in words(unanswered)
    comment = now(RemedialPlan.objects.get()).versions.get(number=1).comments.get()
    assert sent(party, f"{PAGE}propose/", **PLAN | {f"answer_{comment.pk}": "A visit."}).status_code == 302
    stale = chair.post(
        f"{DESK}decide/", {"version": "1", "number": "2", "approve": "yes", "reason": "Good so far."}
    )
    assert stale.status_code == 409
    assert "It was not kept. Copy what you still need.Good so far." in words(stale)
    assert "Trial, by 26 February 2027, 400 Devices together" in words(chair.get(f"{DESK}decide/"))
    assert sent(chair, f"{DESK}decide/", number="2", approve="yes", reason="It will do.").status_code == 302
    assert "Approved, version 2" in words(party.get(PAGE))

    assert (
        secretary.post(f"{DESK}ask/", {"question": "How many so far?", "reply_by": "12/2/2027"}).status_code
        == 302
    )
    request = RemedialPlan.objects.get().progress_requests.get()
    report = {"text": "All but a few.", "as_of": "2/2/2027", "devices": "380"}
    assert party.post(f"{PAGE}report/?request={request.pk}", report).status_code == 302
    evidence = {"text": "The log.", "document": upload(), "classification": "amber"}
    assert party.post(f"{PAGE}milestones/1/evidence/", evidence).status_code == 302
    shown = words(chair.get(DESK))
    assert "380 of 400" in shown
    assert "certificate.pdf" in shown
    milestone = RemedialPlan.objects.get().current.milestones.get(number=1)
    document = milestone.evidence.get().document_id
    assert chair.get(f"{DESK}documents/{document}/").status_code == 200
    assert Reading.objects.filter(read_by=group.chair).count() == 1
    found = {"milestone": milestone.pk, "finding": "met", "reason": "Seen."}
    assert sent(chair, f"{DESK}find/", **found).status_code == 302
    assert sent(chair, f"{DESK}end/", how="complete", reason="All are upgraded.").status_code == 302
    page = words(party.get(PAGE))
    assert "Completed. All are upgraded." in page
    assert "Propose a change" not in page


@pytest.mark.clause("Z6.5-2", "Z6.5-3")
def test_a_failure_goes_from_the_notice_to_unremedied_through_the_pages(clock: Any) -> None:
    group, person = plans.committee(), plans.supplier()
    plan = planning.carried_out(group, person)
    party, chair, secretary = (signed_in(each) for each in (person, group.chair, group.secretary))
    clock(dt.datetime(2027, 3, 1, 10, tzinfo=dt.UTC))
    milestone = plan.current.milestones.get(number=1).pk
    text = {"ground": "compliance", "milestone": milestone, "text": "Reach 400 meters."}
    assert "has not found" in words(sent(chair, f"{DESK}notice/", **text))
    found = {"milestone": milestone, "finding": "non_compliant", "reason": "Six weeks late."}
    assert sent(chair, f"{DESK}find/", **found).status_code == 302
    assert "end with Wednesday 31 March 2027" in words(chair.get(f"{DESK}notice/"))
    assert sent(chair, f"{DESK}notice/", **text).status_code == 302

    page = words(party.get(PAGE))
    assert "Remedy notice: 20 Working Days left" in page
    assert "end of Wednesday 31 March 2027" in page
    assert "the notice is about this one" in page
    assert "Nothing is declared" not in page
    remedied = {"remedied_on": "2/3/2027", "text": "Done."}
    assert "still to come" in words(party.post(f"{PAGE}notices/1/remedied/", remedied))
    clock(dt.datetime(2027, 3, 5, 10, tzinfo=dt.UTC))
    assert party.post(f"{PAGE}notices/1/remedied/", remedied).status_code == 302
    notice = plan.remedy_notices.get()
    stood = {"version": notice.version, "reason": "The referral."}
    assert chair.post(f"{DESK}notices/1/time/", stood).status_code == 302
    assert "its time stands still" in words(party.get(PAGE))
    clock(dt.datetime(2027, 3, 8, 10, tzinfo=dt.UTC))
    assert chair.post(f"{DESK}notices/1/time/", stood | {"version": notice.version + 1}).status_code == 302
    assert "end of Thursday 1 April 2027" in words(party.get(PAGE))

    over = dt.datetime(2027, 4, 1, 23, tzinfo=dt.UTC)
    clock(over)
    plan_watch.watch_plans(clock=lambda: over)
    page = words(party.get(PAGE))
    assert "The condition of an Event of Default is met." in page
    assert "Nothing is declared by that." in page
    minute = {
        "kind": "remedied", "notice": notice.pk, "remedied_on": "2/3/2027", "reason": "Seen.",
        "minute_reference": "SSC 114",
    }  # fmt: skip
    assert sent(secretary, f"{DESK}minute/", **minute).status_code == 302
    decision = plan.minuted_decisions.get()
    assert "Waits for the Chair" in words(chair.get(DESK))
    assert "Remedied on2 March 2027" in words(chair.get(f"{DESK}minuted/{decision.pk}/"))
    answer = {"version": decision.version, "agree": "yes", "reason": "So minuted."}
    assert chair.post(f"{DESK}minuted/{decision.pk}/", answer).status_code == 302
    assert chair.post(f"{DESK}minuted/{decision.pk}/", answer | {"agree": "no"}).status_code == 409
    claim = {"remedied_on": "2/3/2027", "text": "Done."}
    assert party.post(f"{PAGE}notices/1/remedied/", claim).status_code == 409
    for browser, address in ((chair, f"{DESK}minuted/{decision.pk}/"), (party, f"{PAGE}notices/1/remedied/")):
        assert browser.get(address).status_code == 302, "it has ended by now"
    assert "Remedied on Tuesday 2 March 2027" in words(party.get(PAGE))


@pytest.mark.clause("Z6.3-0")
def test_another_party_finds_nothing_and_hears_of_nothing() -> None:
    group, person, rival = plans.committee(), plans.supplier(), plans.supplier("Thrushgill Energy")
    plan = planning.carried_out(group, person)
    planning.found(plan, group.chair, "non_compliant", at=planning.APPROVED)
    planning.notified(plan, group.chair, at=planning.APPROVED)
    client = signed_in(rival)
    for rest in ("", "propose/", "versions/1/", "report/", "milestones/1/evidence/", "notices/1/remedied/"):
        assert client.get(f"{PAGE}{rest}").status_code == 404
        assert client.get(f"/portal/plans/RP-999/{rest}").status_code == 404
    overview = words(client.get("/portal/plans/"))
    assert "No Remedial Plan" in overview
    assert "Cindermoor" not in overview
    assert client.get("/portal/ssc/plans/").status_code == 403
    assert client.get(DESK).status_code == 403


def test_the_ssc_reads_and_each_of_it_finds_what_it_may_do() -> None:
    group, person = plans.committee(), plans.supplier()
    plan = planning.imposed(group, person)
    planning.proposed(plan, person)
    auditor = people.person(Role.AUDITOR)
    offered = {}
    for name, user in {
        "chair": group.chair,
        "secretary": group.secretary,
        "member": group.member,
        "auditor": auditor,
    }.items():
        client = signed_in(user)
        assert "RP-001" in words(client.get("/portal/ssc/plans/?show=waiting"))
        offered[name] = (
            words(client.get(DESK)).partition("What you can do")[2].partition("Versions")[0].strip()
        )
    assert offered["auditor"] == ""
    assert offered["member"] == "Comment on version 1"
    assert offered["secretary"] == "Comment on version 1 Ask how it goes on Record a minuted decision"
    assert offered["chair"].startswith("Decide on version 1 Comment on version 1")
    assert "Record a minuted decision" not in offered["chair"]
    for rest in ("decide/", "find/", "notice/", "period/", "end/"):
        assert signed_in(group.member).get(f"{DESK}{rest}").status_code == 403
    ConflictOfInterest.objects.create(
        case=plan.determination.case, member=group.member, reason="Shares.", declared_at=plans.IMPOSED
    )
    assert signed_in(group.member).get(DESK).status_code == 404
    assert "RP-001" not in words(signed_in(group.member).get("/portal/ssc/plans/?show=all"))


def test_the_dccs_counts_stand_beside_a_partys_own_figures_and_no_other_partys(clock: Any) -> None:
    group, person, rival = plans.committee(), plans.supplier(), plans.supplier("Brindle Power")
    plan = planning.carried_out(group, person)
    dcc = dcc_lists.dcc_person()
    for at, own, other in ((plans.IMPOSED, 9870, 5111), (plans.IMPOSED + 30 * planning.DAY, 8630, 4222)):
        rows = [
            {
                "entry": "344",
                "supplier": plans.organisation_of(who).name,
                "devices": number,
                "systems": number,
            }
            for who, number in ((person, own), (rival, other))
        ]
        dcc_lists.version("counts", dcc, *rows, at=at)
    clock(plans.IMPOSED + 40 * planning.DAY)
    for reader, address in ((person, PAGE), (group.member, DESK)):
        page = words(signed_in(reader).get(address))
        assert "Left on the entry, by the DCC9,8708,630" in page
        assert "4,222" not in page and "12,852" not in page
    assert plan.organisation.name in words(signed_in(group.member).get(DESK))
