"""The Firmware Information Repository on the Secretariat's desk (F2.14 to F2.17)."""

from django.contrib import admin
from django.utils.safestring import SafeString

from firmware_repo.models import FirmwareRecord, Manufacturer
from secgov.accounts.admin import KeptAdmin, KeptForm
from secgov.journal.desk import RegisterAdmin, identifier


class ManufacturerForm(KeptForm):
    """Only the name is kept by hand; the identifier is the list's."""

    class Meta:
        model = Manufacturer
        fields = ("identifier", "name")


@admin.register(Manufacturer)
class ManufacturerAdmin(KeptAdmin):
    """Who makes what, under the identifier that the list uses."""

    form = ManufacturerForm
    clause = "F2.15(b)"
    list_display = ("identifier", "name")
    search_fields = ("identifier", "name")
    fixed = ("identifier",)


@admin.register(FirmwareRecord)
class FirmwareRecordAdmin(RegisterAdmin):
    """One release each, under the number of its entry."""

    list_display = ("number", "manufacturer", "released_on", "recorded_at")
    search_fields = ("=cpl_number", "manufacturer__identifier", "manufacturer__name", "release_notes")
    date_hierarchy = "recorded_at"
    list_select_related = ("manufacturer",)

    @admin.display(description="CPL number", ordering="cpl_number")
    def number(self, record: FirmwareRecord) -> SafeString:
        """The number with its six digits."""
        return identifier(f"{record.cpl_number:06d}")
