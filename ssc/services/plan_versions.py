"""The versions of a plan: proposed, commented on, and proposed again (Z6.3(a), Z6.3(b))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, Grant
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act
from secgov.time_rules import is_in_time, london_day
from ssc.models import CommentAnswer, Milestone, PlanComment, PlanVersion, RemedialPlan
from ssc.notices import tell_party
from ssc.rules import plans as rules
from ssc.services import plan_access as access
from ssc.services.plan_periods import standing_of

TO_BE_PROPOSED = (RemedialPlan.State.IMPOSED, RemedialPlan.State.PROPOSED, RemedialPlan.State.COMMENTED)
OPEN = (PlanVersion.State.SUBMITTED, PlanVersion.State.COMMENTED)
"""Versions on which the SSC has not decided."""


@transaction.atomic
def propose_plan(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, remedy: str, remedied_by: dt.date | None,
    milestones: Sequence[rules.Promised], answers: Mapping[int, str], upload: UploadedFile | None = None,
    classification: str = "",
) -> PlanVersion:  # fmt: skip
    """Propose a plan, its next version, or a change of an approved one. Appendix Z 6.3(a), Appendix Z 6.3(b)

    Takes the version of the plan that the person saw, how and within what time the Party remedies the issue, the
    milestones in order, and the answers by the comment's key. Late is accepted and marked. An approved version stands
    until the next is approved. Raises Refusal for what is missing and for a comment without an answer, Conflict where
    the plan has ended or has changed since.
    """
    plan, grant = access.for_party(plan, by=by, version=version)
    rules.check_proposal(
        remedy=remedy, remedied_by=remedied_by, milestones=milestones, submitted_on=london_day(at)
    )
    waiting = list(unanswered(plan))
    lacking = [each.number for each in waiting if not answers.get(each.pk, "").strip()]
    rules.check_all_answered(lacking)
    before = access.newest_of(plan)
    _replace(before, grant, at)
    made = PlanVersion(
        plan=plan, number=before.number + 1 if before else 1, remedy=remedy.strip(), remedied_by=remedied_by,
        document=access.keep_document(upload, classification, grant=grant, at=at),
        submitted_by=by, submitted_at=at, was_late=_is_late(plan, at),
    )  # fmt: skip
    made.full_clean(exclude=["state"])
    made.save()
    _keep_milestones(made, milestones)
    for comment in waiting:
        CommentAnswer.objects.create(comment=comment, plan_version=made, text=answers[comment.pk].strip())
    _submit(plan, made, grant, at)
    return made


def _replace(before: PlanVersion | None, grant: Grant, at: dt.datetime) -> None:
    if before is None or before.state not in OPEN:
        return
    before.replace()
    keep(before)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.plan_version.replaced", subject=before, clause="Z6.3(b)",
        reason="The Party submitted a later version.",
    )  # fmt: skip


def _is_late(plan: RemedialPlan, at: dt.datetime) -> bool:
    return any(not is_in_time(at, each.due_at) for each in standing_of(plan, rules.PROPOSAL))


def _keep_milestones(version: PlanVersion, milestones: Sequence[rules.Promised]) -> None:
    for number, each in enumerate(milestones, 1):
        row = Milestone(plan_version=version, number=number, what=each.what, by=each.by, devices=each.devices)
        row.full_clean()
        row.save()


def _submit(plan: RemedialPlan, made: PlanVersion, grant: Grant, at: dt.datetime) -> Act:
    if plan.state in TO_BE_PROPOSED:
        plan.propose()
    keep(plan)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.remedial_plan.proposed", subject=plan, clause="Z6.3(a)", reason=made.remedy,
        after={"version": made.number, "remedied_by": made.remedied_by, "late": made.was_late},
    )  # fmt: skip
    for obligation in standing_of(plan, rules.PROPOSAL):
        journal.discharge(obligation=obligation, act=act, at=at)
    access.call_committee(plan, key=f"ssc/plan_proposed:{made.pk}", at=at)
    return act


def unanswered(plan: RemedialPlan) -> Sequence[PlanComment]:
    """Give the SSC's comments on a plan that have no answer yet, oldest first. Appendix Z 6.3(b)

    Those on a version that was approved are settled by that.
    """
    rows = PlanComment.objects.filter(plan_version__plan=plan, answer=None).exclude(
        plan_version__state=PlanVersion.State.APPROVED
    )
    return list(rows.select_related("plan_version", "made_by").order_by("pk"))


def version_before_ssc(plan: RemedialPlan, *, number: int) -> PlanVersion:
    """Give the newest version, on which the SSC has not decided. Appendix Z 6.3(b)

    Takes the number that the person decides on. Raises Refusal where a later one is there, Conflict where it is
    decided on already.
    """
    newest = access.newest_of(plan)
    if newest is None:
        raise Refusal("No version has been proposed.", clause="Z6.3(b)")
    rules.check_newest(number=number, newest=newest.number)
    if newest.state not in OPEN:
        raise Conflict(f"{newest} is {newest.get_state_display().lower()} by now.")
    return newest


@transaction.atomic
def comment_on_plan(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, number: int, text: str
) -> PlanComment:
    """Comment, for the SSC, on the newest version; the Party answers with its next. Appendix Z 6.3(b)

    Takes the version of the plan that the person saw and the number of the version commented on. Several comments may
    follow each other. Comments are not a refusal (A-17).
    """
    plan, grant = access.for_committee(plan, Duty.COMMENT_ON_CASE, by=by, version=version)
    text = clean_reason(text, field="text", clause="Z6.3(b)")
    newest = version_before_ssc(plan, number=number)
    count = PlanComment.objects.filter(plan_version__plan=plan).count()
    comment = PlanComment.objects.create(
        plan_version=newest, number=count + 1, text=text, made_by=by, made_at=at
    )
    if newest.state == PlanVersion.State.SUBMITTED:
        newest.comment()
        keep(newest)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="ssc.plan_version.commented",
        subject=newest,
        clause="Z6.3(b)",
        reason=text,
    )
    if plan.state == RemedialPlan.State.PROPOSED:
        plan.comment()
    keep(plan)
    journal.record(
        actor=grant.actor,
        at=at,
        verb="ssc.remedial_plan.commented",
        subject=plan,
        clause="Z6.3(b)",
        reason=text,
    )
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: the SSC has commented on version {newest.number}",
        clause="Z6.3(b)", subject=plan, path=access.path_of(plan), key=f"ssc/plan_comment:{comment.pk}", at=at,
    )  # fmt: skip
    return comment
