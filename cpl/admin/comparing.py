"""Side by side on the desk: two versions of a submission, and any two entries."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cpl.admin.decisions import draw
from cpl.comparing import Line, compare_entries, compare_versions, two_versions
from cpl.models import DeviceModel, Submission


def show_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Show two versions of a submission: `?a=1&b=2`, or the newest two."""
    submission = get_object_or_404(Submission.objects.visible_to(request.user), pk=pk)
    found = list(submission.versions.select_related("by"))
    chosen = two_versions(found, request.GET.get("a", ""), request.GET.get("b", ""))
    if chosen is None:
        raise Http404
    context = {
        "submission": submission,
        "versions": found,
        "a": chosen[0],
        "b": chosen[1],
        **_laid(compare_versions(*chosen), f"Version {chosen[0].number}", f"Version {chosen[1].number}"),
    }
    return draw(request, "admin/cpl/versions.html", context)


def show_entries(request: HttpRequest) -> HttpResponse:
    """Show two entries side by side, `?a=000701&b=000702`; with fewer ask for them."""
    numbers = [request.GET.get(name, "").strip() for name in ("a", "b")]
    entries = [_entry(number) for number in numbers]
    context = {
        "numbers": numbers,
        "entries": entries,
        "missing": [number for number, entry in zip(numbers, entries, strict=True) if number and not entry],
    }
    first, second = entries
    if first and second:
        context |= _laid(compare_entries(first, second), f"Entry {first}", f"Entry {second}")
    return draw(request, "admin/cpl/compare_entries.html", context)


def _entry(number: str) -> DeviceModel | None:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    rows = DeviceModel.objects.select_related("manufacturer", "firmware_record").prefetch_related("periods")
    return rows.filter(pk=int(number)).first()


def _laid(lines: list[Line], before: str, after: str) -> dict[str, object]:
    return {
        "lines": [line for line in lines if line.differs],
        "same": sum(not line.differs for line in lines),
        "before": before,
        "after": after,
    }
