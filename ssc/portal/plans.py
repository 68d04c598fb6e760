"""What the SSC asks of one's organisation: requests for information, Remedial Plans, remedy notices."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.portal.judged import refuse
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of
from secgov.documents.web import download
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from secgov.journal.models import Obligation
from secgov.journal.services import working_calendar
from ssc.models import InformationRequest, PlanVersion, RemedialPlan
from ssc.portal.frame import page
from ssc.portal.plan_forms import ReplyForm
from ssc.portal.plan_page import STATE_TAGS, VERSION_TAGS, read_plan
from ssc.rules.remedy import MATERIAL
from ssc.services.case_documents import read_case_document
from ssc.services.plan_access import ENDED, approval_lapsed
from ssc.services.plan_documents import read_plan_document
from ssc.services.requests import reply_to_request


def own_plans(user: User) -> QuerySet[RemedialPlan]:
    """Give the plans of the organisations whose plans a person keeps."""
    rows = RemedialPlan.objects.filter(organisation__in=organisations_of(user, Duty.KEEP_PLAN))
    return rows.select_related("organisation", "determination__case__device_model")


def own_plan(request: HttpRequest, reference: str) -> RemedialPlan:
    """Give a plan of the person's own; any other does not exist here."""
    return get_object_or_404(own_plans(request.user), reference=reference)


def own_requests(user: User) -> QuerySet[InformationRequest]:
    """Give what the SSC asked of the person's organisations, withdrawn requests among it."""
    rows = InformationRequest.objects.filter(addressee__in=organisations_of(user, Duty.ANSWER_SSC))
    return rows.select_related("addressee").prefetch_related("replies")


@login_required
@require_safe
def asks(request: HttpRequest) -> HttpResponse:
    """Show all that the SSC asks of the person's organisations, soonest first, and what was settled."""
    if not organisations_of(request.user, Duty.ANSWER_SSC):
        raise NotPermitted("The SSC asks nothing of your organisation here.")
    requests = list(own_requests(request.user).order_by("reply_by", "id"))
    plans = list(own_plans(request.user))
    going_on = [each for each in plans if each.state not in ENDED]
    context = {
        "open_requests": [
            (each, _clock(each)) for each in requests if not each.withdrawn_at and not each.replies.all()
        ],
        "settled_requests": [each for each in requests if each.withdrawn_at or each.replies.all()],
        "plans": [(each, STATE_TAGS[each.state], _next_of(each)) for each in going_on],
        "ended": [(each, STATE_TAGS[each.state]) for each in plans if each.state in ENDED],
        "several": len(organisations_of(request.user, Duty.ANSWER_SSC)) > 1,
    }
    return page(request, "asks.html", context)


def _clock(row: InformationRequest) -> Obligation | None:
    return Obligation.objects.standing().about(row).first()


def _next_of(plan: RemedialPlan) -> list[Obligation]:
    subjects = [plan, *plan.progress_requests.all(), *plan.remedy_notices.running()]
    rows = [each for subject in subjects for each in Obligation.objects.standing().about(subject)]
    return sorted(rows, key=lambda each: each.due_at)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request with what was answered so far, and take an answer to it."""
    row = get_object_or_404(own_requests(request.user), pk=pk)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            reply_to_request(
                request=row, by=request.user, at=clock.now(), text=values["text"], upload=values["document"],
                classification=values["classification"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:asked", pk)
    context = {
        "row": row,
        "form": None if row.withdrawn_at else form,
        "clock": _clock(row),
        "replies": list(row.replies.select_related("document", "replied_by")),
    }
    return page(request, "asked.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def reply_document(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Hand out again a document that one's own organisation gave with an answer; who took it is noted."""
    row = get_object_or_404(own_requests(request.user), pk=pk, replies__document=document)
    found, data = read_case_document(case=row.case, key=document, by=request.user, at=clock.now())
    return download(found, data)


@login_required
@require_safe
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one's own plan: its stage, what runs, its milestones, versions, comments and reports."""
    return page(request, "plan.html", _for_party(own_plan(request, reference)))


def _for_party(row: RemedialPlan) -> dict[str, Any]:
    return plan_context(row, party="you") | {
        "is_party": True,
        "documents": "ssc:plan-document",
        "versions": "ssc:plan-version",
    }


def plan_context(row: RemedialPlan, *, party: str) -> dict[str, Any]:
    """Give what both the Party's page and the SSC's page of a plan show; `party` is how it is spoken of."""
    at = clock.now()
    shown = read_plan(row, at=at, calendar=working_calendar(), party=party)
    return {
        "shown": shown,
        "plan": row,
        "entry": row.determination.case.device_model,
        "material": MATERIAL,
        "periods": list(row.periods.all()),
        "can_propose": shown.goes_on,
        "lapsed": shown.goes_on and approval_lapsed(row, at=at),
    }


@login_required
@require_safe
def version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show one version of one's own plan."""
    return version_page(request, own_plan(request, reference), number, is_party=True)


def version_page(request: HttpRequest, row: RemedialPlan, number: int, *, is_party: bool) -> HttpResponse:
    """Show one version of a plan with its milestones, the comments on it and the answers it came with."""
    found = row.versions.select_related("document", "submitted_by").filter(number=number).first()
    if found is None:
        raise Http404
    context = {
        "plan": row,
        "row": found,
        "kind": VERSION_TAGS[found.state],
        "milestones": list(found.milestones.all()),
        "comments": list(found.comments.select_related("answer__plan_version")),
        "answers": list(found.answers.select_related("comment")),
        "is_refused": found.state == PlanVersion.State.REFUSED,
        "is_party": is_party,
        "documents": "ssc:plan-document" if is_party else "ssc:ssc-plan-document",
    }
    return page(request, "plan_version.html", context)


@login_required
@require_safe
def document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Hand out a document of one's own plan; who took it is noted."""
    row = own_plan(request, reference)
    found, data = read_plan_document(plan=row, key=pk, by=request.user, at=clock.now())
    return download(found, data)
