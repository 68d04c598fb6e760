"""The incompatibility matrix on the Secretariat's desk: a draft is edited pair by pair, and published whole (F2.11)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cpl.admin.decisions import draw
from cpl.models import MatrixSpecification, MatrixVersion
from cpl.portal.judged import error_of
from cpl.rules import matrix as rules
from cpl.services.matrix import (
    add_specification,
    begin_matrix,
    draft,
    pairs_in,
    publish_matrix,
    remove_specification,
    say_of_pair,
    versions_in,
)
from cpl.web.matrix import grid
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag

MOST_GAPS = 40
SAYABLE = [*rules.VALUES, (rules.NOT_KNOWN, "Not known")]


def _version_field(label: str) -> forms.ModelChoiceField:
    """A choice among the Versions of the draft."""
    return forms.ModelChoiceField(
        MatrixSpecification.objects.none(), label=label, empty_label="Choose one",
        error_messages={"required": "Choose a version.", "invalid_choice": "Choose one of the versions in the list."},
    )  # fmt: skip


class EditForm(forms.Form):
    """An edit, bound to the matrix that the person saw."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)

    def refuse(self, refusal: Refusal) -> None:
        """Show what the service refused, each sentence beside its field."""
        for each in refusal.each:
            self.add_error(each.field if each.field in self.fields else None, error_of(each))


class SpecificationForm(EditForm):
    """A Version of a Technical Specification with one GBCS Version (F2.12(b))."""

    specification = forms.ChoiceField(
        choices=[(code, f"{code}: {name}") for code, name in rules.SPECIFICATIONS]
    )
    spec_version = forms.CharField(
        label="Version", max_length=8, help_text="For example 4.2.",
        error_messages={"required": "Give the version, for example 4.2."},
    )  # fmt: skip
    gbcs_version = forms.CharField(
        label="GBCS version", max_length=8, help_text="One; add another row for another GBCS version.",
        error_messages={"required": "Give the GBCS version, for example 4.0."},
    )  # fmt: skip


class PairForm(EditForm):
    """What is known of two Versions (F2.11)."""

    first = _version_field("One version")
    second = _version_field("The other version")
    value = forms.ChoiceField(label="They are", choices=SAYABLE)
    constraint_text = forms.CharField(
        label="Constraints", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only where they are compatible with constraints.",
    )  # fmt: skip
    source = forms.CharField(
        label="Where this was identified", max_length=300, help_text="A document or a decision.",
        error_messages={"required": "Name the document or the decision."},
    )  # fmt: skip

    def __init__(self, *args: Any, version: MatrixVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = version.specifications.all()
        if self.data.get("value") == rules.NOT_KNOWN:
            self.fields["source"].required = False  # what is unsaid rests on nothing


class PublishForm(EditForm):
    """The publication of the whole draft (F2.13)."""

    summary = forms.CharField(
        label="What changed", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For everybody: it stands on the page and in the notice to each Party.",
        error_messages={"required": "Say what changed: one sentence will do."},
    )  # fmt: skip


class RemoveForm(EditForm):
    """A Version to be taken out, with what is said of it."""

    row = _version_field("Version")

    def __init__(self, *args: Any, version: MatrixVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row"].queryset = version.specifications.all()


@admin.register(MatrixVersion)
class MatrixVersionAdmin(RegisterAdmin):
    """Versions of the matrix; a published one is never changed."""

    change_list_template = "admin/cpl/matrix_list.html"
    list_display = ("__str__", "standing", "begun_at", "published_at", "summary")
    search_fields = ("summary",)
    date_hierarchy = "published_at"

    @admin.display(description="state", ordering="published_at")
    def standing(self, version: MatrixVersion) -> SafeString:
        """Draft or published."""
        return tag("good", "Published") if version.published_at else tag("", "Draft")

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("begin/", view(require_POST(self.begin)), name="cpl_matrixversion_begin"),
            path("<int:pk>/edit/<slug:edit>/", view(require_POST(self.edit)), name="cpl_matrixversion_edit"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """List the versions, with the way to a new one for whoever keeps the matrix."""
        keeps = permitted(request.user, Duty.KEEP_MATRIX) is not None
        return super().changelist_view(request, {**(extra_context or {}), "draft": draft(), "keeps": keeps})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one version, with the forms while it is a draft."""
        version = get_object_or_404(MatrixVersion, pk=object_id if object_id.isdigit() else None)
        return self._page(request, version)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """Begin a new version, or go on with the one begun."""
        version = begin_matrix(by=request.user, at=clock.now())
        return redirect(self._address(version))

    def edit(self, request: HttpRequest, pk: int, edit: str) -> HttpResponse:
        """Do one edit, or publish."""
        version = get_object_or_404(MatrixVersion, pk=pk)
        form = _forms(version, edit, request.POST).get(edit)
        if form is None:
            return redirect(self._address(version))
        if form.is_valid():
            act = {"by": request.user, "at": clock.now(), **form.cleaned_data}
            try:
                done = _do(edit, version, act)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, done)
                return redirect(self._address(version))
        return self._page(request, version, {edit: form}, status=422)

    def _address(self, version: MatrixVersion) -> str:
        return reverse("admin:cpl_matrixversion_change", args=[version.pk])

    def _page(
        self,
        request: HttpRequest,
        version: MatrixVersion,
        refused: dict[str, Any] | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        versions, pairs = versions_in(version), pairs_in(version)
        gaps = rules.gaps(versions, pairs)
        keeps = permitted(request.user, Duty.KEEP_MATRIX) is not None
        forms_shown = {}
        if version.published_at is None and keeps:
            forms_shown = _forms(version) | (refused or {})
        context = {
            "version": version,
            "columns": versions,
            "grid": grid(versions, pairs),
            "gaps": gaps[:MOST_GAPS],
            "gaps_total": len(gaps),
            "forms": forms_shown,
            "refused": next(iter((refused or {}).values()), None),
        }
        return draw(request, "admin/cpl/matrix.html", context, status=status)


def _do(edit: str, version: MatrixVersion, act: dict[str, Any]) -> str:
    """Hand an edit to its service; give what was done, in a sentence. Raises Refusal."""
    if edit == "specification":
        return f"{add_specification(version=version, **act)} is added."
    if edit == "remove":
        named = str(act["row"])
        remove_specification(**act)
        return f"{named} is taken out, with all that was said of it."
    if edit == "pair":
        say_of_pair(version=version, **act)
        said = dict(SAYABLE)[act["value"]].lower()
        return f"{act['first']} and {act['second']}: {said}."
    publish_matrix(version=version, **act)
    return f"{version} is published, and every Party has its notice."


def _forms(version: MatrixVersion, bound: str = "", data: Any = None) -> dict[str, EditForm]:
    """Give the forms of a draft, the one named bound to what was sent."""

    def how(name: str) -> dict[str, Any]:
        sent = data if name == bound else None
        return {"data": sent, "initial": {"revision": version.revision}, "auto_id": f"{name}_%s"}

    return {
        "pair": PairForm(version=version, **how("pair")),
        "specification": SpecificationForm(**how("specification")),
        "remove": RemoveForm(version=version, **how("remove")),
        "publish": PublishForm(**how("publish")),
    }
