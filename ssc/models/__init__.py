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
from ssc.models.referrals import AuthorityAnswer, Referral, Referred, Stay
from ssc.models.remedy import RemedyClaim, RemedyNotice, RemedySuspension

__all__ = [
    "AuthorityAdvice",
    "AuthorityAnswer",
    "Case",
    "CaseEvent",
    "CaseFact",
    "CaseGuest",
    "CaseNote",
    "CommentAnswer",
    "CommitteeMeeting",
    "CommitteeSeat",
    "ComplianceFinding",
    "ConflictOfInterest",
    "Determination",
    "ImpactPaper",
    "InformationReply",
    "InformationRequest",
    "Milestone",
    "MilestoneEvidence",
    "MinutedDecision",
    "PeriodUnit",
    "PlanComment",
    "PlanPeriod",
    "PlanVersion",
    "ProgressReport",
    "ProgressRequest",
    "Referral",
    "Referred",
    "RemedialPlan",
    "RemedyClaim",
    "RemedyNotice",
    "RemedySuspension",
    "SchemeReview",
    "Stay",
]
