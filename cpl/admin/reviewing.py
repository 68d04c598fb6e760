"""Who of the Secretariat has a submission, and what the Secretariat asks its owner (chart 1)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from cpl.admin.decisions import MOST, VersionForm, draw
from cpl.models import Submission
from cpl.services.queries import ASSIGNABLE, assign_submissions
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, people_who_may, require
from secgov.errors import Conflict, Refusal
from secgov.journal import clock

MOST_AT_ONCE = 50


class AssignedFilter(admin.SimpleListFilter):
    """One's own work, nobody's, or everybody's."""

    title = "who has it"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Mine, or nobody's yet."""
        return [("mine", "Mine"), ("nobody", "Nobody’s yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        """Choose by who has them."""
        return queryset.whose(self.value() or "", request.user)


class AskForm(VersionForm):
    """A question for the owner of a submission."""

    text = forms.CharField(
        label="What do you ask?",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The owner reads this, word for word, and may put values right before answering.",
        error_messages={"required": "Write the question: one or two sentences will do."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service refused."""
        for each in refusal.each:
            field = each.field if each.field in self.fields else None
            self.add_error(field, f"{each.message} {each.remedy}".strip())


class AssignForm(forms.Form):
    """Whose work submissions are from now on."""

    to = forms.ModelChoiceField(User.objects.none(), label="Who has it from now on?", empty_label=None)
    reason = forms.CharField(
        label="Reason",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the journal, for example: on leave until Monday.",
        error_messages={"required": "Say why: one sentence will do."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["to"].queryset = people_who_may(Duty.REVIEW_SUBMISSION)


def assign_form(request: HttpRequest, data: Any = None) -> AssignForm:
    """Give the form, with the person who looks at it chosen: taking is what is done most."""
    return AssignForm(data, initial={"to": request.user.pk}, auto_id="assign_%s")


def assign(request: HttpRequest) -> HttpResponse:
    """Give submissions to a person, all of them or none: take them, assign them, hand them over.

    GET takes their keys, `?submission=1&submission=2`; POST `key:version` of each as the person saw it.
    """
    require(request.user, Duty.REVIEW_SUBMISSION)
    if request.method != "POST":
        return _page(request, _rows(request, request.GET.getlist("submission")), assign_form(request))
    seen = [_seen(each) for each in request.POST.getlist("submission")]
    rows = _rows(request, [key for key, _ in seen])
    versions = {int(key): int(version) for key, version in seen}
    form = assign_form(request, request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            assign_submissions(
                submissions=rows, versions=versions, by=request.user, at=clock.now(), to=values["to"], reason=values["reason"]
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            which = rows[0].reference if len(rows) == 1 else f"{len(rows)} submissions"
            messages.success(request, f"{values['to']} has {which} from now on.")
            if len(rows) == 1:
                return redirect("admin:cpl_submission_change", rows[0].pk)
            return redirect("admin:cpl_submission_changelist")
    return _page(request, rows, form, status=422)


def _seen(posted: str) -> tuple[str, str]:
    """Read `key:version`; what is not of that form was never on our page."""
    key, _, version = posted.partition(":")
    if not all(each.isascii() and each.isdigit() and len(each) < 18 for each in (key, version)):
        raise Http404
    return key, version


def _rows(request: HttpRequest, keys: list[str]) -> list[Submission]:
    """Fetch the submissions asked for. Raises Http404 where any is not there."""
    wanted = {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 18}
    rows = Submission.objects.visible_to(request.user).filter(pk__in=wanted)
    found = list(rows.select_related("organisation", "assigned_to").order_by("pk"))
    if not found or len(found) != len(wanted) or len(found) > MOST_AT_ONCE:
        raise Http404
    return found


def _page(
    request: HttpRequest, rows: list[Submission], form: AssignForm, *, status: int = 200
) -> HttpResponse:
    decided = [row for row in rows if row.state not in ASSIGNABLE]
    if decided and status == 200:
        raise Conflict(f"{decided[0].reference} has been decided: nobody has it any more.")
    return draw(request, "admin/cpl/assign.html", {"rows": rows, "form": form}, status=status)
