"""Evidence packs, and the log of who read what is not White: for the Auditor and the Secretariat."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from cpl.models import DeviceModel, Edition
from cpl.services.evidence import evidence_of_edition, evidence_of_entry, evidence_of_obligation
from cpl.services.evidence_pack import pack_evidence
from secgov.accounts.permissions import Duty, require
from secgov.documents.models import Reading
from secgov.journal import clock
from secgov.journal.models import Act, Obligation

KINDS: dict[str, tuple[Any, Any]] = {
    "obligation": (Obligation, evidence_of_obligation),
    "entry": (DeviceModel, evidence_of_entry),
    "edition": (Edition, evidence_of_edition),
}
READ = ("cpl.relayed_notice.read", "ssc.vulnerability.read")
"""The acts by which somebody read what is no document: a relayed notice, a notification of a vulnerability."""
PAGE = 100


@require_POST
def take(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Give the evidence pack of an obligation, an entry or an edition. Taking one is an act, so it is asked for by POST."""
    model, gather = KINDS[kind]
    row = get_object_or_404(model, pk=pk)
    data = pack_evidence(evidence=gather(row), by=request.user, at=clock.now())
    answer = HttpResponse(data, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{kind}-{pk}.zip"'
    return answer


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Show who read which document, relayed notice or notification that is not White, newest first."""
    require(request.user, Duty.PACK_EVIDENCE)
    rows = Reading.objects.select_related("document", "read_by")
    acts = Act.objects.filter(verb__in=READ).select_related("actor")[:PAGE]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "admin/readings.html", {"page": page, "acts": acts})
