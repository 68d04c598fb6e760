"""Every change of the list, with its clause (F2.2, chart 3)."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.journal.guards import NO_DELETE, state_needs_act


class ListChangeQuerySet(models.QuerySet["ListChange"]):
    """Questions about list changes."""

    def proposed(self) -> ListChangeQuerySet:
        """Awaiting their second person."""
        return self.filter(state=ListChange.State.PROPOSED)

    def approved(self) -> ListChangeQuerySet:
        """In force, and not yet in an edition."""
        return self.filter(state=ListChange.State.APPROVED)


class ListChange(models.Model):
    """An addition, removal, reinstatement or correction. Approval is the legal act; `issued` names the edition."""

    class Kind(models.TextChoices):
        ADD = "add", "Addition"
        REMOVE = "remove", "Removal"
        REINSTATE = "reinstate", "Reinstatement"
        CORRECT = "correct", "Correction"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        APPROVED = "approved", "Approved"
        ISSUED = "issued", "Issued"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    clause = models.CharField(max_length=40)
    entry_number = models.PositiveIntegerField(db_index=True)
    device_model = models.ForeignKey(
        "cpl.DeviceModel", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    submission = models.ForeignKey(
        "cpl.Submission", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    state = FSMField(default=State.PROPOSED, choices=State.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    before = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    gates = models.JSONField(
        "gates, each with its clause and the instant it was cleared", default=list, encoder=DjangoJSONEncoder
    )
    reason = models.TextField()
    public_reason = models.TextField()
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_note = models.TextField("where in the evidence the right value stands", blank=True)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    four_eyes = models.BooleanField("approved with four eyes on", null=True, blank=True)
    required_at = models.DateTimeField(
        "instant from which the Panel is required to act", null=True, blank=True
    )
    held_since = models.DateTimeField(
        "since when a replacement holds it",
        null=True,
        blank=True,
        help_text="A certificate that waits for validation (A-14).",
    )
    removal_event = models.ForeignKey(
        "cpl.CertificateEvent", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    determination = models.ForeignKey(
        "cpl.BindingDetermination", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    panel_decision = models.ForeignKey(
        "cpl.PanelDecision", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    authority_order = models.ForeignKey(
        "cpl.AuthorityOrder", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    edition = models.ForeignKey("cpl.Edition", models.PROTECT, null=True, blank=True, related_name="changes")
    cancelled_reason = models.TextField(blank=True)

    objects = ListChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.listchange")]
        indexes = [
            models.Index(
                fields=["approved_at"], name="cpl_listchange_unissued_idx", condition=Q(state="approved")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(clause=""),
                name="cpl_listchange_has_clause",
                violation_error_message="A change of the list has a clause (F2.2).",
            ),
            models.UniqueConstraint(
                fields=["entry_number"],
                condition=Q(state="proposed"),
                name="cpl_listchange_one_proposed_per_entry",
                violation_error_message="A change of this entry waits for its second person already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved", "issued", "cancelled"]),
                name="cpl_listchange_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "issued"])
                | Q(
                    approved_at__isnull=False,
                    device_model__isnull=False,
                    required_at__isnull=False,
                    four_eyes__isnull=False,
                ),
                name="cpl_listchange_approved_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", edition__isnull=False) | (~Q(state="issued") & Q(edition=None)),
                name="cpl_listchange_issued_names_edition",
            ),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(approved_by=models.F("proposed_by")),
                name="cpl_listchange_two_people",
                violation_error_message="The person who proposed a change cannot approve it.",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancelled_reason=""),
                name="cpl_listchange_cancelled_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.entry_number:06d}"

    @property
    def is_duty(self) -> bool:
        """Whether the Panel must make it: it rests on an event, a determination or an order, not on a choice (A-68)."""
        return bool(self.removal_event_id or self.determination_id or self.authority_order_id)

    @property
    def is_historic(self) -> bool:
        """Whether what it rests on happened before the rules applied; every page that shows it says so (X-6)."""
        events = [self.removal_event] if self.removal_event else []
        if self.determination:
            events = list(self.determination.events.all())
        return any(each.is_historic for each in events)

    @transition(field=state, source=State.PROPOSED, target=State.APPROVED)
    def approve(self) -> None:
        """The legal act."""

    @transition(field=state, source=State.APPROVED, target=State.ISSUED)
    def issue(self) -> None:
        """An edition carries it."""

    @transition(field=state, source=State.PROPOSED, target=State.CANCELLED)
    def cancel(self) -> None:
        """It will not be done; the reason says why."""
