"""The page of one fast-track request: its stages, what is known, and the next step of whoever is here (chart 10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cpl.portal.judged import JudgedForm, refuse
from cpl.rules.smets1_lists import device_in_words
from cpl.web.records import Fact, Listing, Record, Work, acts_about, facts, owed_about
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.web import download
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal import clock
from ssc.models import FastTrackRequest, SscView, VulnerabilityNotification
from ssc.portal import fast_track_forms as forms
from ssc.portal.fast_track import KINDS, awaited, check_may_enter
from ssc.portal.frame import page
from ssc.rules.fast_track import Answers, is_no_benefit
from ssc.services import fast_track, fast_track_tests
from ssc.services.fast_track_documents import read_fast_track_document
from ssc.services.fast_track_queue import giving_way

State = FastTrackRequest.State
PARTICIPANT, DCC, SSC = "participant", "dcc", "ssc"
STAGES = (
    ("Requested", {State.REQUESTED}), ("View sought", {State.VIEW_SOUGHT}), ("View given", {State.VIEW_GIVEN}),
    ("Granted", {State.GRANTED}), ("In test", {State.IN_TEST, State.FAILED}), ("On the Eligible list", {State.PASSED}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody takes: who, from which states, its words, its form, and the service that does it."""

    who: str
    states: frozenset[str]
    title: str
    button: str
    form: Callable[..., JudgedForm]
    act: Callable[..., Any]
    says: str = ""
    bad: bool = False


def _grant(request: FastTrackRequest, form: forms.GrantForm, by: User, at: Any) -> None:
    fast_track.grant_fast_track(
        request=request, by=by, at=at, version=form.cleaned_data["version"], days=form.days()
    )


def _view(request: FastTrackRequest, form: forms.ViewForm, by: User, at: Any) -> None:
    given = form.cleaned_data
    fast_track.give_view(
        request=request, by=by, at=at, version=given["version"], to_change=given["to_change"],
        answers=Answers(given["was_notified"], given["is_material"], given["warrants"]),
        evidence=given.get("evidence", ""), upload=given.get("document"), classification=given.get("classification", ""),
    )  # fmt: skip


def _ratify(request: FastTrackRequest, form: forms.RatifyForm, by: User, at: Any) -> None:
    fast_track.ratify_view(view=request.view, by=by, at=at, **form.cleaned_data)


def _call(service: Callable[..., Any]) -> Callable[..., None]:
    """Make the step of a service that takes exactly what its form gives."""

    def act(request: FastTrackRequest, form: JudgedForm, by: User, at: Any) -> None:
        service(request=request, by=by, at=at, **form.cleaned_data)

    return act


def _states(*states: str) -> frozenset[str]:
    return frozenset(states)


STEPS = {
    "seek": Step(
        DCC, _states(State.REQUESTED), "Seek the SSC’s view", "Ask SECAS", forms.SeekForm, _call(fast_track.seek_view),
        "Both days and the question go to SECAS, for the SSC’s Chair, in one message.",
    ),
    "view": Step(
        SSC, _states(State.VIEW_SOUGHT), "Answer the DCC", "Give the three answers", forms.ViewForm, _view,
        "Three separate answers. They take effect at once; the SSC ratifies them at its next meeting.",
    ),
    "grant": Step(
        DCC, _states(State.VIEW_GIVEN), "Grant it", "Grant the fast track", forms.GrantForm, _grant,
        "It goes first. Those whose day moves are told their new day and nothing else; nobody else is told.",
    ),
    "refuse": Step(
        DCC, _states(State.VIEW_GIVEN), "Refuse it", "Refuse the fast track", forms.RefuseForm,
        _call(fast_track.refuse_fast_track), "The Testing Participant is told what would have to change.", bad=True,
    ),
    "sets": Step(
        DCC, _states(State.GRANTED, State.FAILED), "Device sets", "Record that they came", forms.SetsForm,
        _call(fast_track_tests.receive_device_sets),
    ),
    "test": Step(
        DCC, _states(State.GRANTED, State.FAILED), "Begin the test", "Begin the test", forms.VersionForm,
        _call(fast_track_tests.begin_test), "Not before the device sets are there.",
    ),
    "result": Step(
        DCC, _states(State.IN_TEST), "How the test ended", "Record the outcome", forms.ResultForm,
        _call(fast_track_tests.record_result),
    ),
    "ratify": Step(
        SSC, _states(State.VIEW_GIVEN, State.GRANTED, State.REFUSED, State.IN_TEST, State.PASSED, State.FAILED),
        "Ratification", "Record what the SSC said", forms.RatifyForm, _ratify, "At the meeting after the view was given.",
    ),
    "interoperability": Step(
        PARTICIPANT, _states(*fast_track_tests.OPEN_TO_NOTICES), "Interoperability", "Tell the DCC",
        forms.InteroperabilityForm, _call(fast_track_tests.notify_interoperability),
        "You tell the DCC of every aspect that might impact interoperability, at any time until this is closed.",
    ),
    "withdraw": Step(
        PARTICIPANT,
        _states(State.REQUESTED, State.VIEW_SOUGHT, State.VIEW_GIVEN, State.GRANTED, State.IN_TEST, State.FAILED),
        "Withdraw it", "Withdraw the request", forms.ReasonForm, _call(fast_track.withdraw_fast_track), bad=True,
    ),
}  # fmt: skip


def _seen(request: HttpRequest, reference: str) -> FastTrackRequest:
    """Give a request of which the person may know; any other does not exist here."""
    check_may_enter(request.user)
    rows = FastTrackRequest.objects.visible_to(request.user).select_related(
        "organisation", "view", "eligible_row"
    )
    return get_object_or_404(rows, reference=reference)


def _plays(user: User, row: FastTrackRequest, who: str) -> bool:
    if who == PARTICIPANT:
        return permitted(user, Duty.REQUEST_FAST_TRACK, row.organisation) is not None
    return permitted(user, Duty.SEEK_SSC_VIEW if who == DCC else Duty.GIVE_FAST_TRACK_VIEW) is not None


def _is_open(user: User, row: FastTrackRequest, name: str) -> bool:
    """Whether a step is the next of somebody here."""
    step, view = STEPS[name], _view_of(row)
    if row.state not in step.states or not _plays(user, row, step.who):
        return False
    if row.eligible_row_id and name != "ratify":
        return False  # it is closed; what the SSC said of its view is still to be kept
    if name in ("grant", "refuse"):
        return view is not None and view.is_three_yeses == (name == "grant")
    if name == "ratify":
        return view is not None and view.ratified is None
    return name != "test" or row.sets_received_on is not None


def _check_is_ones_own(user: User, row: FastTrackRequest, name: str) -> None:
    """Turn away whoever the step is not for, before its form is drawn: it may name what others have in the queue.

    Raises NotPermitted; Conflict where the request stands elsewhere by now.
    """
    step = STEPS[name]
    if not _plays(user, row, step.who):
        raise NotPermitted("That step is not yours.")
    if row.state not in step.states or (name == "ratify" and _view_of(row) is None):
        raise Conflict(f"{row} was changed since you opened it. It is now: {row.get_state_display()}.")


def _view_of(row: FastTrackRequest) -> SscView | None:
    return getattr(row, "view", None)


def _form(name: str, user: User, row: FastTrackRequest, *data: Any) -> JudgedForm:
    more: dict[str, Any] = {}
    view = _view_of(row)
    if name == "grant":
        more["slots"] = giving_way(row)
    if name == "view":
        more["is_chair"] = permitted(user, Duty.ANSWER_AS_CHAIR) is not None
    version = view.version if name == "ratify" and view else row.version
    return STEPS[name].form(*data, initial={"version": version}, **more)


@login_required
@require_safe
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one request, and the steps that are the reader's."""
    return _page(request, _seen(request, reference))


@login_required
@require_POST
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Take a step; a refusal comes back with what was typed."""
    row = _seen(request, reference)
    if name not in STEPS:
        raise Http404
    _check_is_ones_own(request.user, row, name)
    form = _form(name, request.user, row, request.POST, request.FILES)
    if form.is_valid():
        try:
            STEPS[name].act(row, form, request.user, clock.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:fast-track-request", reference)
    return _page(request, row, refused=(name, form))


def _page(
    request: HttpRequest, row: FastTrackRequest, *, refused: tuple[str, JudgedForm] | None = None
) -> HttpResponse:
    works = []
    for name, each in STEPS.items():
        is_refused = refused is not None and refused[0] == name
        if is_refused or _is_open(request.user, row, name):
            form = refused[1] if is_refused and refused else _form(name, request.user, row)
            action = reverse("ssc:fast-track-step", args=[row.reference, name])
            works.append(Work(each.title, action, form, each.button, each.says, each.bad))
    works.sort(key=lambda work: not work.form.errors)
    reads_acts = permitted(request.user, Duty.READ_FAST_TRACK) is not None
    of_the_view = _view_of(row) if permitted(request.user, Duty.READ_CASES) else None
    record = Record(
        title=f"Fast track {row.reference}", lede=row.purpose, clause="PPCT-9.2",
        crumbs=[(reverse("ssc:fast-track"), "Fast track")], here=row.reference,
        state=("good", "On the Eligible list") if row.eligible_row_id else (KINDS[row.state], row.get_state_display()),
        facts=_facts(request.user, row), listings=_listings(request.user, row), works=works,
        acts=acts_about(row, of_the_view) if reads_acts else [], owed=owed_about(row) if reads_acts else [],
        note=_note(row),
    )  # fmt: skip
    context = record.context() | {"stages": _stages(row), "awaited": awaited(row)}
    return page(request, "fast_track_request.html", context, status=422 if refused else 200)


def _note(row: FastTrackRequest) -> str:
    if row.state == State.VIEW_SOUGHT and is_no_benefit(
        date_if_not=row.date_if_not, date_if_fast=row.date_if_fast
    ):
        return "Both days are the same: the fast track would bring no benefit."
    return ""


def _stages(row: FastTrackRequest) -> list[dict[str, Any]]:
    """Where it stands: each stage done, present or to come; one that ended otherwise stops where it was."""
    here = next((number for number, (_, states) in enumerate(STAGES) if row.state in states), len(STAGES))
    if row.state in (State.REFUSED, State.WITHDRAWN):
        return []
    dates = (
        row.requested_at,
        row.sought_at,
        _view_of(row) and row.view.given_at,
        row.decided_at,
        None,
        row.eligible_at,
    )
    done = len(STAGES) if row.eligible_row_id else here
    return [
        {"name": name, "done": number < done, "here": number == done, "at": dates[number]}
        for number, (name, _) in enumerate(STAGES)
    ]


def _facts(user: User, row: FastTrackRequest) -> list[Fact]:
    known = row.interoperability if row.affects_interoperability else "None known"
    volume = "" if row.device_volume is None else f"{row.device_volume:,}"
    found = facts([
        ("Testing Participant", row.organisation), ("Requested", row.requested_at),
        ("Communications service provider", row.provider),
        ("Devices", "\n".join(map(device_in_words, row.devices))), ("With the new firmware", device_in_words(row.new_device)),
        ("S1SR and DMVES", row.assessment), ("Interoperability", known), ("Devices concerned", volume),
        ("Note", row.note), ("Tested on, if not fast tracked", row.date_if_not), ("Tested on, if fast tracked", row.date_if_fast),
        ("Device sets received", row.sets_received_on), ("What would have to change", row.to_change),
        ("Withdrawn, because", row.withdrawn_reason), ("On the Eligible list", row.eligible_at),
    ])  # fmt: skip
    if row.assessment_document:
        found.append(_paper("Assessment", row, row.assessment_document))
    told = VulnerabilityNotification.objects.visible_to(user).filter(pk=row.notification_id).first()
    if told:
        found.append(
            Fact("Notified to the SSC", str(told), reverse("ssc:vulnerability", args=[told.reference]))
        )
    return found


def _paper(label: str, row: FastTrackRequest, document: Any) -> Fact:
    return Fact(label, str(document), reverse("ssc:fast-track-document", args=[row.reference, document.pk]))


def _listings(user: User, row: FastTrackRequest) -> list[Listing]:
    found = []
    view = _view_of(row)
    if view:
        yes = {True: "Yes", False: "No"}
        said = facts([
            ("The SSC was notified", yes[view.was_notified]), ("The Chair considers it material", yes[view.is_material]),
            ("It warrants the fast track", yes[view.warrants]), ("What would have to change", view.to_change),
            ("Given", view.given_at), ("Written down for the Chair by the secretary", "Yes" if view.keyed_for_the_chair else ""),
        ])  # fmt: skip
        if permitted(user, Duty.READ_CASES):
            ratified = {True: "Ratified", False: "Not ratified", None: "Waits for the next meeting"}[
                view.ratified
            ]
            said += facts([
                ("How the Chair’s view is known", view.evidence), ("Ratification", ratified), ("Minute", view.minute_reference),
                ("Because", view.ratified_reason),
            ])  # fmt: skip
            if view.document:
                said.append(_paper("The Chair’s word", row, view.document))
        found.append(Listing("The SSC’s view", [said]))
    results = [
        facts([
            ("Outcome", "Passed" if each.has_passed else "Failed"), ("Tested on", each.tested_on), ("Report", each.evidence),
            ("Note", each.note),
        ])
        for each in row.results.all()
    ]  # fmt: skip
    if results:
        found.append(Listing("Tests", results))
    notices = [
        facts([("Told", each.notified_at), ("What", each.text)])
        for each in row.interoperability_notices.all()
    ]
    if notices:
        found.append(Listing("Notices on interoperability", notices))
    return found


@login_required
@require_safe
def document(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Hand out a document of a request; who took it is noted."""
    row = _seen(request, reference)
    return download(*read_fast_track_document(request=row, key=pk, by=request.user, at=clock.now()))
