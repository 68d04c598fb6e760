"""What passes between submitter and Secretariat about a submission, and about an entry that is wrong."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, state_needs_act


class SubmissionVersion(models.Model):
    """A submission as it stood when it was handed in, answered or handed in again; what compares two versions."""

    class Event(models.TextChoices):
        SUBMITTED = "submitted", "Submitted"
        ANSWERED = "answered", "Answered"

    submission = models.ForeignKey("cpl.Submission", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    event = models.CharField(max_length=10, choices=Event.choices)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    fields = models.JSONField(encoder=DjangoJSONEncoder)
    certificates = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["submission", "number"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="cpl_submissionversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.submission}, version {self.number}"


class SubmissionQuery(models.Model):
    """A question of the Secretariat, and the owner's answer."""

    submission = models.ForeignKey("cpl.Submission", models.PROTECT, related_name="queries")
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.TextField()
    field = models.CharField("field that it is about", max_length=40, blank=True)
    reply_by = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["submission", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(answered_at=None), name="cpl_submissionquery_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(answer=""), name="cpl_submissionquery_answer_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"Query {self.pk} on {self.submission}"


class RaisedWarning(models.Model):
    """A value in a valid format that looks out of line, and how it was answered. Both are kept."""

    class Answer(models.TextChoices):
        RIGHT = "right", "The value is right"
        PUT_RIGHT = "put_right", "The value was put right"

    submission = models.ForeignKey("cpl.Submission", models.PROTECT, related_name="warnings")
    code = models.CharField(max_length=40)
    clause = models.CharField(max_length=40)
    field = models.CharField(max_length=40)
    seen = models.TextField()
    expected = models.TextField()
    fingerprint = models.CharField("digest of code and values seen", max_length=64)
    raised_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    reason = models.TextField(blank=True)
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["submission", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["submission", "fingerprint"], name="cpl_raisedwarning_once"),
            models.CheckConstraint(
                condition=~Q(answer="right") | ~Q(reason=""),
                name="cpl_raisedwarning_right_has_reason",
                violation_error_message="Say why the value is right.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="cpl_raisedwarning_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.submission}"


class Upload(models.Model):
    """A file of many devices, checked row by row by the worker before anything is made of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CHECKED = "checked", "Checked"
        REFUSED = "refused", "Refused"
        MADE = "made", "Drafts made"

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="uploads")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+")
    state = FSMField(default=State.WAITING, choices=State.choices, protected=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    problems = models.JSONField("what is wrong, by row number", default=list)
    preview = models.JSONField("the rows as read", default=list)
    checked_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.upload")]

    def __str__(self) -> str:
        return f"Upload {self.pk}"

    @transition(field=state, source=State.WAITING, target=State.CHECKED)
    def find_good(self) -> None:
        """Every row may become a draft."""

    @transition(field=state, source=State.WAITING, target=State.REFUSED)
    def refuse(self) -> None:
        """At least one row may not; the file is refused whole."""

    @transition(field=state, source=State.CHECKED, target=State.MADE)
    def make_drafts(self) -> None:
        """Its rows are drafts now, in one group."""


class SubmissionGroup(models.Model):
    """Devices that came in one file: they share documents, and are checked, answered and submitted together."""

    reference = models.CharField(max_length=20, unique=True)
    upload = models.OneToOneField(Upload, models.PROTECT, null=True, blank=True, related_name="group")
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="submission_groups"
    )
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return self.reference


class CorrectionRequest(models.Model):
    """An owner's, or the Secretariat's own, word that listed data is wrong (A-64)."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        PROPOSED = "proposed", "Proposed for correction"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="correction_requests")
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="correction_requests"
    )
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    values = models.JSONField("what it should say, by field", encoder=DjangoJSONEncoder)
    reason = models.TextField()
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence_note = models.TextField(blank=True)
    state = FSMField(default=State.ASKED, choices=State.choices, protected=True)
    change = models.OneToOneField(
        "cpl.ListChange", models.PROTECT, null=True, blank=True, related_name="correction_request"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.correctionrequest")]
        constraints = [
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(state="asked"),
                name="cpl_correctionrequest_one_open_per_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"Correction of {self.device_model}"

    @transition(field=state, source=State.ASKED, target=State.PROPOSED)
    def propose(self) -> None:
        """The Secretariat proposes the correction to a second person."""

    @transition(field=state, source=State.PROPOSED, target=State.ASKED)
    def send_back(self) -> None:
        """The second person sends it back."""

    @transition(field=state, source=State.ASKED, target=State.DECLINED)
    def decline(self) -> None:
        """The Secretariat finds that the data is right as it is."""

    @transition(field=state, source=State.ASKED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Who asked takes it back."""
