"""The promises about expiry notices, each broken on purpose and then counted (I-6, I-7)."""

import pytest

from cpl import promises
from tests.cpl.test_promises import vandalise
from tests.factories import publishing
from tests.factories.expiring import at, expiring, run

pytestmark = pytest.mark.django_db
LATER = at("2026-11-30", "12:00")


@pytest.fixture
def stage():
    """A certificate of which everybody has been told, twelve months before its date."""
    stage = publishing.stage(parties=2)
    stage.certificate = expiring(stage.cast, on="2027-11-30", listed_at=at("2026-09-01"))
    run("2026-11-30")
    return stage


def broken(instant=LATER):
    """The counters about notices that are not zero."""
    names = {"missing_notices", "double_notices", "missing_deliveries"}
    found = promises.count_promises(at=instant, full=False)
    return {name: found[name] for name in names if found[name]}


@pytest.mark.clause("F2.7-1")
def test_notices_given_on_their_day_break_no_promise(stage):
    assert broken() == {}


@pytest.mark.clause("F2.7-2")
def test_stage_whose_day_passes_untold_is_counted(stage):
    assert broken(at("2027-05-30", "12:00")) == {}
    assert broken(at("2027-05-31", "12:00")) == {"missing_notices": 1}


@pytest.mark.clause("F2.7-1")
def test_certificate_without_its_stages_is_counted(stage):
    vandalise(
        "UPDATE cpl_assurancecertificate SET renews_on = '2031-03-31' WHERE body = 'NCSC'",
        "cpl_assurancecertificate",
    )
    assert broken() == {"missing_notices": 1}


@pytest.mark.clause("F2.7-1")
def test_party_without_its_delivery_is_counted(stage):
    vandalise(
        f"UPDATE accounts_organisation SET party_category = 'other_sec_party' WHERE id = {stage.cast.maker.pk}",
        "accounts_organisation",
    )
    assert broken() == {"missing_deliveries": 1}


@pytest.mark.clause("F2.7-1")
def test_stage_told_twice_is_counted(stage):
    vandalise(
        "INSERT INTO journal_act (at, actor_role, actor_organisation, verb, subject_type, subject_id, subject_name, clause,"
        " rule_version, reason, public_reason, request_id) SELECT at, actor_role, '', verb, subject_type, subject_id,"
        " subject_name, clause, '', 'Test.', '', '' FROM journal_act WHERE verb = 'cpl.expiry_notice.sent'",
        "journal_act",
    )
    assert broken() == {"double_notices": 1}
