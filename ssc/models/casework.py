"""What gathers on a case: new facts, notes and papers, the impact that was computed; and the Committee that meets on it."""

from __future__ import annotations

import operator
from functools import reduce

from django.db import models
from django.db.models import Q

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand
from ssc.models.cases import Case
from ssc.rules.committee import CATEGORIES


class CaseFact(models.Model):
    """Something new that the SSC has to know: a renewal, a replacement. Each once; it returns a determined case (A-14)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="facts")
    key = models.CharField("what it is, once for each case", max_length=80)
    text = models.TextField()
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="ssc_casefact_once")]

    def __str__(self) -> str:
        return self.text


class CaseNote(models.Model):
    """A paper before the Committee, a member's comment, or an invited expert's advice; nobody outside reads it."""

    class Kind(models.TextChoices):
        PAPER = "paper", "Paper"
        COMMENT = "comment", "Comment"
        ADVICE = "advice", "Expert advice"

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.case}"


class ImpactPaper(models.Model):
    """What each outcome would do, as it was computed from the DCC's lists on a day: the paper before the Committee."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="impact_papers")
    number = models.PositiveSmallIntegerField()
    computed_at = models.DateTimeField()
    computed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    removal_day = models.DateField("day of a later removal", null=True, blank=True)
    counts = models.ForeignKey(
        "cpl.DccListVersion", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The DCC’s counts; none where it has given none.",
    )  # fmt: skip
    deployed = models.ForeignKey(
        "cpl.DccListVersion", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The Deployed Products List.",
    )  # fmt: skip
    figures = models.JSONField()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="ssc_impactpaper_number_once")]

    def __str__(self) -> str:
        return f"Impact paper {self.number} of {self.case}"


class CommitteeMeeting(models.Model):
    """A meeting of the SSC on a day; what was put on its agenda is read when it is shown."""

    on = models.DateField("day")
    place = models.CharField(max_length=200, blank=True)
    called_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-on", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["on"],
                condition=Q(called_off_at=None),
                name="ssc_committeemeeting_one_a_day",
                violation_error_message="A meeting on that day is called already.",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None) | ~Q(called_off_reason=""),
                name="ssc_committeemeeting_off_has_reason",
                violation_error_message="Say why the meeting is called off.",
            ),
        ]

    def __str__(self) -> str:
        return f"Meeting of {self.on.day} {self.on:%B %Y}"


SUBJECTS = {
    "case": "Case", "plan": "Remedial Plan", "referral": "Referral", "view": "View on fast track", "proposal": "Proposal",
}  # fmt: skip
"""What may stand on an agenda, and what it is called there: each item names exactly one."""


class AgendaItem(models.Model):
    """Something that was put on the agenda of one dated meeting; taken off again, it stays on file."""

    meeting = models.ForeignKey(CommitteeMeeting, models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="agenda_items")
    plan = models.ForeignKey(
        "ssc.RemedialPlan", models.PROTECT, null=True, blank=True, related_name="agenda_items"
    )
    referral = models.ForeignKey(
        "ssc.Referral", models.PROTECT, null=True, blank=True, related_name="agenda_items"
    )
    view = models.ForeignKey(
        "ssc.SscView", models.PROTECT, null=True, blank=True, related_name="agenda_items"
    )
    proposal = models.ForeignKey(
        "ssc.Proposal", models.PROTECT, null=True, blank=True, related_name="agenda_items"
    )
    put_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    put_at = models.DateTimeField()
    taken_off_at = models.DateTimeField(null=True, blank=True)
    taken_off_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [NO_DELETE, facts_stand("meeting", *SUBJECTS, "put_by", "put_at")]
        constraints = [
            models.CheckConstraint(
                condition=reduce(
                    operator.or_,
                    [Q(**{f"{name}__isnull": name != chosen for name in SUBJECTS}) for chosen in SUBJECTS],
                ),
                name="ssc_agendaitem_one_subject",
                violation_error_message="Name exactly one thing.",
            ),
            models.CheckConstraint(
                condition=Q(taken_off_at=None) | ~Q(taken_off_reason=""),
                name="ssc_agendaitem_off_has_reason",
                violation_error_message="Say why it is taken off.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["meeting", name],
                    condition=Q(taken_off_at=None),
                    name=f"ssc_agendaitem_{name}_once",
                    violation_error_message="It is on that agenda already.",
                )
                for name in SUBJECTS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at the {str(self.meeting).lower()}"

    @property
    def kind(self) -> str:
        """The name under which it is there, of SUBJECTS."""
        return next(name for name in SUBJECTS if getattr(self, f"{name}_id"))

    @property
    def subject(self) -> models.Model:
        """What it is about."""
        return getattr(self, self.kind)


class CommitteeSeat(models.Model):
    """A seat of the SSC, for one of the categories that are represented on it; it may stand vacant (SC-1.2-1)."""

    category = models.CharField(max_length=30, choices=list(CATEGORIES.items()))
    holder = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="ssc_seats"
    )
    began_on = models.DateField()
    ended_on = models.DateField("first day on which it is no longer held", null=True, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["category", "began_on", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=Q(category__in=list(CATEGORIES)),
                name="ssc_committeeseat_category_known",
                violation_error_message="Choose one of the categories that are represented on the SSC.",
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(ended_on=None),
                name="ssc_committeeseat_one_each",
                violation_error_message="This person holds a seat already.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("began_on")),
                name="ssc_committeeseat_ends_after_beginning",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"Seat for {self.get_category_display()}"  # no name: it goes into the journal, and a name can go
        )
