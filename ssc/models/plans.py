"""CPA Certificate Remedial Plans: one for each Party and determination (Z6.3, chart 7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand, state_needs_act
from ssc.models.determinations import Determination, PeriodUnit


class RemedialPlanQuerySet(models.QuerySet["RemedialPlan"]):
    """Who sees which plans."""

    def visible_to(self, user: User) -> RemedialPlanQuerySet:
        """All of them to the SSC and the auditor; to a Party its own, and not even that there are others."""
        if permitted(user, Duty.READ_CASES):
            return self.all()
        return self.filter(organisation__in=organisations_of(user, Duty.KEEP_PLAN))


class RemedialPlan(models.Model):
    """What one Party is to propose, have approved, and carry out, to remedy what ended a certificate."""

    class State(models.TextChoices):
        IMPOSED = "imposed", "Imposed"
        PROPOSED = "proposed", "Proposed"
        COMMENTED = "commented", "Commented"
        APPROVED = "approved", "Approved, being carried out"
        COMPLETED = "completed", "Completed"
        DISCHARGED = "discharged", "Discharged"

    determination = models.ForeignKey(Determination, models.PROTECT, related_name="plans")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="remedial_plans")
    reference = models.CharField(max_length=20, unique=True, help_text="For example RP-031.")
    imposed_at = models.DateTimeField()
    state = FSMField(default=State.IMPOSED, choices=State.choices, protected=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RemedialPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("ssc.remedialplan")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["imposed", "proposed", "commented", "approved", "completed", "discharged"]
                ),
                name="ssc_remedialplan_state_known",
            ),
            models.UniqueConstraint(
                fields=["determination", "organisation"], name="ssc_remedialplan_one_each"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["completed", "discharged"]) | ~Q(ended_reason=""),
                name="ssc_remedialplan_end_has_reason",
                violation_error_message="Say why the plan ends.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def current(self) -> PlanVersion | None:
        """The plan that binds: the newest approved version (Z6.3-D1)."""
        return self.versions.filter(state=PlanVersion.State.APPROVED).order_by("-number").first()

    @transition(field=state, source=[State.IMPOSED, State.PROPOSED, State.COMMENTED], target=State.PROPOSED)
    def propose(self) -> None:
        """The Party submitted a version."""

    @transition(field=state, source=State.PROPOSED, target=State.COMMENTED)
    def comment(self) -> None:
        """The SSC sent comments, each of which needs an answer."""

    @transition(
        field=state,
        source=[State.IMPOSED, State.PROPOSED, State.COMMENTED, State.APPROVED],
        target=State.APPROVED,
    )
    def approve(self) -> None:
        """The SSC, or the Authority in its place, approved a version."""

    @transition(field=state, source=State.APPROVED, target=State.COMPLETED)
    def complete(self) -> None:
        """The SSC found it carried out."""

    @transition(
        field=state,
        source=[State.IMPOSED, State.PROPOSED, State.COMMENTED, State.APPROVED],
        target=State.DISCHARGED,
    )
    def discharge(self) -> None:
        """It is no longer asked for: by the SSC, or since its determination fell."""


class PlanPeriod(models.Model):
    """A period that the SSC set for a plan, with its unit and start; a later row takes the place of an earlier (A-60)."""

    class Kind(models.TextChoices):
        PROPOSAL = "proposal", "to propose the plan"
        APPROVAL = "approval", "to gain its approval"

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="periods")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    days = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=15, choices=PeriodUnit.choices)
    starts_on = models.DateField("day of the start, which is not counted")
    last_day = models.DateField()
    reason = models.TextField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.plan}, {self.days} {self.get_unit_display()} {self.get_kind_display()}"


class PlanVersion(models.Model):
    """A version of a plan as its Party submitted it; it never changes, only its outcome is added (Z6.3(a), Z6.3(b))."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "Before the SSC"
        COMMENTED = "commented", "Commented"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Not approved"
        REPLACED = "replaced", "Replaced by a later version"

    plan = models.ForeignKey(RemedialPlan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    remedy = models.TextField("how the Party intends to remedy the issues")
    remedied_by = models.DateField("within what time")
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    was_late = models.BooleanField("proposed after its period", default=False)
    state = FSMField(default=State.SUBMITTED, choices=State.choices, protected=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    minute_reference = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-number"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.planversion"),
            facts_stand(
                "plan", "number", "remedy", "remedied_by", "document", "submitted_by", "submitted_at", "was_late"
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "commented", "approved", "refused", "replaced"]),
                name="ssc_planversion_state_known",
            ),
            models.UniqueConstraint(fields=["plan", "number"], name="ssc_planversion_number_once"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state="submitted"),
                name="ssc_planversion_one_before_the_ssc",
                violation_error_message="A version is before the SSC already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"

    @transition(field=state, source=State.SUBMITTED, target=State.COMMENTED)
    def comment(self) -> None:
        """The SSC sent comments on it."""

    @transition(field=state, source=[State.SUBMITTED, State.COMMENTED], target=State.APPROVED)
    def approve(self) -> None:
        """The SSC approved it."""

    @transition(field=state, source=[State.SUBMITTED, State.COMMENTED], target=State.REFUSED)
    def refuse(self) -> None:
        """The SSC formally did not approve it: referable (F2.7B(b), A-17)."""

    @transition(field=state, source=State.REFUSED, target=State.APPROVED)
    def approve_on_referral(self) -> None:
        """The Authority approved what the SSC had refused (F2.7B)."""

    @transition(field=state, source=[State.SUBMITTED, State.COMMENTED], target=State.REPLACED)
    def replace(self) -> None:
        """The Party submitted a later version."""


class Milestone(models.Model):
    """Something that a version of a plan promises, by a day, counted where it can be (Z6.3(c))."""

    plan_version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=300)
    by = models.DateField()
    devices = models.PositiveIntegerField("Devices, together so far", null=True, blank=True)

    class Meta:
        ordering = ["plan_version", "number"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["plan_version", "number"], name="ssc_milestone_number_once"),
        ]

    def __str__(self) -> str:
        return f"Milestone {self.number}: {self.what}"
