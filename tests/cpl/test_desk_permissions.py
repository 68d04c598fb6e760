"""Who may read the Secretariat's pages and press its buttons, and what nobody may do there."""

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cpl.models import AssuranceCertificate, Edition, ListChange, Submission
from secgov.accounts.models import Membership, Role, User
from secgov.journal.models import Act, Notice, Task
from tests.cpl.desk import LATER, REASON, approve_url, page_of, set_everything_up, signed_in, text_of
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_hours_after_noon():
    """Stand two hours after the factories' noon."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def cast():
    """Who plays: a manufacturer, the Secretariat, the Approver."""
    return casts.cast()


@pytest.fixture
def everything_stands(settings, tmp_path):
    """An issued edition with a Party that no mail reaches, a change that waits, and a fresh submission."""
    return set_everything_up(settings, tmp_path)


def whoever_has(roles: set[Role]) -> User:
    """Somebody with all these roles: a role only ever gives, so what any of them gives is given here."""
    first, *others = sorted(roles)
    person = people.person(first)
    held = person.memberships.get()
    for role in others:
        Membership.objects.create(
            user=person, organisation=held.organisation, role=role, began_at=held.began_at
        )
    return person


def buttons() -> dict[str, tuple[str, set[str]]]:
    """Every button of the desk: where it stands, and the roles that may press it."""
    submission = Submission.objects.get(state="submitted")
    certificate = AssuranceCertificate.objects.filter(attested_at=None).first()
    task, notice = Task.objects.first(), Notice.objects.filter(clause="F2.8(c)").first()
    assert task and notice
    return {
        "take up": (reverse("admin:cpl_submission_take_up", args=[submission.pk]), {Role.SECRETARIAT}),
        "propose": (reverse("admin:cpl_submission_propose", args=[submission.pk]), {Role.SECRETARIAT}),
        "reject": (reverse("admin:cpl_submission_reject", args=[submission.pk]), {Role.SECRETARIAT}),
        "attest": (
            reverse("admin:cpl_assurancecertificate_attest", args=[certificate.pk]),
            {Role.SECRETARIAT},
        ),
        "find invalid": (
            reverse("admin:cpl_assurancecertificate_find_invalid", args=[certificate.pk]),
            {Role.SECRETARIAT},
        ),
        "decide": (reverse("admin:cpl_listchange_approve"), {Role.APPROVER}),
        "publish now": (reverse("admin:publish_now"), {Role.SECRETARIAT, Role.APPROVER}),
        "close task": (reverse("admin:close_task", args=[task.pk]), {Role.SECRETARIAT}),
        "other channel": (
            reverse("admin:cpl_edition_other_channel", args=[notice.subject_id, notice.pk]),
            {Role.SECRETARIAT},
        ),
        "add organisation": (reverse("admin:accounts_organisation_add"), {Role.SECRETARIAT}),
        "add requirement": (reverse("admin:cpl_requiredcertificate_add"), {Role.SECRETARIAT}),
    }


def test_nobody_presses_a_button_that_the_role_table_does_not_give_them(everything_stands):
    change, submission = ListChange.objects.get(state="proposed"), Submission.objects.get(state="submitted")
    values = {
        "version": submission.version, "marks_seen": "on", "models_named": "on", "how": "By telephone.",
        "decision": "approve", "digest": "0" * 64, "change": f"{change.pk}:{change.version}", **REASON,
    }  # fmt: skip
    acts = Act.objects.count()
    wrong = []
    for name, (url, may) in buttons().items():
        client = signed_in(whoever_has(set(Role) - may))
        sent = values | ({"version": 1} if "certificate" in url else {})
        if (code := client.post(url, sent).status_code) != 403:
            wrong.append((f"whoever has every role but {may}", name, code))
    for name, (url, _) in buttons().items():
        if (code := Client().post(url, values).status_code) != 302:
            wrong.append(("nobody", name, code))
    assert wrong == []
    assert Act.objects.count() == acts


DESK = {Role.SECRETARIAT, Role.APPROVER, Role.AUDITOR}
NARROWER = {
    "fasttrackrequest": {Role.AUDITOR},
    "sscview": {Role.AUDITOR},
    "testslot": {Role.AUDITOR},
    "grouppaper": {Role.AUDITOR},
    "proposal": {Role.SECRETARIAT, Role.AUDITOR},
    "workinggroup": {Role.SECRETARIAT, Role.AUDITOR},
    "groupmember": {Role.SECRETARIAT, Role.AUDITOR},
}
"""Lists that fewer read: what might tell of a vulnerability, and what is proposed, and who is on a Working Group."""


def test_pages_of_the_desk_open_for_the_secretariat_the_approver_and_the_auditor_only(everything_stands):
    pages = ["/admin/", approve_url(ListChange.objects.get(state="proposed"))]
    pages += [page_of(each.objects.first()) for each in (Submission, AssuranceCertificate, Edition)]
    pages += [
        reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in admin.site._registry
    ]
    wrong = []
    for role in Role:
        client = signed_in(people.person(role))
        for page in pages if role in DESK else pages[:1]:
            if client.get(page).status_code != (200 if role in readers(page) else 403):
                wrong.append((role, page))
    everybody_else = signed_in(whoever_has(set(Role) - DESK))
    wrong += [("some other role", page) for page in pages if everybody_else.get(page).status_code != 403]
    assert wrong == []


def readers(page: str) -> set[Role]:
    """The roles that read a page of the desk."""
    return next((who for name, who in NARROWER.items() if f"/ssc/{name}/" in page), DESK)


def test_nothing_is_deleted_on_the_desk_and_little_is_added(everything_stands):
    desk = signed_in(everything_stands.cast.secretariat)
    kept = {
        "accounts.contact", "accounts.membership", "accounts.organisation", "accounts.user", "cpl.eligiblecombination",
        "cpl.requiredcertificate", "firmware_repo.manufacturer", "journal.bankholiday",
    }  # fmt: skip
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert desk.get(reverse(f"{name}_add")).status_code == (
            200 if model._meta.label_lower in kept else 403
        ), name
        if row is not None:
            assert desk.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403, (
                name
            )
            assert model._default_manager.filter(pk=row.pk).exists()
            assert desk.get(reverse(f"{name}_change", args=[row.pk])).status_code in (200, 302), name


def test_draft_does_not_show_on_the_desk(cast):
    draft = devices.draft(cast.manufacturer, cast.maker)
    desk = signed_in(cast.secretariat)
    assert desk.get(page_of(draft)).status_code == 404
    assert (
        desk.post(reverse("admin:cpl_submission_take_up", args=[draft.pk]), {"version": 1}).status_code == 404
    )
    assert draft.reference not in text_of(desk.get("/admin/cpl/submission/"))


def test_script_in_a_submission_comes_out_as_text(cast):
    script = "<script>alert(1)</script>"
    submission = devices.submitted(
        cast.manufacturer, cast.maker, release_notes=script, image_descriptor=script
    )
    change = devices.proposed(submission, cast.secretariat)
    desk = signed_in(cast.secretariat)
    for page in (page_of(submission), approve_url(change), "/admin/"):
        assert script.encode() not in desk.get(page).content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in desk.get(page_of(submission)).content
