"""The obligations of Section F2.8: one for each limb and each change that an edition carries."""

import datetime as dt

from cpl.models import Edition, ListChange
from secgov.journal import services as journal
from secgov.journal.models import Act, Obligation


def discharge_limb(edition: Edition, clause: str, *, act: Act, at: dt.datetime) -> int:
    """Discharge a limb's obligations of the changes that the edition carries, as of `at`; give how many."""
    changes = [str(each) for each in edition.changes.values_list("pk", flat=True)]
    owed = Obligation.objects.standing().filter(
        clause=clause, subject_type=ListChange._meta.label_lower, subject_id__in=changes
    )
    return sum(journal.discharge(obligation=each, act=act, at=at) for each in owed)
