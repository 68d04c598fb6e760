"""Writing a determination, laying it before the Chair, and the Chair's word on exactly that text (Z6.2, Z6.4)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cpl.portal.judged import refuse
from cpl.web.records import Fact, facts
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.services import working_calendar
from secgov.time_rules import london_day
from ssc.models import Case, Determination
from ssc.portal.case_file import duties_of
from ssc.portal.case_forms import DecideForm, DeterminationForm, initial_of
from ssc.portal.frame import open_file, page
from ssc.rules import determinations as rules
from ssc.rules.plans import APPROVAL, PROPOSAL, Period, due_period
from ssc.services import determinations as services
from ssc.services.determination_facts import digest_of, known_suppliers_of

CALLED = {"ncsc": "ncsc", "outcome": "outcome_key"}


def form_for(
    case: Case, row: Determination | None, *, clause: str = rules.Z62, supplements: Determination | None = None,
    data: Any = None, files: Any = None, leaving: bool = False,
) -> DeterminationForm:  # fmt: skip
    """Make the form of a case's determination: blank, of the one in hand, or as it was typed."""
    supplements = row.supplements if row else supplements
    clause = row.clause if row else clause
    model = case.device_model
    have = services.have_plan(supplements) if supplements else set()
    if data is not None:
        return DeterminationForm(
            data,
            files,
            model=model,
            clause=clause,
            supplement=supplements is not None,
            have=have,
            leaving=leaving,
        )
    initial: dict[str, Any] = {
        "version": 0, "clause": clause, "supplements": supplements.pk if supplements else None,
        "proposal_unit": "working_days", "approval_unit": "working_days",
        "obliged": [] if supplements else sorted(known_suppliers_of(model)),
    }  # fmt: skip
    if row:
        initial |= initial_of(row)
    elif (last := case.determinations.first()) and _was_such(last, clause, supplements):
        initial |= initial_of(last) | {"version": 0}  # the Chair sent it back: nobody types it twice
    return DeterminationForm(
        initial=initial, model=model, clause=clause, supplement=supplements is not None, have=have
    )


def _was_such(last: Determination, clause: str, supplements: Determination | None) -> bool:
    """Whether the Chair did not confirm a determination of the same kind."""
    same = (last.clause, last.supplements_id) == (clause, supplements.pk if supplements else None)
    return same and last.state == Determination.State.REFUSED


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def determine(request: HttpRequest, reference: str) -> HttpResponse:
    """Write a determination: keep it as it is, or put it to the Chair. `do` says `remove` (Z6.4) or `add` a Party (A-23)."""
    require(request.user, Duty.PREPARE_CASE)
    case = open_file(request, reference)
    row = services.in_hand(case)
    if row is not None and row.state == Determination.State.PUT and request.method != "POST":
        return redirect("ssc:decide", reference)
    clause = rules.Z64 if request.GET.get("do") == "remove" else rules.Z62
    supplements = _last(case) if request.GET.get("do") == "add" else None
    if request.method != "POST":
        return _page(request, case, form_for(case, row, clause=clause, supplements=supplements), row)
    put = request.POST.get("act") == "put"
    form = form_for(
        case,
        row,
        clause=clause,
        supplements=supplements,
        data=request.POST,
        files=request.FILES,
        leaving=True,
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.save_determination(
                case=case, by=request.user, at=clock.now(), version=given["version"], put=put,
                values=form.fields_of_determination, obliged=list(given["obliged"]),
                clause=row.clause if row else clause, supplements=row.supplements if row else supplements,
                ncsc_upload=given.get("ncsc_upload"), minute_upload=given["minute_upload"],
                classification=given["classification"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal, called=CALLED)
        else:
            return redirect("ssc:case", reference)
    return _page(request, case, form, row)


def _last(case: Case) -> Determination | None:
    return (
        case.determinations.filter(state=Determination.State.CONFIRMED, with_plan=True, supplements=None)
        .order_by("-pk")
        .first()
    )


def _page(
    request: HttpRequest, case: Case, form: DeterminationForm, row: Determination | None
) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "row": row,
        "action": request.get_full_path(),
        "clause": form["clause"].value() or rules.Z62,
        "supplement": "reasons" in form.fields and "outcome_key" not in form.fields,
    }
    return page(request, "determine.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the Chair exactly what waits, and take the Chair's word on it."""
    case = open_file(request, reference)
    rows = case.determinations.select_related("prepared_by", "minute", "ncsc_document").order_by("-pk")
    if (row := rows.first()) is None:
        raise Http404
    if row.state != Determination.State.PUT and request.method != "POST":
        return redirect("ssc:case", reference)  # decided by now; whoever posts to it is told so
    form = DecideForm(initial={"version": row.version, "digest": digest_of(row)})
    if request.method == "POST":
        form = DecideForm(request.POST)
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("version", "digest", "agree", "reason")}
            try:
                services.decide(case=case, by=request.user, at=clock.now(), **given)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("ssc:case", reference)
    else:
        require(request.user, Duty.READ_CASES)
    context = {
        "case": case,
        "row": row,
        "form": form if duties_of(request.user)["decide"] or not settings.FOUR_EYES else None,
        "says": facts_of(row, case=case),
        "digest": digest_of(row).upper(),
        "told": rules.told_to_parties(row.outcome) if row.outcome else "",
        "ends": _ends(row),
        "unanswered": case.requests.filter(withdrawn_at=None, replies=None).count(),
        "confirmed": case.events.filter(event__state="confirmed").exists(),
        "today": london_day(clock.now()),
    }
    return page(request, "decide.html", context, status=422 if form.errors else 200)


def outcome_in_words(row: Determination) -> str:
    """Name an outcome as the four are named."""
    return next(
        (words for outcome, plan, words in rules.OUTCOMES.values() if (outcome, plan) == (row.outcome, row.with_plan)), ""
    )  # fmt: skip


def facts_of(row: Determination, *, case: Case) -> list[Fact]:
    """All that a determination says, in the order in which it was weighed."""
    obliged = ", ".join(sorted(each.name for each in row.obliged.all()))
    ncsc = "It provided none." if row.ncsc_provided_none else row.ncsc_information
    found = facts(
        [
            ("Clause", row.get_clause_display()),
            (
                "Outcome",
                outcome_in_words(row) or ("A Party is added to the plan" if row.supplements_id else ""),
            ),
            ("Security implications", row.security_implications),
            ("Consequences for Energy Consumers", row.consumer_consequences),
            ("How the two weigh", row.weighing),
            ("Number of Devices not known", row.devices_unknown_reason),
            ("Information from NCSC", ncsc),
            ("Plan imposed on", obliged),
            (
                "Time to propose",
                _period(row.proposal_days, row.get_proposal_unit_display(), row.proposal_starts_on),
            ),
            (
                "Time to gain approval",
                _period(row.approval_days, row.get_approval_unit_display(), row.approval_starts_on),
            ),
            ("Reasons", row.reasons),
            ("Determined", row.determined_on),
            ("Minute", row.minute_reference),
        ]
    )
    for name, document in (("NCSC’s paper", row.ncsc_document), ("The minute itself", row.minute)):
        if document:
            address = reverse("ssc:case-document", args=[case.reference, document.pk])
            found.append(Fact(name, f"{document} ({document.get_classification_display()})", address))
    return found


def _period(days: int | None, unit: str, starts_on: Any) -> str:
    return f"{days} {unit} from {starts_on.day} {starts_on:%B %Y}" if days and starts_on else ""


def _ends(row: Determination) -> list[tuple[str, Any]]:
    """When each period of the plan would end, if the Chair confirms."""
    if not row.with_plan:
        return []
    calendar = working_calendar()
    periods = (
        (
            PROPOSAL,
            "to propose the plan",
            Period(row.proposal_days, row.proposal_unit, row.proposal_starts_on),
        ),
        (
            APPROVAL,
            "to gain its approval",
            Period(row.approval_days, row.approval_unit, row.approval_starts_on),
        ),
    )
    return [(words, due_period(period, calendar)) for _, words, period in periods]
