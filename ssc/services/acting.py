"""How somebody comes to act on a case: the row locked, the person judged, the version compared."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from cpl.models import BodyStatement, DeviceModel
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.errors import Conflict, NotPermitted, Refusal
from ssc.models import Case
from ssc.rules.committee import check_takes_part

SENT_TWICE = dt.timedelta(minutes=5)
"""The same words of the same person within this are a form that was sent twice: they are taken once."""


def lock_case(
    case: Case, *, by: User, duty: Duty, version: int | None = None, with_entry: bool = False
) -> tuple[Case, Grant]:
    """Lock a case for somebody who does a duty on it, and give it as it stands now with the membership. SC Methodology 1.2

    `with_entry` locks its entry before it, as whatever reaches down to the list must. Raises NotPermitted, hidden, for
    whoever may not know of it, and for a person with a conflict of interest; Conflict where `version` is not the newest.
    """
    if with_entry:
        DeviceModel.objects.select_for_update(of=("self",)).get(pk=case.device_model_id)
    fresh = Case.objects.select_for_update(of=("self",)).select_related("device_model").get(pk=case.pk)
    grant = _grant(fresh, by, duty)
    check_takes_part(conflicted=has_conflict(fresh, by), was_secretariat=_was_secretariat(fresh, by))
    if version is not None and fresh.version != version:
        raise Conflict(
            f"Case {fresh} was changed since you opened it. It is now: {fresh.get_state_display().lower()}.",
            newer={"case": fresh.pk, "state": fresh.state, "version": fresh.version},
        )
    return fresh, grant


def _grant(case: Case, by: User, duty: Duty) -> Grant:
    if not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotPermitted("There is no such case.", hidden=True)
    if duty is Duty.CONFIRM_DETERMINATION and not settings.FOUR_EYES:
        alone = permitted(by, Duty.RECORD_DETERMINATION)  # one person may do both, and the act says so
        if alone:
            return alone
    return require(by, duty)


def has_conflict(case: Case, user: User) -> bool:
    """Whether a person has declared a conflict of interest in a case that has not ended."""
    return case.conflicts.filter(member=user, ended_at=None).exists()


def _was_secretariat(case: Case, user: User) -> bool:
    """Whether a person has recorded, for the Secretariat, what the body says of one of the case's events."""
    return BodyStatement.objects.filter(event__ssc_cases__case=case, recorded_by=user).exists()


def check_open(case: Case) -> None:
    """Refuse what only an open case allows. Raises Refusal. Appendix Z 6.2"""
    if case.state != Case.State.OPEN:
        raise Refusal(f"Case {case} is {case.get_state_display().lower()}.", clause="Z6.2")
