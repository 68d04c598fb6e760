"""Editions as the API tells of them, and single entries out of their stored bytes."""

import gzip
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.reverse import reverse

from cpl.models import Edition, EditionForm, EditionLimb
from cpl.rules.publication import LIMB_CLAUSES

_BEGINNING = b'{"entry":"'


def with_everything_told(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Fetch what `described` tells, without the bytes: three statements for any number of editions."""
    forms = EditionForm.objects.defer("gzipped").order_by("id")
    return (
        editions.select_related("previous")
        .defer("manifest", "previous__manifest")
        .prefetch_related(Prefetch("forms", forms), Prefetch("limbs", EditionLimb.objects.defer("evidence")))
    )


def described(edition: Edition, newest: str | None, request: Request) -> dict[str, Any]:
    """Tell of an edition: digests, counts, predecessor, limbs, and where its bytes are. Section F2.8"""
    name = str(edition)

    def href(form: str) -> str:
        return reverse("api-edition-bytes", kwargs={"edition": name, "form": form}, request=request)

    return {
        "edition": name,
        "issued_at": edition.issued_at,
        "issued_on": edition.issued_on,
        "imported": edition.is_imported,
        "superseded": name != newest,
        "counts": {
            "entries": edition.entries,
            "current": edition.current_entries,
            "removed": edition.removed_entries,
        },
        "manifest_sha256": edition.manifest_sha256,
        "manifest": href("manifest"),
        "forms": [
            {
                "name": form.name,
                "profile": form.profile,
                "bytes": form.length,
                "sha256": form.sha256,
                "rows": form.rows,
                "href": href(form.name),
            }
            for form in edition.forms.all()
        ],
        "previous": edition.previous
        and {"edition": str(edition.previous), "manifest_sha256": edition.previous.manifest_sha256},
        "limbs": _limbs(edition),
    }


def entry_in(edition: Edition, number: int) -> dict[str, Any] | None:
    """Give one entry as an edition's stored `json` form holds it, or None."""
    stored = EditionForm.objects.values_list("gzipped", flat=True).get(edition=edition, name="json")
    return _cut_out(gzip.decompress(bytes(stored)), number)


def before_and_after(edition: Edition, number: int) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Give one entry as the edition before, and as an edition itself, says it; None where it does not."""
    return _around(edition.manifest_sha256, edition.pk, edition.previous_id, number)


@lru_cache(maxsize=1024)
def _around(
    manifest_sha256: str, edition: int, previous: int | None, number: int
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    # The digest is there to be part of the key: by it an answer may be kept for ever.
    forms = dict(
        EditionForm.objects.filter(edition__in=[edition, previous], name="json").values_list(
            "edition", "gzipped"
        )
    )
    before, after = (
        _cut_out(gzip.decompress(bytes(forms[each])), number) if each in forms else None
        for each in (previous, edition)
    )
    return before, after


def _cut_out(text: bytes, number: int) -> dict[str, Any] | None:
    """Cut one entry out of the bytes, which is far quicker than to read them all.

    Within a text a quotation mark has a backslash before it, so what begins an entry stands nowhere else.
    """
    begin = text.find(b'%b%06d"' % (_BEGINNING, number))
    if begin < 0:
        return None
    end = text.find(b"," + _BEGINNING, begin)
    return orjson.loads(text[begin : end if end > 0 else text.rindex(b"]}")])


def _limbs(edition: Edition) -> list[dict[str, Any]]:
    if edition.is_imported:
        return []
    done = {each.limb: each.done_at for each in edition.limbs.all()}
    return [
        {"limb": limb, "clause": clause, "done_at": done.get(limb)} for limb, clause in LIMB_CLAUSES.items()
    ]
