"""The incompatibility matrix: which version of which Technical Specification does not go with which (Section F2.11)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value

from cpl.rules import matrix
from secgov.journal.guards import NO_DELETE


def _fixed_when_published(name: str, operation: pgtrigger.Operation, row: str) -> pgtrigger.Trigger:
    """Refuse a change of what belongs to a published version."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF EXISTS (
                SELECT FROM cpl_matrixversion WHERE id = {row}.version_id AND published_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'a published version of the matrix is never changed'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {row};
        """,
    )


PART_OF_A_VERSION = [
    _fixed_when_published("fixed_on_insert", pgtrigger.Insert, "NEW"),
    _fixed_when_published("fixed_on_update", pgtrigger.Update, "NEW"),
    _fixed_when_published("fixed_on_delete", pgtrigger.Delete, "OLD"),
]


class MatrixVersion(models.Model):
    """One version of the matrix: a draft until it is published, fixed from then on."""

    number = models.PositiveIntegerField("version", unique=True)
    begun_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    summary = models.TextField("what changed, for the public", blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "version of the incompatibility matrix"
        verbose_name_plural = "incompatibility matrix"
        ordering = ["-number"]
        triggers = [
            NO_DELETE,
            pgtrigger.Protect(
                name="published_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__published_at__isnull=False),  # type: ignore[call-arg]
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                Value(True),
                name="cpl_matrixversion_one_draft",
                condition=Q(published_at=None),
                violation_error_message="A draft is open already: publish it first.",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (Q(published_by__isnull=False) & ~Q(summary="")),
                name="cpl_matrixversion_published_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"Matrix version {self.number}"


class MatrixSpecification(models.Model):
    """A version of a Technical Specification, read together with one relevant GBCS version (F2.12(b))."""

    version = models.ForeignKey(MatrixVersion, models.PROTECT, related_name="specifications")
    specification = models.CharField(max_length=10, choices=matrix.SPECIFICATIONS)
    spec_version = models.CharField("version", max_length=8)
    gbcs_version = models.CharField("GBCS version", max_length=8)

    class Meta:
        ordering = ["version", "specification", "spec_version", "gbcs_version"]
        triggers = PART_OF_A_VERSION
        constraints = [
            models.UniqueConstraint(
                fields=["version", "specification", "spec_version", "gbcs_version"],
                name="cpl_matrixspecification_once",
                violation_error_message="This version with this GBCS version stands in the matrix already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specification} {self.spec_version} with GBCS {self.gbcs_version}"


class MatrixPair(models.Model):
    """What is known of two versions. One row serves both ways; a pair without a row is not known (F2.12(a))."""

    version = models.ForeignKey(MatrixVersion, models.PROTECT, related_name="pairs")
    first = models.ForeignKey(MatrixSpecification, models.PROTECT, related_name="+")
    second = models.ForeignKey(MatrixSpecification, models.PROTECT, related_name="+")
    value = models.CharField(max_length=12, choices=matrix.VALUES)
    constraint_text = models.TextField("constraints", blank=True)
    source = models.CharField("where this was identified", max_length=300)

    class Meta:
        ordering = ["version", "first", "second"]
        triggers = PART_OF_A_VERSION
        constraints = [
            models.UniqueConstraint(fields=["version", "first", "second"], name="cpl_matrixpair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="cpl_matrixpair_two_in_order",
                violation_error_message="A version is not compared with itself.",
            ),
            models.CheckConstraint(
                condition=Q(value="constrained") ^ Q(constraint_text=""),
                name="cpl_matrixpair_constraint_has_text",
                violation_error_message="Say what the constraints are, where there are some (F2.11(b)).",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}: {self.get_value_display()}"
