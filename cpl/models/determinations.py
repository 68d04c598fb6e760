"""Who decided on an entry above the Panel, and what the Panel decided itself (Z6.2, Z6.4, Z6.8, Z6.9, chart 3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cpl.models.certificate_events import CertificateEvent
from secgov.journal.guards import NO_DELETE, facts_stand, state_needs_act


class TwoPeople(models.Model):
    """Something that one person recorded and a second one confirms, or does not."""

    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    second_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    second_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class BindingDetermination(models.Model):
    """What the SSC determined of an entry; the Panel does as it says (Z6.2). Casework stands above, in `ssc`."""

    class Outcome(models.TextChoices):
        REMOVE = "remove", "Remove"
        RETAIN = "retain", "Not remove"

    class State(models.TextChoices):
        RECORDED = "recorded", "Waiting for the Chair"
        BINDING = "binding", "Binding"
        REFUSED = "refused", "Not confirmed"
        SUPERSEDED = "superseded", "Superseded"
        RETURNED = "returned", "Returned to the SSC"
        VOID = "void", "Void"

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="determinations")
    clause = models.CharField(max_length=10, choices=[("Z6.2", "Appendix Z 6.2"), ("Z6.4", "Appendix Z 6.4")])
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    with_plan = models.BooleanField("a Remedial Plan is imposed", default=False)
    events = models.ManyToManyField(CertificateEvent, related_name="determinations")
    determined_on = models.DateField()
    minute_reference = models.CharField(max_length=200)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reasons = models.TextField("reasons, for the Panel alone")
    state = FSMField(default=State.RECORDED, choices=State.choices, protected=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    four_eyes = models.BooleanField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("cpl.bindingdetermination"),
            facts_stand(
                "device_model", "clause", "outcome", "with_plan", "determined_on", "minute_reference", "document", "reasons",
                "recorded_by", "recorded_at",
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="binding"),
                name="cpl_bindingdetermination_one_binds",
                violation_error_message="A determination binds this entry already.",
            ),
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="recorded"),
                name="cpl_bindingdetermination_one_waits",
                violation_error_message="A determination on this entry waits for the Chair already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "binding", "refused", "superseded", "returned", "void"]),
                name="cpl_bindingdetermination_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(clause="Z6.4") | Q(outcome="remove"),
                name="cpl_bindingdetermination_64_removes",
                violation_error_message="Appendix Z 6.4 is about removal after a plan in place of it.",
            ),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(confirmed_by=models.F("recorded_by")),
                name="cpl_bindingdetermination_two_people",
                violation_error_message="The person who recorded a determination cannot confirm it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clause_display()}, entry {self.device_model_id:06d}: {self.get_outcome_display().lower()}"

    @transition(field=state, source=State.RECORDED, target=State.BINDING)
    def bind(self) -> None:
        """The Chair confirms what was recorded."""

    @transition(field=state, source=State.RECORDED, target=State.REFUSED)
    def refuse(self) -> None:
        """The Chair finds that this is not what was determined."""

    @transition(field=state, source=State.BINDING, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """A later determination, or the Authority, took its place."""

    @transition(field=state, source=State.BINDING, target=State.RETURNED)
    def give_back(self) -> None:
        """A new fact returns the case to the SSC (A-14)."""

    @transition(field=state, source=State.BINDING, target=State.VOID)
    def make_void(self) -> None:
        """No event stands that it could rest on (A-62)."""


class SscAdvice(models.Model):
    """The SSC's advice that a SMETS1 Device Model be removed (Z6.8(a)); it may be withdrawn before removal."""

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="ssc_advice")
    advised_on = models.DateField()
    minute_reference = models.CharField(max_length=200)
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            facts_stand(
                "device_model", "advised_on", "minute_reference", "text", "document", "recorded_by", "recorded_at"
            ),
        ]  # fmt: skip
        verbose_name = "SSC advice"
        verbose_name_plural = "SSC advice"

    def __str__(self) -> str:
        return f"SSC advice on entry {self.device_model_id:06d}, {self.minute_reference}"


class PanelDecision(TwoPeople):
    """A decision that the Panel takes of its own: the five kinds that a Party may refer (F2.2A, A-16)."""

    class Kind(models.TextChoices):
        ADD = "add", "Add"
        REMOVE = "remove", "Remove"
        NOT_REMOVE = "not_remove", "Not remove"
        REINSTATE = "reinstate", "Reinstate"
        NOT_REINSTATE = "not_reinstate", "Not reinstate"

    class State(models.TextChoices):
        RECORDED = "recorded", "Waiting for a second person"
        DECIDED = "decided", "Decided"
        REFUSED = "refused", "Sent back"

    class Determiner(models.TextChoices):
        AUTHORITY = "authority", "The Authority"
        PANEL = "panel", "The Panel under Section F3"

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="panel_decisions")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    clause = models.CharField(max_length=10)
    minute_reference = models.CharField(max_length=200)
    decided_on = models.DateField()
    reasons = models.TextField()
    advice = models.ForeignKey(SscAdvice, models.PROTECT, null=True, blank=True, related_name="decisions")
    determined_by = models.CharField(max_length=10, choices=Determiner.choices, blank=True)
    determination_reference = models.CharField(max_length=200, blank=True)
    in_combination = models.BooleanField("in combination with Devices of other Device Models", default=False)
    other_models = models.ManyToManyField("cpl.DeviceModel", blank=True, related_name="+")
    rectification_reference = models.CharField(
        "determination that the issue has been rectified", max_length=200, blank=True
    )
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_note = models.TextField(blank=True)
    state = FSMField(default=State.RECORDED, choices=State.choices, protected=True)
    four_eyes = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("cpl.paneldecision"),
            facts_stand(
                "device_model", "kind", "clause", "minute_reference", "decided_on", "reasons", "advice", "determined_by",
                "determination_reference", "in_combination", "recorded_by", "recorded_at",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "decided", "refused"]),
                name="cpl_paneldecision_state_known",
            ),
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="recorded"),
                name="cpl_paneldecision_one_waits",
                violation_error_message="A decision on this entry waits for its second person already.",
            ),
            models.CheckConstraint(condition=~Q(clause=""), name="cpl_paneldecision_has_clause"),
            models.CheckConstraint(
                condition=~Q(four_eyes=True) | ~Q(second_by=models.F("recorded_by")),
                name="cpl_paneldecision_two_people",
                violation_error_message="The person who recorded a decision cannot confirm it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Panel decision on entry {self.device_model_id:06d}: {self.get_kind_display().lower()}"

    @transition(field=state, source=State.RECORDED, target=State.DECIDED)
    def decide(self) -> None:
        """A second person confirms it."""

    @transition(field=state, source=State.RECORDED, target=State.REFUSED)
    def refuse(self) -> None:
        """A second person sends it back."""


class AuthorityOrder(TwoPeople):
    """What the Authority determined of an entry: final, recorded by its own recorder and a second person (F2.2A)."""

    class Outcome(models.TextChoices):
        REMOVE = "remove", "Remove"
        RETAIN = "retain", "Not remove"
        REINSTATE = "reinstate", "Reinstate"

    class State(models.TextChoices):
        RECORDED = "recorded", "Waiting for the Secretariat"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Not confirmed"

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="authority_orders")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    clause = models.CharField(max_length=10, choices=[("F2.2A", "Section F2.2A"), ("F2.7B", "Section F2.7B")])
    ordered_on = models.DateField()
    reference = models.CharField(max_length=200)
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = FSMField(default=State.RECORDED, choices=State.choices, protected=True)

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            state_needs_act("cpl.authorityorder"),
            facts_stand(
                "device_model", "outcome", "clause", "ordered_on", "reference", "text", "document", "recorded_by",
                "recorded_at",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "confirmed", "refused"]),
                name="cpl_authorityorder_state_known",
            ),
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="recorded"),
                name="cpl_authorityorder_one_waits",
                violation_error_message="An order on this entry waits for its second person already.",
            ),
            models.CheckConstraint(
                condition=~Q(second_by=models.F("recorded_by")),
                name="cpl_authorityorder_two_people",
                violation_error_message="The person who recorded an order cannot confirm it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Order of the Authority on entry {self.device_model_id:06d}: {self.get_outcome_display().lower()}"

    @transition(field=state, source=State.RECORDED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """A member of the Secretariat confirms what the Authority's recorder wrote."""

    @transition(field=state, source=State.RECORDED, target=State.REFUSED)
    def refuse(self) -> None:
        """It is not what the Authority determined."""
