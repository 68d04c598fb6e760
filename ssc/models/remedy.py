"""Remedy notices: the SSC requires a failure to be remedied within 20 Working Days (Z6.5, chart 7)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand, state_needs_act
from ssc.models.plans import Milestone, RemedialPlan


class RemedyNoticeQuerySet(models.QuerySet["RemedyNotice"]):
    """Questions about remedy notices."""

    def running(self) -> RemedyNoticeQuerySet:
        """Those whose failure is neither remedied nor beside the point."""
        return self.filter(state=RemedyNotice.State.RUNNING)


class RemedyNotice(models.Model):
    """One failure that a Party is to remedy. Several may run; each has its own period (Z6.5)."""

    class Ground(models.TextChoices):
        APPROVAL = "approval", "Failure to gain approval of the plan"
        COMPLIANCE = "compliance", "Failure to comply with the plan in all material respects"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        REMEDIED = "remedied", "Remedied"
        ENDED = "ended", "Ended"

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="remedy_notices")
    number = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=10, choices=Ground.choices)
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="remedy_notices"
    )
    text = models.TextField("the failure, and what is required")
    minute_reference = models.CharField(max_length=200, blank=True)
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    announced_last_day = models.DateField(
        "last day as announced", help_text="It may become later, never earlier (A-19)."
    )
    state = FSMField(default=State.RUNNING, choices=State.choices, protected=True)
    remedied_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField("when it was recorded as remedied or ended", null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    reported_at = models.DateTimeField(
        "when the condition of Z6.5 was reported to the SSC and the Panel", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    objects = RemedyNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.remedynotice"),
            facts_stand(
                "plan",
                "number",
                "ground",
                "milestone",
                "text",
                "minute_reference",
                "sent_by",
                "sent_at",
                "announced_last_day",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "remedied", "ended"]), name="ssc_remedynotice_state_known"
            ),
            models.UniqueConstraint(fields=["plan", "number"], name="ssc_remedynotice_number_once"),
            models.CheckConstraint(
                condition=Q(ground="compliance") | Q(milestone=None),
                name="ssc_remedynotice_milestone_is_of_compliance",
                violation_error_message="Only a failure to comply is about a milestone.",
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None, remedied_on=None)
                | Q(state="remedied", ended_at__isnull=False, remedied_on__isnull=False)
                | (Q(state="ended", ended_at__isnull=False, remedied_on=None) & ~Q(ended_reason="")),
                name="ssc_remedynotice_end_is_whole",
                violation_error_message="Say on which day it was remedied, or why it ended.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, remedy notice {self.number}"

    @property
    def suspension(self) -> RemedySuspension | None:
        """The suspension that stands, if one does."""
        return self.suspensions.filter(resumed_at=None).first()

    @transition(field=state, source=State.RUNNING, target=State.REMEDIED)
    def remedy(self) -> None:
        """The SSC found the failure remedied, in time or not, as `remedied_on` says."""

    @transition(field=state, source=State.RUNNING, target=State.ENDED)
    def end(self) -> None:
        """The Authority approved the plan, or the plan is no longer asked for."""


class RemedySuspension(models.Model):
    """A time in which the 20 Working Days stood still, by the word of the SSC or the Authority (A-59)."""

    notice = models.ForeignKey(RemedyNotice, models.PROTECT, related_name="suspensions")
    by_authority = models.BooleanField("ordered by the Authority", default=False)
    reason = models.TextField()
    suspended_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_reason = models.TextField(blank=True)
    working_days = models.PositiveSmallIntegerField(
        "Working Days by which the end is later", null=True, blank=True
    )

    class Meta:
        ordering = ["id"]
        triggers = [NO_DELETE, facts_stand("notice", "by_authority", "reason", "suspended_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["notice"],
                condition=Q(resumed_at=None),
                name="ssc_remedysuspension_one_stands",
                violation_error_message="The notice is suspended already.",
            ),
            models.CheckConstraint(
                condition=Q(resumed_at=None, working_days=None)
                | (Q(resumed_at__isnull=False, working_days__isnull=False) & ~Q(resumed_reason="")),
                name="ssc_remedysuspension_end_is_whole",
                violation_error_message="Say why it goes on.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice}, suspended"


class RemedyClaim(models.Model):
    """A Party tells the SSC that a failure is remedied, with what shows it; the SSC judges (Z6.5)."""

    notice = models.ForeignKey(RemedyNotice, models.PROTECT, related_name="claims")
    remedied_on: dt.date = models.DateField("when it was remedied, as the Party says")
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.notice}, said to be remedied on {self.remedied_on.day} {self.remedied_on:%B %Y}"
