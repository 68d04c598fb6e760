"""The fast track's pages: the DCC's queue, a Testing Participant's requests, what waits for the SSC (chart 10)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.portal.judged import JudgedForm, refuse
from cpl.web.records import Fact, Listing, Record, Work, facts
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted, require
from secgov.errors import NotPermitted, Refusal
from secgov.journal import clock
from secgov.time_rules import london_day
from ssc.models import FastTrackRequest, SscView, TestSlot, VulnerabilityNotification
from ssc.models.fast_track import WAITS_FOR
from ssc.portal.fast_track_forms import NotificationForm, OrderForm, ReasonForm, RequestForm, SlotForm
from ssc.portal.frame import page
from ssc.rules.fast_track import is_available
from ssc.services import fast_track, fast_track_queue

KINDS = {
    "requested": "", "view_sought": "", "view_given": "info", "granted": "info", "refused": "bad", "in_test": "info",
    "passed": "good", "failed": "bad", "withdrawn": "gone",
}  # fmt: skip
AWAITED = {
    "requested": "The DCC seeks the SSC’s view", "view_sought": "The SSC’s view, through SECAS",
    "view_given": "The DCC decides", "granted": "Device sets, then the test", "in_test": "The outcome of the test",
    "passed": "The DCC’s next Eligible list", "failed": "Another test, or its end", "refused": "", "withdrawn": "",
}  # fmt: skip


def in_effect() -> bool:
    """Whether the regime has effect today."""
    return is_available(effective_from=settings.FAST_TRACK_FROM, today=london_day(clock.now()))


def check_may_enter(user: User) -> None:
    """Turn away whoever has no part in the fast track. Raises NotPermitted."""
    duties = (
        Duty.REQUEST_FAST_TRACK,
        Duty.READ_FAST_TRACK,
        Duty.NOTIFY_VULNERABILITY,
        Duty.READ_OWN_TEST_DAYS,
    )
    if not any(permitted(user, duty) for duty in duties):
        raise NotPermitted(
            "The fast track is between Testing Participants, the DCC and the Security Sub-Committee."
        )


def awaited(row: FastTrackRequest) -> str:
    """Say what a request waits for, in words; nothing once it is over."""
    if row.eligible_row_id:
        return ""
    return AWAITED[row.state]


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the requests that one sees, and the testing queue: all of it to the DCC, to others their own days."""
    check_may_enter(request.user)
    return _home(request)


def _home(request: HttpRequest, form: SlotForm | None = None) -> HttpResponse:
    user, today = request.user, london_day(clock.now())
    visible = FastTrackRequest.objects.visible_to(user)
    chosen = _chosen(request)
    rows = visible.select_related("organisation", "slot")
    is_dcc = permitted(user, Duty.SEEK_SSC_VIEW) is not None
    queue = (
        TestSlot.objects.filter(ended_on=None)
        .select_related("organisation", "fast_track")
        .prefetch_related("moves")
    )
    if not is_dcc:
        # Colleagues who may not read a request do not learn from the queue that there is one.
        queue = queue.filter(organisation__in=organisations_of(user, Duty.READ_OWN_TEST_DAYS)).filter(
            Q(fast_track=None) | Q(fast_track__in=visible)
        )
    if chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    if chosen["waits"]:
        rows = rows.waiting_for(chosen["waits"])
    if chosen["state"] or chosen["waits"]:
        queue = queue.filter(fast_track__in=rows.values("pk"))
    if chosen["q"]:
        rows, queue = rows.matching(chosen["q"]), queue.matching(chosen["q"])
    context = {
        "rows": [(row, KINDS[row.state], awaited(row), _age(row, today)) for row in rows],
        "queue": [(slot, _ordinary(slot)) for slot in queue],
        "is_dcc": is_dcc,
        "is_ssc": permitted(user, Duty.READ_CASES) is not None,
        "has_days": is_dcc or permitted(user, Duty.READ_OWN_TEST_DAYS) is not None,
        "has_requests": any(permitted(user, duty) for duty in (Duty.REQUEST_FAST_TRACK, Duty.READ_FAST_TRACK)),
        "may_ask": permitted(user, Duty.REQUEST_FAST_TRACK) is not None,
        "reads_notifications": _reads_notifications(user),
        "unratified": SscView.objects.to_be_ratified()
        if permitted(user, Duty.GIVE_FAST_TRACK_VIEW)
        else [],
        "in_effect": in_effect(),
        "effective_from": settings.FAST_TRACK_FROM,
        "years": _by_year(visible),
        **chosen,
        "is_filtered": any(chosen.values()),
        "states": FastTrackRequest.State.choices,
        "whom": WAITS_FOR.items(),
        "form": form or (SlotForm() if is_dcc else None),
        "refused": bool(form),
    }  # fmt: skip
    return page(request, "fast_track.html", context, status=422 if form else 200)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters that are on: state, whom it waits for, words. What is not known is off."""
    state, waits = request.GET.get("state", ""), request.GET.get("waits", "")
    return {
        "state": state if state in FastTrackRequest.State.values else "",
        "waits": waits if waits in WAITS_FOR else "",
        "q": request.GET.get("q", "").replace("\0", "").strip()[:60],
    }


def _by_year(rows: QuerySet[FastTrackRequest]) -> QuerySet[Any]:
    """How many were asked for in each year, newest first (PPCT Report 4.1.2)."""
    years = rows.order_by().annotate(year=ExtractYear("requested_at")).values_list("year")
    return years.annotate(Count("pk")).order_by("-year")


def _age(row: FastTrackRequest, today: Any) -> int:
    """Days since it was asked for; an age, never a breach (PPCT Report 4.2)."""
    return (today - london_day(row.requested_at)).days


def _ordinary(slot: TestSlot) -> Any:
    """The day on which it would be tested had nobody gone first: that of its first move, or the planned one."""
    if slot.fast_track_id:
        return slot.fast_track.date_if_not
    first = next((each for each in slot.moves.all() if each.fast_track_id), None)
    return first.was_on if first else slot.planned_on


def _reads_notifications(user: User) -> bool:
    return any(permitted(user, duty) for duty in (Duty.NOTIFY_VULNERABILITY, Duty.READ_CASES))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the fast track."""
    organisation = next(iter(organisations_of(request.user, Duty.REQUEST_FAST_TRACK)), None)
    if organisation is None:
        raise NotPermitted("Only a Testing Participant asks for the fast track (PPCT-4.1.2).")
    form = RequestForm(request.POST or None, request.FILES or None, organisation=organisation)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = fast_track.request_fast_track(
                organisation=organisation,
                by=request.user,
                at=clock.now(),
                provider=given["provider"],
                devices=given["devices"],
                new_device=given["new_device"],
                values=given,
                notification=given["notification"],
                upload=given["document"],
                classification=given["classification"],
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:fast-track-request", made.reference)
    return _form_page(
        request, form, title="Ask for the fast track", button="Send the request",
        lede="That firmware against a material security vulnerability be tested before its turn. The DCC asks the SSC; "
        "urgency skips no step.", clause="PPCT-4.1.2", says="" if in_effect() else _not_yet(),
    )  # fmt: skip


def _not_yet() -> str:
    since = settings.FAST_TRACK_FROM
    return (
        f"The fast track takes effect on {since.day} {since:%B %Y}."
        if since
        else "The fast track is not in effect: no date is set."
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Show the notifications of vulnerabilities that one may read, and take the next."""
    if not _reads_notifications(request.user):
        raise NotPermitted("Notifications of vulnerabilities are between whoever gives them and the SSC.")
    own = organisations_of(request.user, Duty.NOTIFY_VULNERABILITY)
    form = NotificationForm(request.POST or None)
    if request.method == "POST":
        require(request.user, Duty.NOTIFY_VULNERABILITY)
        if form.is_valid():
            try:
                fast_track.notify_vulnerability(
                    organisation=own[0], by=request.user, at=clock.now(), **form.cleaned_data
                )
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("ssc:vulnerabilities")
    rows = VulnerabilityNotification.objects.visible_to(request.user).select_related("organisation")[:100]
    record = Record(
        title="Notifications of vulnerabilities",
        lede="The steps to rectify a vulnerability or to mitigate its impact, and in what time. Only the SSC reads them, "
        "besides whoever gave them.",
        clause="PPCT-4.1",
        crumbs=_crumbs(),
        here="Notifications",
        listings=[
            Listing(
                "Given so far",
                [
                    [
                        Fact("Reference", row.reference, reverse("ssc:vulnerability", args=[row.reference])),
                        *facts([
                            ("Given by", row.organisation), ("Notified", row.notified_at), ("Intended by", row.intended_by),
                        ]),
                    ]
                    for row in rows
                ],
                "None.",
            )
        ],
        works=[Work("Notify the SSC", request.path, form, "Notify the SSC")] if own else [],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


@login_required
@require_safe
def notification(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one notification of a vulnerability; that it was read is noted."""
    row = get_object_or_404(VulnerabilityNotification, reference=reference)
    row = fast_track.read_notification(notification=row, by=request.user, at=clock.now())
    record = Record(
        title=f"Notification {row.reference}", lede="Only the SSC reads it, besides whoever gave it; each reading is noted.",
        clause="PPCT-4.1", crumbs=[*_crumbs(), (reverse("ssc:vulnerabilities"), "Notifications")], here=row.reference,
        facts=facts([
            ("Given by", row.organisation), ("Notified", row.notified_at), ("The weakness", row.vulnerability),
            ("Steps", row.steps), ("Intended by", row.intended_by),
        ]),
    )  # fmt: skip
    return page(request, "record.html", record.context())


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("ssc:fast-track"), "Fast track")]


def _form_page(
    request: HttpRequest, form: JudgedForm, *, title: str, button: str, lede: str, clause: str, says: str = ""
) -> HttpResponse:
    record = Record(
        title=title, lede=lede, clause=clause, crumbs=_crumbs(), here=title, note=says,
        works=[Work(title, request.get_full_path(), form, button)],
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if form.errors else 200)


@login_required
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Put a combination into the testing queue."""
    require(request.user, Duty.SEEK_SSC_VIEW)
    form = SlotForm(request.POST)
    if form.is_valid():
        try:
            fast_track_queue.plan_slot(by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("ssc:fast-track")
    return _home(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a granted request's place in the queue, or take something out of it."""
    require(request.user, Duty.SEEK_SSC_VIEW)
    row = get_object_or_404(
        TestSlot.objects.select_related("organisation", "fast_track"), pk=pk, ended_on=None
    )
    seen = {"version": row.version}
    order, end = OrderForm(initial=seen | {"priority": row.priority}), ReasonForm(initial=seen)
    if request.method == "POST":
        is_order = "priority" in request.POST
        form = OrderForm(request.POST) if is_order else ReasonForm(request.POST)
        order, end = (form, end) if is_order else (order, form)
        if form.is_valid():
            act = fast_track_queue.reorder if is_order else fast_track_queue.end_slot
            try:
                act(slot=row, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                return redirect("ssc:fast-track")
    works = [Work("Take it out of the queue", request.path, end, "Take it out", bad=True)]
    if row.priority is not None:
        works = [
            Work("Change its place among those that were granted", request.path, order, "Change its place")
        ]
    record = Record(
        title=row.combination, lede="A place in the testing queue.", clause="PPCT-9.17", crumbs=_crumbs(), here="Place",
        facts=facts([
            ("Testing Participant", row.organisation), ("Planned for", row.planned_on), ("Place among the granted", row.priority),
        ]),
        works=works,
    )  # fmt: skip
    return page(request, "record.html", record.context(), status=422 if order.errors or end.errors else 200)
