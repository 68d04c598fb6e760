"""Who supplies premises with which Device Models: what "those responsible" and "yours" mean (Section F2.6)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from secgov.journal.guards import NO_DELETE


class EstateClaimQuerySet(models.QuerySet["EstateClaim"]):
    """Questions about claims."""

    def current(self) -> EstateClaimQuerySet:
        """Those that have not been ended."""
        return self.filter(ended_on=None)


class EstateClaim(models.Model):
    """An organisation says that it supplies a Device Model, as Import Supplier or as Gas Supplier."""

    class Role(models.TextChoices):
        IMPORT = "import", "Import Supplier"
        GAS = "gas", "Gas Supplier"

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="estate_claims")
    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="estate_claims")
    role = models.CharField("supplies it as", max_length=6, choices=Role.choices)
    since = models.DateField()
    claimed_at = models.DateTimeField()
    claimed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    taken_over_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_over_by"
    )
    ended_on = models.DateField("first day on which it no longer holds", null=True, blank=True)
    end_reason = models.TextField(blank=True)

    objects = EstateClaimQuerySet.as_manager()

    class Meta:
        ordering = ["device_model", "role", "organisation"]
        triggers = [NO_DELETE]
        indexes = [
            models.Index(
                fields=["device_model"], name="cpl_estateclaim_current_idx", condition=Q(ended_on=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "device_model", "role"],
                condition=Q(ended_on=None),
                name="cpl_estateclaim_once",
                violation_error_message="This Device Model stands in the estate already, in that role.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | (Q(ended_on__gte=F("since")) & ~Q(end_reason="")),
                name="cpl_estateclaim_end_has_reason",
                violation_error_message="Say why the claim ends; it cannot end before it began.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} supplies {self.device_model_id:06d} as {self.get_role_display()}"
