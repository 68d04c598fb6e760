"""The Party's own ledger: what its organisation owes and owed under the Code, and how each duty ended."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cpl.portal.frame import page
from secgov.accounts.permissions import Duty, organisations_of
from secgov.journal.models import Obligation

PAGE = 25


@login_required
@require_safe
def obligations(request: HttpRequest) -> HttpResponse:
    """List what the person's organisations owe, soonest first, then what they owed, newest first."""
    own = organisations_of(request.user, Duty.READ_NOTICES)
    ended = Case(
        When(discharged_at=None, fell_away_at=None, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    standing_due = Case(When(discharged_at=None, fell_away_at=None, then="due_at"))
    rows = (
        Obligation.objects.filter(organisation__in=own)
        .select_related("organisation")
        .order_by(ended, standing_due, "-due_at", "-id")
    )
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "standing": [each for each in found if each.is_standing],
        "history": [each for each in found if not each.is_standing],
        "several": len({each.organisation_id for each in found.object_list}) > 1,
    }
    return page(request, "obligations.html", context)
