"""Notices that a CPA Certificate comes to its date (Section F2.7), and warnings to those who see to renewal (F2.6)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from cpl.models.certificates import AssuranceCertificate
from secgov.journal.guards import NO_DELETE, state_needs_act


class ExpiryDigest(models.Model):
    """What one run tells: the stages due that day, gathered so that each Party gets one letter and not five hundred."""

    class Audience(models.TextChoices):
        PARTIES = "parties", "Every Party (F2.7)"
        RESPONSIBLE = "responsible", "Those responsible for renewal (F2.6)"

    audience = models.CharField(max_length=12, choices=Audience.choices)
    day = models.DateField("London day of the run")
    made_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["audience"], condition=Q(completed_at=None), name="cpl_expirydigest_one_in_hand"
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("made_at")),
                name="cpl_expirydigest_ends_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"Expiry notices of {self.day:%Y-%m-%d}"


class ExpiryNoticeQuerySet(models.QuerySet["ExpiryNotice"]):
    """Questions about the stages."""

    def pending(self) -> ExpiryNoticeQuerySet:
        """Those still to be told."""
        return self.filter(state=ExpiryNotice.State.PENDING)

    def within(self, *, day: dt.date) -> ExpiryNoticeQuerySet:
        """Those pending whose target is that London day or earlier: one look into an index."""
        return self.pending().filter(target_on__lte=day)


class ExpiryNotice(models.Model):
    """One stage for one certificate and one Relevant Date; there is never a second (A-46)."""

    class Stage(models.TextChoices):
        M12 = "M12", "Twelve months"
        M6 = "M6", "Six months"
        D30 = "D30", "Thirty days"

    class State(models.TextChoices):
        PENDING = "pending", "To come"
        SENT = "sent", "Sent"
        SENT_LATE = "sent_late", "Sent late"
        CANCELLED = "cancelled", "Cancelled"
        NOT_APPLICABLE = "not_applicable", "Not applicable"

    certificate = models.ForeignKey(AssuranceCertificate, models.PROTECT, related_name="expiry_notices")
    relevant_on = models.DateField("Relevant Date")
    date_kind = models.CharField(
        max_length=7, choices=[("expiry", "expiry date"), ("renewal", "renewal date")]
    )
    stage = models.CharField(max_length=3, choices=Stage.choices)
    target_on = models.DateField("corresponding date (TR-5)")
    first_known_on = models.DateField("London day on which the date was first known")
    state = FSMField(default=State.PENDING, choices=State.choices, protected=True)
    ground = models.CharField("why it is not sent", max_length=20, blank=True)
    reason = models.TextField(blank=True)
    late_reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField("day on which it was to go (TR-6)", null=True, blank=True)
    outside_tolerance = models.BooleanField("outside the tolerance of TR-8", default=False)
    digest = models.ForeignKey(
        ExpiryDigest, models.PROTECT, null=True, blank=True, related_name="expiry_notices"
    )
    obligation = models.ForeignKey(
        "journal.Obligation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ExpiryNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["relevant_on", "certificate", "target_on"]
        triggers = [NO_DELETE, state_needs_act("cpl.expirynotice")]
        indexes = [
            models.Index(
                fields=["target_on", "id"], name="cpl_expirynotice_due_idx", condition=Q(state="pending")
            ),
            models.Index(
                fields=["relevant_on"],
                name="cpl_expirynotice_asleep_idx",
                condition=Q(state="not_applicable", ground="nothing_listed")
                | Q(state="cancelled", ground="superseded"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "relevant_on", "stage"],
                name="cpl_expirynotice_once",
                violation_error_message="This stage of this date stands already (F2.7).",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sent", "sent_late", "cancelled", "not_applicable"]),
                name="cpl_expirynotice_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "sent_late"])
                | Q(sent_at__isnull=False, digest__isnull=False, due_on__isnull=False),
                name="cpl_expirynotice_sent_has_its_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["cancelled", "not_applicable"]) | ~Q(ground="") & ~Q(reason=""),
                name="cpl_expirynotice_unsent_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} before {self.relevant_on.day} {self.relevant_on:%B %Y}: {self.certificate}"

    @transition(field=state, source=State.PENDING, target=State.SENT)
    def send(self) -> None:
        """Every Party that is to be told has its notice, on the day."""

    @transition(field=state, source=State.PENDING, target=State.SENT_LATE)
    def send_late(self) -> None:
        """The same, after the day."""

    @transition(field=state, source=State.PENDING, target=State.CANCELLED)
    def cancel(self) -> None:
        """The date was changed, or the certificate has been replaced or ended."""

    @transition(field=state, source=State.PENDING, target=State.NOT_APPLICABLE)
    def set_aside(self) -> None:
        """It covers no listed Device Model, or there is no time left for this stage (A-66, A-07)."""

    @transition(field=state, source=[State.NOT_APPLICABLE, State.CANCELLED], target=State.PENDING)
    def revive(self) -> None:
        """It covers a listed model again, its date was changed back, or what replaced it ended (A-66, A-46, A-45)."""
