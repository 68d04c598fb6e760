"""From a stranger's form to the next edition: a manufacturer comes in, sends twelve devices, and puts two entries right.

As in issue 3: registered, admitted, a colleague invited, twelve devices uploaded of which two are out of line, the
warnings answered, queried once; the next edition carries ten additions and two corrections. The portal, the desk and
the mails are real; so are the database, the broker and the worker in a process of its own.
"""

import re
from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cpl.models import (
    AssuranceCertificate,
    CorrectionRequest,
    DeviceModel,
    ListChange,
    Submission,
    SubmissionGroup,
    Upload,
)
from cpl.services.corrections import fields_of
from secgov.accounts.models import Organisation
from tests.cpl.submitting import signed_in
from tests.documents.files import upload as pdf
from tests.factories import publishing
from tests.factories.device_lists import CPA, ZIGBEE, as_csv, as_xlsx, row, upload_of
from tests.journeys.mailbox import Mailbox, mail_server
from tests.journeys.test_from_form_to_receipt import hurry, placed
from tests.journeys.worker import wait_for, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("true_clock")]
PASSWORD = "three odd words together"
NAME = "Brackenfell Metering Ltd"
REASON = {"reason": "Looked at with care."}
State = Submission.State


def link(mailbox: Mailbox, to: str, start: str) -> str:
    """Wait for a letter to somebody with such a link, and give the link."""
    hurry("journal.send_messages")

    def found() -> str:
        bodies = [each.get_payload(decode=True).decode() for each in mailbox.letters if each["To"] == to]
        return "".join(re.findall(rf"({start}[0-9a-f]{{64}}/)", "".join(bodies))[-1:])

    return wait_for(found, f"a letter to {to} with {start}")


def comes_in(mailbox: Mailbox, desk: Client) -> Client:
    """Register, be admitted from the board, invite a colleague; give the colleague's browser."""
    ada, ben = "ada@brackenfell.example", "ben@brackenfell.example"
    form = {
        "organisation_name": NAME,
        "kind": "manufacturer",
        "person_name": "Ada Brook",
        "email": ada,
        "phone": "+44 1632 960114",
    }
    assert Client().post("/register/", form).status_code == 200
    assert Client().post(link(mailbox, ada, "/register/confirm/")).status_code == 200
    [decide] = re.findall(
        r'href="(/admin/accounts/registration/of/\d+/)"', desk.get("/admin/").content.decode()
    )
    page = desk.get(decide, follow=True)
    [admit] = re.findall(r'formaction="([^"]+/admit/)"', page.content.decode())
    assert desk.post(admit, REASON).status_code == 302
    administrator = joins(link(mailbox, ada, "/invitations/"), ada, "Ada Brook")
    organisation = Organisation.objects.get(name=NAME)
    invitation = {"organisation": organisation.pk, "email": ben, "role": "manufacturer"}
    assert administrator.post("/portal/people/", invitation).status_code == 302
    return joins(link(mailbox, ben, "/invitations/"), ben, "Ben Ash")


def joins(address: str, email: str, name: str) -> Client:
    """Take up an invitation, and sign in by the form."""
    browser = Client()
    assert browser.post(address, {"name": name, "password": PASSWORD}).status_code == 200
    assert browser.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return browser


def uploads(browser: Client, data: bytes, name: str) -> SubmissionGroup:
    """Upload a list, wait for the worker's check, make drafts and give their documents."""
    page = browser.get("/portal/submissions/upload/")
    values = {"organisation": page.context["form"]["organisation"].value(), "file": upload_of(data, name)}
    address = browser.post("/portal/submissions/upload/", values)["Location"]
    pk = int(address.split("/")[-2])
    wait_for(lambda: Upload.objects.exclude(state="waiting").filter(pk=pk).first(), "the check of the list")
    assert "can become drafts" in browser.get(address).content.decode()
    group = SubmissionGroup.objects.get(
        reference=browser.post(f"{address}drafts/")["Location"].split("/")[-2]
    )
    files = {"files": [pdf("zigbee.pdf"), pdf("cpa.pdf")], "classification": "amber"}
    assert browser.post(f"/portal/submissions/groups/{group}/documents/", files).status_code == 302
    return group


def submits(browser: Client, group: SubmissionGroup, members: int) -> list[Submission]:
    """Declare for all members and submit them."""
    values = {"members": members, "declaration": "on"}
    answer = browser.post(f"/portal/submissions/groups/{group}/submit/", values)
    assert answer.status_code == 302, answer.content.decode()
    return list(group.submissions.order_by("group_row"))


def post(client: Client, address: str, row: Any, **values: Any) -> None:
    """Press a button on a row, as it stands now."""
    answer = client.post(address, {"version": type(row).objects.get(pk=row.pk).version, **values})
    assert answer.status_code == 302, answer.content.decode()


def reviews(desk: Client, submissions: list[Submission]) -> None:
    """Take them up, and attest the certificates."""
    for each in submissions:
        post(desk, reverse("admin:cpl_submission_take_up", args=[each.pk]), each)
    for certificate in AssuranceCertificate.objects.filter(state="recorded"):
        address = reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk])
        post(desk, address, certificate, marks_seen="on", models_named="on", **REASON)


def lists(desk: Client, second: Client, submissions: list[Submission]) -> None:
    """Propose them, and let the second person approve all that waits as one set."""
    for each in submissions:
        post(desk, reverse("admin:cpl_submission_propose", args=[each.pk]), each, **REASON)
    approve = reverse("admin:cpl_listchange_approve")
    page = second.get(approve, {"change": [each.pk for each in ListChange.objects.proposed()]})
    form = {
        "change": [f"{each.pk}:{each.version}" for each in page.context["changes"]],
        "digest": page.context["form"].initial["digest"],
        "decision": "approve",
    }
    assert second.post(approve, form | REASON).status_code == 302
    assert not ListChange.objects.proposed().exists()


def publishes(desk: Client, number: int) -> None:
    """Ask for the next edition, and wait for it."""
    assert desk.post(reverse("admin:publish_now"), REASON).status_code == 302
    hurry("cpl.publish")
    wait_for(lambda: placed(number), f"edition {number}")


def corrects(browser: Client, desk: Client, entry: DeviceModel, firmware: str) -> None:
    """Ask that an entry be put right, and propose that to the second person."""
    values = (
        fields_of(entry)
        | {"firmware_version": firmware, "evidence_note": "Page 1 of the release notes."}
        | REASON
    )
    answer = browser.post(f"/portal/corrections/new/{entry.number}/", values)
    assert answer.status_code == 302, answer.content.decode()
    request = CorrectionRequest.objects.get(device_model=entry)
    put_right = reverse("admin:cpl_correctionrequest_propose", args=[request.pk])
    public = "The firmware version was coded wrongly."
    post(desk, put_right, request, reason="The image's own header says so.", public_reason=public)


@pytest.mark.clause("F2.17-1", "F2.17-2", "F2.1-D1")
def test_manufacturer_comes_in_lists_ten_of_twelve_and_puts_two_entries_right(
    settings, tmp_path, edition_dir
):
    key_file = publishing.signing_key(settings, tmp_path)
    cast = publishing.stage(parties=1).cast
    desk, second = signed_in(cast.secretariat), signed_in(cast.approver)
    own = tuple(each | {"number": f"{each['number']}-EARLIER"} for each in (ZIGBEE, CPA))
    before = [row(number, certificates=own) for number in (16, 17)]
    twelve = [row(number) for number in range(101, 111)] + [
        row(number + 900, image_hash=f"{number:064X}") for number in (16, 17)
    ]
    with (
        mail_server() as (mailbox, email_url),
        worker(folder=tmp_path, email_url=email_url, key_file=key_file, editions=edition_dir),
    ):
        browser = comes_in(mailbox, desk)
        wrong = submits(browser, uploads(browser, as_csv(before), "two.csv"), 2)
        reviews(desk, wrong)
        lists(desk, second, wrong)
        publishes(desk, 1)

        group = uploads(browser, as_xlsx(twelve), "twelve.xlsx")
        odd = group.submissions.filter(warnings__answer="").distinct()
        assert sorted(odd.values_list("group_row", flat=True)) == [12, 13], (
            "two of the twelve are out of line"
        )
        for code in set(odd.values_list("warnings__code", flat=True)):
            answer = {"code": code, "reason": "This is right; what was listed before is wrong."}
            assert browser.post(f"/portal/submissions/groups/{group}/answer/", answer).status_code == 302
        *ten, first, last = submits(browser, group, 12)
        reviews(desk, [*ten, first, last])

        post(
            desk,
            reverse("admin:cpl_submission_ask", args=[first.pk]),
            first,
            text="Is entry 000001 wrong then?",
        )
        place = f"/portal/submissions/{first.reference}"
        assert "Is entry 000001 wrong then?" in browser.get(f"{place}/").content.decode()
        post(browser, f"{place}/answer/", first, text="Yes, and so is 000002. We ask that both be put right.")
        for each in (first, last):
            post(
                browser,
                f"/portal/submissions/{each.reference}/withdraw/",
                each,
                reason="They stand; we correct them.",
            )
        for entry, firmware in zip(
            DeviceModel.objects.order_by("number"), ("05080916", "05080917"), strict=True
        ):
            corrects(browser, desk, entry, firmware)
        lists(desk, second, ten)
        publishes(desk, 2)

    changes = ListChange.objects.filter(edition__number=2)
    assert Counter(changes.values_list("kind", flat=True)) == {"add": 10, "correct": 2}
    assert {each.state for each in group.submissions.filter(pk__in=[each.pk for each in ten])} == {
        State.ACCEPTED
    }
    assert list(DeviceModel.objects.order_by("number").values_list("firmware_version", flat=True)[:2]) == [
        "05080916",
        "05080917",
    ]
    page = Client().get("/cpl/entries/000001/").content.decode()
    assert "05080916" in page and "Removed" not in page, "a correction never passes for a removal"
    assert browser.get(f"/portal/submissions/groups/{group}/").status_code == 200
    call_command("check_promises", verbosity=0)
