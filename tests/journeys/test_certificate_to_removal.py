"""One certificate from fourteen months before its date to the removal of its model, by sweeps at rehearsed instants."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from cpl.models import AssuranceCertificate, CertificateEvent, Edition, ExpiryNotice
from cpl.promises import count_promises
from secgov.accounts.models import User
from secgov.journal import clock
from secgov.journal.models import Notice, Obligation, Rehearsal
from tests.cpl.desk import approve_url, decision, page_of, signed_in, text_of
from tests.factories import devices, publishing, removing

pytestmark = pytest.mark.django_db
BEGINNING = dt.datetime(2026, 9, 30, 9, 0, tzinfo=dt.UTC)  # fourteen months before
CPA = devices.CPA | {"number": "CPA-1", "renews_on": None, "expires_on": dt.date(2027, 11, 30)}


def sweep(name: str, at: str) -> None:
    """Rehearse a sweep at an instant of London."""
    call_command("sweep", name, at=at)


def day(text: str) -> dict[str, str]:
    """The fields of a form about something that happened on a day."""
    return {
        "reason": "By its letter.",
        "said_on": text,
        "contact": "CPA desk",
        "method": "letter",
        "reference": "N/7",
    }


def post(who: User, url: str, **values: str) -> Client:
    """Send a form as somebody, who is then led on."""
    client = signed_in(who)
    answer = client.post(url, values)
    assert answer.status_code == 302, text_of(answer)
    return client


def stages() -> dict[str, str]:
    """How the two notices before the certificate's date stand."""
    return dict(ExpiryNotice.objects.exclude(stage="D30").values_list("stage", "state"))


@pytest.mark.clause("Z6.2-2", "Z6.7-2", "Z6.11-2")
def test_certificate_runs_out_and_its_model_is_removed_with_every_step_on_its_day(
    settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publishing.signing_key(settings, tmp_path)
    Rehearsal.objects.create(now=BEGINNING, set_at=clock.real_now())
    stage = publishing.stage(parties=2)
    group = removing.committee(stage.cast)
    entry = publishing.listed(stage.cast, at=BEGINNING, certificates=(devices.ZIGBEE, CPA)).device_model
    certificate = AssuranceCertificate.objects.get(number="CPA-1")
    sweep("cpl.publish", "2026-09-30T12:00")
    publishing.carry(clock.now())
    first = Edition.objects.get()

    # Twelve and six months before, every Party is told, once.
    sweep("cpl.send_expiry_notices", "2026-10-01T06:30")
    assert stages() == {"M12": "pending", "M6": "pending"}
    sweep("cpl.send_expiry_notices", "2026-11-30T06:30")
    assert stages() == {"M12": "sent", "M6": "pending"}
    sweep("cpl.send_expiry_notices", "2027-05-28T06:30")
    assert stages() == {"M12": "sent", "M6": "sent"}
    sweep(
        "cpl.send_expiry_notices", "2027-10-29T06:30"
    )  # thirty days before, those responsible are warned (F2.6)
    assert not ExpiryNotice.objects.filter(state="pending").exists()
    told = Notice.objects.filter(clause="F2.7", organisation=stage.parties[0])
    assert told.count() == 2

    # It is valid through the whole of its date; the next day the body is asked, and nothing is removed.
    sweep("cpl.watch_certificate_dates", "2027-11-30T23:59")
    assert not CertificateEvent.objects.exists()
    sweep("cpl.watch_certificate_dates", "2027-12-01T00:01")
    event = CertificateEvent.objects.get()
    assert (event.kind, event.state, event.certificate) == ("EXPIRED", "unconfirmed", certificate)
    public = Client().get(f"/cpl/entries/{entry}/")
    assert "Current" in text_of(public) and "not confirmed" not in text_of(public).lower()

    # The SSC's case opens by itself; it determines before NCSC has confirmed: that waits.
    sweep("ssc.open_cases", "2027-12-01T00:05")
    case = entry.ssc_cases.get()
    file = {"reference": case.reference}
    post(group.secretary, reverse("ssc:triage", kwargs=file), version=str(case.version), seriousness="high",
         target="10 December 2027", reason="By what could go wrong.")  # fmt: skip
    post(
        group.secretary, reverse("ssc:determine", kwargs=file), version="0", act="put", security_implications="Grave.",
        consumer_consequences="Slight.", weighing="The first outweighs the second.", devices_unknown_reason="Not counted.",
        ncsc="none", outcome_key="remove", reasons="Weighed.", determined_on="1 December 2027",
        minute_reference="SSC/2027/40",
    )  # fmt: skip
    page = signed_in(group.chair).get(reverse("ssc:decide", kwargs=file))
    post(group.chair, reverse("ssc:decide", kwargs=file), agree="yes", reason="So determined.",
         **{name: str(page.context["form"].initial[name]) for name in ("version", "digest")})  # fmt: skip
    assert removing.waiting_removal(entry) is None
    sweep("cpl.watch_certificate_dates", "2027-12-02T09:00")
    assert removing.waiting_removal(entry) is None

    # NCSC confirms on a Friday: the removal is required at once, and due by the end of Monday.
    sweep("journal.raise_alarms", "2027-12-03T10:00")
    post(group.secretariat, reverse("admin:cpl_certificateevent_confirm", args=[event.pk]),
         version=str(CertificateEvent.objects.get().version), body="NCSC", **day("3 December 2027"))  # fmt: skip
    change = removing.waiting_removal(entry)
    due = Obligation.objects.standing().about(change).filter(by_law=True)
    assert {each.due_at for each in due} == {dt.datetime(2027, 12, 7, tzinfo=dt.UTC)}

    approver = signed_in(group.approver)
    shown = approver.get(approve_url(change))
    assert "NCSC has confirmed that the certificate is expired: 3 December 2027, ref. N/7." in text_of(shown)
    assert approver.post(reverse("admin:cpl_listchange_approve"), decision(shown)).status_code == 302
    sweep("cpl.publish", "2027-12-03T12:00")
    publishing.carry(clock.now())
    connection.check_constraints()

    # The next edition marks it removed; its page, its number and its history stay, and nothing of reasons shows.
    newest = Edition.objects.exclude(pk=first.pk).get()
    assert not Obligation.objects.standing().about(change).exists()
    page = text_of(Client().get(f"/cpl/entries/{entry}/"))
    assert (
        "Removed" in page and "CPA Certificate expired; confirmed by NCSC." in page and "Weighed." not in page
    )
    changes = Client().get(f"/api/v1/cpl/changes/?since={first}").json()
    told = changes["results"] if isinstance(changes, dict) else changes
    assert [(each["kind"], each["clause"]) for each in told] == [("removed", "Z6.2")]
    full = Client().get(f"/api/v1/cpl/editions/{newest}/json").json()["entries"][0]
    assert (full["status"], full["removed"]["clause"]) == ("Removed", "Z6.2")
    assert "Lapsed" in text_of(signed_in(group.secretariat).get(page_of(certificate)))
    counters = count_promises(at=clock.now(), full=True)
    assert {name: count for name, count in counters.items() if count} == {}
