"""List changes on the Secretariat's desk: choosing them, and the second person's decision (chart 3)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from cpl.admin.decisions import DecisionForm, draw
from cpl.models import DeviceModel, Edition, ListChange, RaisedWarning
from cpl.rules.limbs import Limb
from cpl.rules.listing import listing_limbs
from cpl.rules.publication import due_for_publication, format_edition, next_edition_number
from cpl.services import reinstatements, removals
from cpl.services.list_changes import approve_list_changes, digest_of, send_back
from cpl.services.listing_facts import listing_facts
from cpl.services.publication import next_edition
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Conflict, Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag
from secgov.journal.models import Obligation
from secgov.journal.services import working_calendar

KINDS = {"add": "good", "remove": "bad", "reinstate": "info", "correct": "law"}
STATES = {"proposed": "warn", "approved": "info", "issued": "good", "cancelled": "gone"}
ORDER = (
    "Status", "Device type", "Manufacturer", "Model and hardware", "Firmware", "Specification", "Hash", "Image creator",
    "Image descriptor", "Certificates", "Firmware details",
)  # fmt: skip
"""The order in which a person reads an entry; what is stored has none."""
IDENTIFIERS = {"Model and hardware", "Firmware", "Hash"}
MOST_AT_ONCE = 50
EFFECTS = {"add": 1, "reinstate": 1, "remove": -1}


@dataclass(frozen=True, slots=True)
class Cell:
    """A field before and after; None where the entry is not on the list, or the field says nothing."""

    field: str
    before: Any
    after: Any
    is_identifier: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as its decision page shows it."""

    change: ListChange
    kind: str
    state: str
    device: str
    cells: list[Cell]
    same: int
    gates: list[Limb]
    warnings: list[RaisedWarning]
    obligation: Obligation | None


class DecideForm(DecisionForm):
    """The second person's decision about exactly what stands on the page."""

    decision = forms.ChoiceField(
        label="Do you approve?",
        choices=[("approve", "Approve"), ("back", "Send back to the Secretariat")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to approve or to send back."},
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ("digest", "decision", "reason")

    def __init__(self, *args: Any, many: int = 1, duty: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]  # each change brings its own
        all_of_it = {1: "it", 2: "both"}.get(many, f"all {many}")
        # What the Panel must do cannot be sent back; it ends by itself where its ground falls.
        back = [] if duty else [("back", f"Send {all_of_it} back to the Secretariat")]
        self.fields["decision"].choices = [("approve", f"Approve {all_of_it}"), *back]
        self.fields["reason"].help_text = "Kept in the journal. The public sees the clause, not this text."


@admin.register(ListChange)
class ListChangeAdmin(RegisterAdmin):
    """Every change of the list with its clause; those that wait are looked at together."""

    list_display = (
        "what",
        "standing",
        "entry",
        "device",
        "clause",
        "proposed_by",
        "proposed_at",
        "edition_number",
    )
    list_filter = ("state", "kind", "clause")
    search_fields = ("=entry_number", "submission__reference", "reason", "public_reason")
    date_hierarchy = "proposed_at"
    list_select_related = ("submission", "device_model", "proposed_by", "approved_by", "edition")
    actions = ("look_at_these_together",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListChange]:
        """Leave the editions' bytes where they are."""
        return super().get_queryset(request).defer("edition__manifest")

    @admin.display(description="change", ordering="kind")
    def what(self, change: ListChange) -> SafeString:
        """What kind of change it is."""
        return tag(KINDS[change.kind], change.get_kind_display())

    @admin.display(description="state", ordering="state")
    def standing(self, change: ListChange) -> SafeString:
        """The state as a word with its shape."""
        return tag(STATES[change.state], change.get_state_display())

    @admin.display(description="entry", ordering="entry_number")
    def entry(self, change: ListChange) -> SafeString:
        """The entry's number."""
        return identifier(f"{change.entry_number:06d}")

    @admin.display(description="device")
    def device(self, change: ListChange) -> str:
        """The Device Model in a few words."""
        return _device(change)

    @admin.display(description="edition", ordering="edition")
    def edition_number(self, change: ListChange) -> str:
        """The edition that carries it, if one does."""
        return str(change.edition) if change.edition else ""

    @admin.action(description="Look at these together")
    def look_at_these_together(self, request: HttpRequest, queryset: QuerySet[ListChange]) -> HttpResponse:
        """Lead to the decision page of the changes that were ticked."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
        return redirect(
            f"{reverse('admin:cpl_listchange_approve')}?{urlencode({'change': keys}, doseq=True)}"
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the decision page."""
        decide = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.decide))
        return [path("approve/", decide, name="cpl_listchange_approve"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a change on the page where it is, or was, decided."""
        return redirect(f"{reverse('admin:cpl_listchange_approve')}?{urlencode({'change': object_id})}")

    def decide(self, request: HttpRequest) -> HttpResponse:
        """Show what will change, and take the decision about exactly that."""
        if request.method != "POST":
            return self._page(request, _changes(request.GET.getlist("change")))
        seen = _as_seen(request.POST.getlist("change"))
        form = DecideForm(request.POST, many=len(seen))
        if form.is_valid():
            try:
                return self._carry_out(request, seen, form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            except Conflict as conflict:
                return self._page(
                    request, _changes([str(each.pk) for each in seen]), conflict=conflict, status=409
                )
        return self._page(request, _changes([str(each.pk) for each in seen]), form=form, status=422)

    def _carry_out(
        self, request: HttpRequest, seen: list[ListChange], values: dict[str, str]
    ) -> HttpResponse:
        at = clock.now()
        if values["decision"] == "approve":
            done = approve_list_changes(
                changes=seen, digest=values["digest"], by=request.user, at=at, reason=values["reason"]
            )
            words = (
                "is in force. The next edition carries it."
                if len(done) == 1
                else "are in force. The next edition carries them."
            )
        else:
            done = send_back(changes=seen, by=request.user, at=at, reason=values["reason"])
            words = "is back with the Secretariat." if len(done) == 1 else "are back with the Secretariat."
        notes.success(request, f"{' and '.join(str(each) for each in done)} {words}")
        return redirect("admin:index")

    def _page(
        self, request: HttpRequest, changes: list[ListChange], *, form: DecideForm | None = None,
        conflict: Conflict | None = None, status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        open_ones = [each for each in changes if each.state == ListChange.State.PROPOSED]
        may = permitted(request.user, Duty.APPROVE_LIST_CHANGE) or (
            not settings.FOUR_EYES and permitted(request.user, Duty.PROPOSE_LIST_CHANGE)
        )
        digest = digest_of(changes)
        if may and len(open_ones) == len(changes) and form is None:
            duty = any(each.is_duty for each in changes)
            form = DecideForm(initial={"digest": digest}, many=len(changes), duty=duty, auto_id="decide_%s")
        newest = Edition.objects.placed().defer("manifest").first()
        now = clock.now()
        context = {
            "shown": [_shown(each) for each in changes],
            "changes": changes,
            "kinds": _kinds(changes),
            "waiting_for_decision": len(open_ones) == len(changes),
            "may": may,
            "form": form,
            "digest": digest,
            "conflict": conflict,
            "own": any(each.proposed_by_id == request.user.pk for each in changes),
            "four_eyes": settings.FOUR_EYES,
            "newest": newest,
            "next_number": format_edition(next_edition_number(newest.number if newest else None)),
            "window": settings.EDITION_WINDOW_MINUTES,
            "next": next_edition(),
            "totals": _totals(newest, changes),
            "last_moment": due_for_publication(_required_since(changes, now), working_calendar()),
        }
        return draw(request, "admin/cpl/approve.html", context, status=status)


def _required_since(changes: list[ListChange], now: dt.datetime) -> dt.datetime:
    """Since when the first of the changes is required: a duty since its last gate cleared, all else from now (A-68)."""
    return min([each.required_at for each in changes if each.is_duty and each.required_at], default=now)


def _changes(keys: list[str]) -> list[ListChange]:
    """Fetch the changes asked for, in one order. Raises Http404 where any is not there."""
    wanted = {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 18}
    rows = list(
        ListChange.objects.filter(pk__in=wanted)
        .select_related(
            "submission__relists",
            "device_model",
            "evidence",
            "proposed_by",
            "approved_by",
            "edition",
            "removal_event",
            "determination",
        )
        .prefetch_related("determination__events")
        .defer("edition__manifest")
        .order_by("pk")
    )
    if not rows or len(rows) != len(wanted) or len(rows) > MOST_AT_ONCE:
        raise Http404
    return rows


def _as_seen(posted: list[str]) -> list[ListChange]:
    """Read `key:version` of each change as the person saw it; what is not of that form was never on our page."""
    seen = []
    for each in posted:
        key, _, version = each.partition(":")
        if not (
            key.isascii() and key.isdigit() and version.isascii() and version.isdigit() and len(each) < 30
        ):
            raise Http404
        seen.append(ListChange(pk=int(key), version=int(version)))
    if not seen:
        raise Http404
    return seen


def _device(change: ListChange) -> str:
    row = change.submission or change.device_model
    if row is None:
        return ""
    maker = row.manufacturer_identifier if isinstance(row, DeviceModel) else row.manufacturer_name
    return f"{row.short_type}, {maker}"


def _shown(change: ListChange) -> ShownChange:
    before, after = change.before or {}, change.after
    names = sorted(after, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    cells = [
        Cell(name, before.get(name), after[name], name in IDENTIFIERS)
        for name in names
        if after[name] and before.get(name) != after[name]
    ]
    return ShownChange(
        change=change,
        kind=KINDS[change.kind],
        state=STATES[change.state],
        device=_device(change),
        cells=cells,
        same=sum(before.get(name) == value for name, value in after.items()),
        gates=_gates(change),
        warnings=_answered_warnings(change),
        obligation=Obligation.objects.standing().about(change).order_by("-by_law", "due_at").first(),
    )


def _answered_warnings(change: ListChange) -> list[RaisedWarning]:
    """Give the warnings about the submission that somebody answered, for the second person to weigh."""
    if change.submission is None:
        return []
    answered = change.submission.warnings.filter(answer=RaisedWarning.Answer.RIGHT)
    return list(answered.select_related("evidence", "answered_by"))


def _gates(change: ListChange) -> list[Limb]:
    """Judge the gates of a waiting change now, as its approval will; of a decided one give them as they stood."""
    if change.state == ListChange.State.PROPOSED and change.submission:
        today = clock.today()
        return list(listing_limbs(listing_facts(change.submission, on=today), on=today))
    if change.state == ListChange.State.PROPOSED and change.kind == ListChange.Kind.REMOVE:
        return removals.gates_now(change, at=clock.now())
    if change.state == ListChange.State.PROPOSED and change.kind == ListChange.Kind.REINSTATE:
        return reinstatements.gates_now(change)
    return [
        Limb(each["clause"], each["asks"], "" if each["met"] else "It was not met.") for each in change.gates
    ]


def _kinds(changes: list[ListChange]) -> list[tuple[str, int]]:
    names = {kind.value: kind.label.lower() for kind in ListChange.Kind}
    return [
        (name, count) for kind, name in names.items() if (count := sum(each.kind == kind for each in changes))
    ]


def _totals(newest: Edition | None, changes: list[ListChange]) -> dict[str, tuple[int, int]]:
    """How many entries there are before and after: the newest edition, with what is approved, and then with these."""
    waiting = list(ListChange.objects.approved().select_related("submission"))
    current = newest.current_entries if newest else 0
    removed = newest.removed_entries if newest else 0
    was = _moved(current, removed, waiting)
    will = _moved(*was, [each for each in changes if each.state == ListChange.State.PROPOSED])
    return {"entries": (sum(was), sum(will)), "current": (was[0], will[0]), "removed": (was[1], will[1])}


def _moved(current: int, removed: int, changes: list[ListChange]) -> tuple[int, int]:
    for change in changes:
        effect = EFFECTS.get(change.kind, 0)
        returns = change.kind == "reinstate" or bool(change.submission and change.submission.relists_id)
        current += effect
        removed += 1 if change.kind == "remove" else -1 if returns else 0
    return current, removed
