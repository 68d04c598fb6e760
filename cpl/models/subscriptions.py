"""What a person wants to hear of the list's changes, beside the notices that every Party is given."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cpl.models.devices import PhysicalDeviceType


class Subscription(models.Model):
    """Changes of entries of a type, of a manufacturer, or of one of its models: one mail for each edition."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="subscriptions")
    device_type = models.CharField(
        "Physical Device Type", max_length=30, choices=PhysicalDeviceType.choices, blank=True
    )
    manufacturer_identifier = models.CharField("manufacturer", max_length=4, blank=True)
    model_identifier = models.CharField("model", max_length=4, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField("changes up to this instant have been told")

    class Meta:
        ordering = ["user", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "device_type", "manufacturer_identifier", "model_identifier"],
                condition=Q(ended_at=None),
                name="cpl_subscription_once",
                violation_error_message="You are told of these changes already.",
            ),
            models.CheckConstraint(
                condition=~Q(device_type="", manufacturer_identifier="", model_identifier=""),
                name="cpl_subscription_names_something",
                violation_error_message="Choose a device type, a manufacturer or a model.",
            ),
            models.CheckConstraint(
                condition=Q(model_identifier="") | ~Q(manufacturer_identifier=""),
                name="cpl_subscription_model_has_maker",
                violation_error_message="Give the manufacturer of the model.",
            ),
        ]

    def __str__(self) -> str:
        parts = [self.get_device_type_display(), self.manufacturer_identifier, self.model_identifier]
        return ", ".join(each for each in parts if each)
