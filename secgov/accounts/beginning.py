"""What an operator does once, before anybody can sign in: name the first of the Secretariat, and make the DCC's client.

Everybody else is admitted by people, in the pages. Housekeeping of accounts has no clause.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.core.validators import validate_email
from django.db import transaction
from oauth2_provider.models import Application

from secgov.accounts.mailed_tokens import digest_of, new_seed, token_of
from secgov.accounts.models import Invitation, Membership, Organisation, Role, User
from secgov.accounts.people import INVITATION_LASTS, person_of
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor


@transaction.atomic
def admit_first(*, email: str, organisation: str, actor: Actor, at: dt.datetime) -> str:
    """Invite the first person of the Secretariat; give the token of the one-time link, which holds for seven days.

    The body of the Code is made where it does not stand. May be repeated until the link is taken up: the newest holds.
    Raises Refusal where the Secretariat has somebody already, or the name is another kind of organisation's, and
    ValidationError for what is no address.
    """
    email = email.strip()
    validate_email(email)
    if Membership.objects.current().filter(role=Role.SECRETARIAT, user__is_active=True).exists():
        raise Refusal(
            "The Secretariat has people already.",
            clause="",
            field="email",
            remedy="They admit others, under People and Memberships of their pages.",
        )
    body, _ = Organisation.objects.select_for_update().get_or_create(
        name=organisation.strip(), defaults={"kind": Organisation.Kind.CODE_BODY, "admitted_at": at}
    )
    if body.kind != Organisation.Kind.CODE_BODY:
        raise Refusal(
            f"{body} is of the kind “{body.get_kind_display()}”, which has no Secretariat.",
            clause="",
            field="organisation",
            remedy="Give the name of the body that is the Secretariat.",
        )
    body.invitations.filter(role=Role.SECRETARIAT, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=at
    )
    token = token_of(new_seed())
    invitation = Invitation(
        organisation=body, email=email, role=Role.SECRETARIAT, token_sha256=digest_of(token),
        invited_by=person_of(email=email, name=""), invited_at=at, expires_at=at + INVITATION_LASTS,
    )  # fmt: skip
    invitation.full_clean()
    invitation.save()
    journal.record(
        actor=actor,
        at=at,
        verb="accounts.invitation.made",
        subject=body,
        reason="The operator named the first of the Secretariat.",
        after={"invitation": invitation.pk, "role": Role.SECRETARIAT},
    )
    return token


@transaction.atomic
def make_dcc_client(*, actor: Actor, at: dt.datetime) -> tuple[str, str]:
    """Make a client of the API for the DCC's systems; give its id and its secret, which nobody can read again.

    Each has an account of its own: ending that account's role shuts the client. Raises Refusal without a DCC.
    """
    dcc = Organisation.objects.admitted().filter(kind=Organisation.Kind.DCC).order_by("pk").first()
    if dcc is None:
        raise Refusal(
            "There is no DCC to make a client for.",
            clause="",
            remedy="Let the Secretariat add it first, as an organisation of the kind DCC.",
        )
    account = User(username=f"dcc-client-{secrets.token_hex(4)}", name=f"A system of {dcc}")
    account.set_unusable_password()
    account.full_clean()
    account.save()
    Membership.objects.create(user=account, organisation=dcc, role=Role.DCC_CLIENT, began_at=at)
    secret = secrets.token_urlsafe(32)
    client = Application.objects.create(
        name=account.username,
        user=account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    journal.record(
        actor=actor,
        at=at,
        verb="accounts.client.made",
        subject=dcc,
        reason="The operator made a client for the DCC's systems.",
        after={"person": str(account.key), "role": Role.DCC_CLIENT},
    )
    return client.client_id, secret
