"""The SSC's case: shall a Device Model stay, whose CPA Certificate has ended? (Z6.2, chart 6)."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django_fsm import FSMField, transition

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand, state_needs_act


class CaseQuerySet(models.QuerySet["Case"]):
    """Who sees which cases."""

    def open(self) -> CaseQuerySet:
        """Those on which the SSC has still to determine."""
        return self.filter(state=Case.State.OPEN)

    def visible_to(self, user: User) -> CaseQuerySet:
        """Those of which a person may know: the SSC, its secretary, the auditor, and a guest invited to that case.

        A member who declared a conflict of interest still sees that the case is there; its papers are another
        question, see `papers_open_to`.
        """
        if permitted(user, Duty.READ_CASES):
            return self.all()
        if permitted(user, Duty.ADVISE_ON_CASES):
            return self.filter(guests__guest=user, guests__ended_at=None).distinct()
        return self.none()

    def papers_open_to(self, user: User) -> CaseQuerySet:
        """Those whose papers a person may read: visible, and no conflict of interest stands."""
        conflict = ConflictOfInterest.objects.filter(case=OuterRef("pk"), member=user, ended_at=None)
        return self.visible_to(user).exclude(Exists(conflict))


class Case(models.Model):
    """One question before the SSC: is this Device Model to be removed? One open case for each entry (A-69)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DETERMINED = "determined", "Determined"
        VOID = "void", "Void"

    class Seriousness(models.TextChoices):
        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="ssc_cases")
    reference = models.CharField(max_length=20, unique=True, help_text="For example C-2026-017.")
    opened_at = models.DateTimeField()
    seriousness = models.CharField(max_length=10, choices=Seriousness.choices, blank=True)
    target_date = models.DateField("target set at triage", null=True, blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    state = FSMField(default=State.OPEN, choices=State.choices, protected=True)
    determined_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.TextField("the new fact that returned it", blank=True)
    void_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        triggers = [NO_DELETE, state_needs_act("ssc.case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "determined", "void"]), name="ssc_case_state_known"
            ),
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="open"),
                name="ssc_case_one_open_per_entry",
                violation_error_message="A case on this entry is open already; later events join it.",
            ),
            models.CheckConstraint(
                condition=Q(seriousness="", target_date=None, triaged_at=None)
                | (~Q(seriousness="") & Q(target_date__isnull=False, triaged_at__isnull=False)),
                name="ssc_case_triage_is_whole",
                violation_error_message="Triage gives the seriousness and the target date together.",
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(void_reason=""),
                name="ssc_case_void_has_reason",
                violation_error_message="Say why the case is void.",
            ),
            models.CheckConstraint(
                condition=~Q(state="determined") | Q(triaged_at__isnull=False),
                name="ssc_case_triage_before_determination",
                violation_error_message="Triage the case first.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(field=state, source=State.OPEN, target=State.DETERMINED)
    def determine(self) -> None:
        """The Chair has confirmed what the SSC determined."""

    @transition(field=state, source=State.DETERMINED, target=State.OPEN)
    def give_back(self) -> None:
        """A new fact returns it to the SSC; the old determination stays on file (A-14)."""

    @transition(field=state, source=[State.OPEN, State.DETERMINED], target=State.VOID)
    def make_void(self) -> None:
        """No event stands any more: the issuing body denied the last (A-62)."""


class CaseEvent(models.Model):
    """A certificate's event that a case is about; later ones join it. Cases that share one form its group (A-69)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    event = models.ForeignKey("cpl.CertificateEvent", models.PROTECT, related_name="ssc_cases")
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["case", "event"], name="ssc_caseevent_once")]

    def __str__(self) -> str:
        return f"{self.case}: {self.event}"


class ConflictOfInterest(models.Model):
    """A member of the SSC has an interest in a case: its papers are closed to that member, who takes no part."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="conflicts")
    member = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.TextField()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["declared_at", "id"]
        triggers = [NO_DELETE, facts_stand("case", "member", "reason", "declared_at")]
        verbose_name_plural = "conflicts of interest"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member"],
                condition=Q(ended_at=None),
                name="ssc_conflictofinterest_once",
                violation_error_message="You declared this already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(ended_reason=""),
                name="ssc_conflictofinterest_end_has_reason",
                violation_error_message="Say why the conflict no longer stands.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.case}"


class CaseGuest(models.Model):
    """Somebody whom the Chair invited to give expert advice on a case, without a part in deciding (SC-1.2-2)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="guests")
    guest = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reason = models.TextField()
    invited_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["invited_at", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "guest"], condition=Q(ended_at=None), name="ssc_caseguest_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guest}: {self.case}"


class InformationRequest(models.Model):
    """What the SSC reasonably asks of the DCC or a Supplier Party to assist it (Z6.6). A row, never a state."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    addressee = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="ssc_requests")
    question = models.TextField()
    reply_by = models.DateField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_voluntary = models.BooleanField("the addressee is not obliged to answer", default=False)
    reminded_at = models.DateTimeField("last reminded", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["asked_at", "id"]
        triggers = [
            NO_DELETE,
            facts_stand("case", "addressee", "question", "reply_by", "is_voluntary", "asked_by", "asked_at"),
        ]

    def __str__(self) -> str:
        return f"Request to {self.addressee}, reply by {self.reply_by.day} {self.reply_by:%B %Y}"


class InformationReply(models.Model):
    """What was answered; nobody but the SSC reads it, and a reply in parts is several rows (Z6.6)."""

    request = models.ForeignKey(InformationRequest, models.PROTECT, related_name="replies")
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    replied_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    replied_at = models.DateTimeField()

    class Meta:
        ordering = ["replied_at", "id"]
        triggers = [INSERT_ONLY]
        verbose_name_plural = "information replies"

    def __str__(self) -> str:
        return f"Reply of {self.replied_at:%d %B %Y}"
