"""What others answer: a Party whether it supports a proposal, the Chair whether the SSC so decides; and the report."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from cpl.portal.frame import version_seen
from cpl.portal.judged import refuse
from secgov.accounts.permissions import Duty, organisations_of, permitted, require
from secgov.documents.services import hand_out
from secgov.documents.web import download
from secgov.errors import Refusal
from secgov.journal import clock
from ssc.models import Proposal, ProposalSupport
from ssc.portal.frame import page
from ssc.portal.proposal_forms import ReasonForm
from ssc.portal.proposal_frame import owns, visible_proposal
from ssc.portal.proposals import answers_of
from ssc.proposal_report import report_name, report_of, report_title
from ssc.services.proposal_decisions import confirm_decision, digest_of, drop_decision
from ssc.services.proposal_support import confirm_support, decline_support


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a Party say whether it supports a proposal. The link signs nobody in; for others there is nothing here."""
    rows = ProposalSupport.objects.filter(
        party__in=organisations_of(request.user, Duty.SUPPORT_PROPOSAL), withdrawn_at=None
    ).exclude(proposal__state=Proposal.State.DRAFT)
    row = get_object_or_404(
        rows.select_related("proposal__organisation", "party", "proposal__affected"), pk=pk
    )
    form = ReasonForm(request.POST or None) if request.POST.get("answer") == "decline" else ReasonForm()
    seen = {"support": row, "by": request.user, "at": clock.now(), "version": version_seen(request)}
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "confirm":
                confirm_support(**seen)
                return redirect("ssc:support", pk)
            if form.is_valid():
                decline_support(**seen, **form.cleaned_data)
                return redirect("ssc:support", pk)
        except Refusal as refusal:
            refuse(form, refusal)
    context = {
        "support": row,
        "proposal": row.proposal,
        "form": form,
        "version": version_seen(request) or row.proposal.version,
        **answers_of(row.proposal),
    }
    return page(request, "proposal_support.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the Chair exactly what is decided, with its report and digest; on POST confirm it, or send it back."""
    proposal = visible_proposal(request, pk)
    require(request.user, Duty.READ_PROPOSALS)
    decision = proposal.decisions.filter(dropped_at=None, confirmed_at=None).first()
    if decision is None:
        return redirect("ssc:proposal", pk)
    form = ReasonForm(request.POST or None) if request.POST.get("answer") == "drop" else ReasonForm()
    if request.method == "POST":
        seen = {"decision": decision, "by": request.user, "at": clock.now(), "version": version_seen(request)}
        try:
            if request.POST.get("answer") == "confirm":
                confirm_decision(**seen, digest=request.POST.get("digest", ""))
                return redirect("ssc:proposal", pk)
            if form.is_valid():
                drop_decision(**seen, **form.cleaned_data)
                return redirect("ssc:proposal", pk)
        except Refusal as refusal:
            form = form if form.is_bound else ReasonForm({"reason": "-"})
            form.is_valid()
            refuse(form, refusal)
    context = {
        "proposal": proposal,
        "decision": decision,
        "report": report_of(proposal, decision),
        "title": report_title(proposal),
        "digest": digest_of(decision),
        "form": form,
        "may_confirm": permitted(request.user, Duty.DECIDE_PROPOSAL) is not None,
        "version": proposal.version,
    }
    return page(request, "proposal_decide.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the report of a decision, to read and to print."""
    proposal = visible_proposal(request, pk)
    if not hasattr(proposal, "report"):
        raise Http404
    return page(request, "proposal_report.html", {"proposal": proposal, "report": proposal.report})


@login_required
@require_safe
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the report as a file, byte for byte as it was kept."""
    proposal = visible_proposal(request, pk)
    if not hasattr(proposal, "report"):
        raise Http404
    answer = HttpResponse(proposal.report.text.encode(), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, report_name(proposal))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show a proposal's form as an earlier version had it: every version is kept. SC-6.4-2"""
    proposal = visible_proposal(request, pk)
    row = get_object_or_404(proposal.versions.select_related("by"), number=number)
    then = Proposal(submitted_at=proposal.submitted_at, **row.fields)  # never saved: only to be shown
    context = {"proposal": proposal, "row": row, "then": then, **answers_of(then, kept=False)}
    return page(request, "proposal_version.html", context)


@login_required
@require_safe
def original(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the form as it was e-mailed, to the SSC, the Secretariat and the proposer."""
    proposal = visible_proposal(request, pk)
    may = owns(request.user, proposal) or permitted(request.user, Duty.READ_PROPOSALS)
    if proposal.original is None or not may:
        raise Http404
    return download(proposal.original, hand_out(document=proposal.original, by=request.user, at=clock.now()))
