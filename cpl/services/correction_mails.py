"""Who is told of a correction (A-64): whoever asked for it, and in the end the owner of the entry, whoever asked."""

import datetime as dt

from cpl.models import CorrectionRequest, Submission
from secgov.journal import services as journal


def _listed_by(request: CorrectionRequest) -> Submission | None:
    """Give the submission by which the entry came onto the list; an imported entry has none."""
    accepted = Submission.objects.filter(
        entry_number=request.device_model_id, state=Submission.State.ACCEPTED
    )
    return accepted.select_related("created_by").order_by("-id").first()


def tell_asker(request: CorrectionRequest, template: str, at: dt.datetime) -> None:
    """Mail the owner's person who asked; what the Secretariat asks of itself stands on its desk."""
    listed = _listed_by(request)
    if listed and listed.organisation_id == request.organisation_id:
        _mail(request, request.asked_by.email, template, f"/portal/corrections/{request.pk}/", at)


def tell_owner(request: CorrectionRequest, at: dt.datetime) -> None:
    """Mail that the entry has been put right: to whoever of its owner asked, or submitted it."""
    listed = _listed_by(request)
    if listed is None:
        return
    asked = listed.organisation_id == request.organisation_id
    person = request.asked_by if asked else listed.created_by
    _mail(request, person.email, "cpl/correction_made", f"/cpl/entries/{request.device_model_id:06d}/", at)


def _mail(request: CorrectionRequest, recipient: str, template: str, path: str, at: dt.datetime) -> None:
    journal.enqueue(
        template=template,
        recipient=recipient,
        context={"entry": f"{request.device_model_id:06d}", "path": path},
        key=f"{template}:{request.pk}:{request.version}",
        at=at,
    )
