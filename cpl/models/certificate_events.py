"""What ends a certificate, who says so, and whether the body that issued it confirms that (Z6.7, chart 5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from cpl.models.certificates import AssuranceCertificate, Body, CertificateCoverage
from cpl.rules.certificate_events import is_historic
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, state_needs_act


class CertificateEventQuerySet(models.QuerySet["CertificateEvent"]):
    """Questions about events."""

    def unconfirmed(self) -> CertificateEventQuerySet:
        """Waiting for the word of the issuing body."""
        return self.filter(state=CertificateEvent.State.UNCONFIRMED)

    def standing(self) -> CertificateEventQuerySet:
        """Confirmed, and not overtaken by a renewal since."""
        return self.filter(state=CertificateEvent.State.CONFIRMED, overtaken_at=None)


class CertificateEvent(models.Model):
    """One event of the closed list. It changes nothing on the list until the issuing body confirms it (Z6.7)."""

    class Kind(models.TextChoices):
        EXPIRED = "EXPIRED", "Expired"
        NOT_RENEWED = "NOT_RENEWED", "Not renewed"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        CANCELLED = "CANCELLED", "Cancelled"

    class Origin(models.TextChoices):
        DATE = "date", "Its date passed"
        REPORT = "report", "It was reported"

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "Not confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        DENIED = "denied", "Denied"
        SUPERSEDED = "superseded", "Superseded"

    certificate = models.ForeignKey(AssuranceCertificate, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    relevant_date = models.DateField(
        "the date that passed", null=True, blank=True, help_text="Only where its date passed."
    )
    occurred_on = models.DateField(help_text="The first London date on which the certificate no longer held.")
    recorded_at = models.DateTimeField()
    targets = models.ManyToManyField(
        CertificateCoverage,
        blank=True,
        related_name="events",
        help_text="Blank: every model it names (A-47).",
    )
    state = FSMField(default=State.UNCONFIRMED, choices=State.choices, protected=True)
    state_reason = models.TextField(blank=True)
    overtaken_at = models.DateTimeField(
        null=True, blank=True, help_text="When a renewal in place brought a lapsed certificate back."
    )
    version = models.PositiveIntegerField(default=1)

    objects = CertificateEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("cpl.certificateevent")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["EXPIRED", "NOT_RENEWED", "WITHDRAWN", "CANCELLED"]),
                name="cpl_certificateevent_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["unconfirmed", "confirmed", "denied", "superseded"]),
                name="cpl_certificateevent_state_known",
            ),
            models.CheckConstraint(
                condition=Q(origin="report")
                | Q(kind__in=["EXPIRED", "NOT_RENEWED"], relevant_date__isnull=False),
                name="cpl_certificateevent_date_event_names_date",
            ),
            models.UniqueConstraint(
                fields=["certificate", "kind", "relevant_date"],
                condition=Q(origin="date"),
                name="cpl_certificateevent_date_passes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.get_kind_display().lower()}"

    @property
    def is_historic(self) -> bool:
        """Whether it happened before the rules applied; every page that shows it says so (X-6)."""
        return is_historic(self.occurred_on, settings.RULES_EFFECTIVE_FROM)

    @property
    def has_fallen(self) -> bool:
        """Whether it was denied, or never was."""
        return self.state in (self.State.DENIED, self.State.SUPERSEDED)

    @property
    def strikes_still(self) -> bool:
        """Whether it stands, confirmed or not: neither fallen nor overtaken, of a certificate that is not void."""
        void = self.certificate.state == AssuranceCertificate.State.VOID
        return not (self.has_fallen or self.overtaken_at or void)

    @transition(field=state, source=State.UNCONFIRMED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """The body that issued the certificate says that it happened."""

    @transition(field=state, source=State.UNCONFIRMED, target=State.DENIED)
    def deny(self) -> None:
        """The body that issued the certificate says that it did not happen."""

    @transition(field=state, source=State.UNCONFIRMED, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """The certificate was renewed in place, or was never what it was entered as."""


class EventReport(models.Model):
    """Somebody told the Panel of an event (Z6.7). Many reports of one event are one event."""

    class Channel(models.TextChoices):
        PARTY = "party", "The DCC or a Supplier Party, here"
        SECRETARIAT = "secretariat", "The Secretariat, as it was told"
        NCSC = "ncsc", "A notice of NCSC"

    event = models.ForeignKey(CertificateEvent, models.PROTECT, related_name="reports")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="event_reports")
    reported_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Channel.choices)
    occurred_on = models.DateField("when it is said to have happened")
    aware_on = models.DateField("when the organisation became aware of it")
    note = models.TextField(blank=True)
    evidence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.event}, reported by {self.organisation}"


class BodyStatement(models.Model):
    """What the issuing body said of an event: the gate of every removal that follows from it (Z6.7)."""

    class Method(models.TextChoices):
        MAIL = "mail", "E-mail"
        TELEPHONE = "telephone", "Telephone"
        LETTER = "letter", "Letter"
        PUBLISHED = "published", "Its own published list"

    event = models.ForeignKey(CertificateEvent, models.PROTECT, related_name="statements")
    confirms = models.BooleanField()
    body = models.CharField(max_length=10, choices=Body.choices)
    contact = models.CharField("who said so", max_length=200)
    method = models.CharField(max_length=12, choices=Method.choices)
    said_on = models.DateField("when it was said")
    effective_on = models.DateField(
        "since when, by the body's word", null=True, blank=True, help_text="Only in a confirmation."
    )
    reference = models.CharField(max_length=200)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["event"], name="cpl_bodystatement_one_per_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event}, {'confirmed' if self.confirms else 'denied'} by {self.get_body_display()}"


class AffectedEntry(models.Model):
    """A listed entry that an event strikes: the ground of the SSC's case, unless another certificate holds it (A-08)."""

    event = models.ForeignKey(CertificateEvent, models.PROTECT, related_name="affected")
    device_model = models.ForeignKey("cpl.DeviceModel", models.PROTECT, related_name="certificate_events")
    covered_by = models.ForeignKey(
        AssuranceCertificate, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Another certificate of the same body in force at that instant: for information only (A-08).",
    )  # fmt: skip
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["event", "device_model"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["event", "device_model"], name="cpl_affectedentry_once"),
        ]

    def __str__(self) -> str:
        return f"Entry {self.device_model_id:06d}, {self.event}"
