"""Reference data, organisations and people, kept by hand on the desk: each change with its reason and its act."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from cpl.models import EligibleCombination, RequiredCertificate
from cpl.services.listing_facts import listing_facts
from secgov.accounts.models import Contact, Membership, Organisation, Role, User
from secgov.accounts.services import end_role, give_role, keep_reference_data
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, BankHoliday
from secgov.journal.services import working_calendar
from secgov.time_rules import is_working_day
from tests.factories import casts, devices, people

pytestmark = pytest.mark.django_db
MEMBERS = {"members-TOTAL_FORMS": "1", "members-INITIAL_FORMS": "0"}
MEMBER = {
    "members-0-device_type": "gsme", "members-0-manufacturer_identifier": "7e3e", "members-0-model_identifier": "0000",
    "members-0-hardware_version": "03", "members-0-hardware_revision": "00", "members-0-firmware_version": "0508060a",
}  # fmt: skip
COMBINATION = {
    "communications_service_provider": "North", "evidence_reference": "PPCT-1", "first_added_on": "2026-11-01",
    "reason": "The DCC's list of November.",
}  # fmt: skip


@pytest.fixture
def secretariat():
    """The person who keeps reference data."""
    return casts.cast().secretariat


@pytest.fixture
def desk(secretariat):
    """That person's browser."""
    client = Client()
    client.force_login(secretariat, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_change_of_reference_data_needs_a_reason_and_leaves_an_act_with_before_and_after(desk):
    row = RequiredCertificate.objects.order_by("pk").first()
    url = reverse("admin:cpl_requiredcertificate_change", args=[row.pk])
    values = {
        "device_type": row.device_type, "spec_type": row.spec_type, "spec_version": row.spec_version, "body": row.body,
        "effective_from": row.effective_from.isoformat(), "effective_to": "2027-01-31", "reason": "",
    }  # fmt: skip
    assert b"This field is required" in desk.post(url, values).content
    assert RequiredCertificate.objects.get(pk=row.pk).effective_to is None
    assert desk.post(url, values | {"reason": "The specification changes."}).status_code == 302
    act = Act.objects.get(verb="cpl.requiredcertificate.changed")
    assert (act.reason, act.clause, act.actor_role) == ("The specification changes.", "F2.3", "Secretariat")
    assert (act.before["effective_to"], act.after["effective_to"]) == (None, "2027-01-31")


@pytest.mark.clause("F2.3-0")
def test_requirement_added_on_the_desk_holds_from_its_first_day_on(desk, secretariat):
    maker = people.organisation()
    submission = devices.submitted(people.person(Role.MANUFACTURER, maker), maker)
    RequiredCertificate.objects.filter(device_type="gsme", body="DLMS").delete()
    added = {
        "device_type": "gsme", "spec_type": "SMETS", "spec_version": "", "body": "DLMS", "effective_from": "2027-02-01",
        "effective_to": "", "reason": "The matrix changes.",
    }  # fmt: skip
    assert desk.post(reverse("admin:cpl_requiredcertificate_add"), added).status_code == 302
    required = {
        day: listing_facts(submission, on=day).required for day in (dt.date(2027, 1, 31), dt.date(2027, 2, 1))
    }
    assert required == {
        dt.date(2027, 1, 31): frozenset({"ZIGBEE", "NCSC"}),
        dt.date(2027, 2, 1): frozenset({"ZIGBEE", "NCSC", "DLMS"}),
    }


def test_eligible_combination_keeps_its_members_in_one_spelling_and_the_day_first_added_for_ever(desk):
    assert (
        desk.post(reverse("admin:cpl_eligiblecombination_add"), COMBINATION | MEMBERS | MEMBER).status_code
        == 302
    )
    combination = EligibleCombination.objects.get()
    member = combination.members.get()
    assert (member.manufacturer_identifier, member.firmware_version) == ("7E3E", "0508060A")
    assert (
        Act.objects.get(verb="cpl.eligiblecombination.added").after["parts"][0]["firmware_version"]
        == "0508060A"
    )
    url = reverse("admin:cpl_eligiblecombination_change", args=[combination.pk])
    again = (
        COMBINATION
        | MEMBERS
        | {"members-TOTAL_FORMS": "0", "first_added_on": "2020-01-01", "ended_on": "2026-11-30"}
    )
    assert desk.post(url, again).status_code == 302
    combination = EligibleCombination.objects.get()
    assert (combination.first_added_on, combination.ended_on) == (dt.date(2026, 11, 1), dt.date(2026, 11, 30))


def test_member_with_an_impossible_identifier_is_refused_beside_its_field(desk):
    wrong = MEMBER | {"members-0-firmware_version": "05O80607"}
    answer = desk.post(reverse("admin:cpl_eligiblecombination_add"), COMBINATION | MEMBERS | wrong)
    assert answer.status_code == 200 and not EligibleCombination.objects.exists()
    assert "firmware_version" in answer.context["inline_admin_formsets"][0].formset.errors[0]


def test_organisation_is_admitted_when_added_and_its_people_act_no_more_once_it_is_retired(desk):
    values = {
        "name": "New Lamps Energy",
        "kind": "party",
        "party_category": "small_supplier",
        "reason": "It acceded.",
    }
    assert desk.post(reverse("admin:accounts_organisation_add"), values).status_code == 302
    made = Organisation.objects.get(name="New Lamps Energy")
    assert made.admitted_at and made in Organisation.objects.parties()
    person = people.person(Role.SUPPLIER, made)
    url = reverse("admin:accounts_organisation_change", args=[made.pk])
    assert desk.post(url, values | {"retire": "on", "reason": "It left."}).status_code == 302
    assert not Membership.objects.current().filter(user=person).exists()
    assert [act.reason for act in Act.objects.filter(subject_type="accounts.organisation")] == [
        "It left.",
        "It acceded.",
    ]


def test_person_is_made_without_a_password_and_the_journal_does_not_name_them(desk):
    values = {
        "username": "ada",
        "name": "Ada Byron",
        "email": "ada@example.org",
        "is_active": "on",
        "reason": "Joined.",
    }
    assert desk.post(reverse("admin:accounts_user_add"), values).status_code == 302
    made = User.objects.get(username="ada")
    assert not made.has_usable_password() and not made.is_superuser
    act = Act.objects.get(verb="accounts.user.added")
    assert act.subject_name == f"person {made.key}"
    assert "Ada" not in str(act.after) and "ada@" not in str(act.after)


def test_person_cannot_be_made_a_superuser_by_a_field_of_our_own_making(desk):
    values = {
        "username": "eve",
        "email": "eve@example.org",
        "is_superuser": "on",
        "is_staff": "on",
        "reason": "x",
    }
    desk.post(reverse("admin:accounts_user_add"), values)
    assert not User.objects.get(username="eve").is_superuser


def test_role_is_given_and_ended_but_never_one_that_the_organisation_cannot_give(desk):
    maker, person = people.organisation(), people.person()
    url = reverse("admin:accounts_membership_add")
    values = {"user": person.pk, "organisation": maker.pk, "role": "test_lab", "reason": "Moved."}
    assert b"cannot give this role" in desk.post(url, values).content
    assert desk.post(url, values | {"role": "manufacturer"}).status_code == 302
    given = Membership.objects.get(user=person, organisation=maker)
    page = reverse("admin:accounts_membership_change", args=[given.pk])
    assert b"can only be ended" in desk.post(page, {"reason": "No longer."}).content
    assert desk.post(page, {"end_now": "on", "reason": "Left."}).status_code == 302
    assert Membership.objects.get(pk=given.pk).ended_at
    verbs = list(Act.objects.filter(subject_id=str(maker.pk)).values_list("verb", flat=True))
    assert verbs == ["accounts.membership.changed", "accounts.membership.added"]


def test_nobody_changes_their_own_roles(secretariat, desk):
    own = Membership.objects.get(user=secretariat)
    now = devices.NOON
    with pytest.raises(Refusal, match="your own roles"):
        give_role(
            user=secretariat,
            organisation=own.organisation,
            role=Role.APPROVER,
            by=secretariat,
            at=now,
            reason="x",
        )
    with pytest.raises(Refusal, match="your own roles"):
        end_role(membership=own, by=secretariat, at=now, reason="x")
    values = {"user": secretariat.pk, "organisation": own.organisation_id, "role": "approver", "reason": "x"}
    assert desk.post(reverse("admin:accounts_membership_add"), values).status_code == 422
    assert Membership.objects.filter(user=secretariat).count() == 1


def test_role_that_has_ended_cannot_end_again(secretariat):
    membership = Membership.objects.get(user=people.person())
    end_role(membership=membership, by=secretariat, at=devices.NOON, reason="Left.")
    with pytest.raises(Conflict):
        end_role(membership=membership, by=secretariat, at=devices.NOON, reason="Left.")


def test_contact_is_retired_rather_than_deleted_and_its_address_stays_out_of_the_journal(desk):
    party = people.organisation("A Party", Organisation.Kind.PARTY)
    values = {
        "organisation": party.pk,
        "purpose": "notices",
        "email": "notices@a.example",
        "reason": "They wrote to us.",
    }
    assert desk.post(reverse("admin:accounts_contact_add"), values).status_code == 302
    made = Contact.objects.get()
    assert (
        desk.post(
            reverse("admin:accounts_contact_change", args=[made.pk]), values | {"retire": "on"}
        ).status_code
        == 302
    )
    assert Contact.objects.get().retired_at
    assert all(
        "notices@a.example" not in f"{act.subject_name}{act.before}{act.after}" for act in Act.objects.all()
    )


@pytest.mark.clause("X-1")
def test_bank_holiday_added_on_the_desk_is_not_a_working_day(desk):
    values = {
        "division": "england-and-wales",
        "day": "2027-05-12",
        "name": "Jubilee",
        "reason": "Proclaimed.",
    }
    assert desk.post(reverse("admin:journal_bankholiday_add"), values).status_code == 302
    assert not is_working_day(dt.date(2027, 5, 12), working_calendar())
    assert BankHoliday.objects.filter(name="Jubilee").exists() and Act.objects.get(
        verb="journal.bankholiday.added"
    )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECRETARIAT}))
def test_nobody_but_the_secretariat_keeps_reference_data(role):
    row = RequiredCertificate.objects.first()
    with pytest.raises(NotPermitted):
        keep_reference_data(row=row, by=people.person(role), at=devices.NOON, reason="x")
    assert not Act.objects.exists()
