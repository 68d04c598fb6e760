"""Taking up an invitation by the mailed link."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from secgov.accounts.models import Invitation, User
from secgov.accounts.people import accept_invitation, find_invitation, signs_in_already
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.web.registering import link_is_gone


class JoinForm(forms.Form):
    """A name and a password, for whoever has none yet."""

    use_required_attribute = False
    name = forms.CharField(
        label="Your name", max_length=300, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Give your name."},
    )  # fmt: skip
    password = forms.CharField(
        help_text="At least 12 characters. Three words that do not belong together are good.", strip=False, max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password of at least 12 characters."},
    )  # fmt: skip


class NothingForm(forms.Form):
    """A press of a button."""


@never_cache
@sensitive_post_parameters("password")
@sensitive_variables("form", "values")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the invitation is for; on POST take it up, with name and password where there are none."""
    invitation = find_invitation(token=token, at=clock.now())
    if invitation is None:
        return link_is_gone(request)
    known = signs_in_already(invitation)
    if request.method != "POST":
        return _show(request, invitation, NothingForm() if known else JoinForm(), known=known)
    form = NothingForm(request.POST) if known else JoinForm(request.POST)
    if form.is_valid():
        values = {"name": "", "password": "", **form.cleaned_data}
        try:
            accept_invitation(token=token, by=_signed_in(request), at=clock.now(), **values)
        except Refusal as refusal:
            form.add_error(None, f"{refusal.message} {refusal.remedy}".strip())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if known:
                return redirect("after-sign-in")
            return render(request, "web/joined.html", {"invitation": invitation})
    return _show(request, invitation, form, known=known, status=422)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _show(
    request: HttpRequest, invitation: Invitation, form: forms.Form, *, known: bool, status: int = 200
) -> HttpResponse:
    person = _signed_in(request)
    mine = person is not None and person.email.lower() == invitation.email.lower()
    context = {"invitation": invitation, "form": form, "known": known, "mine": mine, "person": person}
    return render(request, "web/invitation.html", context, status=status)
