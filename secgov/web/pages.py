"""Pages that belong to no app: home, guidance."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cpl.models import Edition
from secgov.web.api_changes import API_CHANGES
from secgov.web.assumptions import ASSUMPTIONS, GLOSSARY
from secgov.web.context import landing_place

GUIDANCE_FOR = {
    "suppliers": "web/guidance_suppliers.html",
    "dcc": "web/guidance_dcc.html",
    "parties": "web/guidance_parties.html",
    "fast-track": "web/guidance_fast_track.html",
    "integrate": "web/guidance_integrate.html",
    "api-changes": "web/guidance_api_changes.html",
    "contact": "web/contact.html",
}
"""The pages of guidance by their readers."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is, the newest edition, and the ways in."""
    newest = Edition.objects.placed().defer("manifest").first()
    return render(request, "web/home.html", {"newest": newest})


@require_safe
def guidance(request: HttpRequest) -> HttpResponse:
    """Say how the list works, what we assume, and what the words mean."""
    context = {
        "assumptions": ASSUMPTIONS,
        "glossary": GLOSSARY,
        "window": settings.EDITION_WINDOW_MINUTES,
        "fir_public": settings.FIR_PUBLIC,
    }
    return render(request, "web/guidance.html", context)


@require_safe
def guidance_for(request: HttpRequest, readers: str) -> HttpResponse:
    """Say in plain words what one kind of reader does here, and what is assumed of it."""
    template = GUIDANCE_FOR.get(readers)
    if template is None:
        raise Http404
    context = {
        "window": settings.EDITION_WINDOW_MINUTES,
        "address": settings.DEFAULT_FROM_EMAIL,
        "site": settings.SITE_URL,
        "changes": API_CHANGES,
    }
    return render(request, template, context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible this site is, and what is not."""
    return render(request, "web/accessibility.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which personal data are kept, why, and for how long."""
    return render(request, "web/privacy.html")


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a person who has just signed in to the part of the site made for them."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    return redirect(landing_place(request.user))
