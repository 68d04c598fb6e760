"""Referrals to the Authority of what the Panel or the SSC decided, and what it determined of them (F2.2A, F2.7B, chart 8)."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django_fsm import FSMField, transition

from cpl.models.determinations import TwoPeople
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import NO_DELETE, facts_stand, state_needs_act
from ssc.models.cases import ConflictOfInterest

DECISIONS = ("panel_decision", "determination", "plan_version", "lapsed_period")
"""What may be referred: each row below names exactly one of them."""


def _exactly_one() -> Q:
    ways = [Q(**{f"{name}__isnull": name != chosen for name in DECISIONS}) for chosen in DECISIONS]
    return reduce(operator.or_, ways)


class Referred(models.Model):
    """Something about one decision: of the Panel, of the SSC on removal, or of the SSC on a Party's plan."""

    panel_decision = models.ForeignKey(
        "cpl.PanelDecision", models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    determination = models.ForeignKey(
        "cpl.BindingDetermination", models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    plan_version = models.ForeignKey(
        "ssc.PlanVersion", models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    lapsed_period = models.ForeignKey(
        "ssc.PlanPeriod", models.PROTECT, null=True, blank=True, related_name="%(class)ss",
        help_text="The period in which the approval of a plan was to be gained, where it ended without.",
    )  # fmt: skip

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one(),
                name="%(app_label)s_%(class)s_one_decision",
                violation_error_message="Name exactly one decision.",
            ),
        ]

    @property
    def decision(self) -> models.Model:
        """The decision that it is about."""
        return next(getattr(self, name) for name in DECISIONS if getattr(self, f"{name}_id"))

    @property
    def about(self) -> dict[str, Any]:
        """The decision as a filter: whatever else is about the same one."""
        return {f"{name}_id": getattr(self, f"{name}_id") for name in DECISIONS}

    @property
    def clause(self) -> str:
        """The clause that gives the right of referral."""
        if self.panel_decision_id:
            return "F2.2A"
        return "F2.7B(a)" if self.determination_id else "F2.7B(b)"


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Who sees which referrals."""

    def joined(self, row: Referred) -> ReferralQuerySet:
        """Those before the Authority that are about the same decision: it determines them together."""
        return self.filter(state=Referral.State.LODGED, **row.about)

    def visible_to(self, user: User) -> ReferralQuerySet:
        """Those of which a person may know.

        A Party's own; to the Secretariat, the auditor and the Authority's recorder every one that was lodged; to the
        SSC those of its own decisions. A conflict of interest in the case hides them, whatever else the person is.
        """
        found = Q(organisation__in=organisations_of(user, Duty.REFER_DECISION))
        before_authority = Q(lodged_at__isnull=False) & ~_conflicted(user)
        if permitted(user, Duty.READ_REFERRALS):
            found |= before_authority
        if permitted(user, Duty.READ_CASES):
            found |= before_authority & Q(panel_decision=None)
        return self.filter(found)


def _conflicted(user: User) -> Q:
    conflicts = ConflictOfInterest.objects.filter(member=user, ended_at=None)
    ways = (
        "determination__ssc_determination__case",
        "plan_version__plan__determination__case",
        "lapsed_period__plan__determination__case",
    )
    return reduce(operator.or_, [Q(Exists(conflicts.filter(case=OuterRef(way)))) for way in ways])


class Referral(Referred):
    """One Party's disagreement with one decision, put before the Authority. Nothing stays for it unless ordered (A-49)."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        LODGED = "lodged", "Before the Authority"
        DETERMINED = "determined", "Determined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    reference = models.CharField(max_length=20, unique=True, help_text="For example REF-2027-004.")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="referrals")
    grounds = models.TextField()
    documents = models.ManyToManyField("documents.Document", blank=True, related_name="referrals")
    is_circular = models.BooleanField(
        "it is about what followed the Authority’s own determination", default=False, help_text="A-61"
    )
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    drafted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    lodged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    lodged_at = models.DateTimeField(null=True, blank=True)
    bundle = models.ForeignKey(
        "documents.Content", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="What the Authority was given: the decision, the grounds, the documents, in one file (A-71).",
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    answer = models.ForeignKey(
        "ssc.AuthorityAnswer", models.PROTECT, null=True, blank=True, related_name="referrals"
    )
    version = models.PositiveIntegerField(default=1)

    objects = ReferralQuerySet.as_manager()

    class Meta(Referred.Meta):
        abstract = False
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.referral"),
            facts_stand("organisation", "grounds", "lodged_by", "lodged_at", "bundle", once=~pgtrigger.Q(old__state="draft")),
        ]  # fmt: skip
        constraints = [
            *Referred.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=["draft", "lodged", "determined", "withdrawn"]),
                name="ssc_referral_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(lodged_at__isnull=False, bundle__isnull=False) & ~Q(grounds=""),
                name="ssc_referral_lodged_is_whole",
                violation_error_message="A referral is lodged with its grounds and its bundle.",
            ),
            models.CheckConstraint(
                condition=~Q(state="determined") | Q(answer__isnull=False),
                name="ssc_referral_determined_by_the_authority",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""),
                name="ssc_referral_withdrawn_has_reason",
                violation_error_message="Say why it is withdrawn.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["organisation", name],
                    condition=Q(state__in=["draft", "lodged"]) & Q(**{f"{name}__isnull": False}),
                    name=f"ssc_referral_once_by_{name}",
                    violation_error_message="Your organisation has a referral of this decision in hand already.",
                )
                for name in DECISIONS
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(field=state, source=State.DRAFT, target=State.LODGED)
    def lodge(self) -> None:
        """The Party puts it before the Authority; from now on its text stands still."""

    @transition(field=state, source=[State.DRAFT, State.LODGED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The Party gives it up."""

    @transition(field=state, source=State.LODGED, target=State.DETERMINED)
    def determine(self) -> None:
        """The Authority has determined the decision that it is about."""


class AuthorityAnswer(Referred, TwoPeople):
    """What the Authority determined of a referred decision: final and binding, for all who referred it (F2.2A, F2.7B)."""

    class Outcome(models.TextChoices):
        STANDS = "stands", "The decision stands"
        REMOVE = "remove", "The Device Model is to be removed"
        RETAIN = "retain", "The Device Model is not to be removed"
        REINSTATE = "reinstate", "The Device Model is to be reinstated"
        APPROVE = "approve", "The plan is approved"

    class State(models.TextChoices):
        RECORDED = "recorded", "Waiting for the Secretariat"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Not confirmed"

    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    answered_on = models.DateField("day of the determination")
    authority_reference = models.CharField("reference", max_length=200)
    text = models.TextField("what it says")
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.OneToOneField(
        "cpl.AuthorityOrder", models.PROTECT, null=True, blank=True, related_name="answer",
        help_text="Where the list has to follow.",
    )  # fmt: skip
    state = FSMField(default=State.RECORDED, choices=State.choices, protected=True)

    class Meta(Referred.Meta):
        abstract = False
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.authorityanswer"),
            facts_stand("outcome", "answered_on", "authority_reference", "text", "document", "recorded_by", "recorded_at"),
        ]  # fmt: skip
        verbose_name = "determination of the Authority"
        verbose_name_plural = "determinations of the Authority"
        constraints = [
            *Referred.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "confirmed", "refused"]),
                name="ssc_authorityanswer_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(second_by=F("recorded_by")),
                name="ssc_authorityanswer_two_people",
                violation_error_message="The person who recorded a determination cannot confirm it.",
            ),
            *(
                models.UniqueConstraint(
                    fields=[name],
                    condition=Q(state__in=["recorded", "confirmed"]) & Q(**{f"{name}__isnull": False}),
                    name=f"ssc_authorityanswer_one_of_{name}",
                    violation_error_message="The Authority’s determination of this decision is recorded already.",
                )
                for name in DECISIONS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.authority_reference})"

    @transition(field=state, source=State.RECORDED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """A member of the Secretariat confirms what the Authority's recorder wrote."""

    @transition(field=state, source=State.RECORDED, target=State.REFUSED)
    def refuse(self) -> None:
        """It is not what the Authority determined."""


class Stay(Referred):
    """The Authority ordered that a decision is not carried out for now; without such a row nothing stays (A-49)."""

    ordered_on = models.DateField()
    authority_reference = models.CharField("reference", max_length=200)
    text = models.TextField("what it says")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta(Referred.Meta):
        abstract = False
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            facts_stand("ordered_on", "authority_reference", "text", "recorded_by", "recorded_at"),
        ]
        constraints = [
            *Referred.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(ended_reason=""),
                name="ssc_stay_end_has_reason",
                violation_error_message="Say why the stay ends.",
            ),
        ]

    def __str__(self) -> str:
        return f"Stay ordered on {self.ordered_on.day} {self.ordered_on:%B %Y} ({self.authority_reference})"
