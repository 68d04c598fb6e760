"""Organisations and people on the Secretariat's desk, and the form by which reference data is kept.

The calendar stands here too: it belongs to the journal, but who may keep it is known from this layer on.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from secgov.accounts.models import Contact, Invitation, Membership, Organisation, User
from secgov.accounts.permissions import ROLES_OF_KIND, Duty, permitted
from secgov.accounts.services import end_role, give_role, keep_reference_data
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag
from secgov.journal.models import BankHoliday


def keeps_reference_data(request: HttpRequest) -> bool:
    """Say whether the person of a request keeps reference data; asked often, looked up once."""
    if not hasattr(request, "keeps_reference_data"):
        request.keeps_reference_data = permitted(request.user, Duty.KEEP_REFERENCE_DATA) is not None
    return request.keeps_reference_data


class KeptForm(forms.ModelForm):
    """A form of reference data: every change asks why."""

    reason = forms.CharField(
        label="Reason for this change",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the journal with the change.",
    )


class KeptAdmin(RegisterAdmin):
    """Reference data that the Secretariat adds and changes, each time with a reason and an act. Nothing is deleted."""

    form = KeptForm
    clause = ""
    fixed: tuple[str, ...] = ()
    """Fields that are given once and never changed."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Say whether the person keeps reference data."""
        return keeps_reference_data(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Say whether the person keeps reference data."""
        return keeps_reference_data(request)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """Leave out the question for a reason where nothing can be changed."""
        names = list(super().get_fields(request, obj))
        return (
            names
            if self.has_change_permission(request, obj)
            else [name for name in names if name != "reason"]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """Show as text what is given once."""
        return (*self.readonly_fields, *(self.fixed if obj else ()))

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool
    ) -> None:
        """Save nothing yet: the row and its parts go together, in `save_related`."""

    def save_related(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list[BaseInlineFormSet], change: bool
    ) -> None:
        """Hand the row and its parts to the one service that keeps them."""
        parts = [part for formset in formsets for part in formset.save(commit=False)]
        self.keep(request, form, parts)

    def keep(self, request: HttpRequest, form: forms.ModelForm, parts: list[models.Model]) -> None:
        """Call the service. A subclass with a duty of its own calls another."""
        keep_reference_data(
            row=form.instance,
            by=request.user,
            at=clock.now(),
            reason=form.cleaned_data["reason"],
            clause=self.clause,
            parts=parts,
        )

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """Keep no second history: the act tells of it."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        """Keep no second history: the act tells of it."""


class OrganisationForm(KeptForm):
    """An organisation; it is admitted when it is added, and retired by a tick."""

    retire = forms.BooleanField(
        label="Retire it now", required=False, help_text="Its people can no longer act."
    )

    class Meta:
        model = Organisation
        fields = ("name", "kind", "party_category", "is_import_supplier", "is_gas_supplier")

    def clean(self) -> dict[str, Any]:
        """Set the instants that follow from the ticks."""
        values = super().clean()
        if self.instance.admitted_at is None:
            self.instance.admitted_at = clock.now()
        if values.get("retire") and self.instance.retired_at is None:
            self.instance.retired_at = clock.now()
        return values


@admin.register(Organisation)
class OrganisationAdmin(KeptAdmin):
    """Parties and all others that people act for."""

    form = OrganisationForm
    list_display = ("name", "kind", "party_category", "standing", "admitted_at")
    list_filter = ("kind", "party_category", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("name",)
    date_hierarchy = "admitted_at"
    fixed = ("admitted_at", "retired_at")

    @admin.display(description="standing", ordering="retired_at")
    def standing(self, organisation: Organisation) -> SafeString:
        """Admitted, not yet, or no longer."""
        if organisation.retired_at:
            return tag("gone", "Retired")
        return tag("good", "Admitted") if organisation.admitted_at else tag("", "Not admitted")


class ContactForm(KeptForm):
    """An address for notices, retired by a tick."""

    retire = forms.BooleanField(label="Retire it now", required=False)

    class Meta:
        model = Contact
        fields = ("organisation", "purpose", "digest", "name", "email", "phone")

    def clean(self) -> dict[str, Any]:
        """Set the instant of retirement."""
        values = super().clean()
        if values.get("retire") and self.instance.retired_at is None:
            self.instance.retired_at = clock.now()
        return values


@admin.register(Contact)
class ContactAdmin(KeptAdmin):
    """Where organisations are told things (F2.8(c))."""

    form = ContactForm
    clause = "F2.8(c)"
    list_display = ("email", "organisation", "purpose", "digest", "name", "retired_at")
    list_filter = ("purpose", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("email", "name", "organisation__name")
    list_select_related = ("organisation",)
    fixed = ("organisation", "retired_at")


class UserForm(KeptForm):
    """A person, without a password: they set it themselves by "Forgotten your password?"."""

    class Meta:
        model = User
        fields = ("username", "name", "email", "is_active")
        help_texts = {
            "username": "For signing in; the e-mail address serves as well.",
            "email": "They set their password by “Forgotten your password?” on the sign-in page.",
            "is_active": "Take the tick away to shut a person out. The row stays, since acts refer to it.",
        }

    def clean_email(self) -> str:
        """Ask for an address: without one nobody can set a password."""
        if not self.cleaned_data["email"]:
            raise ValidationError("Give an e-mail address, for example a.person@example.org.")
        return self.cleaned_data["email"]

    def clean(self) -> dict[str, Any]:
        """Give a new person a password that nothing fits."""
        if not self.instance.password:
            self.instance.set_unusable_password()
        return super().clean()


class RolesInline(admin.TabularInline):
    """The roles of a person, to read; they are given and ended on their own page."""

    model = Membership
    fields = ("organisation", "role", "began_at", "ended_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True
    verbose_name_plural = "roles"

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Roles are given on their own page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Roles are ended on their own page."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever has a desk reads them."""
        return self.admin_site.has_permission(request)


@admin.register(User)
class UserAdmin(KeptAdmin):
    """People and clients of the API."""

    form = UserForm
    fields = ("username", "name", "email", "is_active", "reason")
    list_display = ("username", "name", "email", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "name", "email", "memberships__organisation__name")
    fixed = ("username",)
    inlines = (RolesInline,)

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> list[type[admin.TabularInline]]:
        """A new person has no roles yet."""
        return [RolesInline] if obj else []


class MembershipForm(KeptForm):
    """A role to give; once given it can only be ended."""

    end_now = forms.BooleanField(label="End this role now", required=False)

    class Meta:
        model = Membership
        fields = ("user", "organisation", "role")

    def clean(self) -> dict[str, Any]:
        """Refuse what the service would refuse, beside the field concerned."""
        values = super().clean()
        if self.instance.pk and not values.get("end_now"):
            self.add_error("end_now", "A role can only be ended. Give another one on a page of its own.")
        organisation = values.get("organisation")
        if organisation and values.get("role") and values["role"] not in ROLES_OF_KIND[organisation.kind]:
            self.add_error(
                "role",
                f"An organisation of the kind “{organisation.get_kind_display()}” cannot give this role.",
            )
        return values


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    """Who holds which role for which organisation, and since when."""

    form = MembershipForm
    list_display = ("user", "role", "organisation", "began_at", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("user__name", "user__username", "user__email", "organisation__name")
    list_select_related = ("user", "organisation")
    date_hierarchy = "began_at"
    fixed = ("user", "organisation", "role", "began_at", "ended_at")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """An ended role is history; nobody changes their own."""
        own = obj is not None and (obj.ended_at is not None or obj.user_id == request.user.pk)
        return not own and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """Ask for the end only of a role that runs."""
        may_end = obj is not None and self.has_change_permission(request, obj)
        return [name for name in super().get_fields(request, obj) if name != "end_now" or may_end]

    def keep(self, request: HttpRequest, form: forms.ModelForm, parts: list[models.Model]) -> None:
        """Give or end the role."""
        row, why = (
            form.instance,
            {"by": request.user, "at": clock.now(), "reason": form.cleaned_data["reason"]},
        )
        if row.pk:
            end_role(membership=row, **why)
        else:
            given = give_role(user=row.user, organisation=row.organisation, role=row.role, **why)
            row.pk = given.pk


@admin.register(Invitation)
class InvitationAdmin(RegisterAdmin):
    """Offers of a role, made by organisations to their own people."""

    list_display = ("email", "role", "organisation", "invited_at", "accepted_at", "withdrawn_at")
    search_fields = ("email", "organisation__name")
    list_select_related = ("organisation",)
    date_hierarchy = "invited_at"
    fields = (
        "organisation",
        "email",
        "role",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_at",
        "accepted_by",
        "withdrawn_at",
    )


@admin.register(BankHoliday)
class BankHolidayAdmin(KeptAdmin):
    """The days that are not Working Days (X-1, A-05)."""

    clause = "X-1"
    list_display = ("day", "name", "division")
    list_filter = ("division",)
    search_fields = ("name",)
    date_hierarchy = "day"
