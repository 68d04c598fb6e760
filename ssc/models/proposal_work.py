"""What the SSC gathers on a proposal, decides of it, and makes of it: views, consultation, advice, report (SC-6.5 to SC-7.2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import INSERT_ONLY, NO_DELETE
from ssc.models.proposals import Proposal
from ssc.models.working_groups import WorkingGroup


class NcscView(models.Model):
    """NCSC's view on the four criteria (SC-6.5). A later one takes the place of an earlier."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="ncsc_views")
    in_line_with_scheme = models.BooleanField("valid, and in line with the CPA Scheme")
    in_line_with_architecture = models.BooleanField("in line with the security architecture and controls")
    in_line_with_obligations = models.BooleanField("in line with the SEC's security obligations")
    merits_consideration = models.BooleanField("merits further consideration")
    text = models.TextField("what NCSC said")
    reference = models.CharField(max_length=120)
    given_on = models.DateField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"NCSC's view on {self.proposal}, {self.reference}"

    @property
    def criteria(self) -> dict[str, bool]:
        """The four answers, by the criterion's name."""
        return {name: getattr(self, name) for name in CRITERIA}


CRITERIA = (
    "in_line_with_scheme",
    "in_line_with_architecture",
    "in_line_with_obligations",
    "merits_consideration",
)


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    """Who is asked."""

    def visible_to(self, user: User) -> ConsultationQuerySet:
        """Open ones to everybody who may respond; others to those invited; all of them to SSC and Secretariat."""
        if permitted(user, Duty.READ_PROPOSALS):
            return self.all()
        organisations = organisations_of(user, Duty.RESPOND_TO_CONSULTATION)
        if not organisations:
            return self.none()
        invited = Q(is_open=True) | Q(invited__in=organisations) | Q(proposal__organisation__in=organisations)
        return self.filter(invited).distinct()


class Consultation(models.Model):
    """A period in which views are asked for (SC-6.9). Several may follow one another."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="consultations")
    number = models.PositiveSmallIntegerField()
    text = models.TextField("what is consulted on")
    is_open = models.BooleanField("open to the whole industry", default=True)
    invited = models.ManyToManyField("accounts.Organisation", blank=True, related_name="+")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    opened_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="ssc_consultation_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="ssc_consultation_ends_after_it_starts",
                violation_error_message="The last day lies before the first.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Consultation {self.number} on {self.proposal}"

    def asks(self, organisation: Organisation) -> bool:
        """Whether an organisation is asked: everybody in an open one, else those invited and the proposer."""
        if self.is_open or organisation.pk == self.proposal.organisation_id:
            return True
        return self.invited.filter(pk=organisation.pk).exists()


class ConsultationResponse(models.Model):
    """What an organisation said, and what the SSC answers: a row of the table of comments and answers (SC-6.9)."""

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="responses")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    about = models.CharField("what it is about", max_length=200, blank=True)
    text = models.TextField()
    is_late = models.BooleanField("after the last day", default=False)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="ssc_consultationresponse_answer_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Response of {self.organisation}"


class ProposalAdvice(models.Model):
    """Advice of a Working Group or of NCSC, before the SSC decides; it decides nothing (SC-6.8, SC-6.10)."""

    class Source(models.TextChoices):
        WORKING_GROUP = "working_group", "Working Group"
        NCSC = "ncsc", "NCSC"

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="advices")
    source = models.CharField(max_length=15, choices=Source.choices)
    group = models.ForeignKey(WorkingGroup, models.PROTECT, null=True, blank=True, related_name="advices")
    text = models.TextField()
    reference = models.CharField(max_length=120, blank=True)
    given_on = models.DateField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=Q(source="ncsc", group=None) | Q(source="working_group", group__isnull=False),
                name="ssc_proposaladvice_of_a_group_or_ncsc",
            ),
        ]

    def __str__(self) -> str:
        return f"Advice of {self.get_source_display()} on {self.proposal}"


class ProposalDecision(models.Model):
    """What the SSC decides: the secretary prepares it with its report, the Chair confirms exactly that (SC-6.10)."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", "Approve"
        REJECT = "reject", "Reject"

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reasons = models.TextField()
    minute_reference = models.CharField(max_length=200)
    prepared_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    four_eyes = models.BooleanField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(dropped_at=None), name="ssc_proposaldecision_one_standing",
                violation_error_message="A decision is prepared already.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="ssc_proposaldecision_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | (~Q(dropped_reason="") & Q(confirmed_at=None)),
                name="ssc_proposaldecision_drop_has_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.proposal}"


class ProposalReport(models.Model):
    """The Modification Report, or for a use case the Use Case Report, as it was generated with the decision (SC-6.11)."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="report")
    title = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.title


class Schedule(models.Model):
    """From when the new version applies, and what else must change (SC-6.13, SC-6.15). A later row moves the date."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="schedules")
    characteristic = models.ForeignKey(
        "cpl.SecurityCharacteristic", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty where the proposal brings a new set.",
    )  # fmt: skip
    new_name = models.CharField("name of the new set", max_length=120, blank=True)
    device_types = models.JSONField(default=list, blank=True)
    principal = models.PositiveSmallIntegerField("Principal Version")
    sub = models.PositiveSmallIntegerField("Sub-Version")
    implementation_on = models.DateField("implementation date")
    amp_change = models.BooleanField("Assurance Maintenance Plans change")
    amp_text = models.TextField(blank=True)
    tsat_change = models.BooleanField("the Technical Specification applicability tables change")
    tsat_text = models.TextField(blank=True)
    sec_consultation = models.CharField("reference of the SEC consultation", max_length=120, blank=True)
    reason = models.TextField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=Q(characteristic=None) ^ Q(new_name=""), name="ssc_schedule_one_set",
                violation_error_message="Name the set that changes, or the new one.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.characteristic or self.new_name} {self.number}, from {self.implementation_on}"

    @property
    def number(self) -> str:
        """The version's number: 1.3."""
        return f"{self.principal}.{self.sub}"

    def is_named(self, name: str) -> bool:
        """Whether it brings a new set of this name."""
        return not self.characteristic_id and self.new_name.casefold() == name.strip().casefold()


class SignOff(models.Model):
    """That NCSC signed a new version off: an act of its own, apart from the SSC's approval (SC-5.1)."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="sign_off_record")
    reference = models.CharField("NCSC's reference", max_length=120)
    signed_off_on = models.DateField()
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.reference


class Guidance(models.Model):
    """Guidance on Device refurbishment, made of an approved use case; public, in versions (SC-7.2)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="guidance")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    issued_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at", "-id"]
        triggers = [INSERT_ONLY]
        verbose_name_plural = "guidance"
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="ssc_guidance_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
