"""What the Secretariat keeps by hand: reference data, organisations, people and their roles; and closing its tasks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from secgov.accounts.models import Contact, Membership, Organisation, Role, User
from secgov.accounts.permissions import ROLES_OF_KIND, Duty, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, BankHoliday, Obligation, Task
from secgov.journal.services.levels import EXPLAINED, is_counted

# The journal never forgets, so what names a person stays out of it: a name must be able to go (TR-10).
PERSONAL: dict[type[models.Model], frozenset[str]] = {
    User: frozenset(
        {"username", "email", "name", "password", "last_login", "date_joined", "is_staff", "is_superuser"}
    ),
    Contact: frozenset({"name", "email", "phone"}),
}


@transaction.atomic
def keep_reference_data(
    *,
    row: models.Model,
    by: User,
    at: dt.datetime,
    reason: str,
    clause: str = "",
    parts: Sequence[models.Model] = (),
) -> Act:
    """Add or change a row of reference data and the parts that belong to it, and record why. TR-10

    Takes the row as it shall be, saved or not, its changed or new parts, and the reason; `clause` where one asks for
    the data. Gives the act. Raises NotPermitted, Refusal (field `reason`), and ValidationError for what the row's own
    constraints refuse.
    """
    grant = require(by, Duty.KEEP_REFERENCE_DATA)
    reason = _stated(reason)
    before = None if row._state.adding else _values(type(row).objects.select_for_update().get(pk=row.pk))
    parts_before = [_values(type(part).objects.get(pk=part.pk)) for part in parts if not part._state.adding]
    row.full_clean()
    row.save()
    for part in parts:
        part.save()
    after = _values(row)
    if parts:
        after["parts"] = [_values(part) for part in parts]
        if before is not None:
            before["parts"] = parts_before
    if isinstance(row, BankHoliday):
        journal.recompute_obligations(actor=grant.actor, at=at)
    verb = f"{row._meta.app_label}.{row._meta.model_name}.{'added' if before is None else 'changed'}"
    return journal.record(
        actor=grant.actor,
        at=at,
        verb=verb,
        subject=_subject(row),
        clause=clause,
        reason=reason,
        before=before,
        after=after,
    )


@transaction.atomic
def give_role(
    *, user: User, organisation: Organisation, role: str, by: User, at: dt.datetime, reason: str
) -> Membership:
    """Give a person a role in an organisation, from now on.

    Raises Refusal where an organisation of that kind cannot give the role (field `role`), and where somebody would
    give one to themselves (field `user`).
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    _check_not_oneself(user, by)
    if Role(role) not in ROLES_OF_KIND[organisation.kind]:
        raise Refusal(
            f"{organisation} is of the kind “{organisation.get_kind_display()}”, which has no {Role(role).label}.",
            clause="", field="role", remedy="Choose a role that this organisation can give.",
        )  # fmt: skip
    membership = Membership(user=user, organisation=organisation, role=role, began_at=at)
    keep_reference_data(row=membership, by=by, at=at, reason=reason)
    return membership


@transaction.atomic
def end_role(*, membership: Membership, by: User, at: dt.datetime, reason: str) -> Membership:
    """End a person's role. The row stays: acts done in that role refer to it."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    _check_not_oneself(membership.user, by)
    if membership.ended_at is not None:
        raise Conflict("This role has ended already.")
    membership.ended_at = at
    keep_reference_data(row=membership, by=by, at=at, reason=reason)
    return membership


@transaction.atomic
def close_task(*, task: Task, by: User, at: dt.datetime, reason: str) -> Task:
    """Close a task of the Secretariat's, saying what was done about it.

    Raises NotPermitted, Refusal without a reason, Conflict where it is closed already.
    """
    task = Task.objects.select_for_update().get(pk=task.pk)
    grant = require(by, Duty.CLOSE_TASK)
    reason = _stated(reason)
    if task.closed_at is not None:
        raise Conflict("This task was closed already.", newer=f"closed, because: {task.closing_reason}")
    journal.close_task(key=task.key, at=at, reason=reason)
    journal.record(
        actor=grant.actor, at=at, verb="journal.task.closed", subject=task, clause=task.clause, reason=reason
    )
    return Task.objects.get(pk=task.pk)


def _stated(reason: str) -> str:
    if not reason.strip():
        raise Refusal("Say why.", clause="", field="reason", remedy="The reason is kept in the journal.")
    return reason.strip()


def _check_not_oneself(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise Refusal(
            "You cannot change your own roles.", clause="", field="user", remedy="Ask a colleague to do it."
        )


def _values(row: models.Model) -> dict[str, Any]:
    left_out = PERSONAL.get(type(row), frozenset())
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in left_out
    }


def _subject(row: models.Model) -> models.Model:
    """The row that the act names: for a person or an address one without its name."""
    if isinstance(row, User):
        return User(pk=row.pk, username=f"person {row.key}")
    if isinstance(row, Contact | Membership):
        return row.organisation
    return row


@transaction.atomic
def explain_missed(*, obligation: Obligation, by: User, at: dt.datetime, public_reason: str) -> Act:
    """Say in public what went wrong with a duty that was missed, and what was done since. F2.8-0

    The words stand on the page of the service level; a later explanation takes the place of the one before. Raises
    NotPermitted, and Refusal (field `public_reason`) for nothing said, or for a duty whose time has not passed.
    """
    grant = require(by, Duty.EXPLAIN_MISSED)
    words = public_reason.strip()
    if not words:
        raise Refusal(
            "The explanation is missing.", clause=obligation.clause, field="public_reason",
            remedy="Say what went wrong, and what is different since.",
        )  # fmt: skip
    if obligation.missed_by(at=at) is None:
        raise Refusal("This duty was not missed.", clause=obligation.clause, field="public_reason")
    if not is_counted(obligation):
        raise Refusal(
            "The public page does not show this duty: it is a Party’s, or our own target.",
            clause=obligation.clause, field="public_reason",
        )  # fmt: skip
    return journal.record(
        actor=grant.actor, at=at, verb=EXPLAINED, subject=obligation, clause=obligation.clause, reason=words,
        public_reason=words,
    )  # fmt: skip
