"""All promises counted together: those of the list, and those of the SSC's work that stands on it (I-12, I-13).

This is the highest app, so the command and the nightly sweep count from here.
"""

import datetime as dt

from cpl import promises as of_the_list
from secgov.journal.promises import count

INVARIANTS = dict(
    sorted(
        (of_the_list.INVARIANTS | {"double_decisions": "I-12"}).items(),
        key=lambda row: int(row[1].removeprefix("I-")),
    )
)
"""Which invariant each counter counts."""

_DOUBLE = """
    SELECT
        (SELECT count(*) FROM (SELECT FROM ssc_case WHERE state = 'open' GROUP BY device_model_id HAVING count(*) > 1) x)
        -- two determinations that bind one entry
      + (SELECT count(*) FROM (SELECT FROM cpl_bindingdetermination WHERE state = 'binding'
                               GROUP BY device_model_id HAVING count(*) > 1) x)
        -- two plans of one Party and determination; two versions before the SSC; two of one number, so two newest
      + (SELECT count(*) FROM (SELECT FROM ssc_remedialplan GROUP BY determination_id, organisation_id
                               HAVING count(*) > 1) x)
      + (SELECT count(*) FROM (SELECT FROM ssc_planversion WHERE state = 'submitted'
                               GROUP BY plan_id HAVING count(*) > 1) x)
      + (SELECT count(*) FROM (SELECT FROM ssc_planversion GROUP BY plan_id, number HAVING count(*) > 1) x)
        -- a plan said to be approved that no version is, or the other way about
      + (SELECT count(*) FROM ssc_remedialplan p WHERE p.state <> 'discharged'
         AND (p.state IN ('approved', 'completed')) <> EXISTS (
            SELECT FROM ssc_planversion v WHERE v.plan_id = p.id AND v.state = 'approved'))
        -- two answers of the Authority to one decision
      + (SELECT count(*) FROM (SELECT FROM ssc_authorityanswer WHERE state = 'confirmed'
            GROUP BY panel_decision_id, determination_id, plan_version_id, lapsed_period_id HAVING count(*) > 1) x)
"""


def double_decisions() -> int:
    """I-12: entries with two open cases, and plans without one current version, or with more."""
    return count(_DOUBLE)


_SINGLE_PERSON = """
    SELECT
        (SELECT count(*) FROM ssc_determination d WHERE d.four_eyes AND d.state = 'confirmed' AND (
            d.decided_by_id IS NULL OR d.decided_by_id = d.prepared_by_id OR NOT EXISTS (
                SELECT FROM journal_act a WHERE a.verb = 'ssc.determination.confirmed'
                AND a.subject_type = 'ssc.determination' AND a.subject_id = d.id::text
                AND a.actor_id = d.decided_by_id AND a.actor_role = 'SSC Chair')
            OR NOT EXISTS (
                SELECT FROM journal_act a WHERE a.verb IN ('ssc.determination.saved', 'ssc.determination.put')
                AND a.subject_type = 'ssc.determination' AND a.subject_id = d.id::text
                AND a.actor_id = d.prepared_by_id AND a.actor_role = 'SSC secretary')))
      + (SELECT count(*) FROM ssc_minuteddecision m WHERE m.four_eyes AND m.state = 'confirmed' AND (
            m.decided_by_id IS NULL OR m.decided_by_id = m.recorded_by_id OR NOT EXISTS (
                SELECT FROM journal_act a WHERE a.verb = 'ssc.minuted_decision.confirmed'
                AND a.subject_type = 'ssc.minuteddecision' AND a.subject_id = m.id::text
                AND a.actor_id = m.decided_by_id AND a.actor_role = 'SSC Chair')))
      + (SELECT count(*) FROM ssc_authorityanswer w WHERE w.state = 'confirmed' AND (
            w.second_by_id IS NULL OR w.second_by_id = w.recorded_by_id OR NOT EXISTS (
                SELECT FROM journal_act a WHERE a.verb = 'ssc.authority_answer.recorded'
                AND a.subject_type = 'ssc.authorityanswer' AND a.subject_id = w.id::text
                AND a.actor_id = w.recorded_by_id AND a.actor_role = 'Authority recorder')
            OR NOT EXISTS (
                SELECT FROM journal_act a WHERE a.verb = 'ssc.authority_answer.confirmed'
                AND a.subject_type = 'ssc.authorityanswer' AND a.subject_id = w.id::text
                AND a.actor_id = w.second_by_id AND a.actor_role = 'Secretariat')))
"""


def single_person_acts() -> int:
    """I-13, the SSC's part: decisions made with four eyes on that had not two people, each in the right role then."""
    return count(_SINGLE_PERSON)


def count_promises(*, at: dt.datetime, full: bool) -> dict[str, int]:
    """Count every invariant as of an instant. With `full` every edition's bytes are read, not only the new ones."""
    counters = of_the_list.count_promises(at=at, full=full)
    counters["double_decisions"] = double_decisions()
    counters["single_person_acts"] += single_person_acts()
    return {name: counters[name] for name in INVARIANTS}
