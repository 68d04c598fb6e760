"""Changes of a recorded certificate by two people: renewed in place, entered in error (chart 5)."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from cpl.admin.decided import agreed
from cpl.admin.decisions import draw
from cpl.models import AssuranceCertificate, CertificateChange
from cpl.portal.event_forms import AgreeForm, DatesForm, VoidForm
from cpl.portal.judged import refuse
from cpl.services.certificate_life import decide_certificate_change, propose_certificate_change
from cpl.web.records import Fact, Record, Work, acts_about, facts
from secgov.accounts.permissions import Duty, permitted, require
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag

KINDS = {"proposed": "warn", "approved": "good", "refused": "gone"}
FORMS = {"dates": DatesForm, "void": VoidForm}
TITLES = {"dates": "Renewed in place: other dates", "void": "Entered in error"}
SAYS = {
    "dates": "The same certificate, with the dates that it states now. Notices are planned anew.",
    "void": "It never was what it is recorded as. Nothing can rely on it, and entries that did are looked at again.",
}


@admin.register(CertificateChange)
class CertificateChangeAdmin(RegisterAdmin):
    """Every change of a certificate that was proposed, with its second person."""

    list_display = ("what", "standing", "certificate", "proposed_by", "proposed_at", "decided_by")
    list_filter = ("state", "kind")
    search_fields = ("certificate__number", "reason")
    list_select_related = ("certificate", "proposed_by", "decided_by")

    @admin.display(description="change", ordering="kind")
    def what(self, row: CertificateChange) -> str:
        """What kind of change it is."""
        return row.get_kind_display()

    @admin.display(description="state", ordering="state")
    def standing(self, row: CertificateChange) -> SafeString:
        """The state as a word with its shape."""
        return tag(KINDS[row.state], row.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """Add the page that starts one, and the second person's button."""
        view = self.admin_site.admin_view
        start = view(require_http_methods(["GET", "HEAD", "POST"])(self.start))
        return [
            path("start/", start, name="cpl_certificatechange_start"),
            path("<int:pk>/decide/", view(require_POST(self.decide)), name="cpl_certificatechange_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show a change, before and after, and the second person's form."""
        return self._page(request, _change(object_id))

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

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Agree as the second person, or send it back."""
        change = _change(pk)
        form = AgreeForm(request.POST)
        if form.is_valid():
            try:
                done = decide_certificate_change(
                    change=change, by=request.user, at=clock.now(), **agreed(form)
                )
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, f"{done}: {done.get_state_display().lower()}.")
                return redirect("admin:cpl_certificatechange_change", pk)
        return self._page(request, change, form)

    def _page(
        self, request: HttpRequest, change: CertificateChange, refused: AgreeForm | None = None
    ) -> HttpResponse:
        works = []
        if change.state == "proposed" and permitted(request.user, Duty.APPROVE_LIST_CHANGE):
            form = refused or AgreeForm(initial={"version": change.version})
            action = reverse("admin:cpl_certificatechange_decide", args=[change.pk])
            works = [Work("Your decision", action, form, "Record my decision")]
        certificate = change.certificate
        page = reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk])
        before = change.before
        shown = [
            Fact("Certificate", str(certificate), page),
            *facts([
                ("What", TITLES[change.kind]),
                ("Expiry date before", before.get("expires_on")), ("Renewal date before", before.get("renews_on")),
                ("Expiry date after", change.expires_on), ("Renewal date after", change.renews_on),
                ("Reason", change.reason), ("Rests on", change.reference),
                ("Proposed by", change.proposed_by), ("Proposed", change.proposed_at),
                ("Decided by", change.decided_by), ("Decided", change.decided_at), ("Why", change.decision_reason),
            ]),
        ]  # fmt: skip
        if change.evidence:
            take = reverse("admin:documents_document_take", args=[change.evidence_id])
            shown.append(Fact("Evidence", str(change.evidence), take))
        record = Record(
            title=str(change),
            lede=SAYS[change.kind],
            clause="Z2.1(g)",
            state=(KINDS[change.state], change.get_state_display()),
            crumbs=[
                (reverse("admin:index"), "Secretariat"),
                (reverse("admin:cpl_certificatechange_changelist"), "Certificate changes"),
            ],
            here=change.get_kind_display(),
            facts=shown,
            works=works,
            acts=acts_about(change),
        )
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)


def _change(pk: Any) -> CertificateChange:
    rows = CertificateChange.objects.select_related("certificate", "proposed_by", "decided_by", "evidence")
    return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)
