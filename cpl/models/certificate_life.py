"""What is done about a certificate while it lives: action towards its renewal, and changes of what it says (F2.6)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cpl.models.certificates import AssuranceCertificate
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, state_needs_act


class RenewalAction(models.Model):
    """What a responsible Party did so that a CPA Certificate can be considered for renewal (F2.6)."""

    certificate = models.ForeignKey(AssuranceCertificate, models.PROTECT, related_name="renewal_actions")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="renewal_actions")
    relevant_date = models.DateField("the date it was taken for")
    taken_on = models.DateField("when it was taken")
    what = models.TextField("what was done", max_length=4000)
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.certificate}, action by {self.organisation}"


class CertificateChange(models.Model):
    """A change of what a recorded certificate says, by two people: renewed in place, or entered in error (chart 5)."""

    class Kind(models.TextChoices):
        DATES = "dates", "Renewed in place"
        VOID = "void", "Entered in error"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Sent back"

    certificate = models.ForeignKey(AssuranceCertificate, models.PROTECT, related_name="changes_proposed")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    expires_on = models.DateField("expiry date", null=True, blank=True)
    renews_on = models.DateField("renewal date", null=True, blank=True)
    before = models.JSONField(default=dict)
    reason = models.TextField()
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reference = models.CharField("what it rests on", max_length=200, blank=True)
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    four_eyes = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.certificatechange")]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state="proposed"),
                name="cpl_certificatechange_one_proposed",
                violation_error_message="A change of this certificate waits for its second person already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved", "refused"]),
                name="cpl_certificatechange_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(decided_by=models.F("proposed_by")),
                name="cpl_certificatechange_two_people",
                violation_error_message="The person who proposed a change cannot approve it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_kind_display().lower()}"

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self) -> None:
        """A second person agrees."""

    @transition(field=state, source=State.PROPOSED, target=State.REFUSED)
    def refuse(self) -> None:
        """A second person does not agree."""
