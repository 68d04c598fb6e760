"""What passes between the SSC and a Party about its plan: comments, progress, evidence, findings, minuted decisions (Z6.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand, state_needs_act
from ssc.models.plans import Milestone, PlanVersion, RemedialPlan
from ssc.models.remedy import RemedyNotice


class PlanComment(models.Model):
    """A comment of the SSC on a version of a plan; the next version answers it (Z6.3(b))."""

    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="comments")
    number = models.PositiveSmallIntegerField("number within the plan")
    text = models.TextField()
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["plan_version", "number"], name="ssc_plancomment_number_once"),
        ]

    def __str__(self) -> str:
        return f"Comment {self.number} on {self.plan_version}"


class CommentAnswer(models.Model):
    """How a Party's next version takes a comment into account, or why it does not (Z6.3(b))."""

    comment = models.OneToOneField(PlanComment, models.PROTECT, related_name="answer")
    plan_version = models.ForeignKey(
        PlanVersion, models.PROTECT, related_name="answers", help_text="The version that it came with."
    )
    text = models.TextField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Answer to {self.comment}"


class ProgressRequest(models.Model):
    """The SSC asks how a plan goes on; the Party reports by a day (Z6.3(d)). A row, never a state."""

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="progress_requests")
    question = models.TextField()
    reply_by = models.DateField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.plan}, report by {self.reply_by.day} {self.reply_by:%B %Y}"


class ProgressReport(models.Model):
    """What a Party reports of its plan, asked or of its own (Z6.3(d))."""

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="progress_reports")
    request = models.ForeignKey(
        ProgressRequest, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    text = models.TextField()
    as_of = models.DateField("day up to which it counts")
    devices = models.PositiveIntegerField("Devices done, together so far", null=True, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.plan}, progress up to {self.as_of}"


class MilestoneEvidence(models.Model):
    """What a Party gives to show that a milestone is met (Z6.3(c))."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="evidence")
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        verbose_name_plural = "milestone evidence"

    def __str__(self) -> str:
        return f"Evidence for {self.milestone}"


class ComplianceFinding(models.Model):
    """What the SSC, and nobody else, finds of a milestone or of the plan as a whole; the newest counts (Z6.3(c))."""

    class Finding(models.TextChoices):
        MET = "met", "Met"
        NOT_MET = "not_met", "Not met"
        NON_COMPLIANT = "non_compliant", "Not met: not complied with in a material respect"

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="findings")
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="findings",
        help_text="None where it is about the plan as a whole.",
    )  # fmt: skip
    finding = models.CharField(max_length=15, choices=Finding.choices)
    reason = models.TextField()
    minute_reference = models.CharField(max_length=200, blank=True)
    found_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=False) | ~Q(finding="met"),
                name="ssc_compliancefinding_met_is_of_a_milestone",
                violation_error_message="A milestone is met; a plan as a whole is completed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone or self.plan}: {self.get_finding_display()}"


class MinutedDecision(models.Model):
    """A decision of the SSC as its secretary recorded it from the minutes; the Chair's word carries it out (chart 7)."""

    class Kind(models.TextChoices):
        APPROVE = "approve", "Approve the version"
        REFUSE = "refuse", "Not approve the version"
        FINDING = "finding", "Record a finding"
        COMPLETE = "complete", "Find the plan carried out"
        DISCHARGE = "discharge", "Discharge the plan"
        NOTICE = "notice", "Send a remedy notice"
        REMEDIED = "remedied", "Record that a failure was remedied"

    class State(models.TextChoices):
        PUT = "put", "Waiting for the Chair"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Sent back"

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="minuted_decisions")
    plan_seen = models.PositiveIntegerField(
        "the plan’s version when it was recorded", help_text="The Chair decides on exactly that."
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, null=True, blank=True, related_name="+")
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField(max_length=15, choices=ComplianceFinding.Finding.choices, blank=True)
    ground = models.CharField(max_length=10, choices=RemedyNotice.Ground.choices, blank=True)
    notice = models.ForeignKey(RemedyNotice, models.PROTECT, null=True, blank=True, related_name="+")
    remedied_on = models.DateField(null=True, blank=True)
    reason = models.TextField()
    minute_reference = models.CharField(max_length=200)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    state = FSMField(default=State.PUT, choices=State.choices, protected=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    four_eyes = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.minuteddecision"),
            facts_stand(
                "plan", "plan_seen", "kind", "plan_version", "milestone", "finding", "ground", "notice", "remedied_on",
                "reason", "minute_reference", "recorded_by", "recorded_at",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["put", "confirmed", "refused"]), name="ssc_minuteddecision_state_known"
            ),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state="put"),
                name="ssc_minuteddecision_one_waits",
                violation_error_message="A decision on this plan waits for the Chair already.",
            ),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(decided_by=F("recorded_by")),
                name="ssc_minuteddecision_two_people",
                violation_error_message="The person who recorded a decision cannot confirm it.",
            ),
            models.CheckConstraint(
                condition=~Q(minute_reference="") & ~Q(reason=""),
                name="ssc_minuteddecision_has_minute",
                violation_error_message="Give the minute and the reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.get_kind_display().lower()}"

    @transition(field=state, source=State.PUT, target=State.CONFIRMED)
    def confirm(self) -> None:
        """The Chair: this is what the SSC decided."""

    @transition(field=state, source=State.PUT, target=State.REFUSED)
    def refuse(self) -> None:
        """The Chair sends it back."""
