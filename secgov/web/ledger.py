"""The ledger of obligations: every clock there was, with the reason for its date, by clause, owner and urgency."""

import csv
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from cpl.models import ListChange
from cpl.rendering import neutralise
from secgov.accounts.permissions import Duty, permitted, require
from secgov.accounts.secretariat import send_again
from secgov.accounts.services import explain_missed
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.models import Act, Message, Obligation
from secgov.journal.services import working_calendar
from secgov.journal.services.levels import EXPLAINED, is_counted
from secgov.web.owed import Day, subjects_of
from secgov.web.words import duration_in_words

PAGE = 50
URGENCIES = (
    ("", "Standing"),
    ("overdue", "Overdue"),
    ("today", "Due today"),
    ("next", "In the next 5 Working Days"),
    ("later", "Later"),
    ("met", "Met in time"),
    ("late", "Met late"),
    ("missed", "Missed: late, overdue, or gone too late"),
    ("gone", "Fell away"),
    ("all", "All there were"),
)
OVERRIDES = (
    Q(verb="cpl.authority_order.confirmed")
    | Q(after__four_eyes=False)
    | Q(reason__contains="Four eyes are off")
)
"""Acts that set aside what the rules would have asked: an order of the Authority, or one person for two."""
LATE_COLUMNS = (
    "clause", "duty", "owed by", "organisation", "about", "opened at", "due at", "done at", "fell away at", "late by",
    "why this date", "explained in public",
)  # fmt: skip
OVERRIDE_COLUMNS = (
    "at",
    "act",
    "about",
    "person's role",
    "organisation",
    "clause",
    "reason",
    "before",
    "after",
)


class LedgerFilter(forms.Form):
    """What of the ledger to show. A value that is no choice shows everything."""

    urgency = forms.ChoiceField(label="Urgency", choices=URGENCIES, required=False)
    clause = forms.CharField(label="Clause", required=False, widget=forms.Select)
    owner = forms.ChoiceField(
        label="Owner", choices=[("", "Everyone"), *Obligation.Owner.choices], required=False
    )
    q = forms.CharField(label="Words", required=False, max_length=100)

    def __init__(self, *args: Any, clauses: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].widget.choices = [("", "Every clause"), *((each, each) for each in clauses)]


class ExplainForm(forms.Form):
    """What went wrong, for everybody to read."""

    public_reason = forms.CharField(
        label="What went wrong, and since",
        help_text="Everybody reads this. Name no Party and no open case.",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def show(
    request: HttpRequest, *, refused: tuple[int, ExplainForm] | None = None, status: int = 200
) -> HttpResponse:
    """Show the obligations of one urgency, clause and owner, each with the reason for its date."""
    at, calendar = clock.now(), working_calendar()
    clauses = list(Obligation.objects.order_by("clause").values_list("clause", flat=True).distinct())
    shown = LedgerFilter(request.GET or None, clauses=clauses)
    chosen = _chosen(Obligation.objects.all(), shown, Day.at(at, calendar))
    page = Paginator(chosen.select_related("organisation"), PAGE).get_page(request.GET.get("page"))
    explained = dict(
        Act.objects.filter(
            verb=EXPLAINED,
            subject_type=Obligation._meta.label_lower,
            subject_id__in=[str(each.pk) for each in page],
        )
        .order_by("id")
        .values_list("subject_id", "public_reason")
    )
    may_explain = permitted(request.user, Duty.EXPLAIN_MISSED) is not None
    standing = list(page.object_list)
    rows = [
        _row(each, at, explained, may_explain, refused) | {"subject": subject}
        for each, subject in zip(standing, subjects_of(standing), strict=True)
    ]
    context = {
        "filter": shown,
        "page": page,
        "rows": rows,
        "calendar": calendar,
        "form": refused[1] if refused else None,
        "query": urlencode({key: value for key, value in request.GET.items() if key != "page"}),
        "may_export": permitted(request.user, Duty.PACK_EVIDENCE) is not None,
    }
    return render(request, "admin/ledger.html", context, status=status)


def _row(
    each: Obligation,
    at: dt.datetime,
    explained: dict[str, str],
    may: bool,
    refused: tuple[int, ExplainForm] | None,
) -> dict[str, Any]:
    form = None
    if may and each.missed_by(at=at) is not None and is_counted(each):
        given = refused and refused[0] == each.pk
        form = refused[1] if given and refused else ExplainForm(auto_id=f"explain_{each.pk}_%s")
    return {"obligation": each, "explanation": explained.get(str(each.pk), ""), "explain": form}


def _chosen(rows: QuerySet[Obligation], shown: LedgerFilter, day: Day) -> QuerySet[Obligation]:
    shown.is_valid()
    values = shown.cleaned_data if shown.is_bound else {}
    standing = Q(discharged_at=None, fell_away_at=None)
    by_urgency = {
        "overdue": standing & Q(due_at__lte=day.now),
        "today": standing & Q(due_at__gt=day.now, due_at__lte=day.today_ends),
        "next": standing & Q(due_at__gt=day.today_ends, due_at__lte=day.soon_ends),
        "later": standing & Q(due_at__gt=day.soon_ends),
        "met": Q(discharged_at__lt=F("due_at")),
        "late": Q(discharged_at__gte=F("due_at")),
        "missed": Q(pk__in=Obligation.objects.missed(at=day.now).values("pk")),
        "gone": Q(fell_away_at__isnull=False),
        "all": Q(),
    }
    rows = rows.filter(by_urgency.get(values.get("urgency", ""), standing))
    if values.get("clause"):
        rows = rows.filter(clause=values["clause"])
    if values.get("owner"):
        rows = rows.filter(owed_by=values["owner"])
    if values.get("q"):
        words = values["q"]
        rows = rows.filter(
            Q(subject_name__icontains=words)
            | Q(duty__icontains=words)
            | Q(organisation__name__icontains=words)
        )
    return rows.order_by("due_at", "id")


@require_POST
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in public what went wrong with a missed duty."""
    obligation = get_object_or_404(Obligation, pk=pk)
    form = ExplainForm(request.POST, auto_id=f"explain_{pk}_%s")
    if form.is_valid():
        try:
            explain_missed(obligation=obligation, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("public_reason", f"{refusal.message} {refusal.remedy}".strip())
        else:
            messages.success(request, "What you said stands on the page of the service level.")
            return redirect(f"{reverse('admin:ledger')}?urgency=missed")
    return show(request, refused=(pk, form), status=422)


@require_POST
def message_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a mail again that was given up."""
    message = send_again(message=get_object_or_404(Message, pk=pk), by=request.user, at=clock.now())
    messages.success(request, f"The mail to {message.recipient} is tried again.")
    return redirect("admin:index")


def late_csv(request: HttpRequest) -> HttpResponse:
    """Give every duty that was done late, fell away after its time or is overdue, for the auditor."""
    require(request.user, Duty.PACK_EVIDENCE)
    at = clock.now()
    rows = Obligation.objects.missed(at=at)
    explained = dict(
        Act.objects.filter(verb=EXPLAINED).order_by("id").values_list("subject_id", "public_reason")
    )
    return _csv(
        "late-duties.csv",
        LATE_COLUMNS,
        (
            (
                each.clause, each.duty, each.get_owed_by_display(), str(each.organisation or ""), each.subject_name,
                each.opened_at.isoformat(), each.due_at.isoformat(),
                each.discharged_at.isoformat() if each.discharged_at else "",
                each.fell_away_at.isoformat() if each.fell_away_at else "",
                duration_in_words(each.missed_by(at=at) or dt.timedelta(0)), " ".join(each.why),
                explained.get(str(each.pk), ""),
            )
            for each in rows.select_related("organisation").order_by("due_at", "id")
        ),
    )  # fmt: skip


def overrides_csv(request: HttpRequest) -> HttpResponse:
    """Give every act that set a rule aside, with its reason, for the auditor."""
    require(request.user, Duty.PACK_EVIDENCE)
    overridden = ListChange.objects.exclude(submission=None).exclude(submission__eligibility_override="")
    eligibility = Q(  # a SMETS1 model listed without an eligible combination
        verb="cpl.list_change.proposed",
        subject_type=ListChange._meta.label_lower,
        subject_id__in=[str(key) for key in overridden.values_list("pk", flat=True)],
    )
    acts = Act.objects.filter(OVERRIDES | eligibility).order_by("id")
    return _csv(
        "overrides.csv",
        OVERRIDE_COLUMNS,
        (
            (
                act.at.isoformat(), act.verb, act.subject_name, act.actor_role, act.actor_organisation, act.clause,
                act.reason, str(act.before or ""), str(act.after or ""),
            )
            for act in acts.iterator(chunk_size=500)
        ),
    )  # fmt: skip


def _csv(name: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow(columns)
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return answer
