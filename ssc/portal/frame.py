"""What the SSC's pages share: whose rows they show, and what waits."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject

from cpl.portal.frame import waiting_for
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import NotPermitted
from secgov.journal.services import working_calendar
from ssc.models import Case, MinutedDecision, PlanVersion, RemedialPlan, RemedyClaim, RemedyNotice


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the SSC, with the counts of waiting work for its navigation.

    The calendar, by which deadlines are shown, is read once a page, and only where there is a deadline.
    """
    waiting = waiting_for(request.user) | {
        "/portal/ssc/": Case.objects.visible_to(request.user).open().count()
    }
    if permitted(request.user, Duty.READ_CASES):
        waiting["/portal/ssc/plans/"] = plans_before_ssc(request.user).count()
    return render(
        request,
        f"ssc/{template}",
        {"calendar": SimpleLazyObject(working_calendar), **context, "waiting": waiting},
        status=status,
    )


def plans_open_to(user: User) -> QuerySet[RemedialPlan]:
    """The plans that somebody of the SSC may read: all, but those of cases in which a conflict of interest stands."""
    if not permitted(user, Duty.READ_CASES):
        return RemedialPlan.objects.none()
    cases = Case.objects.papers_open_to(user)
    return RemedialPlan.objects.filter(determination__case__in=cases).select_related(
        "organisation", "determination__case__device_model"
    )


def plans_before_ssc(user: User) -> QuerySet[RemedialPlan]:
    """Those of them that wait for the SSC: a version to decide on, a decision to confirm, a failure said to be remedied."""
    submitted = PlanVersion.objects.filter(plan=OuterRef("pk"), state=PlanVersion.State.SUBMITTED)
    minuted = MinutedDecision.objects.filter(plan=OuterRef("pk"), state=MinutedDecision.State.PUT)
    claimed = RemedyClaim.objects.filter(
        notice__plan=OuterRef("pk"), notice__state=RemedyNotice.State.RUNNING
    )
    going_on = plans_open_to(user).exclude(
        state__in=[RemedialPlan.State.COMPLETED, RemedialPlan.State.DISCHARGED]
    )
    return going_on.filter(Exists(submitted) | Exists(minuted) | Exists(claimed))


def may_enter(user: User) -> None:
    """Turn away whoever has no business on the SSC's pages. Raises NotPermitted."""
    if not permitted(user, Duty.READ_CASES) and not permitted(user, Duty.ADVISE_ON_CASES):
        raise NotPermitted("These pages are for the Security Sub-Committee.")


def own_case(request: HttpRequest, reference: str) -> Case:
    """Give a case of which the person may know; any other does not exist here."""
    may_enter(request.user)
    rows = Case.objects.visible_to(request.user).select_related("device_model__manufacturer", "triaged_by")
    return get_object_or_404(rows, reference=reference)


def open_file(request: HttpRequest, reference: str) -> Case:
    """Give a case whose papers are open to the person; to one with a conflict of interest they do not exist."""
    case = own_case(request, reference)
    if not Case.objects.papers_open_to(request.user).filter(pk=case.pk).exists():
        raise Http404("A conflict of interest closes the papers of this case.")
    return case
