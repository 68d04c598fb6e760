"""The DCC's side on the Secretariat's desk: published against loaded, calls to its address, its clients (F2.8(a), F2.9)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import Application

from cpl.admin.decisions import draw
from cpl.models import Receipt, WebhookCall, WebhookPause
from cpl.portal.clients import EndForm, SecretForm, changed_secret, ended_secret, shown_clients
from cpl.rules.loading import HELD_BACK
from cpl.services.loading import loading
from cpl.services.publication import dcc_standing, open_pause, resume_webhook
from secgov.accounts.clients import clients_seen
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Conflict
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag
from secgov.journal.models import Obligation

CALLS_SHOWN = 10
ENTRIES_SHOWN = 100


class ResumeForm(forms.Form):
    """Why calls are made again."""

    use_required_attribute = False
    reason = forms.CharField(
        label="What was put right?", max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the journal.", error_messages={"required": "Say what the DCC found or changed."},
    )  # fmt: skip


@admin.register(Receipt)
class ReceiptAdmin(RegisterAdmin):
    """What the DCC said of each edition (F2.9)."""

    list_display = ("edition", "kind", "at", "by_pull", "client", "was_newest")
    list_filter = ("kind", "by_pull", "was_newest")
    search_fields = ("=edition__number", "manifest_sha256")
    date_hierarchy = "at"
    list_select_related = ("edition", "client")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        """Leave the editions' bytes where they are."""
        return super().get_queryset(request).defer("edition__manifest")

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the DCC's side, and the buttons about its clients."""
        view = self.admin_site.admin_view
        return [
            path("dcc/", view(require_safe(show)), name="cpl_receipt_dcc"),
            path(
                "dcc/clients/<int:pk>/secret/", view(require_POST(change_secret)), name="cpl_receipt_secret"
            ),
            path("dcc/clients/<int:pk>/end/", view(require_POST(end_secret)), name="cpl_receipt_end_secret"),
            *super().get_urls(),
        ]


@admin.register(WebhookCall)
class WebhookCallAdmin(RegisterAdmin):
    """Every call to the DCC's own address (F2.8(a))."""

    list_display = ("edition", "standing", "enqueued_at", "attempts", "delivered_at", "last_error")
    search_fields = ("=edition__number", "last_error")
    date_hierarchy = "enqueued_at"
    list_select_related = ("edition",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookCall]:
        """Leave the editions' bytes where they are."""
        return super().get_queryset(request).defer("edition__manifest")

    @admin.display(description="state", ordering="delivered_at")
    def standing(self, call: WebhookCall) -> SafeString:
        """Taken, or waiting."""
        return tag("good", "Taken") if call.delivered_at else tag("", "Waiting")

    def get_urls(self) -> list[URLPattern]:
        """Add the button that ends a pause."""
        resume_view = self.admin_site.admin_view(require_POST(resume))
        return [path("resume/", resume_view, name="cpl_webhookcall_resume"), *super().get_urls()]


def show(
    request: HttpRequest,
    *,
    refused: forms.Form | None = None,
    secrets: dict[int, forms.Form] | None = None,
    ending: dict[int, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page; `refused`, `secrets` and `ending` are forms that were not taken."""
    at = clock.now()
    found = loading()
    rows = found.not_loaded
    held = [each for each in rows if each.why == HELD_BACK]
    context = {
        "form": refused or next(iter((secrets or ending or {}).values()), None),
        "loading": found,
        "held": held,
        "not_yet": len(rows) - len(held),
        "page": Paginator([(each, _age(each.since, at)) for each in rows], ENTRIES_SHOWN).get_page(
            request.GET.get("page")
        ),
        "standing": dcc_standing(),
        "clocks": Obligation.objects.standing().filter(clause="F2.9").order_by("due_at", "id")[:5],
        "address_set": bool(settings.DCC_WEBHOOK_URL),
        "pause": open_pause(),
        "resume": refused or ResumeForm(auto_id="resume_%s"),
        "may_resume": permitted(request.user, Duty.RESUME_WEBHOOK) is not None,
        "calls": WebhookCall.objects.select_related("edition").defer("edition__manifest")[:CALLS_SHOWN],
        "pauses": WebhookPause.objects.exclude(ended_at=None).select_related("ended_by")[:3],
        "clients": shown_clients(request, clients_seen(at=at), secrets, ending),
        "secret_url": "admin:cpl_receipt_secret",
        "end_url": "admin:cpl_receipt_end_secret",
    }
    return draw(request, "admin/cpl/dcc.html", context, status=status)


def resume(request: HttpRequest) -> HttpResponse:
    """Make calls to the DCC's address again."""
    form = ResumeForm(request.POST, auto_id="resume_%s")
    if not form.is_valid():
        return show(request, refused=form, status=422)
    pause = open_pause()
    if pause is None:
        raise Conflict("Calls are made again already.")
    resume_webhook(pause=pause, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
    messages.success(request, "Calls to the DCC’s system are made again.")
    return redirect("admin:cpl_receipt_dcc")


def change_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a client's secret, and show the new one this once."""
    client = get_object_or_404(Application.objects.select_related("user"), pk=pk)
    form = SecretForm(request.POST, auto_id=f"secret_{pk}_%s")
    secret = changed_secret(request, client, form)
    if secret is None:
        return show(request, secrets={pk: form}, status=422)
    answer = draw(request, "admin/cpl/client_secret.html", {"client": client, "secret": secret})
    add_never_cache_headers(answer)
    return answer


def end_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a client's former secret now."""
    client = get_object_or_404(Application.objects.select_related("user"), pk=pk)
    form = EndForm(request.POST, auto_id=f"end_{pk}_%s")
    if not ended_secret(request, client, form):
        return show(request, ending={pk: form}, status=422)
    return redirect("admin:cpl_receipt_dcc")


def _age(since: Any, at: Any) -> str:
    """How long something has lasted, in days, or in hours and minutes of the first day."""
    minutes = max(0, int((at - since).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days"
    return f"{minutes // 60} h {minutes % 60} min"
