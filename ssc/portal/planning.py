"""What a Party writes under its plan: the plan itself, reports, evidence, and that a failure is remedied (Z6.3, Z6.5)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import JudgedForm, refuse
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.time_rules import london_day
from ssc.models import Milestone, PlanVersion, RemedialPlan, RemedyNotice
from ssc.portal.frame import page
from ssc.portal.plan_forms import LEAST_ROWS, EvidenceForm, PlanForm, RemediedForm, ReportForm
from ssc.portal.plans import own_plan
from ssc.services.plan_progress import give_evidence, report_progress
from ssc.services.plan_versions import propose_plan, unanswered
from ssc.services.remedy_notices import tell_remedied


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Edit the next version of a plan, row by row, and propose it to the SSC. Adding a row saves nothing."""
    row = own_plan(request, reference)
    comments = unanswered(row)
    typed = request.POST
    count = int(typed["rows"]) if typed.get("rows", "").isdecimal() and len(typed["rows"]) < 3 else 0
    count = count or LEAST_ROWS
    if request.method != "POST":
        given = _from_newest(row)
        form = PlanForm(initial=given, count=max(given["rows"], LEAST_ROWS), comments=comments)
    elif "add" in typed:
        # Shown again with what was typed, unjudged, and one row more.
        form = PlanForm(initial=typed.dict() | {"rows": count + 1}, count=count + 1, comments=comments)
        if lost := request.FILES.get("document"):
            form.fields["document"].help_text = f"Choose “{lost.name}” again: adding a row did not keep it."
    else:
        form = PlanForm(typed, request.FILES, count=count, comments=comments)
        if form.is_valid() and _propose(request, row, form):
            return redirect("ssc:plan", reference)
    context = {
        "plan": row, "form": form, "is_change": row.state == RemedialPlan.State.APPROVED, "current": row.current,
        "entry": row.determination.case.device_model,
    }  # fmt: skip
    return page(request, "propose.html", context, status=422 if form.errors else 200)


def _propose(request: HttpRequest, row: RemedialPlan, form: PlanForm) -> bool:
    values = form.cleaned_data
    try:
        propose_plan(
            plan=row, by=request.user, at=clock.now(), version=values["version"], remedy=values["remedy"],
            remedied_by=values["remedied_by"], milestones=form.milestones, answers=form.answers,
            upload=values["document"], classification=values["classification"],
        )  # fmt: skip
    except Refusal as refusal:
        refuse(form, refusal, called=form.places)
        return False
    return True


def _from_newest(row: RemedialPlan) -> dict[str, Any]:
    """What the editor begins with: the newest version as it was submitted, or nothing."""
    given: dict[str, Any] = {"version": row.version, "rows": 0}
    newest: PlanVersion | None = row.versions.order_by("-number").first()
    if newest is None:
        return given
    given |= {"remedy": newest.remedy, "remedied_by": newest.remedied_by, "rows": newest.milestones.count()}
    for each in newest.milestones.all():
        given |= {
            f"what_{each.number}": each.what,
            f"by_{each.number}": each.by,
            f"devices_{each.number}": each.devices,
        }
    return given


def _written(
    request: HttpRequest, row: RemedialPlan, form: JudgedForm, act: Callable[[dict[str, Any]], object],
    words: Mapping[str, Any],
) -> HttpResponse:  # fmt: skip
    """Show a form under a plan; a good one is done by `act`, and the plan is shown again."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:plan", row.reference)
    context = {"plan": row, "form": form, **words}
    return page(request, "plan_form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Report progress, of one's own or to what was asked: `?request=12`."""
    row = own_plan(request, reference)
    asked = request.GET.get("request", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    found = row.progress_requests.filter(pk=number).first()
    if asked and found is None:
        raise Http404
    form = ReportForm(request.POST or None, request.FILES or None, initial={"as_of": london_day(clock.now())})

    def act(values: dict[str, Any]) -> object:
        return report_progress(
            plan=row, by=request.user, at=clock.now(), text=values["text"], as_of=values["as_of"],
            devices=values["devices"], request=found, upload=values["document"],
            classification=values["classification"],
        )  # fmt: skip

    return _written(
        request, row, form, act,
        {
            "title": "Report progress", "button": "Send the report", "clause": "Z6.3(d)",
            "lede": found.question if found else "The Committee reads it with your plan; it is not published.",
        },
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Give what shows that a milestone of the plan is met."""
    row = own_plan(request, reference)
    milestone = Milestone.objects.filter(plan_version=row.current, number=number).first()
    if row.current is None or milestone is None:
        raise Http404
    form = EvidenceForm(request.POST or None, request.FILES or None)

    def act(values: dict[str, Any]) -> object:
        return give_evidence(
            milestone=milestone, by=request.user, at=clock.now(), text=values["text"], upload=values["document"],
            classification=values["classification"],
        )  # fmt: skip

    return _written(
        request, row, form, act,
        {
            "title": f"Evidence for milestone {number}", "button": "Give the evidence", "clause": "Z6.3(c)",
            "lede": f"{milestone.what}. Whether it is met the Committee judges.",
        },
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remedied(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Tell the Committee that the failure of a remedy notice is remedied."""
    row = own_plan(request, reference)
    notice = get_object_or_404(row.remedy_notices, number=number)
    if notice.state != RemedyNotice.State.RUNNING and request.method != "POST":
        return redirect("ssc:plan", reference)
    form = RemediedForm(request.POST or None, request.FILES or None)

    def act(values: dict[str, Any]) -> object:
        return tell_remedied(
            notice=notice, by=request.user, at=clock.now(), remedied_on=values["remedied_on"], text=values["text"],
            upload=values["document"], classification=values["classification"],
        )  # fmt: skip

    return _written(
        request, row, form, act,
        {
            "title": "Tell the Committee it is remedied", "button": "Tell the Committee", "clause": "Z6.5",
            "lede": "The day counts on which it was remedied, not the day on which that is recorded.",
        },
    )  # fmt: skip
