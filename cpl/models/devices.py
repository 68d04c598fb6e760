"""Device Models, their listing periods, and the dated data that decides what a listing needs."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from cpl.rules import device_types
from secgov.journal.guards import NO_DELETE, change_needs_act

PhysicalDeviceType = models.TextChoices(
    "PhysicalDeviceType", {each.code.upper(): (each.code, each.name) for each in device_types.DEVICE_TYPES}
)


class Generation(models.TextChoices):
    """Which part of the one list a Device Model stands in (F2.1)."""

    SMETS1 = "SMETS1", "SMETS1"
    SMETS2 = "SMETS2+", "SMETS2+"


class SpecType(models.TextChoices):
    """Which Technical Specification: of metering equipment, or of Communications Hubs (Z2.1(d))."""

    SMETS = "SMETS", "SMETS"
    CHTS = "CHTS", "CHTS"


class DeviceTuple(models.Model):
    """The columns that together name a Device Model, but its manufacturer (Z2.1(a) to (e))."""

    device_type = models.CharField("Physical Device Type", max_length=30, choices=PhysicalDeviceType.choices)
    model_identifier = models.CharField(max_length=4)
    hardware_version = models.CharField(max_length=2)
    hardware_revision = models.CharField(max_length=2)
    firmware_version = models.CharField(max_length=8)
    spec_type = models.CharField("specification", max_length=5, choices=SpecType.choices)
    spec_version = models.CharField("specification version", max_length=8)
    gbcs_version = models.CharField("GBCS version", max_length=8)

    class Meta:
        abstract = True

    @property
    def duis_device_model(self) -> str:
        """Model, hardware version and revision joined, as DUIS writes it (Z2.1(b))."""
        return f"{self.model_identifier}{self.hardware_version}{self.hardware_revision}"

    @property
    def specification(self) -> str:
        """The specification and its version as the published list writes them."""
        return f"{self.spec_type} V{self.spec_version}"

    @property
    def short_type(self) -> str:
        """The device type's short name for screens."""
        return device_types.SHORT_NAMES.get(self.device_type, "")


def identity_of(manufacturer: str) -> Concat:
    """The tuple with its version pair as one text, as `rules.device_identity.identity` writes it."""
    names = (
        "device_type",
        manufacturer,
        "model_identifier",
        "hardware_version",
        "hardware_revision",
        "firmware_version",
        "spec_type",
        "spec_version",
        "gbcs_version",
    )
    parts: list[F | Value] = [F(names[0])]
    for name in names[1:]:
        parts += [Value("|"), F(name)]
    return Concat(*parts, output_field=models.CharField(max_length=120))


def _period_has_the_identity_of_its_entry(operation: pgtrigger.Operation, name: str) -> pgtrigger.Trigger:
    """A foreign key over number and identity in one look for a whole statement, not row by row with a lock for each."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func="""
            IF EXISTS (
                SELECT FROM new_rows p
                LEFT JOIN cpl_devicemodel d ON d.number = p.device_model_id AND d.identity = p.identity
                WHERE d.number IS NULL
            ) THEN
                RAISE EXCEPTION 'a listing period names another Device Model than its entry'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            RETURN NULL;
        """,
    )


PERIODS_FOLLOW_THEIR_ENTRY = pgtrigger.Trigger(
    name="periods_follow",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Update,
    referencing=pgtrigger.Referencing(new="new_rows"),
    func="""
        UPDATE cpl_listingperiod p SET identity = d.identity
        FROM new_rows d WHERE p.device_model_id = d.number AND p.identity <> d.identity;
        RETURN NULL;
    """,
)


class DeviceModel(DeviceTuple):
    """An entry of the list. Its number is its key: never used twice, never changed.

    It has no state of its own: it is on the list exactly while it has an open listing period (chart 2).
    """

    number = models.PositiveIntegerField("entry number", primary_key=True)
    manufacturer = models.ForeignKey(
        "firmware_repo.Manufacturer", models.PROTECT, related_name="device_models", db_index=False
    )
    generation = models.CharField(max_length=7, choices=Generation.choices)
    image_creator = models.CharField(max_length=200, blank=True)
    image_descriptor = models.CharField(max_length=500, blank=True)
    image_hash = models.CharField(max_length=64, blank=True)
    firmware_record = models.OneToOneField(
        "firmware_repo.FirmwareRecord", models.PROTECT, null=True, blank=True, related_name="device_model"
    )
    version = models.PositiveIntegerField(default=1)
    identity = models.GeneratedField(
        expression=identity_of("manufacturer_id"),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )

    class Meta:
        ordering = ["number"]
        triggers = [
            NO_DELETE,
            pgtrigger.ReadOnly(name="number_fixed", fields=["number"]),
            PERIODS_FOLLOW_THEIR_ENTRY,
            change_needs_act(
                name="what_it_says_needs_act",
                label="cpl.devicemodel",
                key="number",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__identity__df=pgtrigger.F("new__identity"))
                | pgtrigger.Q(old__image_hash__df=pgtrigger.F("new__image_hash")),
            ),
        ]
        indexes = [
            models.Index(fields=["manufacturer", "model_identifier"], name="cpl_devicemodel_maker_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(generation="SMETS1", spec_type="SMETS", spec_version="1.2")
                | (Q(generation="SMETS2+") & ~Q(spec_type="SMETS", spec_version="1.2")),
                name="cpl_devicemodel_generation_follows_spec",
                violation_error_message="SMETS 1.2 is SMETS1; every other version is SMETS2+ (Z2.1(e)).",
            ),
            models.CheckConstraint(
                condition=Q(generation="SMETS1")
                | Q(device_type="communications_hub", spec_type="CHTS")
                | (~Q(device_type="communications_hub") & Q(spec_type="SMETS")),
                name="cpl_devicemodel_chts_iff_hub",
                violation_error_message="CHTS belongs to Communications Hubs, SMETS to all else (Z2.1(d)).",
            ),
            models.CheckConstraint(
                condition=Q(image_creator="", image_descriptor="") | ~Q(image_hash=""),
                name="cpl_devicemodel_image_has_hash",
                violation_error_message="A Manufacturer Image has a creator, a descriptor and a Hash, or none of them (Z2.1(h)).",
            ),
            models.CheckConstraint(
                condition=Q(firmware_record=None) | Q(firmware_record=F("number")),
                name="cpl_devicemodel_firmware_record_is_its_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:06d}"

    @property
    def manufacturer_identifier(self) -> str:
        """The manufacturer's four characters."""
        return self.manufacturer_id


class ListingPeriodQuerySet(models.QuerySet["ListingPeriod"]):
    """Questions about listing periods."""

    def open(self) -> ListingPeriodQuerySet:
        """Those that have not ended."""
        return self.filter(closed_at=None, closed_known_by=None)


class ListingPeriod(models.Model):
    """A time during which an entry is on the list. An imported one knows only by when it had begun, or ended."""

    class Origin(models.TextChoices):
        IMPORTED = "imported", "Imported"
        ADDED = "added", "Added"
        REINSTATED = "reinstated", "Reinstated"
        RELISTED = "relisted", "Relisted"

    device_model = models.ForeignKey(DeviceModel, models.PROTECT, related_name="periods", db_constraint=False)
    identity = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_known_by = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_known_by = models.DateField(null=True, blank=True)
    closing_clause = models.CharField(max_length=40, blank=True)
    public_reason = models.TextField(blank=True)
    opened_by_change = models.OneToOneField(
        "cpl.ListChange", models.PROTECT, null=True, blank=True, related_name="period_opened"
    )
    closed_by_change = models.OneToOneField(
        "cpl.ListChange", models.PROTECT, null=True, blank=True, related_name="period_closed"
    )

    objects = ListingPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["device_model", "id"]
        triggers = [
            NO_DELETE,
            change_needs_act(
                name="opening_needs_act",
                label="cpl.devicemodel",
                key="device_model_id",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__origin="imported"),
            ),
            change_needs_act(
                name="closing_needs_act",
                label="cpl.devicemodel",
                key="device_model_id",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__df=pgtrigger.F("new__closed_at"))
                | pgtrigger.Q(old__closed_known_by__df=pgtrigger.F("new__closed_known_by")),
            ),
            _period_has_the_identity_of_its_entry(pgtrigger.Insert, "identity_on_insert"),
            _period_has_the_identity_of_its_entry(pgtrigger.Update, "identity_on_update"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device_model"],
                condition=Q(closed_at=None, closed_known_by=None),
                name="cpl_listingperiod_one_open_per_entry",
                violation_error_message="This entry is on the list already.",
            ),
            models.UniqueConstraint(
                fields=["identity"],
                condition=Q(closed_at=None, closed_known_by=None),
                name="cpl_listingperiod_one_open_per_identity",
                violation_error_message="The same Device Model is on the list already, under another number.",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False, opened_known_by=None, opened_by_change__isnull=False)
                | Q(opened_at=None, opened_known_by__isnull=False, origin="imported"),
                name="cpl_listingperiod_beginning_known",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | (Q(closed_known_by=None) & Q(closed_by_change__isnull=False) & ~Q(closing_clause="")),
                name="cpl_listingperiod_closed_here_has_clause",
                violation_error_message="A removal needs its clause (F2.2).",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at=None) | Q(closed_at__gt=F("opened_at")),
                name="cpl_listingperiod_ends_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_model_id:06d} {self.origin}"

    @property
    def is_open(self) -> bool:
        """Whether the entry is on the list by this period."""
        return self.closed_at is None and self.closed_known_by is None


class RequiredCertificate(models.Model):
    """Which body's certificate a type needs under a specification version, from one date to another (F2.3)."""

    device_type = models.CharField(max_length=30, choices=PhysicalDeviceType.choices)
    spec_type = models.CharField(max_length=5, choices=SpecType.choices)
    spec_version = models.CharField(max_length=8, blank=True, help_text="Blank: every version.")
    body = models.CharField(
        max_length=10,
        choices=[("ZIGBEE", "ZigBee Alliance"), ("DLMS", "DLMS User Association"), ("NCSC", "NCSC")],
    )
    effective_from = models.DateField()
    effective_to = models.DateField(
        null=True, blank=True, help_text="The last day on which it holds. Blank: until changed."
    )

    class Meta:
        ordering = ["device_type", "spec_type", "spec_version", "body", "effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["device_type", "spec_type", "spec_version", "body", "effective_from"],
                name="cpl_requiredcertificate_once",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="cpl_requiredcertificate_ends_after_beginning",
                violation_error_message="The last day cannot stand before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_device_type_display()}, {self.spec_type} {self.spec_version or 'every version'}: {self.body}"


class EligibleCombination(models.Model):
    """A SMETS1 Eligible Product Combination: Device Models and a communications service provider (F2.10A(a))."""

    communications_service_provider = models.CharField(max_length=120)
    evidence_reference = models.CharField(max_length=200)
    equivalent_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="equivalents"
    )
    first_added_on = models.DateField()
    ended_on = models.DateField(
        null=True, blank=True, help_text="The last day on which it stands on the Eligible list."
    )

    class Meta:
        ordering = ["first_added_on", "id"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return f"Combination {self.pk}, {self.communications_service_provider}"


class EligibleCombinationMember(models.Model):
    """A Device Model of an eligible combination. It may precede the list, so it names the tuple, not an entry."""

    combination = models.ForeignKey(EligibleCombination, models.PROTECT, related_name="members")
    device_type = models.CharField("Physical Device Type", max_length=30, choices=PhysicalDeviceType.choices)
    manufacturer_identifier = models.CharField(max_length=4)
    model_identifier = models.CharField(max_length=4)
    hardware_version = models.CharField(max_length=2)
    hardware_revision = models.CharField(max_length=2)
    firmware_version = models.CharField(max_length=8)

    class Meta:
        ordering = ["combination", "id"]
        indexes = [
            models.Index(
                fields=["manufacturer_identifier", "model_identifier", "firmware_version"],
                name="cpl_eligiblemember_tuple_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manufacturer_identifier} {self.model_identifier} {self.firmware_version}"
