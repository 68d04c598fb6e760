"""The list on the Secretariat's desk: rows to read, and work pages whose buttons call one service each."""

from cpl.admin import (
    certificate_changes,
    certificate_events,
    certificates,
    corrections,
    dcc_lists,
    dcc_side,
    decided,
    devices,
    editions,
    estate,
    expiry_notices,
    list_changes,
    matrix,
    reference,
    relays,
    submissions,
)

__all__ = [
    "certificate_changes",
    "certificate_events",
    "certificates",
    "corrections",
    "dcc_lists",
    "dcc_side",
    "decided",
    "devices",
    "editions",
    "estate",
    "expiry_notices",
    "list_changes",
    "matrix",
    "reference",
    "relays",
    "submissions",
]
