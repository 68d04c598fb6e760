"""The SSC's pages of Remedial Plans: what waits for it, and each plan with what may be done."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from cpl.web.records import acts_about
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents.web import download
from secgov.journal import clock
from secgov.journal.models import Obligation
from ssc.models import MinutedDecision, RemedialPlan, RemedyNotice
from ssc.portal.frame import page, plans_before_ssc, plans_open_to
from ssc.portal.plan_page import STATE_TAGS, PlanPage
from ssc.portal.plans import plan_context, version_page
from ssc.services.plan_access import ENDED, judging
from ssc.services.plan_documents import read_plan_document

PAGE = 25
SHOWN = 10  # acts on the page of a plan; the journal has them all
SHOW = {
    "waiting": "Waits for the SSC",
    "running": "Going on",
    "notices": "With a remedy notice",
    "ended": "Ended",
    "all": "All",
}


def plan_of(request: HttpRequest, reference: str) -> RemedialPlan:
    """Give a plan to somebody of the SSC; to one with a conflict of interest in the case it does not exist."""
    require(request.user, Duty.READ_CASES)
    return get_object_or_404(plans_open_to(request.user), reference=reference)


@login_required
@require_safe
def ssc_plans(request: HttpRequest) -> HttpResponse:
    """List the plans: `?show=waiting`, running, notices, ended or all."""
    require(request.user, Duty.READ_CASES)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in SHOW else "running"
    waiting = set(plans_before_ssc(request.user).values_list("pk", flat=True))
    found = Paginator(_rows(request, chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [(each, STATE_TAGS[each.state], each.pk in waiting, _soonest(each)) for each in found],
        "chosen": chosen,
        "show": [
            (key, words, len(waiting) if key == "waiting" else _rows(request, key).count())
            for key, words in SHOW.items()
        ],
    }
    return page(request, "ssc_plans.html", context)


def _rows(request: HttpRequest, show: str) -> QuerySet[RemedialPlan]:
    rows = plans_open_to(request.user)
    running = RemedyNotice.objects.running().values("plan")
    return {
        "waiting": plans_before_ssc(request.user),
        "running": rows.exclude(state__in=ENDED),
        "notices": rows.filter(pk__in=running),
        "ended": rows.filter(state__in=ENDED),
        "all": rows,
    }[show]


def _soonest(plan: RemedialPlan) -> Obligation | None:
    subjects = [plan, *plan.remedy_notices.running(), *plan.progress_requests.all()]
    rows = [each for subject in subjects for each in Obligation.objects.standing().about(subject)]
    return min(rows, key=lambda each: each.due_at, default=None)


@login_required
@require_safe
def ssc_plan(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a plan to the SSC, with what the person may do on it."""
    row = plan_of(request, reference)
    context = plan_context(row, party="the Party")
    may_judge = any(permitted(request.user, duty) for duty in judging())
    context |= {
        "is_party": False,
        "may_judge": may_judge,
        "documents": "ssc:ssc-plan-document",
        "versions": "ssc:ssc-plan-version",
        "acts": _acts(request, row, context["shown"], may_judge=may_judge),
        "happened": acts_about(row, *row.versions.all(), *row.remedy_notices.all())[:SHOWN],
        "waiting_decision": row.minuted_decisions.filter(state=MinutedDecision.State.PUT)
        .select_related("recorded_by")
        .first(),
    }
    return page(request, "plan.html", context)


def _acts(
    request: HttpRequest, row: RemedialPlan, shown: PlanPage, *, may_judge: bool
) -> list[tuple[str, str]]:
    """What the person may do now, as links."""
    if not shown.goes_on:
        return []
    user = request.user
    open_version = shown.newest is not None and shown.newest.state in ("submitted", "commented")
    prepares = permitted(user, Duty.PREPARE_CASE) is not None
    number = shown.newest.number if shown.newest else 0
    offered = [
        (open_version and may_judge, "ssc:decide-plan", f"Decide on version {number}"),
        (open_version and permitted(user, Duty.COMMENT_ON_CASE), "ssc:comment-plan", f"Comment on version {number}"),
        (prepares or may_judge, "ssc:ask-progress", "Ask how it goes on"),
        (shown.current and may_judge, "ssc:find-plan", "Record what the SSC finds"),
        (may_judge, "ssc:notice-plan", "Send a remedy notice"),
        (may_judge and not shown.current, "ssc:period-plan", "Set another time"),
        (prepares, "ssc:minute-plan", "Record a minuted decision"),
        (may_judge, "ssc:end-plan", "End the plan"),
    ]  # fmt: skip
    return [(reverse(name, args=[row.reference]), words) for may, name, words in offered if may]


@login_required
@require_safe
def ssc_version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show one version of a plan to the SSC."""
    row = plan_of(request, reference)
    return version_page(request, row, number, is_party=False)


@login_required
@require_safe
def ssc_document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Hand out a document of a plan to the SSC; who took it is noted."""
    row = plan_of(request, reference)
    found, data = read_plan_document(plan=row, key=pk, by=request.user, at=clock.now())
    return download(found, data)
