"""What the SSC does on a plan: comment, decide, ask, find, require, suspend, minute, end (Z6.3, Z6.5)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import JudgedForm, refuse
from cpl.web.records import Fact, facts
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.services import working_calendar
from ssc.models import MinutedDecision, PlanVersion, RemedialPlan, RemedyNotice
from ssc.portal import judging_forms as forms
from ssc.portal.frame import page
from ssc.portal.ssc_plans import plan_of
from ssc.rules import plans as rules
from ssc.rules.minuted import CLAUSES
from ssc.rules.remedy import due_remedy
from ssc.services import minuted, plan_decisions, plan_progress, plan_versions, remedy_notices
from ssc.services.plan_access import judging

METHODS = ["GET", "HEAD", "POST"]
Values = dict[str, Any]


def _acted(
    request: HttpRequest, row: RemedialPlan, form: JudgedForm, act: Callable[[Values], object], words: Mapping[str, Any],
    called: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """Show a form about a plan; a good one is done by `act`, and the plan is shown again."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, called=called)
        else:
            return redirect("ssc:ssc-plan", row.reference)
    context = {"plan": row, "form": form, "of_ssc": True, **words}
    return page(request, "plan_form.html", context, status=422 if form.errors else 200)


def _for_chair(request: HttpRequest, reference: str) -> RemedialPlan:
    """Give a plan to whoever may decide on it; turn others away before they fill in a form."""
    row = plan_of(request, reference)
    require(request.user, judging()[0] if len(judging()) == 1 else Duty.PREPARE_CASE)
    return row


def _newest(row: RemedialPlan) -> PlanVersion:
    newest = row.versions.order_by("-number").first()
    if newest is None:
        raise Http404("No version has been proposed.")
    return newest


@login_required
@require_http_methods(METHODS)
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    """Comment on the newest version."""
    row = plan_of(request, reference)
    require(request.user, Duty.COMMENT_ON_CASE)
    newest = _newest(row)
    form = forms.CommentForm(request.POST or None, plan=row, initial={"number": newest.number})

    def act(values: Values) -> object:
        return plan_versions.comment_on_plan(
            plan=row, by=request.user, at=clock.now(), version=values["version"], number=values["number"],
            text=values["text"],
        )  # fmt: skip

    words = {
        "title": f"Comment on version {newest.number}", "button": "Send the comment", "clause": "Z6.3(b)",
        "lede": "One at a time; each needs an answer. A comment is not a refusal.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve the newest version, or not."""
    row = _for_chair(request, reference)
    newest = _newest(row)
    form = forms.DecideForm(request.POST or None, plan=row, initial={"number": newest.number})

    def act(values: Values) -> object:
        service = plan_decisions.approve_version if values["approve"] else plan_decisions.refuse_version
        return service(
            plan=row, by=request.user, at=clock.now(), version=values["version"], number=values["number"],
            reason=values["reason"], minute_reference=values["minute_reference"],
        )  # fmt: skip

    words = {
        "title": f"Decide on version {newest.number}", "button": "Record the decision", "clause": "Z6.3(b)",
        "lede": "Once approved it is the Party’s CPA Certificate Remedial Plan, until a later version is approved.",
        "facts": _says(newest),
    }  # fmt: skip
    return _acted(request, row, form, act, words)


def _says(version: PlanVersion) -> list[Fact]:
    """All that a version of a plan says: what is decided on."""
    found = facts([
        ("Version", version.number), ("Remedy", version.remedy), ("By the end of", version.remedied_by),
        ("Submitted", version.submitted_at),
        *((f"Milestone {each.number}", _milestone_words(each)) for each in version.milestones.all()),
    ])  # fmt: skip
    if version.document is None:
        return found
    words = f"{version.document} ({version.document.get_classification_display()})"
    address = reverse("ssc:ssc-plan-document", args=[version.plan.reference, version.document_id])
    return [*found, Fact("Document", words, address)]


def _milestone_words(milestone: Any) -> str:
    counted = f", {milestone.devices:,} Devices together" if milestone.devices is not None else ""
    return f"{milestone.what}, by {milestone.by.day} {milestone.by:%B %Y}{counted}"


@login_required
@require_http_methods(METHODS)
def ask_progress(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the Party to report."""
    row = plan_of(request, reference)
    if not permitted(request.user, Duty.JUDGE_PLAN):
        require(request.user, Duty.PREPARE_CASE)
    form = forms.AskProgressForm(request.POST or None)

    def act(values: Values) -> object:
        return plan_progress.request_progress(plan=row, by=request.user, at=clock.now(), **values)

    words = {
        "title": "Ask how it goes on", "button": "Ask the Party", "clause": "Z6.3(d)",
        "lede": "The Party is told at once, and reports by the end of the day that you give.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def find(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the SSC finds of a milestone or of the plan."""
    row = _for_chair(request, reference)
    form = forms.FindingForm(request.POST or None, plan=row)

    def act(values: Values) -> object:
        return plan_progress.find_compliance(plan=row, by=request.user, at=clock.now(), **values)

    words = {
        "title": "Record what the SSC finds", "button": "Record the finding", "clause": "Z6.3(c)",
        "lede": "Only the SSC judges whether a plan is complied with in all material respects.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Find a plan carried out, or discharge it."""
    row = _for_chair(request, reference)
    form = forms.EndForm(request.POST or None, plan=row)

    def act(values: Values) -> object:
        complete = values["how"] == "complete"
        service = plan_decisions.complete_plan if complete else plan_decisions.discharge_plan
        return service(
            plan=row, by=request.user, at=clock.now(), version=values["version"], reason=values["reason"]
        )

    words = {
        "title": "End the plan", "button": "End the plan", "clause": "Z6.3", "bad": True,
        "lede": "Nothing is owed under it afterwards. The Party is told.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def period(request: HttpRequest, reference: str) -> HttpResponse:
    """Set another period for what is still to be done."""
    row = _for_chair(request, reference)
    form = forms.PeriodForm(request.POST or None, plan=row)

    def act(values: Values) -> object:
        given = rules.Period(values["days"], values["unit"], values["starts_on"])
        return plan_decisions.change_period(
            plan=row, by=request.user, at=clock.now(), version=values["version"], kind=values["kind"], period=given,
            reason=values["reason"],
        )  # fmt: skip

    words = {
        "title": "Set another time", "button": "Set the time", "clause": "Z6.3",
        "lede": "The Party is told. What was set before stays on file.",
    }  # fmt: skip
    called = {
        f"{kind}_{name}": name for kind in ("proposal", "approval") for name in ("days", "unit", "starts_on")
    }
    return _acted(request, row, form, act, words, called)


@login_required
@require_http_methods(METHODS)
def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """Require the Party to remedy a failure."""
    row = _for_chair(request, reference)
    form = forms.NoticeForm(request.POST or None, plan=row)

    def act(values: Values) -> object:
        return remedy_notices.send_remedy_notice(plan=row, by=request.user, at=clock.now(), **values)

    last_day = due_remedy(clock.now(), working_calendar()).last_day
    words = {
        "title": "Send a remedy notice", "button": "Send the notice", "clause": "Z6.5",
        "lede": f"Sent today, its 20 Working Days end with {last_day:%A} {last_day.day} {last_day:%B %Y}. After that the "
                "condition of an Event of Default is reported; nothing is declared.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def suspend(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Let the time of a remedy notice stand still, or go on where it does."""
    row = _for_chair(request, reference)
    found = get_object_or_404(row.remedy_notices, number=number)
    if found.state != RemedyNotice.State.RUNNING and request.method != "POST":
        return redirect("ssc:ssc-plan", reference)
    stands = found.suspension is not None
    # The version is the notice's: of its own time alone.
    form = forms.StandStillForm(request.POST or None, plan=row, initial={"version": found.version})

    def act(values: Values) -> object:
        service = remedy_notices.resume_remedy_notice if stands else remedy_notices.suspend_remedy_notice
        return service(
            notice=found, by=request.user, at=clock.now(), version=values["version"], reason=values["reason"]
        )

    if stands:
        words = {
            "title": f"Let the time of notice {number} go on", "button": "Let it go on", "clause": "Z6.5",
            "lede": "Its end is later by the Working Days that it stood still.",
        }  # fmt: skip
    else:
        words = {
            "title": f"Let the time of notice {number} stand still", "button": "Suspend the time", "clause": "Z6.5",
            "lede": "A referral does not do that by itself. The end shifts by the Working Days suspended.",
        }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def minute(request: HttpRequest, reference: str) -> HttpResponse:
    """Record, as secretary, what the SSC decided; the Chair carries it out."""
    row = plan_of(request, reference)
    require(request.user, Duty.PREPARE_CASE)
    form = forms.MinuteForm(request.POST or None, plan=row)

    def act(values: Values) -> object:
        is_version = values["kind"] in (MinutedDecision.Kind.APPROVE, MinutedDecision.Kind.REFUSE)
        decided = minuted.Decided(
            plan_version=row.versions.order_by("-number").first() if is_version else None,
            milestone=values["milestone"], finding=values["finding"], ground=values["ground"],
            notice=values["notice"], remedied_on=values["remedied_on"],
        )  # fmt: skip
        return minuted.record_minuted_decision(
            plan=row, by=request.user, at=clock.now(), version=values["version"], kind=values["kind"],
            reason=values["reason"], minute_reference=values["minute_reference"], decided=decided,
        )  # fmt: skip

    words = {
        "title": "Record a minuted decision", "button": "Put it to the Chair", "clause": "Z6.3",
        "lede": "The Chair then carries out exactly this. A decision on a version is on the newest.",
    }  # fmt: skip
    return _acted(request, row, form, act, words)


@login_required
@require_http_methods(METHODS)
def decide_minuted(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Carry out, as Chair, what the secretary recorded, or send it back."""
    row = plan_of(request, reference)
    rows = row.minuted_decisions.select_related(
        "recorded_by", "milestone", "plan_version__plan", "notice__plan"
    )
    found = get_object_or_404(rows, pk=pk)
    if found.state != MinutedDecision.State.PUT and request.method != "POST":
        return redirect("ssc:ssc-plan", reference)  # decided by now; whoever posts to it is told so
    form = forms.ConfirmForm(request.POST or None, initial={"version": found.version})

    def act(values: Values) -> object:
        return minuted.decide_minuted(decision=found, by=request.user, at=clock.now(), **values)

    words = {
        "title": found.get_kind_display(), "button": "Record my word", "clause": CLAUSES[found.kind],
        "lede": "What the secretary recorded from the minutes; you carry out exactly this.",
        "facts": (_says(found.plan_version) if found.plan_version else []) + facts([
            ("Milestone", found.milestone), ("Finding", found.get_finding_display()), ("Ground", found.get_ground_display()),
            ("Notice", found.notice), ("Remedied on", found.remedied_on), ("Reason", found.reason),
            ("Minute", found.minute_reference), ("Recorded by", found.recorded_by), ("Recorded", found.recorded_at),
        ]),
    }  # fmt: skip
    return _acted(request, row, form, act, words)
