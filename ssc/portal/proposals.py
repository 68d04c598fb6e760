"""Raising proposals: the list, the form of Appendix 2 in steps, checking it, handing it in, and following it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.portal.frame import version_seen
from cpl.portal.judged import JudgedForm, refuse
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.models import Obligation
from ssc.models import ENDED, Consultation, GroupMember, Proposal, ProposalSupport
from ssc.portal import proposal_forms as forms
from ssc.portal.frame import page
from ssc.portal.proposal_acts import steps_open
from ssc.portal.proposal_frame import organisations_for, owns, visible_proposal
from ssc.proposal_progress import WITH_STANDING, progress_of
from ssc.rules.proposal_form import REASONS, domain_differs, what_proposal_lacks
from ssc.rules.proposals import CRITERIA
from ssc.services import proposals
from ssc.services.proposal_outcomes import schedule_of
from ssc.services.proposal_support import drop_supporter, name_supporter

State = Proposal.State
PAGE = 25
WHO, NEED, EFFECT, SUPPORT = "who", "need", "effect", "support"
STEPS: dict[str, tuple[str, str, type[JudgedForm]]] = {
    WHO: ("Title and proposer", "What it is called, and who proposes it.", forms.WhoForm),
    NEED: ("The need", "Questions 1 to 3 of the form, and the reasons for the change.", forms.NeedForm),
    EFFECT: ("What it affects", "Questions 4 to 6 of the form.", forms.EffectForm),
    SUPPORT: (
        "Supporting Party",
        "At least one SEC Party supports it, and says so itself.",
        forms.SupporterForm,
    ),
}
STEP_OF = {
    name: slug for slug, (_, _, form) in STEPS.items() for name in form.base_fields
} | {"kind": WHO}  # fmt: skip


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the proposals that the person may see: the SSC's queue first by urgency, others' newest first."""
    rows = Proposal.objects.visible_to(request.user)
    reads_all = permitted(request.user, Duty.READ_PROPOSALS) is not None
    chosen = request.GET.get("show", "")
    if chosen == "ended":
        rows = rows.filter(state__in=ENDED)
    elif chosen != "all":
        rows = rows.exclude(state__in=ENDED)
    text = request.GET.get("q", "").strip()
    rows = rows.matching(text)
    rows = rows.in_order() if reads_all else rows.order_by("-pk")
    found = Paginator(rows.prefetch_related(*WITH_STANDING), PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    asked = ProposalSupport.objects.filter(
        party__in=organisations_of(request.user, Duty.SUPPORT_PROPOSAL), confirmed_at=None, declined_at=None,
        withdrawn_at=None, proposal__state=State.SUBMITTED,
    ).select_related("proposal", "party")  # fmt: skip
    own = {each.pk for each in organisations_of(request.user, Duty.RAISE_PROPOSAL)}
    questioned = {each.pk for each in found if each.state == State.TRIAGE and each.organisation_id in own}
    context = {
        "page": found,
        "rows": [
            (each, progress_of(each, on=today, inside=reads_all or each.pk in questioned)) for each in found
        ],
        "asked": asked,
        "consultations": Consultation.objects.visible_to(request.user)
        .filter(proposal__state=State.CONSULTATION, ends_on__gte=today)
        .select_related("proposal"),
        "chosen": chosen,
        "text": text,
        "reads_all": reads_all,
        "may_propose": permitted(request.user, Duty.RAISE_PROPOSAL) is not None,
        "may_key_in": permitted(request.user, Duty.KEY_IN_PROPOSAL) is not None,
    }
    return page(request, "proposals.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft."""
    require(request.user, Duty.RAISE_PROPOSAL)
    choices = organisations_for(request.user, Duty.RAISE_PROPOSAL)
    form = forms.KindForm(request.POST or None, organisations=choices)
    if request.method == "POST" and form.is_valid():
        row = proposals.start_proposal(by=request.user, at=clock.now(), **form.cleaned_data)
        return redirect("ssc:proposal-step", row.pk, WHO)
    return page(request, "proposal_start.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def key_in(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a form that came by e-mail."""
    require(request.user, Duty.KEY_IN_PROPOSAL)
    form = forms.KeyInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = proposals.key_in_proposal(by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal, called={"document": "original"})
        else:
            return redirect("ssc:proposal-step", row.pk, WHO)
    return page(request, "proposal_key_in.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposal: its stage, what is awaited from whom since when, and all that belongs to it."""
    proposal = visible_proposal(request, pk)
    mine = owns(request.user, proposal)
    reads_all = permitted(request.user, Duty.READ_PROPOSALS) is not None
    supports = list(proposal.supports.filter(withdrawn_at=None).select_related("party"))
    context = {
        "proposal": proposal,
        "progress": progress_of(
            proposal, on=clock.today(), inside=reads_all or (mine and proposal.state == State.TRIAGE)
        ),
        "mine": mine,
        "reads_all": reads_all,
        "may_revise": mine and proposal.state in (State.SUBMITTED, State.TRIAGE),
        "may_withdraw": mine and proposal.state in proposals.WITHDRAWABLE,
        "ssc_may_withdraw": permitted(request.user, Duty.WORK_ON_PROPOSAL)
        and proposal.state in proposals.WITHDRAWABLE,
        "may_decide": permitted(request.user, Duty.DECIDE_PROPOSAL) is not None,
        "steps": steps_open(proposal, request.user),
        "tasks": _tasks(proposal) if proposal.state == State.DRAFT else (),
        "supports": [(each, _warned(each)) for each in supports],
        "question": proposal.rounds.filter(answered_at=None).first() if mine or reads_all else None,
        "views": proposal.ncsc_views.all() if reads_all or _is_settled(proposal) else (),
        "criteria": CRITERIA,
        "groups": proposal.working_groups.prefetch_related("invitations__organisation"),
        "on_groups": _groups_of(request.user, proposal),
        "consultations": proposal.consultations.prefetch_related("responses__organisation"),
        "decision": proposal.decisions.filter(dropped_at=None).first(),
        "planned": schedule_of(proposal),
        "owed": Obligation.objects.standing().about(proposal).order_by("due_at", "id"),
        **answers_of(proposal),
    }
    return page(request, "proposal.html", context)


def _groups_of(user: User, proposal: Proposal) -> set[int]:
    """The groups on a proposal whose page a person may open: the SSC's all of them, a member's own."""
    if permitted(user, Duty.READ_CASES):
        return set(proposal.working_groups.values_list("pk", flat=True))
    own = GroupMember.objects.standing().filter(person=user, group__proposals=proposal)
    return set(own.values_list("group", flat=True))


def _is_settled(proposal: Proposal) -> bool:
    """Whether the SSC has acted on NCSC's view: until then it is nobody else's, however the proposal ended."""
    return proposal.stages.filter(stage__in=(State.REFINEMENT, State.REJECTED)).exists()


def answers_of(proposal: Proposal, *, kept: bool = True) -> dict[str, Any]:
    """Give the form as it is shown: the reasons in words, and of one that is kept its versions."""
    return {
        "reasons": [REASONS[code] for code in proposal.reasons if code in REASONS],
        "versions": proposal.versions.select_related("by") if kept else (),
    }


def _warned(support: ProposalSupport) -> bool:
    """Whether the address given for a Party is of another domain than those that the Party gave itself."""
    contacts = support.party.contacts.filter(retired_at=None).values_list("email", flat=True)
    return domain_differs(support.email, known=list(contacts))


def _tasks(proposal: Proposal) -> list[tuple[str, str, str, str]]:
    lacking = {STEP_OF.get(each.field, WHO) for each in what_proposal_lacks(proposals.fields_of(proposal))}
    if not proposal.supports.filter(withdrawn_at=None).exists():
        own = proposal.organisation is not None and proposal.organisation.is_party
        named = ("info", "Your own Party counts") if own else ("", "Needed before triage")
    else:
        named = ("good", "Named")
    state = {slug: ("warn", "Incomplete") if slug in lacking else ("good", "Complete") for slug in STEPS}
    state[SUPPORT] = named
    return [(slug, STEPS[slug][0], *state[slug]) for slug in STEPS]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show one step of the form; on POST keep what was typed, and go on or leave."""
    proposal = visible_proposal(request, pk)
    if slug not in STEPS or not owns(request.user, proposal):
        raise Http404
    if proposal.state != State.DRAFT and slug != SUPPORT:
        return redirect("ssc:proposal", pk)
    kind = STEPS[slug][2]
    options: dict[str, Any] = {"kind": proposal.kind} if slug == WHO else {}
    if request.method != "POST":
        initial = {} if slug == SUPPORT else _initial(proposal, kind)
        return _show_step(request, proposal, slug, kind(initial=initial, **options))
    leaving = request.POST.get("then") == "leave"
    if slug == SUPPORT and (leaving or request.POST.get("then") == "check"):
        return redirect("ssc:check-proposal" if not leaving else "ssc:proposal", pk)
    form = kind(request.POST, leaving=leaving, **options)
    if form.is_valid() and _keep(request, proposal, slug, form):
        if leaving:
            return redirect("ssc:proposal", pk)
        if slug == SUPPORT:
            return redirect("ssc:proposal-step", pk, SUPPORT)
        if request.GET.get("from") == "check":
            return redirect("ssc:check-proposal", pk)
        return redirect("ssc:proposal-step", pk, list(STEPS)[list(STEPS).index(slug) + 1])
    return _show_step(request, proposal, slug, form, status=422)


def _keep(request: HttpRequest, proposal: Proposal, slug: str, form: JudgedForm) -> bool:
    seen = {"by": request.user, "at": clock.now(), "version": version_seen(request)}
    try:
        if slug == SUPPORT:
            name_supporter(proposal=proposal, **form.cleaned_data, **seen)
        else:
            proposals.save_draft(proposal=proposal, values=_values(form), **seen)
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True


def _values(form: JudgedForm) -> dict[str, Any]:
    values = dict(form.cleaned_data)
    if "affected" in values:
        values["affected_id"] = values["affected"].pk if values["affected"] else None
    return values


def _initial(proposal: Proposal, kind: type[JudgedForm]) -> dict[str, Any]:
    values = {name: getattr(proposal, name) for name in kind.base_fields if hasattr(proposal, name)}
    said = {True: "yes", False: "no", None: ""}
    return {
        name: said[value] if name in ("affects_existing", "needs_new", "urgent") else value
        for name, value in values.items()
    }


def _show_step(
    request: HttpRequest, proposal: Proposal, slug: str, form: JudgedForm, *, status: int = 200
) -> HttpResponse:
    title, lede, _ = STEPS[slug]
    supports = proposal.supports.filter(withdrawn_at=None).select_related("party")
    context = {
        "proposal": proposal,
        "slug": slug,
        "title": title,
        "lede": lede,
        "form": form,
        "version": version_seen(request) or proposal.version,
        "tasks": _tasks(proposal) if proposal.state == State.DRAFT else (),
        "supports": [(each, _warned(each)) for each in supports],
    }
    return page(request, "proposal_step.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all of a draft; on POST hand it in."""
    proposal = visible_proposal(request, pk)
    if not owns(request.user, proposal):
        raise Http404
    if proposal.state != State.DRAFT:
        return redirect("ssc:proposal", pk)
    refusals: tuple[Refusal, ...] = ()
    if request.method == "POST":
        try:
            proposals.submit_proposal(
                proposal=proposal, by=request.user, at=clock.now(), version=version_seen(request)
            )
        except Refusal as refusal:
            refusals = refusal.each
        else:
            return redirect("ssc:proposal", pk)
    lacking = refusals or what_proposal_lacks(proposals.fields_of(proposal))
    context = {
        "proposal": proposal,
        "refused": bool(refusals),
        "lacking": [(each, STEP_OF.get(each.field, WHO)) for each in lacking],
        "supports": [(each, _warned(each)) for each in proposal.supports.filter(withdrawn_at=None)],
        "version": version_seen(request) or proposal.version,
        **answers_of(proposal),
    }
    return page(request, "proposal_check.html", context, status=422 if refusals else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a proposal that was handed in: the whole form again, and a note; a new version."""
    proposal = visible_proposal(request, pk)
    if not owns(request.user, proposal):
        raise Http404
    if proposal.state not in (State.SUBMITTED, State.TRIAGE):
        return redirect("ssc:proposal", pk)
    kinds: tuple[tuple[type[JudgedForm], dict[str, Any]], ...] = (
        (forms.NoteForm, {}),
        (forms.WhoForm, {"kind": proposal.kind}),
        (forms.NeedForm, {}),
        (forms.EffectForm, {}),
    )
    sent = request.POST if request.method == "POST" else None
    parts = [kind(sent, initial=_initial(proposal, kind), **options) for kind, options in kinds]
    valid = [each.is_valid() for each in parts]  # each of them, so that every error shows at once
    if sent is not None and all(valid):
        values = {name: value for each in parts for name, value in _values(each).items()}
        note = values.pop("note")
        try:
            proposals.revise_proposal(
                proposal=proposal,
                values=values,
                note=note,
                by=request.user,
                at=clock.now(),
                version=version_seen(request),
            )
        except Refusal as refusal:
            for each in refusal.each:
                refuse(next((part for part in parts if each.field in part.fields), parts[0]), each)
        else:
            return redirect("ssc:proposal", pk)
    wrong = any(each.errors for each in parts)
    context = {
        "proposal": proposal,
        "parts": parts,
        "wrong": wrong,
        "question": proposal.rounds.filter(answered_at=None).first(),
        "version": version_seen(request) or proposal.version,
    }
    return page(request, "proposal_revise.html", context, status=422 if wrong else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a proposal back: its proposer, or the SSC's secretary."""
    proposal = visible_proposal(request, pk)
    if not owns(request.user, proposal) and not permitted(request.user, Duty.WORK_ON_PROPOSAL):
        raise Http404
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposals.withdraw_proposal(
                proposal=proposal,
                by=request.user,
                at=clock.now(),
                version=version_seen(request),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:proposal", pk)
    context = {"proposal": proposal, "form": form, "version": version_seen(request) or proposal.version}
    return page(request, "proposal_withdraw.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["POST"])
def drop(request: HttpRequest, pk: int, support: int) -> HttpResponse:
    """Name a Party no longer."""
    proposal = visible_proposal(request, pk)
    row = get_object_or_404(proposal.supports, pk=support)
    drop_supporter(support=row, by=request.user, at=clock.now(), version=version_seen(request))
    return redirect("ssc:proposal-step", pk, SUPPORT)


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole form as one page to print."""
    proposal = visible_proposal(request, pk)
    context = {
        "proposal": proposal,
        "progress": progress_of(proposal, on=clock.today()),
        "supports": [(each, False) for each in proposal.supports.filter(withdrawn_at=None)],
        "mine": owns(request.user, proposal),
        **answers_of(proposal),
    }
    return page(request, "proposal_paper.html", context)
