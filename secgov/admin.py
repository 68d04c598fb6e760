"""The admin's site: the Secretariat's desk. Who may enter is the role table's matter, not a flag's."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from secgov.accounts.permissions import Duty, permitted
from secgov.errors import NotPermitted


class SecretariatSite(AdminSite):
    """The Secretariat, the Approver and the auditor; nobody else, whatever `is_staff` says."""

    site_title = "Central Products List"
    site_header = "Central Products List"
    index_title = "What is owed"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person has a desk here."""
        return permitted(request.user, Duty.READ_ADMIN) is not None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the one sign-in page: the admin's own would not ask for the second proof."""
        if request.user.is_authenticated:
            raise NotPermitted("The Secretariat's pages are for the Secretariat, the Approver and the auditor.")
        return redirect_to_login(request.GET.get("next") or request.path, settings.LOGIN_URL)
