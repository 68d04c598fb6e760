"""“Like an earlier one”: a draft that begins from an entry of the list."""

import uuid

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cpl.models import DeviceModel
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.frame import check_may_submit, page
from cpl.services.like_earlier import start_like
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.journal import clock


class LikeForm(forms.Form):
    """For which of the person's organisations the draft is begun."""

    use_required_attribute = False
    idempotency_key = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="You submit for", empty_label=None
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def like(request: HttpRequest, number: int) -> HttpResponse:
    """Say what is taken over from an entry; on POST begin the draft, once."""
    check_may_submit(request.user)
    entry = get_object_or_404(DeviceModel.objects.select_related("manufacturer"), pk=number)
    ids = [each.pk for each in organisations_of(request.user, Duty.SUBMIT_DEVICE)]
    organisations = Organisation.objects.filter(pk__in=ids)
    form = LikeForm(
        request.POST if request.method == "POST" else None, initial={"idempotency_key": uuid.uuid4()}
    )
    form.fields["organisation"].queryset = organisations
    if len(organisations) == 1:
        form.fields["organisation"].widget = forms.HiddenInput()
        form.fields["organisation"].initial = organisations[0].pk
    if request.method == "POST" and form.is_valid():
        draft = start_like(
            number=number, by=request.user, at=clock.now(), organisation=form.cleaned_data["organisation"],
            idempotency_key=str(form.cleaned_data["idempotency_key"]),
        )  # fmt: skip
        return redirect("portal:step", draft.reference, tasks.HARDWARE.slug)
    status = 422 if form.is_bound else 200
    return page(request, "like.html", {"entry": entry, "form": form}, status=status)
