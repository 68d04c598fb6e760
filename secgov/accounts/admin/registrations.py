"""Registrations on the Secretariat's desk: who asks to be admitted, and the buttons that admit or refuse."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from secgov.accounts.models import Organisation, Registration
from secgov.accounts.permissions import Duty, permitted
from secgov.accounts.registration import admit_registration, refuse_registration
from secgov.accounts.rules.names import reason_to_review_name
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag


class VerdictForm(forms.Form):
    """Why an organisation is admitted or refused."""

    reason = forms.CharField(
        label="Reason",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the journal. Of a refusal, it is mailed to whoever registered.",
        error_messages={"required": "Say why: one sentence will do."},
    )
    use_required_attribute = False


@admin.register(Registration)
class RegistrationAdmin(RegisterAdmin):
    """Who asked that an organisation be admitted, and what was decided."""

    list_display = ("organisation", "kind", "standing", "email", "registered_at")
    list_filter = ("admitted", ("email_confirmed_at", admin.EmptyFieldListFilter), "organisation__kind")
    search_fields = ("organisation__name", "email", "person_name")
    date_hierarchy = "registered_at"
    list_select_related = ("organisation",)

    @admin.display(description="kind", ordering="organisation__kind")
    def kind(self, registration: Registration) -> str:
        """What the organisation says it is."""
        return registration.organisation.get_kind_display()

    @admin.display(description="state", ordering="admitted")
    def standing(self, registration: Registration) -> SafeString:
        """Where the registration stands."""
        return tag(*standing_of(registration))

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses, and the one by which a task leads here."""
        view = self.admin_site.admin_view
        return [
            path("of/<int:organisation>/", view(self.of), name="accounts_registration_of"),
            path("<int:pk>/admit/", view(require_POST(self.admit)), name="accounts_registration_admit"),
            path("<int:pk>/refuse/", view(require_POST(self.refuse)), name="accounts_registration_refuse"),
            *super().get_urls(),
        ]

    def of(self, request: HttpRequest, organisation: int) -> HttpResponse:
        """Lead from an organisation to its registration."""
        found = get_object_or_404(Registration, organisation=organisation)
        return redirect("admin:accounts_registration_change", found.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show everything that bears on admitting an organisation."""
        return self._page(
            request, get_object_or_404(self._rows(), pk=object_id if object_id.isdigit() else 0)
        )

    def admit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Admit the organisation."""
        return self._decide(
            request, pk, admit_registration, "admitted. The link to set a password is on its way."
        )

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Refuse the organisation."""
        return self._decide(request, pk, refuse_registration, "refused. The reason is on its way.")

    def _rows(self) -> QuerySet[Registration]:
        return Registration.objects.select_related("organisation", "decided_by")

    def _decide(self, request: HttpRequest, pk: int, service: Any, words: str) -> HttpResponse:
        registration = get_object_or_404(self._rows(), pk=pk)
        form = VerdictForm(request.POST)
        name = str(registration.organisation)
        if form.is_valid():
            try:
                service(
                    registration=registration,
                    by=request.user,
                    at=clock.now(),
                    reason=form.cleaned_data["reason"],
                )
            except Refusal as refusal:
                form.add_error("reason", f"{refusal.message} {refusal.remedy}".strip())
            else:
                messages.success(request, f"{name}: {words}")
                return redirect("admin:accounts_registration_change", pk)
        return self._page(request, registration, form, status=422)

    def _page(
        self,
        request: HttpRequest,
        registration: Registration,
        form: forms.Form | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        organisation = registration.organisation
        others = Organisation.objects.exclude(pk=organisation.pk).filter(retired_at=None)
        kind, label = standing_of(registration)
        context = {
            "registration": registration,
            "organisation": organisation,
            "kind": kind,
            "word": label,
            "review": reason_to_review_name(organisation.name, tuple(others.values_list("name", flat=True))),
            "form": form or VerdictForm(),
            "may_decide": registration.admitted is None
            and registration.email_confirmed_at
            and permitted(request.user, Duty.ADMIT_ORGANISATION),
        }
        return render(request, "admin/accounts/registration.html", context, status=status)


def standing_of(registration: Registration) -> tuple[str, str]:
    """Give a registration's state as the kind and the word of a tag."""
    if registration.admitted is not None:
        return ("good", "Admitted") if registration.admitted else ("bad", "Refused")
    return ("warn", "To decide") if registration.email_confirmed_at else ("", "Address not proved")
