"""The Firmware Information Repository: Manufacturers and their firmware releases (Section F2.14 to F2.17)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim

from secgov.journal.guards import NO_DELETE

models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)
models.TextField.register_lookup(Trim)


class Manufacturer(models.Model):
    """Who makes a Device Model, under the identifier that the list uses."""

    identifier = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(
        max_length=120, blank=True, help_text="Blank where an imported list gave only the identifier."
    )

    class Meta:
        ordering = ["identifier"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=Q(identifier__regex=r"^[0-9A-F]{4}$"),
                name="firmware_repo_manufacturer_identifier_hex",
                violation_error_message="A manufacturer identifier is four characters, each 0 to 9 or A to F.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.identifier}".strip()


class FirmwareRecord(models.Model):
    """One release, under the number of the entry that it belongs to (F2.15, F2.16).

    The number is the primary key: unique, mandatory, never changed (F2.15(a)).
    """

    cpl_number = models.PositiveIntegerField("CPL number", primary_key=True)
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="firmware_records")
    email = models.EmailField("Manufacturer email address", max_length=254)
    phone = models.CharField("telephone number", max_length=40)
    address = models.TextField("business address", max_length=1000)
    release_notes = models.TextField(max_length=20000)
    released_on = models.DateField(null=True, blank=True)
    upgrade_stated = models.BooleanField(
        "it is stated which entries may be upgraded to this firmware", default=False
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-cpl_number"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="")
                & ~Q(phone="")
                & Q(address__trim__length__gt=0)
                & Q(release_notes__trim__length__gt=0),
                name="firmware_repo_firmwarerecord_complete",
                violation_error_message="The repository needs an email address, a telephone number, "
                "a business address and release notes.",
            ),
        ]

    def __str__(self) -> str:
        return f"FIR {self.cpl_number:06d}"

    @property
    def upgrades_from(self) -> list[str] | str | None:
        """The entries that may be upgraded to this firmware, "N/A" where none may, None where nothing was said."""
        if not self.upgrade_stated:
            return None
        numbers = sorted(path.from_number for path in self.upgrade_paths.all() if path.ended_at is None)
        return [f"{number:06d}" for number in numbers] or "N/A"

    @property
    def upgrade_path_in_words(self) -> str:
        """The same as text for the journal: "000702, 000738", "N/A" or ""."""
        told = self.upgrades_from
        return ", ".join(told) if isinstance(told, list) else told or ""


class UpgradePath(models.Model):
    """An earlier entry whose Devices may be upgraded to this firmware. Order matters to homes: see domain facts, 5."""

    record = models.ForeignKey(FirmwareRecord, models.PROTECT, related_name="upgrade_paths")
    from_number = models.PositiveIntegerField("from the entry of this number")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["record", "from_number"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "from_number"],
                condition=Q(ended_at=None),
                name="firmware_repo_upgradepath_once",
            ),
            models.CheckConstraint(
                condition=~Q(from_number=models.F("record")),
                name="firmware_repo_upgradepath_from_another",
                violation_error_message="Firmware is not an upgrade of itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_number:06d} to {self.record_id:06d}"
