"""Documents by content, their classification under the Information Policy, and who read them."""

from __future__ import annotations

from django.db import models

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import INSERT_ONLY


class Classification(models.TextChoices):
    """The levels of the SEC Panel Information Policy (domain facts, section 7)."""

    WHITE = "white", "White"
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


class Content(models.Model):
    """Bytes, once, under their own digest."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.sha256


class DocumentQuerySet(models.QuerySet["Document"]):
    """Who sees which documents."""

    def visible_to(self, user: User) -> DocumentQuerySet:
        """All of them to those who review; to others those of their own organisations. Reserved ones to nobody here."""
        if permitted(user, Duty.READ_ALL_DOCUMENTS):
            return self.filter(is_reserved=False)
        return self.filter(organisation__in=organisations_of(user, Duty.KEEP_DOCUMENTS), is_reserved=False)

    def known_to(self, user: User) -> DocumentQuerySet:
        """Those of which somebody at the desk knows: a reserved one's very name may say what is kept from most.

        The auditor knows of all of them; who else may have one learns of it where it belongs.
        """
        return self.all() if permitted(user, Duty.READ_CASES) else self.filter(is_reserved=False)

    def with_size(self) -> DocumentQuerySet:
        """Bring along how many bytes each has, without its bytes."""
        return self.annotate(size=models.F("content__size"))


class Document(models.Model):
    """A named document of some organisation; what it says never changes."""

    content = models.ForeignKey(Content, models.PROTECT, related_name="documents")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    classification = models.CharField(max_length=10, choices=Classification.choices)
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="documents")
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    is_reserved = models.BooleanField(
        "handed out only with what it belongs to",
        default=False,
        help_text="A paper of the SSC’s, say: who may have it is judged there, case by case.",
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.name


class Reading(models.Model):
    """Somebody took a document that is not White."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="readings")
    read_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["-read_at", "-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.document} by {self.read_by}"
