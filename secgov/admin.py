"""The admin's site: the Secretariat's desk. Who may enter is the role table's matter, not a flag's."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from secgov.accounts.permissions import Duty, permitted
from secgov.errors import NotPermitted
from secgov.journal.desk import RegisterAdmin
from secgov.web import board, evidence, ledger
from secgov.web.search import search

NOT_HERE = {"logout", "password_change", "password_change_done", "view_on_site"}
"""Addresses of the stock admin that the site has elsewhere, or not at all."""


class SecretariatSite(AdminSite):
    """The Secretariat, the Approver and the auditor; nobody else, whatever `is_staff` says."""

    site_title = "Central Products List"
    site_header = "Central Products List"
    index_title = "What is owed"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin] | None = None,
        **options: Any,
    ) -> None:
        """Take our own pages only: those that packages bring would go past the services and the role table."""
        if admin_class is not None and issubclass(admin_class, RegisterAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person has a desk here; the stock pages ask a hundred times, the table answers once."""
        if not hasattr(request, "has_desk"):
            request.has_desk = permitted(request.user, Duty.READ_ADMIN) is not None
        return request.has_desk

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        """Guard a page: strangers are sent to sign in, people without a desk are told so."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request):
                return self.login(request)
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied as denied:  # the stock pages' own word for it
                raise NotPermitted("You may read this, but not change it.") from denied

        return inner

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the one sign-in page: the admin's own would not ask for the second proof."""
        if request.user.is_authenticated:
            raise NotPermitted(
                "The Secretariat's pages are for the Secretariat, the Approver and the auditor."
            )
        return redirect_to_login(request.GET.get("next") or request.path, settings.LOGIN_URL)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Put the board's buttons beside the stock addresses, without those that are not here."""
        stock = [each for each in super().get_urls() if getattr(each, "name", "") not in NOT_HERE]
        return [
            path("publish-now/", self.admin_view(board.publish_now), name="publish_now"),
            path("search/", self.admin_view(search), name="search"),
            path("ledger/", self.admin_view(require_safe(ledger.show)), name="ledger"),
            path("ledger/late.csv", self.admin_view(require_safe(ledger.late_csv)), name="late_duties"),
            path(
                "ledger/overrides.csv", self.admin_view(require_safe(ledger.overrides_csv)), name="overrides"
            ),
            path("messages/<int:pk>/again/", self.admin_view(ledger.message_again), name="message_again"),
            path("readings/", self.admin_view(evidence.readings), name="readings"),
            *(
                path(
                    f"evidence/{kind}/<int:pk>/",
                    self.admin_view(evidence.take),
                    {"kind": kind},
                    name=f"evidence_{kind}",
                )
                for kind in evidence.KINDS
            ),
            path("ledger/<int:pk>/explain/", self.admin_view(ledger.explain), name="explain_missed"),
            path("tasks/<int:pk>/close/", self.admin_view(board.close), name="close_task"),
            *stock,
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the board: the desk's first page says what is owed."""
        return board.show(request)
