"""Papers of a case, handed out one by one to those to whom they are open, with a note of who took them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Document
from secgov.documents.services import hand_out
from secgov.errors import NotPermitted
from ssc.models import Case, CaseNote, Determination, InformationReply
from ssc.rules.committee import may_read_paper


@transaction.atomic
def read_case_document(*, case: Case, key: int, by: User, at: dt.datetime) -> tuple[Document, bytes]:
    """Give a document of a case, and its bytes, to somebody who may have it; who took it is noted. SC Methodology 1.2

    It may be had by whom the case's papers are open to, an invited expert excepted where it is Red; by the Party that
    gave it; and, once the SSC has determined, what the determination rests on by those who act for the Panel. Raises
    NotPermitted, hidden, for everybody else, and for a document of anything else.
    """
    document = _of_case(case).filter(pk=key).first()
    if document is None or not _may_read(case, document, by):
        raise NotPermitted("There is no such document.", hidden=True)
    return document, hand_out(document=document, by=by, at=at)


def _of_case(case: Case) -> QuerySet[Document]:
    return Document.objects.filter(
        Q(pk__in=CaseNote.objects.filter(case=case).values("document"))
        | Q(pk__in=InformationReply.objects.filter(request__case=case).values("document"))
        | Q(pk__in=_of_determinations(case))
    )


def _of_determinations(case: Case, **filters: object) -> list[int]:
    rows = Determination.objects.filter(case=case, **filters).values_list("ncsc_document", "minute")
    return [pk for pair in rows for pk in pair if pk]


def _may_read(case: Case, document: Document, by: User) -> bool:
    if Case.objects.papers_open_to(by).filter(pk=case.pk).exists():
        invited_only = permitted(by, Duty.READ_CASES) is None
        return may_read_paper(classification=document.classification, invited_only=invited_only)
    if case.conflicts.filter(member=by, ended_at=None).exists():
        return False
    gave_it = InformationReply.objects.filter(request__case=case, document=document).exists()
    if gave_it and permitted(by, Duty.ANSWER_SSC, document.organisation):
        return True
    determined = document.pk in _of_determinations(case, state=Determination.State.CONFIRMED)
    return determined and permitted(by, Duty.READ_ALL_DOCUMENTS) is not None
