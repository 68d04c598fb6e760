"""CPA Working Groups: what the SSC convenes to refine proposals, and whom it invites (SC-6.6, SC-A1.1, SC-A1.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.journal.guards import NO_DELETE, state_needs_act
from ssc.models.proposals import Proposal


class WorkingGroup(models.Model):
    """A group that assesses one proposal or several; it advises and decides nothing (SC-6.8)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    name = models.CharField(max_length=150)
    proposals = models.ManyToManyField(Proposal, related_name="working_groups")
    areas = models.TextField("areas to assess, agreed with NCSC; one a line")
    variations = models.TextField("instructions, and variations of the terms of reference", blank=True)
    convened_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    convened_at = models.DateTimeField()
    state = FSMField(default=State.OPEN, choices=State.choices, protected=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("ssc.workinggroup")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "closed"]), name="ssc_workinggroup_state_known"),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(closed_reason=""), name="ssc_workinggroup_close_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(areas=""), name="ssc_workinggroup_has_areas",
                violation_error_message="Name at least one area to assess (SC-A1.1).",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @transition(field=state, source=State.OPEN, target=State.CLOSED)
    def close(self) -> None:
        """Its work is done."""


class GroupInvitation(models.Model):
    """Who was invited for a category, or why that category was left out (SC-6.6-2)."""

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="invitations")
    category = models.CharField(max_length=80, help_text="For example Suppliers, or BEIS.")
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="group_invitations"
    )
    invitee = models.CharField("who was invited, where it is not registered here", max_length=200, blank=True)
    left_out_reason = models.TextField("why nobody of this category was invited", blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=(Q(organisation=None, invitee="") & ~Q(left_out_reason=""))
                | (Q(left_out_reason="") & (Q(organisation__isnull=False) | ~Q(invitee=""))),
                name="ssc_groupinvitation_invited_or_reason",
                violation_error_message="Name who was invited, or say why nobody was.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.organisation or self.invitee or 'left out'}"
