"""The work page of a submission: everything on one page, and the buttons of whoever may press them (chart 1)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.admin.certificates import certificate_work
from cpl.admin.comparing import show_versions
from cpl.admin.decisions import DecisionForm, ProposeForm, VersionForm, draw
from cpl.admin.documents import show_documents
from cpl.admin.reviewing import MOST_AT_ONCE, AskForm, AssignedFilter, assign, assign_form
from cpl.admin.warnings import answer_form, desk_warnings, put_right
from cpl.models import DeviceModel, Generation, ListingPeriod, Submission
from cpl.rules.image_file import read_image_file
from cpl.rules.listing import listing_limbs
from cpl.services.additions import propose_listing
from cpl.services.listing_facts import identity_of, listing_facts, offered_certificates
from cpl.services.queries import ask_query
from cpl.services.submissions import reject, take_up
from cpl.services.warning_answers import answer_warning
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag
from secgov.journal.models import Act, Obligation

State = Submission.State
KINDS = {
    State.SUBMITTED: "", State.IN_REVIEW: "info", State.QUERIED: "warn", State.PROPOSED: "law",
    State.ACCEPTED: "good", State.REJECTED: "bad", State.WITHDRAWN: "gone",
}  # fmt: skip
DECIDED = {State.ACCEPTED, State.REJECTED, State.WITHDRAWN}
MOST_SIBLINGS = 20
REVIEW = {
    State.SUBMITTED: ("take_up", "assign", "reject"),
    State.IN_REVIEW: ("propose", "ask", "assign", "reject"),
    State.QUERIED: ("assign", "reject"),
    State.PROPOSED: ("assign",),
}
"""The buttons that each state has."""


@admin.register(Submission)
class SubmissionAdmin(RegisterAdmin):
    """What was submitted. Drafts are their owners' own business and do not show."""

    list_display = (
        "ref",
        "standing",
        "device_type",
        "maker",
        "firmware",
        "organisation",
        "submitted_at",
        "assigned_to",
    )
    list_filter = ("state", AssignedFilter, "device_type", "organisation__kind")
    search_fields = (
        "reference",
        "=entry_number",
        "organisation__name",
        "manufacturer_identifier",
        "model_identifier",
        "firmware_version",
    )
    date_hierarchy = "submitted_at"
    list_select_related = ("organisation", "assigned_to")
    actions = ("take_or_hand_over",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Those that this person may see."""
        return Submission.objects.visible_to(request.user)

    @admin.display(description="reference", ordering="reference")
    def ref(self, submission: Submission) -> SafeString:
        """Its reference."""
        return identifier(submission.reference)

    @admin.display(description="state", ordering="state")
    def standing(self, submission: Submission) -> SafeString:
        """The state as a word with its shape."""
        return tag(KINDS[State(submission.state)], submission.get_state_display())

    @admin.display(description="manufacturer", ordering="manufacturer_identifier")
    def maker(self, submission: Submission) -> str:
        """Name and identifier."""
        return f"{submission.manufacturer_name} {submission.manufacturer_identifier}"

    @admin.display(description="firmware", ordering="firmware_version")
    def firmware(self, submission: Submission) -> SafeString:
        """The firmware version."""
        return identifier(submission.firmware_version)

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses."""
        view = self.admin_site.admin_view
        buttons = (
            ("take-up", self.take_up),
            ("propose", self.propose),
            ("ask", self.ask),
            ("reject", self.reject),
        )
        give = require_http_methods(["GET", "HEAD", "POST"])(assign)
        return [
            path("assign/", view(give), name="cpl_submission_assign"),
            path("<int:pk>/documents/", view(require_safe(show_documents)), name="cpl_submission_documents"),
            path("<int:pk>/versions/", view(require_safe(show_versions)), name="cpl_submission_versions"),
            *(
                path(
                    f"<int:pk>/{name}/", view(require_POST(button)), name=f"cpl_submission_{button.__name__}"
                )
                for name, button in buttons
            ),
            path(
                "<int:pk>/warnings/<slug:fingerprint>/",
                view(require_POST(self.answer_warning)),
                name="cpl_submission_answer_warning",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show everything that bears on one submission."""
        return self._page(request, self._submission(request, object_id))

    @admin.action(description="Take these, or hand them over")
    def take_or_hand_over(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse:
        """Lead to the page that gives the ticked ones to a person."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
        return redirect(
            f"{reverse('admin:cpl_submission_assign')}?{urlencode({'submission': keys}, doseq=True)}"
        )

    def ask(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the owner something."""
        submission = self._submission(request, pk)
        form = _ask_form(submission, request.POST)
        if form.is_valid():
            try:
                ask_query(submission=submission, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "The owner has been told by mail, and answers in the portal.")
                return redirect("admin:cpl_submission_change", pk)
        return self._page(request, submission, ask=form)

    def take_up(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin the review."""
        submission = self._submission(request, pk)
        form = VersionForm(request.POST)
        if form.is_valid():
            take_up(submission=submission, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, f"You have taken up {submission.reference}.")
        return redirect("admin:cpl_submission_change", pk)

    def propose(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose the listing to a second person."""
        submission = self._submission(request, pk)
        form = _propose_form(submission, request.POST)
        if form.is_valid():
            values = form.cleaned_data
            override = values.pop("override_reason", "")
            try:
                change = propose_listing(
                    submission=submission,
                    by=request.user,
                    at=clock.now(),
                    eligibility_override=override,
                    **values,
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"The listing of entry {change.entry_number:06d} waits for an Approver."
                )
                return redirect("admin:cpl_submission_change", pk)
        return self._page(request, submission, propose=form)

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End the submission without a listing."""
        submission = self._submission(request, pk)
        form = _reject_form(submission, request.POST)
        if form.is_valid():
            try:
                reject(submission=submission, by=request.user, at=clock.now(), **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"{submission.reference} is rejected. The submitter has been told why."
                )
                return redirect("admin:cpl_submission_change", pk)
        return self._page(request, submission, reject=form)

    def answer_warning(self, request: HttpRequest, pk: int, fingerprint: str) -> HttpResponse:
        """Say why a value that looks out of line is right."""
        submission = self._submission(request, pk)
        form = answer_form(fingerprint, request.POST, request.FILES)
        if form.is_valid():
            try:
                answer_warning(
                    submission=submission,
                    fingerprint=fingerprint,
                    by=request.user,
                    at=clock.now(),
                    reason=form.cleaned_data["reason"],
                    upload=form.cleaned_data["evidence"],
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "Your reason is kept with the submission.")
                return redirect("admin:cpl_submission_change", pk)
        return self._page(request, submission, warning={fingerprint: form})

    def _submission(self, request: HttpRequest, pk: Any) -> Submission:
        rows = Submission.objects.visible_to(request.user).select_related(
            "organisation", "created_by", "taken_up_by", "assigned_to", "relists"
        )
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _page(self, request: HttpRequest, submission: Submission, **refused: Any) -> HttpResponse:
        today = clock.today()
        given = list(
            submission.certificates.select_related("document", "mapping_evidence").order_by("body", "number")
        )
        documents = {row.certificate_id: row.document for row in given}
        siblings = _siblings(submission)
        limbs = listing_limbs(listing_facts(submission, on=today), on=today)
        review = permitted(request.user, Duty.REVIEW_SUBMISSION)
        own = review is not None and review.organisation.pk == submission.organisation_id
        context = {
            "submission": submission,
            "kind": KINDS[State(submission.state)],
            "form": next(iter(refused.get("warning", refused).values()), None),
            "limbs": limbs,
            "lacking": [each for each in limbs if not each.met],
            "warnings": desk_warnings(
                submission, may_answer=bool(review and not own), refused=refused.get("warning")
            ),
            "put_right": put_right(submission),
            "siblings": siblings[:MOST_SIBLINGS],
            "more_siblings": max(0, len(siblings) - MOST_SIBLINGS),
            "mapped": [row for row in given if row.firmware_named],
            "image_file": read_image_file(submission.image_file),
            "given_only": [row for row in given if row.certificate_id is None],
            "certificates": [
                {**certificate_work(request, each), "given_document": documents.get(each.pk)}
                for each in offered_certificates(submission)
            ],
            "change": submission.changes.order_by("-id").first(),
            "questions": submission.queries.select_related("asked_by", "answered_by", "document").order_by(
                "-id"
            ),
            "versions": submission.versions.count(),
            "obligations": Obligation.objects.about(submission).order_by("id"),
            "acts": _acts(submission),
            "own": own,
            **(_buttons(submission, request) if review and not own else {}),
            **refused,
        }
        return draw(request, "admin/cpl/submission.html", context, status=422 if refused else 200)


def _buttons(submission: Submission, request: HttpRequest) -> dict[str, Any]:
    offered = REVIEW.get(State(submission.state), ())
    forms = {
        "take_up": VersionForm(initial={"version": submission.version}),
        "propose": _propose_form(submission),
        "ask": _ask_form(submission),
        "assign": assign_form(request),
        "reject": _reject_form(submission),
    }
    return {name: form for name, form in forms.items() if name in offered}


def _propose_form(submission: Submission, data: Any = None) -> ProposeForm:
    return ProposeForm(
        data,
        initial={"version": submission.version},
        smets1=identity_of(submission).generation == Generation.SMETS1,
        auto_id="propose_%s",
    )


def _ask_form(submission: Submission, data: Any = None) -> AskForm:
    return AskForm(data, initial={"version": submission.version}, auto_id="ask_%s")


def _reject_form(submission: Submission, data: Any = None) -> DecisionForm:
    form = DecisionForm(data, initial={"version": submission.version}, auto_id="reject_%s")
    form.fields["reason"].help_text = "The submitter is told this, word for word. The number stays burnt."
    return form


def _siblings(submission: Submission) -> list[DeviceModel]:
    """The entries to compare with: those of the same manufacturer and model, the newest first."""
    own = submission.relists_id or submission.entry_number
    same = DeviceModel.objects.filter(
        manufacturer=submission.manufacturer_identifier, model_identifier=submission.model_identifier
    ).exclude(pk=own)
    listed = set(
        ListingPeriod.objects.open().filter(device_model__in=same).values_list("device_model_id", flat=True)
    )
    rows = list(same.order_by("-number"))
    for row in rows:
        row.is_listed = row.pk in listed
    return rows


def _acts(submission: Submission) -> QuerySet[Act]:
    """What happened to the submission, to its list changes and to its certificates, newest first."""
    changes = [str(pk) for pk in submission.changes.values_list("pk", flat=True)]
    certificates = [
        str(pk)
        for pk in submission.certificates.exclude(certificate=None).values_list("certificate_id", flat=True)
    ]
    about = (
        Q(subject_type="cpl.submission", subject_id=str(submission.pk))
        | Q(subject_type="cpl.listchange", subject_id__in=changes)
        | Q(subject_type="cpl.assurancecertificate", subject_id__in=certificates)
    )
    return Act.objects.filter(about).select_related("actor")[:40]
