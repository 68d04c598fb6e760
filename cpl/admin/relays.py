"""Notices that NCSC asks for, on the Secretariat's desk: recording one word for word, and giving it to every Party."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cpl.admin.decisions import draw
from cpl.models import RelayedNotice
from cpl.portal.judged import error_of
from cpl.services.relays import read_at_desk, record_request, relay_notice
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Classification
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag
from secgov.journal.models import Act, Notice
from secgov.time_rules import LONDON


class RelayForm(forms.Form):
    """A notice as NCSC worded it."""

    use_required_attribute = False
    title = forms.CharField(
        label="What it is about", max_length=150,
        help_text="In words that anybody may read: they stand in the subject and in the inbox.",
        error_messages={"required": "Say in a few words what it is about."},
    )  # fmt: skip
    classification = forms.ChoiceField(
        label="Classification", choices=[("", "Choose one"), *Classification.choices],
        help_text="As NCSC marked it. White is mailed word for word. Anything else is mailed as “sign in to read”.",
        error_messages={"required": "Choose the classification that NCSC gave it, for example Amber."},
    )  # fmt: skip
    received_at = forms.DateTimeField(
        label="Received", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="London time at which NCSC’s request came in. Our target of a Working Day runs from here.",
        error_messages={"required": "Give the day and time.", "invalid": "Give a day and time, for example 2027-01-15 14:30."},
    )  # fmt: skip
    reference = forms.CharField(label="NCSC’s reference", max_length=100, required=False)
    text = forms.CharField(
        label="The notice, word for word", max_length=20000, strip=False, widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": "Copy NCSC’s words exactly."},
    )  # fmt: skip

    def clean_received_at(self) -> dt.datetime:
        """Read what was typed as London time."""
        given = self.cleaned_data["received_at"]
        return given.replace(tzinfo=LONDON).astimezone(dt.UTC)

    def clean_text(self) -> str:
        """Take the line ends as they were written; a browser sends others."""
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service refused beside its field."""
        for each in refusal.each:
            self.add_error(each.field if each.field in self.fields else None, error_of(each))


@admin.register(RelayedNotice)
class RelayedNoticeAdmin(RegisterAdmin):
    """Every notice that NCSC asked for."""

    list_display = ("title", "standing", "classification", "received_at", "sent_at", "recorded_by")
    list_filter = ("classification", ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "reference")
    date_hierarchy = "received_at"
    list_select_related = ("recorded_by",)
    change_list_template = "admin/cpl/relays.html"

    @admin.display(description="state", ordering="sent_at")
    def standing(self, relay: RelayedNotice) -> SafeString:
        """Whether the Parties have it."""
        return tag("good", "Given") if relay.sent_at else tag("warn", "Not given yet")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that records one, and the button that gives it."""
        view = self.admin_site.admin_view
        start = view(require_http_methods(["GET", "HEAD", "POST"])(self.start))
        return [
            path("relay/", start, name="cpl_relayednotice_start"),
            path("<int:pk>/give/", view(require_POST(self.give)), name="cpl_relayednotice_give"),
            *super().get_urls(),
        ]

    def start(self, request: HttpRequest) -> HttpResponse:
        """Record a notice; with the second button give it at once."""
        if request.method != "POST":
            london = clock.now().astimezone(LONDON)
            form = RelayForm(initial={"received_at": london.replace(tzinfo=None), "classification": ""})
            return self._form(request, form)
        form = RelayForm(request.POST)
        if form.is_valid():
            try:
                relay = record_request(by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"Recorded: {relay}. Look at it once more, then give it to the Parties."
                )
                return redirect(reverse("admin:cpl_relayednotice_change", args=[relay.pk]))
        return self._form(request, form, status=422)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one notice exactly as it will be, or was, given."""
        rows = RelayedNotice.objects.select_related("recorded_by", "sent_by", "obligation")
        found = get_object_or_404(rows, pk=object_id if object_id.isdigit() else None)
        relay = read_at_desk(relay=found, by=request.user, at=clock.now())
        subject = {"subject_type": RelayedNotice._meta.label_lower, "subject_id": str(relay.pk)}
        notices = Notice.objects.filter(**subject)
        context = {
            "relay": relay,
            "may_give": relay.sent_at is None and permitted(request.user, Duty.RELAY_NOTICE),
            "parties": Organisation.objects.parties().count(),
            "given": notices.aggregate(
                all=Count("pk", distinct=True),
                mailed=Count("pk", filter=Q(messages__sent_at__isnull=False), distinct=True),
            ),
            "readings": Act.objects.filter(verb="cpl.relayed_notice.read", **subject).select_related("actor")[
                :200
            ],
            "acts": Act.objects.filter(**subject)
            .exclude(verb="cpl.relayed_notice.read")
            .select_related("actor")[:30],
        }
        return draw(request, "admin/cpl/relay.html", context)

    def give(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give it to every Party."""
        relay = relay_notice(relay=get_object_or_404(RelayedNotice, pk=pk), by=request.user, at=clock.now())
        messages.success(request, f"Every Party has “{relay}” in its inbox, and its mail is on the way.")
        return redirect(reverse("admin:cpl_relayednotice_change", args=[relay.pk]))

    def _form(self, request: HttpRequest, form: RelayForm, *, status: int = 200) -> HttpResponse:
        return draw(request, "admin/cpl/relay_form.html", {"form": form}, status=status)
