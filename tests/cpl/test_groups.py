"""A group of drafts: documents shared, warnings answered alike, submitted together or not at all."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from cpl.models import AssuranceCertificate, Submission, SubmissionGroup, Upload
from cpl.services import groups
from cpl.services.groups import take_out
from cpl.services.submissions import submit
from cpl.tasks import check_uploads
from secgov.documents.models import Content, Document
from secgov.errors import Conflict, Refusal
from secgov.journal.models import Message, Obligation
from tests.cpl.submitting import fresh, signed_in
from tests.documents.files import upload as pdf
from tests.factories import casts, devices
from tests.factories.device_lists import CPA, ZIGBEE, as_csv, row, upload_of

pytestmark = pytest.mark.django_db
State = Submission.State


@pytest.fixture
def cast() -> casts.Cast:
    return casts.cast()


@pytest.fixture
def client(cast: casts.Cast) -> Client:
    return signed_in(cast.manufacturer)


def group_of(client: Client, cast: casts.Cast, rows: list[dict[str, Any]]) -> SubmissionGroup:
    answer = client.post(
        "/portal/submissions/upload/", {"organisation": cast.maker.pk, "file": upload_of(as_csv(rows))}
    )
    assert answer.status_code == 302, answer.content.decode()
    check_uploads()
    upload = Upload.objects.latest("id")
    assert upload.state == "checked", upload.problems
    client.post(f"/portal/submissions/uploads/{upload.pk}/drafts/")
    return SubmissionGroup.objects.get(upload=upload)


def post(client: Client, group: SubmissionGroup, place: str, **values: Any) -> Any:
    return client.post(f"/portal/submissions/groups/{group.reference}/{place}/", values)


def give_all(client: Client, group: SubmissionGroup) -> None:
    answer = post(
        client, group, "documents", files=[pdf("zigbee.pdf"), pdf("cpa.pdf")], classification="amber"
    )
    assert answer.status_code == 302, answer.content.decode()


def members(group: SubmissionGroup) -> list[Submission]:
    return list(group.submissions.order_by("group_row"))


def test_documents_are_given_once_for_every_certificate_that_names_them(
    client: Client, cast: casts.Cast
) -> None:
    group = group_of(client, cast, [row(number) for number in range(1, 4)])
    page = client.get(f"/portal/submissions/groups/{group.reference}/").content.decode()
    assert "zigbee.pdf" in page and "named by three certificates" in page
    give_all(client, group)
    assert Document.objects.filter(name="cpa.pdf").count() == 1
    assert Content.objects.count() == 2, "the list, and one PDF whose bytes are the same twice"
    named = {each.document.name for draft in members(group) for each in draft.certificates.all()}
    assert named == {"zigbee.pdf", "cpa.pdf"}


def test_file_that_no_certificate_names_is_refused_and_none_is_kept(client: Client, cast: casts.Cast) -> None:
    group = group_of(client, cast, [row(1)])
    answer = post(
        client, group, "documents", files=[pdf("cpa.pdf"), pdf("other.pdf")], classification="amber"
    )
    assert answer.status_code == 422 and "names other.pdf" in answer.content.decode()
    assert not Document.objects.filter(name="cpa.pdf").exists()
    assert post(client, group, "documents", files=[pdf("cpa.pdf")]).status_code == 422, (
        "without classification"
    )
    assert post(client, group, "documents", classification="amber").status_code == 422, "without files"


@pytest.mark.clause("F2.17-1")
def test_group_is_submitted_together_with_numbers_in_the_order_of_its_rows(
    client: Client, cast: casts.Cast
) -> None:
    group = group_of(client, cast, [row(number) for number in range(1, 13)])
    give_all(client, group)
    answer = post(client, group, "submit", members=12, declaration="on")
    assert answer.status_code == 302, answer.content.decode()
    done = members(group)
    assert [each.state for each in done] == [State.SUBMITTED] * 12
    assert [each.entry_number for each in done] == list(range(1, 13))
    assert AssuranceCertificate.objects.count() == 2, "the shared certificates are recorded once"
    assert Message.objects.filter(template="cpl/submission_received").count() == 12
    assert Obligation.objects.filter(duty="Take up a submission").count() == 12
    assert post(client, group, "submit", members=12, declaration="on").status_code == 409


@pytest.mark.clause("F2.17-1")
def test_member_is_submitted_with_its_group_or_taken_out_of_it_first(
    client: Client, cast: casts.Cast
) -> None:
    group = group_of(client, cast, [row(number) for number in range(1, 3)])
    give_all(client, group)
    alone = members(group)[0]
    with pytest.raises(Refusal, match=f"group {group.reference}"):
        submit(submission=alone, by=cast.manufacturer, at=devices.NOON, version=alone.version, declared=True)
    page = client.post(
        f"/portal/submissions/{alone.reference}/check/", {"version": alone.version, "declaration": "on"}
    )
    assert page.status_code == 422 and group.reference in page.content.decode()
    assert {each.state for each in members(group)} == {State.DRAFT}
    freed = take_out(submission=alone, by=cast.manufacturer, at=devices.NOON, version=alone.version)
    made = submit(
        submission=freed, by=cast.manufacturer, at=devices.NOON, version=freed.version, declared=True
    )
    assert made.state == State.SUBMITTED and len(members(group)) == 1


@pytest.mark.clause("F2.17-1")
def test_one_member_that_lacks_something_keeps_all_of_them_back(client: Client, cast: casts.Cast) -> None:
    group = group_of(client, cast, [row(number) for number in range(1, 4)])
    give_all(client, group)
    second = members(group)[1]
    devices.drafts.save_draft(
        submission=second,
        by=cast.manufacturer,
        at=devices.NOON,
        version=second.version,
        values={"fir_phone": ""},
    )
    answer = post(client, group, "submit", members=3, declaration="on")
    assert answer.status_code == 422 and f"Row 3, {second.reference}" in answer.content.decode()
    assert {each.state for each in members(group)} == {State.DRAFT}
    assert not Submission.objects.exclude(entry_number=None).exists()


def test_fault_in_the_last_member_undoes_the_first(
    client: Client, cast: casts.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = group_of(client, cast, [row(number) for number in range(1, 4)])
    give_all(client, group)
    done = iter([groups.submit, groups.submit])

    def breaks_at_the_third(**values: Any) -> Submission:
        return next(done)(**values)

    monkeypatch.setattr(groups, "submit", breaks_at_the_third)
    with pytest.raises((StopIteration, RuntimeError)):
        groups.submit_group(group=group, by=cast.manufacturer, at=devices.NOON, members=3, declared=True)
    assert {each.state for each in members(group)} == {State.DRAFT}


def test_group_is_not_submitted_without_documents_declaration_or_as_another_than_was_seen(
    client: Client, cast: casts.Cast
) -> None:
    group = group_of(client, cast, [row(1), row(2)])
    missing = post(client, group, "submit", members=2, declaration="on")
    assert missing.status_code == 422 and "has no document yet" in missing.content.decode()
    give_all(client, group)
    undeclared = post(client, group, "submit", members=2)
    assert undeclared.status_code == 422 and "declaration has not been made" in undeclared.content.decode()
    assert post(client, group, "submit", members=1, declaration="on").status_code == 409
    assert post(client, group, "submit", members="x", declaration="on").status_code == 409


def odd_group(client: Client, cast: casts.Cast) -> SubmissionGroup:
    """Three members, two of which carry the Hash of a listed entry with other firmware."""
    listed = devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    odd = {"image_hash": listed.submission.image_hash}
    return group_of(client, cast, [row(1), row(2, **odd), row(3, **odd)])


def test_warnings_that_are_alike_are_answered_once_for_all_members(client: Client, cast: casts.Cast) -> None:
    group = odd_group(client, cast)
    give_all(client, group)
    kept = post(client, group, "submit", members=3, declaration="on")
    assert kept.status_code == 422 and "warning is not answered" in kept.content.decode()
    page = client.get(f"/portal/submissions/groups/{group.reference}/").content.decode()
    assert "The Hash stands with another firmware: two devices" in page
    codes = set(members(group)[1].warnings.filter(answer="").values_list("code", flat=True))
    for code in codes:
        assert post(client, group, "answer", code=code, reason=" ").status_code == 422
        assert post(client, group, "answer", code=code, reason="One image serves both.").status_code == 302
    for each in members(group)[1:]:
        answered = list(each.warnings.all())
        assert answered and {warning.reason for warning in answered} == {"One image serves both."}
    assert post(client, group, "submit", members=3, declaration="on").status_code == 302


def test_member_that_is_taken_out_stays_a_draft_and_the_others_are_submitted(
    client: Client, cast: casts.Cast
) -> None:
    group = odd_group(client, cast)
    give_all(client, group)
    for odd in members(group)[1:]:
        stale = client.post(
            f"/portal/submissions/groups/{group.reference}/leave/{odd.reference}/",
            {"version": odd.version + 7},
        )
        assert stale.status_code == 409
        answer = client.post(
            f"/portal/submissions/groups/{group.reference}/leave/{odd.reference}/", {"version": odd.version}
        )
        assert answer.status_code == 302
        assert fresh(odd).group is None and fresh(odd).state == State.DRAFT
        assert fresh(odd).certificates.exclude(document=None).count() == 2, "its documents stay with it"
    assert post(client, group, "submit", members=1, declaration="on").status_code == 302
    assert Submission.objects.filter(state=State.DRAFT).count() == 2


def test_submitted_member_is_not_taken_out(client: Client, cast: casts.Cast) -> None:
    group = group_of(client, cast, [row(1)])
    give_all(client, group)
    post(client, group, "submit", members=1, declaration="on")
    [done] = members(group)
    with pytest.raises(Conflict):
        groups.take_out(submission=done, by=cast.manufacturer, at=devices.NOON, version=done.version)


def test_rival_touches_nothing_of_a_group(client: Client, cast: casts.Cast) -> None:
    group = group_of(client, cast, [row(1)])
    rival = signed_in(cast.rival)
    [member] = members(group)
    answers = [
        post(rival, group, "documents", files=[pdf("cpa.pdf")], classification="white"),
        post(rival, group, "answer", code="x", reason="y"),
        post(rival, group, "submit", members=1, declaration="on"),
        rival.post(f"/portal/submissions/groups/{group.reference}/leave/{member.reference}/", {"version": 1}),
    ]
    assert [each.status_code for each in answers] == [404] * 4


@pytest.mark.clause("F2.17-1")
def test_draft_like_an_earlier_entry_takes_over_what_stays_and_guesses_nothing(
    client: Client, cast: casts.Cast
) -> None:
    devices.approved(
        devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat), cast.approver
    )
    page = client.get("/portal/submissions/like/1/")
    form = page.context["form"]
    values = {"idempotency_key": str(form["idempotency_key"].value()), "organisation": cast.maker.pk}
    first = client.post("/portal/submissions/like/1/", values)
    second = client.post("/portal/submissions/like/1/", values)
    assert first.status_code == 302 and first["Location"] == second["Location"]
    draft = Submission.objects.get(state=State.DRAFT)
    assert (draft.device_type, draft.manufacturer_identifier, draft.hardware_version) == (
        "gsme",
        "7E3E",
        "03",
    )
    assert (draft.spec_version, draft.gbcs_version, draft.fir_email) == (
        "4.2",
        "3.2",
        "firmware@tarnwick.example",
    )
    assert (draft.firmware_version, draft.image_hash, draft.image_creator, draft.release_notes) == (
        "",
        "",
        "",
        "",
    )
    assert draft.has_image is None and draft.relists is None
    assert set(draft.certificates.values_list("body", flat=True)) == {"ZIGBEE", "NCSC"}
    assert {each.certificate for each in draft.certificates.all()} == {None}, (
        "that they name it is not assumed"
    )
    assert client.get("/portal/submissions/like/99/").status_code == 404
    entry = client.get("/portal/submissions/").content.decode()
    assert "/portal/submissions/like/1/" in entry


@pytest.fixture
def committed(transactional_db: None) -> Iterator[casts.Cast]:
    yield casts.cast()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_workers_check_one_upload_once_and_two_presses_make_one_group(committed: casts.Cast) -> None:
    client = signed_in(committed.manufacturer)
    client.post(
        "/portal/submissions/upload/",
        {"organisation": committed.maker.pk, "file": upload_of(as_csv([row(n) for n in range(1, 30)]))},
    )
    upload = Upload.objects.get()
    together = threading.Barrier(2, timeout=120)

    def check(_: int) -> None:
        together.wait()
        check_uploads()
        connections.close_all()

    def press(_: int) -> str:
        together.wait()
        made = groups.make_drafts(upload=upload, by=committed.manufacturer, at=devices.NOON)
        connections.close_all()
        return made.reference

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(check, range(2)))
        assert Upload.objects.get().state == "checked"
        assert len(set(pool.map(press, range(2)))) == 1
    assert SubmissionGroup.objects.count() == 1 and Submission.objects.count() == 29


def test_certificate_with_other_firmware_wants_evidence_for_every_member(
    client: Client, cast: casts.Cast
) -> None:
    named = (ZIGBEE, CPA | {"firmware_named": "release seven"})
    group = group_of(client, cast, [row(1, certificates=named), row(2, certificates=named)])
    give_all(client, group)
    code = "certificate-other-firmware"
    assert post(client, group, "answer", code=code, reason="The same.").status_code == 422
    answer = post(client, group, "answer", code=code, reason="The same.", evidence=pdf("mapping.pdf"))
    assert answer.status_code == 302, answer.content.decode()
    assert {each.warnings.get(code=code).evidence.name for each in members(group)} == {"mapping.pdf"}


def test_large_group_goes_in_portions_each_whole(
    client: Client, cast: casts.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_SUBMITTED", 2)
    group = group_of(client, cast, [row(number) for number in range(1, 4)])
    give_all(client, group)
    assert post(client, group, "submit", members=3, declaration="on").status_code == 302
    assert [each.state for each in members(group)] == [State.SUBMITTED, State.SUBMITTED, State.DRAFT]
    assert post(client, group, "submit", members=1, declaration="on").status_code == 302
    assert [each.entry_number for each in members(group)] == [1, 2, 3]
