"""What an organisation's administrator does for its people: invite, re-role, retire. And taking up an invitation.

Housekeeping of accounts has no clause. Acts name organisations, and people by their keys only (TR-10).
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from secgov.accounts.mailed_tokens import digest_of, new_seed, token_of
from secgov.accounts.models import Invitation, Membership, Organisation, Role, User
from secgov.accounts.permissions import Duty, Grant, require, roles_to_invite_to
from secgov.accounts.rules.names import clean_name
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor

INVITATION_LASTS = dt.timedelta(days=7)
MOST_OPEN = 100  # invitations of one organisation that wait at a time


def person_of(*, email: str, name: str) -> User:
    """Give the person of an e-mail address, made without a usable password where nobody has it."""
    email = email.strip()
    held = User.objects.select_for_update().filter(email__iexact=email).first()
    if held:
        return held
    person = User(username=email[:150], email=email, name=name)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person


def give_membership(*, person: User, organisation: Organisation, role: str, at: dt.datetime) -> Membership:
    """Give a role from now on; whoever holds it keeps the one that runs."""
    held, _ = Membership.objects.get_or_create(
        user=person, organisation=organisation, role=role, ended_at=None, defaults={"began_at": at}
    )
    return held


def _keeps(organisation: Organisation, by: User) -> tuple[Organisation, Grant]:
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    return organisation, require(by, Duty.INVITE_COLLEAGUE, organisation, hidden=True)


def _check_role(organisation: Organisation, role: str) -> Role:
    if role not in [str(each) for each in roles_to_invite_to(organisation)]:
        raise Refusal(
            f"{organisation} cannot give this role.",
            clause="",
            field="role",
            remedy="Choose one of the roles that its kind of organisation has.",
        )
    return Role(role)


def _check_not_oneself(person_id: int, by: User) -> None:
    if person_id == by.pk:
        raise Refusal(
            "You cannot change your own roles.",
            clause="",
            field="role",
            remedy="Ask another administrator, or the Secretariat.",
        )


@transaction.atomic
def invite_colleague(
    *, organisation: Organisation, email: str, role: str, by: User, at: dt.datetime
) -> Invitation:
    """Mail a colleague a one-time link, which holds for seven days, to take up a role in one's organisation.

    Whether the address is known already makes no difference that could be seen. A new invitation of the same address
    to the same role takes the place of the one before. Raises NotPermitted (hidden), Refusal (field ``role``), and
    ValidationError for what is no address.
    """
    organisation, grant = _keeps(organisation, by)
    role = _check_role(organisation, role)
    email = email.strip()
    validate_email(email)
    open_ones = organisation.invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)
    open_ones.filter(email__iexact=email, role=role).update(withdrawn_at=at)
    if open_ones.count() >= MOST_OPEN:
        raise Refusal(
            f"{MOST_OPEN} invitations wait for an answer.",
            clause="",
            field="email",
            remedy="Withdraw some of them first.",
        )
    seed = new_seed()
    invitation = Invitation(
        organisation=organisation,
        email=email,
        role=role,
        token_sha256=digest_of(token_of(seed)),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    invitation.full_clean()
    invitation.save()
    journal.record(
        actor=grant.actor,
        at=at,
        verb="accounts.invitation.made",
        subject=organisation,
        reason="The organisation keeps its own people.",
        after={"invitation": invitation.pk, "role": role},
    )
    journal.enqueue(
        template="accounts/invited",
        recipient=email,
        context={
            "organisation": organisation.name,
            "role": role.label,
            "seed": seed,
            "days": INVITATION_LASTS.days,
        },
        key=f"accounts/invited:{invitation.pk}",
        at=at,
    )
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, at: dt.datetime) -> Invitation:
    """Make an invitation void. Raises NotPermitted (hidden), Conflict where it was taken up or withdrawn."""
    organisation, grant = _keeps(invitation.organisation, by)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Conflict("This invitation was taken up or withdrawn already.")
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    journal.record(
        actor=grant.actor,
        at=at,
        verb="accounts.invitation.withdrawn",
        subject=organisation,
        reason="The organisation keeps its own people.",
        before={"invitation": invitation.pk, "role": invitation.role},
    )
    return invitation


@transaction.atomic
def re_role(*, membership: Membership, role: str, by: User, at: dt.datetime) -> Membership:
    """Give a colleague another role in place of one; it holds at once, and the old one stays as history.

    Raises NotPermitted (hidden), Refusal (field ``role``), Conflict where the role has ended already.
    """
    membership, organisation, grant = _held(membership, by)
    role = _check_role(organisation, role)
    if role == membership.role:
        return membership
    _end(membership, at)
    given = give_membership(person=membership.user, organisation=organisation, role=role, at=at)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="accounts.membership.changed",
        subject=organisation,
        reason="The organisation keeps its own people.",
        before={"person": str(membership.user.key), "role": membership.role},
        after={"person": str(membership.user.key), "role": role},
    )
    return given


@transaction.atomic
def retire_colleague(*, membership: Membership, by: User, at: dt.datetime) -> Membership:
    """End a colleague's role; access ends with it, at once. Raises NotPermitted (hidden), Refusal, Conflict."""
    membership, organisation, grant = _held(membership, by)
    _end(membership, at)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="accounts.membership.ended",
        subject=organisation,
        reason="The organisation keeps its own people.",
        before={"person": str(membership.user.key), "role": membership.role},
    )
    return membership


def _held(membership: Membership, by: User) -> tuple[Membership, Organisation, Grant]:
    organisation, grant = _keeps(membership.organisation, by)
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    )
    _check_not_oneself(membership.user_id, by)
    if membership.ended_at is not None:
        raise Conflict("This role has ended already.")
    return membership, organisation, grant


def _end(membership: Membership, at: dt.datetime) -> None:
    membership.ended_at = at
    membership.save(update_fields=["ended_at"])


def find_invitation(*, token: str, at: dt.datetime) -> Invitation | None:
    """Give the invitation that a mailed link is for; None for a forged, used, withdrawn or expired one."""
    return (
        Invitation.objects.select_related("organisation")
        .filter(
            token_sha256=digest_of(token),
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=at,
            organisation__admitted_at__isnull=False,
            organisation__retired_at=None,
        )
        .first()
    )


def signs_in_already(invitation: Invitation) -> bool:
    """Tell whether the person of an invitation has an account with a password. Only the link's holder may learn it."""
    held = User.objects.filter(email__iexact=invitation.email).first()
    return held is not None and held.has_usable_password()


@transaction.atomic
def accept_invitation(
    *, token: str, by: User | None, name: str, password: str, at: dt.datetime
) -> Membership:
    """Take up an invitation, once.

    Whoever has no account yet sets name and password. Whoever has one must be signed in (`by`): a link in a mailbox
    does not change a password that stands. Raises Conflict for a link that is not valid any more, Refusal where
    somebody else is signed in or the account is shut, ValidationError (fields name, password).
    """
    found = find_invitation(token=token, at=at)
    if found is None:
        raise Conflict("This link is not valid any more. Ask for a new one.")
    organisation = Organisation.objects.select_for_update().get(pk=found.organisation_id)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Conflict("This link is not valid any more. Ask for a new one.")
    if signs_in_already(invitation):
        person = User.objects.select_for_update().get(email__iexact=invitation.email)
        if by is None or by.pk != person.pk:
            raise Refusal(
                "The invitation is for somebody else.",
                clause="",
                remedy=f"Sign in as the person to whom it was mailed, {invitation.email}.",
            )
    else:
        person = person_of(email=invitation.email, name="")
        _set_up(person, name, password)
    if not person.is_active:
        raise Refusal("This account is shut.", clause="", remedy="Ask the Secretariat.")
    role = _check_role(organisation, invitation.role)
    membership = give_membership(person=person, organisation=organisation, role=role, at=at)
    invitation.accepted_at, invitation.accepted_by = at, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    journal.record(
        actor=Actor(user_id=person.pk, role=role.label, organisation=organisation.name),
        at=at,
        verb="accounts.invitation.accepted",
        subject=organisation,
        reason="The mailed link was opened and taken up.",
        after={"invitation": invitation.pk, "person": str(person.key), "role": role},
    )
    return membership


def _set_up(person: User, name: str, password: str) -> None:
    try:
        person.name = clean_name(name, field="name", cap=150)
    except Refusal as refusal:
        raise ValidationError({"name": f"{refusal.message} {refusal.remedy}"}) from refusal
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    person.set_password(password)
    person.save(update_fields=["name", "password"])
