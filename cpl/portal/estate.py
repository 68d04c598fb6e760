"""My estate: the Device Models that one's organisation supplies, their certificates and dates, what is open, newer firmware."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from openpyxl import Workbook

from cpl.models import EstateClaim
from cpl.portal.frame import page
from cpl.portal.judged import DAY_FORMATS, refuse
from cpl.rendering import neutralise
from cpl.services.dcc_list_contents import counts_for, proposed_estate
from cpl.services.estate import EstateReport, claim_from_file, claim_model, end_claim, suppliers_beside
from cpl.services.estate_rows import EstateLine, estate_lines, models_of
from secgov.accounts.models import Organisation
from secgov.accounts.permissions import Duty, organisations_of
from secgov.documents.rules import MEDIA_TYPES
from secgov.errors import Conflict, Refusal
from secgov.journal import clock

PAGE = 50
MOST_PROPOSED = 50
MOST_BYTES = 5 * 1024 * 1024
XLSX = MEDIA_TYPES["xlsx"]
COLUMNS = (
    "entry", "on the list", "device type", "manufacturer", "model", "hardware", "firmware", "role", "since",
    "certificate", "standing", "date kind", "date", "renewal owed by", "due", "newer firmware", "entry of newer firmware",
)  # fmt: skip


class ClaimForm(forms.Form):
    """One Device Model that the organisation supplies."""

    use_required_attribute = False
    entry = forms.CharField(
        label="Entry number", max_length=6, widget=forms.TextInput(attrs={"class": "w-s id", "inputmode": "numeric"}),
        error_messages={"required": "Give the entry’s number, for example 000123."},
    )  # fmt: skip
    role = forms.ChoiceField(label="You supply it as", choices=EstateClaim.Role.choices)
    since = forms.DateField(
        label="Since", input_formats=DAY_FORMATS, widget=forms.DateInput(attrs={"class": "w-m"}),
        help_text="For example 1 February 2027.",
        error_messages={
            "required": "Give the day from which you supply it.",
            "invalid": "Give a day, for example 1 February 2027.",
        },
    )  # fmt: skip
    taken_over_from = forms.ModelChoiceField(
        Organisation.objects.none(), label="Taken over from", required=False, empty_label="nobody",
        help_text="That Supplier’s claim ends the same day, and it is told.",
    )  # fmt: skip

    def __init__(self, *args: Any, others: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_over_from"].queryset = Organisation.objects.filter(
            pk__in=[each.pk for each in others]
        )

    def clean_entry(self) -> int:
        """Read the number."""
        text = self.cleaned_data["entry"].strip()
        if not (text.isascii() and text.isdigit()):
            raise ValidationError("An entry’s number has up to six digits, for example 000123.")
        return int(text)


class FileForm(forms.Form):
    """Many Device Models at once."""

    use_required_attribute = False
    file = forms.FileField(
        label="Your list", help_text="CSV or XLSX with the columns entry, role and since. All rows are taken, or none.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": "Choose the file with your list.", "empty": "The file is empty. Choose it again."},
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse what is too large to be an estate."""
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES:
            raise ValidationError("The file is larger than 5 MB. Send it in parts.")
        return given


def own_organisations(request: HttpRequest) -> list[Organisation]:
    """Give the organisations whose estate the person sees: Suppliers, and the DCC with its hubs."""
    found = organisations_of(request.user, Duty.KEEP_ESTATE)
    dcc = [
        each
        for each in organisations_of(request.user, Duty.RECORD_RENEWAL)
        if each.kind == Organisation.Kind.DCC
    ]
    return [*found, *dcc]


def _organisation(request: HttpRequest) -> Organisation:
    mine = own_organisations(request)
    asked = request.GET.get("organisation") or request.POST.get("organisation")
    chosen = next((each for each in mine if str(each.pk) == asked), mine[0] if mine and not asked else None)
    if chosen is None:
        raise Http404
    return chosen


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def estate(request: HttpRequest) -> HttpResponse:
    """Show the estate; claim a Device Model by POST."""
    if request.method != "POST":
        return _show(request, _organisation(request))
    organisation = _organisation(request)
    form = ClaimForm(request.POST, others=list(suppliers_beside(organisation)))
    if form.is_valid():
        try:
            made = claim_model(
                organisation=organisation, by=request.user, at=clock.now(), **form.cleaned_data
            )
        except Refusal as refusal:
            refuse(form, refusal)
        except Conflict as conflict:
            form.add_error("entry", str(conflict))
        else:
            said = f"Entry {made.device_model_id:06d} is in your estate, as {made.get_role_display()}."
            messages.success(request, said)
            return redirect("portal:estate")
    return _show(request, organisation, form=form, status=422)


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Claim every Device Model of a file, or say row by row what is wrong with it."""
    organisation = _organisation(request)
    form = FileForm(request.POST, request.FILES)
    report = None
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            report = claim_from_file(
                organisation=organisation, name=given.name, data=given.read(), by=request.user, at=clock.now()
            )
        except Refusal as refusal:
            refuse(form, refusal)
    good = report is not None and not report.problems
    return _show(request, organisation, file_form=form, report=report, status=200 if good else 422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why a claim ends, and end it."""
    mine = EstateClaim.objects.current().filter(
        organisation__in=organisations_of(request.user, Duty.KEEP_ESTATE)
    )
    claim = get_object_or_404(mine.select_related("device_model", "organisation"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_claim(claim=claim, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
            messages.success(request, f"Your claim of entry {claim.device_model_id:06d} has ended.")
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal:estate")
    status = 422 if form.errors else 200
    return page(request, "end_claim.html", {"claim": claim, "form": form}, status=status)


class EndForm(forms.Form):
    """Why a claim ends."""

    use_required_attribute = False
    reason = forms.CharField(
        label="Why", max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why, for example: the last meter of this model was exchanged."},
    )  # fmt: skip


@login_required
@require_safe
def download(request: HttpRequest, form: str) -> HttpResponse:
    """Give the whole estate as CSV or XLSX."""
    organisation = _organisation(request)
    models = list(models_of(organisation).select_related("manufacturer").order_by("number"))
    rows = [COLUMNS, *_cells(estate_lines(models, organisation, on=clock.today()))]
    if form == "csv":
        file = io.StringIO()
        file.write("\ufeff")
        csv.writer(file).writerows(rows)
        answer = HttpResponse(file.getvalue().encode(), content_type="text/csv; charset=utf-8")
    elif form == "xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Estate")
        for row in rows:
            sheet.append(row)
        data = io.BytesIO()
        book.save(data)
        answer = HttpResponse(data.getvalue(), content_type=XLSX)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="estate.{form}"'
    return answer


def _cells(lines: list[EstateLine]) -> Iterator[list[str]]:
    for line in lines:
        model, newer = line.model, line.newer_firmware
        yield [
            neutralise(cell)
            for cell in (
                f"{model.pk:06d}",
                "yes" if line.is_listed else "no",
                model.get_device_type_display(),
                str(model.manufacturer),
                model.model_identifier,
                f"{model.hardware_version}{model.hardware_revision}",
                model.firmware_version,
                ", ".join(each.get_role_display() for each in line.claims),
                ", ".join(each.since.isoformat() for each in line.claims),
                str(line.certificate or ""),
                line.standing,
                line.date_kind,
                line.relevant_on.isoformat() if line.relevant_on else "",
                ", ".join(sorted({str(each.organisation) for each in line.owed})),
                min((each.due_at.isoformat() for each in line.owed), default=""),
                newer.firmware_version if newer else "",
                f"{newer.pk:06d}" if newer else "",
            )
        ]


def _show(
    request: HttpRequest, organisation: Organisation, *, form: ClaimForm | None = None, file_form: FileForm | None = None,
    report: EstateReport | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    keeps = organisation in organisations_of(request.user, Duty.KEEP_ESTATE)
    proposed = proposed_estate(organisation) if keeps else []
    if keeps and form is None:
        begun = {name: request.GET.get(name, "") for name in ("entry", "role")}  # a proposal that was chosen
        form = ClaimForm(others=list(suppliers_beside(organisation)), initial=begun)
    models = models_of(organisation).select_related("manufacturer").order_by("number")
    found = Paginator(models, PAGE).get_page(request.GET.get("page"))
    counts = counts_for(organisation).filter(device_model__in=found.object_list).select_related("version")
    counted = {each.device_model_id: each for each in counts} if keeps else {}
    context = {
        "organisation": organisation,
        "organisations": own_organisations(request),
        "page": found,
        "lines": [
            (line, counted.get(line.model.pk))
            for line in estate_lines(list(found.object_list), organisation, on=clock.today())
        ],
        "is_dcc": organisation.kind == Organisation.Kind.DCC,
        "keeps": keeps,
        "claim_form": form,
        "proposed": proposed[:MOST_PROPOSED],
        "proposed_in_all": len(proposed),
        "file_form": (file_form or FileForm(auto_id="upload_%s")) if keeps else None,
        "form": form if form and form.is_bound else file_form,
        "report": report,
    }
    return page(request, "estate.html", context, status=status)
