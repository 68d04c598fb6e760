"""The register of Security Characteristics: every set and version, and which version applies."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cpl.models import SecurityCharacteristic
from cpl.portal.judged import DayField
from cpl.rules import security_characteristics as rules
from cpl.rules.device_types import NAMES
from secgov.journal import clock


class AppliesForm(forms.Form):
    """When certification began, and which Principal Version it is for."""

    use_required_attribute = False
    commenced_on = DayField(label="Certification began on", help_text="For example 1 February 2027.")
    principal = forms.IntegerField(
        label="Principal Version", required=False, min_value=1, max_value=999,
        help_text="Leave it empty for the newest one then published.", widget=forms.TextInput(attrs={"class": "w-s"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Give the Principal Version as a number, for example 1."
        ),
    )  # fmt: skip


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List the sets, each with its newest version and the types it is for."""
    sets = SecurityCharacteristic.objects.prefetch_related("versions__gbcs_mappings")
    rows = [(each, list(each.versions.all()), types_of(each)) for each in sets]
    return render(request, "ssc/public/sc_register.html", {"rows": rows})


@require_safe
def characteristic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a set: its versions with their mitigations; and answer which version applies."""
    row = get_object_or_404(SecurityCharacteristic, slug=slug)
    versions = list(row.versions.prefetch_related("mitigations", "gbcs_mappings"))
    form = AppliesForm(request.GET if "commenced_on" in request.GET else None)
    applies = asked = None
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data["commenced_on"]
        named = form.cleaned_data["principal"]
        published = [
            rules.Published(rules.Number(each.principal, each.sub), each.published_on)
            for each in versions
            if named is None or each.principal == named
        ]
        number = rules.expected_version(published, commenced_on=asked)
        applies = next((each for each in versions if number == rules.Number(each.principal, each.sub)), None)
    wanted = request.GET.get("version", "")
    shown = next((each for each in versions if each.number == wanted), versions[0] if versions else None)
    context = {
        "row": row,
        "versions": versions,
        "shown": shown,
        "types": types_of(row),
        "form": form,
        "asked": asked,
        "applies": applies,
        "prefixes": rules.PREFIXES,
        "today": clock.today(),
    }
    return render(request, "ssc/public/characteristic.html", context)


def types_of(row: SecurityCharacteristic) -> list[str]:
    """Give the names of the types that a set is for."""
    return [NAMES[code] for code in row.device_types if code in NAMES]
