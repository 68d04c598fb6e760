"""Calls to the DCC's own address when an edition is out, and the times in which none are made (F2.8(a))."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from secgov.journal.guards import NO_DELETE


class WebhookCallQuerySet(models.QuerySet["WebhookCall"]):
    """Which calls."""

    def waiting(self) -> WebhookCallQuerySet:
        """Those that the DCC's system has not taken, oldest edition first: they are made in this order only."""
        return self.filter(delivered_at=None).order_by("edition__number")


class WebhookCall(models.Model):
    """That an edition is available, to be told to the DCC's system: one row of the outbox."""

    edition = models.OneToOneField("cpl.Edition", models.PROTECT, related_name="webhook_call")
    enqueued_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField("failures in a row", default=0)
    next_attempt_at = models.DateTimeField()
    claimed_at: dt.datetime | None = models.DateTimeField(null=True, blank=True)
    delivered_at: dt.datetime | None = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = WebhookCallQuerySet.as_manager()

    class Meta:
        ordering = ["-edition__number"]
        triggers = [NO_DELETE]
        verbose_name = "call to the DCC"
        verbose_name_plural = "calls to the DCC"

    def __str__(self) -> str:
        return f"Call about edition {self.edition}"


class WebhookPause(models.Model):
    """A time in which no calls are made: it begins by itself after repeated failure, and a person ends it."""

    began_at = models.DateTimeField()
    why = models.TextField()
    ended_at: dt.datetime | None = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ending_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-began_at", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(ended_at=None), name="cpl_webhookpause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="cpl_webhookpause_ended_by_somebody",
                violation_error_message="A pause that has ended was ended by somebody.",
            ),
        ]

    def __str__(self) -> str:
        return f"No calls to the DCC since {self.began_at:%Y-%m-%d %H:%M}"
