"""Counting states that no act tells of (I-5): whoever changed them did so past the services and past the guards."""

from secgov.journal.promises import count

VERBS = {
    "listchange": {
        "proposed": "cpl.list_change.proposed",
        "approved": "cpl.list_change.approved",
        "issued": "cpl.list_change.issued",
        "cancelled": "cpl.list_change.cancelled",
    },
    "assurancecertificate": {
        "valid": "cpl.certificate.validated",
        "invalid": "cpl.certificate.found_invalid",
        "void": "cpl.certificate.void",
    },
    "certificateevent": {
        "unconfirmed": "cpl.certificate_event.recorded",
        "confirmed": "cpl.certificate_event.confirmed",
        "denied": "cpl.certificate_event.denied",
        "superseded": "cpl.certificate_event.superseded",
    },
    "certificatechange": {
        "proposed": "cpl.certificate_change.proposed",
        "approved": "cpl.certificate_change.approved",
        "refused": "cpl.certificate_change.refused",
    },
    "bindingdetermination": {
        "recorded": "cpl.determination.recorded",
        "binding": "cpl.determination.bound",
        "refused": "cpl.determination.refused",
        "superseded": "cpl.determination.superseded",
        "returned": "cpl.determination.returned",
        "void": "cpl.determination.void",
    },
    "paneldecision": {
        "decided": "cpl.panel_decision.decided",
        "refused": "cpl.panel_decision.refused",
    },
    "authorityorder": {
        "recorded": "cpl.authority_order.recorded",
        "confirmed": "cpl.authority_order.confirmed",
        "refused": "cpl.authority_order.refused",
    },
    "expirynotice": {
        "sent": "cpl.expiry_notice.sent",
        "sent_late": "cpl.expiry_notice.sent",
        "cancelled": "cpl.expiry_notice.cancelled",
    },
}
"""By model and state: the act that brings it. A state that is missing here may begin without an act of its own."""

_STATE = """
    SELECT count(*) FROM cpl_{model} r JOIN (VALUES {pairs}) AS v(state, verb) ON v.state = r.state
    WHERE NOT EXISTS (
        SELECT FROM journal_act a WHERE a.subject_type = 'cpl.{model}' AND a.subject_id = r.id::text
          AND a.verb = v.verb AND a.clause <> '')
"""

_OTHERS = """
    SELECT
        (SELECT count(*) FROM cpl_submission s WHERE s.state <> 'draft' AND NOT EXISTS (
            SELECT FROM journal_act a WHERE a.subject_type = 'cpl.submission' AND a.subject_id = s.id::text AND a.clause <> ''))
      + (SELECT count(*) FROM cpl_edition e WHERE NOT EXISTS (
            SELECT FROM journal_act a WHERE a.subject_type = 'cpl.edition' AND a.subject_id = e.id::text
              AND a.verb = 'cpl.edition.issued' AND a.clause <> ''))
      + (SELECT count(*) FROM journal_act WHERE actor_role = '' OR actor_id IS NULL AND actor_role = 'Secretariat')
"""


def states_without_act() -> int:
    """I-5: rows in a state that no act with its clause has brought, and acts without an actor."""
    found = count(_OTHERS)
    for model, verbs in VERBS.items():
        pairs = ", ".join(f"('{state}', '{verb}')" for state, verb in verbs.items())
        found += count(_STATE.format(model=model, pairs=pairs))
    return found
