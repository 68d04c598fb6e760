"""Proposals: SC Modification Requests and use cases for Device refurbishment, as Appendix 2 asks for them (chart 9)."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of, permitted
from secgov.documents.models import Classification
from secgov.journal.guards import INSERT_ONLY, NO_DELETE, state_needs_act

MOST_WORDS = 6
"""Of a search."""


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Who sees which proposals."""

    def visible_to(self, user: User) -> ProposalQuerySet:
        """One's own organisation's; those that its support is asked for, unless it declined; all that were handed in, to
        SSC and Secretariat; a draft that was keyed in, to all who key in.
        """
        own = Q(organisation__in=organisations_of(user, Duty.RAISE_PROPOSAL))
        asked = Q(
            supports__party__in=organisations_of(user, Duty.SUPPORT_PROPOSAL), supports__withdrawn_at=None,
            supports__declined_at=None,
        )  # fmt: skip
        handed_in = ~Q(state=Proposal.State.DRAFT)
        if permitted(user, Duty.READ_PROPOSALS):
            if permitted(user, Duty.KEY_IN_PROPOSAL):
                handed_in |= Q(keyed_in_by__isnull=False)
            return self.filter(handed_in | own).distinct()
        return self.filter(own | (asked & handed_in)).distinct()

    def tracked(self) -> ProposalQuerySet:
        """Those that the public tracker shows: taken up by the SSC, and not withdrawn before that."""
        return self.exclude(triaged_at=None)

    def matching(self, text: str, *, in_public: bool = False) -> ProposalQuerySet:
        """Those that hold every word of a text in number, title or proposer; in public these two count of White ones only."""
        rows = self
        for word in "".join(each for each in text if each.isprintable()).split()[:MOST_WORDS]:
            said = (
                Q(sc_title__icontains=word)
                | Q(use_case_title__icontains=word)
                | Q(proposer_organisation__icontains=word)
            )
            if in_public:
                said &= Q(classification=Classification.WHITE)
            rows = rows.filter(Q(reference__icontains=word) | said)
        return rows

    def in_order(self) -> ProposalQuerySet:
        """Urgent ones first, then the oldest (SC-A2-Q6)."""
        return self.order_by(models.F("urgent").desc(nulls_last=True), "submitted_at", "pk")


class Proposal(models.Model):
    """One proposal on its way from a draft to new Security Characteristics, to guidance, or to a refusal."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        TRIAGE = "triage", "Triage"
        NCSC_LIAISON = "ncsc_liaison", "NCSC liaison"
        REFINEMENT = "refinement", "Refinement"
        CONSULTATION = "consultation", "Consultation"
        DECIDED = "decided", "Approved by the SSC"
        SCHEDULED = "scheduled", "Scheduled"
        SIGNED_OFF = "signed_off", "Signed off by NCSC"
        PUBLISHED = "published", "Published by NCSC"
        GUIDANCE_ISSUED = "guidance_issued", "Guidance issued"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Kind(models.TextChoices):
        SC_MODIFICATION = "sc_modification", "SC Modification Request"
        USE_CASE = "use_case", "Use case for Device refurbishment"

    class Channel(models.TextChoices):
        WEB = "web", "This site"
        EMAIL = "email", "E-mail, keyed in"

    class PanelUpdates(models.TextChoices):
        NONE = "none", "At the start and at the outcome"
        MONTHLY = "monthly", "Every month besides"

    reference = models.CharField(max_length=20, blank=True, help_text="For example P-007; a draft has none.")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.PROTECT, null=True, blank=True, related_name="proposals",
        help_text="Whose people may change it; empty where an e-mailed form came from nobody registered.",
    )  # fmt: skip
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    keyed_in_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField("e-mailed form received on", null=True, blank=True)
    original = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Appendix 2, field for field. A draft may hold any part of it.
    sc_title = models.CharField("proposed SC modification title", max_length=200, blank=True)
    use_case_title = models.CharField("proposed use case title", max_length=200, blank=True)
    includes_triage = models.BooleanField("the use case includes the triage of Devices", default=False)
    proposer_name = models.CharField("name", max_length=150, blank=True)
    proposer_organisation = models.CharField("organisation", max_length=200, blank=True)
    proposer_phone = models.CharField("contact number", max_length=40, blank=True)
    proposer_email = models.CharField("email address", max_length=254, blank=True)
    submitted_at = models.DateTimeField("submission date", null=True, blank=True)
    issue = models.TextField("what issue are you looking to address?", blank=True)
    necessity = models.TextField("why does it need to be addressed?", blank=True)
    solution = models.TextField("what is your proposed solution?", blank=True)
    affects_existing = models.BooleanField("does this affect an existing SC?", null=True, blank=True)
    affected = models.ForeignKey(
        "cpl.SecurityCharacteristic", models.PROTECT, null=True, blank=True, related_name="+"
    )
    affected_text = models.TextField("why it needs changing", blank=True)
    needs_new = models.BooleanField("does this require a new SC?", null=True, blank=True)
    needs_new_text = models.TextField("why a new one is needed", blank=True)
    urgent = models.BooleanField("is it an urgent business need?", null=True, blank=True)
    urgent_text = models.TextField("why it is urgent", blank=True)
    # SC Methodology 5: why Security Characteristics change.
    reasons = models.JSONField("reasons for the change, by their codes", default=list, blank=True)
    reason_other = models.TextField("another reason", blank=True)
    modification_reference = models.CharField(
        "SEC Modification, for example MP209", max_length=20, blank=True
    )

    classification = models.CharField(
        max_length=10, choices=Classification.choices, default=Classification.AMBER,
        help_text="What is not White is named on the tracker by its number and stage only.",
    )  # fmt: skip
    panel_updates = models.CharField(max_length=10, choices=PanelUpdates.choices, default=PanelUpdates.NONE)
    state = FSMField(default=State.DRAFT, choices=State.choices, protected=True)
    triaged_at = models.DateTimeField("taken up at", null=True, blank=True)
    need_is_clear = models.BooleanField("the business need is clearly articulated", null=True, blank=True)
    triage_finding = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [NO_DELETE, state_needs_act("ssc.proposal")]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="ssc_proposal_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        *("draft", "submitted", "triage", "ncsc_liaison", "refinement", "consultation", "decided"),
                        *("scheduled", "signed_off", "published", "guidance_issued", "rejected", "withdrawn"),
                    ]
                ),
                name="ssc_proposal_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected", "withdrawn"]) | ~Q(ended_reason=""),
                name="ssc_proposal_end_has_reason",
                violation_error_message="Say why the proposal ends.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | (Q(submitted_at__isnull=False) & ~Q(reference="")),
                name="ssc_proposal_handed_in_has_day",
            ),
            models.CheckConstraint(
                condition=Q(sc_title="") | Q(use_case_title=""),
                name="ssc_proposal_one_title",
                violation_error_message="Give one title: of the modification or of the use case.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "withdrawn"]) | Q(triaged_at__isnull=False),
                name="ssc_proposal_triage_first",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["scheduled", "signed_off", "published"]) | Q(kind="sc_modification"),
                name="ssc_proposal_only_modifications_are_scheduled",
            ),
            models.CheckConstraint(
                condition=~Q(state="guidance_issued") | Q(kind="use_case"),
                name="ssc_proposal_only_use_cases_become_guidance",
            ),
            models.CheckConstraint(
                condition=Q(channel="web") | Q(original__isnull=False, received_on__isnull=False, keyed_in_by__isnull=False),
                name="ssc_proposal_mailed_has_original",
                violation_error_message="Attach the form as it was e-mailed, and say when it was received.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference or f"Draft {self.pk}"

    @property
    def title(self) -> str:
        """The title that fits its kind."""
        return (
            self.sc_title if self.kind == self.Kind.SC_MODIFICATION else self.use_case_title
        ) or "Without a title yet"

    @property
    def is_open(self) -> bool:
        """Whether it was handed in and has not come to its end."""
        return self.state not in ENDED and self.state != self.State.DRAFT

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def submit(self) -> None:
        """The proposer hands it to the SSC."""

    @transition(field=state, source=State.SUBMITTED, target=State.TRIAGE)
    def take_up(self) -> None:
        """A Party supports it: the SSC's triage begins."""

    @transition(field=state, source=State.TRIAGE, target=State.NCSC_LIAISON)
    def liaise(self) -> None:
        """The need is clear: the SSC asks NCSC."""

    @transition(field=state, source=State.NCSC_LIAISON, target=State.REFINEMENT)
    def refine(self) -> None:
        """NCSC agrees on all four criteria, and a Working Group is convened."""

    @transition(field=state, source=State.REFINEMENT, target=State.CONSULTATION)
    def consult(self) -> None:
        """The SSC asks for views."""

    @transition(field=state, source=State.CONSULTATION, target=State.REFINEMENT)
    def refine_again(self) -> None:
        """The views call for more work."""

    @transition(field=state, source=State.CONSULTATION, target=State.DECIDED)
    def approve(self) -> None:
        """The SSC approved it, with its report."""

    @transition(field=state, source=[State.NCSC_LIAISON, State.CONSULTATION], target=State.REJECTED)
    def reject(self) -> None:
        """The SSC rejected it, with its report."""

    @transition(field=state, source=State.DECIDED, target=State.SCHEDULED)
    def schedule(self) -> None:
        """The implementation date is set."""

    @transition(field=state, source=State.SCHEDULED, target=State.SIGNED_OFF)
    def sign_off(self) -> None:
        """NCSC signed the new version off."""

    @transition(field=state, source=State.SIGNED_OFF, target=State.PUBLISHED)
    def publish(self) -> None:
        """NCSC published it; the register has the version."""

    @transition(field=state, source=State.DECIDED, target=State.GUIDANCE_ISSUED)
    def issue_guidance(self) -> None:
        """The use case is guidance now."""

    @transition(
        field=state,
        source=[
            *(State.DRAFT, State.SUBMITTED, State.TRIAGE, State.NCSC_LIAISON, State.REFINEMENT, State.CONSULTATION),
        ],
        target=State.WITHDRAWN,
    )  # fmt: skip
    def withdraw(self) -> None:
        """The proposer, or the SSC where the proposer is silent, takes it back."""


ENDED = (
    Proposal.State.PUBLISHED,
    Proposal.State.GUIDANCE_ISSUED,
    Proposal.State.REJECTED,
    Proposal.State.WITHDRAWN,
)


class ProposalVersion(models.Model):
    """A proposal's form as it was handed in, and as it stood after each round; never whom to call (SC-6.4-2)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    fields = models.JSONField(encoder=DjangoJSONEncoder)
    note = models.TextField("what changed", blank=True)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        triggers = [INSERT_ONLY]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="ssc_proposalversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.proposal}, version {self.number}"


class ProposalSupport(models.Model):
    """A SEC Party that is said to support a proposal; it counts once that Party says so itself (SC-6.3)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="supports")
    party = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="proposals_supported")
    name = models.CharField(max_length=150)
    phone = models.CharField("contact number", max_length=40)
    email = models.CharField("email address", max_length=254)
    is_own = models.BooleanField("the proposer is this Party itself", default=False)
    named_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_version = models.PositiveSmallIntegerField("version that it read", null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    declined_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField("no longer named, since", null=True, blank=True)

    class Meta:
        ordering = ["named_at", "id"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "party"], condition=Q(withdrawn_at=None), name="ssc_proposalsupport_once",
                violation_error_message="This Party is named already.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="ssc_proposalsupport_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(declined_at=None), name="ssc_proposalsupport_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(declined_at=None) | ~Q(declined_reason=""), name="ssc_proposalsupport_decline_has_reason"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.party} for {self.proposal}"


class StageEntry(models.Model):
    """That a proposal came to a stage, when, and by when the SSC means to be through with it (TR-9)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="stages")
    stage = models.CharField(max_length=20, choices=Proposal.State.choices)
    entered_at = models.DateTimeField()
    target_on = models.DateField("target of the SSC", null=True, blank=True)

    class Meta:
        ordering = ["id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_stage_display()}"


class ClarificationRound(models.Model):
    """What the SSC asks the proposer while it triages; the answer is a new version (SC-6.4-2)."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    question = models.TextField()
    invited_to_meeting = models.BooleanField("the proposer is invited to a meeting of the SSC", default=False)
    reply_by = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_version = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        triggers = [NO_DELETE]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="ssc_clarificationround_once"),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(answered_at=None), name="ssc_clarificationround_one_open",
                violation_error_message="A question waits for its answer already.",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(answer=""), name="ssc_clarificationround_answer_has_text"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Round {self.number} of {self.proposal}"
