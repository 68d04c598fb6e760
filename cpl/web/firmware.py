"""The Firmware Information Repository, beside the list (Section F2.14 to F2.17)."""

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cpl.models import PublishedEntry
from cpl.web.entries import may_read_firmware
from firmware_repo.models import FirmwareRecord
from secgov.errors import NotPermitted

PAGE = 25


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """List the releases of entries that an edition names; `q` looks for a number or a maker. Section F2.14"""
    if not may_read_firmware(request):
        return _turn_away(request)
    words = request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = Paginator(_matching(words), PAGE).get_page(request.GET.get("page"))
    entries = PublishedEntry.objects.defer("record").in_bulk([each.pk for each in page.object_list])
    rows = [(record, entries[record.pk]) for record in page.object_list]
    return render(request, "cpl/firmware_list.html", {"page": page, "rows": rows, "q": words})


@require_safe
def release(request: HttpRequest, number: int) -> HttpResponse:
    """Show one release: whom to ask, and what it mends."""
    if not may_read_firmware(request):
        return _turn_away(request)
    record = get_object_or_404(_published(), pk=number)
    entry = get_object_or_404(PublishedEntry.objects.defer("record"), number=number)
    return render(request, "cpl/firmware.html", {"firmware": record, "entry": entry})


def _published() -> QuerySet[FirmwareRecord]:
    """The releases whose entry an edition names: the repository stands beside the list, not before it (A-57)."""
    return FirmwareRecord.objects.filter(pk__in=PublishedEntry.objects.values("number")).select_related(
        "manufacturer"
    )


def _matching(words: str) -> QuerySet[FirmwareRecord]:
    if not words:
        return _published()
    wanted = Q(manufacturer__name__icontains=words) | Q(manufacturer=words.upper())
    if words.isascii() and words.isdigit() and len(words) <= 6:
        wanted |= Q(pk=int(words))
    return _published().filter(wanted)


def _turn_away(request: HttpRequest) -> HttpResponse:
    """Ask the public to sign in; tell somebody who has, and belongs to no organisation, that it takes one."""
    if request.user.is_authenticated:
        raise NotPermitted("The Firmware Information Repository is for people of an admitted organisation.")
    return redirect_to_login(request.get_full_path())
