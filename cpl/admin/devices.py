"""Entries of the list on the Secretariat's desk: all read-only, since only approved changes move them."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from cpl.admin.comparing import show_entries
from cpl.admin.lacking import give, show_lacking
from cpl.admin.warnings import show_warned
from cpl.models import DeviceModel, ListingPeriod
from secgov.accounts.permissions import Duty, permitted
from secgov.journal.desk import RegisterAdmin, identifier, tag


class ListedFilter(admin.SimpleListFilter):
    """On the list, or removed."""

    title = "standing"
    parameter_name = "listed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The two ways an entry stands."""
        return [("yes", "Current"), ("no", "Removed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DeviceModel]) -> QuerySet[DeviceModel]:
        """Choose by an open listing period."""
        return queryset.filter(is_listed=self.value() == "yes") if self.value() else queryset


class PeriodsInline(admin.TabularInline):
    """When the entry was on the list, and under which clause it left."""

    model = ListingPeriod
    fields = (
        "origin",
        "opened_at",
        "opened_known_by",
        "closed_at",
        "closed_known_by",
        "closing_clause",
        "public_reason",
    )
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "listing periods"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Periods open and close by approvals."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Periods open and close by approvals."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever has a desk reads them."""
        return self.admin_site.has_permission(request)


@admin.register(DeviceModel)
class DeviceModelAdmin(RegisterAdmin):
    """Every entry, with its periods."""

    list_display = (
        "entry",
        "standing",
        "device_type",
        "manufacturer",
        "joined",
        "firmware",
        "spec",
        "gbcs_version",
        "generation",
    )
    list_filter = (ListedFilter, "device_type", "generation", "spec_version", "gbcs_version")
    search_fields = (
        "=number",
        "manufacturer__identifier",
        "manufacturer__name",
        "model_identifier",
        "firmware_version",
        "image_hash",
    )
    list_select_related = ("manufacturer",)
    inlines = (PeriodsInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeviceModel]:
        """Bring along whether each entry is on the list."""
        listed = ListingPeriod.objects.open().filter(device_model=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_listed=Exists(listed))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an entry, and what the person may do: propose its correction, take its evidence."""
        may = {
            "may_correct": permitted(request.user, Duty.PROPOSE_LIST_CHANGE) is not None,
            "may_take_evidence": permitted(request.user, Duty.PACK_EVIDENCE) is not None,
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def get_urls(self) -> list[URLPattern]:
        """Add the pages about several entries: out of line, lacking something, two side by side."""
        view = self.admin_site.admin_view
        return [
            path("warned/", view(show_warned), name="cpl_devicemodel_warned"),
            path("lacking/", view(require_safe(show_lacking)), name="cpl_devicemodel_lacking"),
            path(
                "lacking/give/",
                view(require_http_methods(["GET", "HEAD", "POST"])(give)),
                name="cpl_devicemodel_give",
            ),
            path("compare/", view(require_safe(show_entries)), name="cpl_devicemodel_compare"),
            *super().get_urls(),
        ]

    @admin.display(description="entry", ordering="number")
    def entry(self, model: DeviceModel) -> SafeString:
        """The number with its six digits."""
        return identifier(model)

    @admin.display(description="standing")
    def standing(self, model: DeviceModel) -> SafeString:
        """On the list exactly while a period is open (chart 2)."""
        return tag("good", "Current") if model.is_listed else tag("gone", "Removed")

    @admin.display(description="model and hardware", ordering="model_identifier")
    def joined(self, model: DeviceModel) -> SafeString:
        """Model, hardware version and revision joined."""
        return identifier(model.duis_device_model)

    @admin.display(description="firmware", ordering="firmware_version")
    def firmware(self, model: DeviceModel) -> SafeString:
        """The firmware version."""
        return identifier(model.firmware_version)

    @admin.display(description="specification", ordering="spec_version")
    def spec(self, model: DeviceModel) -> str:
        """The specification with its version."""
        return model.specification
