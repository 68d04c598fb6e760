"""Who takes part in a case: conflicts of interest, invited experts, what people write on it; and the SSC's seats."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.actors import Actor
from secgov.time_rules import london_day
from ssc.models import Case, CaseGuest, CaseNote, CommitteeSeat, ConflictOfInterest
from ssc.rules import committee as rules
from ssc.services.acting import SENT_TWICE, has_conflict, lock_case

CLAUSE = "SC-1.2"


@transaction.atomic
def declare_conflict(*, case: Case, by: User, at: dt.datetime, reason: str) -> ConflictOfInterest:
    """Declare an interest in a case: its papers close to this person, who takes no more part in it. SC Methodology 1.2

    Raises Conflict where it is declared already.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    grant = permitted(by, Duty.COMMENT_ON_CASE) or require(by, Duty.ADVISE_ON_CASES, hidden=True)
    if not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise NotPermitted("There is no such case.", hidden=True)
    if has_conflict(case, by):
        raise Conflict("You declared a conflict of interest in this case already.")
    row = ConflictOfInterest(case=case, member=by, reason=clean_reason(reason, clause=CLAUSE), declared_at=at)
    row.full_clean()
    row.save()
    _write(case, "ssc.case.conflict_declared", grant.actor, at, row.reason, {"conflict": row.pk})
    return row


@transaction.atomic
def end_conflict(
    *, conflict: ConflictOfInterest, by: User, at: dt.datetime, reason: str
) -> ConflictOfInterest:
    """Find that a conflict of interest no longer stands: the Chair or the secretary does, never the person concerned.

    Raises NotPermitted; Conflict where it has ended. SC Methodology 1.2
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=conflict.case_id)
    conflict = ConflictOfInterest.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    grant = permitted(by, Duty.CONFIRM_DETERMINATION) or require(by, Duty.PREPARE_CASE, hidden=True)
    if conflict.member_id == by.pk:
        raise NotPermitted(
            "Somebody else has to find that your conflict of interest no longer stands: the Chair or the secretary."
        )
    if conflict.ended_at is not None:
        raise Conflict("This conflict of interest has ended already.")
    conflict.ended_at, conflict.ended_by = at, by
    conflict.ended_reason = clean_reason(reason, clause=CLAUSE)
    conflict.full_clean()
    conflict.save()
    _write(case, "ssc.case.conflict_ended", grant.actor, at, conflict.ended_reason, {"conflict": conflict.pk})
    return conflict


@transaction.atomic
def invite_guest(*, case: Case, guest: User, by: User, at: dt.datetime, reason: str) -> CaseGuest:
    """Invite, as Chair, somebody to give expert advice on a case; that person has no part in deciding. SC Methodology 1.2

    Raises Refusal for somebody who cannot advise, or belongs to the Committee; Conflict where invited already.
    """
    case, grant = lock_case(case, by=by, duty=Duty.CONFIRM_DETERMINATION)
    if not permitted(guest, Duty.ADVISE_ON_CASES):
        raise Refusal(
            f"{guest} cannot be invited: only an expert who has signed in here can.", clause=CLAUSE, field="guest",
            remedy="Ask the Secretariat to admit the person as an expert.",
        )  # fmt: skip
    if case.guests.filter(guest=guest, ended_at=None).exists():
        raise Conflict(f"{guest} is invited already.")
    row = CaseGuest(
        case=case, guest=guest, reason=clean_reason(reason, clause=CLAUSE), invited_by=by, invited_at=at
    )
    row.full_clean()
    row.save()
    _write(case, "ssc.case.guest_invited", grant.actor, at, row.reason, {"guest": row.pk})
    return row


@transaction.atomic
def end_invitation(*, invitation: CaseGuest, by: User, at: dt.datetime, reason: str) -> CaseGuest:
    """End an invitation: the case no longer exists for that person. SC Methodology 1.2"""
    case, grant = lock_case(invitation.case, by=by, duty=Duty.CONFIRM_DETERMINATION)
    invitation = CaseGuest.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.ended_at is not None:
        raise Conflict("This invitation has ended already.")
    invitation.ended_at = at
    invitation.save(update_fields=["ended_at"])
    _write(
        case, "ssc.case.invitation_ended", grant.actor, at, clean_reason(reason, clause=CLAUSE),
        {"guest": invitation.pk},
    )  # fmt: skip
    return invitation


@transaction.atomic
def write_note(
    *, case: Case, by: User, at: dt.datetime, text: str, upload: UploadedFile | None = None, classification: str = "",
    paper: bool = False,
) -> CaseNote:  # fmt: skip
    """Write on a case: the secretary a paper, a member a comment, an invited expert advice. SC Methodology 1.2

    Only those to whom the case's papers are open read it. Raises NotPermitted, and Refusal for a blank text.
    """
    committee = permitted(by, Duty.COMMENT_ON_CASE)
    duty = Duty.PREPARE_CASE if paper else Duty.COMMENT_ON_CASE if committee else Duty.ADVISE_ON_CASES
    case, grant = lock_case(case, by=by, duty=duty)
    kind = {
        Duty.PREPARE_CASE: CaseNote.Kind.PAPER,
        Duty.COMMENT_ON_CASE: CaseNote.Kind.COMMENT,
        Duty.ADVISE_ON_CASES: CaseNote.Kind.ADVICE,
    }[duty]
    text = clean_reason(text, field="text", clause=CLAUSE)
    same = case.notes.filter(kind=kind, by=by, text=text, document=None, at__gte=at - SENT_TWICE)
    if not upload and (sent := same.first()):
        return sent
    document = (
        store_document(
            upload=upload, classification=classification, organisation=grant.organisation, by=by, at=at,
            reserved=True,
        )
        if upload
        else None
    )  # fmt: skip
    note = CaseNote(
        case=case,
        kind=kind,
        text=text,
        document=document,
        by=by,
        at=at,
    )
    note.full_clean()
    note.save()
    _write(
        case, f"ssc.case.{kind}_written", grant.actor, at, f"{note.get_kind_display()}.", {"note": note.pk}
    )
    return note


@transaction.atomic
def seat_member(
    *, category: str, holder: User | None, by: User, at: dt.datetime, reason: str
) -> CommitteeSeat:
    """Record who holds a seat of the SSC for a category, or that it stands vacant. SC Methodology 1.2

    Raises Refusal for a category that is not represented on the SSC, or somebody who is not a member.
    """
    grant = require(by, Duty.PREPARE_CASE)
    category = rules.clean_category(category)
    if holder and not permitted(holder, Duty.COMMENT_ON_CASE):
        raise Refusal(
            f"{holder} is not a member of the SSC.", clause=CLAUSE, field="holder",
            remedy="Give the person that role first.",
        )  # fmt: skip
    seat = CommitteeSeat(
        category=category, holder=holder, began_on=london_day(at), reason=clean_reason(reason, clause=CLAUSE)
    )
    seat.full_clean()
    seat.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.seat.begun", subject=seat, clause=CLAUSE, reason=seat.reason,
        after={"category": category, "vacant": holder is None},
    )  # fmt: skip
    return seat


@transaction.atomic
def end_seat(*, seat: CommitteeSeat, by: User, at: dt.datetime, reason: str) -> CommitteeSeat:
    """Record that somebody holds a seat no longer. SC Methodology 1.2"""
    grant = require(by, Duty.PREPARE_CASE)
    seat = CommitteeSeat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if seat.ended_on is not None:
        raise Conflict("This seat has ended already.")
    seat.ended_on = london_day(at)
    seat.full_clean()
    seat.save()
    journal.record(
        actor=grant.actor, at=at, verb="ssc.seat.ended", subject=seat, clause=CLAUSE,
        reason=clean_reason(reason, clause=CLAUSE),
    )  # fmt: skip
    return seat


def _write(
    case: Case, verb: str, actor: Actor, at: dt.datetime, reason: str, after: dict[str, object]
) -> None:
    keep(case)
    journal.record(actor=actor, at=at, verb=verb, subject=case, clause=CLAUSE, reason=reason, after=after)
