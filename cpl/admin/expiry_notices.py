"""The notices that a CPA Certificate comes to its date, on the Secretariat's desk: each stage, its day, what became of it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cpl.models import ExpiryNotice
from secgov.journal.desk import RegisterAdmin, tag

KINDS = {"pending": "", "sent": "good", "sent_late": "warn", "cancelled": "gone", "not_applicable": "gone"}


@admin.register(ExpiryNotice)
class ExpiryNoticeAdmin(RegisterAdmin):
    """Every stage of every Relevant Date (F2.7, F2.6), those that were not told among them, with why."""

    list_display = ("on_certificate", "stage", "relevant_on", "target_on", "standing", "sent_at")
    list_display_links = ("stage",)
    list_filter = ("state", "stage", "outside_tolerance")
    search_fields = ("certificate__number",)
    date_hierarchy = "relevant_on"
    list_select_related = ("certificate",)
    fields = (
        "on_certificate", "stage", "relevant_on", "date_kind", "target_on", "due_on", "standing", "sent_at", "reason",
        "late_reason", "outside_tolerance", "first_known_on", "digest",
    )  # fmt: skip
    readonly_fields = ("on_certificate", "standing")

    @admin.display(description="certificate", ordering="certificate")
    def on_certificate(self, stage: ExpiryNotice) -> SafeString:
        """The certificate, which leads to its page."""
        page = reverse("admin:cpl_assurancecertificate_change", args=[stage.certificate_id])
        return format_html('<a class="id" href="{}">{}</a>', page, stage.certificate)

    @admin.display(description="state", ordering="state")
    def standing(self, stage: ExpiryNotice) -> SafeString:
        """What became of it."""
        return tag(KINDS[stage.state], stage.get_state_display())
