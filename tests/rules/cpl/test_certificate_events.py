"""Events of certificates: when a date has passed, what can be reported, whose word confirms it, who sees to renewal."""

import datetime as dt

import pytest

from cpl.rules import certificate_events as rules
from cpl.rules.certificates import Certificate, Coverage
from cpl.rules.device_types import DEVICE_TYPES
from secgov.errors import Refusal

EXPIRY = dt.date(2027, 11, 30)
DAY = dt.timedelta(days=1)


def certificate(**values):
    """A valid CPA Certificate that expires at the end of November 2027."""
    given = {
        "body": "NCSC",
        "number": "CPA-1",
        "state": "valid",
        "expires_on": EXPIRY,
        "coverage": (Coverage("x"),),
    }
    return Certificate(**{**given, **values})


@pytest.mark.clause("F2.7A(a)-1")
@pytest.mark.parametrize(("on", "kinds"), [
    (EXPIRY - DAY, []), (EXPIRY, []), (EXPIRY + DAY, ["EXPIRED"]), (EXPIRY + 400 * DAY, ["EXPIRED"]),
])  # fmt: skip
def test_certificate_has_expired_from_the_day_after_its_date(on, kinds):
    due = rules.events_of_dates(certificate(), on=on)
    assert [each.kind for each in due] == kinds
    assert all(each.occurred_on == EXPIRY + DAY for each in due)


@pytest.mark.clause("Z6.2-1")
def test_renewal_date_that_has_passed_is_an_event_of_its_own_kind():
    lifetime = certificate(expires_on=None, renews_on=EXPIRY)
    assert [each.kind for each in rules.events_of_dates(lifetime, on=EXPIRY + DAY)] == ["NOT_RENEWED"]
    both = certificate(renews_on=EXPIRY - 10 * DAY)
    assert [each.kind for each in rules.events_of_dates(both, on=EXPIRY)] == ["NOT_RENEWED"]
    assert [each.kind for each in rules.events_of_dates(both, on=EXPIRY + DAY)] == ["EXPIRED", "NOT_RENEWED"]


@pytest.mark.parametrize(
    "values",
    [{"state": "recorded"}, {"state": "void"}, {"lapsed_on": dt.date(2027, 1, 1)}, {"expires_on": None}],
)
def test_only_valid_certificates_with_a_date_and_no_other_end_expire(values):
    assert rules.events_of_dates(certificate(**values), on=EXPIRY + DAY) == ()


@pytest.mark.clause("F2.7A(b)")
@pytest.mark.clause("Z6.1")
@pytest.mark.parametrize(("body", "kind", "expected"), [
    ("ZIGBEE", "WITHDRAWN", True), ("DLMS", "CANCELLED", True), ("ZIGBEE", "EXPIRED", False),
    ("DLMS", "NOT_RENEWED", False), ("NCSC", "WITHDRAWN", False), ("NCSC", "EXPIRED", False),
])  # fmt: skip
def test_withdrawal_or_cancellation_of_a_zigbee_or_dlms_certificate_alone_requires_removal(
    body, kind, expected
):
    assert rules.requires_removal(body=body, kind=kind) is expected
    assert rules.opens_case(body) is (body == "NCSC")


def refused_fields(**values):
    """The fields that a report is refused for, on 1 December 2026."""
    on = dt.date(2026, 12, 1)
    given = {"kind": "WITHDRAWN", "occurred_on": on, "aware_on": on, "on": on}
    return [each.field for each in rules.report_limbs(certificate(), **{**given, **values}) if not each.met]


@pytest.mark.clause("Z6.7-1")
@pytest.mark.parametrize(("values", "fields"), [
    ({}, []),
    ({"kind": "LOST"}, ["kind"]),
    ({"kind": "EXPIRED"}, ["kind"]),
    ({"kind": "EXPIRED", "on": EXPIRY + DAY}, []),
    ({"occurred_on": dt.date(2026, 12, 2)}, ["occurred_on"]),
    ({"aware_on": dt.date(2026, 12, 2)}, ["aware_on"]),
    ({"aware_on": dt.date(2020, 1, 1)}, []),
])  # fmt: skip
def test_what_cannot_have_happened_cannot_be_reported(values, fields):
    assert refused_fields(**values) == fields


def statement_fields(**values):
    """The fields that a confirmation of a withdrawal on 11 January 2027 is refused for, on the 14th."""
    given = {
        "confirms": True,
        "body": "DLMS",
        "contact": "Desk",
        "reference": "R/1",
        "said_on": dt.date(2027, 1, 13),
    }
    limbs = rules.statement_limbs(
        rules.Statement(**{**given, **values}),
        issuer="DLMS",
        occurred_on=dt.date(2027, 1, 11),
        on=dt.date(2027, 1, 14),
    )
    return [each.field for each in limbs if not each.met]


@pytest.mark.clause("Z6.7-2")
@pytest.mark.parametrize(("values", "fields"), [
    ({}, []),
    ({"body": "ZIGBEE"}, ["body"]),
    ({"said_on": dt.date(2027, 1, 10)}, ["said_on"]),
    ({"said_on": dt.date(2027, 1, 11)}, []),
    ({"said_on": dt.date(2027, 1, 14)}, []),
    ({"said_on": dt.date(2027, 1, 15)}, ["said_on"]),
    ({"effective_on": dt.date(2027, 1, 8), "said_on": dt.date(2027, 1, 9)}, []),
    ({"effective_on": dt.date(2027, 1, 12), "said_on": dt.date(2027, 1, 11)}, ["said_on"]),
    ({"effective_on": dt.date(2027, 1, 15), "said_on": dt.date(2027, 1, 14)}, ["said_on", "effective_on"]),
    ({"contact": " "}, ["contact"]),
    ({"reference": ""}, ["reference"]),
    ({"confirms": False, "said_on": dt.date(2027, 1, 10)}, ["said_on"]),
])  # fmt: skip
def test_word_of_another_body_or_older_than_the_event_confirms_nothing(values, fields):
    assert statement_fields(**values) == fields


@pytest.mark.clause("Z6.1")
def test_dlms_cannot_withdraw_a_zigbee_certificate():
    said = rules.Statement(True, "DLMS", "Desk", "R/1", dt.date(2027, 1, 13))
    with pytest.raises(Refusal, match="ZigBee Alliance issued this certificate") as refused:
        rules.check_statement(
            said, issuer="ZIGBEE", occurred_on=dt.date(2027, 1, 11), on=dt.date(2027, 1, 14)
        )
    assert refused.value.clause == "Z6.1"


@pytest.mark.clause("F2.6(a)")
@pytest.mark.clause("F2.6(b)")
def test_dcc_sees_to_hubs_and_suppliers_to_all_else():
    found = {each.code: rules.responsible_parties(each.code) for each in DEVICE_TYPES}
    assert found.pop("communications_hub") == {"dcc"}
    assert found.pop("gsme") == {"gas"}
    assert found.pop("polyphase_esme") == {"import"}
    assert all("dcc" not in each for each in found.values())


@pytest.mark.clause("F2.6-0")
@pytest.mark.parametrize(("actions", "on", "standing"), [
    ([], EXPIRY - DAY, "open"),
    ([], EXPIRY, "late"),
    ([EXPIRY - DAY], EXPIRY, "met"),
    ([EXPIRY], EXPIRY, "late"),
    ([EXPIRY - DAY, EXPIRY + DAY], EXPIRY + DAY, "met"),
])  # fmt: skip
def test_action_on_the_date_itself_is_late(actions, on, standing):
    assert rules.renewal_standing(actions, relevant_date=EXPIRY, on=on) == standing


@pytest.mark.parametrize(("life", "on", "expected"), [
    (rules.Life(), EXPIRY, ("in force",)),
    (rules.Life(), EXPIRY + DAY, ("date passed",)),
    (rules.Life(unconfirmed=("WITHDRAWN",)), EXPIRY, ("in force", "event reported")),
    (rules.Life(unconfirmed=("NOT_RENEWED",)), EXPIRY + DAY, ("date passed", "renewal overdue")),
    (rules.Life(standing=("EXPIRED",), superseded=True), EXPIRY + DAY, ("date passed", "lapsed", "superseded")),
])  # fmt: skip
def test_conditions_of_a_certificate_follow_from_its_dates_and_rows(life, on, expected):
    assert rules.conditions(certificate(), life, on=on) == expected


@pytest.mark.clause("X-6")
@pytest.mark.parametrize(
    ("occurred_on", "historic"),
    [(dt.date(2022, 7, 31), True), (dt.date(2022, 8, 1), False), (dt.date(2022, 8, 2), False)],
)
def test_event_before_the_rules_applied_is_historic_and_one_on_their_first_day_is_not(occurred_on, historic):
    assert rules.is_historic(occurred_on, dt.date(2022, 8, 1)) is historic


@pytest.mark.clause("F2.6-0")
@pytest.mark.parametrize(
    ("taken_on", "refused"),
    [
        (dt.date(2024, 1, 4), "before the issue of the certificate, 5 January 2024"),
        (dt.date(2024, 1, 5), ""),
        (dt.date(2027, 11, 1), ""),
        (dt.date(2027, 11, 2), "still to come"),
    ],
)
def test_action_towards_renewal_lies_between_the_issue_and_today(taken_on, refused):
    issued, today = dt.date(2024, 1, 5), dt.date(2027, 11, 1)
    if not refused:
        rules.check_renewal_day(taken_on=taken_on, issued_on=issued, on=today)
        rules.check_renewal_day(taken_on=taken_on, issued_on=None, on=today)
        return
    with pytest.raises(Refusal, match=refused) as refusal:
        rules.check_renewal_day(taken_on=taken_on, issued_on=issued, on=today)
    assert refusal.value.field == "taken_on" and refusal.value.clause == "F2.6"
