"""A submission: what somebody asks the Panel to list (F2.17, chart 1)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cpl.models.certificates import Body
from cpl.models.devices import DeviceTuple, identity_of
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import NO_DELETE, state_needs_act


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Who sees which submissions."""

    def visible_to(self, user: User) -> SubmissionQuerySet:
        """All of them to the Secretariat, the Approver and the auditor; to others those of their organisations."""
        if permitted(user, Duty.READ_ALL_SUBMISSIONS):
            return self.exclude(state=Submission.State.DRAFT)
        return self.filter(organisation__in=organisations_of(user, Duty.SUBMIT_DEVICE))

    def whose(self, choice: str, person: User) -> SubmissionQuerySet:
        """Those that a person of the Secretariat has (“mine”), that nobody has (“nobody”), or all."""
        if choice == "mine":
            return self.filter(assigned_to=person)
        return self.filter(assigned_to=None) if choice == "nobody" else self

    def waiting(self) -> SubmissionQuerySet:
        """With the Secretariat or the Approver, and not yet ended."""
        return self.filter(state__in=["submitted", "in_review", "queried", "proposed"])


class Submission(DeviceTuple):
    """A device with its evidence, from draft to decision. Blank fields are a draft's privilege."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        IN_REVIEW = "in_review", "In review"
        QUERIED = "queried", "Queried"
        PROPOSED = "proposed", "Proposed for listing"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    reference = models.CharField(max_length=20, unique=True)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="submissions")
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    version = models.PositiveIntegerField(default=1)
    idempotency_key = models.CharField(max_length=64, unique=True)

    # A draft may lack any of these; `rules` says what a submission may not lack.
    device_type = models.CharField(
        "Physical Device Type",
        max_length=30,
        choices=DeviceTuple._meta.get_field("device_type").choices,
        blank=True,
    )
    manufacturer_identifier = models.CharField(max_length=4, blank=True)
    manufacturer_name = models.CharField(max_length=120, blank=True)
    model_identifier = models.CharField(max_length=4, blank=True)
    hardware_version = models.CharField(max_length=2, blank=True)
    hardware_revision = models.CharField(max_length=2, blank=True)
    firmware_version = models.CharField(max_length=8, blank=True)
    spec_type = models.CharField(
        "specification", max_length=5, choices=DeviceTuple._meta.get_field("spec_type").choices, blank=True
    )
    spec_version = models.CharField("specification version", max_length=8, blank=True)
    gbcs_version = models.CharField("GBCS version", max_length=8, blank=True)
    group = models.ForeignKey(
        "cpl.SubmissionGroup", models.PROTECT, null=True, blank=True, related_name="submissions"
    )
    group_row = models.PositiveIntegerField("row of the uploaded file", null=True, blank=True)
    assigned_to = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="assigned_submissions"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    has_image = models.BooleanField("there is a Manufacturer Image", null=True, blank=True)
    image_creator = models.CharField(max_length=200, blank=True)
    image_descriptor = models.CharField(max_length=500, blank=True)
    image_hash = models.CharField("Hash of the Manufacturer Image", max_length=64, blank=True)
    image_file = models.JSONField(
        "what was read of the image file",
        null=True,
        blank=True,
        help_text="Name, size, both digests and the ZigBee OTA header's fields; the file itself is not kept (A-01).",
    )
    upgrade_kind = models.CharField(
        "which earlier entries may be upgraded to this firmware",
        max_length=10,
        blank=True,
        choices=[("entries", "The entries named"), ("none", "None")],
    )
    upgrades_from = models.JSONField(
        "entry numbers that may be upgraded to this firmware", default=list, blank=True
    )
    fir_email = models.CharField("Manufacturer email address", max_length=254, blank=True)
    fir_phone = models.CharField("telephone number", max_length=40, blank=True)
    fir_address = models.TextField("business address", max_length=1000, blank=True)
    release_notes = models.TextField(max_length=20000, blank=True)
    released_on = models.DateField(null=True, blank=True)
    identity = models.GeneratedField(
        expression=identity_of("manufacturer_identifier"),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )

    relists = models.ForeignKey(
        "cpl.DeviceModel",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resubmissions",
        help_text="The removed entry that returns under its own number (A-24).",
    )
    entry_number = models.PositiveIntegerField(null=True, blank=True)
    declared_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    taken_up_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    taken_up_at = models.DateTimeField(null=True, blank=True)
    eligibility_override = models.TextField(
        blank=True, help_text="Why a SMETS1 model is listed without an eligible combination (A-36)."
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True, help_text="Told to the submitter.")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.submission")]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="cpl_submission_owner_idx"),
            models.Index(fields=["identity"], name="cpl_submission_identity_idx"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry_number"], condition=Q(relists=None), name="cpl_submission_number_reserved_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(entry_number__isnull=False, submitted_at__isnull=False),
                name="cpl_submission_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(relists=None) | Q(entry_number=None) | Q(entry_number=models.F("relists")),
                name="cpl_submission_relisting_keeps_number",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "in_review",
                        "queried",
                        "proposed",
                        "accepted",
                        "rejected",
                        "withdrawn",
                    ]
                ),
                name="cpl_submission_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected"]) | ~Q(decision_reason=""),
                name="cpl_submission_rejection_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def submit(self) -> None:
        """The owner hands it to the Panel."""

    @transition(field=state, source=State.SUBMITTED, target=State.IN_REVIEW)
    def take_up(self) -> None:
        """The Secretariat begins its review."""

    @transition(field=state, source=State.IN_REVIEW, target=State.PROPOSED)
    def propose(self) -> None:
        """The Secretariat proposes the listing to a second person."""

    @transition(field=state, source=State.PROPOSED, target=State.IN_REVIEW)
    def send_back(self) -> None:
        """The Approver sends it back."""

    @transition(field=state, source=State.PROPOSED, target=State.ACCEPTED)
    def accept(self) -> None:
        """The second person approves; the entry is listed."""

    @transition(field=state, source=State.IN_REVIEW, target=State.QUERIED)
    def query(self) -> None:
        """The Secretariat asks the owner something."""

    @transition(field=state, source=State.QUERIED, target=State.IN_REVIEW)
    def answer(self) -> None:
        """The owner answers."""

    @transition(field=state, source=[State.SUBMITTED, State.IN_REVIEW, State.QUERIED], target=State.REJECTED)
    def reject(self) -> None:
        """The Secretariat rejects it; the number stays burnt."""

    @transition(
        field=state,
        source=[State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.QUERIED],
        target=State.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The owner takes it back; a number once reserved stays burnt."""


class SubmissionCertificate(models.Model):
    """A certificate as the submitter gives it; on submission it becomes, or joins, a recorded one."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="certificates")
    body = models.CharField(max_length=10, choices=Body.choices)
    number = models.CharField("certificate number", max_length=60)
    standard = models.CharField(max_length=120)
    standard_version = models.CharField("version of the standard", max_length=40, blank=True)
    issued_on = models.DateField("issue date")
    expires_on = models.DateField("expiry date", null=True, blank=True)
    renews_on = models.DateField("renewal date", null=True, blank=True)
    sc_version = models.CharField("Security Characteristics version", max_length=20, blank=True)
    certification_commenced_on = models.DateField(
        "day on which CPA Certification began", null=True, blank=True
    )
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    firmware_named = models.CharField(
        "firmware as the certificate names it",
        max_length=120,
        blank=True,
        help_text="Only where it is not written as in the submission.",
    )
    mapping_evidence = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="That both names mean the same firmware; kept for audit, never published.",
    )
    certificate = models.ForeignKey(
        "cpl.AssuranceCertificate", models.PROTECT, null=True, blank=True, related_name="submitted_as"
    )

    class Meta:
        ordering = ["submission", "body", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "body", "number"],
                name="cpl_submissioncertificate_once",
                violation_error_message="This certificate stands in the submission already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.number}"
