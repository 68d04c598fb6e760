"""The DCC's people see what their systems ask for; its administrator changes their secrets."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from oauth2_provider.models import Application

from cpl.portal.frame import page
from secgov.accounts.clients import (
    ClientSeen,
    clients_seen,
    end_former_secret,
    may_keep,
    organisation_of,
    rotate_secret,
)
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock

OVERLAP_DAYS = 7
CALLS = {
    "POST token": "Asked for a token",
    "GET edition bytes": "Took an edition’s files, or its manifest",
    "POST receipt": "Said what became of an edition",
    "GET changes": "Asked what changed",
    "PUT deployed products": "Sent the Deployed Products List",
    "PUT deployed counts": "Sent how many Devices are in use",
    "PUT smets1 eligible": "Sent the Eligible list",
    "PUT smets1 pending": "Sent the Pending list",
    "GET releases": "Read the Firmware Information Repository",
    "GET release": "Read a firmware release",
}
"""What the calls that matter are to people; any other is shown by its name."""


class SecretForm(forms.Form):
    """A new secret for a client, and how long the former goes on."""

    use_required_attribute = False
    overlap_days = forms.IntegerField(
        label="Days for which the former secret goes on", min_value=0, max_value=30, initial=OVERLAP_DAYS,
        help_text="0 to 30. Within them change it in every system of yours.",
        error_messages={"required": "Give a number of days, for example 7; 0 ends the former secret now."},
    )  # fmt: skip
    reason = forms.CharField(
        label="Reason", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), help_text="Kept in the journal.",
        error_messages={"required": "Say why: one sentence will do."},
    )  # fmt: skip


class EndForm(forms.Form):
    """Why a former secret ends before its time."""

    use_required_attribute = False
    reason = forms.CharField(
        label="Reason", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Every token that is out ends as well: systems get another by themselves.",
        error_messages={"required": "Say why: one sentence will do."},
    )  # fmt: skip


@login_required
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """Show the clients of one's organisation, and what each asked for lately."""
    return _show(request, own_organisations(request))


@login_required
@require_POST
@never_cache
def change_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a client's secret, and show the new one this once."""
    own = own_organisations(request)
    client = own_client(own, pk)
    form = SecretForm(request.POST, auto_id=f"secret_{pk}_%s")
    secret = changed_secret(request, client, form)
    if secret is None:
        return _show(request, own, refused={pk: form}, status=422)
    return page(request, "client_secret.html", {"client": client, "secret": secret})


@login_required
@require_POST
def end_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut a client's former secret now."""
    own = own_organisations(request)
    client = own_client(own, pk)
    form = EndForm(request.POST, auto_id=f"end_{pk}_%s")
    if not ended_secret(request, client, form):
        return _show(request, own, ending={pk: form}, status=422)
    return redirect("portal:clients")


def own_organisations(request: HttpRequest) -> list[Organisation]:
    """Give the organisations with clients whose doings the person may see. Raises Http404 for anybody else."""
    found = organisations_of(request.user, Duty.READ_OWN_CLIENTS)
    own = [each for each in found if each.kind == Organisation.Kind.DCC]
    if not own:
        raise Http404
    return own


def own_client(own: list[Organisation], pk: int) -> Application:
    """Give a client of these organisations; another's does not exist."""
    client = get_object_or_404(Application.objects.select_related("user"), pk=pk)
    if organisation_of(client) not in own:
        raise Http404
    return client


def changed_secret(request: HttpRequest, client: Application, form: SecretForm) -> str | None:
    """Give a client's new secret by a form; None where something was wrong with it, which it shows."""
    if not form.is_valid():
        return None
    try:
        return rotate_secret(
            client=client, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"],
            overlap=dt.timedelta(days=form.cleaned_data["overlap_days"]),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_error(refusal.field or None, f"{refusal.message} {refusal.remedy}".strip())
        return None


def ended_secret(request: HttpRequest, client: Application, form: EndForm) -> bool:
    """End a client's former secret by a form; False where something was wrong with it, which it shows."""
    if not form.is_valid():
        return False
    try:
        end_former_secret(client=client, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
    except Refusal as refusal:
        form.add_error(refusal.field or None, f"{refusal.message} {refusal.remedy}".strip())
        return False
    messages.success(
        request, "The former secret no longer opens anything, and every token that was out has ended."
    )
    return True


def shown_clients(
    request: HttpRequest,
    seen: list[ClientSeen],
    refused: dict[int, Any] | None = None,
    ending: dict[int, Any] | None = None,
) -> list[dict[str, Any]]:
    """Give clients as a page shows them, with the forms of whoever may change their secrets."""
    return [
        {
            "seen": each,
            "uses": [(use, CALLS.get(use.call, use.call)) for use in each.uses],
            "may": each.organisation is not None and may_keep(each.organisation, request.user),
            "form": (refused or {}).get(each.client.pk) or SecretForm(auto_id=f"secret_{each.client.pk}_%s"),
            "ending": (ending or {}).get(each.client.pk) or EndForm(auto_id=f"end_{each.client.pk}_%s"),
        }
        for each in seen
    ]


def _show(
    request: HttpRequest,
    own: list[Organisation],
    *,
    refused: dict[int, Any] | None = None,
    ending: dict[int, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = clients_seen(at=clock.now(), organisations=own)
    context = {
        "clients": shown_clients(request, seen, refused, ending),
        "form": next(iter((refused or ending or {}).values()), None),
        "secret_url": "portal:client-secret",
        "end_url": "portal:end-client-secret",
    }
    return page(request, "clients.html", context, status=status)
