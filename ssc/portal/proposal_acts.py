"""What the SSC's secretary does to a proposal: one page for each step, one service behind it (chart 9)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cpl.portal.frame import version_seen
from cpl.portal.judged import JudgedForm, refuse
from cpl.services.security_characteristics import mitigations_as_text
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from ssc.models import Proposal
from ssc.portal import proposal_step_forms as forms
from ssc.portal.frame import page
from ssc.portal.proposal_frame import visible_proposal
from ssc.rules.proposals import CATEGORIES, CRITERIA
from ssc.services import proposal_consultation as consultation
from ssc.services import proposal_decisions as decisions
from ssc.services import proposal_outcomes as outcomes
from ssc.services import proposal_refinement as refinement
from ssc.services import proposal_triage as triage

State = Proposal.State
MODIFICATION, USE_CASE = Proposal.Kind.SC_MODIFICATION, Proposal.Kind.USE_CASE


@dataclass(frozen=True, slots=True)
class Seen:
    """Who acts, when, and which version of the proposal they saw."""

    proposal: Proposal
    by: User
    at: dt.datetime
    version: int

    @property
    def on_it(self) -> dict[str, Any]:
        """What every service takes."""
        return {"proposal": self.proposal, "by": self.by, "at": self.at, "version": self.version}


@dataclass(frozen=True, slots=True)
class Step:
    """An act of the SSC: its page, its form, the stages that allow it, and the service that does it."""

    slug: str
    title: str
    button: str
    lede: str
    clause: str
    form: type[JudgedForm]
    states: tuple[Any, ...]
    do: Callable[[Seen, dict[str, Any]], object]
    kinds: tuple[Any, ...] = (MODIFICATION, USE_CASE)
    called: dict[str, str] = field(default_factory=dict)


def _plain(service: Callable[..., object]) -> Callable[[Seen, dict[str, Any]], object]:
    return lambda seen, values: service(**seen.on_it, **values)


def _view(seen: Seen, values: dict[str, Any]) -> object:
    criteria = {name: values.pop(name) for name in CRITERIA}
    return triage.record_ncsc_view(**seen.on_it, criteria=criteria, **values)


def _convene(seen: Seen, values: dict[str, Any]) -> object:
    invitations = {
        category: refinement.Asked(
            list(values.get(f"invited_{place}", ())), values[f"others_{place}"], values[f"category_{place}"]
        )
        for place, category in enumerate(CATEGORIES)
    }
    own = {name: values[name] for name in ("name", "areas", "variations")}
    return refinement.convene_working_group(
        proposals={seen.proposal: seen.version}, invitations=invitations, by=seen.by, at=seen.at, **own
    )


def _schedule(seen: Seen, values: dict[str, Any]) -> object:
    return outcomes.schedule_version(**seen.on_it, planned=outcomes.Planned(**values))


STEPS = (
    Step(
        "take-up",
        "Take it up",
        "Begin triage",
        "A Party supports it. The Panel is told that the SSC considers it.",
        "SC-6.4",
        forms.TakeUpForm,
        (State.SUBMITTED,),
        _plain(triage.take_up_proposal),
    ),
    Step(
        "clarify",
        "Ask the proposer",
        "Ask",
        "Rounds go on until a clear proposition is agreed; every version is kept.",
        "SC-6.4",
        forms.ClarifyForm,
        (State.TRIAGE,),
        _plain(triage.ask_clarification),
    ),
    Step(
        "end-triage",
        "End triage",
        "Turn to NCSC",
        "If the business need is clearly articulated, NCSC is asked for its view.",
        "SC-6.5",
        forms.EndTriageForm,
        (State.TRIAGE,),
        _plain(triage.end_triage),
    ),
    Step(
        "ncsc-view",
        "Record NCSC’s view",
        "Record the view",
        "Four answers. With a no it can only be rejected.",
        "SC-6.5",
        forms.NcscViewForm,
        (State.NCSC_LIAISON,),
        _view,
    ),
    Step(
        "convene",
        "Convene a Working Group",
        "Convene and invite",
        "Each category is invited, or left out with a reason.",
        "SC-6.6",
        forms.ConveneForm,
        (State.NCSC_LIAISON, State.REFINEMENT),
        _convene,
    ),
    Step(
        "join-group",
        "Give it to an open Working Group",
        "Give it to the group",
        "A group may consider several in parallel.",
        "SC-A1.2",
        forms.JoinGroupForm,
        (State.NCSC_LIAISON, State.REFINEMENT),
        _plain(refinement.add_to_group),
    ),
    Step(
        "refine",
        "Begin refinement",
        "Begin refinement",
        "NCSC agrees on all four criteria, and a Working Group is convened.",
        "SC-6.6",
        forms.RefineForm,
        (State.NCSC_LIAISON,),
        _plain(refinement.begin_refinement),
    ),
    Step(
        "consult",
        "Open a consultation",
        "Open the consultation",
        "Nothing is decided before its last day has ended.",
        "SC-6.9",
        forms.ConsultForm,
        (State.REFINEMENT,),
        _plain(consultation.open_consultation),
    ),
    Step(
        "advice",
        "Record advice",
        "Record the advice",
        "Of the Working Group and of NCSC; both lie before the SSC when it decides.",
        "SC-6.10",
        forms.AdviceForm,
        (State.REFINEMENT, State.CONSULTATION),
        _plain(refinement.record_advice),
    ),
    Step(
        "refine-again",
        "Go back to refinement",
        "Refine it again",
        "The views call for more work; another consultation follows.",
        "SC-6.9",
        forms.RefineAgainForm,
        (State.CONSULTATION,),
        _plain(consultation.refine_again),
    ),
    Step(
        "prepare",
        "Prepare the decision",
        "Put to the Chair",
        "The Chair then confirms exactly this text, with its report.",
        "SC-6.10",
        forms.PrepareForm,
        (State.NCSC_LIAISON, State.CONSULTATION),
        _plain(decisions.prepare_decision),
    ),
    Step(
        "schedule",
        "Set the implementation date",
        "Set the date",
        "The industry is told of it.",
        "SC-6.13",
        forms.ScheduleForm,
        (State.DECIDED,),
        _schedule,
        kinds=(MODIFICATION,),
    ),
    Step(
        "guidance",
        "Issue the guidance",
        "Issue the guidance",
        "In place of a new version a use case becomes guidance.",
        "SC-7.2",
        forms.GuidanceForm,
        (State.DECIDED,),
        _plain(outcomes.issue_guidance),
        kinds=(USE_CASE,),
    ),
    Step(
        "move-date",
        "Move the date, or number the version anew",
        "Keep the change",
        "The industry is told anew.",
        "SC-6.13",
        forms.MoveDateForm,
        (State.SCHEDULED, State.SIGNED_OFF),
        _plain(outcomes.move_date),
    ),
    Step(
        "sign-off",
        "Record NCSC’s sign-off",
        "Record the sign-off",
        "NCSC’s own act, apart from the SSC’s approval.",
        "SC-5.1",
        forms.SignOffForm,
        (State.SCHEDULED,),
        _plain(outcomes.sign_off_version),
    ),
    Step(
        "publish",
        "Record NCSC’s publication",
        "Record the publication",
        "The register takes the version over. Every Party and the Working Group are told.",
        "SC-6.14",
        forms.PublishForm,
        (State.SIGNED_OFF,),
        _plain(outcomes.publish_version),
    ),
    Step(
        "classify",
        "Classification and Panel updates",
        "Keep",
        "What is not White is on the tracker by its number and stage only.",
        "SC-6.7",
        forms.ClassifyForm,
        (*State.values[2:9],),
        _plain(triage.classify_proposal),
    ),
)
BY_SLUG = {each.slug: each for each in STEPS}


def steps_open(proposal: Proposal, user: User) -> list[Step]:
    """Give what somebody may do to a proposal at this stage for the SSC."""
    if not permitted(user, Duty.WORK_ON_PROPOSAL):
        return []
    return [
        each
        for each in STEPS
        if proposal.state in each.states and proposal.kind in each.kinds and _fits(each, proposal)
    ]


def _fits(step: Step, proposal: Proposal) -> bool:
    """Leave out what cannot come next: to refine what NCSC refuses, to decide twice."""
    if step.slug == "prepare":
        if proposal.decisions.filter(dropped_at=None).exists():
            return False
        view = proposal.ncsc_views.order_by("-id").first()
        return proposal.state != State.NCSC_LIAISON or (view is not None and not all(view.criteria.values()))
    if step.slug in ("convene", "join-group", "refine") and proposal.state == State.NCSC_LIAISON:
        view = proposal.ncsc_views.order_by("-id").first()
        return view is not None and all(view.criteria.values()) and (
            step.slug != "refine" or proposal.working_groups.exists()
        )  # fmt: skip
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show the form of a step; on POST do it."""
    proposal = visible_proposal(request, pk)
    step = BY_SLUG.get(slug)
    if step is None:
        raise Http404
    require(request.user, Duty.WORK_ON_PROPOSAL)
    options = {"proposal": proposal} if step.form is forms.AdviceForm else {}
    if request.method != "POST":
        return _show(request, proposal, step, step.form(initial=_initial(step, proposal), **options))
    form = step.form(request.POST, **options)
    if form.is_valid():
        seen = Seen(proposal, request.user, clock.now(), version_seen(request))
        try:
            step.do(seen, dict(form.cleaned_data))
        except Refusal as refusal:
            refuse(form, refusal, called=step.called)
        else:
            messages.success(request, f"{step.title}: done.")
            return redirect("ssc:proposal", pk)
    return _show(request, proposal, step, form, status=422)


def _initial(step: Step, proposal: Proposal) -> dict[str, Any]:
    if step.form is forms.ClassifyForm:
        return {"classification": proposal.classification, "panel_updates": proposal.panel_updates}
    if step.form is forms.ScheduleForm:
        return {"characteristic": proposal.affected_id}
    if step.form is forms.GuidanceForm:
        return {"title": proposal.title}
    if step.form is forms.MoveDateForm:
        last = outcomes.schedule_of(proposal)
        return {"implementation_on": last.implementation_on, "number": last.number} if last else {}
    if step.form is forms.PublishForm:
        planned = outcomes.schedule_of(proposal)
        last = planned.characteristic.versions.first() if planned and planned.characteristic else None
        if last:
            gbcs = last.gbcs_mappings.filter(ended_at=None).values_list("gbcs_version", flat=True)
            return {"mitigations": mitigations_as_text(last), "gbcs_versions": ", ".join(gbcs)}
    return {}


def _show(
    request: HttpRequest, proposal: Proposal, step: Step, form: JudgedForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "proposal": proposal,
        "step": step,
        "form": form,
        "version": version_seen(request) or proposal.version,
    }
    return page(request, "proposal_act.html", context, status=status)
