"""Editions: immutable bytes, their proof, who has them (F2.8, F2.9, chart 4)."""

from __future__ import annotations

import datetime as dt

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from cpl.models.devices import Generation, PhysicalDeviceType
from cpl.rules import device_types
from secgov.journal.guards import INSERT_ONLY, NO_DELETE


class ListImport(models.Model):
    """An earlier published edition, taken over whole; the worker builds and signs its edition."""

    number = models.PositiveIntegerField(unique=True)
    issued_on = models.DateField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    imported_at = models.DateTimeField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.number // 1000}.{self.number % 1000:03d}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Which editions."""

    def placed(self) -> EditionQuerySet:
        """Those whose files and witness stand, so that `latest` may mean them."""
        return self.filter(placement__isnull=False)


class Edition(models.Model):
    """One issue of the list. The row exists only when its bytes do, and never changes (chart 4)."""

    number = models.PositiveIntegerField(unique=True)
    issued_at = models.DateTimeField("instant of issue, as recorded")
    issued_on = models.DateField("London date of issue, as printed")
    imported_from = models.OneToOneField(
        ListImport, models.PROTECT, null=True, blank=True, related_name="edition"
    )
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    manifest = models.BinaryField()
    manifest_sha256 = models.CharField(max_length=64, unique=True)
    journal_seal = models.ForeignKey("journal.Seal", models.PROTECT, null=True, blank=True, related_name="+")
    signing_key = models.ForeignKey("cpl.SigningKey", models.PROTECT, related_name="editions")
    current_entries = models.PositiveIntegerField()
    removed_entries = models.PositiveIntegerField()

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        get_latest_by = "number"
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.number // 1000}.{self.number % 1000:03d}"

    @property
    def is_imported(self) -> bool:
        """Whether an earlier published list was taken over as this edition; its limbs do not apply."""
        return self.imported_from_id is not None

    @property
    def entries(self) -> int:
        """How many entries stand in it, removed ones among them (Z6.11)."""
        return self.current_entries + self.removed_entries


class EditionForm(models.Model):
    """The bytes of one form, gzipped; the digest and length are those of the bytes themselves."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="forms")
    name = models.CharField(
        max_length=10,
        choices=[("csv", "CSV, the 13 columns"), ("full", "CSV, full contents"), ("json", "JSON")],
    )
    profile = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    length = models.PositiveBigIntegerField("length in bytes")
    rows = models.PositiveIntegerField()
    gzipped = models.BinaryField()

    class Meta:
        ordering = ["edition", "id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["edition", "name"], name="cpl_editionform_once")]

    def __str__(self) -> str:
        return f"{self.edition} {self.name}"


class EditionPlacement(models.Model):
    """The files and the witness of an edition stand in EDITION_DIR; from here on `latest` may mean it."""

    edition = models.OneToOneField(Edition, models.PROTECT, primary_key=True, related_name="placement")
    placed_at = models.DateTimeField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Placement of {self.edition}"


class EditionLimb(models.Model):
    """One of the three things that F2.8 asks, done, with its evidence."""

    class Limb(models.TextChoices):
        DCC = "dcc", "DCC"
        WEBSITE = "website", "Website"
        PARTIES = "parties", "Parties"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="limbs")
    limb = models.CharField(max_length=10, choices=Limb.choices)
    done_at = models.DateTimeField()
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["edition", "id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["edition", "limb"], name="cpl_editionlimb_once")]

    def __str__(self) -> str:
        return f"{self.edition} {self.get_limb_display()}"


class PublicationRequest(models.Model):
    """Somebody pressed "publish now": the window of A-70 need not be awaited."""

    requested_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Publish now, {self.requested_at:%Y-%m-%d %H:%M}"


class SigningKey(models.Model):
    """A public key that signs manifests, with the signature of its predecessor (interfaces, Editions)."""

    kid = models.CharField(max_length=64, primary_key=True)
    public_jwk = models.JSONField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    signed_by_predecessor = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["valid_from"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return self.kid


class Receipt(models.Model):
    """A sign from the DCC about an edition: received, loaded, or loaded in part (F2.9, A-20)."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        LOADED = "loaded", "Loaded"
        LOADED_IN_PART = "loaded_in_part", "Loaded in part"

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="receipts")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    at = models.DateTimeField()
    by_pull = models.BooleanField("by pulling the manifest", default=False)
    client = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    manifest_sha256 = models.CharField(max_length=64)
    was_newest = models.BooleanField("the edition was the newest one then", default=True)

    class Meta:
        ordering = ["edition", "at", "id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"], condition=Q(kind="received"), name="cpl_receipt_received_once"
            ),
            models.UniqueConstraint(
                fields=["edition"], condition=Q(kind="loaded"), name="cpl_receipt_loaded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.get_kind_display().lower()}"


class ReceiptHoldback(models.Model):
    """An entry that the DCC could not load, and why."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="holdbacks")
    entry_number = models.PositiveIntegerField()
    reason = models.TextField()

    class Meta:
        ordering = ["receipt", "entry_number"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "entry_number"], name="cpl_receiptholdback_once")
        ]

    def __str__(self) -> str:
        return f"{self.entry_number:06d} not loaded"


class PublishedEntryQuerySet(models.QuerySet["PublishedEntry"]):
    """Questions about what the newest edition says."""

    def current(self) -> PublishedEntryQuerySet:
        """On the list, by the newest edition."""
        return self.filter(status=PublishedEntry.Status.CURRENT)


class PublishedEntry(models.Model):
    """What the newest edition says of one entry: what public pages and the API answer from (chart 3).

    A copy of that edition's rows for searching, switched in one transaction when its files stand; it can be
    made anew from the stored bytes at any time.
    """

    class Status(models.TextChoices):
        CURRENT = "Current", "Current"
        REMOVED = "Removed", "Removed"

    number = models.PositiveIntegerField(primary_key=True)
    status = models.CharField(max_length=8, choices=Status.choices)
    generation = models.CharField(max_length=7, choices=Generation.choices)
    device_type = models.CharField(max_length=30, choices=PhysicalDeviceType.choices)
    manufacturer_identifier = models.CharField(max_length=4)
    manufacturer_name = models.CharField(max_length=120, blank=True)
    model_identifier = models.CharField(max_length=4)
    hardware_version = models.CharField(max_length=2)
    hardware_revision = models.CharField(max_length=2)
    firmware_version = models.CharField(max_length=8)
    spec_type = models.CharField(max_length=5)
    spec_version = models.CharField(max_length=8)
    gbcs_version = models.CharField(max_length=8)
    image_hash = models.CharField(max_length=64, blank=True)
    listed_on = models.DateField(null=True, blank=True)
    listed_known_by = models.DateField(null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True)
    removal_clause = models.CharField(max_length=40, blank=True)
    removal_public_reason = models.TextField(blank=True)
    record = models.JSONField("the entry as the JSON form writes it")
    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="+", help_text="The edition that last changed it."
    )

    objects = PublishedEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(
                fields=[
                    "manufacturer_identifier",
                    "model_identifier",
                    "hardware_version",
                    "hardware_revision",
                    "firmware_version",
                ],
                name="cpl_publishedentry_tuple_idx",
            ),
            models.Index(fields=["device_type", "number"], name="cpl_publishedentry_type_idx"),
            models.Index(fields=["status", "number"], name="cpl_publishedentry_status_idx"),
            models.Index(fields=["image_hash"], name="cpl_publishedentry_hash_idx"),
            models.Index(fields=["firmware_version", "number"], name="cpl_publishedentry_fw_idx"),
            models.Index(
                fields=["spec_type", "spec_version", "gbcs_version", "number"],
                name="cpl_publishedentry_spec_idx",
            ),
            models.Index(
                fields=["manufacturer_name", "manufacturer_identifier", "number"],
                name="cpl_publishedentry_maker_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:06d}"

    @property
    def listed_before(self) -> dt.date | None:
        """For an imported entry, the day by which it is known to have been listed."""
        return self.listed_known_by if self.listed_on is None else None

    @property
    def duis_device_model(self) -> str:
        """Model, hardware version and revision joined, as DUIS writes it (Z2.1(b))."""
        return f"{self.model_identifier}{self.hardware_version}{self.hardware_revision}"

    @property
    def short_type(self) -> str:
        """The device type's short name for screens."""
        return device_types.SHORT_NAMES.get(self.device_type, "")
