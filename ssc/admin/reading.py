"""Pages of the desk for those alone who may do a duty; whoever else has a desk is turned away."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from cpl.admin.record_pages import RecordAdmin
from secgov.accounts.permissions import Duty, permitted


class ReadByDutyAdmin(RecordAdmin):
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
        """Show one of them. Raises PermissionDenied for others."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().change_view(request, object_id, form_url, extra_context)
