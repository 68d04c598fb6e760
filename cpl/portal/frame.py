"""What the portal's pages share: whose rows they may touch, and what waits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject

from cpl.models import AssuranceCertificate, Submission
from cpl.services.drafts import EDITABLE
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of
from secgov.errors import NotPermitted
from secgov.journal.models import Notice, Obligation
from secgov.journal.services import working_calendar

CERTIFICATE = AssuranceCertificate._meta.label_lower
ASKED_BY_THE_SSC = ("Z6.3(a)", "Z6.3(b)", "Z6.3(d)", "Z6.5", "Z6.6")


def own_submission(request: HttpRequest, reference: str) -> Submission:
    """Give a submission of one of the person's own organisations; anybody else's does not exist here."""
    rows = own_submissions(request.user).select_related("organisation", "created_by", "relists")
    return get_object_or_404(rows, reference=reference)


def own_submissions(user: User) -> Any:
    """Give the submissions of the organisations that the person submits for, newest first."""
    return Submission.objects.filter(organisation__in=organisations_of(user, Duty.SUBMIT_DEVICE))


def own_notices(user: User) -> Any:
    """Give the notices to the person's organisations, newest first."""
    organisations = organisations_of(user, Duty.READ_NOTICES)
    return Notice.objects.filter(organisation__in=organisations).select_related("organisation")


def certificates_to_open(user: User, obligations: list[Obligation]) -> set[str]:
    """Give the keys of the certificates that some obligations are about and whose pages this person may open."""
    keys = {each.subject_id for each in obligations if each.subject_type == CERTIFICATE}
    found = AssuranceCertificate.objects.visible_to(user).filter(pk__in=keys) if keys else ()
    return {str(each.pk) for each in found}


def version_seen(request: HttpRequest) -> int:
    """Give the version of the row that the person's form was made from; 0, which no row has, if it does not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the portal, with the counts of waiting work for its navigation.

    The calendar, by which deadlines are shown, is read once a page, and only where there is a deadline.
    """
    return render(
        request,
        f"cpl/portal/{template}",
        {"calendar": SimpleLazyObject(working_calendar), **context, "waiting": waiting_for(request.user)},
        status=status,
    )


def waiting_for(user: User) -> dict[str, int]:
    """Count what waits for a person, by the address of the page that shows it.

    What the SSC asks of the person's organisations is counted by what is owed to it: once for each thing asked about.
    """
    asked = Obligation.objects.standing().filter(
        organisation__in=organisations_of(user, Duty.ANSWER_SSC), clause__in=ASKED_BY_THE_SSC
    )
    return {
        "/portal/submissions/": own_submissions(user).filter(state__in=EDITABLE).count(),
        "/portal/notices/": own_notices(user).exclude(readings__reader=user).count(),
        "/portal/plans/": asked.order_by().values("subject_type", "subject_id").distinct().count(),
    }


def check_may_submit(user: User) -> None:
    """Refuse people who submit for no organisation. Raises NotPermitted."""
    if not organisations_of(user, Duty.SUBMIT_DEVICE):
        raise NotPermitted(
            "You may not submit a device. Ask your organisation's administrator for a role that may."
        )
