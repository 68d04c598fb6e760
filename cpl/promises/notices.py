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
        -- a stage set aside although a listed model has been covered for a day, or dropped though its date is the date
      + (SELECT count(*) FROM cpl_expirynotice n JOIN cpl_assurancecertificate c ON c.id = n.certificate_id
         WHERE c.state = 'valid' AND n.relevant_on >= %(today)s AND n.relevant_on = LEAST(c.expires_on, c.renews_on)
           AND (n.ground = 'date_changed' AND n.state = 'cancelled' OR n.ground = 'nothing_listed' AND EXISTS (
               SELECT FROM cpl_certificatecoverage v JOIN cpl_listingperiod p ON p.identity = v.identity
               WHERE v.certificate_id = c.id AND v.ended_on IS NULL AND v.attested_at < %(yesterday)s
                 AND p.closed_at IS NULL AND p.closed_known_by IS NULL
                 AND (p.opened_at IS NULL OR p.opened_at < %(yesterday)s))))
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
        -- a notice of NCSC's that a Party has not
      + (SELECT count(*) FROM cpl_relayednotice r
         JOIN accounts_organisation o
           ON o.party_category <> '' AND o.admitted_at <= r.sent_at AND (o.retired_at IS NULL OR o.retired_at > r.sent_at)
         WHERE NOT EXISTS (SELECT FROM journal_notice j
                           WHERE j.subject_type = 'cpl.relayednotice' AND j.subject_id = r.id::text AND j.organisation_id = o.id))
        -- in the inbox, but no mail ever went, and nobody was asked to tell it otherwise
      + (SELECT count(*) FROM journal_notice j
         WHERE j.subject_type IN ('cpl.expirydigest', 'cpl.relayednotice') AND j.other_channel_at IS NULL
           AND NOT EXISTS (SELECT FROM journal_message m WHERE m.notice_id = j.id)
           AND NOT EXISTS (SELECT FROM journal_task t WHERE t.key = 'no-contact:' || j.id))
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
    """I-7: Parties that have no notice, or no mail, of a digest or of a notice of NCSC's; updates whose mail is not made."""
    return count(_UNDELIVERED, {"before": at - SWEEP_LATENESS})
