"""Clients of the API: their secrets, changed with an overlap, and what they have asked for.

Housekeeping of accounts has no clause.
"""

import datetime as dt
import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password
from django.db import connection, transaction
from oauth2_provider.models import AccessToken, Application

from secgov.accounts.models import ClientUse, FormerSecret, Organisation, Role, User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.time_rules import london_day

SECRET_BYTES = 32
LONGEST_OVERLAP = dt.timedelta(days=30)
DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class ClientSeen:
    """A client with what is told of it: whose it is, since when its secret, what it asked for lately."""

    client: Application
    organisation: Organisation | None
    former: FormerSecret | None
    uses: list[ClientUse]

    @property
    def last_at(self) -> dt.datetime | None:
        """When it last asked for anything, of late."""
        return max((each.last_at for each in self.uses), default=None)


def organisation_of(client: Application) -> Organisation | None:
    """Give the organisation that a client acts for; None where it was shut."""
    held = client.user.memberships.current().filter(role=Role.DCC_CLIENT) if client.user else None
    membership = held.select_related("organisation").first() if held is not None else None
    return membership.organisation if membership else None


def clients_seen(*, at: dt.datetime, organisations: list[Organisation] | None = None) -> list[ClientSeen]:
    """Give the clients, all or those of some organisations, with their uses of the last two weeks."""
    found = []
    for client in Application.objects.select_related("user").exclude(user=None).order_by("name"):
        organisation = organisation_of(client)
        if organisations is not None and organisation not in organisations:
            continue
        since = london_day(at) - dt.timedelta(days=DAYS_SHOWN - 1)
        found.append(
            ClientSeen(
                client,
                organisation,
                client.former_secrets.filter(ends_at__gt=at).first(),
                list(client.user.client_uses.filter(on__gte=since)),
            )
        )
    return found


@transaction.atomic
def rotate_secret(
    *, client: Application, by: User, at: dt.datetime, overlap: dt.timedelta, reason: str
) -> str:
    """Give a client a new secret, which is shown this once; the former opens for the overlap, any earlier one no more.

    Raises NotPermitted but for an administrator of its organisation and the Secretariat, and Refusal for a blank reason or
    an overlap beyond thirty days.
    """
    client = Application.objects.select_for_update(of=["self"]).select_related("user").get(pk=client.pk)
    grant = _keeper(client, by)
    _check_reason(reason)
    if not dt.timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Refusal(
            f"The former secret cannot go on for longer than {LONGEST_OVERLAP.days} days.", clause="",
            field="overlap_days", remedy=f"Give a whole number of days from 0 to {LONGEST_OVERLAP.days}.",
        )  # fmt: skip
    client.former_secrets.filter(ends_at__gt=at).update(ends_at=at)
    FormerSecret.objects.create(
        application=client,
        secret_hash=client.client_secret,
        replaced_at=at,
        replaced_by=by,
        ends_at=at + overlap,
    )
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client.client_secret = secret
    client.save()
    _record(client, grant, at, "accounts.client.secret_changed", reason, {"former_until": at + overlap})
    return secret


@transaction.atomic
def end_former_secret(*, client: Application, by: User, at: dt.datetime, reason: str) -> int:
    """Shut a client's former secret before its time, and every token that is out; give how many secrets ended."""
    client = Application.objects.select_for_update(of=["self"]).select_related("user").get(pk=client.pk)
    grant = _keeper(client, by)
    _check_reason(reason)
    ended = client.former_secrets.filter(ends_at__gt=at).update(ends_at=at)
    tokens, _ = AccessToken.objects.filter(application=client).delete()
    _record(
        client, grant, at, "accounts.client.former_secret_ended", reason, {"secrets": ended, "tokens": tokens}
    )
    return int(ended)


def former_secret_opens(*, client: Application, secret: str, at: dt.datetime) -> bool:
    """Say whether a secret is the former one of a client, and its time is not over."""
    held = client.former_secrets.filter(ends_at__gt=at).values_list("secret_hash", flat=True)
    return any(check_password(secret, each) for each in held)


def record_use(*, account: User, call: str, refused: bool, at: dt.datetime) -> None:
    """Count a call of a client: one statement, so that calls at the same time are all counted."""
    table = ClientUse._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (account_id, "on", call, calls, refused, last_at) VALUES (%s, %s, %s, 1, %s, %s)'  # noqa: S608  our own table
            f' ON CONFLICT (account_id, "on", call) DO UPDATE SET calls = {table}.calls + 1,'
            f" refused = {table}.refused + excluded.refused, last_at = GREATEST({table}.last_at, excluded.last_at)",
            [account.pk, london_day(at), call[:60], int(refused), at],
        )


def may_keep(client_organisation: Organisation | None, person: User) -> bool:
    """Say whether a person may change the secrets of an organisation's clients."""
    if permitted(person, Duty.KEEP_CLIENTS):
        return True
    return bool(client_organisation and permitted(person, Duty.KEEP_OWN_CLIENTS, client_organisation))


def _keeper(client: Application, by: User) -> Grant:
    if grant := permitted(by, Duty.KEEP_CLIENTS):
        return grant
    organisation = organisation_of(client)
    return require(by, Duty.KEEP_OWN_CLIENTS, organisation or Organisation(), hidden=True)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal("Say why.", clause="", field="reason", remedy="The reason is kept in the journal.")


def _record(client: Application, grant: Grant, at: dt.datetime, verb: str, reason: str, after: dict) -> None:
    journal.record(
        actor=grant.actor, at=at, verb=verb, subject=organisation_of(client) or grant.organisation, reason=reason.strip(),
        after={"client": client.client_id, **after},
    )  # fmt: skip
