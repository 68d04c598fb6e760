"""Pages for everything that is not as it should be: one sentence what it is, one what to do."""

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

from secgov.api.problems import failed, is_api
from secgov.errors import Conflict, NotPermitted, Refusal


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: what came could not be read."""
    if is_api(request):
        return failed(400)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: known, but not for this person."""
    if is_api(request):
        return failed(403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404: nothing stands here, or nothing that this person may know of."""
    if is_api(request):
        return failed(404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database, which may be what failed."""
    if is_api(request):
        return failed(500)
    return HttpResponseServerError(loader.get_template("500.html").render())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose secret token is missing or old."""
    return HttpResponseForbidden(loader.get_template("403_csrf.html").render({}, request))


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer 422: the Code says no, with its clause. Forms show refusals themselves; this is for the rest."""
    return render(request, "422.html", {"refusals": refusal.each}, status=422)


def not_permitted(request: HttpRequest, error: NotPermitted) -> HttpResponse:
    """Answer 403 with the reason, or 404 where existence itself is private."""
    if error.hidden:
        return not_found(request)
    return render(request, "403.html", {"message": error.message}, status=403)


def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    """Answer 409: somebody was first; nothing was written. The newer state is shown, and what was typed, to copy it."""
    typed = [text for name, texts in request.POST.lists() if "password" not in name for text in texts]
    context = {
        "message": error.message,
        "newer": error.newer,
        "wrote": [
            text for text in typed if " " in text.strip()
        ],  # sentences: keys and digests have no blanks
    }
    return render(request, "409.html", context, status=409)
