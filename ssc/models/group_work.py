"""A CPA Working Group at work: its members and their undertakings, its meetings, papers and assessments (SC-A1)."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django_fsm import FSMField, transition

from secgov.accounts.models import Membership, User
from secgov.accounts.permissions import Duty, permitted
from secgov.documents.models import Classification
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, state_needs_act
from ssc.models.proposals import Proposal
from ssc.models.working_groups import WorkingGroup
from ssc.rules.working_groups import is_quorate


class TermsOfReference(models.Model):
    """A version of the terms under which Working Groups act; the newest is the one to accept (SC-A1.1-1)."""

    number = models.PositiveSmallIntegerField("version", unique=True)
    text = models.TextField()
    from_on = models.DateField("in force from")
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        triggers = [INSERT_ONLY]
        verbose_name_plural = "terms of reference"

    def __str__(self) -> str:
        return f"Terms of reference, version {self.number}"


class GroupMemberQuerySet(models.QuerySet["GroupMember"]):
    """Whose membership stands."""

    def standing(self) -> GroupMemberQuerySet:
        """Not ended, of people who are still of the organisation for which they sit, while that is admitted."""
        of_it = Membership.objects.current().filter(
            user=OuterRef("person"), organisation=OuterRef("organisation")
        )
        return self.exclude(state=GroupMember.State.ENDED).filter(Exists(of_it), person__is_active=True)


class GroupMember(models.Model):
    """Somebody on a Working Group: invited, active once all is confirmed, ended with a reason (SC-A1.2, SC-A1.3)."""

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        ACTIVE = "active", "Active"
        ENDED = "ended", "Ended"

    class End(models.TextChoices):
        LEFT = "left", "Left"
        REMOVED = "removed", "Removed by the SSC"
        REVOKED = "revoked", "Revoked for a breach"

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="members")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="working_groups")
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    is_proposer = models.BooleanField("proposer of an item", default=False)
    invited_at = models.DateTimeField()
    terms = models.ForeignKey(
        TermsOfReference,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="terms accepted",
    )
    interests = models.TextField("interests declared", blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField("how it ended", max_length=10, choices=End.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_reason = models.TextField(blank=True)
    state = FSMField(default=State.INVITED, choices=State.choices, protected=True)
    version = models.PositiveIntegerField(default=1)

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = [NO_DELETE, state_needs_act("ssc.groupmember")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["invited", "active", "ended"]), name="ssc_groupmember_state_known"
            ),
            models.UniqueConstraint(
                fields=["group", "person"], condition=~Q(state="ended"), name="ssc_groupmember_once",
                violation_error_message="This person is on the group already.",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(terms__isnull=False, joined_at__isnull=False),
                name="ssc_groupmember_active_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | (~Q(end="") & ~Q(ended_reason="") & Q(ended_at__isnull=False)),
                name="ssc_groupmember_end_has_reason", violation_error_message="Say why the membership ends.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Member of {self.group}, for {self.organisation}"  # no name: the journal keeps these words for ever

    @transition(field=state, source=State.INVITED, target=State.ACTIVE)
    def join(self) -> None:
        """Terms, time, fairness and confidence are all confirmed."""

    @transition(field=state, source=[State.INVITED, State.ACTIVE], target=State.ENDED)
    def finish(self) -> None:
        """Left, removed, or revoked: access ends with it."""


class Undertaking(models.Model):
    """A member undertakes in writing to keep what is shared at a level (SC-A1.5-2)."""

    member = models.ForeignKey(GroupMember, models.PROTECT, related_name="undertakings")
    level = models.CharField(
        max_length=10, choices=[each for each in Classification.choices if each[0] != "white"]
    )
    signature = models.CharField("signed by", max_length=150)
    document = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [models.UniqueConstraint(fields=["member", "level"], name="ssc_undertaking_once")]

    def __str__(self) -> str:
        return f"{self.member}: {self.get_level_display()}"


class GroupMeeting(models.Model):
    """A meeting of a Working Group, or business that it does without meeting (SC-A1.4)."""

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        TELEPHONE = "telephone", "By telephone"
        CORRESPONDENCE = "correspondence", "By correspondence"

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField("time and date")
    place = models.CharField("place, or the number to call", max_length=200)
    mode = models.CharField(max_length=15, choices=Mode.choices, default=Mode.IN_PERSON)
    agenda = models.TextField()
    noticed_at = models.DateTimeField("notice sent to the members")
    called_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_reason = models.TextField(blank=True)
    chaired_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    present = models.ManyToManyField(GroupMember, blank=True, related_name="attended")
    quorum = models.PositiveSmallIntegerField("quorum as it was set", null=True, blank=True)
    minutes = models.TextField(blank=True)
    minutes_level = models.CharField(
        "level of the minutes",
        max_length=10,
        choices=Classification.choices,
        default=Classification.RED,
        help_text="Closed to most until somebody has said otherwise.",
    )
    minuted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-starts_at", "-id"]
        triggers = [NO_DELETE]
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="") & ~Q(agenda=""), name="ssc_groupmeeting_has_place_and_agenda",
                violation_error_message="Give time, date, place and agenda.",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None) | ~Q(called_off_reason=""), name="ssc_groupmeeting_off_has_reason",
                violation_error_message="Say why the meeting is called off.",
            ),
            models.CheckConstraint(
                condition=Q(minuted_at=None) | (~Q(minutes="") & Q(chaired_by__isnull=False)),
                name="ssc_groupmeeting_minutes_are_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Meeting of {self.starts_at.day} {self.starts_at:%B %Y}, {self.group}"

    @property
    def is_inquorate(self) -> bool | None:
        """Whether fewer were present than the quorum asks for; None before its minutes, or without a quorum set (SC-A1.3-5)."""
        if not self.quorum:
            return None
        return not is_quorate(present=self.present.count(), quorum=self.quorum)


class GroupPaperQuerySet(models.QuerySet["GroupPaper"]):
    """Who reads which papers."""

    def visible_to(self, user: User) -> GroupPaperQuerySet:
        """All to the SSC and the auditor; to an active member of an open group the White ones, and those of the levels
        undertaken; nobody else any.
        """
        if permitted(user, Duty.READ_CASES):
            return self.all()
        active = GroupMember.objects.standing().filter(
            group=OuterRef("group"),
            person=user,
            state=GroupMember.State.ACTIVE,
            group__state=WorkingGroup.State.OPEN,
        )
        undertaken = active.filter(undertakings__level=OuterRef("document__classification"))
        white = Q(document__classification=Classification.WHITE)
        return self.filter(Exists(active)).filter(white | Exists(undertaken))


class GroupPaper(models.Model):
    """A paper before a Working Group; who reads it follows from its classification (SC-A1.4-6, SC-A1.5-1)."""

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="papers")
    meeting = models.ForeignKey(GroupMeeting, models.PROTECT, null=True, blank=True, related_name="papers")
    title = models.CharField(max_length=200)
    document = models.OneToOneField("documents.Document", models.PROTECT, related_name="+")
    sent_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    late_reason = models.TextField("why it came less than five Working Days before the meeting", blank=True)

    objects = GroupPaperQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return self.title


class GroupContribution(models.Model):
    """What a member brings to a proposal: a comment, or one of the group's four tasks (SC-A1.1-2, SC-A1.2)."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        REVIEW = "review", "Review of the proposal"
        IMPACT = "impact", "Impact on one’s sector"
        ESTIMATE = "estimate", "Cost, other implications and benefits"
        ALTERNATIVE = "alternative", "Amendment or alternative, and its assessment"

    group = models.ForeignKey(WorkingGroup, models.PROTECT, related_name="contributions")
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="contributions")
    member = models.ForeignKey(GroupMember, models.PROTECT, related_name="contributions")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.TextField()
    cost = models.TextField("cost and other implications", blank=True)
    benefit = models.TextField(blank=True)
    assessment = models.TextField("how the alternative meets the intent", blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="estimate") | (~Q(cost="") & ~Q(benefit="")),
                name="ssc_groupcontribution_estimate_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(kind="alternative") | ~Q(assessment=""), name="ssc_groupcontribution_alternative_assessed"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.proposal}"
