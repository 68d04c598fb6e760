"""The SSC's casework, proposals, groups and fast tracks on the desk: read-only where the SSC decides."""

from ssc.admin import casework, fast_track, groups, proposals, referrals

__all__ = ["casework", "fast_track", "groups", "proposals", "referrals"]
