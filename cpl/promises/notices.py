"""Counting broken promises about expiry notices (I-6, I-7)."""

import datetime as dt

from secgov.journal.promises import SWEEP_LATENESS, count
from secgov.time_rules import london_day

_MISSING = """
    SELECT
        -- a CPA Certificate in force whose date is to come, without all its stages a day after it was validated
        (SELECT count(*) FROM cpl_assurancecertificate c
         WHERE c.body = 'NCSC' AND c.state = 'valid' AND LEAST(c.expires_on, c.renews_on) >= %(today)s
           AND c.recorded_at < %(yesterday)s
           AND 3 <> (SELECT count(*) FROM cpl_expirynotice n
                     WHERE n.certificate_id = c.id AND n.relevant_on = LEAST(c.expires_on, c.renews_on)))
        -- a stage whose target passed before today and that is pending still
      + (SELECT count(*) FROM cpl_expirynotice WHERE state = 'pending' AND target_on < %(today)s AND first_known_on < %(today)s)
"""

_DOUBLE = """
    SELECT
        (SELECT count(*) FROM (
            SELECT 1 FROM cpl_expirynotice GROUP BY certificate_id, relevant_on, stage HAVING count(*) > 1) twice)
      + (SELECT count(*) FROM (
            SELECT 1 FROM journal_act WHERE verb = 'cpl.expiry_notice.sent' AND subject_type = 'cpl.expirynotice'
            GROUP BY subject_id HAVING count(*) > 1) told)
      + (SELECT count(*) FROM (
            SELECT 1 FROM journal_notice WHERE subject_type = 'cpl.expirydigest'
            GROUP BY subject_id, organisation_id HAVING count(*) > 1) given)
"""

_UNDELIVERED = """
    SELECT
        -- Parties that existed when a digest of dates was sent, without their notice of it
        (SELECT count(*) FROM cpl_expirydigest d
    JOIN accounts_organisation o
      ON o.party_category <> '' AND o.admitted_at <= d.made_at AND (o.retired_at IS NULL OR o.retired_at > d.made_at)
    WHERE d.audience = 'parties'
      AND EXISTS (SELECT FROM cpl_expirynotice n WHERE n.digest_id = d.id AND n.state IN ('sent', 'sent_late'))
      AND NOT EXISTS (SELECT FROM journal_notice j
                      WHERE j.subject_type = 'cpl.expirydigest' AND j.subject_id = d.id::text AND j.organisation_id = o.id))
        -- update notices whose digest has not been made in its time
      + (SELECT count(*) FROM cpl_heldupdate h JOIN accounts_contact c ON c.id = h.contact_id
         WHERE h.message_id IS NULL AND c.retired_at IS NULL AND h.send_by < %(before)s)
"""


def missing_notices(at: dt.datetime) -> int:
    """I-6: stages that nobody planned, and stages whose day has passed without an end."""
    today = london_day(at)
    return count(_MISSING, {"today": today, "yesterday": at - dt.timedelta(days=1)})


def double_notices() -> int:
    """I-6: stages, tellings and deliveries that stand twice."""
    return count(_DOUBLE)


def missing_deliveries(at: dt.datetime) -> int:
    """I-7: Parties that existed when a digest was sent and have no notice of it, and updates whose mail is not made."""
    return count(_UNDELIVERED, {"before": at - SWEEP_LATENESS})
