"""Taking a decision to the Authority, and what becomes of it: a Party's pages, and what others see of them (F2.2A, F2.7B)."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.portal.judged import refuse
from cpl.web.records import acts_about
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.documents.web import download
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from secgov.journal.models import Act, Message
from ssc.models import Referral
from ssc.portal.frame import page
from ssc.portal.referral_forms import (
    AnswerForm,
    ChangeGroundsForm,
    DocumentForm,
    NewReferralForm,
    ReasonForm,
    StayForm,
    VersionedForm,
)
from ssc.services import referrals as services
from ssc.services.authority_answers import possible_outcomes
from ssc.services.referable import find_decision, in_words, key_of, model_of, of_plan, open_to
from ssc.services.referral_bundle import decision_in_full
from ssc.services.stays import standing_of

PAGE = 25
KINDS = {"draft": "", "lodged": "info", "determined": "law", "withdrawn": "gone"}
State = Referral.State


def _check_may_enter(user: User) -> None:
    duties = (Duty.REFER_DECISION, Duty.READ_REFERRALS, Duty.READ_CASES)
    if not any(permitted(user, duty) for duty in duties):
        raise NotPermitted("Only a Party may refer a decision to the Authority (F2.2A, F2.7B).")


@login_required
@require_safe
def referrals(request: HttpRequest) -> HttpResponse:
    """List the referrals that one sees and, for a Party, what it may refer: `?entry=000123` narrows that."""
    _check_may_enter(request.user)
    rows = Referral.objects.visible_to(request.user).select_related("organisation", "answer")
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    typed = request.GET.get("entry", "").strip()
    number = typed if typed.isascii() and typed.isdigit() and len(typed) < 10 else ""
    own = organisations_of(request.user, Duty.REFER_DECISION)
    context = {
        "page": found,
        "rows": [(each, KINDS[each.state], in_words(each.decision)) for each in found],
        "is_party": bool(own),
        "several": len({each.organisation_id for each in found.object_list}) > 1 or not own,
        "entry": typed,
        "entry_wrong": bool(typed and not number),
        "open_to": _choices(own, number),
    }
    return page(request, "referrals.html", context)


def _choices(own: list[Any], entry: str) -> list[dict[str, Any]]:
    at = clock.now()
    seen = {}
    for organisation in own:
        for decision in open_to(organisation, at=at, entry=entry):
            seen[key_of(decision)] = decision
    running = Referral.objects.filter(organisation__in=own, state__in=[State.DRAFT, State.LODGED])
    in_hand = {key_of(each.decision): each for each in running}
    return [
        {"key": key, "words": in_words(each), "clause": _clause(key), "in_hand": in_hand.get(key)}
        for key, each in seen.items()
    ]


def _clause(key: str) -> str:
    return {"panel": "F2.2A", "ssc": "F2.7B(a)"}.get(key.partition("-")[0], "F2.7B(b)")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a referral of `?decision=panel-12`, or of what the SSC last decided on one's plan, `?plan=RP-031`."""
    own = organisations_of(request.user, Duty.REFER_DECISION)
    if not own:
        raise NotPermitted("Only a Party may refer a decision to the Authority (F2.2A, F2.7B).")
    key = request.GET.get("decision", "")
    at = clock.now()
    decision = of_plan(request.GET["plan"], own, at=at) if "plan" in request.GET else find_decision(key)
    if decision is None:
        raise Http404
    form = NewReferralForm(request.POST or None, organisations=own)
    chosen, why_not = own[0], None
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["organisation"]
        try:
            made = services.draft_referral(
                decision=decision,
                organisation=chosen,
                by=request.user,
                at=at,
                grounds=form.cleaned_data["grounds"],
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:referral", made.reference)
    elif not form.is_bound:
        why_not = services.why_not_referable(decision, organisations=own, at=at)
    context = {
        "form": form,
        "why_not": why_not,
        "words": "" if why_not else in_words(decision),
        "clause": why_not.clause if why_not else _clause(key_of(decision)),
    }
    return page(request, "referral_new.html", context, status=422 if form.errors or why_not else 200)


def seen_referral(request: HttpRequest, reference: str) -> Referral:
    """Give a referral of which the person may know; any other does not exist here."""
    rows = Referral.objects.visible_to(request.user).select_related("organisation", "answer", "bundle")
    return get_object_or_404(rows.defer("bundle__data"), reference=reference)


def owns(user: User, referral: Referral) -> bool:
    """Whether somebody acts for the Party that refers."""
    return permitted(user, Duty.REFER_DECISION, referral.organisation) is not None


@login_required
@require_safe
def referral(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a referral: what it is about, where it stands, and what one may do about it."""
    return show(request, seen_referral(request, reference))


def show(
    request: HttpRequest, row: Referral, *, refused: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Draw the page of a referral; `refused` holds the forms that were refused, by name."""
    decision, bad = row.decision, refused or {}
    own, draft = owns(request.user, row), row.state == State.DRAFT
    recorder = permitted(request.user, Duty.RECORD_AUTHORITY_ORDER)
    seen = {"version": row.version}
    forms: dict[str, Any] = {}
    if own and draft:
        forms["lodge"] = VersionedForm(initial=seen)
        forms["change"] = ChangeGroundsForm(initial={**seen, "grounds": row.grounds}, auto_id="change_%s")
        forms["document"] = DocumentForm(initial=seen, auto_id="document_%s")
    if own and row.state in (State.DRAFT, State.LODGED):
        forms["withdraw"] = ReasonForm(initial=seen, auto_id="withdraw_%s")
    stay = standing_of(row)
    if recorder and row.state == State.LODGED:
        if not services.waiting_answer(row):
            forms["answer"] = AnswerForm(outcomes=possible_outcomes(decision))
        if stay is None:
            forms["stay"] = StayForm(auto_id="stay_%s")
    if recorder and stay is not None:
        forms["end_stay"] = ReasonForm(initial={"version": stay.version}, auto_id="end_%s")
    full = not own and bool(row.bundle_id)
    context = {
        "referral": row,
        "kind": KINDS[row.state],
        "words": in_words(decision),
        "entry": model_of(decision),
        "said": decision_in_full(decision) if full else [],
        "own": own,
        "forms": {**forms, **bad},
        "form": next(iter(bad.values()), None),
        "documents": list(row.documents.order_by("pk")),
        "stay": stay,
        "waiting_answer": services.waiting_answer(row) if not own else None,
        "joined": Referral.objects.joined(row).exclude(pk=row.pk).count() if full else 0,
        "mailed": Message.objects.filter(key=services.mail_key(row)).first(),
        "may_take_bundle": full,
        "acts": _acts(row, own),
    }
    return page(request, "referral.html", context, status=status)


def _acts(row: Referral, own: bool) -> list[Act]:
    """What happened; to the Party only what its own people did, since it is not told who reads what it wrote."""
    found = acts_about(row, row.answer)
    return [act for act in found if not own or act.actor_organisation == row.organisation.name]


def _answer(request: HttpRequest, row: Referral, name: str, form: Any, act: Any) -> HttpResponse:
    """Do one duty about a referral, or show its page with the form refused."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:referral", row.reference)
    return show(request, row, refused={name: form}, status=422)


@login_required
@require_POST
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Write the grounds of a draft anew."""
    row = seen_referral(request, reference)

    def act(values: dict[str, Any]) -> None:
        services.change_grounds(referral=row, by=request.user, at=clock.now(), **values)

    return _answer(request, row, "change", ChangeGroundsForm(request.POST, auto_id="change_%s"), act)


@login_required
@require_POST
def add_document(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a document with a draft."""
    row = seen_referral(request, reference)

    def act(values: dict[str, Any]) -> None:
        services.attach_document(
            referral=row, by=request.user, at=clock.now(), version=values["version"], upload=values["document"],
            classification=values["classification"],
        )  # fmt: skip

    form = DocumentForm(request.POST, request.FILES, auto_id="document_%s")
    return _answer(request, row, "document", form, act)


@login_required
@require_POST
def lodge(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a draft before the Authority."""
    row = seen_referral(request, reference)

    def act(values: dict[str, Any]) -> None:
        services.lodge_referral(referral=row, by=request.user, at=clock.now(), version=values["version"])

    return _answer(request, row, "lodge", VersionedForm(request.POST), act)


@login_required
@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Give up a referral."""
    row = seen_referral(request, reference)

    def act(values: dict[str, Any]) -> None:
        services.withdraw_referral(referral=row, by=request.user, at=clock.now(), **values)

    return _answer(request, row, "withdraw", ReasonForm(request.POST, auto_id="withdraw_%s"), act)


@login_required
@require_safe
def paper(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a referral as one page to print; the decision in full only to those whom the bundle is for."""
    row = seen_referral(request, reference)
    full = not owns(request.user, row)
    context = {
        "referral": row,
        "words": in_words(row.decision),
        "entry": model_of(row.decision),
        "said": decision_in_full(row.decision) if full else [],
        "documents": list(row.documents.select_related("content").defer("content__data").order_by("pk")),
        "full": full,
    }
    return page(request, "referral_paper.html", context)


@login_required
@require_safe
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out what the Authority was given, as one file; who took it is noted."""
    row = seen_referral(request, reference)
    data = services.take_bundle(referral=row, by=request.user, at=clock.now())
    answer = HttpResponse(data, content_type="application/zip")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{row.reference}.zip")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Hand out a document of a referral; who took it is noted."""
    row = seen_referral(request, reference)
    found = get_object_or_404(row.documents, pk=pk)
    return download(
        found, services.take_document(referral=row, document=found, by=request.user, at=clock.now())
    )
