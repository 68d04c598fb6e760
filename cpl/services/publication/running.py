"""From approved changes to placed editions: what the worker runs, and what a person asks of it (Section F2.8)."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from cpl import signing
from cpl.models import Edition, PublicationRequest
from cpl.rules.submissions import clean_reason
from cpl.rules.witness import PLACE_AGAIN, Witness
from cpl.services.publication.building import CLAUSE, build_next_edition, check_witness, next_edition
from cpl.services.publication.freshness import state_freshness
from cpl.services.publication.placing import place_edition
from cpl.services.publication.witness import hold_folder, read_witness, write_witness
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM, Actor
from secgov.journal.nudge import nudge

KEY_TASK = "publication:signing-key"


def publish_due(
    *, clock: Callable[[], dt.datetime], at_once: bool = False, actor: Actor = SYSTEM
) -> list[Edition]:
    """Issue and place every edition that is due; give those issued now. Section F2.8

    First whatever an earlier run left unplaced is placed. May run twice, late, or beside itself. `at_once` does not
    wait for the window, and issues the first edition of an empty list. Raises Refusal where the witness forbids a
    number, and SigningKeyUnusable; a person is called in both cases.
    """
    _place_what_waits(clock())
    issued: list[Edition] = []
    while at_once or next_edition().is_due(at=clock()):
        journal.seal_acts()
        try:
            edition = build_next_edition(at=clock(), at_once=at_once, actor=actor)
        except signing.SigningKeyUnusable as fault:
            call_for_key(fault=str(fault), at=clock())
            raise
        if edition is None:
            break
        place_edition(edition=edition, at=clock())
        issued.append(edition)
        state_freshness(at=clock())
    if issued:
        journal.close_task(key=KEY_TASK, at=clock(), reason="An edition was signed.")
        nudge("cpl.complete_limbs")
        nudge("cpl.call_dcc")
    return issued


def call_for_key(*, fault: str, at: dt.datetime) -> None:
    """Ask a person for a signing key that can be used; the task closes when an edition is signed. Section F2.8"""
    journal.open_task(
        key=KEY_TASK, title="No edition can be issued: the signing key cannot be used", detail=fault, clause=CLAUSE,
        at=at,
    )  # fmt: skip


def _place_what_waits(at: dt.datetime) -> None:
    if check_witness(at=at) != PLACE_AGAIN:
        return
    for edition in Edition.objects.filter(placement=None).order_by("number"):
        place_edition(edition=edition, at=at)
    # Where only the witness lags, the newest edition's files and the witness are written again.
    newest = Edition.objects.latest()
    if read_witness(settings.EDITION_DIR) != Witness(newest.number, newest.manifest_sha256):
        place_edition(edition=newest, at=at)


@transaction.atomic
def request_publication(*, by: User, at: dt.datetime, reason: str) -> PublicationRequest:
    """Ask for the next edition at once, before its window ends (A-70). Section F2.8

    Raises NotPermitted, and Refusal for a blank reason or where no approved change waits.
    """
    grant = require(by, Duty.PUBLISH_EDITION)
    reason = clean_reason(reason)
    if not next_edition().changes and Edition.objects.exists():
        raise Refusal(
            "No approved change waits for an edition.",
            clause=CLAUSE,
            remedy="Approve a change of the list first.",
        )
    request = PublicationRequest.objects.create(requested_by=by, requested_at=at, reason=reason)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="cpl.publication.requested",
        subject=request,
        clause=CLAUSE,
        reason=reason,
    )
    nudge("cpl.publish")
    return request


@transaction.atomic
def restore_witness(*, number: int, actor: Actor, at: dt.datetime, reason: str) -> None:
    """Write a lost witness anew, after a person made sure which edition was issued last. Section F2.8

    Only the newest edition of the database can be named, and only where no witness stands. Raises Refusal.
    """
    reason = clean_reason(reason)
    newest = Edition.objects.first()
    if newest is None or newest.number != number:
        raise Refusal(
            f"The newest edition of the database is {newest or 'none'}.", clause=CLAUSE, field="edition",
            remedy="Where a later one was issued, restore a newer copy of the database instead.",
        )  # fmt: skip
    with hold_folder(settings.EDITION_DIR):
        if (stands := read_witness(settings.EDITION_DIR)) is not None:
            raise Refusal(
                f"A witness stands already, at edition {stands.edition}.", clause=CLAUSE, field="edition"
            )
        journal.record(
            actor=actor, at=at, verb="cpl.witness.restored", subject=newest, clause=CLAUSE, reason=reason
        )
        write_witness(settings.EDITION_DIR, Witness(newest.number, newest.manifest_sha256))
