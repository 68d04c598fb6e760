"""Changes of a recorded certificate by two people: renewed in place, entered in error (chart 5)."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from cpl.admin.decisions import draw
from cpl.admin.record_pages import SecondPersonAdmin
from cpl.models import AssuranceCertificate, CertificateChange
from cpl.portal.event_forms import DatesForm, VoidForm
from cpl.portal.judged import refuse
from cpl.services.certificate_life import decide_certificate_change, propose_certificate_change
from cpl.web.records import Fact, Record, Work, acts_about, facts
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import clock

KINDS = {"proposed": "warn", "approved": "good", "refused": "gone"}
FORMS = {"dates": DatesForm, "void": VoidForm}
TITLES = {"dates": "Renewed in place: other dates", "void": "Entered in error"}
SAYS = {
    "dates": "The same certificate, with the dates that it states now. Notices are planned anew.",
    "void": "It never was what it is recorded as. Nothing can rely on it, and entries that did are looked at again.",
}


@admin.register(CertificateChange)
class CertificateChangeAdmin(SecondPersonAdmin):
    """Every change of a certificate that was proposed, with its second person."""

    kinds = KINDS
    duty_of_second = Duty.APPROVE_LIST_CHANGE
    waiting = "proposed"
    list_display = ("what", "standing", "certificate", "proposed_by", "proposed_at", "decided_by")
    list_filter = ("state", "kind")
    search_fields = ("certificate__number", "reason")
    list_select_related = ("certificate", "proposed_by", "decided_by", "evidence")

    @admin.display(description="change", ordering="kind")
    def what(self, row: CertificateChange) -> str:
        """What kind of change it is."""
        return row.get_kind_display()

    def get_urls(self) -> list[URLPattern]:
        """Add the page that starts one."""
        start = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.start))
        return [path("start/", start, name="cpl_certificatechange_start"), *super().get_urls()]

    def start(self, request: HttpRequest) -> HttpResponse:
        """Propose one: `?certificate=5&kind=dates`."""
        require(request.user, Duty.ATTEST_CERTIFICATE)
        pk, kind = request.GET.get("certificate", ""), request.GET.get("kind", "")
        if kind not in FORMS or not (pk.isascii() and pk.isdigit() and len(pk) < 18):
            raise Http404
        certificate = get_object_or_404(AssuranceCertificate, pk=int(pk))
        form = FORMS[kind](
            initial={
                "version": certificate.version,
                "expires_on": certificate.expires_on,
                "renews_on": certificate.renews_on,
            }
        )
        if request.method == "POST":
            form = FORMS[kind](request.POST, request.FILES)
            if form.is_valid():
                values = dict(form.cleaned_data)
                try:
                    made = propose_certificate_change(
                        certificate=certificate, by=request.user, at=clock.now(), kind=kind,
                        upload=values.pop("evidence"), **values,
                    )  # fmt: skip
                except Refusal as refusal:
                    refuse(form, refusal)
                else:
                    messages.success(request, "It is proposed. An Approver decides.")
                    return redirect("admin:cpl_certificatechange_change", made.pk)
        record = Record(
            title=f"{TITLES[kind]}: {certificate}",
            lede=SAYS[kind],
            clause="Z2.1(g)",
            crumbs=[
                (reverse("admin:index"), "Secretariat"),
                (reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk]), str(certificate)),
            ],
            here=TITLES[kind],
            facts=facts(
                [("Expiry date now", certificate.expires_on), ("Renewal date now", certificate.renews_on)]
            ),
            works=[Work("What you propose", request.get_full_path(), form, "Propose it", bad=kind == "void")],
            acts=acts_about(certificate),
        )
        return draw(request, "cpl/record.html", record.context(), status=422 if form.errors else 200)

    def decide(self, row: CertificateChange, **said: Any) -> None:
        """Agree as the second person, or send it back."""
        decide_certificate_change(change=row, **said)

    def record(self, row: CertificateChange) -> Record:
        """A change, before and after."""
        certificate = row.certificate
        page = reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk])
        before = row.before
        shown = [
            Fact("Certificate", str(certificate), page),
            *facts([
                ("What", TITLES[row.kind]),
                ("Expiry date before", before.get("expires_on")), ("Renewal date before", before.get("renews_on")),
                ("Expiry date after", row.expires_on), ("Renewal date after", row.renews_on),
                ("Reason", row.reason), ("Rests on", row.reference),
                ("Proposed by", row.proposed_by), ("Proposed", row.proposed_at),
                ("Decided by", row.decided_by), ("Decided", row.decided_at), ("Why", row.decision_reason),
            ]),
        ]  # fmt: skip
        if row.evidence:
            take = reverse("admin:documents_document_take", args=[row.evidence_id])
            shown.append(Fact("Evidence", str(row.evidence), take))
        return Record(
            title=str(row),
            lede=SAYS[row.kind],
            clause="Z2.1(g)",
            state=self.state_of(row),
            crumbs=self.crumbs(),
            here=row.get_kind_display(),
            facts=shown,
            acts=acts_about(row),
        )
