"""The people of one's organisations: invited, re-roled and retired by its administrator."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cpl.portal.frame import page
from secgov.accounts.models import Invitation, Membership, Organisation
from secgov.accounts.people import invite_colleague, re_role, retire_colleague, withdraw_invitation
from secgov.accounts.permissions import Duty, organisations_of, roles_to_invite_to
from secgov.errors import Refusal
from secgov.journal import clock


class InviteForm(forms.Form):
    """A colleague to invite to a role that the organisation can give."""

    use_required_attribute = False
    email = forms.EmailField(
        label="E-mail address", max_length=254, help_text="Of the person, not a shared mailbox.",
        error_messages={
            "required": "Give the colleague’s e-mail address, for example a.person@example.com.",
            "invalid": "This is not a single e-mail address. Give one, for example a.person@example.com.",
        },
    )  # fmt: skip
    role = forms.ChoiceField(
        error_messages={"invalid_choice": "Your organisation cannot give this role. Choose one of the list."}
    )

    def __init__(self, *args: object, organisation: Organisation, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(each, each.label) for each in roles_to_invite_to(organisation)]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List the people and open invitations of the organisations that one administers; invite one by POST."""
    keeps = organisations_of(request.user, Duty.INVITE_COLLEAGUE)
    if not keeps:
        raise Http404
    if request.method != "POST":
        return _show(request, keeps)
    organisation = next((each for each in keeps if str(each.pk) == request.POST.get("organisation")), None)
    if organisation is None:
        raise Http404
    form = InviteForm(request.POST, organisation=organisation, auto_id=f"id_{organisation.pk}_%s")
    if form.is_valid():
        try:
            invite_colleague(organisation=organisation, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field or None, f"{refusal.message} {refusal.remedy}".strip())
        except ValidationError as error:
            form.add_error("email", error.messages)
        else:
            messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
            return redirect("portal:people")
    return _show(request, keeps, refused={organisation.pk: form}, status=422)


@login_required
@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a colleague another role in place of this one."""
    membership = _own_membership(request, pk)
    re_role(membership=membership, role=request.POST.get("role", ""), by=request.user, at=clock.now())
    messages.success(request, f"{membership.user} has another role now.")
    return redirect("portal:people")


@login_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """End a colleague's role; access ends at once."""
    membership = _own_membership(request, pk)
    retire_colleague(membership=membership, by=request.user, at=clock.now())
    messages.success(request, f"{membership.user} is no longer {membership.get_role_display()}.")
    return redirect("portal:people")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an invitation void."""
    keeps = organisations_of(request.user, Duty.INVITE_COLLEAGUE)
    invitation = get_object_or_404(Invitation.objects.filter(organisation__in=keeps), pk=pk)
    withdraw_invitation(invitation=invitation, by=request.user, at=clock.now())
    messages.success(request, f"The invitation of {invitation.email} is void.")
    return redirect("portal:people")


def _own_membership(request: HttpRequest, pk: int) -> Membership:
    keeps = organisations_of(request.user, Duty.INVITE_COLLEAGUE)
    rows = Membership.objects.filter(organisation__in=keeps).select_related("user", "organisation")
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest,
    keeps: list[Organisation],
    *,
    refused: dict[int, InviteForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    refused = refused or {}
    members = list(
        Membership.objects.filter(organisation__in=keeps, ended_at=None)
        .select_related("user")
        .order_by("user__name", "role")
    )
    now = clock.now()
    waiting = list(
        Invitation.objects.filter(
            organisation__in=keeps, accepted_at=None, withdrawn_at=None, expires_at__gt=now
        )
    )
    shown = [
        {
            "organisation": each,
            "members": [row for row in members if row.organisation_id == each.pk],
            "invitations": [row for row in waiting if row.organisation_id == each.pk],
            "roles": [(role, role.label) for role in roles_to_invite_to(each)],
            "form": refused.get(each.pk) or InviteForm(organisation=each, auto_id=f"id_{each.pk}_%s"),
        }
        for each in keeps
    ]
    context = {"shown": shown, "form": next(iter(refused.values()), None)}
    return page(request, "people.html", context, status=status)
