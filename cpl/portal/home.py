"""The portal's first page: what is owed, what is under way, what is new."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cpl.models import Submission
from cpl.portal.frame import certificates_to_open, own_submissions, page
from cpl.portal.notices import inbox
from cpl.portal.progress import progress_of
from cpl.portal.submissions import GROUPS
from secgov.accounts.permissions import Duty, organisations_of
from secgov.journal.models import Obligation

SHOWN = 5


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is owed by the person's organisations, their submissions by state, and the newest notices."""
    rows = own_submissions(request.user)
    by_state = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    # Drafts stand above, as something asked of the person.
    latest = list(rows.exclude(state__in=(Submission.State.DRAFT, *GROUPS["ended"][1]))[:SHOWN])
    owed = list(
        Obligation.objects.standing().filter(
            organisation__in=organisations_of(request.user, Duty.READ_NOTICES)
        )
    )
    context = {
        "drafts": rows.filter(state=Submission.State.DRAFT)[:SHOWN],
        "owed": owed,
        "to_open": certificates_to_open(request.user, owed),
        "counts": [
            (key, label, sum(by_state.get(state, 0) for state in states))
            for key, (label, states) in GROUPS.items()
        ],
        "latest": latest,
        "progress": progress_of(latest),
        "notices": inbox(request.user)[:SHOWN],
        "may_submit": bool(organisations_of(request.user, Duty.SUBMIT_DEVICE)),
    }
    return page(request, "home.html", context)
