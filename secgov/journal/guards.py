"""Guards that the database itself keeps, whatever the code above it does.

The application's role is refused UPDATE and DELETE on some tables outright (see `grants.py`); these triggers
hold for every role, the owner's included.
"""

from functools import reduce
from operator import or_

import pgtrigger

NO_DELETE = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
INSERT_ONLY = pgtrigger.Protect(name="insert_only", operation=pgtrigger.Update | pgtrigger.Delete)


def facts_stand(*fields: str, once: pgtrigger.Q | None = None) -> pgtrigger.Trigger:
    """Refuse a change of these fields, for good; with `once` from the moment that the row as it was fits that.

    What was decided, told or given is put right by another row, never by other words in this one.
    """
    changed = reduce(
        or_, [pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")}) for field in fields]
    )
    condition = changed if once is None else once & changed
    return pgtrigger.Protect(name="facts_stand", operation=pgtrigger.Update, condition=condition)


def state_needs_act(label: str) -> pgtrigger.Trigger:
    """Refuse, at commit, a change of `state` that no act of the same transaction tells of.

    `label` is the model's label in lower case, as acts name their subject, for example `cpl.listchange`.
    Deferred, since services save a row before they record what they did.
    """
    return pgtrigger.Trigger(
        name="state_needs_act",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("state"),
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=f"""
            IF NOT EXISTS (
                SELECT 1 FROM journal_act
                WHERE subject_type = '{label}' AND subject_id = NEW.id::text
                  AND transaction_id = pg_current_xact_id()::text::bigint
            ) THEN
                RAISE EXCEPTION 'the state of {label} % changed without an act', NEW.id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608  the label is our own, from a model's Meta
    )


def change_needs_act(
    *, name: str, label: str, key: str, operation: pgtrigger.Operation, condition: pgtrigger.Condition
) -> pgtrigger.Trigger:
    """Refuse, at commit, a change of what the list says that no act of the same transaction tells of.

    `label` is the model that the act names, `key` the column that holds that model's key. Deferred, as above.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        condition=condition,
        func=f"""
            IF NOT EXISTS (
                SELECT 1 FROM journal_act
                WHERE subject_type = '{label}' AND subject_id = NEW.{key}::text
                  AND transaction_id = pg_current_xact_id()::text::bigint
            ) THEN
                RAISE EXCEPTION '{label} % changed without an act', NEW.{key}
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608  label and key are our own, from a model's Meta
    )
