"""The steps in which a draft is filled in; each keeps what was typed."""

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cpl.models import Submission
from cpl.portal import tasks_of_draft as tasks
from cpl.portal.forms import initial_of
from cpl.portal.frame import own_submission, page, version_seen
from cpl.rules.device_identity import FIELDS, read_device
from cpl.rules.image_file import agrees, read_image_file
from cpl.services.drafts import EDITABLE, save_draft
from secgov.journal import clock


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Show a step's form; on POST keep what was typed and go on, or leave."""
    submission = own_submission(request, reference)
    here = tasks.BY_SLUG.get(slug)
    if here is None or here.form is None:
        raise Http404
    if request.method != "POST" and submission.state not in EDITABLE:
        return redirect("portal:submission", reference)
    if here is tasks.HARDWARE and not submission.device_type:
        return redirect("portal:step", reference, tasks.DEVICE.slug)
    options = {"device_type": submission.device_type} if here is tasks.HARDWARE else {}
    if request.method != "POST":
        form = here.form(initial=initial_of(submission, here.form), **options)
        return _show(request, submission, here, form, submission.version)
    leaving = request.POST.get("then") == "leave"
    form = here.form(request.POST, leaving=leaving, **options)
    if not form.is_valid():
        return _show(request, submission, here, form, version_seen(request), status=422)
    save_draft(
        submission=submission,
        by=request.user,
        at=clock.now(),
        version=version_seen(request),
        values=form.cleaned_data,
    )
    if leaving:
        return redirect("portal:submission", reference)
    if request.GET.get("from") == "check":
        return redirect("portal:check", reference)
    return redirect("portal:step", reference, tasks.step_after(here).slug)


def _show(
    request: HttpRequest,
    submission: Submission,
    here: tasks.Step,
    form: object,
    version: int,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "submission": submission,
        "step": here,
        "form": form,
        "version": version,
        **side(submission, here),
        **image_shown(submission),
    }
    return page(request, "step.html", context, status=status)


def image_shown(submission: Submission) -> dict[str, object]:
    """Give what was read of the image file, if it was given, and whether it agrees with what was typed."""
    file = read_image_file(submission.image_file)
    device, _ = read_device({name: str(getattr(submission, name) or "") for name in FIELDS})
    typed = submission.image_hash.strip().upper()
    return {
        "file": file,
        "hash_from_file": bool(file and typed in (file.sha256, file.sha256_without_header)),
        "agrees": device is not None and agrees(device, typed, file),
    }


def side(submission: Submission, here: tasks.Step | None, *, on: dt.date | None = None) -> dict[str, object]:
    """Give what stands beside every step: the list of tasks, with the certificates that the device needs."""
    needs = tasks.needs_of(submission, on=on or clock.today())
    return {
        "needs": needs,
        "tasks": tasks.tasks_of(submission, needs=needs, here=here),
        "smets1": tasks.is_smets1(submission),
    }
