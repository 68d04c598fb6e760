"""What the SSC's work holds."""

from ssc.models.advice import AuthorityAdvice, SchemeReview
from ssc.models.cases import (
    Case,
    CaseEvent,
    CaseGuest,
    ConflictOfInterest,
    InformationReply,
    InformationRequest,
)
from ssc.models.casework import (
    CaseFact,
    CaseNote,
    CommitteeMeeting,
    CommitteeSeat,
    ImpactPaper,
)
from ssc.models.determinations import Determination, PeriodUnit
from ssc.models.plan_work import (
    CommentAnswer,
    ComplianceFinding,
    MilestoneEvidence,
    MinutedDecision,
    PlanComment,
    ProgressReport,
    ProgressRequest,
)
from ssc.models.plans import Milestone, PlanPeriod, PlanVersion, RemedialPlan
from ssc.models.proposal_work import (
    CRITERIA,
    Consultation,
    ConsultationResponse,
    Guidance,
    NcscView,
    ProposalAdvice,
    ProposalDecision,
    ProposalReport,
    Schedule,
    SignOff,
)
from ssc.models.proposals import (
    ENDED,
    ClarificationRound,
    Proposal,
    ProposalSupport,
    ProposalVersion,
    StageEntry,
)
from ssc.models.referrals import AuthorityAnswer, Referral, Referred, Stay
from ssc.models.remedy import RemedyClaim, RemedyNotice, RemedySuspension
from ssc.models.working_groups import GroupInvitation, WorkingGroup

__all__ = [
    "CRITERIA",
    "ENDED",
    "AuthorityAdvice",
    "AuthorityAnswer",
    "Case",
    "CaseEvent",
    "CaseFact",
    "CaseGuest",
    "CaseNote",
    "ClarificationRound",
    "CommentAnswer",
    "CommitteeMeeting",
    "CommitteeSeat",
    "ComplianceFinding",
    "ConflictOfInterest",
    "Consultation",
    "ConsultationResponse",
    "Determination",
    "GroupInvitation",
    "Guidance",
    "ImpactPaper",
    "InformationReply",
    "InformationRequest",
    "Milestone",
    "MilestoneEvidence",
    "MinutedDecision",
    "NcscView",
    "PeriodUnit",
    "PlanComment",
    "PlanPeriod",
    "PlanVersion",
    "ProgressReport",
    "ProgressRequest",
    "Proposal",
    "ProposalAdvice",
    "ProposalDecision",
    "ProposalReport",
    "ProposalSupport",
    "ProposalVersion",
    "Referral",
    "Referred",
    "RemedialPlan",
    "RemedyClaim",
    "RemedyNotice",
    "RemedySuspension",
    "Schedule",
    "SchemeReview",
    "SignOff",
    "StageEntry",
    "Stay",
    "WorkingGroup",
]
