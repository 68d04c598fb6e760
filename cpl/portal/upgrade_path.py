"""The step in which a draft says which earlier entries may be upgraded to its firmware."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cpl.models import DeviceModel, Submission
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.frame import own_submission, page, version_seen
from cpl.portal.judged import CODE, JudgedForm, refuse
from cpl.portal.steps import side
from cpl.rules.upgrade_paths import ENTRIES, NONE, read_numbers
from cpl.services.drafts import EDITABLE
from cpl.services.upgrade_facts import candidates_of
from cpl.services.upgrade_paths import state_upgrade_path
from secgov.errors import Refusal
from secgov.journal import clock

OFFERED = 30


class UpgradePathForm(JudgedForm):
    """The entries named, none, or not stated."""

    upgrade_kind = forms.ChoiceField(
        label="Which earlier entries may be upgraded to this firmware?",
        widget=forms.RadioSelect,
        choices=[(ENTRIES, "The entries named below"), (NONE, "None")],
        error_messages={"required": "Choose: the entries named below, or none."},
    )
    offered = forms.MultipleChoiceField(
        label="Entries of the same hardware", required=False, widget=forms.CheckboxSelectMultiple
    )
    more = forms.CharField(
        label="Other entries",
        required=False,
        max_length=4000,
        help_text="Their numbers, separated by commas or lines, for example 000702, 000738.",
        widget=forms.Textarea(attrs={**CODE, "rows": 2, "class": "id"}),
    )

    def __init__(self, *args: Any, candidates: list[DeviceModel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if candidates:
            self.fields["offered"].choices = [
                (str(each.pk), f"{each}, firmware {each.firmware_version}") for each in candidates
            ]
        else:
            del self.fields["offered"]
            self.fields["more"].label = "Entries"

    def clean(self) -> dict[str, Any]:
        """Put the numbers together; with “None” there are none."""
        values = super().clean()
        values["numbers"] = ()
        if values.get("upgrade_kind") == ENTRIES:
            try:
                typed = read_numbers(values.get("more") or "")
            except Refusal as refusal:
                refuse(self, refusal, called={"upgrades_from": "more"})
                return values
            values["numbers"] = tuple(sorted({*typed, *(int(each) for each in values.get("offered") or ())}))
        return values


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upgrade_path(request: HttpRequest, reference: str) -> HttpResponse:
    """Offer the entries of the same hardware; on POST keep what was chosen and go on, or leave."""
    submission = own_submission(request, reference)
    candidates = candidates_of(submission)[:OFFERED]
    if request.method != "POST":
        if submission.state not in EDITABLE:
            return redirect("portal:submission", reference)
        form = UpgradePathForm(initial=_initial(submission, candidates), candidates=candidates)
        return _show(request, submission, form, submission.version)
    leaving = request.POST.get("then") == "leave"
    form = UpgradePathForm(request.POST, candidates=candidates, leaving=leaving)
    if form.is_valid():
        try:
            state_upgrade_path(
                submission=submission,
                by=request.user,
                at=clock.now(),
                version=version_seen(request),
                kind=form.cleaned_data["upgrade_kind"],
                numbers=form.cleaned_data["numbers"],
            )
        except Refusal as refusal:
            refuse(form, refusal, called={"upgrades_from": "more"})
        else:
            if leaving:
                return redirect("portal:submission", reference)
            return redirect("portal:check", reference)
    return _show(request, submission, form, version_seen(request), status=422)


def _initial(submission: Submission, candidates: list[DeviceModel]) -> dict[str, Any]:
    offered = {each.pk for each in candidates}
    named = submission.upgrades_from
    return {
        "upgrade_kind": submission.upgrade_kind,
        "offered": [str(number) for number in named if number in offered],
        "more": ", ".join(f"{number:06d}" for number in named if number not in offered),
    }


def _show(
    request: HttpRequest, submission: Submission, form: UpgradePathForm, version: int, *, status: int = 200
) -> HttpResponse:
    context = {"submission": submission, "step": tasks.UPGRADE, "form": form, "version": version}
    return page(request, "step.html", {**context, **side(submission, tasks.UPGRADE)}, status=status)
