"""Consultations: what is asked, the views, and the SSC's answers (SC-6.9)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import refuse
from secgov.accounts.permissions import Duty, organisations_of, permitted, require
from secgov.documents.models import Classification
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.time_rules import end_of_day
from ssc.models import Consultation, ConsultationResponse, Proposal
from ssc.portal.frame import page
from ssc.portal.proposal_forms import AnswerForm, ResponseForm
from ssc.portal.proposal_frame import organisations_for
from ssc.rules.proposals import has_closed, may_respond
from ssc.services.proposal_consultation import answer_response, respond, version_of

OPEN = (Proposal.State.REFINEMENT, Proposal.State.CONSULTATION)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what views are asked on; on POST take one."""
    rows = Consultation.objects.visible_to(request.user).select_related("proposal__affected")
    row = get_object_or_404(rows, pk=pk)
    choices = organisations_for(request.user, Duty.RESPOND_TO_CONSULTATION)
    choices = choices.filter(pk__in=[each.pk for each in choices if row.asks(each)])
    today = clock.today()
    taken = may_respond(starts_on=row.starts_on, on=today, decided=row.proposal.state not in OPEN)
    form = ResponseForm(request.POST or None, organisations=choices) if taken and choices.exists() else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            respond(consultation=row, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:consultation", pk)
    reads_all = permitted(request.user, Duty.READ_PROPOSALS) is not None
    responses = row.responses.select_related("organisation")
    if not reads_all:  # others' views stand in the report, once the SSC has decided
        responses = responses.filter(
            organisation__in=organisations_of(request.user, Duty.RESPOND_TO_CONSULTATION)
        )
    context = {
        "row": row,
        "proposal": row.proposal,
        "form": form,
        "closed": has_closed(row.ends_on, on=today),
        "ends_at": end_of_day(row.ends_on),
        "begun": today >= row.starts_on,
        "taken": taken,
        "responses": responses,
        "reads_all": reads_all,
        "may_answer": permitted(request.user, Duty.WORK_ON_PROPOSAL) and row.proposal.state in OPEN,
        "named": row.proposal.classification == Classification.WHITE
        or Proposal.objects.visible_to(request.user).filter(pk=row.proposal_id).exists(),
    }
    wrong = form is not None and bool(form.errors)
    return page(request, "consultation.html", context, status=422 if wrong else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int, response: int) -> HttpResponse:
    """Answer a view: a row of the table of comments and answers."""
    require(request.user, Duty.WORK_ON_PROPOSAL)
    row = get_object_or_404(ConsultationResponse, pk=response, consultation_id=pk)
    form = AnswerForm(request.POST or None, initial={"answer": row.answer, "seen": version_of(row)})
    if request.method == "POST" and form.is_valid():
        try:
            answer_response(response=row, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:consultation", pk)
    context = {"row": row.consultation, "proposal": row.consultation.proposal, "response": row, "form": form}
    return page(request, "consultation_answer.html", context, status=422 if form.errors else 200)
