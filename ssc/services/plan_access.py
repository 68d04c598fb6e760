"""Who may touch a plan, the lock on it, and the documents that belong to it."""

import datetime as dt

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant, permitted, require
from secgov.documents.models import Document
from secgov.documents.services import store_document
from secgov.errors import Conflict
from secgov.journal.models import Obligation
from ssc.models import PlanVersion, RemedialPlan
from ssc.notices import tell_committee
from ssc.services.acting import lock_case

ENDED = (RemedialPlan.State.COMPLETED, RemedialPlan.State.DISCHARGED)


def path_of(plan: RemedialPlan) -> str:
    """The address of a plan on its Party's pages."""
    return f"/portal/plans/{plan.reference}/"


def ssc_path_of(plan: RemedialPlan) -> str:
    """The address of a plan on the SSC's pages."""
    return f"/portal/ssc/plans/{plan.reference}/"


def lock_plan(plan: RemedialPlan) -> RemedialPlan:
    """Lock a plan to the end of the transaction, and give it as it is now."""
    rows = RemedialPlan.objects.select_for_update(of=("self",))
    return rows.select_related("organisation", "determination__case").get(pk=plan.pk)


def for_party(plan: RemedialPlan, *, by: User, version: int | None = None) -> tuple[RemedialPlan, Grant]:
    """Lock a plan for somebody of its Party, and give it with the membership; for anybody else it does not exist.

    Raises NotPermitted, hidden; Conflict where `version` is not the newest, or the plan has ended.
    """
    plan = lock_plan(plan)
    grant = require(by, Duty.KEEP_PLAN, plan.organisation, hidden=True)
    check_seen(plan, version)
    check_goes_on(plan)
    return plan, grant


def for_committee(
    plan: RemedialPlan, *duties: Duty, by: User, version: int | None = None
) -> tuple[RemedialPlan, Grant]:
    """Lock a plan for somebody of the SSC who does one of some duties on it, and give it with the membership.

    The case is locked first, and judges who takes part in it. Raises NotPermitted, also for a conflict of interest;
    Conflict where `version` is not the newest, or the plan has ended.
    """
    duty = next((each for each in duties if permitted(by, each)), duties[-1])
    _, grant = lock_case(plan.determination.case, by=by, duty=duty)
    plan = lock_plan(plan)
    check_seen(plan, version)
    check_goes_on(plan)
    return plan, grant


def judging() -> tuple[Duty, ...]:
    """The duties that allow to decide on a plan: the Chair's; with FOUR_EYES off the secretary's besides."""
    return (Duty.JUDGE_PLAN,) if settings.FOUR_EYES else (Duty.JUDGE_PLAN, Duty.PREPARE_CASE)


def check_seen(plan: RemedialPlan, version: int | None) -> None:
    """Refuse to act on a plan that is no longer as the person saw it. Raises Conflict."""
    if version is not None and plan.version != version:
        raise Conflict(
            f"{plan} has changed since you opened it. It is now: {plan.get_state_display().lower()}.",
            newer={"plan": plan.reference, "state": plan.state, "version": plan.version},
        )


def check_goes_on(plan: RemedialPlan) -> None:
    """Refuse an act on a plan that has ended. Raises Conflict."""
    if plan.state in ENDED:
        raise Conflict(f"{plan} is {plan.get_state_display().lower()} by now.")


def call_committee(plan: RemedialPlan, *, key: str, at: dt.datetime) -> None:
    """Mail the SSC's secretaries and its Chair that something waits on a plan, once for each key."""
    for duty in (Duty.PREPARE_CASE, Duty.JUDGE_PLAN):
        tell_committee(key=key, path=ssc_path_of(plan), at=at, duty=duty)


def newest_of(plan: RemedialPlan) -> PlanVersion | None:
    """Give the newest version of a plan, locked; None before the first."""
    return plan.versions.select_for_update(of=("self",)).order_by("-number").first()


def approval_lapsed(plan: RemedialPlan, *, at: dt.datetime) -> bool:
    """Say whether the time to gain approval has ended without. Section F2.7B(b)

    Reading: such an end may be referred, like a refusal (A-17).
    """
    return Obligation.objects.overdue(at=at).about(plan).filter(clause="Z6.3(b)").exists()


def keep_document(
    upload: UploadedFile | None, classification: str, *, grant: Grant, at: dt.datetime
) -> Document | None:
    """Keep a document that came with an act on a plan; it is handed out only with the plan."""
    if upload is None:
        return None
    return store_document(
        upload=upload, classification=classification, organisation=grant.organisation, by=grant.user, at=at,
        reserved=True,
    )  # fmt: skip
