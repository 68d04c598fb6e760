"""The Party's own ledger: what its organisation owes and owed under the Code, and how each duty ended."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cpl.portal.frame import certificates_to_open, page
from secgov.accounts.permissions import Duty, organisations_of
from secgov.journal import clock
from secgov.journal.models import Obligation
from secgov.journal.models.obligations import ObligationQuerySet

PAGE = 25
STANDING, MISSED, ENDED = "standing", "missed", "ended"


class ObligationFilter(forms.Form):
    """Which obligations to show. A value that is no choice shows everything."""

    q = forms.CharField(label="Words", required=False, max_length=100)
    state = forms.CharField(
        label="State",
        required=False,
        widget=forms.Select(
            choices=[("", "All there were"), (STANDING, "Standing"), (MISSED, "Missed"), (ENDED, "Ended")]
        ),
    )


@login_required
@require_safe
def obligations(request: HttpRequest) -> HttpResponse:
    """List what the person's organisations owe, soonest first, then what they owed, newest first."""
    own = organisations_of(request.user, Duty.READ_NOTICES)
    shown = ObligationFilter(request.GET or None)
    ended = Case(
        When(discharged_at=None, fell_away_at=None, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    standing_due = Case(When(discharged_at=None, fell_away_at=None, then="due_at"))
    rows = (
        _chosen(Obligation.objects.filter(organisation__in=own), shown)
        .select_related("organisation")
        .order_by(ended, standing_due, "-due_at", "-id")
    )
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "any": found.paginator.count,
        "filter": shown,
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
        "to_open": certificates_to_open(request.user, list(found.object_list)),
        "standing": [each for each in found if each.is_standing],
        "history": [each for each in found if not each.is_standing],
        "several": len({each.organisation_id for each in found.object_list}) > 1,
    }
    return page(request, "obligations.html", context)


def _chosen(rows: ObligationQuerySet, shown: ObligationFilter) -> ObligationQuerySet:
    values = shown.cleaned_data if shown.is_valid() else {}
    if words := values.get("q"):
        rows = rows.filter(
            Q(duty__icontains=words) | Q(subject_name__icontains=words) | Q(clause__icontains=words)
        )
    if values.get("state") == STANDING:
        rows = rows.standing()
    if values.get("state") == ENDED:
        rows = rows.exclude(discharged_at=None, fell_away_at=None)
    if values.get("state") == MISSED:
        rows = rows.missed(at=clock.now())
    return rows
