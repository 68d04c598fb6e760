"""A notice is a row. So is each mail that carries it."""

from __future__ import annotations

import datetime as dt

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from secgov.journal.guards import NO_DELETE, facts_stand


class Notice(models.Model):
    """What one organisation was told, once, whatever runs twice; it stands in that organisation's inbox."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="notices")
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    clause = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    other_channel = models.TextField("another channel by which it was given", blank=True)
    other_channel_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at", "-id"]
        triggers = [
            NO_DELETE,
            facts_stand(
                "organisation", "template", "context", "clause", "title", "subject_type", "subject_id", "key", "given_at"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["organisation", "-given_at"], name="journal_notice_inbox_idx"),
            models.Index(fields=["subject_type", "subject_id"], name="journal_notice_subject_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="journal_notice_given_once"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeReading(models.Model):
    """That one person has read a notice; each of an organisation's people reads for themselves."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="readings")
    reader = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-read_at", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["notice", "reader"], name="journal_noticereading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.notice}, read by {self.reader}"


class MessageQuerySet(models.QuerySet["Message"]):
    """Which messages wait."""

    def waiting(self) -> MessageQuerySet:
        """Neither accepted by the mail server nor given up."""
        return self.filter(sent_at=None, dead_at=None)

    def due(self, *, at: dt.datetime) -> MessageQuerySet:
        """Waiting, and their next attempt is due at the instant `at`."""
        return self.waiting().filter(next_attempt_at__lte=at)


class Message(models.Model):
    """One mail to one address: the outbox. Sent outside any transaction, claimed by compare-and-set."""

    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="messages")
    recipient = models.EmailField(max_length=254)
    template = models.CharField(max_length=80)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    key = models.CharField(max_length=250, unique=True)
    enqueued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="journal_message_due_idx",
                condition=Q(sent_at=None, dead_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(dead_at=None), name="journal_message_sent_or_dead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.recipient}"


class IdempotencyKey(models.Model):
    """An answer already given to a client's write, so that the same request again changes nothing."""

    client = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="journal_idempotencykey_once"),
        ]

    def __str__(self) -> str:
        return self.key
