"""Why is a Device on the list, or why is it not? For whoever met an E110101."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cpl.models import Edition
from cpl.portal.judged import error_of
from cpl.rules.device_types import DEVICE_TYPES
from cpl.services.status import answer_status
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.time_rules import london_day

HUB_FUNCTIONS = (("CHF", "Communications Hub Function"), ("GPF", "Gas Proxy Function"))


def _identifier(label: str, length: int, example: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,  # the rule says what is missing, with its clause
        max_length=40,
        help_text=f"{length} characters, for example {example}",
        widget=forms.TextInput(attrs={"class": "w-s", "spellcheck": "false", "autocomplete": "off"}),
    )


class StatusForm(forms.Form):
    """The six things that a Device says of itself. What is wrong with them is for the rules to say."""

    use_required_attribute = False
    device_type = forms.ChoiceField(
        label="Device type",
        required=False,
        choices=[
            ("", "Choose one"),
            *((each.code, each.short_name) for each in DEVICE_TYPES),
            *HUB_FUNCTIONS,
        ],
        error_messages={"invalid_choice": "Choose one of the types in the list."},
    )
    manufacturer_identifier = _identifier("Manufacturer", 4, "7C18")
    model_identifier = _identifier("Model", 4, "0000")
    hardware_version = _identifier("Hardware version", 2, "01")
    hardware_revision = _identifier("Hardware revision", 2, "00")
    firmware_version = _identifier("Firmware version", 8, "00070804")


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Ask about a Device; the question stands in the address, so that an answer can be passed on."""
    form = StatusForm(request.GET or None)
    answer = None
    newest = Edition.objects.placed().defer("manifest").first()
    # The answer is the newest edition's, even where the clock was set back to before it.
    today = london_day(clock.now())
    on = max(today, newest.issued_on) if newest else today
    if request.GET and form.is_valid():
        try:
            answer = answer_status(fields=form.cleaned_data, on=on, asker=request.user)
        except Refusal as refusal:
            _show(form, refusal)
    return render(request, "cpl/status.html", {"form": form, "answer": answer, "newest": newest})


def _show(form: StatusForm, refusal: Refusal) -> None:
    """Put each refusal at its field, with its clause and remedy."""
    for each in refusal.each:
        form.add_error(each.field if each.field in form.fields else None, error_of(each))
