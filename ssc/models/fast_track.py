"""The fast track: firmware against a material security vulnerability is tested first (PPCT Report 4.1, 9; chart 10).

Who learns what is the point of these tables. What the weakness is stands in `VulnerabilityNotification` alone, for the
SSC; the DCC learns that there is a request, and the dates; a Supplier whose schedule moves learns its own new date.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, facts_stand, state_needs_act


class VulnerabilityNotificationQuerySet(models.QuerySet["VulnerabilityNotification"]):
    """Who reads what was notified."""

    def visible_to(self, user: User) -> VulnerabilityNotificationQuerySet:
        """The SSC and the auditor; else those of the organisation that notified. Never the DCC."""
        if permitted(user, Duty.READ_CASES):
            return self.all()
        return self.filter(organisation__in=organisations_of(user, Duty.NOTIFY_VULNERABILITY))


class VulnerabilityNotification(models.Model):
    """That the SSC was told of a vulnerability: the steps to rectify it, and in what time (PPCT-4.1-G3)."""

    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, related_name="vulnerability_notifications"
    )
    reference = models.CharField(max_length=20, unique=True, help_text="For example VN-2027-003.")
    vulnerability = models.TextField("what the weakness is")
    steps = models.TextField("steps to rectify it, or to mitigate its impact")
    intended_by = models.DateField("when they are intended to be done")
    notified_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    notified_at = models.DateTimeField()

    objects = VulnerabilityNotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.reference


WAITS_FOR = {"dcc": "The DCC", "ssc": "The SSC", "participant": "The Testing Participant"}
"""Whom a request may wait for."""


class FastTrackRequestQuerySet(models.QuerySet["FastTrackRequest"]):
    """Who sees which requests."""

    def visible_to(self, user: User) -> FastTrackRequestQuerySet:
        """The DCC, the SSC and the auditor; else those of the Testing Participant that made it."""
        if permitted(user, Duty.READ_FAST_TRACK):
            return self.all()
        return self.filter(organisation__in=organisations_of(user, Duty.REQUEST_FAST_TRACK))

    def running(self) -> FastTrackRequestQuerySet:
        """Those that have not come to an end: neither refused nor withdrawn, nor on the Eligible list."""
        ended = Q(state__in=["refused", "withdrawn"]) | Q(state="passed", eligible_row__isnull=False)
        return self.exclude(ended)

    def waiting_for(self, whom: str) -> FastTrackRequestQuerySet:
        """Those that wait for the DCC, the SSC or their Testing Participant, as WAITS_FOR names them."""
        lacks_sets = Q(state="granted", sets_received_on=None)
        waits = {
            "dcc": Q(state__in=["requested", "view_given", "granted", "in_test", "passed", "failed"]) & ~lacks_sets,
            "ssc": Q(state="view_sought"),
            "participant": lacks_sets,
        }  # fmt: skip
        return self.running().filter(waits[whom])

    def matching(self, text: str) -> FastTrackRequestQuerySet:
        """Those whose reference or Testing Participant holds a text."""
        return self.filter(Q(reference__icontains=text) | Q(organisation__name__icontains=text))


class FastTrackRequest(models.Model):
    """A Testing Participant asks that a Device Model Combination be tested before its turn."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        VIEW_SOUGHT = "view_sought", "The SSC’s view is sought"
        VIEW_GIVEN = "view_given", "The SSC’s view is given"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        IN_TEST = "in_test", "In test"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="fast_tracks")
    reference = models.CharField(max_length=20, unique=True, help_text="For example FT-2027-002.")
    provider = models.CharField("communications service provider", max_length=120)
    devices = ArrayField(models.CharField(max_length=80))
    combination_key = models.CharField(max_length=1000)
    new_device = models.CharField("the device with the new firmware", max_length=80)
    ground = models.CharField(max_length=40)
    purpose = models.CharField("what it is for, without the weakness itself", max_length=300)
    notification = models.ForeignKey(
        VulnerabilityNotification, models.PROTECT, null=True, blank=True, related_name="fast_tracks"
    )
    assessment = models.TextField("why the S1SR and DMVES requirements are not affected")
    assessment_document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    affects_interoperability = models.BooleanField("something is known that might impact interoperability")
    interoperability = models.TextField("what is known", blank=True)
    device_volume = models.PositiveIntegerField("Devices concerned", null=True, blank=True)
    note = models.TextField("safety, mode of operation, or else", blank=True)
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    date_if_not = models.DateField("tested on, if not fast tracked", null=True, blank=True)
    date_if_fast = models.DateField("tested on, if fast tracked", null=True, blank=True)
    sought_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    sought_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    to_change = models.TextField("what would have to change", blank=True)
    sets_received_on = models.DateField("device sets received", null=True, blank=True)
    eligible_row = models.ForeignKey(
        "cpl.EligibleRow", models.PROTECT, null=True, blank=True, related_name="fast_tracks",
        help_text="Its row on the DCC's Eligible list, which closes the request.",
    )  # fmt: skip
    eligible_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    state = FSMField(default=State.REQUESTED, choices=State.choices, protected=True)
    version = models.PositiveIntegerField(default=1)

    objects = FastTrackRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "fast-track request"
        triggers = [
            NO_DELETE,
            state_needs_act("ssc.fasttrackrequest"),
            facts_stand(
                "organisation", "reference", "provider", "devices", "combination_key", "new_device", "ground", "purpose",
                "assessment", "assessment_document", "affects_interoperability", "interoperability", "device_volume", "note",
                "requested_by", "requested_at",
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[
                    "requested", "view_sought", "view_given", "granted", "refused", "in_test", "passed", "failed",
                    "withdrawn",
                ]),
                name="ssc_fasttrack_state_known",
            ),
            models.CheckConstraint(
                condition=Q(ground="MATERIAL_SECURITY_VULNERABILITY"), name="ssc_fasttrack_only_for_security",
                violation_error_message="The fast track is only for a material security vulnerability.",
            ),
            models.CheckConstraint(
                condition=Q(date_if_fast=None) | Q(date_if_fast__lte=F("date_if_not")),
                name="ssc_fasttrack_fast_is_not_later",
                violation_error_message="Fast tracked, it cannot be tested later than otherwise.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"]) | Q(date_if_fast__isnull=False, date_if_not__isnull=False),
                name="ssc_fasttrack_view_has_both_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(to_change=""), name="ssc_fasttrack_refusal_says_what_to_change",
                violation_error_message="Say what would have to change.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_test", "passed", "failed"]) | Q(sets_received_on__isnull=False),
                name="ssc_fasttrack_sets_before_test", violation_error_message="Device sets come before the test.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "combination_key"],
                condition=Q(state__in=["requested", "view_sought", "view_given", "granted", "in_test", "failed"]),
                name="ssc_fasttrack_one_of_each_organisation",
                violation_error_message="Your request for this combination is running already.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @transition(field=state, source=State.REQUESTED, target=State.VIEW_SOUGHT)
    def seek_view(self) -> None:
        """The DCC asks for the SSC's view, with both dates."""

    @transition(field=state, source=State.VIEW_SOUGHT, target=State.VIEW_GIVEN)
    def give_view(self) -> None:
        """The three answers are given."""

    @transition(field=state, source=State.VIEW_GIVEN, target=State.GRANTED)
    def grant(self) -> None:
        """Three yeses: the DCC gives it priority."""

    @transition(field=state, source=State.VIEW_GIVEN, target=State.REFUSED)
    def refuse(self) -> None:
        """Not three yeses."""

    @transition(field=state, source=[State.GRANTED, State.FAILED], target=State.IN_TEST)
    def begin_test(self) -> None:
        """The DCC tests it, for the first time or again."""

    @transition(field=state, source=State.IN_TEST, target=State.PASSED)
    def passes(self) -> None:
        """It passed."""

    @transition(field=state, source=State.IN_TEST, target=State.FAILED)
    def fails(self) -> None:
        """It failed; it may be tested again."""

    @transition(
        field=state,
        source=[
            State.REQUESTED,
            State.VIEW_SOUGHT,
            State.VIEW_GIVEN,
            State.GRANTED,
            State.IN_TEST,
            State.FAILED,
        ],
        target=State.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """Its Testing Participant asks no longer."""


class SscViewQuerySet(models.QuerySet["SscView"]):
    """Which views the SSC has still to deal with."""

    def to_be_ratified(self) -> SscViewQuerySet:
        """Those that wait for a meeting; a request that was withdrawn asks nothing of one any more."""
        waiting = self.filter(ratified=None).exclude(request__state=FastTrackRequest.State.WITHDRAWN)
        return waiting.select_related("request").order_by("given_at", "pk")


class SscView(models.Model):
    """Three separate answers to the DCC (PPCT-9.16); the SSC ratifies them at its next meeting (A-37)."""

    request = models.OneToOneField(FastTrackRequest, models.PROTECT, related_name="view")
    was_notified = models.BooleanField("the SSC was notified of the vulnerability")
    is_material = models.BooleanField("the Chair considers it material")
    warrants = models.BooleanField("the Chair considers that this warrants the fast track")
    to_change = models.TextField("what would have to change", blank=True)
    keyed_for_the_chair = models.BooleanField("written down by the secretary for the Chair")
    evidence = models.TextField("how the Chair’s view is known", blank=True)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ratified = models.BooleanField("the SSC ratified it", null=True, blank=True)
    ratified_reason = models.TextField(blank=True)
    minute_reference = models.CharField(max_length=200, blank=True)
    ratified_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ratified_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SscViewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [
            NO_DELETE,
            facts_stand(
                "request", "was_notified", "is_material", "warrants", "to_change", "keyed_for_the_chair", "evidence", "document",
                "given_by", "given_at",
            ),
        ]  # fmt: skip
        verbose_name = "SSC view"
        constraints = [
            models.CheckConstraint(
                condition=Q(warrants=False) | Q(is_material=True), name="ssc_sscview_consistent",
                violation_error_message="What is not material cannot warrant the fast track.",
            ),
            models.CheckConstraint(
                condition=Q(keyed_for_the_chair=False) | ~Q(evidence="") | Q(document__isnull=False),
                name="ssc_sscview_keyed_with_evidence",
                violation_error_message="Show how the Chair’s view is known.",
            ),
            models.CheckConstraint(
                condition=Q(was_notified=True, is_material=True, warrants=True) | ~Q(to_change=""),
                name="ssc_sscview_no_says_what_to_change",
                violation_error_message="Say what would have to change.",
            ),
            models.CheckConstraint(
                condition=Q(ratified=None) | (~Q(ratified_reason="") & ~Q(minute_reference="")),
                name="ssc_sscview_ratified_with_minute",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"The SSC’s view on {self.request}"

    @property
    def is_three_yeses(self) -> bool:
        """Whether the DCC is to give priority (PPCT-9.16)."""
        return self.was_notified and self.is_material and self.warrants


class TestResult(models.Model):
    """The outcome of one test of a fast-tracked combination."""

    __test__ = False

    request = models.ForeignKey(FastTrackRequest, models.PROTECT, related_name="results")
    has_passed = models.BooleanField()
    tested_on = models.DateField()
    evidence = models.CharField("reference of the test report", max_length=200)
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.request}: {'passed' if self.has_passed else 'failed'}"


class InteroperabilityNotice(models.Model):
    """The Testing Participant has become aware of something that might impact interoperability (PPCT-9.17-2)."""

    request = models.ForeignKey(FastTrackRequest, models.PROTECT, related_name="interoperability_notices")
    text = models.TextField()
    notified_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    notified_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.request}, {self.notified_at:%d %B %Y}"
