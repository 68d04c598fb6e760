"""The DCC's testing queue: whose combination is tested on which day, and how the days moved (PPCT Report 4.1.2, 9.17)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from secgov.journal.guards import INSERT_ONLY, NO_DELETE, change_needs_act, facts_stand
from ssc.models.fast_track import FastTrackRequest


class TestSlotQuerySet(models.QuerySet["TestSlot"]):
    """Which places."""

    def matching(self, text: str) -> TestSlotQuerySet:
        """Those whose request, combination or Testing Participant holds a text."""
        return self.filter(
            Q(fast_track__reference__icontains=text)
            | Q(combination__icontains=text)
            | Q(organisation__name__icontains=text)
        )


class TestSlot(models.Model):
    """A place in the DCC's testing queue: whose combination is tested on which day."""

    __test__ = False  # it is no test, whatever its name begins with

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="test_slots")
    combination = models.CharField("what is tested, as the DCC calls it", max_length=150)
    fast_track = models.OneToOneField(
        FastTrackRequest, models.PROTECT, null=True, blank=True, related_name="slot"
    )
    planned_on = models.DateField("planned day of the test")
    priority = models.PositiveSmallIntegerField(
        "place among those that were granted",
        null=True,
        blank=True,
        help_text="Blank: in the order of the days.",
    )
    planned_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    ended_on = models.DateField("tested, or taken out, on", null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TestSlotQuerySet.as_manager()

    class Meta:
        ordering = [F("priority").asc(nulls_last=True), "planned_on", "id"]
        triggers = [
            NO_DELETE,
            facts_stand("organisation", "combination", "fast_track", "planned_by", "planned_at"),
            change_needs_act(
                name="day_needs_act", label="ssc.testslot", key="id", operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("planned_on", "ended_on"),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(priority=None) | Q(fast_track__isnull=False), name="ssc_testslot_priority_is_granted",
                violation_error_message="Only what was granted the fast track goes first.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(ended_reason=""), name="ssc_testslot_end_has_reason",
                violation_error_message="Say why it leaves the queue.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        """Its number: the journal takes this over, and what the DCC calls a combination is for its organisation alone."""
        return f"Place {self.pk} in the testing queue"


class SlotMove(models.Model):
    """A day in the testing queue that moved, and for which fast track if for one (PPCT-4.1.2-j)."""

    slot = models.ForeignKey(TestSlot, models.PROTECT, related_name="moves")
    fast_track = models.ForeignKey(
        FastTrackRequest, models.PROTECT, null=True, blank=True, related_name="moved_slots"
    )
    was_on = models.DateField()
    now_on = models.DateField()
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.was_on} to {self.now_on}"
