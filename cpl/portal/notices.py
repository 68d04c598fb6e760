"""The inbox: what one's organisations were told; read or not by oneself, searched, filtered, and as a feed."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from cpl.atom import PlainFeed
from cpl.models import RelayedNotice
from cpl.portal.frame import own_notices, page
from cpl.services.relays import WITHHELD, read_relayed
from secgov.accounts.contacts import mark_notice_read
from secgov.accounts.feeds import make_feed_token, person_of_feed, revoke_feed_token
from secgov.accounts.models import FeedToken, User
from secgov.journal import clock
from secgov.journal.models import Notice, NoticeReading

PAGE = 25
IN_FEED = 50
READ, UNREAD = "read", "unread"
TO_SIGN_IN_FOR = "A notice to read after signing in"
"""What a feed calls a notice that may not go by open mail: its title would tell what it is about."""


class InboxFilter(forms.Form):
    """Which notices to show. A value that is no choice shows everything."""

    q = forms.CharField(label="Words", required=False, max_length=100)
    clause = forms.CharField(label="Clause", required=False, widget=forms.Select)
    state = forms.CharField(label="State", required=False, widget=forms.Select)

    def __init__(self, *args: Any, clauses: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].widget.choices = [("", "Every clause"), *((each, each) for each in clauses)]
        self.fields["state"].widget.choices = [
            ("", "Read or not"),
            (UNREAD, "Not read by me"),
            (READ, "Read by me"),
        ]


def inbox(user: User) -> Any:
    """Give the notices to a person's organisations, each with whether this person has read it."""
    mine = NoticeReading.objects.filter(notice=OuterRef("pk"), reader=user)
    return own_notices(user).annotate(read_by_me=Exists(mine))


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the notices to one's organisations, newest first."""
    rows = inbox(request.user)
    clauses = list(own_notices(request.user).order_by("clause").values_list("clause", flat=True).distinct())
    shown = InboxFilter(request.GET or None, clauses=clauses)
    shown.is_valid()
    chosen = _chosen(rows, shown.cleaned_data if shown.is_bound else {})
    found = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "several": len({each.organisation_id for each in found.object_list}) > 1,
        "filter": shown,
        "filtered": any(request.GET.get(name) for name in ("q", "clause", "state")),
        "has_feed": FeedToken.objects.filter(user=request.user, revoked_at=None).exists(),
    }
    return page(request, "notices.html", context)


def _chosen(rows: Any, values: dict[str, str]) -> Any:
    if words := values.get("q"):
        rows = rows.filter(Q(title__icontains=words) | Q(context__icontains=words))
    if clause := values.get("clause"):
        rows = rows.filter(clause=clause)
    if values.get("state") in (READ, UNREAD):
        rows = rows.filter(read_by_me=values["state"] == READ)
    return rows


@login_required
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one notice in the words in which it was mailed. Looking changes nothing: to have read it is an act."""
    row = get_object_or_404(inbox(request.user), pk=pk)
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


@login_required
@require_POST
def make_feed(request: HttpRequest) -> HttpResponse:
    """Make the secret address of the person's feed and calendar, and show it this once."""
    secret = make_feed_token(by=request.user, at=clock.now())
    return page(request, "feed.html", {"secret": secret, "site_url": settings.SITE_URL})


@login_required
@require_POST
def revoke_feed(request: HttpRequest) -> HttpResponse:
    """Shut the person's feed and calendar."""
    revoke_feed_token(by=request.user, at=clock.now())
    return redirect("portal:notices")


def person_with_feed(request: HttpRequest) -> User:
    """Give the person whose secret the address carries; for any other there is nothing here."""
    person = person_of_feed(request.GET.get("token", ""))
    if person is None:
        raise Http404
    return person


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest notices as Atom. What may not be mailed open says here, too, only that it is there."""
    person = person_with_feed(request)
    rows = list(own_notices(person)[:IN_FEED])
    atom = PlainFeed(
        title="Notices under the Smart Energy Code", link=f"{settings.SITE_URL}/portal/notices/",
        description="What your organisation was told.", language="en-GB",
    )  # fmt: skip
    for row in rows:
        link = f"{settings.SITE_URL}/portal/notices/{row.pk}/"
        closed = row.template == WITHHELD or bool(row.context.get("sign_in"))
        title, words = (TO_SIGN_IN_FOR, "Sign in to read it.") if closed else (row.title, words_of(row))
        given = row.given_at.astimezone(dt.UTC)
        atom.add_item(
            title=title, link=link, text=words, unique_id=link, pubdate=given, updateddate=given,
            categories=[row.clause] if row.clause else [],
        )  # fmt: skip
    answer = HttpResponse(atom.writeString("utf-8"), content_type=atom.content_type)
    answer["Cache-Control"] = "private, no-store"
    return answer
