"""The certificates of a draft: add, change, remove."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from cpl.models import Submission, SubmissionCertificate
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.certificate_form import CertificateForm
from cpl.portal.frame import own_submission, page, version_seen
from cpl.portal.judged import refuse
from cpl.portal.steps import side
from cpl.services.drafts import CERTIFICATE_FIELDS, COMMENCED, EDITABLE, remove_certificate
from cpl.services.submission_documents import give_certificate
from secgov.errors import Refusal
from secgov.journal import clock


@login_required
@require_safe
def certificates(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the certificates given so far beside those that the device needs."""
    submission = own_submission(request, reference)
    if submission.state not in EDITABLE:
        return redirect("portal:submission", reference)
    rows = submission.certificates.select_related("document")
    context = {
        "submission": submission,
        "step": tasks.CERTIFICATES,
        "rows": rows,
        **side(submission, tasks.CERTIFICATES),
    }
    return page(request, "certificates.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    """Add a certificate, or change the one of that number."""
    submission = own_submission(request, reference)
    held = (
        get_object_or_404(submission.certificates.select_related("document", "mapping_evidence"), pk=pk)
        if pk
        else None
    )
    if request.method != "POST":
        if submission.state not in EDITABLE:
            return redirect("portal:submission", reference)
        return _show(
            request,
            submission,
            held,
            CertificateForm(initial=_initial(request, held), held=held),
            submission.version,
        )
    form = CertificateForm(request.POST, request.FILES, held=held)
    if form.is_valid() and _kept(request, submission, held, form):
        return redirect("portal:certificates", reference)
    return _show(request, submission, held, form, version_seen(request), status=422)


def _kept(
    request: HttpRequest, submission: Submission, held: SubmissionCertificate | None, form: CertificateForm
) -> bool:
    """Hand the form to the service; what it refuses is written into the form."""
    try:
        give_certificate(
            submission=submission, by=request.user, at=clock.now(), version=version_seen(request), certificate=held,
            values={name: form.cleaned_data[name] for name in (*CERTIFICATE_FIELDS, COMMENCED)},
            upload=form.cleaned_data["document"], classification=form.cleaned_data["classification"],
            mapping=form.cleaned_data["mapping"],
        )  # fmt: skip
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    except ValidationError as error:
        form.add_error("number", error.messages)
        return False
    return True


def _initial(request: HttpRequest, held: SubmissionCertificate | None) -> dict[str, object]:
    if held is None:
        return {"body": request.GET.get("body", "")}
    values: dict[str, object] = {name: getattr(held, name) for name in (*CERTIFICATE_FIELDS, COMMENCED)}
    return values | ({"classification": held.document.classification} if held.document else {})


def _show(
    request: HttpRequest, submission: Submission, held: SubmissionCertificate | None, form: CertificateForm, version: int,
    *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"submission": submission, "held": held, "form": form, "version": version}
    return page(
        request, "certificate.html", {**context, **side(submission, tasks.CERTIFICATES)}, status=status
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask once more, then take a certificate out of a draft."""
    submission = own_submission(request, reference)
    row = get_object_or_404(submission.certificates.select_related("document"), pk=pk)
    if request.method != "POST":
        return page(request, "remove_certificate.html", {"submission": submission, "row": row})
    remove_certificate(
        submission=submission, by=request.user, at=clock.now(), version=version_seen(request), certificate=row
    )
    return redirect("portal:certificates", reference)
