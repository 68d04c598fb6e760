"""Building the next edition: its number, its bytes, their proof, and the changes that it carries (Section F2.8)."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Min

from cpl import signing
from cpl.models import Edition, EditionForm, EditionPlacement, ListChange, ListImport, PublicationRequest
from cpl.rendering import STATUS_CURRENT, Form, render_forms
from cpl.rules.edition_window import WindowFacts, due_next_edition
from cpl.rules.publication import next_edition_number
from cpl.rules.witness import AGREES, judge_witness
from cpl.services.edition_rows import edition_rows
from cpl.services.locks import hold_list
from cpl.services.publication.keys import load_key, registered
from cpl.services.publication.witness import read_witness
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM, Actor
from secgov.journal.models import Obligation, Seal
from secgov.time_rules import london_day

CLAUSE = "F2.8"
WITNESS_TASK = "publication:witness"
ONE_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class NextEdition:
    """What waits for an edition: how many changes, since when, and from when on it is to be issued."""

    changes: int
    first_approved_at: dt.datetime | None
    due_at: dt.datetime | None
    importing: bool

    def is_due(self, *, at: dt.datetime) -> bool:
        """Whether it is to be issued at this instant."""
        return self.importing or (self.due_at is not None and self.due_at <= at)


def next_edition() -> NextEdition:
    """Say what waits for the next edition, for the desk and for the worker."""
    waiting = ListChange.objects.approved()
    numbers = [str(each) for each in waiting.values_list("pk", flat=True)]
    first = waiting.aggregate(first=Min("approved_at"))["first"]
    limbs = Obligation.objects.standing().filter(
        subject_type=ListChange._meta.label_lower, subject_id__in=numbers, clause__startswith=CLAUSE
    )
    asked = PublicationRequest.objects.order_by("-requested_at", "-id").first()
    last = Edition.objects.first()
    facts = WindowFacts(
        window=dt.timedelta(minutes=settings.EDITION_WINDOW_MINUTES),
        first_approved_at=first,
        earliest_due_at=limbs.aggregate(first=Min("due_at"))["first"],
        asked_at=asked.requested_at if asked else None,
        last_issued_at=last.issued_at if last else None,
    )
    return NextEdition(
        changes=len(numbers),
        first_approved_at=first,
        due_at=due_next_edition(facts),
        importing=ListImport.objects.filter(edition=None).exists(),
    )


def check_witness(*, at: dt.datetime) -> str:
    """Compare the database with the witness outside it: AGREES, or PLACE_AGAIN. Section F2.8

    Raises Refusal, and calls a person, where an edition number might be issued twice.
    """
    try:
        verdict = judge_witness(
            read_witness(settings.EDITION_DIR),
            manifests=dict(Edition.objects.values_list("number", "manifest_sha256")),
            placed=set(EditionPlacement.objects.values_list("edition__number", flat=True)),
        )
    except Refusal as refusal:
        journal.open_task(
            key=WITNESS_TASK, title="No edition can be issued: witness and database disagree", clause=CLAUSE,
            detail=f"{refusal.message} {refusal.remedy}", at=at,
        )  # fmt: skip
        raise
    journal.close_task(key=WITNESS_TASK, at=at, reason="The witness and the database agree again.")
    return verdict


@transaction.atomic
def build_next_edition(*, at: dt.datetime, at_once: bool = False, actor: Actor = SYSTEM) -> Edition | None:
    """Build the next edition where one is due; give it, or None. Section F2.8

    One transaction: number, rows, bytes, signed manifest, and every change that it carries, each with its act. Two
    workers build one edition; a second run finds nothing to do. `at_once` does not wait for the window. The journal
    is to be sealed and the witness to agree beforehand; raises Refusal where the witness has moved since, and
    SigningKeyUnusable where the key cannot be used.
    """
    hold_list(shared=False)
    waiting = next_edition()
    first_of_all = at_once and not Edition.objects.exists()
    if not (waiting.is_due(at=at) or (at_once and waiting.changes) or first_of_all):
        return None
    if check_witness(at=at) != AGREES:
        return None  # the edition before has to be placed first
    taken_over = ListImport.objects.filter(edition=None).order_by("number").first()
    last = Edition.objects.first()
    number = taken_over.number if taken_over else next_edition_number(last.number if last else None)
    # A clock that went back must not make an edition look older than its predecessor; and what was known at an instant,
    # which manifests print to the second, is one edition.
    issued_at = max(at, last.issued_at + ONE_SECOND) if last else at
    issued_on = taken_over.issued_on if taken_over else london_day(issued_at)
    rows = edition_rows(imported_only=taken_over is not None, on=london_day(issued_at))
    forms = render_forms(rows, edition=number, issued_on=issued_on)
    current = sum(row.status == STATUS_CURRENT for row in rows)
    edition = _store(
        number=number, issued_at=issued_at, issued_on=issued_on, taken_over=taken_over, last=last, forms=forms,
        current=current, removed=len(rows) - current,
    )  # fmt: skip
    changes = [] if taken_over else _issue_changes(edition, actor, issued_at)
    journal.record(
        actor=actor,
        at=issued_at,
        verb="cpl.edition.issued",
        subject=edition,
        clause=CLAUSE,
        reason=_reason(taken_over, len(changes)),
        public_reason=_reason(taken_over, len(changes)),
        after={"number": number, "manifest_sha256": edition.manifest_sha256, "changes": changes},
    )
    return edition


def _store(
    *, number: int, issued_at: dt.datetime, issued_on: dt.date, taken_over: ListImport | None, last: Edition | None,
    forms: tuple[Form, ...], current: int, removed: int,
) -> Edition:  # fmt: skip
    key = load_key()
    seal = Seal.objects.first()
    manifest = signing.sign_manifest(
        signing.manifest_payload(
            environment=settings.ENVIRONMENT_NAME,
            edition=number,
            issued_at=issued_at,
            previous_edition=last.number if last else None,
            previous_manifest_sha256=last.manifest_sha256 if last else None,
            journal_seal=seal.sha256 if seal else None,
            forms=forms,
        ),
        key,
    )
    edition = Edition.objects.create(
        number=number,
        issued_at=issued_at,
        issued_on=issued_on,
        imported_from=taken_over,
        previous=last,
        manifest=manifest,
        manifest_sha256=signing.manifest_digest(manifest),
        journal_seal=seal,
        signing_key=registered(key, at=issued_at),
        current_entries=current,
        removed_entries=removed,
    )
    EditionForm.objects.bulk_create(
        EditionForm(
            edition=edition,
            name=form.name,
            profile=form.profile,
            sha256=form.raw_sha256,
            length=form.raw_length,
            rows=form.rows,
            gzipped=form.gzipped,
        )
        for form in forms
    )
    return edition


def _issue_changes(edition: Edition, actor: Actor, at: dt.datetime) -> list[int]:
    issued = []
    for change in ListChange.objects.approved().select_for_update().order_by("approved_at", "pk"):
        change.issue()
        change.edition = edition
        change.version += 1
        change.save()
        journal.record(
            actor=actor, at=at, verb="cpl.list_change.issued", subject=change, clause=change.clause,
            reason=f"Edition {edition} carries it.", public_reason=change.public_reason,
            after={"edition": edition.number},
        )  # fmt: skip
        issued.append(change.pk)
    return issued


def _reason(taken_over: ListImport | None, changes: int) -> str:
    if taken_over:
        return "Taken over as it was published."
    return f"It carries {changes} approved {'change' if changes == 1 else 'changes'} of the list."
