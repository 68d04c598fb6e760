"""A group of drafts that came in one file: its documents, its warnings answered alike, and its submission."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from cpl.models import RaisedWarning, Submission, SubmissionGroup
from cpl.portal.forms import DeclarationForm
from cpl.portal.frame import own_submission, page, version_seen
from cpl.portal.judged import refuse
from cpl.portal.progress import progress_of
from cpl.rules.warnings import counted
from cpl.services.groups import (
    MOST_SUBMITTED,
    answer_alike,
    documents_of,
    drafts_of,
    give_group_documents,
    submit_group,
    take_out,
)
from secgov.accounts.permissions import Duty, organisations_of
from secgov.documents.models import Classification
from secgov.documents.rules import KINDS_IN_WORDS, MEDIA_TYPES
from secgov.errors import Refusal
from secgov.journal import clock

SHOWN = 50
SHOWN_OF_A_KIND = 5


class SeveralFiles(forms.FileField):
    """Files, several at a time."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Judge each file by itself; give them as a list."""
        return [super(SeveralFiles, self).clean(each, initial) for each in data or [None]]


class _SeveralInput(forms.FileInput):
    allow_multiple_selected = True


class DocumentsForm(forms.Form):
    """The certificates' files, by the names that stand in the list."""

    use_required_attribute = False
    files = SeveralFiles(
        label="Files", max_length=300, help_text=f"Several at once. {KINDS_IN_WORDS}.",
        widget=_SeveralInput(attrs={"accept": ",".join(f".{each}" for each in MEDIA_TYPES), "multiple": True}),
        error_messages={"required": "Choose at least one file.", "empty": "A file is empty. Choose it again."},
    )  # fmt: skip
    classification = forms.ChoiceField(
        label="Who may see them", widget=forms.RadioSelect, initial=Classification.AMBER,
        choices=[
            (Classification.WHITE, "White: anybody, subject to copyright"),
            (Classification.GREEN, "Green: people who work with the Code"),
            (Classification.AMBER, "Amber: those who need to know"),
            (Classification.RED, "Red: named people only"),
        ],
        error_messages={"required": "Choose White, Green, Amber or Red: every document carries a classification."},
    )  # fmt: skip


class AnswerForm(forms.Form):
    """Why values that were warned about are right, once for all that are alike."""

    use_required_attribute = False
    code = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why they are right", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with each submission; the Secretariat reads it.",
        error_messages={"required": "Say why the values are right, or put them right."},
    )  # fmt: skip
    evidence = forms.FileField(
        required=False, max_length=300, help_text=f"Kept for audit, never published. {KINDS_IN_WORDS}."
    )


@dataclass
class Alike:
    """The same warning about several members."""

    code: str
    clause: str
    heading: str
    rows: list[RaisedWarning] = field(default_factory=list)
    form: AnswerForm | None = None

    @property
    def first(self) -> list[RaisedWarning]:
        """As many as are shown."""
        return self.rows[:SHOWN_OF_A_KIND]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return len(self.rows) - len(self.first)


def own_group(request: HttpRequest, reference: str) -> SubmissionGroup:
    """Give a group of one of the person's own organisations; anybody else's does not exist here."""
    organisations = organisations_of(request.user, Duty.SUBMIT_DEVICE)
    rows = SubmissionGroup.objects.filter(organisation__in=organisations)
    return get_object_or_404(
        rows.select_related("organisation").defer("upload__preview"), reference=reference
    )


@login_required
@require_safe
def show(request: HttpRequest, group: str) -> HttpResponse:
    """Show a group: what is left to do, its members, and the button that submits them together."""
    return _show(request, own_group(request, group))


@login_required
@require_POST
def documents(request: HttpRequest, group: str) -> HttpResponse:
    """Take the certificates' files."""
    row = own_group(request, group)
    form = DocumentsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            given = give_group_documents(group=row, by=request.user, at=clock.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Taken: {', '.join(each.name for each in given)}.")
            return redirect("portal:group", group)
    return _show(request, row, documents_form=form, status=422)


@login_required
@require_POST
def answer(request: HttpRequest, group: str) -> HttpResponse:
    """Answer the same warning of several members with one reason."""
    row = own_group(request, group)
    form = AnswerForm(request.POST, request.FILES, auto_id="answer_%s")
    chosen = next((each for each in _alike(row) if each.code == request.POST.get("code")), None)
    if chosen is None:
        return redirect("portal:group", group)
    if form.is_valid():
        try:
            some = [(each.submission, each.fingerprint) for each in chosen.rows[:MOST_SUBMITTED]]
            answered = answer_alike(
                group=row, warnings=some, by=request.user,
                at=clock.now(), reason=form.cleaned_data["reason"], evidence=form.cleaned_data["evidence"],
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Answered for {counted(answered, 'device')}: {chosen.heading}.")
            return redirect("portal:group", group)
    return _show(request, row, answer_form=form, status=422)


@login_required
@require_POST
def submit(request: HttpRequest, group: str) -> HttpResponse:
    """Submit every draft of the group, or none."""
    row = own_group(request, group)
    form = DeclarationForm(request.POST)
    declared = bool(form.is_valid() and form.cleaned_data["declaration"])
    seen = request.POST.get("members", "")
    members = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0
    try:
        done = submit_group(group=row, by=request.user, at=clock.now(), declared=declared, members=members)
    except Refusal as refusal:
        refuse(form, refusal)
        return _show(request, row, declaration=form, status=422)
    numbers = f"{done[0].entry_number:06d} to {done[-1].entry_number:06d}"
    messages.success(request, f"Submitted: {counted(len(done), 'device')}, with entry numbers {numbers}.")
    return redirect("portal:group", group)


@login_required
@require_POST
def leave(request: HttpRequest, group: str, member: str) -> HttpResponse:
    """Take a member out of the group; it stays a draft by itself."""
    own_group(request, group)
    draft = take_out(
        submission=own_submission(request, member),
        by=request.user,
        at=clock.now(),
        version=version_seen(request),
    )
    messages.success(request, f"{draft.reference} is out of the group, and a draft by itself.")
    return redirect("portal:group", group)


def _alike(row: SubmissionGroup) -> list[Alike]:
    """Give the open warnings of the drafts of a group, those that are the same together."""
    rows = RaisedWarning.objects.filter(
        submission__group=row, submission__state=Submission.State.DRAFT, answer=""
    ).select_related("submission", "submission__organisation")
    found: dict[str, Alike] = {}
    for each in rows.order_by("submission__group_row", "pk"):
        heading = HEADINGS.get(each.code, each.code.replace("-", " ").capitalize())
        found.setdefault(each.code, Alike(each.code, each.clause, heading)).rows.append(each)
    return list(found.values())


HEADINGS = {
    "firmware-coding": "The firmware version may be coded differently from its siblings",
    "manufacturer-name": "The manufacturer’s name looks like another, or stands otherwise",
    "identical-entry": "The very same device stands as an entry already",
    "removed-device-other-pair": "The same device was listed with other versions",
    "certificate-other-firmware": "A certificate names other firmware",
    "certificate-other-models": "A certificate was attested for other models only",
    "version-pair": "The specification and GBCS versions are unusual for this hardware",
    "hash-two-firmwares": "The Hash stands with another firmware",
    "hash-differs": "The Hash differs from that of the same firmware elsewhere",
    "hash-many-variants": "The Hash is shared by very many variants",
    "hash-other-manufacturer": "The Hash stands with another manufacturer",
    "hash-other-type": "The Hash stands with another device type",
}


def _show(
    request: HttpRequest,
    row: SubmissionGroup,
    *,
    documents_form: DocumentsForm | None = None,
    answer_form: AnswerForm | None = None,
    declaration: DeclarationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    drafts = drafts_of(row)
    alike = _alike(row)
    for index, each in enumerate(alike):
        refused = answer_form is not None and answer_form.data.get("code") == each.code
        initial = {"code": each.code}
        each.form = answer_form if refused else AnswerForm(initial=initial, auto_id=f"answer_{index}_%s")
    members = Paginator(row.submissions.order_by("group_row", "pk"), SHOWN).get_page(request.GET.get("page"))
    wanted = documents_of(row)
    context = {
        "group": row,
        "page": members,
        "progress": progress_of(members.object_list),
        "drafts": len(drafts),
        "alike": alike,
        "warned": {each.submission_id for kind in alike for each in kind.rows},
        "wanted": wanted,
        "portion": min(len(drafts), MOST_SUBMITTED),
        "lacking": sum(each["document"] is None for each in wanted),
        "documents_form": documents_form or DocumentsForm(),
        "declaration": declaration or DeclarationForm(),
        "form": documents_form or answer_form or declaration,
    }
    return page(request, "group.html", context, status=status)
