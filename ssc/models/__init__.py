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
from ssc.models.plans import Milestone, PlanPeriod, PlanVersion, RemedialPlan
from ssc.models.referrals import AuthorityAnswer, Referral, Referred, Stay

__all__ = [
    "AuthorityAdvice",
    "AuthorityAnswer",
    "Case",
    "CaseEvent",
    "CaseFact",
    "CaseGuest",
    "CaseNote",
    "CommitteeMeeting",
    "CommitteeSeat",
    "ConflictOfInterest",
    "Determination",
    "ImpactPaper",
    "InformationReply",
    "InformationRequest",
    "Milestone",
    "PeriodUnit",
    "PlanPeriod",
    "PlanVersion",
    "Referral",
    "Referred",
    "RemedialPlan",
    "SchemeReview",
    "Stay",
]
