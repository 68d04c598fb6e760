"""What the SSC says without deciding: of the CPA scheme, and to the Authority about Devices. SC-1.2-3 and SC-1.2-4"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from secgov.journal.guards import INSERT_ONLY


class AuthorityAdvice(models.Model):
    """Advice or information to the Authority that Devices do not, or may not, meet their Security Characteristics.

    Nobody but the SSC and the Authority's recorder reads it.
    """

    class Kind(models.TextChoices):
        ACTUAL = "actual", "They do not comply"
        POTENTIAL = "potential", "They may not comply"

    reference = models.CharField(max_length=20, unique=True, help_text="For example ADV-2027-002.")
    kind = models.CharField("what is known", max_length=10, choices=Kind.choices)
    devices = models.TextField("the Devices concerned")
    device_model = models.ForeignKey(
        "cpl.DeviceModel", models.PROTECT, null=True, blank=True, related_name="+"
    )
    security_characteristics = models.CharField(max_length=200, help_text="Which, and in which version.")
    text = models.TextField("the advice")
    advised_on = models.DateField()
    minute_reference = models.CharField(max_length=200)
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        verbose_name = "advice to the Authority"
        verbose_name_plural = "advice to the Authority"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(devices="") & ~Q(security_characteristics=""),
                name="ssc_authorityadvice_is_whole",
                violation_error_message="Advice names the Devices, the Security Characteristics and what is advised.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class SchemeReview(models.Model):
    """A review of whether the CPA scheme is fit for its purpose, and the changes that the SSC suggests."""

    reviewed_on = models.DateField()
    what = models.CharField("what was looked at", max_length=300)
    finding = models.TextField()
    suggestion = models.TextField("modification suggested", blank=True)
    minute_reference = models.CharField(max_length=200)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-reviewed_on", "-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Review of {self.reviewed_on.day} {self.reviewed_on:%B %Y}: {self.what}"
