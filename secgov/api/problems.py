"""Errors as problem JSON (RFC 9457), each with a code, and with the clause where the Code says no."""

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status

from secgov.errors import Conflict, NotPermitted, Refusal


def problem(
    code: str, http_status: int, title: str, detail: str, *, clause: str = "", fields: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """Make an answer of media type `application/problem+json`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": http_status,
        "code": code,
        "detail": detail,
    }
    if clause:
        body["clause"] = clause
    if fields:
        body["fields"] = fields
    body.update(more)
    return HttpResponse(
        orjson.dumps(body, default=str),
        status=http_status,
        content_type="application/problem+json",
        headers=headers,
    )


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer for every address below /api/ at which nothing stands."""
    slash = "" if request.path.endswith("/") else " Most addresses end with a slash."
    return problem("not_found", 404, "Not found", f"There is nothing at this address.{slash}")


def is_api(request: HttpRequest) -> bool:
    """Say whether a request is of a program, which is to be answered in problem JSON whatever happens."""
    return request.path.startswith("/api/")


def failed(status: int) -> HttpResponse:
    """Answer where Django itself refused a request, or where we failed; nothing of what went wrong inside is told."""
    code, title, detail = _FAILURES[status]
    return problem(code, status, title, detail)


_FAILURES = {
    400: ("bad_request", "Not understood", "The request could not be read."),
    403: ("not_permitted", "Not permitted", "You may not do this."),
    404: ("not_found", "Not found", "There is nothing at this address."),
    500: ("fault", "A fault of ours", "Something went wrong here. Nothing was half done; try again later."),
}


def _refusal(refusal: Refusal) -> HttpResponse:
    fields = [
        {"field": each.field, "message": each.message, "clause": each.clause, "remedy": each.remedy}
        for each in refusal.each
        if each.field or each.remedy
    ]
    return problem("refused", 422, "The Code says no", refusal.message, clause=refusal.clause, fields=fields)


def _field_messages(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [
            each
            for name, inner in detail.items()
            for each in _field_messages(inner, f"{path}.{name}".strip("."))
        ]
    if isinstance(detail, list):
        return [
            each
            for place, inner in enumerate(detail)
            for each in _field_messages(
                inner, f"{path}.{place}".strip(".") if isinstance(inner, dict | list) else path
            )
        ]
    return [{"field": path, "message": str(detail)}]


def _title(error: exceptions.APIException) -> str:
    return {
        400: "Not understood",
        401: "Not known",
        403: "Not permitted",
        404: "Not known",
        405: "Not done here",
        406: "Not in that form",
        413: "Too long",
        415: "Not in that form",
        429: "Too often",
    }.get(error.status_code, "Refused")


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn an error of a view into problem JSON; None for a fault of ours, which is a 500."""
    if isinstance(error, Refusal):
        return _refusal(error)
    if isinstance(error, NotPermitted):
        if error.hidden:
            return problem("not_found", 404, "Not found", "There is nothing at this address.")
        return problem("not_permitted", 403, "Not permitted", error.message)
    if isinstance(error, Conflict):
        return problem("conflict", 409, "Someone else was first", error.message, newer=error.newer)
    if isinstance(error, Http404):
        return problem("not_found", 404, "Not found", "There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return problem("not_permitted", 403, "Not permitted", "You may not do this.")
    if isinstance(error, exceptions.ValidationError):
        return problem(
            "invalid", status.HTTP_400_BAD_REQUEST, "Not understood", "Some values are missing or wrong: see fields.",
            fields=_field_messages(error.detail),
        )  # fmt: skip
    if isinstance(error, exceptions.APIException):
        headers = {}
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait))
        if isinstance(error, exceptions.MethodNotAllowed):
            headers["Allow"] = ", ".join(context["view"].allowed_methods)
        code = str(getattr(error, "default_code", "error"))
        return problem(code, error.status_code, _title(error), str(error.detail), headers=headers)
    return None
