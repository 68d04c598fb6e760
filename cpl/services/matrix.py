"""Keeping the incompatibility matrix and telling the Parties of each change (Sections F2.11 to F2.13).

One draft at a time is made from the newest version, edited, and published whole: several edits are one version and
one notice.
"""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from cpl.models import MatrixPair, MatrixSpecification, MatrixVersion
from cpl.notices import fact, in_words, notice_contacts
from cpl.rules import matrix as rules
from cpl.rules.versions import clean_gbcs_version, clean_spec_version
from cpl.services.locks import hold_dcc_lists
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, Refusal, refuse_any
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation

TELL_WITHIN = 1  # Working Day: our target for "as soon as reasonably practicable" (TR-9)
AGE_TASK = "matrix-age"
Pairs = dict[frozenset[rules.Version], rules.Pair]


def draft() -> MatrixVersion | None:
    """Give the version that is being edited, or None."""
    return MatrixVersion.objects.filter(published_at=None).first()


def newest_matrix() -> MatrixVersion | None:
    """Give the newest published version, or None before the first."""
    return MatrixVersion.objects.exclude(published_at=None).order_by("-number").first()


def versions_in(version: MatrixVersion) -> list[rules.Version]:
    """Give the Versions of Technical Specifications that a matrix covers, in order. Section F2.12(b)"""
    rows = version.specifications.values_list("specification", "spec_version", "gbcs_version")
    return sorted(rules.Version(*row) for row in rows)


def pairs_in(version: MatrixVersion) -> Pairs:
    """Give what a matrix says of pairs of Versions. Section F2.11(a)"""
    rows = version.pairs.select_related("first", "second")
    return {
        frozenset({named(row.first), named(row.second)}): rules.Pair(
            row.value, row.constraint_text, row.source
        )
        for row in rows
    }


def named(row: MatrixSpecification) -> rules.Version:
    """Give a row as the rules see it."""
    return rules.Version(row.specification, row.spec_version, row.gbcs_version)


@transaction.atomic
def begin_matrix(*, by: User, at: dt.datetime) -> MatrixVersion:
    """Begin a new version as a copy of the newest, or go on with the one begun. Section F2.11

    Raises NotPermitted.
    """
    grant = require(by, Duty.KEEP_MATRIX)
    hold_dcc_lists()
    if (open_one := draft()) is not None:
        return open_one
    newest = newest_matrix()
    made = MatrixVersion.objects.create(number=newest.number + 1 if newest else 1, begun_at=at)
    copies = {}
    for row in newest.specifications.all() if newest else ():
        copies[row.pk] = MatrixSpecification.objects.create(
            version=made,
            specification=row.specification,
            spec_version=row.spec_version,
            gbcs_version=row.gbcs_version,
        )
    for pair in newest.pairs.all() if newest else ():
        _keep_pair(
            made, copies[pair.first_id], copies[pair.second_id], pair.value, pair.constraint_text, pair.source
        )
    _record(
        grant,
        at,
        "begun",
        made,
        "A new version of the matrix is begun.",
        {"copy_of": newest.number if newest else None},
    )
    return made


@transaction.atomic
def add_specification(
    *, version: MatrixVersion, by: User, at: dt.datetime, revision: int, specification: str, spec_version: str,
    gbcs_version: str,
) -> MatrixSpecification:  # fmt: skip
    """Add a Version of a Technical Specification with one GBCS Version to the draft. Section F2.12(b)

    Raises NotPermitted, Conflict, Refusal (fields `specification`, `spec_version`, `gbcs_version`).
    """
    grant, version = _editable(version, by, revision)
    if specification not in dict(rules.SPECIFICATIONS):
        raise Refusal(
            "That is no Technical Specification.",
            clause="F2.11(a)",
            field="specification",
            remedy="Choose one.",
        )
    row = MatrixSpecification(
        version=version, specification=specification, spec_version=clean_spec_version(spec_version),
        gbcs_version=clean_gbcs_version(gbcs_version),
    )  # fmt: skip
    same = version.specifications.filter(
        specification=row.specification, spec_version=row.spec_version, gbcs_version=row.gbcs_version
    )
    if same.exists():
        raise Refusal(
            f"{row} stands in the matrix already.",
            clause="F2.12(b)",
            field="spec_version",
            remedy="Add another one.",
        )
    row.save()
    _edited(grant, at, version, f"{row} is added.", {"added": str(row)})
    return row


@transaction.atomic
def remove_specification(*, row: MatrixSpecification, by: User, at: dt.datetime, revision: int) -> None:
    """Take a Version out of the draft, with what is said of it. Section F2.12(b)"""
    grant, version = _editable(row.version, by, revision)
    gone = version.pairs.filter(first=row) | version.pairs.filter(second=row)
    said = [str(pair) for pair in gone.select_related("first", "second")]
    gone.delete()
    name = str(row)
    row.delete()
    _edited(grant, at, version, f"{name} is taken out.", {"removed": name, "pairs": said})


@transaction.atomic
def say_of_pair(
    *, version: MatrixVersion, by: User, at: dt.datetime, revision: int, first: MatrixSpecification,
    second: MatrixSpecification, value: str, constraint_text: str = "", source: str = "",
) -> None:  # fmt: skip
    """Say in the draft whether two Versions are incompatible, either way round; "not known" unsays it. Section F2.11(a)

    Raises NotPermitted, Conflict, Refusal (fields `second`, `value`, `constraint_text`, `source`).
    """
    grant, version = _editable(version, by, revision)
    rules.check_two_versions(named(first), named(second))
    if value != rules.NOT_KNOWN and value not in dict(rules.VALUES):
        raise Refusal("That is no value.", clause="F2.11(a)", field="value", remedy="Choose one.")
    one, other = sorted((first, second), key=lambda each: each.pk)
    before = version.pairs.filter(first=one, second=other).first()
    said = {
        "before": before.value if before else rules.NOT_KNOWN,
        "after": value,
        "pair": f"{one} and {other}",
    }
    if value == rules.NOT_KNOWN:
        version.pairs.filter(first=one, second=other).delete()
    else:
        refuse_any(rules.check_constraint(value, constraint_text, source))
        version.pairs.filter(first=one, second=other).delete()
        _keep_pair(version, one, other, value, constraint_text.strip(), source.strip())
    _edited(grant, at, version, f"{one} and {other}: {value}.", said)


@transaction.atomic
def publish_matrix(
    *, version: MatrixVersion, by: User, at: dt.datetime, revision: int, summary: str
) -> MatrixVersion:
    """Publish the draft, and notify every Party in the same transaction. Section F2.13

    `summary` says to everybody what changed. Gaps do not stop it: what is not known stands as not known. Raises
    NotPermitted, Conflict, Refusal (field `summary`).
    """
    grant, version = _editable(version, by, revision)
    if not summary.strip():
        raise Refusal(
            "It is not said what changed.", clause="F2.13", field="summary", remedy="Say it in a sentence."
        )
    if not version.specifications.exists():
        raise Refusal("The matrix is empty.", clause="F2.11", field="summary", remedy="Add versions to it.")
    version.summary, version.published_at, version.published_by = summary.strip(), at, by
    version.save(update_fields=["summary", "published_at", "published_by"])
    act = _record(
        grant, at, "published", version, summary.strip(), changes_since(version), public=summary.strip()
    )
    owed = journal.open_obligation_for_working_days(
        clause="F2.13", duty="Notify all Parties of the change to the matrix", owed_by=Obligation.Owner.PANEL,
        subject=version, act=act, from_at=at, working_days=TELL_WITHIN, by_law=False,
    )  # fmt: skip
    _tell_parties(version, at)
    journal.discharge(obligation=owed, act=act, at=at)
    journal.close_task(key=AGE_TASK, at=at, reason=f"Version {version.number} was published.")
    return version


def changes_since(version: MatrixVersion) -> dict[str, int]:
    """Count the pairs about which a version says something else than the one before. Section F2.13"""
    before = MatrixVersion.objects.filter(number=version.number - 1).first()
    old = pairs_in(before) if before else {}
    new = pairs_in(version)
    return {
        "added": len(new.keys() - old.keys()),
        "changed": sum(old[key] != new[key] for key in new.keys() & old.keys()),
        "unsaid": len(old.keys() - new.keys()),
    }


def _tell_parties(version: MatrixVersion, at: dt.datetime) -> None:
    counts = changes_since(version)
    context = {
        "number": version.number,
        "facts": [
            fact("Version", f"{version.number}, published {in_words(at)}"),
            fact(
                "Pairs",
                f"{counts['added']} added, {counts['changed']} changed, {counts['unsaid']} no longer known",
            ),
            fact("Changed", " ".join(version.summary.split())),
        ],
        "path": f"/matrix/?version={version.number}",
    }
    for party in Organisation.objects.parties().order_by("pk"):
        journal.give_notice(
            organisation_id=party.pk, recipients=notice_contacts(party), template="cpl/matrix_published", context=context,
            title=f"The incompatibility matrix has changed: version {version.number}", clause="F2.13", subject=version,
            key=f"matrix:{version.number}", at=at,
        )  # fmt: skip


def _editable(version: MatrixVersion, by: User, revision: int) -> tuple[Grant, MatrixVersion]:
    """Lock the draft for one edit by a person who saw it as it is. Raises NotPermitted, Conflict."""
    grant = require(by, Duty.KEEP_MATRIX)
    hold_dcc_lists()
    version = MatrixVersion.objects.select_for_update().get(pk=version.pk)
    if version.published_at is not None or version.revision != revision:
        raise Conflict("Somebody changed the matrix since you looked at it. See how it stands now.")
    return grant, version


def _keep_pair(
    version: MatrixVersion,
    one: MatrixSpecification,
    other: MatrixSpecification,
    value: str,
    text: str,
    source: str,
) -> None:
    first, second = sorted((one, other), key=lambda each: each.pk)
    MatrixPair.objects.create(
        version=version, first=first, second=second, value=value, constraint_text=text, source=source
    )


def _edited(
    grant: Grant, at: dt.datetime, version: MatrixVersion, reason: str, after: Mapping[str, object]
) -> None:
    version.revision += 1
    version.save(update_fields=["revision"])
    _record(grant, at, "edited", version, reason, after)


def _record(
    grant: Grant,
    at: dt.datetime,
    verb: str,
    version: MatrixVersion,
    reason: str,
    after: Mapping[str, object],
    public: str = "",
) -> Act:
    return journal.record(
        actor=grant.actor, at=at, verb=f"cpl.matrix.{verb}", subject=version, clause="F2.11", reason=reason,
        public_reason=public, after=dict(after),
    )  # fmt: skip
