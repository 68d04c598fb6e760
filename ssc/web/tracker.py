"""The public tracker of proposals: their stage, and as much else as their classification allows."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from secgov.documents.models import Classification
from secgov.journal import clock
from ssc.models import ENDED, Proposal
from ssc.proposal_progress import WITH_STANDING, progress_of
from ssc.rules.proposals import has_closed
from ssc.services.proposal_outcomes import schedule_of

PAGE = 25


@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """List the proposals that the SSC has taken up, open ones first."""
    ended = request.GET.get("show") == "ended"
    rows = Proposal.objects.tracked().order_by("-pk").prefetch_related(*WITH_STANDING)
    rows = rows.filter(state__in=ENDED) if ended else rows.exclude(state__in=ENDED)
    text = request.GET.get("q", "").strip()
    rows = rows.matching(text, in_public=True)
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    context = {
        "page": found,
        "rows": [(each, progress_of(each, on=today), is_white(each)) for each in found],
        "ended": ended,
        "text": text,
    }
    return render(request, "ssc/public/proposals.html", context)


@require_safe
def proposal(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where a proposal stands; its title, report and date only where it is White."""
    row = get_object_or_404(Proposal.objects.tracked(), reference=reference)
    white = is_white(row)
    consultation = row.consultations.filter(is_open=True).first() if white else None
    context = {
        "proposal": row,
        "white": white,
        "progress": progress_of(row, on=clock.today()),
        "report": getattr(row, "report", None) if white else None,
        "planned": schedule_of(row) if white else None,
        "consultation": consultation,
        "closed": consultation is not None and has_closed(consultation.ends_on, on=clock.today()),
        "guidance": row.guidance.first(),
    }
    return render(request, "ssc/public/proposal.html", context)


def is_white(proposal: Proposal) -> bool:
    """Whether everybody may read what a proposal is about."""
    return proposal.classification == Classification.WHITE
