"""Submissions of one's own: the list, beginning one, its page, submitting it, taking it back."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import Submission
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.forms import DeclarationForm, StartForm, WithdrawForm, pair_in_words
from cpl.portal.frame import check_may_submit, own_submission, own_submissions, page, version_seen
from cpl.portal.judged import error_of, refuse
from cpl.portal.progress import happenings_of, progress_of
from cpl.portal.query_form import QueryAnswerForm, questions
from cpl.portal.steps import image_shown, side
from cpl.portal.warnings import AnswerForm, shown_warnings
from cpl.services.drafts import EDITABLE, start_submission
from cpl.services.submissions import TAKE_UP_TARGET, submit, what_draft_lacks, withdraw
from cpl.services.warnings import open_warnings
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.models import Obligation
from secgov.journal.services import working_calendar
from secgov.time_rules import explain_working_days

State = Submission.State
PAGE = 25
GROUPS = {
    "draft": ("Drafts", (State.DRAFT,)),
    "waiting": ("With the Secretariat", (State.SUBMITTED, State.IN_REVIEW, State.QUERIED, State.PROPOSED)),
    "accepted": ("Accepted", (State.ACCEPTED,)),
    "ended": ("Rejected or withdrawn", (State.REJECTED, State.WITHDRAWN)),
}
WITHDRAWABLE = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.QUERIED)


@login_required
@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """List the submissions of one's organisations, each with its state and what happens next."""
    mine = {each.pk for each in organisations_of(request.user, Duty.SUBMIT_DEVICE)}
    chosen = request.GET.get("state", "")
    rows = own_submissions(request.user).select_related("organisation")
    if chosen in GROUPS:
        rows = rows.filter(state__in=GROUPS[chosen][1])
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "progress": progress_of(found.object_list),
        "groups": [(key, label) for key, (label, _) in GROUPS.items()],
        "chosen": chosen if chosen in GROUPS else "",
        "chosen_words": GROUPS[chosen][0] if chosen in GROUPS else "",
        "may_submit": bool(mine),
        "several": len(mine) > 1,
    }
    return page(request, "submissions.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Say what is needed, and begin a draft; the same form sent twice begins one."""
    check_may_submit(request.user)
    ids = [each.pk for each in organisations_of(request.user, Duty.SUBMIT_DEVICE)]
    organisations = Organisation.objects.filter(pk__in=ids)
    if request.method != "POST":
        form = StartForm(organisations=organisations, initial={"idempotency_key": uuid.uuid4()})
        return page(request, "start.html", {"form": form})
    form = StartForm(request.POST, organisations=organisations)
    if form.is_valid():
        try:
            draft = start_submission(
                by=request.user, at=clock.now(), organisation=form.cleaned_data["organisation"],
                idempotency_key=str(form.cleaned_data["idempotency_key"]), relists=form.cleaned_data["relists"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:step", draft.reference, tasks.DEVICE.slug)
    return page(request, "start.html", {"form": form}, status=422)


@login_required
@require_safe
def submission(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a submission: where it stands, what happens next, its answers, and what happened so far."""
    return show_submission(request, own_submission(request, reference))


def show_submission(
    request: HttpRequest,
    row: Submission,
    *,
    refused: dict[str, AnswerForm] | None = None,
    answer: QueryAnswerForm | None = None,
    refusals: tuple[Refusal, ...] = (),
    version: int = 0,
) -> HttpResponse:
    """Draw a submission's page.

    `refused` is the form of a warning whose answer was not taken; `answer` that of a question, and `refusals` what the
    submission still lacks for it.
    """
    context = {
        "submission": row,
        "version": version or row.version,
        "progress": progress_of([row])[row.pk],
        "happenings": happenings_of(row),
        "may_withdraw": row.state in WITHDRAWABLE,
        **answers(row),
    }
    if row.state == State.DRAFT:
        context |= side(row, None)
    else:
        context |= _warnings(row, refused) | questions(row, answer)
        context["refusals"] = [(each, tasks.step_of(each.field)) for each in refusals]
    if row.state == State.QUERIED:
        context["bad"] = {each.field: each for each in what_draft_lacks(row, declared=True)}
    return page(request, "submission.html", context, status=422 if refused or answer else 200)


def _warnings(row: Submission, refused: dict[str, AnswerForm] | None) -> dict[str, object]:
    """Give the warnings, how many wait, and the refused form, for the summary of errors."""
    shown = shown_warnings(row, refused=refused)
    return {
        "warnings": shown,
        "warnings_open": sum(each.open for each in shown),
        "refused": next(iter((refused or {}).values()), None),
    }


def answers(row: Submission) -> dict[str, object]:
    """Give what the summary of a submission's answers shows."""
    return {
        "pair": pair_in_words(row.spec_type, row.spec_version, row.gbcs_version) if row.spec_version else "",
        "certificates": list(row.certificates.select_related("document", "mapping_evidence")),
        "marked": {each.field for each in open_warnings(row)} if row.state in EDITABLE else set(),
        **image_shown(row),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Show every answer once more, with what is missing or looks out of line; on POST submit the device."""
    row = own_submission(request, reference)
    if request.method != "POST":
        if row.state != State.DRAFT:
            return redirect("portal:submission", reference)
        return show_check(request, row)
    form = DeclarationForm(request.POST)
    declared = form.is_valid() and form.cleaned_data["declaration"]
    try:
        submit(
            submission=row, by=request.user, at=clock.now(), version=version_seen(request), declared=declared
        )
    except Refusal as refusal:
        for each in refusal.each:
            form.add_error("declaration" if each.field == "declaration" else None, error_of(each))
        return show_check(request, row, form=form, version=version_seen(request), refusals=refusal.each)
    return redirect("portal:done", reference)


def show_check(
    request: HttpRequest,
    row: Submission,
    *,
    form: DeclarationForm | None = None,
    version: int = 0,
    refusals: tuple[Refusal, ...] = (),
    refused: dict[str, AnswerForm] | None = None,
) -> HttpResponse:
    """Draw the page that checks the answers; `refused` is the form of a warning whose answer was not taken."""
    lacking = [(each, tasks.step_of(each.field)) for each in what_draft_lacks(row, declared=True)]
    context = {
        "submission": row,
        "form": form or DeclarationForm(),
        "version": version or row.version,
        "step": tasks.CHECK,
        "refusals": [(each, tasks.step_of(each.field)) for each in refusals],
        "lacking": lacking,
        "bad": {each.field: each for each, _ in lacking},
        **_warnings(row, refused),
        "take_up_due": explain_working_days(clock.now(), TAKE_UP_TARGET, working_calendar()).due_at,
        **answers(row),
        **side(row, tasks.CHECK),
    }
    return page(request, "check.html", context, status=422 if refusals or refused else 200)


@login_required
@require_safe
def done(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm a submission: its reference, its entry number, and what happens next."""
    row = own_submission(request, reference)
    if row.state == State.DRAFT:
        return redirect("portal:submission", reference)
    due = Obligation.objects.about(row).filter(by_law=False).order_by("id").first()
    return page(request, "done.html", {"submission": row, "due": due})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the reason and a second look, then withdraw the submission for good."""
    row = own_submission(request, reference)
    if request.method != "POST":
        if row.state not in WITHDRAWABLE:
            return redirect("portal:submission", reference)
        return page(
            request, "withdraw.html", {"submission": row, "form": WithdrawForm(), "version": row.version}
        )
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            withdraw(
                submission=row, by=request.user, at=clock.now(), version=version_seen(request),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:submission", reference)
    context = {"submission": row, "form": form, "version": version_seen(request)}
    return page(request, "withdraw.html", context, status=422)
