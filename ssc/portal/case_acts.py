"""What people do on a case besides determining: triage, requests, notes, conflicts, guests, the impact paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import JudgedForm, refuse
from cpl.services.dcc_list_contents import counts_for
from cpl.web.records import Record, Work
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from ssc.models import Case, InformationRequest
from ssc.portal import case_forms as forms
from ssc.portal.frame import open_file, page
from ssc.services import determinations, impact, participants, requests, triage

METHODS = ["GET", "HEAD", "POST"]


def _work(
    request: HttpRequest, case: Case, form: JudgedForm, do: Callable[[dict[str, Any]], object], *, title: str, button: str,
    lede: str, clause: str, called: Mapping[str, str] | None = None, bad: bool = False,
) -> HttpResponse:  # fmt: skip
    """Take one form of a case, or show it again with what was wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, called=called)
        else:
            return redirect("ssc:case", case.reference)
    record = Record(
        title=title,
        lede=lede,
        clause=clause,
        crumbs=[
            (reverse("ssc:docket"), "Security Sub-Committee"),
            (reverse("ssc:case", args=[case.reference]), str(case)),
        ],
        here=title,
        works=[
            Work(f"Case {case}, entry {case.device_model}", request.get_full_path(), form, button, bad=bad)
        ],
    )
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


def _form(request: HttpRequest, kind: type[JudgedForm], **initial: Any) -> JudgedForm:
    return kind(request.POST, request.FILES) if request.method == "POST" else kind(initial=initial)


@login_required
@require_http_methods(METHODS)
def triage_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Rate how serious a case is, and set the day by which the SSC means to determine."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    form = _form(
        request, forms.TriageForm, version=case.version, seriousness=case.seriousness, target=case.target_date
    )
    return _work(
        request, case, form,
        lambda given: triage.triage(case=case, by=request.user, at=clock.now(), **given),
        title="Triage", button="Record the triage", clause="Z6.2(d)", called={"target_date": "target"},
        lede="The SSC determines as soon as reasonably practicable, by the seriousness of what could happen.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask one organisation for information."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    form = _form(request, forms.AskForm)
    return _work(
        request, case, form,
        lambda given: requests.request_information(
            case=case, by=request.user, at=clock.now(), addressee=given["addressee"], question=given["question"],
            reply_by=given["reply_by"],
        ),
        title="Ask for information", button="Send the request", clause="Z6.6",
        lede="It is told at once that the SSC asks, and reads what after signing in.",
    )  # fmt: skip


def _request_of(case: Case, pk: int) -> InformationRequest:
    return get_object_or_404(case.requests, pk=pk)


@login_required
@require_http_methods(METHODS)
def remind(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Remind an addressee."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    row = _request_of(case, pk)
    form = _form(request, forms.VersionForm, version=row.version)
    return _work(
        request, case, form,
        lambda given: requests.remind(request=row, by=request.user, at=clock.now(), version=given["version"]),
        title=f"Remind {row.addressee}", button="Send the reminder", clause="Z6.6",
        lede=f"It was asked for a reply by {row.reply_by.day} {row.reply_by:%B %Y}.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Withdraw a request."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    row = _request_of(case, pk)
    form = _form(request, forms.ReasonForm, version=row.version)
    return _work(
        request, case, form,
        lambda given: requests.withdraw_request(
            request=row, by=request.user, at=clock.now(), version=given["version"] or 0, reason=given["reason"]
        ),
        title=f"Withdraw the request to {row.addressee}", button="Withdraw the request", clause="Z6.6", bad=True,
        lede="Nothing is owed under it any more, and its addressee is told.",
    )  # fmt: skip


def _takes_part(request: HttpRequest) -> None:
    """Turn away whoever only reads, before a form is filled in. Raises NotPermitted."""
    if not permitted(request.user, Duty.COMMENT_ON_CASE):
        require(request.user, Duty.ADVISE_ON_CASES)


@login_required
@require_http_methods(METHODS)
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a paper, a comment, or an expert's advice."""
    case = open_file(request, reference)
    paper = request.GET.get("as") == "paper"
    if paper:
        require(request.user, Duty.PREPARE_CASE)
    _takes_part(request)
    form = _form(request, forms.NoteForm)
    return _work(
        request, case, form,
        lambda given: participants.write_note(
            case=case, by=request.user, at=clock.now(), text=given["text"], upload=given["document"],
            classification=given["classification"], paper=paper,
        ),
        title="Add a paper" if paper else "Write on this case", button="Add it", clause="SC-1.2",
        lede="Read by those to whom this case’s papers are open, and by nobody else.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def conflict(request: HttpRequest, reference: str) -> HttpResponse:
    """Declare a conflict of interest."""
    case = open_file(request, reference)
    _takes_part(request)
    form = _form(request, forms.ConflictForm)
    return _work(
        request, case, form,
        lambda given: participants.declare_conflict(
            case=case, by=request.user, at=clock.now(), reason=given["reason"]
        ),
        title="Declare a conflict of interest", button="Declare it, and close this file to me", clause="SC-1.2",
        lede="You then take no part in this case, and its papers are closed to you.", bad=True,
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def end_conflict(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Find that a conflict of interest no longer stands."""
    case = open_file(request, reference)
    row = get_object_or_404(case.conflicts.select_related("member"), pk=pk)
    form = _form(request, forms.ReasonForm)
    return _work(
        request, case, form,
        lambda given: participants.end_conflict(
            conflict=row, by=request.user, at=clock.now(), reason=given["reason"]
        ),
        title=f"{row.member}: the conflict no longer stands", button="Open the file again", clause="SC-1.2",
        lede=f"Declared: {row.reason}",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite an expert, as Chair."""
    require(request.user, Duty.CONFIRM_DETERMINATION)
    case = open_file(request, reference)
    form = _form(request, forms.GuestForm)
    return _work(
        request, case, form,
        lambda given: participants.invite_guest(
            case=case, guest=given["guest"], by=request.user, at=clock.now(), reason=given["reason"]
        ),
        title="Invite an expert", button="Invite", clause="SC-1.2",
        lede="Whoever is invited reads this case, Red papers excepted, and gives advice; deciding is the SSC’s alone.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def end_invitation(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """End an invitation, as Chair."""
    require(request.user, Duty.CONFIRM_DETERMINATION)
    case = open_file(request, reference)
    row = get_object_or_404(case.guests.select_related("guest"), pk=pk)
    form = _form(request, forms.ReasonForm)
    return _work(
        request, case, form,
        lambda given: participants.end_invitation(
            invitation=row, by=request.user, at=clock.now(), reason=given["reason"]
        ),
        title=f"End the invitation of {row.guest}", button="End the invitation", clause="SC-1.2", bad=True,
        lede="The case then no longer exists for this person.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def drop(request: HttpRequest, reference: str) -> HttpResponse:
    """Give up a determination that is being prepared."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    row = case.determinations.order_by("-pk").first()
    if row is None:
        raise Http404
    if row.state != "draft" and request.method != "POST":
        return redirect("ssc:case", reference)
    form = _form(request, forms.ReasonForm, version=row.version)
    return _work(
        request, case, form,
        lambda given: determinations.drop_determination(
            case=case, by=request.user, at=clock.now(), version=given["version"] or 0, reason=given["reason"]
        ),
        title="Give up the determination", button="Give it up", clause=row.clause, bad=True,
        lede="What was written stays on file; another may be begun.",
    )  # fmt: skip


@login_required
@require_http_methods(METHODS)
def compute(request: HttpRequest, reference: str) -> HttpResponse:
    """Compute what each outcome would do, and keep it as a paper."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    rows = counts_for(None).filter(device_model=case.device_model)
    holders = [(row.organisation_id, row.organisation.name) for row in rows]
    form = (
        forms.ImpactForm(request.POST, holders=holders)
        if request.method == "POST"
        else forms.ImpactForm(holders=holders)
    )
    return _work(
        request, case, form,
        lambda given: impact.compute_impact(
            case=case, by=request.user, at=clock.now(), removal_day=given["removal_day"], paces=form.paces
        ),
        title="What would each choice do?", button="Compute, and keep the paper", clause="Z6.2(a)",
        lede="From the DCC’s newest counts and lists. What it has not counted is “not known”.",
    )  # fmt: skip
