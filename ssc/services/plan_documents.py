"""Documents that came with a plan, handed out to its Party and to the SSC with a note of who took them."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Document
from secgov.documents.services import hand_out
from secgov.errors import NotPermitted
from ssc.models import Case, MilestoneEvidence, PlanVersion, ProgressReport, RemedialPlan, RemedyClaim


@transaction.atomic
def read_plan_document(*, plan: RemedialPlan, key: int, by: User, at: dt.datetime) -> tuple[Document, bytes]:
    """Give a document of a plan, and its bytes, to its Party or to the SSC; who took it is noted. Appendix Z 6.3

    Raises NotPermitted, hidden, for everybody else, a member with a conflict of interest among them, and for a
    document of anything else.
    """
    document = documents_of(plan).filter(pk=key).first()
    if document is None or not _may_read(plan, by):
        raise NotPermitted("There is no such document.", hidden=True)
    return document, hand_out(document=document, by=by, at=at)


def documents_of(plan: RemedialPlan) -> QuerySet[Document]:
    """Give the documents that came with a plan: of its versions, its reports, its evidence, and what it says is remedied."""
    return Document.objects.filter(
        Q(pk__in=PlanVersion.objects.filter(plan=plan).values("document"))
        | Q(pk__in=ProgressReport.objects.filter(plan=plan).values("document"))
        | Q(pk__in=MilestoneEvidence.objects.filter(milestone__plan_version__plan=plan).values("document"))
        | Q(pk__in=RemedyClaim.objects.filter(notice__plan=plan).values("document"))
    )


def _may_read(plan: RemedialPlan, by: User) -> bool:
    if permitted(by, Duty.KEEP_PLAN, plan.organisation):
        return True
    cases = Case.objects.papers_open_to(by).filter(pk=plan.determination.case_id)
    return permitted(by, Duty.READ_CASES) is not None and cases.exists()
