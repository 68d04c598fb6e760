"""Reference data of the list: which certificates are required, and the SMETS1 eligible combinations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from cpl.models import DccListVersion, EligibleCombination, EligibleCombinationMember, RequiredCertificate
from cpl.rules import device_identity
from cpl.rules.device_types import clean_device_type
from cpl.services.dcc_lists import newest_version
from secgov.accounts.admin import KeptAdmin, keeps_reference_data
from secgov.errors import Refusal

CLEANERS = {
    "device_type": clean_device_type,
    "manufacturer_identifier": device_identity.clean_manufacturer_identifier,
    "model_identifier": device_identity.clean_model_identifier,
    "hardware_version": device_identity.clean_hardware_version,
    "hardware_revision": device_identity.clean_hardware_revision,
    "firmware_version": device_identity.clean_firmware_version,
}


@admin.register(RequiredCertificate)
class RequiredCertificateAdmin(KeptAdmin):
    """Which body's certificate a type needs under a specification version, and from which day (F2.3)."""

    clause = "F2.3"
    list_display = ("device_type", "spec_type", "spec_version", "body", "effective_from", "effective_to")
    list_filter = ("body", "device_type", "spec_type")
    search_fields = ("device_type", "spec_version", "body")
    date_hierarchy = "effective_from"


class MemberForm(forms.ModelForm):
    """A Device Model of a combination, in the spelling that the list stores."""

    class Meta:
        model = EligibleCombinationMember
        fields = tuple(CLEANERS)

    def clean(self) -> dict[str, Any]:
        """Give each identifier its one spelling, or say beside the field what is wrong with it (Z2.1(a) to (c))."""
        values = super().clean()
        for name, clean in CLEANERS.items():
            if values.get(name):
                try:
                    values[name] = clean(values[name])
                except Refusal as refusal:
                    self.add_error(name, f"{refusal.message} {refusal.remedy}".strip())
        return values


class MembersInline(admin.StackedInline):
    """The Device Models of a combination. None is taken out: a combination that was wrong is ended, and made anew."""

    model = EligibleCombinationMember
    form = MemberForm
    extra = 2
    can_delete = False
    verbose_name_plural = "Device Models"

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever has a desk reads them."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever keeps reference data."""
        return keeps_reference_data(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever keeps reference data."""
        return keeps_reference_data(request)


@admin.register(EligibleCombination)
class EligibleCombinationAdmin(KeptAdmin):
    """The SMETS1 Eligible Product Combinations, kept by hand until the DCC uploads its list (F2.10A(a))."""

    clause = "F2.10A(a)"
    list_display = (
        "__str__",
        "communications_service_provider",
        "evidence_reference",
        "first_added_on",
        "ended_on",
    )
    list_filter = ("communications_service_provider", ("ended_on", admin.EmptyFieldListFilter))
    search_fields = (
        "communications_service_provider",
        "evidence_reference",
        "members__model_identifier",
        "members__firmware_version",
    )
    date_hierarchy = "first_added_on"
    fixed = ("first_added_on",)
    inlines = (MembersInline,)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Say whether the person keeps reference data, and the DCC has not provided its own list yet."""
        return (
            super().has_add_permission(request, obj) and newest_version(DccListVersion.Kind.ELIGIBLE) is None
        )

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """The same: from the DCC's first list on, it alone says what is eligible."""
        return self.has_add_permission(request, obj)
