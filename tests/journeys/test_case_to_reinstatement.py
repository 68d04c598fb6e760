"""One certificate of several models withdrawn by NCSC, through the SSC's casework, to the Authority and back to the list.

Everything passes the real edges: pages, sweeps at rehearsed instants, the outbox.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from cpl.models import DeviceModel, Edition, ListChange
from secgov.accounts.models import User
from secgov.journal import clock
from secgov.journal.models import Message, Notice, Obligation, Rehearsal, Task
from ssc.models import AuthorityAnswer, Case, ImpactPaper, Referral, RemedialPlan, RemedyNotice
from ssc.promises import count_promises
from tests.cpl.desk import approve_url, decision, page_of, signed_in, text_of
from tests.factories import cases, people, publishing, removing

pytestmark = pytest.mark.django_db
BEGINNING = dt.datetime(2026, 11, 27, 9, 0, tzinfo=dt.UTC)  # a Friday
REASON = {"reason": "As minuted."}


def sweep(name: str, at: str) -> None:
    """Rehearse a sweep at an instant of London; from then on that is the time."""
    call_command("sweep", name, at=at)


def url(name: str, *args: Any) -> str:
    """An address of the SSC's pages."""
    return reverse(f"ssc:{name}", args=args)


def post(who: User, address: str, **values: Any) -> Client:
    """Send a form as somebody, who is then led on."""
    client = signed_in(who)
    answer = client.post(address, values)
    assert answer.status_code == 302, text_of(answer)
    return client


def upon(who: User, address: str, **values: Any) -> Client:
    """Open a page, and send the hidden fields of its form with what the person adds."""
    client = signed_in(who)
    shown = client.get(address)
    assert shown.status_code == 200, text_of(shown)
    form = shown.context["form"] or shown.context["record"].works[0].form
    hidden = {each.name: each.value() for each in form if each.is_hidden and each.value() is not None}
    answer = client.post(address, hidden | values)
    assert answer.status_code == 302, text_of(answer)
    return client


def approve(who: User, change: ListChange) -> None:
    """Approve a change of the list on its page."""
    client = signed_in(who)
    shown = client.get(approve_url(change))
    assert client.post(reverse("admin:cpl_listchange_approve"), decision(shown)).status_code == 302


def issue(at: str) -> Edition:
    """Let the window end: the next edition is issued and carried to everybody."""
    sweep("cpl.publish", at)
    publishing.carry(clock.now())
    return Edition.objects.order_by("-number")[0]


def plan_fields(first: str, last: str) -> dict[str, str]:
    """What a Supplier writes into the plan editor."""
    return {
        "remedy": "Upgrade every meter.", "remedied_by": last, "rows": "3", "what_1": "A trial", "by_1": first,
        "devices_1": "400", "what_2": "All of them", "by_2": last, "devices_2": "9870",
    }  # fmt: skip


def public_page(entry: DeviceModel) -> str:
    """What anybody reads of an entry."""
    return text_of(Client().get(f"/cpl/entries/{entry}/"))


def test_case_is_determined_planned_for_referred_removed_and_reinstated(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.AUTHORITY_EMAIL = "codes@authority.example"
    publishing.signing_key(settings, tmp_path)
    Rehearsal.objects.create(now=BEGINNING, set_at=clock.real_now())
    stage = publishing.stage(parties=1)
    group = removing.committee(stage.cast)
    first, second = group.supplier, cases.supplier("Burnside Power")
    ashbeck, burnside = map(removing.organisation_of, (first, second))
    entries = [removing.listed_entry(group.cast, at=BEGINNING)]
    certificate = removing.certificate_of(entries[0], "NCSC")
    for firmware in ("05080611", "05080612"):
        entries.append(removing.listed_entry(group.cast, at=BEGINNING, firmware_version=firmware))
        removing.give(group, certificate, entries[-1])
    entry = entries[0]
    began = issue("2026-11-27T12:00")

    # NCSC withdraws the certificate; a Supplier reports it, and every model that it covers has its case, in one group.
    sweep("journal.raise_alarms", "2026-12-02T09:00")
    post(first, reverse("portal:report-event", args=[certificate.pk]), kind="WITHDRAWN", occurred_on="1 December 2026",
         aware_on="2 December 2026", note="By its letter.")  # fmt: skip
    sweep("ssc.open_cases", "2026-12-02T09:05")
    sweep("ssc.open_cases", "2026-12-02T09:10")
    opened = list(Case.objects.order_by("device_model"))
    assert [each.device_model for each in opened] == entries and len(
        {each.events.get().event for each in opened}
    ) == 1
    assert all("Current" in public_page(each) and "withdrawn" not in public_page(each) for each in entries)
    case = opened[0]
    assert str(entry) in text_of(signed_in(group.chair).get(url("docket")))

    # Triage, a request and its answer, the paper of what each outcome would do.
    for each in opened:
        upon(group.secretary, url("triage", each), seriousness="high", target="16 December 2026", **REASON)
    post(group.secretary, url("ask", case), addressee=burnside.pk, question="How many in prepayment?",
         reply_by="4 December 2026")  # fmt: skip
    asked = case.requests.get()
    assert signed_in(first).get(url("asked", asked.pk)).status_code == 404
    post(second, url("asked", asked.pk), text="About a third.")
    post(group.secretary, url("impact", case))
    assert ImpactPaper.objects.get().case == case

    # Retained, with a plan for each of two Suppliers. All Parties hear "not removed", and nothing of plans.
    starts = "2 December 2026"
    given = {
        "act": "put", "security_implications": "One key opens one meter.", "consumer_consequences": "Homes off supply.",
        "weighing": "A plan weighs less on homes.", "devices_unknown_reason": "No counts yet.", "ncsc": "none",
        "outcome_key": "retain_plan", "obliged": [ashbeck.pk, burnside.pk], "proposal_days": "20",
        "proposal_unit": "working_days", "proposal_starts_on": starts, "approval_days": "40",
        "approval_unit": "working_days", "approval_starts_on": starts, "reasons": "Slight, and mended soon.",
        "determined_on": starts, "minute_reference": "SSC 112, item 4",
    }  # fmt: skip
    upon(group.secretary, url("determine", case), **given)
    upon(group.chair, url("decide", case), agree="yes", **REASON)
    mine, theirs = RemedialPlan.objects.order_by("organisation__name")
    told = Notice.objects.filter(organisation=stage.parties[0], clause="Z6.2").get()
    assert "not to be removed" in told.title and "plan" not in f"{told.title}{told.context}".lower()
    assert signed_in(first).get(url("plan", theirs)).status_code == 404
    publishing.carry(clock.now())
    assert not Message.objects.filter(context__icontains="prepayment").exists()

    # The first proposes, answers a comment, is approved, carries it out.
    sweep("journal.raise_alarms", "2026-12-03T10:00")
    upon(first, url("propose", mine), **plan_fields("31 December 2026", "29 January 2027"))
    upon(group.chair, url("comment-plan", mine), text="How are homes in prepayment reached?")
    comment = mine.versions.get().comments.get()
    upon(first, url("propose", mine), **plan_fields("31 December 2026", "29 January 2027"),
         **{f"answer_{comment.pk}": "By a visit."})  # fmt: skip
    upon(group.chair, url("decide-plan", mine), approve="yes", **REASON)
    upon(group.chair, url("end-plan", mine), how="complete", **REASON)
    assert RemedialPlan.objects.get(pk=mine.pk).state == "completed"

    # The second is refused, refers that, and has its remedy notice; the referral does not stop the 20 Working Days.
    upon(second, url("propose", theirs), **plan_fields("31 March 2027", "30 July 2027"))
    upon(group.chair, url("decide-plan", theirs), approve="no", **REASON)
    begin = f"{url('new-referral')}?plan={theirs}"
    post(second, begin, grounds="No meter can be reached sooner.", organisation=burnside.pk)
    refused = Referral.objects.get()
    post(second, url("lodge-referral", refused), version=refused.version)
    assert signed_in(first).get(url("referral", refused)).status_code == 404
    sweep("journal.raise_alarms", "2026-12-10T10:00")
    upon(group.chair, url("notice-plan", theirs), ground="approval", text="Gain the SSC's approval.")
    notice = RemedyNotice.objects.get()
    assert notice.announced_last_day == dt.date(2027, 1, 12)
    sweep("ssc.watch_plans", "2027-01-12T23:30")
    assert RemedyNotice.objects.get().reported_at is None
    sweep("ssc.watch_plans", "2027-01-13T00:05")
    assert RemedyNotice.objects.get().reported_at and RemedyNotice.objects.get().state == "running"

    # NCSC has confirmed; under 6.4 the SSC determines removal after all, and the next edition carries it.
    event = certificate.events.get()
    post(group.secretariat, reverse("admin:cpl_certificateevent_confirm", args=[event.pk]), version=event.version,
         body="NCSC", contact="CPA desk", method="letter", said_on="12 January 2027", reference="N/7", **REASON)  # fmt: skip
    sweep("journal.raise_alarms", "2027-01-14T10:00")
    six_four = {
        "act": "put", "outcome_key": "remove", "reasons": "The weakness is used.", "determined_on": "14 January 2027",
        "minute_reference": "SSC 113, item 2", "security_implications": "It is used.", "ncsc": "none",
        "consumer_consequences": "Few homes remain.", "weighing": "Security weighs more.",
        "devices_unknown_reason": "No counts yet.",
    }  # fmt: skip
    upon(group.secretary, f"{url('determine', case)}?do=remove", **six_four)
    upon(group.chair, url("decide", case), agree="yes", **REASON)
    removal = removing.waiting_removal(entry)
    assert removal is not None and removal.clause == "Z6.4"
    due = Obligation.objects.standing().about(removal).filter(by_law=True)
    assert {each.due_at for each in due} == {dt.datetime(2027, 1, 16, tzinfo=dt.UTC)}  # the end of Friday
    approve(group.approver, removal)
    gone = issue("2027-01-14T14:00")
    page = public_page(entry)
    assert gone.number > began.number and "Removed" in page and "weakness" not in page and "Plan" not in page

    # Any Party may refer that; the Authority overrides it. Its order brings the entry back with the next edition.
    binding = entry.determinations.get(state="binding")
    post(
        first,
        f"{url('new-referral')}?decision=ssc-{binding.pk}",
        grounds="Homes go dark.",
        organisation=ashbeck.pk,
    )
    overall = Referral.objects.exclude(pk=refused.pk).get()
    post(first, url("lodge-referral", overall), version=overall.version)
    publishing.carry(clock.now())
    mails = Message.objects.filter(recipient="codes@authority.example")
    assert mails.count() == 2 and all(each.sent_at for each in mails)
    sweep("journal.raise_alarms", "2027-03-01T10:00")
    answered = {"answered_on": "1 March 2027", "text": "So determined."}
    post(
        group.recorder,
        url("answer-referral", overall),
        outcome="reinstate",
        authority_reference="OFG/1",
        **answered,
    )
    confirm(group.secretariat, overall)
    back = ListChange.objects.proposed().get(kind="reinstate", entry_number=entry.pk)
    due = Obligation.objects.standing().about(back).filter(by_law=True)
    assert {each.due_at for each in due} == {
        dt.datetime(2027, 3, 3, tzinfo=dt.UTC)
    }  # F2.2A-6: the end of 2 March
    approve(group.approver, back)
    again = issue("2027-03-01T14:00")
    assert again.number > gone.number and "Current" in public_page(entry)
    assert "this one" not in public_page(entry), "a return brings no newer firmware"
    assert "The Authority determined: The Device Model is to be reinstated" in text_of(
        signed_in(group.chair).get(url("case", case))
    )
    assert (
        signed_in(first).get(f"{url('new-referral')}?decision=ssc-{binding.pk}").status_code == 422
    )  # final

    # And it approves the second's plan: the notice ends, and a person reviews that its time had passed before.
    post(
        group.recorder,
        url("answer-referral", refused),
        outcome="approve",
        authority_reference="OFG/2",
        **answered,
    )
    confirm(group.secretariat, refused)
    assert (
        RemedialPlan.objects.get(pk=theirs.pk).state == "approved"
        and RemedyNotice.objects.get().state == "ended"
    )
    assert Task.objects.filter(title__startswith="Review", closed_at=None).exists()
    for party, organisation in ((first, ashbeck), (second, burnside)):
        determined = Notice.objects.filter(
            organisation=organisation, title__contains="the Authority has determined"
        )
        assert determined.count() == 1
        assert "final and binding" in text_of(
            signed_in(party).get(url("referral", overall if party == first else refused))
        )

    # A stranger sees none of all this, and every promise holds.
    stranger = signed_in(people.person("supplier", stage.parties[0]))
    for address in (url("case", case), url("plan", mine), url("referral", overall), url("docket")):
        assert stranger.get(address).status_code in (403, 404)
    sweep("journal.raise_alarms", "2027-03-01T15:00")
    publishing.carry(clock.now())
    connection.check_constraints()
    counters = count_promises(at=clock.now(), full=True)
    assert {name: count for name, count in counters.items() if count} == {}


def confirm(who: User, referral: Referral) -> None:
    """Confirm on the desk what the Authority's recorder wrote of a referral."""
    answer = AuthorityAnswer.objects.get(**referral.about)
    assert "Is this what the Authority determined?" in text_of(signed_in(who).get(page_of(answer)))
    address = reverse("admin:ssc_authorityanswer_confirm", args=[answer.pk])
    post(who, address, version=answer.version, agree="yes", **REASON)
