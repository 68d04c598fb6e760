"""Assurance Certificates and what they cover (F2.3 to F2.5)."""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Min, Q
from django_fsm import FSMField, transition

from cpl.models.devices import DeviceTuple, identity_of
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import NO_DELETE, change_needs_act, state_needs_act


class Body(models.TextChoices):
    """The Assurance Certification Bodies; a closed list (F2.3). Names may change, codes do not (A-55)."""

    ZIGBEE = "ZIGBEE", "ZigBee Alliance"
    DLMS = "DLMS", "DLMS User Association"
    NCSC = "NCSC", "NCSC"


class AssuranceCertificateQuerySet(models.QuerySet["AssuranceCertificate"]):
    """Questions about certificates."""

    def with_lapse(self) -> AssuranceCertificateQuerySet:
        """Bring along `lapsed_on`: since when a confirmed event has ended the whole certificate, None while none has.

        An event that a renewal overtook has ended nothing; one for chosen models has ended their coverage (A-47).
        """
        standing = Q(events__state="confirmed", events__overtaken_at=None, events__targets=None)
        return self.annotate(lapsed_on=Min("events__occurred_on", filter=standing))

    def visible_to(self, user: User) -> AssuranceCertificateQuerySet:
        """Those that the list relies on, to whoever has to report their end; to others those that they gave."""
        if permitted(user, Duty.READ_ALL_SUBMISSIONS):
            return self.all()
        given = Q(submitted_as__submission__organisation__in=organisations_of(user, Duty.SUBMIT_DEVICE))
        given |= Q(coverage__provision__organisation__in=organisations_of(user, Duty.SUBMIT_DEVICE))
        if organisations_of(user, Duty.REPORT_EVENT):
            given |= Q(state="valid")
        return self.filter(pk__in=self.model._base_manager.filter(given).values("pk"))


class AssuranceCertificate(models.Model):
    """A certificate of one of the three bodies. What follows from dates is derived, never stored (chart 5)."""

    class State(models.TextChoices):
        RECORDED = "recorded", "Recorded"
        VALID = "valid", "Valid"
        INVALID = "invalid", "Invalid"
        VOID = "void", "Void"

    body = models.CharField(max_length=10, choices=Body.choices)
    number = models.CharField(max_length=60)
    standard = models.CharField(max_length=120)
    standard_version = models.CharField(max_length=40, blank=True)
    issued_on = models.DateField()
    expires_on = models.DateField("expiry date", null=True, blank=True)
    renews_on = models.DateField("renewal date", null=True, blank=True)
    sc_version = models.CharField("Security Characteristics version", max_length=20, blank=True)
    certification_commenced_on = models.DateField(null=True, blank=True)
    test_laboratory = models.CharField(max_length=120, blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = FSMField(default=State.RECORDED, choices=State.choices, protected=True)
    recorded_at = models.DateTimeField()
    attested_at = models.DateTimeField(null=True, blank=True)
    attested_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    marks_seen = models.BooleanField(
        "logo, icons or service mark seen",
        default=False,
        help_text="F2.4: what the body's certificates carry.",
    )
    models_named = models.BooleanField(
        "names the Device Models and the Physical Device Type",
        default=False,
        help_text="F2.5: expressly, each of them.",
    )
    invalid_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AssuranceCertificateQuerySet.as_manager()

    class Meta:
        ordering = ["body", "number"]
        triggers = [
            NO_DELETE,
            state_needs_act("cpl.assurancecertificate"),
            change_needs_act(
                name="what_it_states_needs_act", label="cpl.assurancecertificate", key="id", operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "body", "number", "standard", "standard_version", "issued_on", "expires_on", "renews_on", "sc_version",
                    "certification_commenced_on", "document",
                ),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["body", "number"],
                condition=~Q(state__in=["void", "invalid"]),
                name="cpl_assurancecertificate_number_once",
                violation_error_message="This body's certificate of that number is recorded already (Z2.1(f)).",
            ),
            models.CheckConstraint(
                condition=~Q(body="NCSC")
                | ((Q(expires_on__isnull=False) | Q(renews_on__isnull=False)) & ~Q(sc_version="")),
                name="cpl_assurancecertificate_cpa_has_date_and_sc",
                violation_error_message="A CPA Certificate has an expiry or renewal date "
                "and a Security Characteristics version (Z2.1(g)).",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["recorded", "valid", "invalid", "void"]),
                name="cpl_assurancecertificate_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="valid") | Q(attested_at__isnull=False, models_named=True),
                name="cpl_assurancecertificate_valid_is_attested",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.number}"

    def lapse(self) -> dt.date | None:
        """Since when a confirmed event has ended it, or None; costs a query unless it was fetched `with_lapse`."""
        if "lapsed_on" not in self.__dict__:
            self.lapsed_on = type(self).objects.with_lapse().get(pk=self.pk).lapsed_on
        return self.lapsed_on

    @transition(field=state, source=State.RECORDED, target=State.VALID)
    def validate(self) -> None:
        """A second person's act confirms what the Secretariat attested (chart 5)."""

    @transition(field=state, source=State.RECORDED, target=State.INVALID)
    def invalidate(self) -> None:
        """The certificate fails F2.5 or was not what it was said to be."""

    @transition(field=state, source=[State.RECORDED, State.VALID, State.INVALID], target=State.VOID)
    def make_void(self) -> None:
        """It was entered in error: two people agree that it never was what it says (chart 5)."""


class CertificateCoverage(DeviceTuple):
    """A Device Model that a certificate expressly names (F2.5, A-09); it may end for one model alone (A-47)."""

    certificate = models.ForeignKey(AssuranceCertificate, models.PROTECT, related_name="coverage")
    manufacturer_identifier = models.CharField(max_length=4)
    identity = models.GeneratedField(
        expression=identity_of("manufacturer_identifier"),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )
    device_model = models.ForeignKey(
        "cpl.DeviceModel",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coverage",
        help_text="Once it is listed.",
    )
    attested_at = models.DateTimeField(
        null=True, blank=True, help_text="When the Secretariat saw that the certificate names this model."
    )
    attested_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["certificate", "id"]
        triggers = [NO_DELETE]
        indexes = [models.Index(fields=["identity"], name="cpl_coverage_identity_idx")]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "identity"], condition=Q(ended_on=None), name="cpl_coverage_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(end_reason=""),
                name="cpl_coverage_end_has_reason",
                violation_error_message="Say why the certificate no longer covers this model.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} for {self.identity}"
