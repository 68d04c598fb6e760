"""Editions as the API tells of them."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.request import Request
from rest_framework.reverse import reverse

from cpl.models import Edition, EditionForm, EditionLimb
from cpl.rules.publication import LIMB_CLAUSES


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


def _limbs(edition: Edition) -> list[dict[str, Any]]:
    if edition.is_imported:
        return []
    done = {each.limb: each.done_at for each in edition.limbs.all()}
    return [
        {"limb": limb, "clause": clause, "done_at": done.get(limb)} for limb, clause in LIMB_CLAUSES.items()
    ]
