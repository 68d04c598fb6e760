"""Errors as problem JSON (RFC 9457), each with a code, and with the clause where the Code says no."""

from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status

from secgov.errors import Conflict, NotPermitted, Refusal


def problem(
    code: str, http_status: int, title: str, detail: str, *, clause: str = "", fields: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None, **more: Any,
) -> HttpResponse:  # fmt: skip
    """Make an answer of media type `application/problem+json`."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": http_status, "code": code, "detail": detail}
    if clause:
        body["clause"] = clause
    if fields:
        body["fields"] = fields
    body.update(more)
    return HttpResponse(
        orjson.dumps(body, default=str), status=http_status, content_type="application/problem+json", headers=headers
    )


def _refusal(refusal: Refusal) -> HttpResponse:
    fields = [
        {"field": each.field, "message": each.message, "clause": each.clause, "remedy": each.remedy}
        for each in refusal.each
        if each.field or each.remedy
    ]
    return problem("refused", 422, "The Code says no", refusal.message, clause=refusal.clause, fields=fields)


def _field_messages(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [each for name, inner in detail.items() for each in _field_messages(inner, f"{path}.{name}".strip("."))]
    if isinstance(detail, list):
        return [
            each
            for place, inner in enumerate(detail)
            for each in _field_messages(inner, f"{path}.{place}".strip(".") if isinstance(inner, dict | list) else path)
        ]
    return [{"field": path, "message": str(detail)}]


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
        code = str(getattr(error, "default_code", "error"))
        return problem(code, error.status_code, error.default_detail, str(error.detail), headers=headers)
    return None
