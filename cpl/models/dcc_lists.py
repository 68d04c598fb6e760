"""The lists that the DCC hands to the Panel, version by version (Sections F2.10 and F2.10A).

A version is whole and stays: what it held is read from its rows, never from a later state. Only what a Testing
Participant has called confidential since is left out of it for others than the DCC and the Secretariat.
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from secgov.journal.guards import INSERT_ONLY, NO_DELETE


class DccListVersionQuerySet(models.QuerySet["DccListVersion"]):
    """Questions about versions."""

    def published(self) -> DccListVersionQuerySet:
        """Those on the Website."""
        return self.exclude(published_at=None)


class DccListVersion(models.Model):
    """One whole version of one list, as the DCC provided it."""

    class Kind(models.TextChoices):
        DEPLOYED = "deployed", "Deployed Products List"
        ELIGIBLE = "eligible", "SMETS1 Eligible Product Combinations"
        PENDING = "pending", "SMETS1 Pending Product Combinations"
        COUNTS = "counts", "Devices and Smart Metering Systems in use"

    kind = models.CharField("list", max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField("version")
    sha256 = models.CharField("SHA-256 of what was received", max_length=64)
    size = models.PositiveIntegerField("bytes received")
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField("rows new since the version before")
    gone = models.PositiveIntegerField("rows gone since the version before")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects = DccListVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version of a list from the DCC"
        verbose_name_plural = "versions of the lists from the DCC"
        ordering = ["kind", "-number"]
        triggers = [
            NO_DELETE,
            pgtrigger.ReadOnly(
                name="received_once",
                fields=[
                    "kind",
                    "number",
                    "sha256",
                    "size",
                    "rows",
                    "added",
                    "gone",
                    "received_at",
                    "received_by",
                ],
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="cpl_dcclistversion_number_once"),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(kind="counts"),
                name="cpl_dcclistversion_counts_never_public",
                violation_error_message="Counts are never published.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.number}"


class ListRow(models.Model):
    """A row of a version. It never changes."""

    version = models.ForeignKey(DccListVersion, models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField()

    class Meta:
        abstract = True
        ordering = ["version", "row"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["version", "row"], name="cpl_%(class)s_row_once"),
        ]

    def __str__(self) -> str:
        return f"Row {self.row}"


class DeployedCombination(ListRow):
    """Different Device Models that make up a Smart Metering System somewhere (F2.10).

    Each is an entry of the list, current or removed; Associated Type 2 Devices have no entry and stand by name.
    """

    entries = ArrayField(models.PositiveIntegerField())
    type_2_devices = ArrayField(models.CharField(max_length=60), default=list)

    class Meta(ListRow.Meta):
        constraints = [
            *ListRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["version", "entries", "type_2_devices"], name="cpl_deployedcombination_once"
            ),
            models.CheckConstraint(
                condition=Q(entries__len__gte=1), name="cpl_deployedcombination_names_an_entry"
            ),
        ]


class EligibleProductCombination(models.Model):
    """SMETS1 devices and a communications service provider, and when they were first added: given once (F2.10A(a))."""

    key = models.CharField(max_length=1000, unique=True)
    provider = models.CharField("communications service provider", max_length=120)
    devices = ArrayField(models.CharField(max_length=80))
    first_added_on = models.DateField()

    class Meta:
        ordering = ["first_added_on", "id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Combination {self.pk}, {self.provider}"


class EligibleRow(ListRow):
    """A combination on a version of the Eligible list, with the evidence of its testing."""

    combination = models.ForeignKey(EligibleProductCombination, models.PROTECT, related_name="rows")
    reference = models.CharField(max_length=60)
    evidence = models.CharField(max_length=200)
    equivalent_of = models.CharField("reference of the tested combination", max_length=60, blank=True)

    class Meta(ListRow.Meta):
        constraints = [
            *ListRow.Meta.constraints,
            models.UniqueConstraint(fields=["version", "combination"], name="cpl_eligiblerow_once"),
            models.CheckConstraint(condition=~Q(evidence=""), name="cpl_eligiblerow_has_evidence"),
        ]


class PendingRow(ListRow):
    """A combination for which testing or development is considered, or under way (F2.10A(b))."""

    class Status(models.TextChoices):
        CONSIDERING = "CONSIDERING", "Considering"
        DEVELOPING_TESTING = "DEVELOPING_TESTING", "Developing or testing"

    key = models.CharField(max_length=1000)
    provider = models.CharField("communications service provider", max_length=120)
    devices = ArrayField(models.CharField(max_length=80))
    reference = models.CharField(max_length=60)
    status = models.CharField(max_length=20, choices=Status.choices)

    class Meta(ListRow.Meta):
        constraints = [
            *ListRow.Meta.constraints,
            models.UniqueConstraint(fields=["version", "key"], name="cpl_pendingrow_once"),
            models.CheckConstraint(
                condition=Q(status__in=["CONSIDERING", "DEVELOPING_TESTING"]),
                name="cpl_pendingrow_status_known",
            ),
        ]


class WithheldCombination(models.Model):
    """A pending combination that a Testing Participant has called confidential since (ETAD clause 9)."""

    key = models.CharField(max_length=1000, unique=True)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Withheld combination {self.pk}"


class CountRow(ListRow):
    """How many Devices and Smart Metering Systems of a Device Model a Supplier has. Never public."""

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    devices = models.PositiveIntegerField()
    systems = models.PositiveIntegerField("Smart Metering Systems")

    class Meta(ListRow.Meta):
        constraints = [
            *ListRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["version", "device_model", "organisation"], name="cpl_countrow_once"
            ),
        ]
