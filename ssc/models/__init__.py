"""What the SSC's work holds."""

from ssc.models.cases import (
    Case,
    CaseEvent,
    CaseGuest,
    ConflictOfInterest,
    InformationReply,
    InformationRequest,
)
from ssc.models.determinations import Determination, PeriodUnit
from ssc.models.plans import Milestone, PlanPeriod, PlanVersion, RemedialPlan

__all__ = [
    "Case",
    "CaseEvent",
    "CaseGuest",
    "ConflictOfInterest",
    "Determination",
    "InformationReply",
    "InformationRequest",
    "Milestone",
    "PeriodUnit",
    "PlanPeriod",
    "PlanVersion",
    "RemedialPlan",
]
