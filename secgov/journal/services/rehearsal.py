"""Moving the clock of a rehearsal. Time never goes back."""

import datetime as dt

from django.db import transaction

from secgov.errors import Refusal
from secgov.journal.models import Rehearsal


@transaction.atomic
def rehearse(*, at: dt.datetime, now: dt.datetime, real: dt.datetime) -> None:
    """Let a database marked as a rehearsal pretend that it is `at`.

    `now` is the instant that it pretends so far, `real` the true one. Raises Refusal in a database that is not
    marked, and where `at` is not later than now.
    """
    rehearsal = Rehearsal.objects.select_for_update().first()
    if rehearsal is None:
        raise Refusal(
            "This database is not marked as a rehearsal, so its time is the true one.", clause="TR-1", field="at",
            remedy="Leave --at out.",
        )  # fmt: skip
    if at < now:
        raise Refusal(
            f"Time never goes back: here it is {now:%Y-%m-%d %H:%M:%S} UTC already.", clause="TR-1", field="at",
            remedy="Give a later instant.",
        )  # fmt: skip
    rehearsal.now, rehearsal.set_at = at, real
    rehearsal.save(update_fields=["now", "set_at"])
