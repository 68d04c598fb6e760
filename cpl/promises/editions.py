"""Counting broken promises about editions, the journal that they seal, and the DCC's 24 hours (I-4, I-5, I-14)."""

import datetime as dt
import gzip
import hashlib

from django.conf import settings
from django.db.models import QuerySet

from cpl.models import Edition, EditionPlacement, FreshnessStatement, PublishedEntry, SigningKey
from cpl.promises.states import states_without_act
from cpl.promises.stored import UNREADABLE, entries_told
from cpl.rules.publication import TARGET_AFTER_WINDOW, format_edition
from cpl.rules.witness import AGREES, judge_witness
from cpl.services.publication.witness import read_witness
from cpl.signing import public_key_set
from secgov import verify
from secgov.errors import Refusal
from secgov.journal.models import PromiseCheck
from secgov.journal.promises import count
from secgov.journal.services import verify_seals


def edition_breaks(*, at: dt.datetime, full: bool) -> int:
    """I-4: gaps, broken chains, bytes that are not what was signed, a Website or a witness that says otherwise.

    The chain and the signatures of all editions; the bytes of those issued since the last check, with `full` of all.
    """
    editions = list(Edition.objects.select_related("previous", "journal_seal").order_by("number"))
    if not editions:
        return int(read_witness(settings.EDITION_DIR) is not None)
    keys = _keys()
    breaks = sum(
        _chain_breaks(before, edition) for before, edition in zip([None, *editions], editions, strict=False)
    )
    for edition in editions:
        breaks += _manifest_breaks(edition, keys)
    for edition in _to_read(full):
        breaks += _byte_breaks(edition)
    return breaks + _website_breaks() + _witness_breaks(editions, at) + _freshness_breaks(keys, at)


def _keys() -> dict[str, verify.TrustedKey]:
    """The keys as the register holds them: what is judged is our own keeping, not the outside world's trust.

    None where the register cannot be read; then no signature verifies, and every edition is counted.
    """
    try:
        return verify.read_keys(public_key_set(SigningKey.objects.values_list("public_jwk", flat=True)))
    except verify.NotGenuine:
        return {}


def _chain_breaks(before: Edition | None, edition: Edition) -> int:
    if before is None:
        return int(edition.previous_id is not None)
    return int(edition.number != before.number + 1) + int(edition.previous_id != before.pk)


def _manifest_breaks(edition: Edition, keys: dict[str, verify.TrustedKey]) -> int:
    data = bytes(edition.manifest)
    try:
        said = verify.check_manifest(data, keys=keys)
    except verify.NotGenuine:
        return 1
    before = edition.previous
    return sum(
        (
            hashlib.sha256(data).hexdigest() != edition.manifest_sha256,
            said.edition != format_edition(edition.number),
            said.signed_by != edition.signing_key_id,
            said.previous_digest != (before.manifest_sha256 if before else None),
            said.previous_edition != (format_edition(before.number) if before else None),
            {(form.name, form.sha256, form.length, form.rows) for form in said.forms}
            != set(edition.forms.values_list("name", "sha256", "length", "rows")),
        )
    )


def _to_read(full: bool) -> QuerySet[Edition]:
    editions = Edition.objects.order_by("-number")
    last = PromiseCheck.objects.first()
    if full or last is None:
        return editions
    # A day more than needed: an edition whose transaction ended late must not slip between two checks.
    return editions.filter(issued_at__gt=last.ran_at - dt.timedelta(days=1))


def _byte_breaks(edition: Edition) -> int:
    breaks = 0
    for form in edition.forms.all():
        try:
            data = gzip.decompress(bytes(form.gzipped))
        except UNREADABLE:
            breaks += 1
            continue
        breaks += int(hashlib.sha256(data).hexdigest() != form.sha256 or len(data) != form.length)
    return breaks


def _website_breaks() -> int:
    newest = Edition.objects.placed().first()
    shown = {each.number: each.record for each in PublishedEntry.objects.all() if _says_its_record(each)}
    told = entries_told(newest) if newest else []
    if told is None:
        return 1
    said = {int(entry["entry"]): entry for entry in told}
    return sum(shown.get(number) != said.get(number) for number in shown.keys() | said.keys())


def _says_its_record(entry: PublishedEntry) -> bool:
    """Whether what pages search and show is what the edition's record of the entry says."""
    said = entry.record
    columns = (
        ("status", "status"), ("manufacturer_identifier", "manufacturer"), ("model_identifier", "model"),
        ("hardware_version", "hardware_version"), ("hardware_revision", "hardware_revision"),
        ("firmware_version", "firmware_version"), ("gbcs_version", "gbcs"),
    )  # fmt: skip
    image = (said.get("image") or {}).get("hash") or ""
    return entry.image_hash == image and all(getattr(entry, ours) == said.get(name) for ours, name in columns)


def _witness_breaks(editions: list[Edition], at: dt.datetime) -> int:
    try:
        verdict = judge_witness(
            read_witness(settings.EDITION_DIR),
            manifests={edition.number: edition.manifest_sha256 for edition in editions},
            placed=set(EditionPlacement.objects.values_list("edition__number", flat=True)),
        )
    except Refusal:
        return 1
    # One that is being placed at this moment is not broken; one that nobody places is.
    return int(verdict != AGREES and editions[-1].issued_at + TARGET_AFTER_WINDOW < at)


def _freshness_breaks(keys: dict[str, verify.TrustedKey], at: dt.datetime) -> int:
    """Whether the newest statement, while it holds, is not of the edition that it stands beside."""
    said = FreshnessStatement.objects.select_related("edition").first()
    if said is None or said.valid_until <= at:
        return 0  # that none is made any more is seen by the silence of its sweep
    try:
        manifest = verify.check_manifest(bytes(said.edition.manifest), keys=keys)
        verify.check_freshness(bytes(said.statement), manifest, keys=keys, at=at)
    except verify.NotGenuine:
        return 1
    return 0


def journal_breaks() -> int:
    """I-5: seals that do not verify, manifests that carry another seal, states and editions without an act."""
    return len(verify_seals()) + _other_seals() + states_without_act()


def _other_seals() -> int:
    trusted = _keys()
    breaks = 0
    for edition in Edition.objects.select_related("journal_seal"):
        try:
            said = verify.check_manifest(bytes(edition.manifest), keys=trusted).journal_seal
        except verify.NotGenuine:
            breaks += 1
            continue
        breaks += int(said != (edition.journal_seal.sha256 if edition.journal_seal else None))
    return breaks


_WRONG_24H = """
    SELECT
        (SELECT count(*) FROM (SELECT edition_id, min(at) AS first FROM cpl_receipt GROUP BY edition_id) r
         WHERE 1 <> (SELECT count(*) FROM journal_obligation o
            WHERE o.clause = 'F2.9' AND o.subject_type = 'cpl.edition' AND o.subject_id = r.edition_id::text
              AND o.opened_at = r.first))
      + (SELECT count(*) FROM journal_obligation o
         WHERE o.clause = 'F2.9' AND (o.elapsed_seconds IS DISTINCT FROM 86400
            OR extract(epoch FROM o.due_at) - extract(epoch FROM o.opened_at) <> 86400))
"""


def wrong_24h() -> int:
    """I-14: receipts of the DCC whose 24 hours are not there once, from the first sign, and 86,400 s long."""
    return count(_WRONG_24H)
