"""The inbox: what one's organisations were told."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from cpl.models import RelayedNotice
from cpl.portal.frame import own_notices, page
from cpl.services.relays import read_relayed
from secgov.accounts.contacts import mark_notice_read
from secgov.journal import clock
from secgov.journal.models import Notice

PAGE = 25


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices to one's organisations, newest first."""
    rows = own_notices(request.user)
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    several = len({each.organisation_id for each in found.object_list}) > 1
    return page(request, "notices.html", {"page": found, "several": several})


@login_required
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one notice in the words in which it was mailed. Looking changes nothing: to have read it is an act."""
    row = get_object_or_404(own_notices(request.user), pk=pk)
    if row.subject_type != RelayedNotice._meta.label_lower:
        return page(request, "notice.html", {"notice": row, "body": words_of(row)})
    relay = read_relayed(notice=row, by=request.user, at=clock.now())
    return page(request, "notice.html", {"notice": row, "body": relay.text, "relay": relay})


def words_of(row: Notice) -> str:
    """Give the text of a notice as its mail had it."""
    context = {**row.context, "site_url": settings.SITE_URL, "environment": settings.ENVIRONMENT_NAME}
    # What a template gives is marked as safe HTML, but mail is plain text: made plain again here, so that the page
    # escapes it.
    return render_to_string(f"emails/{row.template}/body.txt", context).strip() + "\n"


@login_required
@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a notice has been read."""
    mark_notice_read(
        notice=get_object_or_404(own_notices(request.user), pk=pk), by=request.user, at=clock.now()
    )
    return redirect("portal:notices")
