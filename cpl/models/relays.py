"""Notices about CPA Certificates that NCSC asks the Panel to give to the Parties (Section F2.7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from secgov.documents.models import Classification
from secgov.journal.guards import NO_DELETE


class RelayedNotice(models.Model):
    """What NCSC asked for, word for word, and when every Party had it."""

    received_at = models.DateTimeField("when NCSC's request was received")
    title = models.CharField("what it is about, in words that anybody may read", max_length=150)
    text = models.TextField("the notice, word for word", max_length=20000)
    classification = models.CharField(max_length=10, choices=Classification.choices)
    reference = models.CharField("NCSC's reference", max_length=100, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    obligation = models.ForeignKey(
        "journal.Obligation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="cpl_relayednotice_sent_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(title=""),
                name="cpl_relayednotice_says_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title
