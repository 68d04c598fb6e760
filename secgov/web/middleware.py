"""What happens around every page: errors become pages, and roles that need a second proof give one."""

from collections.abc import Callable
from typing import Any

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from secgov.accounts.permissions import read_once
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.web import errors

Answer = Callable[[HttpRequest], HttpResponse]

MOST_OF_A_NAME = 255  # as long as the table of tries keeps one
OPEN_WITHOUT_SECOND_FACTOR = ("/accounts/", "/static/", "/guidance/", "/healthz", "/readyz", "/metrics")


class ErrorsMiddleware:
    """Turns the three errors into their pages: a refusal is 422, no permission 403 or 404, a conflict 409."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on; errors are dealt with in `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with the page of one of the three errors; anything else is a fault and goes on.

        What a view does not find has the site's own page on a sample copy too, where Django would show its workings.
        """
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        if isinstance(exception, NotPermitted):
            return errors.not_permitted(request, exception)
        if isinstance(exception, Conflict):
            return errors.conflict(request, exception)
        if isinstance(exception, Http404):
            return errors.not_found(request, exception)
        return None


class RequestIdMiddleware:
    """Tells the reader the name that this request has in our logs and in the journal's acts."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, and name the request in the answer."""
        name = str(structlog.contextvars.get_contextvars()["request_id"])
        answer = self.get_response(request)
        answer.headers["X-Request-ID"] = name
        return answer


class RolesReadOnceMiddleware:
    """Has the reader's roles read once for a request that only reads: the desk's pages ask for them by the dozen.

    A request that does something asks each time, so that a role taken away meanwhile is gone.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, with the reader marked, who is not looked up before somebody asks."""
        if request.method in ("GET", "HEAD"):
            reader = request.user
            request.user = SimpleLazyObject(lambda: read_once(reader))
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads a signed-in person without a second proof to where one is set up, wherever it is compulsory."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand on, or redirect. Every role reads or writes something not White, so nobody is let off."""
        if (
            settings.SECOND_FACTOR_REQUIRED
            and request.user.is_authenticated
            and not request.path.startswith(OPEN_WITHOUT_SECOND_FACTOR)
            and not is_mfa_enabled(request.user)
        ):
            return redirect("mfa_activate_totp")
        return self.get_response(request)


def client_ip(request: HttpRequest) -> str:
    """Give the address that a request comes from, past as many proxies as we run ourselves.

    Each proxy of ours appends the address it saw, so the one we trust stands that many places from the end;
    anything before it is what the caller claims.
    """
    if settings.TRUSTED_PROXIES:
        passed = [
            part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
        ]
        if len(passed) >= settings.TRUSTED_PROXIES:
            return passed[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Give the name under which a wrong password is counted, as much of it as can be kept: nobody's is longer."""
    name = (credentials if credentials else request.POST).get("username")
    return str(name)[:MOST_OF_A_NAME] if name else None
