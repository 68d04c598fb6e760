"""The DCC's lists on the Secretariat's desk: every version, and pending combinations that others no longer see (F2.10A)."""

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from cpl.models import DccListVersion, PendingRow, WithheldCombination
from cpl.rules.smets1_lists import device_in_words
from secgov.journal.desk import RegisterAdmin, identifier, tag


@admin.register(DccListVersion)
class DccListVersionAdmin(RegisterAdmin):
    """Versions of the lists that the DCC provided."""

    list_display = (
        "__str__",
        "kind",
        "rows",
        "added",
        "gone",
        "received_at",
        "received_by",
        "standing",
        "digest",
    )
    list_filter = ("kind",)
    search_fields = ("sha256",)
    date_hierarchy = "received_at"
    list_select_related = ("received_by",)

    @admin.display(description="state", ordering="published_at")
    def standing(self, version: DccListVersion) -> SafeString:
        """Published, never public, or still to be published."""
        if version.kind == DccListVersion.Kind.COUNTS:
            return tag("plain", "Never public")
        return tag("good", "Published") if version.published_at else tag("warn", "Not yet published")

    @admin.display(description="SHA-256")
    def digest(self, version: DccListVersion) -> SafeString:
        """The beginning of the digest."""
        return identifier(version.sha256[:16])


@admin.register(PendingRow)
class PendingRowAdmin(RegisterAdmin):
    """Rows of the Pending list in every version, those called confidential since among them."""

    list_display = ("reference", "version", "provider", "named_devices", "status", "withheld")
    list_filter = ("status", "provider")
    search_fields = ("reference", "provider", "key")
    list_select_related = ("version",)
    ordering = ("-version__number", "row")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PendingRow]:
        """Bring with each row whether it is withheld."""
        kept = WithheldCombination.objects.filter(key=OuterRef("key"))
        return super().get_queryset(request).annotate(is_withheld=Exists(kept))

    @admin.display(description="devices")
    def named_devices(self, row: PendingRow) -> SafeString:
        """The devices, one a line."""
        return format_html_join("", "<div>{}</div>", ((device_in_words(each),) for each in row.devices))

    @admin.display(description="seen by others")
    def withheld(self, row: PendingRow) -> SafeString:
        """Whether a Testing Participant has called it confidential since."""
        return tag("gone", "Withheld") if getattr(row, "is_withheld", False) else tag("good", "Published")
