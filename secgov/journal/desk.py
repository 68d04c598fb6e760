"""What every page of the Secretariat's desk has in common: it shows; changes go through services.

Who may enter is the site's matter (`secgov.admin`), which asks the role table; this layer knows no roles.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString


class RegisterAdmin(admin.ModelAdmin):
    """Rows to search and to read. Nothing is added, changed or deleted here, whoever asks."""

    actions: Any = None
    list_per_page = 50
    list_max_show_all = 500
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say whether the person has a desk here."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Say whether the person may read, which everybody with a desk may."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows come about by services, never by a form of the admin."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Rows change by services, never by a form of the admin."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is ever deleted (Appendix Z 6.11 of entries; the journal of all else)."""
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the acts about this row: the journal is the one history."""
        query = urlencode({"subject_type": self.model._meta.label_lower, "subject_id": object_id})
        return redirect(f"{reverse('admin:journal_act_changelist')}?{query}")


def tag(kind: str, label: str) -> SafeString:
    """Draw a state as a word with its shape, for a column; `kind` as in the look, "" for waiting."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if kind else "", label)


def identifier(value: object) -> SafeString:
    """Draw an identifier for a column: monospace, one click selects it."""
    return format_html('<span class="id">{}</span>', value)
