"""How a plan is carried out: asked and reported, shown by evidence, and judged by the SSC alone (Z6.3(c), Z6.3(d))."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.models import Obligation
from secgov.time_rules import london_day
from ssc.models import (
    ComplianceFinding,
    Milestone,
    MilestoneEvidence,
    ProgressReport,
    ProgressRequest,
    RemedialPlan,
)
from ssc.notices import tell_party
from ssc.rules import plans as rules
from ssc.services import plan_access as access
from ssc.services.acting import SENT_TWICE
from ssc.services.plan_periods import owner_of

REPORT = "Report progress on the Remedial Plan"


@transaction.atomic
def request_progress(
    *, plan: RemedialPlan, by: User, at: dt.datetime, question: str, reply_by: dt.date | None
) -> ProgressRequest:
    """Ask a Party, for the SSC, how its plan goes on; it reports by the end of a day. Appendix Z 6.3(d)"""
    plan, grant = access.for_committee(plan, Duty.PREPARE_CASE, Duty.JUDGE_PLAN, by=by)
    question = clean_reason(question, field="question", clause="Z6.3(d)")
    due = rules.due_report(reply_by, asked_on=london_day(at))
    asked = plan.progress_requests.filter(question=question, reply_by=due.last_day, reports=None)
    if same := asked.first():
        return same  # a form that was sent twice asks once
    request = ProgressRequest.objects.create(
        plan=plan, question=question, reply_by=due.last_day, asked_by=by, asked_at=at
    )
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.progress.requested", subject=request, clause="Z6.3(d)", reason=question,
        after={"reply_by": due.last_day},
    )  # fmt: skip
    journal.open_obligation_until(
        clause="Z6.3(d)", duty=REPORT, owed_by=owner_of(plan.organisation), organisation_id=plan.organisation_id,
        subject=request, act=act, from_at=at, due=due,
    )  # fmt: skip
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: the SSC asks you to report", clause="Z6.3(d)",
        subject=request, path=access.path_of(plan), key=f"ssc/progress_request:{request.pk}", at=at,
    )  # fmt: skip
    return request


@transaction.atomic
def report_progress(
    *, plan: RemedialPlan, by: User, at: dt.datetime, text: str, as_of: dt.date | None, devices: int | None = None,
    request: ProgressRequest | None = None, upload: UploadedFile | None = None, classification: str = "",
) -> ProgressReport:  # fmt: skip
    """Report, for the Party, how its plan goes on, asked or of its own. Appendix Z 6.3(d)

    Takes the words, the day up to which they count, the Devices done together so far where they are counted, and the
    request that it answers. Late is accepted. Raises Refusal for a day to come.
    """
    plan, grant = access.for_party(plan, by=by)
    text = clean_reason(text, field="text", clause="Z6.3(d)")
    if request is not None and request.plan_id != plan.pk:
        raise Refusal("That was not asked about this plan.", clause="Z6.3(d)", field="request")
    day = rules.check_as_of(as_of, today=london_day(at))
    same = plan.progress_reports.filter(request=request, text=text, as_of=day, devices=devices, document=None)
    if not upload and (sent := same.filter(reported_by=by, reported_at__gte=at - SENT_TWICE).first()):
        return sent
    report = ProgressReport.objects.create(
        plan=plan, request=request, text=text, as_of=day, devices=devices,
        document=access.keep_document(upload, classification, grant=grant, at=at), reported_by=by, reported_at=at,
    )  # fmt: skip
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.progress.reported", subject=plan, clause="Z6.3(d)", reason=text,
        after={"as_of": report.as_of, "devices": devices, "request": request.pk if request else None},
    )  # fmt: skip
    if request is not None:
        for obligation in Obligation.objects.standing().about(request):
            journal.discharge(obligation=obligation, act=act, at=at)
        access.call_committee(plan, key=f"ssc/progress_report:{report.pk}", at=at)
    return report


@transaction.atomic
def give_evidence(
    *, milestone: Milestone, by: User, at: dt.datetime, text: str, upload: UploadedFile | None = None,
    classification: str = "",
) -> MilestoneEvidence:  # fmt: skip
    """Give, for the Party, what shows that a milestone of its plan is met; the SSC judges. Appendix Z 6.3(c)

    Raises Refusal for a milestone of a version that does not bind.
    """
    plan, grant = access.for_party(milestone.plan_version.plan, by=by)
    text = clean_reason(text, field="text", clause="Z6.3(c)")
    _check_binds(plan, milestone)
    same = milestone.evidence.filter(given_by=by, text=text, document=None, given_at__gte=at - SENT_TWICE)
    if not upload and (sent := same.first()):
        return sent
    evidence = MilestoneEvidence.objects.create(
        milestone=milestone, text=text, given_by=by, given_at=at,
        document=access.keep_document(upload, classification, grant=grant, at=at),
    )  # fmt: skip
    journal.record(
        actor=grant.actor, at=at, verb="ssc.milestone.evidenced", subject=plan, clause="Z6.3(c)", reason=text,
        after={"milestone": milestone.number},
    )  # fmt: skip
    return evidence


def _check_binds(plan: RemedialPlan, milestone: Milestone) -> None:
    current = plan.current
    if current is None or milestone.plan_version_id != current.pk:
        raise Refusal(
            "That milestone is not in the plan as approved.", clause="Z6.3(c)", field="milestone",
            remedy="Choose a milestone of the version that stands.",
        )  # fmt: skip


@transaction.atomic
def find_compliance(
    *, plan: RemedialPlan, by: User, at: dt.datetime, version: int, finding: str, reason: str,
    milestone: Milestone | None = None, minute_reference: str = "",
) -> ComplianceFinding:  # fmt: skip
    """Find, as Chair for the SSC, whether a milestone is met, or whether the plan is complied with. Appendix Z 6.3(c)

    Only this is a judgment; a milestone's date gone by is none. A later finding takes the place of an earlier on the
    same thing. Raises Refusal before a version is approved, and for a milestone of another.
    """
    plan, grant = access.for_committee(plan, *access.judging(), by=by, version=version)
    reason = clean_reason(reason, clause="Z6.3(c)")
    if plan.current is None:
        raise Refusal("No plan has been approved that could be complied with.", clause="Z6.3(c)")
    if milestone is not None:
        _check_binds(plan, milestone)
    row = ComplianceFinding(
        plan=plan, milestone=milestone, finding=finding, reason=reason, minute_reference=minute_reference,
        found_by=by, found_at=at,
    )  # fmt: skip
    row.full_clean()
    row.save()
    keep(plan)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.remedial_plan.judged", subject=plan, clause="Z6.3(c)", reason=reason,
        after={"milestone": milestone.number if milestone else None, "finding": finding},
    )  # fmt: skip
    what = f"milestone {milestone.number}" if milestone else "the plan"
    tell_party(
        organisation=plan.organisation, title=f"Remedial Plan {plan}: what the SSC finds of {what}", clause="Z6.3(c)",
        subject=plan, path=access.path_of(plan), key=f"ssc/plan_finding:{row.pk}", at=at,
    )  # fmt: skip
    return row
