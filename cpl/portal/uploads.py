"""A file of many devices: the templates, the upload, how far its check is, and what was found row by row."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Func, JSONField, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cpl.models import Upload
from cpl.portal.frame import check_may_submit, page
from cpl.portal.judged import refuse
from cpl.services.groups import make_drafts
from cpl.services.uploads import receive_upload
from cpl.upload_reading import MOST_ROWS
from cpl.upload_template import csv_template, xlsx_template
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.documents.rules import MEDIA_TYPES
from secgov.errors import Refusal
from secgov.journal import clock

SHOWN = 50
TEMPLATES = {"csv": csv_template, "xlsx": xlsx_template}


class UploadForm(forms.Form):
    """A file of many devices, for one of the person's organisations."""

    use_required_attribute = False
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label="You submit for", empty_label=None
    )
    file = forms.FileField(
        label="Your list", max_length=300, help_text=f"CSV or XLSX, made from a template. At most {MOST_ROWS:,} devices.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": "Choose the file with your list.",
            "empty": "The file is empty. Choose it again; it may not have been saved.",
        },
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations
        if len(organisations) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()
            self.fields["organisation"].initial = organisations[0].pk


def own_uploads(request: HttpRequest) -> Any:
    """Give the uploads of the organisations that the person submits for, newest first, without their rows."""
    organisations = organisations_of(request.user, Duty.SUBMIT_DEVICE)
    rows = Upload.objects.filter(organisation__in=organisations).defer("preview", "problems")
    return rows.select_related("document", "organisation", "group", "by")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Offer the templates and take a file; the worker checks it."""
    check_may_submit(request.user)
    ids = [each.pk for each in organisations_of(request.user, Duty.SUBMIT_DEVICE)]
    organisations = Organisation.objects.filter(pk__in=ids)
    if request.method != "POST":
        return _show(request, UploadForm(organisations=organisations))
    form = UploadForm(request.POST, request.FILES, organisations=organisations)
    if form.is_valid():
        try:
            taken = receive_upload(
                organisation=form.cleaned_data["organisation"], file=form.cleaned_data["file"], by=request.user, at=clock.now()
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:uploaded", taken.pk)
    return _show(request, form, status=422)


def _show(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    return page(request, "upload.html", {"form": form, "earlier": own_uploads(request)[:10]}, status=status)


@login_required
@require_safe
def template(request: HttpRequest, form: str) -> HttpResponse:
    """Hand out a template to save."""
    check_may_submit(request.user)
    if form not in TEMPLATES:
        raise Http404
    answer = HttpResponse(TEMPLATES[form](), content_type=MEDIA_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="devices-template.{form}"'
    return answer


@login_required
@require_safe
def uploaded(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the check is; then what is wrong row by row, or the rows as drafts would hold them."""
    row = get_object_or_404(own_uploads(request), pk=pk)
    context: dict[str, Any] = {"upload": row, "kind": KINDS[Upload.State(row.state)]}
    if row.state == Upload.State.REFUSED:
        context["problems"] = Upload.objects.values_list("problems", flat=True).get(pk=row.pk)
    if row.state == Upload.State.CHECKED:
        found = Paginator(range(row.rows_total), SHOWN).get_page(request.GET.get("page"))
        context |= {"page": found, "rows": _rows(row, found.start_index() - 1), "warned": _warned(row)}
    return page(request, "uploaded.html", context)


KINDS = {
    Upload.State.WAITING: "info",
    Upload.State.CHECKED: "good",
    Upload.State.REFUSED: "bad",
    Upload.State.MADE: "plain",
}


def _rows(row: Upload, first: int) -> list[dict[str, Any]]:
    """Read one page of the rows; the database cuts it out, since thousands of rows are many megabytes."""
    return _cut(row, f"$[{first} to {first + SHOWN - 1}]")


def _warned(row: Upload) -> int:
    """Count the rows that a warning is about, which asks for an answer."""
    return len(_cut(row, "$[*] ? (exists(@.warnings[*] ? (@.asks == true))).row"))


def _cut(row: Upload, path: str) -> list[Any]:
    cut = Func(
        F("preview"),
        Value(path),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    return Upload.objects.annotate(cut=cut).values_list("cut", flat=True).get(pk=row.pk)


@login_required
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """Make drafts of the rows, in one group."""
    row = get_object_or_404(own_uploads(request), pk=pk)
    group = make_drafts(upload=row, by=request.user, at=clock.now())
    return redirect("portal:group", group.reference)
