"""The Security Characteristics: what NCSC has published, for which types and GBCS versions (SC Methodology 3 to 5).

The register stands here and not beside the work on it, since warnings about a submission compare with it (ADR 21).
"""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, change_needs_act


class SecurityCharacteristic(models.Model):
    """A set of Security Characteristics, for some Physical Device Types. NCSC alone certifies against it (SC-3.1)."""

    class Grade(models.TextChoices):
        FOUNDATION = "foundation", "Foundation"

    name = models.CharField(
        max_length=120, help_text="As NCSC calls it, for example CPA Security Characteristic GSME."
    )
    slug = models.SlugField(max_length=60, unique=True)
    device_types = models.JSONField("Physical Device Types, by their codes", default=list)
    grade = models.CharField(max_length=20, choices=Grade.choices, default=Grade.FOUNDATION)
    link = models.URLField(
        "where NCSC publishes it", max_length=300, blank=True, help_text="Linked, never fetched."
    )
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        triggers = [NO_DELETE]
        verbose_name_plural = "Security Characteristics"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="cpl_securitycharacteristic_name_once",
                violation_error_message="A set of that name is in the register already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScVersionQuerySet(models.QuerySet["ScVersion"]):
    """Questions about versions."""

    def published(self, *, on: dt.date) -> ScVersionQuerySet:
        """Those that NCSC had published by a day, the day itself included."""
        return self.filter(published_on__lte=on)


class ScVersion(models.Model):
    """A version as NCSC published it: Principal Version and Sub-Version. It never changes; a later one follows it."""

    characteristic = models.ForeignKey(SecurityCharacteristic, models.PROTECT, related_name="versions")
    principal = models.PositiveSmallIntegerField("Principal Version")
    sub = models.PositiveSmallIntegerField("Sub-Version")
    published_on = models.DateField("published by NCSC on")
    implementation_on = models.DateField("implementation date", null=True, blank=True)
    proposal_reference = models.CharField(
        "SC Modification Request", max_length=20, blank=True,
        help_text="Empty only for what NCSC had published before this register began (SC-6.1).",
    )  # fmt: skip
    ncsc_reference = models.CharField("NCSC's reference", max_length=120, blank=True)
    recorded_at = models.DateTimeField()

    objects = ScVersionQuerySet.as_manager()

    class Meta:
        ordering = ["characteristic", "-principal", "-sub"]
        verbose_name = "version of Security Characteristics"
        triggers = [
            INSERT_ONLY,
            change_needs_act(
                name="version_needs_act", label="cpl.scversion", key="id",
                operation=pgtrigger.Insert, condition=pgtrigger.Condition("NEW.id IS NOT NULL"),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["characteristic", "principal", "sub"],
                name="cpl_scversion_number_once",
                violation_error_message="That version is in the register already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.characteristic} {self.number}"

    @property
    def number(self) -> str:
        """The number as certificates write it: 1.3."""
        return f"{self.principal}.{self.sub}"


class Mitigation(models.Model):
    """What prevents or hinders an attack: prefix and reference, name, threats, requirements (SC-4.2)."""

    class Prefix(models.TextChoices):
        DEV = "DEV", "DEV: built in during development"
        VER = "VER", "VER: tested or observed by the evaluator"
        DEP = "DEP", "DEP: deployment and operation"

    sc_version = models.ForeignKey(ScVersion, models.PROTECT, related_name="mitigations")
    prefix = models.CharField(max_length=3, choices=Prefix.choices)
    reference = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    threats = models.TextField()
    requirements = models.TextField()

    class Meta:
        ordering = ["sc_version", "prefix", "reference"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(
                fields=["sc_version", "prefix", "reference"], name="cpl_mitigation_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(prefix__in=["DEV", "VER", "DEP"]), name="cpl_mitigation_prefix_known"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(name="") & ~Q(threats="") & ~Q(requirements=""),
                name="cpl_mitigation_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}.{self.reference}"


class GbcsMapping(models.Model):
    """That a version of Security Characteristics goes with a GBCS version: Table 4 of Schedule 11 (SC-5.4)."""

    sc_version = models.ForeignKey(ScVersion, models.PROTECT, related_name="gbcs_mappings")
    gbcs_version = models.CharField(max_length=8)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["sc_version", "gbcs_version"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["sc_version", "gbcs_version"], condition=Q(ended_at=None), name="cpl_gbcsmapping_once",
                violation_error_message="That GBCS version is mapped already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(ended_reason=""), name="cpl_gbcsmapping_end_has_reason"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sc_version} with GBCS {self.gbcs_version}"


class MaintenanceEnd(models.Model):
    """After which day no Device should operate with a combination of versions: Schedule 11 (SC-5.3)."""

    spec_type = models.CharField(max_length=10)
    spec_version = models.CharField(max_length=8)
    gbcs_version = models.CharField(max_length=8)
    ends_on = models.DateField("Maintenance End Date")
    source = models.CharField("where Schedule 11 says so", max_length=200)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField("no longer so since", null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["ends_on", "spec_type", "spec_version", "gbcs_version"]
        triggers = [NO_DELETE]
        verbose_name = "Maintenance End Date"
        constraints = [
            models.UniqueConstraint(
                fields=["spec_type", "spec_version", "gbcs_version"], condition=Q(ended_at=None),
                name="cpl_maintenanceend_once",
                violation_error_message="A Maintenance End Date of that combination stands already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(ended_reason=""), name="cpl_maintenanceend_end_has_reason"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.spec_type} {self.spec_version} with GBCS {self.gbcs_version}: {self.ends_on}"
