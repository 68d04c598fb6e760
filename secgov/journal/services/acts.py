"""Recording acts, and sealing them into a chain (TR-10)."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models.functions import Now

from secgov.journal.actors import Actor
from secgov.journal.models import Act, Seal, SealedAct

SEALED_FIELDS = (
    "id", "at", "actor_id", "actor_role", "actor_organisation", "verb", "subject_type", "subject_id", "subject_name",
    "clause", "rule_version", "reason", "public_reason", "before", "after", "request_id",
)  # fmt: skip
SEAL_LOCK = 7_301_001
ACTS_PER_SEAL = 20_000


def record(
    *,
    actor: Actor,
    at: dt.datetime,
    verb: str,
    subject: models.Model,
    reason: str,
    clause: str = "",
    public_reason: str = "",
    before: Any = None,
    after: Any = None,
) -> Act:
    """Write one act, under the text of the Code in force, in the transaction of its duty. TR-10 and F2-0

    Takes who (`actor`), when in law (`at`), the verb (`cpl.device_model.removed`), the row, the clause (housekeeping
    of accounts has none), the mandatory reason and what may be said in public. Gives the act.
    """
    return Act.objects.create(
        at=at,
        actor_id=actor.user_id,
        actor_role=actor.role,
        actor_organisation=actor.organisation,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        clause=clause,
        rule_version=settings.RULE_VERSION if clause else "",
        reason=reason,
        public_reason=public_reason,
        before=before,
        after=after,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
    )


def _canonical(values: dict[str, Any]) -> bytes:
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder
    ).encode()


def _digest(previous: str, acts: Iterator[dict[str, Any]]) -> tuple[str, list[int]]:
    chain = hashlib.sha256(previous.encode())
    members = []
    for act in acts:
        chain.update(b"\n" + _canonical(act))
        members.append(act["id"])
    return chain.hexdigest(), members


@transaction.atomic
def seal_acts() -> Seal | None:
    """Chain the acts that no seal holds yet into one hash; give the new seal, or None where nothing waited.

    An act whose transaction ends late is met by a later seal: what is sealed is written down act by act, so no order
    of commits lets one slip. Looks back a day before the last seal, far beyond any transaction's life; the
    nightly check counts whatever might be older.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    last = Seal.objects.order_by("-id").first()
    waiting = Act.objects.filter(sealed=None)
    if last is not None:
        waiting = waiting.filter(recorded_at__gt=last.sealed_at - dt.timedelta(days=1))
    acts = waiting.order_by("id").values(*SEALED_FIELDS)[:ACTS_PER_SEAL]
    sha256, members = _digest(last.sha256 if last else "", acts.iterator(chunk_size=2000))
    if not members:
        return None
    seal = Seal.objects.create(previous=last, acts=len(members), sha256=sha256)
    SealedAct.objects.bulk_create([SealedAct(act_id=act, seal=seal) for act in members], batch_size=5000)
    return seal


def seal_lines(seal: Seal) -> Iterator[bytes]:
    """Give the acts of a seal as the very lines that it hashes, in order: for proof outside this system. TR-10

    The seal is SHA-256 over the hash of the seal before, as text, and then a line end and the line for each act.
    """
    acts = Act.objects.filter(sealed__seal=seal).order_by("id").values(*SEALED_FIELDS)
    for act in acts.iterator(chunk_size=2000):
        yield _canonical(act)


def verify_seals() -> list[str]:
    """Compute every seal anew from its acts; give a sentence per break, so an empty list is a whole chain.

    Also counts acts older than a day that no seal holds. Takes about the time of reading every act once.
    """
    breaks = []
    previous: Seal | None = None
    for seal in Seal.objects.order_by("id"):
        if seal.previous_id != (previous.pk if previous else None):
            breaks.append(f"Seal {seal.pk} does not follow the seal before it.")
        acts = Act.objects.filter(sealed__seal=seal).order_by("id").values(*SEALED_FIELDS)
        sha256, members = _digest(previous.sha256 if previous else "", acts.iterator(chunk_size=5000))
        if sha256 != seal.sha256 or len(members) != seal.acts:
            breaks.append(f"Seal {seal.pk} does not fit its {seal.acts} acts.")
        previous = seal
    unsealed = Act.objects.filter(sealed=None, recorded_at__lt=Now() - dt.timedelta(days=1)).count()
    if unsealed:
        breaks.append(f"{unsealed} acts older than a day are in no seal.")
    return breaks
