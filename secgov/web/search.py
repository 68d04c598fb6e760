"""The desk's search page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secgov.web.finding import LONGEST, find, words_of


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits `?q=`, by kind."""
    asked = " ".join(words_of(request.GET.get("q", "")))
    context = {"asked": asked, "groups": find(asked, person=request.user), "longest": LONGEST}
    return render(request, "admin/search.html", context)
