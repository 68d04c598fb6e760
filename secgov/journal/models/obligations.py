"""What is owed, by whom, by when; and what a person has to look at."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from secgov.journal.guards import NO_DELETE
from secgov.journal.models.acts import Act


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Questions about obligations; lateness is always derived from instants."""

    def standing(self) -> ObligationQuerySet:
        """Those neither discharged nor fallen away."""
        return self.filter(discharged_at=None, fell_away_at=None)

    def overdue(self, *, at: dt.datetime) -> ObligationQuerySet:
        """Those standing whose period has ended at the instant `at`."""
        return self.standing().filter(due_at__lte=at)

    def missed(self, *, at: dt.datetime) -> ObligationQuerySet:
        """Those not done by their due instant, as of `at`: overdue, done late, or fallen away only after it. F2.8-0"""
        late = Q(discharged_at__gte=F("due_at")) | Q(fell_away_at__gte=F("due_at"))
        return self.filter(late | Q(discharged_at=None, fell_away_at=None), due_at__lte=at)

    def about(self, subject: models.Model) -> ObligationQuerySet:
        """Those whose subject is this row."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


class Obligation(models.Model):
    """A duty with its clock. One clause that asks for three things opens three of these."""

    class Owner(models.TextChoices):
        PANEL = "panel", "Panel"
        DCC = "dcc", "DCC"
        SSC = "ssc", "SSC"
        PARTY = "party", "Party"

    clause = models.CharField(max_length=40)
    duty = models.CharField("what is owed", max_length=200)
    owed_by = models.CharField(max_length=10, choices=Owner.choices)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=200)
    by_law = models.BooleanField("a duty under the Code, not our own target", default=True)
    opened_by_act = models.ForeignKey(Act, models.PROTECT, related_name="obligations_opened")
    opened_at = models.DateTimeField()
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    elapsed_seconds = models.PositiveIntegerField(null=True, blank=True)
    due_at = models.DateTimeField("first instant that is too late")
    why = models.JSONField("why this date", default=list)
    calendar_version = models.CharField(max_length=64, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    discharged_by_act = models.ForeignKey(
        Act, models.PROTECT, null=True, blank=True, related_name="obligations_discharged"
    )
    fell_away_at = models.DateTimeField(null=True, blank=True)
    fell_away_reason = models.TextField(blank=True)
    half_alarm_at = models.DateTimeField(null=True, blank=True)
    most_alarm_at = models.DateTimeField("four fifths alarm at", null=True, blank=True)
    due_alarm_at = models.DateTimeField(null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        triggers = [NO_DELETE]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="journal_obligation_due_idx",
                condition=Q(discharged_at=None, fell_away_at=None),
            ),
            models.Index(fields=["subject_type", "subject_id"], name="journal_obligation_subj_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clause", "subject_type", "subject_id", "opened_by_act"],
                name="journal_obligation_opened_once",
            ),
            models.CheckConstraint(
                condition=Q(discharged_at=None) | Q(fell_away_at=None), name="journal_obligation_ends_one_way"
            ),
            models.CheckConstraint(
                condition=Q(fell_away_at=None) | ~Q(fell_away_reason=""),
                name="journal_obligation_reason_to_fall_away",
                violation_error_message="Say why the obligation falls away.",
            ),
            models.CheckConstraint(
                condition=Q(discharged_at=None, discharged_by_act=None)
                | Q(discharged_at__isnull=False, discharged_by_act__isnull=False),
                name="journal_obligation_discharge_has_act",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.subject_name}"

    @property
    def is_standing(self) -> bool:
        """Whether it is still owed."""
        return self.discharged_at is None and self.fell_away_at is None

    @property
    def ended_at(self) -> dt.datetime | None:
        """When it was done or fell away; None while it stands."""
        return self.discharged_at or self.fell_away_at

    def missed_by(self, *, at: dt.datetime) -> dt.timedelta | None:
        """Give how late it was done, or fell away, or now is; None where it was not missed. F2.8-0"""
        late = (self.ended_at or at) - self.due_at
        return late if late >= dt.timedelta(0) else None

    @property
    def was_late(self) -> bool | None:
        """Whether it was discharged after its period; None while it stands or where it fell away."""
        return None if self.discharged_at is None else self.discharged_at >= self.due_at


class Task(models.Model):
    """Something that a person of the Secretariat has to look at; one open task per key."""

    key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    clause = models.CharField(max_length=40, blank=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.TextField(blank=True)
    mailed_at = models.DateTimeField("when the Secretariat was mailed of it", null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at=None), name="journal_task_one_open_per_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"],
                name="journal_task_to_mail_idx",
                condition=Q(closed_at=None, mailed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title
