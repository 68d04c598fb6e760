"""Pages of the desk for those alone who may do a duty; whoever else has a desk is turned away."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cpl.admin.decisions import draw
from cpl.web.records import Fact, Record
from secgov.accounts.permissions import Duty, permitted
from secgov.journal.desk import RegisterAdmin


class ReadByDutyAdmin(RegisterAdmin):
    """Rows that only those read who may do `duty`."""

    duty: ClassVar[Duty]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say whether the person has a desk, and may read these rows."""
        return super().has_module_permission(request) and permitted(request.user, self.duty) is not None

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Say whether the person may read these rows."""
        return self.has_module_permission(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show one of them, with what is owed about it and what happened. Raises PermissionDenied for others."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = object_id if object_id.isdigit() else None
        row = get_object_or_404(self.get_queryset(request), pk=key)
        return draw(request, "cpl/record.html", self.record(row).context())

    def record(self, row: Any) -> Record:
        """What the page of a row says."""
        raise NotImplementedError

    def crumbs(self) -> list[tuple[str, str]]:
        """The way to the page."""
        options = self.model._meta
        listed = reverse(f"admin:ssc_{options.model_name}_changelist")
        return [
            (reverse("admin:index"), "Secretariat"),
            (listed, str(options.verbose_name_plural).capitalize()),
        ]

    def link(self, row: models.Model, words: str, shown: object = None) -> Fact:
        """Lead to another row's page here."""
        name = f"admin:ssc_{row._meta.model_name}_change"
        return Fact(words, str(shown or row), reverse(name, args=[row.pk]))
