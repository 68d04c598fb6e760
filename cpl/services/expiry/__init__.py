"""Telling the Parties that CPA Certificates come to their dates (Section F2.7), and warning those responsible (F2.6)."""

from cpl.services.expiry.facts import Covered, covered_by, responsible_for
from cpl.services.expiry.planning import plan_notices, plan_what_is_missing, revive_what_sleeps
from cpl.services.expiry.renewal_duties import discharge_renewal_duties
from cpl.services.expiry.running import send_expiry_notices

__all__ = [
    "Covered",
    "covered_by",
    "discharge_renewal_duties",
    "plan_notices",
    "plan_what_is_missing",
    "responsible_for",
    "revive_what_sleeps",
    "send_expiry_notices",
]
