"""How an organisation comes in: it registers, its address is proved, the Secretariat admits or refuses it.

Housekeeping of accounts has no clause. Acts name organisations and never people: a name must be able to go (TR-10).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from secgov.accounts.mailed_tokens import digest_of, new_seed, token_of
from secgov.accounts.models import Invitation, Organisation, PartyCategory, Registration, Role, User
from secgov.accounts.people import INVITATION_LASTS, give_membership, person_of
from secgov.accounts.permissions import Duty, require, working_role
from secgov.accounts.rules.names import check_name_free, clean_name, reason_to_review_name
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor

KINDS = (
    Organisation.Kind.MANUFACTURER,
    Organisation.Kind.TEST_LAB,
    Organisation.Kind.TRADE_BODY,
    Organisation.Kind.PARTY,
)
"""Who may register. The DCC, the Authority and bodies of the Code are entered by the Secretariat."""
CATEGORIES = tuple(each for each in PartyCategory if each != PartyCategory.DCC)
CONFIRMATION_LASTS = dt.timedelta(days=3)
MOST_A_DAY = 3  # registrations from one e-mail address that wait for their confirmation
REGISTRATION_LOCK = 7_301_006
STRANGER = Actor(user_id=None, role="Nobody signed in")


@dataclass(frozen=True, slots=True)
class Applicant:
    """What somebody writes who registers an organisation."""

    organisation_name: str
    kind: str
    party_category: str
    person_name: str
    email: str
    phone: str
    note: str = ""


@transaction.atomic
def register_organisation(*, applicant: Applicant, at: dt.datetime) -> Registration | None:
    """Take a registration, and mail a link that proves the address; nothing else happens until it is opened.

    Raises Refusal for a name that is taken or cannot be shown, a kind that does not register, a Party without a
    category, and ValidationError for what is no address. Gives None, as quietly as if all was well, where the address
    has registered too often within a day: nobody learns here which addresses are known.
    """
    with (
        connection.cursor() as cursor
    ):  # one at a time, so that two with the same name cannot both find it free
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRATION_LOCK])
    name = clean_name(applicant.organisation_name, field="organisation_name", cap=160)
    _check_kind(applicant)
    _free_lapsed_names(at)
    check_name_free(name, tuple(Organisation.objects.values_list("name", flat=True)))
    waiting = Registration.objects.filter(
        email__iexact=applicant.email, registered_at__gt=at - dt.timedelta(days=1), email_confirmed_at=None
    )
    if waiting.count() >= MOST_A_DAY:
        return None
    organisation = Organisation(name=name, kind=applicant.kind, party_category=applicant.party_category)
    organisation.full_clean()
    organisation.save()
    seed = new_seed()
    registration = Registration(
        organisation=organisation,
        person_name=clean_name(applicant.person_name, field="person_name", cap=150),
        email=applicant.email.strip(),
        phone=applicant.phone.strip(),
        note=applicant.note.strip(),
        email_token_sha256=digest_of(token_of(seed)),
        registered_at=at,
    )
    registration.full_clean()
    registration.save()
    journal.record(
        actor=STRANGER,
        at=at,
        verb="accounts.organisation.registered",
        subject=organisation,
        reason="Somebody asks that it be admitted.",
        after={"kind": organisation.kind, "party_category": organisation.party_category},
    )
    journal.enqueue(
        template="accounts/confirm_registration",
        recipient=registration.email,
        context={"organisation": organisation.name, "seed": seed},
        key=f"accounts/confirm_registration:{registration.pk}",
        at=at,
    )
    return registration


def _check_kind(applicant: Applicant) -> None:
    if applicant.kind not in KINDS:
        raise Refusal(
            "An organisation of this kind does not register here.",
            clause="",
            field="kind",
            remedy="Choose one of the kinds, or write to the Secretariat.",
        )
    if (applicant.kind == Organisation.Kind.PARTY) != (applicant.party_category in CATEGORIES):
        raise Refusal(
            "A SEC Party has one of the five categories, and nobody else has one.",
            clause="",
            field="party_category",
            remedy="Choose the category if the organisation is a Party; leave it blank if it is not.",
        )


def _free_lapsed_names(at: dt.datetime) -> None:
    """Let names go that were registered and never confirmed: else anybody could keep one from its bearer."""
    lapsed = Registration.objects.filter(
        email_confirmed_at=None, admitted=None, registered_at__lte=at - CONFIRMATION_LASTS
    ).select_related("organisation")
    for registration in lapsed.filter(organisation__retired_at=None):
        _let_go(registration, at)


def _let_go(registration: Registration, at: dt.datetime) -> None:
    organisation = registration.organisation
    organisation.name = f"{organisation.name[:150]} (registration {registration.pk}, not admitted)"
    organisation.retired_at = at
    organisation.save(update_fields=["name", "retired_at"])


def find_registration(*, token: str, at: dt.datetime) -> Registration | None:
    """Give the registration that a mailed link confirms; None for a forged, used or expired one."""
    return (
        Registration.objects.select_related("organisation")
        .filter(
            email_token_sha256=digest_of(token),
            email_confirmed_at=None,
            registered_at__gt=at - CONFIRMATION_LASTS,
        )
        .first()
    )


@transaction.atomic
def confirm_registration(*, token: str, at: dt.datetime) -> Registration:
    """Note that the address is its writer's, and ask the Secretariat to decide.

    Raises Conflict for a forged, used or expired token.
    """
    found = find_registration(token=token, at=at)
    registration = found and Registration.objects.select_for_update().get(pk=found.pk)
    if registration is None or registration.email_confirmed_at is not None:
        raise Conflict("This link is not valid any more. Register again.")
    registration.email_confirmed_at = at
    registration.save(update_fields=["email_confirmed_at"])
    organisation = registration.organisation
    others = Organisation.objects.exclude(pk=organisation.pk).filter(retired_at=None)
    review = reason_to_review_name(organisation.name, tuple(others.values_list("name", flat=True)))
    journal.record(
        actor=STRANGER,
        at=at,
        verb="accounts.registration.confirmed",
        subject=organisation,
        reason="The mailed link was opened.",
    )
    journal.open_task(
        key=_task_key(registration),
        title=f"Admit {organisation}, or refuse it",
        detail=" ".join(
            ["It registered and proved its address.", *([f"Look closely. {review}"] if review else [])]
        ),
        at=at,
        subject=registration.organisation,
    )
    return registration


@transaction.atomic
def admit_registration(*, registration: Registration, by: User, at: dt.datetime, reason: str) -> Organisation:
    """Admit a registered organisation; who registered it becomes its administrator, in its working role too.

    A one-time link is mailed by which that person sets a password. Raises NotPermitted, Refusal without a reason or
    where the address was not proved, Conflict where it was decided already.
    """
    registration, actor, reason = _decide(registration, by, at, reason, admitted=True)
    organisation = Organisation.objects.select_for_update().get(pk=registration.organisation_id)
    organisation.admitted_at = at
    organisation.save(update_fields=["admitted_at"])
    person = person_of(email=registration.email, name=registration.person_name)
    roles = [Role.ORGANISATION_ADMIN, *filter(None, [working_role(organisation)])]
    for role in roles:
        give_membership(person=person, organisation=organisation, role=role, at=at)
    journal.record(
        actor=actor,
        at=at,
        verb="accounts.organisation.admitted",
        subject=organisation,
        reason=reason,
        after={"person": str(person.key), "roles": [str(role) for role in roles]},
    )
    seed = new_seed()
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=registration.email,
        role=Role.ORGANISATION_ADMIN,
        token_sha256=digest_of(token_of(seed)),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    journal.enqueue(
        template="accounts/admitted",
        recipient=registration.email,
        context={"organisation": organisation.name, "seed": seed, "days": INVITATION_LASTS.days},
        key=f"accounts/admitted:{invitation.pk}",
        at=at,
    )
    return organisation


@transaction.atomic
def refuse_registration(
    *, registration: Registration, by: User, at: dt.datetime, reason: str
) -> Organisation:
    """Refuse a registered organisation; the reason is mailed to whoever registered it, and the name is free again.

    Raises what `admit_registration` raises.
    """
    registration, actor, reason = _decide(registration, by, at, reason, admitted=False)
    name = registration.organisation.name
    _let_go(registration, at)
    journal.record(
        actor=actor,
        at=at,
        verb="accounts.organisation.refused",
        subject=registration.organisation,
        reason=reason,
        before={"name": name},
    )
    journal.enqueue(
        template="accounts/refused",
        recipient=registration.email,
        context={"organisation": name, "reason": reason},
        key=f"accounts/refused:{registration.pk}",
        at=at,
    )
    return registration.organisation


def _decide(
    registration: Registration, by: User, at: dt.datetime, reason: str, *, admitted: bool
) -> tuple[Registration, Actor, str]:
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    grant = require(by, Duty.ADMIT_ORGANISATION)
    reason = reason.strip()
    if not reason:
        raise Refusal("Say why.", clause="", field="reason", remedy="The reason is kept in the journal.")
    if registration.admitted is not None:
        raise Conflict(
            f"{registration.organisation} was decided on already.", newer=registration.decision_reason
        )
    if registration.email_confirmed_at is None:
        raise Refusal(
            "Whoever registered has not yet opened the mailed link.",
            clause="",
            field="reason",
            remedy="Wait until the address is proved; a registration that is not confirmed lapses by itself.",
        )
    registration.admitted, registration.decision_reason = admitted, reason
    registration.decided_at, registration.decided_by = at, by
    registration.save(update_fields=["admitted", "decision_reason", "decided_at", "decided_by"])
    journal.close_task(key=_task_key(registration), at=at, reason=reason)
    return registration, grant.actor, reason


def _task_key(registration: Registration) -> str:
    return f"registration:{registration.pk}"
