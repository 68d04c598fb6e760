"""Keeping the register of Security Characteristics: sets, earlier versions, GBCS mapping, Maintenance End Dates."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import MaintenanceEnd, ScVersion, SecurityCharacteristic
from cpl.portal.judged import DayField, JudgedForm, refuse
from cpl.rules.device_types import CHOICES as DEVICE_TYPES
from cpl.services import security_characteristics as register
from cpl.services.sc_checks import listed_past_maintenance
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from ssc.portal.frame import page
from ssc.portal.proposal_forms import AskedForm


class SetForm(AskedForm):
    """A set that NCSC keeps already."""

    name = forms.CharField(max_length=120, help_text="As NCSC calls it.")
    device_types = forms.MultipleChoiceField(
        label="Physical Device Types", choices=DEVICE_TYPES, widget=forms.CheckboxSelectMultiple
    )
    link = forms.URLField(
        label="Where NCSC publishes it",
        assume_scheme="https",
        required=False,
        max_length=300,
        help_text="Linked; we never fetch it.",
    )


class EarlierVersionForm(AskedForm):
    """A version that NCSC had published before this register began."""

    characteristic = forms.ModelChoiceField(label="Set", queryset=SecurityCharacteristic.objects.all())
    number = forms.CharField(
        label="Version",
        max_length=10,
        help_text="For example 1.2.",
        widget=forms.TextInput(attrs={"class": "w-s"}),
    )
    published_on = DayField(label="Published on", help_text="For example 1 February 2022.")
    mitigations = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8, "class": "id"}),
        help_text="One a line: DEV.M123 | name | threats | requirements.",
    )  # fmt: skip
    gbcs_versions = forms.CharField(
        label="GBCS versions", required=False, max_length=100, help_text="For example 3.2, 4.0."
    )


class MappingForm(AskedForm):
    """With which GBCS versions a version goes."""

    version = forms.ModelChoiceField(queryset=ScVersion.objects.select_related("characteristic"))
    gbcs_versions = forms.CharField(
        label="GBCS versions", required=False, max_length=100, help_text="All of them, for example 3.2, 4.0."
    )
    reason = forms.CharField(help_text="For example the version of Schedule 11.", max_length=500)


class MaintenanceForm(AskedForm):
    """A Maintenance End Date."""

    spec_type = forms.ChoiceField(label="Specification", choices=[("SMETS", "SMETS"), ("CHTS", "CHTS")])
    spec_version = forms.CharField(
        label="Its version", max_length=8, widget=forms.TextInput(attrs={"class": "w-s"})
    )
    gbcs_version = forms.CharField(
        label="GBCS version", max_length=8, widget=forms.TextInput(attrs={"class": "w-s"})
    )
    ends_on = DayField(
        label="Maintenance End Date", required=False, help_text="Leave it empty where it is open-ended again."
    )
    source = forms.CharField(label="Where Schedule 11 says so", max_length=200)


ACTS: dict[str, tuple[str, type[JudgedForm], Callable[..., object]]] = {
    "set": ("Enter a set", SetForm, register.register_set),
    "version": ("Take over an earlier version", EarlierVersionForm, register.record_earlier_version),
    "gbcs": ("Map to GBCS versions", MappingForm, register.map_gbcs),
    "maintenance": ("Record a Maintenance End Date", MaintenanceForm, register.set_maintenance_end),
}


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the register to those who keep and use it, with what is warned of."""
    if not permitted(request.user, Duty.READ_PROPOSALS):
        raise NotPermitted("These pages are for the Security Sub-Committee and the Secretariat.")
    context = {
        "sets": SecurityCharacteristic.objects.prefetch_related(
            "versions__gbcs_mappings", "versions__mitigations"
        ),
        "ends": MaintenanceEnd.objects.filter(ended_at=None),
        "past": listed_past_maintenance(on=clock.today()),
        "may_keep": permitted(request.user, Duty.KEEP_SC_REGISTER) is not None,
        "acts": [(slug, title) for slug, (title, _, _) in ACTS.items()],
    }
    return page(request, "sc_register.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form of an entry into the register; on POST make it."""
    require(request.user, Duty.KEEP_SC_REGISTER)
    if slug not in ACTS:
        raise Http404
    title, kind, service = ACTS[slug]
    form = kind(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)
        try:
            service(by=request.user, at=clock.now(), **values)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"{title}: done.")
            return redirect("ssc:sc-register")
    return page(
        request, "sc_register_act.html", {"form": form, "title": title}, status=422 if form.errors else 200
    )
