"""What the SSC determined of a case, with all that the Code asks it to weigh (Z6.2, Z6.4)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.journal.guards import NO_DELETE, facts_stand, state_needs_act
from ssc.models.cases import Case


class PeriodUnit(models.TextChoices):
    """In what the SSC states a period; the Code leaves it to the SSC (A-60)."""

    WORKING_DAYS = "working_days", "Working Days"
    CALENDAR_DAYS = "calendar_days", "calendar days"


class Determination(models.Model):
    """Prepared by the secretary, confirmed by the Chair on exactly that text; then it binds the Panel through `cpl`."""

    class Clause(models.TextChoices):
        Z62 = "Z6.2", "Appendix Z 6.2"
        Z64 = "Z6.4", "Appendix Z 6.4"

    class Outcome(models.TextChoices):
        REMOVE = "remove", "Remove"
        RETAIN = "retain", "Not remove"

    class State(models.TextChoices):
        DRAFT = "draft", "Being prepared"
        PUT = "put", "Waiting for the Chair"
        CONFIRMED = "confirmed", "Determined"
        REFUSED = "refused", "Not confirmed"
        DROPPED = "dropped", "Dropped"

    case = models.ForeignKey(Case, models.PROTECT, related_name="determinations")
    clause = models.CharField(max_length=10, choices=Clause.choices, default=Clause.Z62)
    supplements = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supplements_made",
        help_text="Only where it adds Parties to the plan of an earlier one (A-23).",
    )  # fmt: skip
    security_implications = models.TextField(blank=True)
    consumer_consequences = models.TextField("consequences for Energy Consumers", blank=True)
    weighing = models.TextField("how the two weigh against each other", blank=True)
    devices_unknown_reason = models.TextField("why the number of Devices is not known", blank=True)
    ncsc_information = models.TextField("information provided by NCSC", blank=True)
    ncsc_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ncsc_provided_none = models.BooleanField("NCSC provided none", default=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    with_plan = models.BooleanField("a Remedial Plan is imposed", null=True, blank=True)
    obliged = models.ManyToManyField(
        "accounts.Organisation",
        blank=True,
        related_name="+",
        verbose_name="Parties on whom the plan is imposed",
    )
    proposal_days = models.PositiveSmallIntegerField("time to propose the plan", null=True, blank=True)
    proposal_unit = models.CharField(max_length=15, choices=PeriodUnit.choices, blank=True)
    proposal_starts_on = models.DateField(null=True, blank=True)
    approval_days = models.PositiveSmallIntegerField("time to gain approval of it", null=True, blank=True)
    approval_unit = models.CharField(max_length=15, choices=PeriodUnit.choices, blank=True)
    approval_starts_on = models.DateField(null=True, blank=True)
    reasons = models.TextField(blank=True)
    minute_reference = models.CharField(max_length=200, blank=True)
    minute = models.ForeignKey("documents.Document", models.PROTECT, null=True, blank=True, related_name="+")
    determined_on = models.DateField(null=True, blank=True)
    unanswered = models.PositiveSmallIntegerField(
        "requests unanswered when it was determined", null=True, blank=True
    )
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    prepared_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    put_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)
    four_eyes = models.BooleanField(null=True, blank=True)
    binding = models.OneToOneField(
        "cpl.BindingDetermination", models.PROTECT, null=True, blank=True, related_name="ssc_determination",
        help_text="How it binds the Panel; its later fate (superseded, returned, void) stands there.",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.determination"),
            facts_stand(
                "case", "clause", "outcome", "with_plan", "security_implications", "consumer_consequences", "weighing",
                "reasons", "minute_reference", "minute", "determined_on", "prepared_by", once=~pgtrigger.Q(old__state="draft"),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "put", "confirmed", "refused", "dropped"]),
                name="ssc_determination_state_known",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "put"]),
                name="ssc_determination_one_in_hand",
                violation_error_message="A determination on this case is in hand already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "dropped"])
                | Q(supplements__isnull=False)
                | (~Q(outcome="") & Q(with_plan__isnull=False) & ~Q(reasons="") & ~Q(minute_reference="")),
                name="ssc_determination_is_whole",
                violation_error_message="A determination has an outcome, reasons and a minute reference.",
            ),
            models.CheckConstraint(
                condition=Q(ncsc_provided_none=False) | Q(ncsc_information="", ncsc_document=None),
                name="ssc_determination_ncsc_one_answer",
                violation_error_message="Either NCSC provided information, or none.",
            ),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(decided_by=models.F("prepared_by")),
                name="ssc_determination_two_people",
                violation_error_message="The person who prepared a determination cannot confirm it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clause_display()}, {self.case}"

    @transition(field=state, source=State.DRAFT, target=State.PUT)
    def put(self) -> None:
        """The secretary lays it before the Chair; from now on its text stands still."""

    @transition(field=state, source=State.PUT, target=State.CONFIRMED)
    def confirm(self) -> None:
        """The Chair: this is what the SSC determined."""

    @transition(field=state, source=State.PUT, target=State.REFUSED)
    def refuse(self) -> None:
        """The Chair: it is not."""

    @transition(field=state, source=[State.DRAFT, State.PUT], target=State.DROPPED)
    def drop(self) -> None:
        """The case was void, or the secretary begins anew."""
