"""Organisations, their people, and the roles these hold."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from secgov.journal.guards import NO_DELETE, facts_stand


class Role(models.TextChoices):
    """Who a person is to the Code. The table of what each may do is in `permissions.py`."""

    ORGANISATION_ADMIN = "organisation_admin", "Organisation administrator"
    SUPPLIER = "supplier", "Supplier"
    NETWORK = "network", "Network or Other SEC Party"
    MANUFACTURER = "manufacturer", "Manufacturer"
    TEST_LAB = "test_lab", "Test laboratory"
    TRADE_BODY = "trade_body", "Trade body"
    TESTING_PARTICIPANT = "testing_participant", "Testing Participant"
    DCC = "dcc", "DCC"
    DCC_CLIENT = "dcc_client", "DCC client"
    SECRETARIAT = "secretariat", "Secretariat"
    APPROVER = "approver", "Approver"
    SSC_MEMBER = "ssc_member", "SSC member"
    SSC_SECRETARY = "ssc_secretary", "SSC secretary"
    SSC_CHAIR = "ssc_chair", "SSC Chair"
    EXPERT = "expert", "Invited expert"
    WORKING_GROUP_MEMBER = "working_group_member", "Working group member"
    AUTHORITY_RECORDER = "authority_recorder", "Authority recorder"
    AUDITOR = "auditor", "Auditor"


class PartyCategory(models.TextChoices):
    """The categories of SEC Parties; an organisation without one is not a Party (F2.17)."""

    LARGE_SUPPLIER = "large_supplier", "Large Supplier"
    SMALL_SUPPLIER = "small_supplier", "Small Supplier"
    ELECTRICITY_NETWORK = "electricity_network", "Electricity Network"
    GAS_NETWORK = "gas_network", "Gas Network"
    OTHER_SEC_PARTY = "other_sec_party", "Other SEC Party"
    DCC = "dcc", "DCC"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Questions about organisations."""

    def admitted(self) -> OrganisationQuerySet:
        """Those whose people may act."""
        return self.filter(admitted_at__isnull=False, retired_at=None)

    def parties(self) -> OrganisationQuerySet:
        """The Parties: every admitted organisation with a Party category (A-48), the DCC among them."""
        return self.admitted().exclude(party_category="")


class Organisation(models.Model):
    """A Party, a manufacturer, a laboratory, a body of the Code: whoever people act for."""

    class Kind(models.TextChoices):
        PARTY = "party", "SEC Party"
        DCC = "dcc", "DCC"
        MANUFACTURER = "manufacturer", "Manufacturer"
        TEST_LAB = "test_lab", "Test laboratory"
        TRADE_BODY = "trade_body", "Trade body"
        CODE_BODY = "code_body", "Body of the Code"
        AUTHORITY = "authority", "Authority"
        OTHER = "other", "Other"

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party_category = models.CharField(max_length=30, choices=PartyCategory.choices, blank=True)
    is_import_supplier = models.BooleanField(default=False)
    is_gas_supplier = models.BooleanField(default=False)
    admitted_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="dcc") | Q(party_category="dcc"),
                name="accounts_organisation_dcc_is_party",
                violation_error_message="The DCC is a Party outside the five categories.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_party(self) -> bool:
        """Whether it is a SEC Party."""
        return bool(self.party_category)


class Contact(models.Model):
    """Where an organisation is told things, by purpose."""

    class Purpose(models.TextChoices):
        NOTICES = "notices", "Notices under the Code"
        UPDATES = "updates", "Updates of the list"
        CERTIFICATES = "certificates", "Certificates and their dates"
        TESTING = "testing", "Testing"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contacts")
    purpose = models.CharField(max_length=20, choices=Purpose.choices, default=Purpose.NOTICES)
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    digest = models.BooleanField(
        "one mail for the updates of a Working Day",
        default=False,
        help_text="Updates of the list only; each stands in the portal at once.",
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation", "purpose", "email"]
        constraints = [
            models.CheckConstraint(
                condition=Q(digest=False) | Q(purpose="updates"),
                name="accounts_contact_digest_of_updates",
                violation_error_message="Only updates of the list can come in one mail: choose that purpose, or leave it.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "purpose", "email"],
                condition=Q(retired_at=None),
                name="accounts_contact_once",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class User(AbstractUser):
    """A person, or a client of the API. The name can go; the acts, which point here, stay."""

    first_name = None
    last_name = None
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(max_length=254, blank=True)

    REQUIRED_FIELDS = ["email"]

    class Meta:
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=~Q(email=""),
                name="accounts_user_email_once",
                violation_error_message="Somebody already uses this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        """The person's name as shown."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """The same; we keep one name."""
        return self.get_full_name()


class FeedToken(models.Model):
    """A secret in the address of a person's feed and calendar, for programs that cannot sign in; kept as its hash."""

    user = models.ForeignKey(User, models.PROTECT, related_name="feed_tokens")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="accounts_feedtoken_one_each"
            ),
        ]

    def __str__(self) -> str:
        return f"Feed of {self.user}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def current(self) -> MembershipQuerySet:
        """Not ended, in an admitted organisation."""
        return self.filter(
            ended_at=None, organisation__admitted_at__isnull=False, organisation__retired_at=None
        )


class Membership(models.Model):
    """A person's role in an organisation, from an instant to another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role.choices)
    began_at = models.DateTimeField()
    ended_at: dt.datetime | None = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "organisation", "role"]
        triggers = [NO_DELETE, facts_stand("user", "organisation", "role", "began_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at=None),
                name="accounts_membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.organisation}"


class Invitation(models.Model):
    """An offer of a membership, taken up by whoever opens the mailed link."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=30, choices=Role.choices)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-invited_at", "-id"]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} of {self.organisation}"


class Registration(models.Model):
    """Somebody asks that an organisation be admitted; the Secretariat decides."""

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="registration")
    person_name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40)
    note = models.TextField(max_length=2000, blank=True)
    email_token_sha256 = models.CharField(max_length=64, unique=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    admitted = models.BooleanField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-registered_at", "-id"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return f"{self.organisation}, registered by {self.email}"


class FormerSecret(models.Model):
    """A client's secret that another has taken the place of, and that still opens until an instant; kept as its hash."""

    application = models.ForeignKey(
        "oauth2_provider.Application", models.PROTECT, related_name="former_secrets"
    )
    secret_hash = models.CharField(max_length=255)
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ends_at: dt.datetime = models.DateTimeField()

    class Meta:
        ordering = ["-replaced_at", "-id"]
        triggers = [NO_DELETE]

    def __str__(self) -> str:
        return f"Former secret of {self.application.name}, until {self.ends_at:%Y-%m-%d %H:%M}"


class ClientUse(models.Model):
    """How often a client asked for one thing on one day of London, and how often it was refused."""

    account = models.ForeignKey(User, models.PROTECT, related_name="client_uses")
    on = models.DateField()
    call = models.CharField(max_length=60)
    calls = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "call"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["account", "on", "call"], name="accounts_clientuse_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.call} on {self.on}"
