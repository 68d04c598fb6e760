"""Working Groups: a member's page, and the SSC's, by the same address (SC Methodology, Appendix 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.portal.judged import JudgedForm, refuse
from cpl.web.records import Record, Work, facts
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted, require
from secgov.documents.models import Classification
from secgov.documents.web import download
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from secgov.journal.services import working_calendar
from secgov.time_rules import london_day
from ssc.models import (
    GroupContribution,
    GroupMeeting,
    GroupMember,
    GroupPaper,
    Proposal,
    TermsOfReference,
    WorkingGroup,
)
from ssc.portal import group_forms as forms
from ssc.portal.frame import page
from ssc.portal.proposals import answers_of
from ssc.rules.working_groups import LEVELS, TASKS, must_accept_again
from ssc.services import group_meetings as meetings
from ssc.services import group_members as members


def _reads_all(user: User) -> bool:
    return permitted(user, Duty.READ_CASES) is not None


def _keeps(user: User) -> bool:
    return permitted(user, Duty.WORK_ON_PROPOSAL) is not None


def _seen(request: HttpRequest, pk: int) -> tuple[WorkingGroup, GroupMember | None]:
    """Give a group, and the reader's membership; to whoever is neither on it nor of the SSC it does not exist."""
    group = get_object_or_404(WorkingGroup, pk=pk)
    member = members.member_of(group, request.user)
    if member is None and not _reads_all(request.user):
        raise Http404
    return group, member


@login_required
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """List the groups that one is on; to the SSC all of them."""
    rows = WorkingGroup.objects.prefetch_related("proposals", "members")
    if not _reads_all(request.user):
        current = GroupMember.objects.standing().filter(person=request.user)
        rows = rows.filter(members__in=current)
    context = {
        "rows": [(row, sum(each.state == "active" for each in row.members.all())) for row in rows],
        "former": GroupMember.objects.filter(
            person=request.user, end__in=[GroupMember.End.REMOVED, GroupMember.End.REVOKED]
        ).select_related("group")[:10],
        "reads_all": _reads_all(request.user),
        "keeps": _keeps(request.user),
        "terms": members.newest_terms(london_day(clock.now())),
    }
    return page(request, "groups.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms of reference, version by version; the SSC's secretary records the next."""
    if not _reads_all(request.user) and not GroupMember.objects.filter(person=request.user).exists():
        raise NotPermitted("These are the terms of the SSC’s Working Groups.")
    form = forms.TermsForm(request.POST or None)
    if request.method == "POST":
        require(request.user, Duty.WORK_ON_PROPOSAL)
        if form.is_valid():
            try:
                members.record_terms(by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("ssc:group-terms")
    versions = [
        facts([("Version", row.number), ("In force from", row.from_on), ("Text", row.text)])
        for row in TermsOfReference.objects.all()
    ]
    return _record(
        request, form, "Terms of reference", "The terms under which Working Groups act. Members accept each version.",
        "SC-A1.1", versions, "Record the next version" if _keeps(request.user) else "",
    )  # fmt: skip


def _record(
    request: HttpRequest, form: JudgedForm, title: str, lede: str, clause: str, rows: list[Any], button: str
) -> HttpResponse:
    from_facts = [fact for row in rows for fact in row]
    record = Record(
        title=title, lede=lede, clause=clause, crumbs=[(reverse("ssc:working-groups"), "Working Groups")], here=title,
        facts=from_facts, works=[Work(button, request.path, form, button)] if button else [],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


@login_required
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a group: what it considers, its meetings, papers and contributions, and the reader's next step."""
    row, member = _seen(request, pk)
    return _page(request, row, member)


@login_required
@require_safe
def considered(request: HttpRequest, pk: int, proposal_pk: int) -> HttpResponse:
    """Show a member the form that the group assesses, by its level and what the member undertook. SC-A1.2-1, SC-A1.5-2"""
    row, _ = _seen(request, pk)
    proposal = get_object_or_404(row.proposals.select_related("affected"), pk=proposal_pk)
    if Proposal.objects.visible_to(request.user).filter(pk=proposal.pk).exists():
        return redirect("ssc:proposal", proposal.pk)
    members.check_level(row, request.user, level=proposal.classification, at=clock.now())
    context = {"group": row, "proposal": proposal, **answers_of(proposal, kept=False)}
    return page(request, "group_proposal.html", context)


def _join(row: WorkingGroup, form: forms.JoinForm, by: User, at: dt.datetime) -> None:
    given = form.cleaned_data
    members.join_group(
        group=row, by=by, at=at, terms_version=given["terms"] if given["accepts"] else None,
        is_available=given["is_available"], is_fair=given["is_fair"], is_impartial=given["is_impartial"],
        interests=given["interests"], levels=given["levels"], signature=given["signature"], upload=given["document"],
        classification=given["classification"],
    )  # fmt: skip


def _invite(row: WorkingGroup, form: forms.InviteForm, by: User, at: dt.datetime) -> None:
    person = form.cleaned_data["email"]
    organisation = person.memberships.current().order_by("id").first().organisation
    members.invite_member(group=row, person=person, organisation=organisation, by=by, at=at)


def _meet(row: WorkingGroup, form: forms.MeetForm, by: User, at: dt.datetime) -> None:
    given = form.cleaned_data
    meetings.call_group_meeting(
        group=row,
        starts_at=form.starts_at,
        place=given["place"],
        mode=given["mode"],
        agenda=given["agenda"],
        by=by,
        at=at,
    )


def _send(row: WorkingGroup, form: forms.PaperForm, by: User, at: dt.datetime) -> None:
    given = form.cleaned_data
    meetings.send_paper(
        group=row, title=given["title"], upload=given["document"], classification=given["classification"], by=by, at=at,
        meeting=given["meeting"], late_reason=given["late_reason"],
    )  # fmt: skip


def _say(row: WorkingGroup, form: forms.SayForm, by: User, at: dt.datetime) -> None:
    meetings.contribute(group=row, by=by, at=at, **form.cleaned_data)


def _minute(row: WorkingGroup, form: forms.MinuteForm, by: User, at: dt.datetime) -> None:
    given = form.cleaned_data
    meetings.minute_meeting(
        meeting=given["meeting"], by=by, at=at, version=given["meeting"].version, chaired_by=given["chaired_by"],
        present=given["present"], minutes=given["minutes"], classification=given["classification"],
    )  # fmt: skip


def _leave(row: WorkingGroup, form: forms.WhyForm, by: User, at: dt.datetime) -> None:
    members.leave_group(group=row, by=by, at=at, reason=form.cleaned_data["reason"])


def _close(row: WorkingGroup, form: forms.CloseForm, by: User, at: dt.datetime) -> None:
    meetings.close_group(group=row, by=by, at=at, **form.cleaned_data)


MEMBER, SECRETARY = "member", "secretary"
STEPS: dict[str, tuple[str, str, str, Callable[..., None], str, bool]] = {
    "join": (MEMBER, "Take part", "Take part", _join, "What you confirm is kept with your name and the time.", False),
    "say": (MEMBER, "Bring something to a proposal", "Send it to the group", _say, "It advises; it decides nothing.", False),
    "leave": (MEMBER, "Leave the group", "Leave the group", _leave, "Your access ends at once.", True),
    "meet": (SECRETARY, "Call a meeting", "Call the meeting", _meet, "Every member gets notice of time, date and place.", False),
    "paper": (SECRETARY, "Send a paper", "Send the paper", _send, "Members see it by its level and their undertaking.", False),
    "minute": (SECRETARY, "Record minutes", "Record the minutes", _minute, "", False),
    "invite": (SECRETARY, "Invite somebody", "Invite", _invite, "They join once they have confirmed all that is asked.", False),
    "close": (SECRETARY, "Close the group", "Close the group", _close, "Its work is done; nothing more is taken.", True),
}  # fmt: skip


def _form(name: str, row: WorkingGroup, *data: Any) -> JudgedForm:
    """Make the form of a step. Several stand on one page, so that each has identifiers of its own."""
    at, ids = clock.now(), f"id_{name}_%s"
    if name == "join":
        newest = members.newest_terms(london_day(at))
        return forms.JoinForm(*data, initial={"terms": newest.number if newest else None}, auto_id=ids)
    if name in ("paper", "say"):
        return (forms.PaperForm if name == "paper" else forms.SayForm)(*data, group=row, auto_id=ids)
    if name == "minute":
        return forms.MinuteForm(*data, group=row, at=at, auto_id=ids)
    if name == "close":
        return forms.CloseForm(*data, initial={"version": row.version}, auto_id=ids)
    return {"invite": forms.InviteForm, "meet": forms.MeetForm, "leave": forms.WhyForm}[name](
        *data, auto_id=ids
    )


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step of a member, or of the SSC's secretary; a refusal comes back with what was typed."""
    row, member = _seen(request, pk)
    if name not in STEPS:
        raise Http404
    who, _, _, act, _, _ = STEPS[name]
    if who == SECRETARY:
        require(request.user, Duty.WORK_ON_PROPOSAL)
    form = _form(name, row, request.POST, request.FILES)
    if form.is_valid():
        try:
            act(row, form, request.user, clock.now())
        except Refusal as refusal:
            refuse(form, refusal, called={"terms": "accepts", "starts_at": "on"})
        else:
            return redirect("ssc:working-groups") if name == "leave" else redirect("ssc:working-group", pk)
    return _page(request, row, member, refused=(name, form))


def _page(
    request: HttpRequest,
    row: WorkingGroup,
    member: GroupMember | None,
    *,
    refused: tuple[str, JudgedForm] | None = None,
) -> HttpResponse:
    user, at = request.user, clock.now()
    newest = members.newest_terms(london_day(at))
    accepted = member.terms.number if member and member.terms else None
    is_in = member is not None and member.state == GroupMember.State.ACTIVE
    takes_part = is_in and not must_accept_again(accepted=accepted, newest=newest.number if newest else None)
    is_open = row.state == WorkingGroup.State.OPEN
    reads = (takes_part and is_open) or _reads_all(user)
    levels = Classification.values  # what is said of a proposal has its level, and so have minutes
    if member and not _reads_all(user):
        levels = ["white", *member.undertakings.values_list("level", flat=True)]
    open_to = row.proposals.filter(classification__in=levels)
    works = []
    for name, (who, title, button, _, says, bad) in STEPS.items():
        is_refused = refused is not None and refused[0] == name
        stands = is_open and (_keeps(user) if who == SECRETARY else _may(name, member, takes_part))
        if name == "minute" and not is_refused:
            stands = (
                stands
                and row.meetings.filter(called_off_at=None, minuted_at=None, starts_at__lte=at).exists()
            )
        if stands or is_refused:
            form = refused[1] if is_refused and refused else _form(name, row)
            if name == "join" and takes_part:
                title = button = "Undertake for another level"
            works.append(Work(title, reverse("ssc:group-step", args=[row.pk, name]), form, button, says, bad))
    works.sort(key=lambda work: not work.form.errors)
    calendar = working_calendar()
    context = {
        "group": row,
        "member": member,
        "reads": reads,
        "keeps": _keeps(user),
        "of_ssc": _reads_all(user),
        "is_open": is_open,
        "terms": newest,
        "areas": row.areas.splitlines(),
        "proposals": row.proposals.all(),
        "unseated": _unseated(row) if _keeps(user) and is_open else (),
        "meetings": [
            (each, meetings.papers_due(each, calendar), each.minutes_level in levels)
            for each in row.meetings.select_related("chaired_by").prefetch_related("present__person")
        ]
        if reads
        else [],
        "papers": GroupPaper.objects.visible_to(user).filter(group=row).select_related("document", "meeting")
        if reads
        else [],
        "report": _report(row, open_to) if reads else [],
        "members": row.members.select_related("person", "organisation", "terms").prefetch_related(
            "undertakings"
        )
        if reads
        else [],
        "standing": set(row.members.standing().values_list("pk", flat=True)) if reads else set(),
        "advices": row.advices.filter(proposal__in=open_to).select_related("proposal") if reads else [],
        "works": works,
        "form": refused[1] if refused else None,
    }
    return page(request, "group.html", context, status=422 if refused else 200)


def _may(name: str, member: GroupMember | None, takes_part: bool) -> bool:
    """Whether a member's step is open: to speak is for who takes part; to join for whoever has something to confirm.

    That may be one more level of sharing, too.
    """
    if member is None:
        return False
    if name == "join":
        return not takes_part or member.undertakings.count() < len(LEVELS)
    return takes_part or name == "leave"


def _unseated(row: WorkingGroup) -> list[Proposal]:
    """The items whose proposer has nobody on the group: its secretary invites them (SC Methodology A1.3)."""
    seated = set(row.members.standing().values_list("organisation", flat=True))
    return [each for each in row.proposals.all() if each.organisation_id not in seated]


def _report(row: WorkingGroup, open_to: Any) -> list[tuple[str, list[GroupContribution]]]:
    """The group's report: a section for each of its tasks, and the comments (SC Methodology A1.2)."""
    said = row.contributions.filter(proposal__in=open_to)
    said = list(said.select_related("member__person", "member__organisation", "proposal"))
    kinds = dict(GroupContribution.Kind.choices)
    return [(kinds[kind], [each for each in said if each.kind == kind]) for kind in (*TASKS, "comment")]


@login_required
@require_safe
def paper(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    """Hand out a paper; who took it is noted."""
    row, _ = _seen(request, pk)
    found = get_object_or_404(GroupPaper.objects.select_related("document", "group"), pk=paper_pk, group=row)
    return download(*meetings.read_paper(paper=found, by=request.user, at=clock.now()))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    """End a membership, as the SSC."""
    if not (permitted(request.user, Duty.DECIDE_PROPOSAL) or _keeps(request.user)):
        raise NotPermitted("Only the SSC ends a membership (SC-A1.3).")
    found = get_object_or_404(
        GroupMember.objects.select_related("person", "organisation", "group").exclude(state="ended"),
        pk=member_pk,
        group=pk,
    )
    form = forms.EndForm(request.POST or None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        try:
            members.end_membership(member=found, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:working-group", pk)
    who = facts([("Member", found.person), ("Organisation", found.organisation), ("Joined", found.joined_at)])
    return _record(
        request, form, "End a membership", "Access ends at once.", "SC-A1.3", [who], "End the membership"
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call_off(request: HttpRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Call a meeting off."""
    require(request.user, Duty.WORK_ON_PROPOSAL)
    found = get_object_or_404(GroupMeeting, pk=meeting_pk, group=pk, called_off_at=None, minuted_at=None)
    form = forms.CallOffForm(request.POST or None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        try:
            meetings.call_off_group_meeting(
                meeting=found, by=request.user, at=clock.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:working-group", pk)
    what = facts([("When", found.starts_at), ("Where", found.place), ("Agenda", found.agenda)])
    return _record(
        request, form, "Call the meeting off", "Every member is told.", "SC-A1.4", [what], "Call it off"
    )
