"""Counting broken promises about entries and the changes that made them (I-1, I-2, I-8, I-9, I-10, I-13)."""

from django.db import connection

from cpl.models import Edition
from cpl.promises.stored import entries_told
from secgov.journal.promises import count

_KNOWN = """
    SELECT device_model_id FROM cpl_listingperiod
    UNION SELECT number FROM cpl_publishedentry
    UNION SELECT entry_number FROM cpl_listchange WHERE state IN ('approved', 'issued')
    UNION SELECT subject_id::bigint FROM journal_act WHERE verb = 'cpl.device_model.listed'
"""

_RESERVED = """
    SELECT count(*) FROM journal_act a
    WHERE a.verb = 'cpl.submission.submitted' AND NOT EXISTS (
        SELECT FROM cpl_submission s WHERE s.id::text = a.subject_id AND s.entry_number IS NOT NULL
    )
"""

_IMPORTED = """
    SELECT coalesce((SELECT sum(rows) FROM cpl_listimport), 0)
         - (SELECT count(*) FROM cpl_listingperiod WHERE origin = 'imported')
"""


def lost_entries(*, full: bool) -> int:
    """I-1: numbers once issued or reserved that the register does not hold any more.

    Looks into the newest edition and the one before; with `full` into all.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM cpl_devicemodel")
        held = {row[0] for row in cursor.fetchall()}
        cursor.execute(_KNOWN)
        known = {row[0] for row in cursor.fetchall()}
    lost = known - held
    editions = Edition.objects.order_by("-number")
    later: set[int] | None = None
    for edition in editions if full else editions[:2]:
        told = entries_told(edition)
        if told is None:
            continue  # I-4 counts it
        said = {int(entry["entry"]) for entry in told}
        lost |= said - (held if later is None else held & later)
        later = said
    return len(lost) + count(_RESERVED) + abs(count(_IMPORTED))


_UNTOLD = """
    SELECT count(*) FROM cpl_publishedentry p JOIN cpl_devicemodel d ON d.number = p.number
    WHERE ((p.device_type, p.manufacturer_identifier, p.model_identifier, p.hardware_version, p.hardware_revision,
            p.firmware_version, p.spec_type, p.spec_version, p.gbcs_version, p.image_hash)
           <> (d.device_type, d.manufacturer_id, d.model_identifier, d.hardware_version, d.hardware_revision,
               d.firmware_version, d.spec_type, d.spec_version, d.gbcs_version, d.image_hash)
        OR (p.status = 'Current') <> EXISTS (SELECT FROM cpl_listingperiod l
            WHERE l.device_model_id = d.number AND l.closed_at IS NULL AND l.closed_known_by IS NULL))
      -- what waits for its edition, or for that edition's files, is on its way
      AND NOT EXISTS (SELECT FROM cpl_listchange c WHERE c.entry_number = d.number AND (c.state = 'approved'
            OR c.state = 'issued' AND NOT EXISTS (SELECT FROM cpl_editionplacement e WHERE e.edition_id = c.edition_id)))
"""

_ORPHANS = """
    SELECT
        -- a change without a clause, or approved without an effect of its kind
        (SELECT count(*) FROM cpl_listchange c WHERE c.clause = '' OR c.state IN ('approved', 'issued') AND (
            c.kind IN ('add', 'reinstate') AND NOT EXISTS (SELECT FROM cpl_listingperiod p WHERE p.opened_by_change_id = c.id)
            OR c.kind = 'remove' AND NOT EXISTS (SELECT FROM cpl_listingperiod p WHERE p.closed_by_change_id = c.id)))
        -- issued, but not once in one edition; or left behind by a later one
      + (SELECT count(*) FROM cpl_listchange c WHERE c.state = 'issued' AND (c.edition_id IS NULL OR 1 <> (
            SELECT count(*) FROM journal_act a WHERE a.verb = 'cpl.list_change.issued'
            AND a.subject_type = 'cpl.listchange' AND a.subject_id = c.id::text)))
      + (SELECT count(*) FROM cpl_listchange c WHERE c.state = 'approved' AND EXISTS (
            SELECT FROM cpl_edition e WHERE e.imported_from_id IS NULL AND e.issued_at > c.approved_at + interval '10 minutes'))
        -- a period that no approved change opened, or closed
      + (SELECT count(*) FROM cpl_listingperiod p WHERE p.origin <> 'imported' AND NOT EXISTS (
            SELECT FROM cpl_listchange c WHERE c.id = p.opened_by_change_id AND c.state IN ('approved', 'issued')))
      + (SELECT count(*) FROM cpl_listingperiod p WHERE p.closed_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM cpl_listchange c WHERE c.id = p.closed_by_change_id AND c.state IN ('approved', 'issued')))
"""


_UNOWED = """
    SELECT count(*) FROM cpl_listchange c
    WHERE c.state IN ('approved', 'issued') AND 3 <> (
        SELECT count(DISTINCT o.clause) FROM journal_obligation o
        WHERE o.subject_type = 'cpl.listchange' AND o.subject_id = c.id::text AND o.clause IN ('F2.8(a)', 'F2.8(b)', 'F2.8(c)'))
"""


def orphan_changes() -> int:
    """I-2: changes of the list without a change record and clause, and approved ones that are not in one edition.

    Also entries that are not what the newest edition says, though no change of them waits; and changes by which
    something is owed, without the three obligations of Section F2.8.
    """
    return count(_ORPHANS) + count(_UNTOLD) + count(_UNOWED)


_UNLAWFUL_LISTING = """
    SELECT count(*) FROM (
        SELECT c.id, c.approved_at, (c.approved_at AT TIME ZONE 'Europe/London')::date AS day, s.*
        FROM cpl_listchange c
        JOIN cpl_submission s ON s.id = c.submission_id
        WHERE c.kind = 'add' AND c.state IN ('approved', 'issued')
    ) x
    WHERE CASE WHEN x.spec_type = 'SMETS' AND x.spec_version = '1.2' THEN
        x.eligibility_override = '' AND NOT EXISTS (
            SELECT FROM cpl_eligiblecombinationmember m JOIN cpl_eligiblecombination k ON k.id = m.combination_id
            WHERE m.device_type = x.device_type AND m.manufacturer_identifier = x.manufacturer_identifier
              AND m.model_identifier = x.model_identifier AND m.hardware_version = x.hardware_version
              AND m.hardware_revision = x.hardware_revision AND m.firmware_version = x.firmware_version
              AND k.first_added_on <= x.day AND (k.ended_on IS NULL OR k.ended_on >= x.day))
    ELSE EXISTS (
        SELECT FROM cpl_requiredcertificate r
        WHERE r.device_type = x.device_type AND r.spec_type = x.spec_type AND r.spec_version IN ('', x.spec_version)
          AND r.effective_from <= x.day AND (r.effective_to IS NULL OR r.effective_to >= x.day)
          AND NOT EXISTS (
            SELECT FROM cpl_certificatecoverage v JOIN cpl_assurancecertificate a ON a.id = v.certificate_id
            -- a correction moves what a certificate names along with the entry
            WHERE (v.identity = x.identity OR v.device_model_id = x.entry_number)
              AND v.attested_at <= x.approved_at AND (v.ended_on IS NULL OR v.ended_on > x.day)
              AND a.body = r.body AND (a.state = 'valid' OR EXISTS (
                SELECT FROM cpl_certificatechange w WHERE w.certificate_id = a.id AND w.kind = 'void'
                  AND w.state = 'approved' AND w.decided_at > x.approved_at))
              AND a.attested_at <= x.approved_at AND a.issued_on <= x.day
              AND (LEAST(a.expires_on, a.renews_on) IS NULL OR LEAST(a.expires_on, a.renews_on) >= x.day)))
    END
"""


def unlawful_listing() -> int:
    """I-8: entries listed by submission without what their generation needs, judged at that instant."""
    return count(_UNLAWFUL_LISTING)


_UNLAWFUL_REMOVAL = """
    SELECT
        (SELECT count(*) FROM cpl_listchange c
         WHERE c.kind = 'remove' AND c.state IN ('approved', 'issued') AND (
            c.clause = '' OR jsonb_array_length(c.gates) = 0 OR EXISTS (
                SELECT FROM jsonb_array_elements(c.gates) g
                WHERE coalesce(g->>'clause', '') = '' OR coalesce(g->>'met', 'true') = 'false'
                   OR g->>'at' IS NULL OR (g->>'at')::timestamptz > c.approved_at)))
      + (SELECT count(*) FROM cpl_listingperiod p
         WHERE p.closed_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM cpl_listchange c
            WHERE c.id = p.closed_by_change_id AND c.kind = 'remove' AND c.clause = p.closing_clause))
        -- a removal or reinstatement whose ground does not stand, or is younger than its approval
      + (SELECT count(*) FROM cpl_listchange c JOIN cpl_devicemodel d ON d.number = c.device_model_id
         WHERE c.kind IN ('remove', 'reinstate') AND c.state IN ('approved', 'issued') AND NOT CASE
            WHEN c.clause = 'Z6.1' THEN EXISTS (
                SELECT FROM cpl_certificateevent e JOIN cpl_assurancecertificate a ON a.id = e.certificate_id
                JOIN cpl_bodystatement s ON s.event_id = e.id
                WHERE e.id = c.removal_event_id AND e.kind IN ('WITHDRAWN', 'CANCELLED') AND a.body <> 'NCSC'
                  AND s.confirms AND s.body = a.body AND s.recorded_at <= c.approved_at
                  AND (NOT c.four_eyes OR s.recorded_by_id <> c.approved_by_id))
            WHEN c.clause IN ('Z6.2', 'Z6.4') THEN EXISTS (
                SELECT FROM cpl_bindingdetermination b
                WHERE b.id = c.determination_id AND b.clause = c.clause AND b.outcome = 'remove'
                  AND b.confirmed_at <= c.approved_at
            ) AND EXISTS (
                SELECT FROM cpl_bodystatement s JOIN cpl_certificateevent e ON e.id = s.event_id
                JOIN cpl_assurancecertificate a ON a.id = e.certificate_id
                JOIN cpl_certificatecoverage v ON v.certificate_id = a.id AND v.identity = d.identity
                WHERE s.confirms AND s.body = 'NCSC' AND a.body = 'NCSC' AND s.recorded_at <= c.approved_at
                  AND (NOT c.four_eyes OR s.recorded_by_id <> c.approved_by_id))
            WHEN c.clause IN ('F2.2A', 'F2.7B') THEN EXISTS (
                SELECT FROM cpl_authorityorder o
                WHERE o.id = c.authority_order_id AND o.state = 'confirmed' AND o.outcome = c.kind
                  AND o.second_at <= c.approved_at)
            ELSE EXISTS (
                SELECT FROM cpl_paneldecision p
                WHERE p.id = c.panel_decision_id AND p.state = 'decided' AND p.kind = c.kind AND p.clause = c.clause
                  AND p.second_at <= c.approved_at)
            END)
"""


def unlawful_removal() -> int:
    """I-9: removals made here that cite no clause, or a gate or ground that was not there before them.

    Reinstatements are judged by their ground in the same way.
    """
    return count(_UNLAWFUL_REMOVAL)


_FIR_GAPS = """
    SELECT count(*) FROM cpl_listchange c
    WHERE c.kind = 'add' AND c.submission_id IS NOT NULL AND c.state IN ('approved', 'issued') AND NOT EXISTS (
        SELECT FROM cpl_devicemodel d JOIN firmware_repo_firmwarerecord f ON f.cpl_number = d.firmware_record_id
        WHERE d.number = c.entry_number AND f.cpl_number = d.number
          AND trim(f.email) <> '' AND trim(f.phone) <> '' AND trim(f.address) <> '' AND trim(f.release_notes) <> '')
"""


def fir_gaps() -> int:
    """I-10: entries listed by submission without one complete record in the Firmware Information Repository."""
    return count(_FIR_GAPS)


_SINGLE_PERSON = """
    SELECT (SELECT count(*) FROM cpl_listchange c
    WHERE c.four_eyes AND c.state IN ('approved', 'issued') AND (
        c.proposed_by_id IS NULL OR c.approved_by_id IS NULL OR c.proposed_by_id = c.approved_by_id
        OR NOT EXISTS (SELECT FROM journal_act a
            WHERE a.verb = 'cpl.list_change.proposed' AND a.subject_type = 'cpl.listchange'
            AND a.subject_id = c.id::text AND (a.actor_id = c.proposed_by_id AND a.actor_role = 'Secretariat'
                -- a duty arises by itself: its first person is whoever cleared the gate before
                OR a.actor_id IS NULL AND EXISTS (SELECT FROM journal_act g
                    WHERE g.verb IN ('cpl.certificate_event.confirmed', 'cpl.authority_order.confirmed')
                    AND g.actor_id = c.proposed_by_id AND g.actor_role = 'Secretariat' AND g.at <= c.approved_at)))
        OR NOT EXISTS (SELECT FROM journal_act a
            WHERE a.verb = 'cpl.list_change.approved' AND a.subject_type = 'cpl.listchange'
            AND a.subject_id = c.id::text AND a.actor_id = c.approved_by_id AND a.actor_role = 'Approver')))
      + (SELECT count(*) FROM cpl_bindingdetermination
         WHERE four_eyes AND confirmed_at IS NOT NULL AND (confirmed_by_id IS NULL OR confirmed_by_id = recorded_by_id))
      + (SELECT count(*) FROM cpl_paneldecision
         WHERE four_eyes AND state = 'decided' AND (second_by_id IS NULL OR second_by_id = recorded_by_id))
      + (SELECT count(*) FROM cpl_certificatechange
         WHERE four_eyes AND state = 'approved' AND (decided_by_id IS NULL OR decided_by_id = proposed_by_id))
      + (SELECT count(*) FROM cpl_authorityorder
         WHERE state = 'confirmed' AND (second_by_id IS NULL OR second_by_id = recorded_by_id))
"""


def single_person_acts() -> int:
    """I-13: changes approved with four eyes on that had not two people, each in the right role then."""
    return count(_SINGLE_PERSON)
