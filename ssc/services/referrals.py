"""Referrals as a Party makes them: drafted, lodged with the Authority, withdrawn (F2.2A, F2.7B, chart 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model

from cpl.models import PanelDecision
from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.documents.models import Document
from secgov.documents.services import hand_out, keep_content, store_document
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act
from secgov.journal.nudge import nudge
from ssc.models import AuthorityAnswer, Referral
from ssc.notices import tell_committee
from ssc.rules import referrals as rules
from ssc.services.referable import FIELDS, check_referable, in_words
from ssc.services.references import hold_references, next_reference
from ssc.services.referral_bundle import make_bundle

TO_THE_AUTHORITY = "ssc/referral_lodged"
WITHDRAWN = "ssc/referral_withdrawn"


def path_of(referral: Referral) -> str:
    """The address of a referral's page, for all who may see it."""
    return f"/portal/referrals/{referral.reference}/"


def task_key(referral: Referral) -> str:
    """The key of the Secretariat's task that stands while a referral is before the Authority."""
    return f"referral:{referral.pk}"


@transaction.atomic
def draft_referral(
    *, decision: Model, organisation: Organisation, by: User, at: dt.datetime, grounds: str
) -> Referral:
    """Begin a referral of a decision that a Party disagrees with. Section F2.2A, Section F2.7B(a) and Section F2.7B(b)

    Takes any decision that somebody might wish to refer. Raises Refusal with the explanation where it carries no right
    of referral, NotPermitted (hidden) for another Party's plan, Conflict where the organisation has one in hand.
    """
    grant = require(by, Duty.REFER_DECISION, organisation)
    # As it stands now, not as somebody held it.
    decision = type(decision)._default_manager.get(pk=decision.pk)
    check_referable(decision, organisation=organisation, at=at)
    field = FIELDS[type(decision)]
    hold_references("REF")  # one at a time, so that a form sent twice at once makes one draft
    in_hand = Referral.objects.filter(
        organisation=organisation, state__in=["draft", "lodged"], **{field: decision}
    )
    if (other := in_hand.first()) is not None:
        raise Conflict(
            f"Your organisation has {other} about this decision in hand already.",
            newer={"referral": other.pk},
        )
    referral = Referral(
        organisation=organisation, drafted_by=by, drafted_at=at, reference=next_reference(Referral.objects.all(), "REF", at),
        **{field: decision},
    )  # fmt: skip
    referral.grounds = rules.check_grounds(grounds, clause=referral.clause)
    referral.full_clean(exclude=["state"])
    referral.save()
    _record(referral, "drafted", grant, at, "A draft was begun.")  # what it says is nobody else's yet
    return referral


def _locked(referral: Referral, by: User, version: int) -> tuple[Referral, Grant]:
    """Fetch and lock a Party's own referral as that person saw it; anybody else's does not exist."""
    row = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    grant = require(by, Duty.REFER_DECISION, row.organisation, hidden=True)
    if row.version != version:
        raise Conflict(f"{row} was changed since you opened it.", newer={"state": row.get_state_display()})
    return row, grant


def _check_draft(referral: Referral) -> None:
    if referral.state != Referral.State.DRAFT:
        raise Conflict(f"{referral} is {referral.get_state_display().lower()} by now; its text stands still.")


def why_not_referable(
    decision: Model, *, organisations: Sequence[Organisation], at: dt.datetime
) -> Refusal | None:
    """Give the reason for which none of a person's organisations may refer a decision; None where one may. Section F2.2A

    Raises NotPermitted, hidden, where the decision is on somebody else's plan.
    """
    found: Refusal | None = None
    for organisation in organisations:
        try:
            check_referable(decision, organisation=organisation, at=at)
        except Refusal as refusal:
            found = refusal
        else:
            return None
    return found


def waiting_answer(referral: Referral) -> AuthorityAnswer | None:
    """Give what the Authority's recorder wrote of the decision and the Secretariat has yet to confirm, or None."""
    return AuthorityAnswer.objects.filter(state=AuthorityAnswer.State.RECORDED, **referral.about).first()


@transaction.atomic
def change_grounds(*, referral: Referral, by: User, at: dt.datetime, version: int, grounds: str) -> Referral:
    """Write the grounds of a draft anew. Section F2.2A"""
    referral, grant = _locked(referral, by, version)
    _check_draft(referral)
    referral.grounds = rules.check_grounds(grounds, clause=referral.clause)
    keep(referral)
    _record(referral, "changed", grant, at, "The grounds were written anew.")
    return referral


@transaction.atomic
def attach_document(
    *, referral: Referral, by: User, at: dt.datetime, version: int, upload: UploadedFile, classification: str
) -> Document:
    """Put a document with a draft; it is handed out only with the referral. Section F2.2A"""
    referral, grant = _locked(referral, by, version)
    _check_draft(referral)
    document = store_document(
        upload=upload,
        classification=classification,
        organisation=referral.organisation,
        by=by,
        at=at,
        reserved=True,
    )
    referral.documents.add(document)
    keep(referral)
    _record(referral, "document_added", grant, at, f"Put with it: {document}.")
    return document


@transaction.atomic
def lodge_referral(*, referral: Referral, by: User, at: dt.datetime, version: int) -> Referral:
    """Lodge a referral with the Authority: the bundle is made and the Authority mailed. Section F2.2A and Section F2.7B(a)

    Nothing is stayed by it (A-49); a removal that follows the Authority's own determination is flagged (A-61). The
    Panel is told. Reading: what is mailed is the reference and where to collect the bundle, which is not White (A-71).
    """
    referral, grant = _locked(referral, by, version)
    _check_draft(referral)
    check_referable(referral.decision, organisation=referral.organisation, at=at)
    decision = referral.decision
    if isinstance(decision, PanelDecision):
        referral.is_circular = rules.is_circular(
            kind=decision.kind, clause=decision.clause, determined_by=decision.determined_by
        )
    referral.bundle = keep_content(make_bundle(referral, at=at))
    referral.lodged_by, referral.lodged_at = by, at
    referral.lodge()
    keep(referral)
    _record(referral, "lodged", grant, at, referral.grounds, after={"bundle": referral.bundle_id})
    _tell_authority(referral, at)
    if not referral.panel_decision_id:
        tell_committee(key=mail_key(referral), path=path_of(referral), at=at)
    flag = " It follows the Authority’s own determination." if referral.is_circular else ""
    journal.open_task(
        key=task_key(referral), title=f"{referral} is before the Authority: {in_words(decision)}",
        detail=f"Referred by {referral.organisation}.{flag} The decision stands meanwhile. Nothing is asked of you until "
        "the Authority has determined.", clause=referral.clause, at=at, subject=referral,
    )  # fmt: skip
    return referral


def _tell_authority(referral: Referral, at: dt.datetime) -> None:
    if not settings.AUTHORITY_EMAIL:
        journal.open_task(
            key=f"authority-address:{referral.pk}", title=f"{referral}: the Authority has no address here",
            detail="Give the Authority the bundle by another channel, and set its address (AUTHORITY_EMAIL).",
            clause=referral.clause, at=at, subject=referral,
        )  # fmt: skip
        return
    _mail_authority(referral, TO_THE_AUTHORITY, mail_key(referral), at)


def _mail_authority(referral: Referral, template: str, key: str, at: dt.datetime) -> None:
    journal.enqueue(
        template=template, recipient=settings.AUTHORITY_EMAIL, key=key, at=at,
        context={"reference": referral.reference, "path": path_of(referral), "clause": referral.clause},
    )  # fmt: skip
    nudge("journal.send_messages")


def mail_key(referral: Referral) -> str:
    """The key of the mail that told the Authority; the instant of its sending is the date recorded (A-71)."""
    return f"ssc/referral_lodged:{referral.pk}"


@transaction.atomic
def withdraw_referral(
    *, referral: Referral, by: User, at: dt.datetime, version: int, reason: str
) -> Referral:
    """Give up a referral that the Authority has not determined. Section F2.2A"""
    referral, grant = _locked(referral, by, version)
    reason = clean_reason(reason, clause=referral.clause)
    if referral.state not in (Referral.State.DRAFT, Referral.State.LODGED):
        raise Conflict(f"{referral} is {referral.get_state_display().lower()} by now.")
    was_lodged = referral.state == Referral.State.LODGED
    referral.withdraw()
    referral.withdrawn_at, referral.withdrawn_reason = at, reason
    keep(referral)
    _record(referral, "withdrawn", grant, at, reason)
    if was_lodged:
        journal.close_task(key=task_key(referral), at=at, reason="The Party withdrew it.")
        if settings.AUTHORITY_EMAIL:
            _mail_authority(referral, WITHDRAWN, f"{WITHDRAWN}:{referral.pk}", at)
    return referral


@transaction.atomic
def take_bundle(*, referral: Referral, by: User, at: dt.datetime) -> bytes:
    """Hand out what the Authority was given, to those who may read the decision; who took it is noted. A-71

    Not to the Party: the bundle holds reasons that are not told to Parties. Raises NotPermitted, hidden.
    """
    visible = Referral.objects.visible_to(by).filter(pk=referral.pk).exclude(bundle=None)
    seen = visible.select_related("bundle").first()
    grant = permitted(by, Duty.READ_REFERRALS) or permitted(by, Duty.READ_CASES)
    if seen is None or grant is None:
        raise NotPermitted("There is nothing here.", hidden=True)
    _record(seen, "bundle_taken", grant, at, "The bundle was taken.")
    return bytes(seen.bundle.data)


@transaction.atomic
def take_document(*, referral: Referral, document: Document, by: User, at: dt.datetime) -> bytes:
    """Hand out a document of a referral to those who see the referral. Section F2.2A"""
    if not Referral.objects.visible_to(by).filter(pk=referral.pk, documents=document).exists():
        raise NotPermitted("There is nothing here.", hidden=True)
    return hand_out(document=document, by=by, at=at)


def _record(referral: Referral, what: str, grant: Grant, at: dt.datetime, reason: str, **values: Any) -> Act:
    return journal.record(
        actor=grant.actor, at=at, verb=f"ssc.referral.{what}", subject=referral, clause=referral.clause, reason=reason,
        **values,
    )  # fmt: skip
