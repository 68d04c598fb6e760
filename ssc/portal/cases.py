"""The docket, and the page of a case that reads like a file (Z6.2, chart 6)."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cpl.rendering import neutralise
from cpl.rules.removal import AWAITING
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.web import download
from secgov.journal import clock
from secgov.journal.services import working_calendar
from secgov.time_rules import london_day
from ssc.models import Case, Determination, ImpactPaper
from ssc.portal.case_file import SERIOUSNESS, STATES, duties_of, file_of, paper_of
from ssc.portal.determining import form_for
from ssc.portal.frame import may_enter, open_file, own_case, page
from ssc.services.acting import has_conflict
from ssc.services.case_documents import read_case_document
from ssc.services.opening import replacement_of

PAGE = 25
SHOW = {
    "open": "Open",
    "untriaged": "Not triaged",
    "put": "Waiting for the Chair",
    "late": "Past their target",
    "determined": "Determined",
    "void": "Void",
    "all": "All",
}


@login_required
@require_safe
def docket(request: HttpRequest) -> HttpResponse:
    """List the cases by seriousness and age, the untriaged first; `show`, `seriousness` and `q` choose among them."""
    may_enter(request.user)
    today = london_day(clock.now())
    visible = Case.objects.visible_to(request.user)
    show = request.GET.get("show", "open")
    show = show if show in SHOW else "open"
    seriousness = request.GET.get("seriousness", "")
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    rows = _shown(visible, show, today)
    if seriousness in Case.Seriousness.values:
        rows = rows.filter(seriousness=seriousness)
    if words:
        number = (
            Q(device_model=int(words)) if words.isascii() and words.isdigit() and len(words) < 10 else Q()
        )
        named = Q(reference__icontains=words) | Q(device_model__manufacturer__name__icontains=words)
        rows = rows.filter(named | number if number else named)
    found = Paginator(_in_order(rows), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "rows": [_row(case, today) for case in found.object_list],
        "show": show,
        "shows": SHOW,
        "seriousness": seriousness,
        "grades": Case.Seriousness.choices,
        "q": words,
        "counts": _counts(visible, today),
        "reads_all": permitted(request.user, Duty.READ_CASES) is not None,
    }
    return page(request, "docket.html", context)


def _shown(rows: QuerySet[Case], show: str, today: Any) -> QuerySet[Case]:
    chosen = {
        "open": Q(state="open"),
        "untriaged": Q(state="open", triaged_at=None),
        "put": Q(determinations__state="put"),
        "late": Q(state="open", target_date__lt=today),
        "determined": Q(state="determined"),
        "void": Q(state="void"),
        "all": Q(),
    }[show]
    return rows.filter(chosen)


def _in_order(rows: QuerySet[Case]) -> QuerySet[Case]:
    order = models.Case(
        *(
            When(seriousness=grade, then=Value(place))
            for place, grade in enumerate(["", "high", "medium", "low"])
        ),
        output_field=IntegerField(),
    )
    return (
        rows.select_related("device_model__manufacturer")
        .prefetch_related("events__event__certificate", "determinations")
        .annotate(
            grade=order,
            unanswered=Count(
                "requests",
                filter=Q(requests__withdrawn_at=None, requests__replies=None, requests__is_voluntary=False),
                distinct=True,
            ),
        )
        .order_by("grade", "opened_at", "pk")
    )


def _row(case: Case, today: Any) -> dict[str, Any]:
    events = [each.event for each in case.events.all()]
    waits = next((each for each in case.determinations.all() if each.state == Determination.State.PUT), None)
    return {
        "case": case,
        "event": events[0] if events else None,
        "confirmed": any(each.state == "confirmed" for each in events),
        "kind": STATES[case.state],
        "grade": SERIOUSNESS.get(case.seriousness, ""),
        "waits": waits,
        "days": (today - london_day(case.opened_at)).days,
        "late": case.state == Case.State.OPEN and case.target_date is not None and case.target_date < today,
    }


def _counts(visible: QuerySet[Case], today: Any) -> list[tuple[str, str, int]]:
    numbers = visible.aggregate(
        untriaged=Count("pk", filter=Q(state="open", triaged_at=None), distinct=True),
        high=Count("pk", filter=Q(state="open", seriousness="high"), distinct=True),
        put=Count("pk", filter=Q(determinations__state="put"), distinct=True),
        late=Count("pk", filter=Q(state="open", target_date__lt=today), distinct=True),
        open=Count("pk", filter=Q(state="open"), distinct=True),
    )
    return [
        ("late", "bad", numbers["late"]), ("untriaged", "warn", numbers["untriaged"]), ("put", "info", numbers["put"]),
        ("open", "", numbers["open"]),
    ]  # fmt: skip


@login_required
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a case; to a member with a conflict of interest only that it is there."""
    return case_page(request, own_case(request, reference))


def case_page(request: HttpRequest, row: Case, *, form: Any = None, status: int = 200) -> HttpResponse:
    """Draw the page of a case, with the form of its determination as it was typed, if it was."""
    if has_conflict(row, request.user):
        conflict = row.conflicts.filter(member=request.user, ended_at=None).first()
        return page(request, "conflicted.html", {"case": row, "conflict": conflict})
    calendar = working_calendar()
    gathered = file_of(row, at=clock.now(), calendar=calendar)
    may = duties_of(request.user)
    shown_form = form
    if shown_form is None and may["prepare"] and row.state == Case.State.OPEN and row.triaged_at:
        waiting = gathered.in_hand is not None and gathered.in_hand.state == Determination.State.PUT
        shown_form = None if waiting else form_for(row, gathered.in_hand)
    state, rival = replacement_of(row, on=london_day(clock.now()))
    context = {
        "case": row,
        "replacement": rival,
        "replacement_awaits": state == AWAITING,
        "file": gathered,
        "may": may,
        "calendar": calendar,
        "form": shown_form,
        "state_kind": STATES[row.state],
        "grade_kind": SERIOUSNESS.get(row.seriousness, ""),
        "takes_part": may["comment"] or may["advise"],
    }
    return page(request, "case.html", context, status=status)


@login_required
@require_safe
def paper(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show the paper before the Committee, to read and to print."""
    row = open_file(request, reference)
    kept = get_object_or_404(
        row.impact_papers.select_related("counts", "deployed", "computed_by"), number=number
    )
    return page(request, "paper.html", {"case": row, "paper": paper_of(kept)})


@login_required
@require_safe
def paper_csv(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Give the figures of a paper as a file."""
    row = open_file(request, reference)
    kept: ImpactPaper = get_object_or_404(
        row.impact_papers.select_related("counts", "deployed"), number=number
    )
    shown = paper_of(kept)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row}-impact-{number}.csv"'
    answer["Cache-Control"] = "private, no-store"
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow(["option", "supplier", "devices", "systems"])
    for label, option in shown.options if shown else ():
        lines = [("Together", option["devices"], option["systems"])]
        lines += [(each["name"], each["devices"], each["systems"]) for each in option["shares"]]
        for name, *numbers in lines:
            cells = ["not known" if each is None else str(each) for each in numbers]
            writer.writerow([neutralise(cell) for cell in (label, name, *cells)])
    return answer


@login_required
@require_safe
def document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Hand out a document of a case as a file; who took it is noted."""
    row = get_object_or_404(Case, reference=reference)
    found, data = read_case_document(case=row, key=pk, by=request.user, at=clock.now())
    return download(found, data)
