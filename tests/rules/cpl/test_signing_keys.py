"""When a key may sign, and when a statement of the newest edition is due."""

import datetime as dt

import pytest

from cpl.rules.freshness import LastStatement, is_statement_due
from cpl.rules.signing_keys import rotation_dates, why_key_may_not_sign
from secgov.errors import Refusal

AT = dt.datetime(2026, 12, 1, 14, 5, tzinfo=dt.UTC)
SECOND, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.clause("F2.9-1")
@pytest.mark.parametrize(("since", "due"), [(HOUR - SECOND, False), (HOUR, True), (HOUR + SECOND, True)])
def test_statement_is_due_when_the_last_one_is_an_hour_old(since, due):
    assert (
        is_statement_due(LastStatement(AT, "ab", "key"), manifest_sha256="ab", kid="key", at=AT + since)
        is due
    )


@pytest.mark.parametrize(("manifest", "kid"), [("cd", "key"), ("ab", "other")])
def test_statement_is_due_at_once_for_another_edition_or_key(manifest, kid):
    assert is_statement_due(LastStatement(AT, "ab", "key"), manifest_sha256=manifest, kid=kid, at=AT)


def test_first_statement_is_due_at_once():
    assert is_statement_due(None, manifest_sha256="ab", kid="key", at=AT)


def test_key_signs_from_its_first_instant_up_to_its_last():
    dates = rotation_dates(at=AT, announced_days=14, overlap_days=7)
    assert (dates.begins_at, dates.ends_at) == (AT + 14 * DAY, AT + 21 * DAY)
    begins, ends = dates.begins_at, dates.ends_at
    assert "only from" in why_key_may_not_sign(valid_from=begins, valid_to=None, at=begins - SECOND)
    assert why_key_may_not_sign(valid_from=begins, valid_to=None, at=begins) == ""
    assert why_key_may_not_sign(valid_from=AT, valid_to=ends, at=ends - SECOND) == ""
    assert "nothing since" in why_key_may_not_sign(valid_from=AT, valid_to=ends, at=ends)


@pytest.mark.parametrize("days", [0, 367, -1])
def test_rotation_without_time_to_take_up_the_key_is_refused(days):
    for given in ({"announced_days": days, "overlap_days": 7}, {"announced_days": 7, "overlap_days": days}):
        with pytest.raises(Refusal):
            rotation_dates(at=AT, **given)
