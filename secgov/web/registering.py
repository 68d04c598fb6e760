"""Registering an organisation, by anybody: the form, and the link that proves the address."""

from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from secgov.accounts.models import Organisation
from secgov.accounts.registration import (
    CATEGORIES,
    KINDS,
    Applicant,
    confirm_registration,
    find_registration,
    register_organisation,
)
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.web.middleware import client_ip

MOST_AN_HOUR = 10  # forms sent from one address, good or bad, counted in each process of the web server


class RegistrationForm(forms.Form):
    """Who asks to be admitted."""

    use_required_attribute = False
    organisation_name = forms.CharField(
        label="Name of the organisation", max_length=400, help_text="As it is registered, for example Tarnwick Gas Meters Ltd.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": "Give the name of the organisation."},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="What it is", widget=forms.RadioSelect, choices=[(each, each.label) for each in KINDS],
        error_messages={"required": "Say what the organisation is."},
    )  # fmt: skip
    party_category = forms.ChoiceField(
        label="Category, if it is a SEC Party", required=False, help_text="Leave it at “not a Party” otherwise.",
        choices=[("", "Not a Party"), *((each, each.label) for each in CATEGORIES)],
    )  # fmt: skip
    person_name = forms.CharField(
        label="Your name", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Give your name."},
    )  # fmt: skip
    email = forms.EmailField(
        label="Your e-mail address", max_length=254, help_text="At the organisation. We send a link there to prove it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Give your e-mail address, for example a.person@example.com.",
            "invalid": "This is not a single e-mail address. Give one, for example a.person@example.com.",
        },
    )  # fmt: skip
    phone = forms.CharField(
        label="Telephone number", max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "w-m"}),
        error_messages={"required": "Give a telephone number, for example +44 1632 960114."},
    )  # fmt: skip
    note = forms.CharField(
        label="What the Secretariat should know", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example which devices you make, or who at the Secretariat knows you.",
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("form")
def register(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST keep the registration and mail the link. What it answers never depends on the address."""
    if request.method != "POST":
        return render(request, "web/register.html", {"form": RegistrationForm()})
    if not _may_try(client_ip(request)):
        tried = "This form was sent too often from where you are within the hour."
        return render(request, "429.html", {"tried": tried}, status=429)
    form = RegistrationForm(request.POST)
    if form.is_valid():
        try:
            register_organisation(applicant=Applicant(**form.cleaned_data), at=clock.now())
        except Refusal as refusal:
            for each in refusal.each:
                form.add_error(each.field or None, f"{each.message} {each.remedy}".strip())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return render(request, "web/register_done.html", {"email": form.cleaned_data["email"]})
    return render(request, "web/register.html", {"form": form}, status=422)


def _may_try(address: str) -> bool:
    key = f"register:{address}"
    cache.add(key, 0, timeout=3600)
    return cache.incr(key) <= MOST_AN_HOUR


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for one press, since programs that look into mails open links; on POST take the address as proved."""
    found = find_registration(token=token, at=clock.now())
    if found is None:
        return link_is_gone(request)
    organisation: Organisation = found.organisation
    context: dict[str, Any] = {"organisation": organisation}
    if request.method == "POST":
        confirm_registration(token=token, at=clock.now())
        return render(request, "web/register_confirmed.html", context)
    return render(request, "web/register_confirm.html", context)


def link_is_gone(request: HttpRequest) -> HttpResponse:
    """Answer 404 to a mailed link that is forged, used, withdrawn or expired; which of them, nobody learns."""
    return render(request, "web/link_gone.html", status=404)
