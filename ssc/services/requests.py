"""What the SSC asks of the DCC, of Supplier Parties and of Manufacturers for a case, and what they answer (Z6.6)."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet

from cpl.rules.submissions import clean_reason
from cpl.services.rows import keep
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.documents.services import store_document
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation
from secgov.time_rules import DueDate, end_of_day, london_day
from ssc.models import Case, Determination, InformationReply, InformationRequest
from ssc.notices import tell_committee, tell_party
from ssc.rules import cases as rules
from ssc.services.acting import SENT_TWICE, lock_case
from ssc.services.opening import ASKED, end_request
from ssc.services.plan_periods import owner_of

CLAUSE = "Z6.6"
ANSWER = "Provide the information that the SSC asks for"


def addressees() -> QuerySet[Organisation]:
    """Give whom the SSC may ask: the DCC, Supplier Parties, Manufacturers. Appendix Z 6.6"""
    kinds = Organisation.Kind
    suppliers = (
        Q(party_category__in=["large_supplier", "small_supplier"])
        | Q(is_import_supplier=True)
        | Q(is_gas_supplier=True)
    )
    return (
        Organisation.objects.admitted()
        .filter(Q(kind=kinds.DCC) | Q(kind=kinds.MANUFACTURER) | Q(kind=kinds.PARTY) & suppliers)
        .order_by("kind", "name")
    )


def addressee_of(organisation: Organisation) -> str:
    """Say what an organisation is to Appendix Z 6.6. Appendix Z 6.6"""
    if organisation.kind == Organisation.Kind.DCC:
        return rules.DCC
    if organisation.kind == Organisation.Kind.MANUFACTURER:
        return rules.MANUFACTURER
    supplies = organisation.is_import_supplier or organisation.is_gas_supplier
    if organisation.kind == Organisation.Kind.PARTY and (
        supplies or organisation.party_category in ("large_supplier", "small_supplier")
    ):
        return rules.SUPPLIER
    return rules.OTHER


@transaction.atomic
def request_information(
    *, case: Case, by: User, at: dt.datetime, addressee: Organisation, question: str, reply_by: dt.date | None
) -> InformationRequest:
    """Ask one organisation for information on a case, by a day that the SSC sets; it alone is told. Appendix Z 6.6

    A Manufacturer is asked, and not obliged. The same question asked twice while it is open is one. Raises Refusals for
    what is missing or cannot be asked.
    """
    case, grant = lock_case(case, by=by, duty=Duty.PREPARE_CASE)
    rules.check_may_be_asked(state=case.state, plan_stands=_plan_stands(case))
    kind = addressee_of(addressee)
    rules.check_request(addressee=kind, question=question, reply_by=reply_by, today=london_day(at))
    open_ones = case.requests.filter(withdrawn_at=None, replies=None, addressee=addressee)
    if same := open_ones.filter(question=question.strip(), reply_by=reply_by).first():
        return same  # a form that was sent twice asks once
    request = InformationRequest(
        case=case, addressee=addressee, question=question.strip(), reply_by=reply_by, asked_by=by, asked_at=at,
        is_voluntary=not rules.is_obliged_to_answer(kind),
    )  # fmt: skip
    request.full_clean()
    request.save()
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.request.made", subject=request, clause=CLAUSE, reason=request.question,
        after={"case": str(case), "addressee": addressee.name, "reply_by": reply_by, "obliged": not request.is_voluntary},
    )  # fmt: skip
    keep(case)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.case.information_requested", subject=case, clause=CLAUSE,
        reason=f"Asked of {addressee}.", after={"request": request.pk},
    )  # fmt: skip
    if not request.is_voluntary:
        _owe(request, act, at)
    _tell(request, "asks you for information", f"ssc/information_asked:{request.pk}", at)
    return request


def _plan_stands(case: Case) -> bool:
    return case.determinations.filter(
        state=Determination.State.CONFIRMED,
        binding__state="binding",
        outcome=Determination.Outcome.RETAIN,
        with_plan=True,
    ).exists()


def _owe(request: InformationRequest, act: Act, at: dt.datetime) -> None:
    due = DueDate(
        due_at=end_of_day(request.reply_by),
        last_day=request.reply_by,
        steps=("The Code sets no period for a reply.", "The SSC asked for it by this day."),
    )
    journal.open_obligation_until(
        clause=CLAUSE, duty=ANSWER, owed_by=owner_of(request.addressee), organisation_id=request.addressee_id,
        subject=request, act=act, from_at=at, due=due,
    )  # fmt: skip


def _tell(request: InformationRequest, words: str, key: str, at: dt.datetime) -> None:
    tell_party(
        organisation=request.addressee, title=f"The SSC {words}, reply by {request.reply_by.day} {request.reply_by:%B %Y}",
        clause=CLAUSE, subject=request, path=ASKED, key=key, at=at,
    )  # fmt: skip


def _lock(request: InformationRequest, version: int | None = None) -> InformationRequest:
    fresh = (
        InformationRequest.objects.select_for_update(of=("self",))
        .select_related("case", "addressee")
        .get(pk=request.pk)
    )
    if version is not None and fresh.version != version:
        raise Conflict("This request was changed since you opened it.", newer={"request": fresh.pk})
    if fresh.withdrawn_at is not None:
        raise Conflict("This request has been withdrawn.", newer={"request": fresh.pk})
    return fresh


@transaction.atomic
def reply_to_request(
    *, request: InformationRequest, by: User, at: dt.datetime, text: str, upload: UploadedFile | None = None,
    classification: str = "",
) -> InformationReply:  # fmt: skip
    """Answer what the SSC asked of one's organisation; further parts may follow. Only the SSC reads it. Appendix Z 6.6

    A reply after its day is accepted. Raises NotPermitted, hidden, for any other organisation; Conflict where the request
    was withdrawn.
    """
    request = InformationRequest.objects.select_related("addressee").get(pk=request.pk)
    grant = require(by, Duty.ANSWER_SSC, request.addressee, hidden=True)
    request = _lock(request)
    text = clean_reason(text, field="text", clause=CLAUSE)
    same = request.replies.filter(replied_by=by, text=text, document=None, replied_at__gte=at - SENT_TWICE)
    if not upload and (sent := same.first()):
        return sent
    document = (
        store_document(
            upload=upload, classification=classification, organisation=request.addressee, by=by, at=at,
            reserved=True,
        )
        if upload
        else None
    )  # fmt: skip
    reply = InformationReply.objects.create(
        request=request, text=text, document=document, replied_by=by, replied_at=at
    )
    keep(request)
    act = journal.record(
        actor=grant.actor, at=at, verb="ssc.request.answered", subject=request, clause=CLAUSE,
        reason="The addressee answered.", after={"reply": reply.pk},
    )  # fmt: skip
    for obligation in Obligation.objects.standing().about(request):
        journal.discharge(obligation=obligation, act=act, at=at)
    tell_committee(key=f"ssc/answered:{reply.pk}", path=f"/portal/ssc/cases/{request.case}/", at=at)
    return reply


@transaction.atomic
def remind(*, request: InformationRequest, by: User, at: dt.datetime, version: int) -> InformationRequest:
    """Tell an addressee once more, at most once a day, that its answer is awaited. Appendix Z 6.6"""
    _, grant = lock_case(request.case, by=by, duty=Duty.PREPARE_CASE)
    request = _lock(request, version)
    if request.replies.exists():
        raise Refusal("This request has been answered.", clause=CLAUSE)
    if request.reminded_at and london_day(request.reminded_at) == london_day(at):
        raise Refusal("A reminder went out today already.", clause=CLAUSE)
    request.reminded_at = at
    keep(request)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.request.reminded", subject=request, clause=CLAUSE,
        reason="No answer is here yet.",
    )  # fmt: skip
    _tell(
        request,
        "waits for your information",
        f"ssc/information_reminded:{request.pk}:{request.version}",
        at,
    )
    return request


@transaction.atomic
def withdraw_request(
    *, request: InformationRequest, by: User, at: dt.datetime, version: int, reason: str
) -> InformationRequest:
    """Withdraw a request: nothing is owed under it any more, and its addressee is told. Appendix Z 6.6"""
    _, grant = lock_case(request.case, by=by, duty=Duty.PREPARE_CASE)
    request = _lock(request, version)
    reason = clean_reason(reason, clause=CLAUSE)
    end_request(request, reason=reason, at=at)
    journal.record(
        actor=grant.actor, at=at, verb="ssc.request.withdrawn", subject=request, clause=CLAUSE, reason=reason
    )
    return request


@transaction.atomic
def note_late(*, at: dt.datetime) -> int:
    """Tell the SSC's secretaries, once each, of replies that are late and cases whose triage or day is past. Appendix Z 6.6

    Gives how many late things there are; any number of runs tells of each once.
    """
    late = InformationRequest.objects.filter(reply_by__lt=london_day(at), withdrawn_at=None, replies=None)
    for request in late.select_related("case"):
        tell_committee(
            key=f"ssc/reply_late:{request.pk}:{request.reply_by}", path=f"/portal/ssc/cases/{request.case}/", at=at
        )  # fmt: skip
    overdue = Obligation.objects.standing().filter(
        owed_by=Obligation.Owner.SSC, subject_type=Case._meta.label_lower, due_at__lte=at
    )
    for obligation in overdue:
        tell_committee(
            key=f"ssc/case_late:{obligation.pk}", path=f"/portal/ssc/cases/{obligation.subject_name}/", at=at
        )
    return len(late) + len(overdue)
