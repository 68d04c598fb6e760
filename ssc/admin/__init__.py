"""The SSC's casework on the Secretariat's desk: read-only where the SSC decides."""

from ssc.admin import casework, referrals

__all__ = ["casework", "referrals"]
