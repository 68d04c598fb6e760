"""The search pages: the desk's, and that of the portal for what the SSC works on."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secgov.web.finding import LONGEST, find, find_work, words_of
from ssc.portal.frame import page


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits `?q=`, by kind."""
    asked = " ".join(words_of(request.GET.get("q", "")))
    context = {"asked": asked, "groups": find(asked, person=request.user), "longest": LONGEST}
    return render(request, "admin/search.html", context)


@login_required
@require_safe
def search_work(request: HttpRequest) -> HttpResponse:
    """Show what the SSC works on that fits `?q=`, of what the person may see."""
    asked = " ".join(words_of(request.GET.get("q", "")))
    context = {"asked": asked, "groups": find_work(asked, person=request.user), "longest": LONGEST}
    return page(request, "search.html", context)
