"""Update notices that wait for one mail, for an address that chose so (Section F2.8(c), A-70)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from secgov.journal.guards import NO_DELETE


class HeldUpdateQuerySet(models.QuerySet["HeldUpdate"]):
    """Which updates wait, for whom."""

    def waiting(self) -> HeldUpdateQuerySet:
        """In no mail yet, for an address that stands."""
        return self.filter(message=None, contact__retired_at=None)

    def open(self) -> HeldUpdateQuerySet:
        """Waiting, or in a mail that the mail server has neither taken nor refused for good."""
        on_its_way = Q(message__isnull=False, message__sent_at=None, message__dead_at=None)
        return self.filter(Q(message=None, contact__retired_at=None) | on_its_way)


class HeldUpdate(models.Model):
    """One edition's notice for one address, and by when the digest that carries it goes out."""

    notice = models.ForeignKey("journal.Notice", models.PROTECT, related_name="held_updates")
    contact = models.ForeignKey("accounts.Contact", models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    send_by = models.DateTimeField("the digest goes out by")
    message = models.ForeignKey(
        "journal.Message", models.PROTECT, null=True, blank=True, related_name="held_updates"
    )

    objects = HeldUpdateQuerySet.as_manager()

    class Meta:
        ordering = ["held_at", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["notice", "contact"], name="cpl_heldupdate_once"),
        ]
        indexes = [
            models.Index(fields=["send_by"], condition=Q(message=None), name="cpl_heldupdate_waiting_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.notice}, in a digest"
