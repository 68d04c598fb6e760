"""The admin's site: the Secretariat's desk. Who may enter is the role table's matter, not a flag's."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from secgov.accounts.permissions import Duty, permitted


class SecretariatSite(AdminSite):
    """The Secretariat, the Approver and the auditor; nobody else, whatever `is_staff` says."""

    site_title = "Central Products List"
    site_header = "Central Products List"
    index_title = "What is owed"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person has a desk here."""
        return permitted(request.user, Duty.READ_ADMIN) is not None
