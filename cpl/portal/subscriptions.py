"""What a person asks to hear of the list's changes: by device type, manufacturer or model."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cpl.models import PhysicalDeviceType, Subscription
from cpl.portal.frame import page
from cpl.portal.judged import refuse
from cpl.services.subscriptions import end_subscription, subscribe
from firmware_repo.models import Manufacturer
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock


class SubscriptionForm(forms.Form):
    """Which entries to hear of; what is left open may be anything."""

    use_required_attribute = False
    device_type = forms.ChoiceField(
        label="Device type", choices=[("", "Every type"), *PhysicalDeviceType.choices], required=False
    )
    manufacturer = forms.ChoiceField(label="Manufacturer", required=False)
    model = forms.CharField(
        label="Model", required=False, max_length=10, widget=forms.TextInput(attrs={"class": "w-s"}),
        help_text="Four hexadecimal digits, with their manufacturer. Leave it empty for every model.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        makers = [(each.pk, str(each)) for each in Manufacturer.objects.all()]
        self.fields["manufacturer"].choices = [("", "Every manufacturer"), *makers]


CALLED = {"manufacturer_identifier": "manufacturer", "model_identifier": "model"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Show what the person hears of; subscribe by POST."""
    if request.method != "POST":
        return _show(request, SubscriptionForm())
    form = SubscriptionForm(request.POST)
    if form.is_valid():
        try:
            subscribe(by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, called=CALLED)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("portal:subscriptions")
    return _show(request, form, status=422)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a subscription of one's own; that it had ended already is as well."""
    row = get_object_or_404(Subscription.objects.filter(user=request.user), pk=pk)
    if row.ended_at is None:
        end_subscription(subscription=row, by=request.user, at=clock.now())
    return redirect("portal:subscriptions")


def _show(request: HttpRequest, form: SubscriptionForm, *, status: int = 200) -> HttpResponse:
    makers = {each.pk: str(each) for each in Manufacturer.objects.all()}
    rows = Subscription.objects.filter(user=request.user, ended_at=None)
    context = {
        "rows": [(row, makers.get(row.manufacturer_identifier, row.manufacturer_identifier)) for row in rows],
        "form": form,
        "may": bool(organisations_of(request.user, Duty.READ_NOTICES)),
    }
    return page(request, "subscriptions.html", context, status=status)
