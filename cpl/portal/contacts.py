"""Where one's organisations are told things; their administrators keep it."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cpl.portal.frame import page
from secgov.accounts.contacts import add_contact, choose_digest, retire_contact
from secgov.accounts.models import Contact, Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock


class ContactForm(forms.Form):
    """An address for notices."""

    use_required_attribute = False
    email = forms.EmailField(
        label="E-mail address", max_length=254, help_text="A shared mailbox will do.",
        error_messages={
            "required": "Give an e-mail address, for example notices@example.com.",
            "invalid": "This is not a single e-mail address. Give one, for example notices@example.com.",
        },
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label="For", choices=Contact.Purpose.choices, initial=Contact.Purpose.NOTICES, required=False,
        help_text="Where you name nobody for updates or certificates, those for notices are told.",
    )  # fmt: skip
    name = forms.CharField(required=False, max_length=120, help_text="Of the person or the desk.")
    phone = forms.CharField(
        label="Telephone number",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "w-m"}),
    )

    digest = forms.BooleanField(
        label="One mail for the updates of a Working Day", required=False,
        help_text="For updates of the list only. Each stands in the portal at once; the mail comes before the next "
        "working morning.",
    )  # fmt: skip

    def clean_purpose(self) -> str:
        """Take notices where nothing was chosen."""
        return self.cleaned_data["purpose"] or Contact.Purpose.NOTICES

    def clean(self) -> dict[str, Any]:
        """Offer one mail for several where there are several: only updates of the list come so often (A-70)."""
        values = super().clean()
        if values.get("digest") and values.get("purpose") != Contact.Purpose.UPDATES:
            self.add_error(
                "digest",
                "Only updates of the list come in one mail. Choose them as the purpose, or leave it.",
            )
        return values


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest) -> HttpResponse:
    """Show the contacts of one's organisations; an administrator adds one by POST."""
    keeps = organisations_of(request.user, Duty.KEEP_OWN_CONTACTS)
    if request.method != "POST":
        return _show(request, keeps, ContactForm())
    organisation = next((each for each in keeps if str(each.pk) == request.POST.get("organisation")), None)
    if organisation is None:
        raise Http404
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            add_contact(organisation=organisation, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", f"{' '.join(error.messages)} Give another address.")
        else:
            return redirect("portal:contacts")
    return _show(request, keeps, form, status=422)


@login_required
@require_POST
def digest(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose for an address whether the updates of a Working Day come in one mail (A-70)."""
    keeps = organisations_of(request.user, Duty.KEEP_OWN_CONTACTS)
    rows = Contact.objects.filter(organisation__in=keeps, purpose=Contact.Purpose.UPDATES)
    contact = get_object_or_404(rows, pk=pk)
    choose_digest(contact=contact, digest="digest" in request.POST, by=request.user, at=clock.now())
    return redirect("portal:contacts")


@login_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Retire a contact."""
    keeps = organisations_of(request.user, Duty.KEEP_OWN_CONTACTS)
    contact = get_object_or_404(Contact.objects.filter(organisation__in=keeps), pk=pk)
    form = ContactForm()
    try:
        retire_contact(contact=contact, by=request.user, at=clock.now())
    except Refusal as refusal:
        return _show(request, keeps, form, refusals=refusal.each, status=422)
    return redirect("portal:contacts")


def _show(
    request: HttpRequest,
    keeps: list[Organisation],
    form: ContactForm,
    *,
    refusals: tuple[Refusal, ...] = (),
    status: int = 200,
) -> HttpResponse:
    mine = {each.pk: each for each in organisations_of(request.user, Duty.READ_NOTICES)}
    rows = Contact.objects.filter(organisation__in=mine, retired_at=None).select_related("organisation")
    kept = {each.pk for each in keeps}
    shown = [
        (each, each.pk in kept, [row for row in rows if row.organisation_id == each.pk])
        for each in mine.values()
    ]
    return page(request, "contacts.html", {"shown": shown, "form": form, "refusals": refusals}, status=status)
