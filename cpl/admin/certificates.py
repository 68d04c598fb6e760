"""Assurance Certificates on the Secretariat's desk: reading them, attesting them, finding one invalid (chart 5)."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cpl.admin.certificate_life import life_of
from cpl.admin.decisions import AttestForm, DecisionForm, draw
from cpl.models import AssuranceCertificate, CertificateCoverage, Submission
from cpl.rules.certificates import ATTESTATIONS, Certificate, is_current, relevant_date, validity_limbs
from cpl.services.certificate_validity import validate_certificate
from cpl.services.certificates import attest_certificate, invalidate_certificate
from cpl.services.listing_facts import certificate_facts
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag
from secgov.journal.models import Act

KINDS = {"recorded": "", "valid": "good", "invalid": "bad", "void": "gone"}


def certificate_work(request: HttpRequest, certificate: AssuranceCertificate) -> dict[str, Any]:
    """Give what a page shows of one certificate: its facts judged, and the forms of whoever may decide on it.

    Costs one query where `coverage` was not fetched with it.
    """
    facts = certificate_facts(certificate, list(certificate.coverage.all()))
    today, limbs = clock.today(), validity_limbs(facts)
    may = permitted(request.user, Duty.ATTEST_CERTIFICATE) is not None
    unattested = [
        link for link in certificate.coverage.all() if link.attested_at is None and link.ended_on is None
    ]
    return {
        "row": certificate,
        "kind": KINDS[certificate.state],
        "date_passed": not is_current(facts, on=today),
        "relevant_date": relevant_date(facts),
        "limbs": limbs,
        "lacking": [each for each in limbs if not each.met],
        "met": sum(each.met for each in limbs),
        "coverage": list(certificate.coverage.all()),
        "attest": _attest_form(certificate, facts)
        if may and (certificate.state == "recorded" or _to_name(facts, unattested))
        else None,
        "validate": _decision(certificate, "validate")
        if certificate.attested_at and certificate.state == "recorded" and _may_confirm(request)
        else None,
        "invalidate": _decision(certificate, "invalidate")
        if may and certificate.state == "recorded"
        else None,
    }


def _may_confirm(request: HttpRequest) -> bool:
    """Whether the person may be a certificate's second person; with four eyes off its first may be."""
    alone = not settings.FOUR_EYES and permitted(request.user, Duty.ATTEST_CERTIFICATE)
    return bool(alone or permitted(request.user, Duty.APPROVE_LIST_CHANGE))


def _to_name(facts: Certificate, unattested: list[CertificateCoverage]) -> bool:
    """Whether a valid certificate is newly said to name a model, which somebody has to look up."""
    return facts.state == "valid" and bool(unattested)


def _attest_form(certificate: AssuranceCertificate, facts: Certificate, data: Any = None) -> AttestForm:
    return AttestForm(
        data,
        statement=ATTESTATIONS[facts.body],
        initial={"version": certificate.version, "marks_seen": facts.marks_seen},
        auto_id=f"attest_{certificate.pk}_%s",
    )


def _decision(certificate: AssuranceCertificate, name: str, data: Any = None) -> DecisionForm:
    return DecisionForm(data, initial={"version": certificate.version}, auto_id=f"{name}_{certificate.pk}_%s")


@admin.register(AssuranceCertificate)
class AssuranceCertificateAdmin(RegisterAdmin):
    """Certificates of the three bodies. The state is text; the buttons call services."""

    list_display = (
        "number",
        "body",
        "standing",
        "standard",
        "issued_on",
        "expires_on",
        "renews_on",
        "attested_by",
    )
    list_filter = ("state", "body")
    search_fields = (
        "number",
        "standard",
        "test_laboratory",
        "coverage__model_identifier",
        "coverage__firmware_version",
    )
    date_hierarchy = "issued_on"
    list_select_related = ("attested_by",)

    @admin.display(description="state", ordering="state")
    def standing(self, certificate: AssuranceCertificate) -> SafeString:
        """The state that a person decided."""
        return tag(KINDS[certificate.state], certificate.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/attest/", view(require_POST(self.attest)), name="cpl_assurancecertificate_attest"),
            path(
                "<int:pk>/confirm/",
                view(require_POST(self.confirm)),
                name="cpl_assurancecertificate_confirm",
            ),
            path(
                "<int:pk>/find-invalid/",
                view(require_POST(self.find_invalid)),
                name="cpl_assurancecertificate_find_invalid",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one certificate with all that is known of it."""
        return self._page(request, self._certificate(object_id))

    def attest(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Attest what the person saw on the certificate (F2.4)."""
        certificate = self._certificate(pk)
        form = _attest_form(certificate, certificate_facts(certificate, []), request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                attest_certificate(certificate=certificate, by=request.user, at=clock.now(), **values)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"{certificate} is attested. The approval of a listing under it makes it valid."
                )
                return redirect(self._after(request, certificate))
        return self._page(request, certificate, attest=form)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm as the second person what was attested (F2.5)."""
        certificate = self._certificate(pk)
        form = _decision(certificate, "validate", request.POST)
        if form.is_valid():
            try:
                validate_certificate(
                    certificate=certificate, by=request.user, at=clock.now(), **form.cleaned_data
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"{certificate} is valid. The next edition prints it.")
                return redirect(self._after(request, certificate))
        return self._page(request, certificate, validate=form)

    def find_invalid(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Find the certificate invalid, with the reason (F2.5)."""
        certificate = self._certificate(pk)
        form = _decision(certificate, "invalidate", request.POST)
        if form.is_valid():
            try:
                invalidate_certificate(
                    certificate=certificate, by=request.user, at=clock.now(), **form.cleaned_data
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"{certificate} is found invalid. Nothing can be listed under it.")
                return redirect(self._after(request, certificate))
        return self._page(request, certificate, invalidate=form)

    def _certificate(self, pk: Any) -> AssuranceCertificate:
        rows = AssuranceCertificate.objects.select_related("document", "attested_by").prefetch_related(
            "coverage"
        )
        return get_object_or_404(rows, pk=pk if str(pk).isdigit() else None)

    def _after(self, request: HttpRequest, certificate: AssuranceCertificate) -> str:
        """Lead back to the submission that the button stood on, if it did."""
        reference = request.POST.get("submission", "")
        submission = Submission.objects.visible_to(request.user).filter(reference=reference).first()
        if submission:
            return reverse("admin:cpl_submission_change", args=[submission.pk])
        return reverse("admin:cpl_assurancecertificate_change", args=[certificate.pk])

    def _page(self, request: HttpRequest, certificate: AssuranceCertificate, **refused: Any) -> HttpResponse:
        work = certificate_work(request, certificate)
        offers = Submission.objects.visible_to(request.user).filter(certificates__certificate=certificate)
        context = {
            "work": {**work, **refused},
            "form": next(iter(refused.values()), None),
            "submissions": offers.select_related("organisation").distinct(),
            "acts": Act.objects.filter(
                subject_type="cpl.assurancecertificate", subject_id=str(certificate.pk)
            ).select_related("actor")[:30],
            "reference": request.POST.get("submission", ""),
            "life": life_of(request, certificate),
        }
        return draw(request, "admin/cpl/certificate.html", context, status=422 if refused else 200)


@admin.register(CertificateCoverage)
class CertificateCoverageAdmin(RegisterAdmin):
    """Which Device Models each certificate names (F2.5, A-09)."""

    list_display = ("identity", "certificate", "device_model", "attested_at", "ended_on")
    list_filter = (
        "certificate__body",
        ("attested_at", admin.EmptyFieldListFilter),
        ("ended_on", admin.EmptyFieldListFilter),
    )
    search_fields = ("identity", "certificate__number")
    list_select_related = ("certificate", "device_model")
