"""The daily run: who is told what of a CPA Certificate that comes to its date, once, and on its day."""

import datetime as dt

import pytest
from django.core import mail
from django.db import connection

from cpl.models import CertificateCoverage, ExpiryDigest, ExpiryNotice, RenewalAction
from cpl.services import expiry
from secgov.accounts.models import Organisation, Role
from secgov.journal import services as journal
from secgov.journal.models import Act, Notice, Obligation, Task
from tests.factories import devices, people, publishing
from tests.factories.expiring import HUB, at, claimed, expiring, run, stages

pytestmark = pytest.mark.django_db

LONG_BEFORE = at("2026-09-01", "12:00")


@pytest.fixture
def stage():
    """Two Suppliers and the DCC, and who lists a device."""
    return publishing.stage(parties=2)


def told(party):
    """The notices of an organisation about dates to come, oldest first."""
    return list(Notice.objects.filter(organisation=party, template="cpl/expiry_notices").order_by("id"))


@pytest.mark.clause("F2.7-1")
def test_every_party_is_told_once_on_the_day_twelve_months_before(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    assert stages(certificate) == {"M12": "pending", "M6": "pending", "D30": "pending"}
    assert run("2026-11-27") == 0
    assert run("2026-11-30") == 1
    assert run("2026-11-30", "07:30") == 0 and run("2026-12-01") == 0
    assert stages(certificate) == {"M12": "sent", "M6": "pending", "D30": "pending"}
    assert [len(told(party)) for party in (*stage.parties, stage.dcc)] == [1, 1, 1]
    connection.check_constraints()


@pytest.mark.clause("F2.7-2", "F2.7-1")
def test_six_month_notice_before_a_sunday_goes_on_friday_and_says_which_kind_of_date(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-30")
    assert run("2027-05-27") == 0 and run("2027-05-28") == 1
    assert stages(certificate)["M6"] == "sent"
    lines = told(stage.parties[0])[1].context["others"][0]["lines"]
    assert lines[0] == "Renewal    Tuesday 30 November 2027 (six months ahead)"


@pytest.mark.clause("F2.7-1")
def test_expiry_date_is_called_so_and_the_earlier_of_two_dates_counts(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE, expiry_date=True)
    devices.restated(certificate, renews_on=dt.date(2028, 5, 1))
    run("2026-11-30")
    assert (
        told(stage.dcc)[0].context["others"][0]["lines"][0].startswith("Expiry     Tuesday 30 November 2027")
    )


@pytest.mark.clause("F2.7-1")
def test_parties_that_supply_the_model_are_marked_and_all_others_told_too(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    supplier = people.person(Role.SUPPLIER, stage.parties[0])
    claimed(certificate, stage.parties[0], supplier)
    run("2026-11-30")
    assert told(stage.parties[0])[0].context["affected"] == 1
    assert told(stage.parties[0])[0].title == "A CPA Certificate comes to its date; 1 for models of yours"
    assert told(stage.parties[1])[0].context["affected"] == 0
    journal.send_messages(clock=lambda: at("2026-11-30"))
    letters = {letter.to[0]: letter for letter in mail.outbox}
    mine, other = letters["notices@supplier-1.example"], letters["notices@supplier-2.example"]
    assert "for models of yours" in mine.subject and "models that you supply" in mine.body
    assert "None covers a model of yours" in other.body and certificate.number in other.body


@pytest.mark.clause("F2.7-1")
def test_a_day_with_several_certificates_is_one_letter_to_each_party(stage):
    for number in range(3):
        expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE, number=f"CPA-{number}")
    assert run("2026-11-30") == 3
    [notice] = told(stage.parties[0])
    assert notice.title == "3 CPA Certificates come to their dates"
    assert [each["name"] for each in notice.context["others"]] == ["NCSC CPA-0", "NCSC CPA-1", "NCSC CPA-2"]
    assert notice.messages.count() == 1 and ExpiryDigest.objects.count() == 1


@pytest.mark.clause("F2.7-1")
def test_certificate_first_known_with_eleven_months_left_is_told_at_once_and_marked_late(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=at("2026-12-24", "15:00"))
    assert run("2026-12-24", "15:05") == 1
    assert stages(certificate) == {"M12": "sent_late", "M6": "pending", "D30": "pending"}
    lines = told(stage.dcc)[0].context["others"][0]["lines"]
    assert lines[-1] == "Note       Late: first known on Thursday 24 December 2026."
    row = certificate.expiry_notices.get(stage="M12")
    assert row.outside_tolerance and not row.obligation.was_late


@pytest.mark.clause("F2.7-1", "F2.7-2")
def test_late_notice_takes_the_six_month_one_along_when_that_is_near(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=at("2027-05-14", "12:00"))
    assert run("2027-05-14", "12:05") == 2
    assert stages(certificate) == {"M12": "sent_late", "M6": "sent", "D30": "pending"}
    [notice] = told(stage.dcc)
    words = " ".join(" ".join(notice.context["others"][0]["lines"]).split())
    assert "twelve months ahead and six months ahead" in words
    assert run("2027-05-28") == 0


@pytest.mark.clause("F2.7-2")
def test_certificate_first_known_with_five_months_left_has_one_notice_for_both(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=at("2027-06-30", "12:00"))
    assert run("2027-06-30", "12:05") == 1
    assert stages(certificate) == {"M12": "not_applicable", "M6": "sent_late", "D30": "pending"}
    assert "A-07" in certificate.expiry_notices.get(stage="M12").reason


@pytest.mark.clause("F2.7-1")
def test_three_days_without_a_run_are_made_good_and_marked_late(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-20")
    assert run("2026-12-03") == 1
    row = certificate.expiry_notices.get(stage="M12")
    assert (row.state, row.outside_tolerance, row.due_on) == ("sent_late", False, dt.date(2026, 11, 30))
    assert row.obligation.was_late
    words = " ".join(" ".join(told(stage.dcc)[0].context["others"][0]["lines"]).split())
    assert words.endswith("Note Late: it was to go on Monday 30 November 2026.")


@pytest.mark.clause("F2.7-1")
def test_notice_outside_the_tolerance_is_a_recorded_breach_and_still_sent(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    assert run("2026-12-08") == 1
    assert certificate.expiry_notices.get(stage="M12").outside_tolerance
    assert Act.objects.get(verb="cpl.expiry_notice.sent").after["outside_tolerance"] is True


@pytest.mark.clause("F2.7-2")
def test_changed_date_has_new_stages_and_keeps_what_was_sent(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-30")
    devices.restated(certificate, renews_on=dt.date(2028, 11, 30))
    run("2027-02-01")
    old = {each.stage: each.state for each in certificate.expiry_notices.filter(relevant_on="2027-11-30")}
    assert old == {"M12": "sent", "M6": "cancelled", "D30": "cancelled"}
    assert stages(certificate) == {"M12": "pending", "M6": "pending", "D30": "pending"}
    assert run("2027-11-30") == 1
    connection.check_constraints()


@pytest.mark.clause("F2.7-1")
def test_date_changed_and_changed_back_is_told_all_the_same(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    for date in ("2029-11-30", "2027-11-30"):
        devices.restated(certificate, renews_on=date)
        run("2026-09-02")
    assert run("2026-11-30") == 1
    assert len(told(stage.dcc)) == 1


@pytest.mark.clause("F2.7-2")
def test_certificate_all_of_whose_models_a_later_one_covers_is_not_told_of(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    later = expiring(stage.cast, on="2032-11-30", listed_at=LONG_BEFORE)
    [link] = certificate.coverage.all()
    fields = {
        field.name: getattr(link, field.name)
        for field in CertificateCoverage._meta.concrete_fields
        if field.name not in ("id", "certificate", "identity")
    }
    CertificateCoverage.objects.create(certificate=later, **fields)
    run("2026-11-30")
    stage_of_it = certificate.expiry_notices.get(stage="M12")
    assert stage_of_it.state == "cancelled" and "A-45" in stage_of_it.reason
    assert told(stage.dcc) == []
    assert run("2027-01-19") == 0
    later.coverage.filter(identity=link.identity).update(
        ended_on=dt.date(2027, 1, 20), end_reason="Withdrawn for this model."
    )
    assert run("2027-01-20") == 1 and run("2027-01-21") == 0
    assert stages(certificate) == {"M12": "sent_late", "M6": "pending", "D30": "pending"}
    assert len(told(stage.dcc)) == 1


@pytest.mark.clause("F2.7-1")
def test_certificate_of_no_listed_model_sleeps_until_one_is_listed(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    number = certificate.number
    CertificateCoverage.objects.filter(certificate=certificate).update(
        ended_on="2026-09-02", end_reason="Test."
    )
    run("2026-11-30")
    assert stages(certificate)["M12"] == "not_applicable" and told(stage.dcc) == []
    expiring(stage.cast, on="2027-11-30", listed_at=at("2027-01-05", "12:00"), number=number)
    assert run("2027-01-05", "12:05") == 1
    assert stages(certificate)["M12"] == "sent_late"
    connection.check_constraints()


@pytest.mark.clause("F2.7-1")
def test_party_admitted_after_the_run_is_not_told_of_it(stage):
    expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    late = publishing.party("Latecomer")
    Organisation.objects.filter(pk=late.pk).update(admitted_at=at("2026-11-30", "06:31"))
    run("2026-11-30")
    assert told(late) == []


@pytest.mark.clause("F2.6-0", "F2.6(b)")
def test_suppliers_without_an_action_are_warned_thirty_days_before_and_their_clock_runs(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    for party in stage.parties:
        claimed(certificate, party, people.person(Role.SUPPLIER, party))
    run("2026-11-30")
    owed = Obligation.objects.standing().filter(clause="F2.6(b)")
    assert {each.organisation for each in owed} == set(stage.parties)
    assert {each.due_at for each in owed} == {at("2027-11-30", "00:00")}
    run("2027-05-28")
    assert Obligation.objects.filter(clause="F2.6(b)").count() == 2
    assert run("2027-10-28") == 0 and run("2027-10-29") == 1
    warned = Notice.objects.filter(template="cpl/renewal_warning").values_list("organisation", flat=True)
    assert set(warned) == {party.pk for party in stage.parties}


@pytest.mark.clause("F2.6(a)")
def test_for_a_hub_the_dcc_alone_is_responsible(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE, **HUB)
    run("2026-11-30")
    [owed] = Obligation.objects.standing().filter(clause__startswith="F2.6")
    assert (owed.clause, owed.organisation) == ("F2.6(a)", stage.dcc)
    run("2027-10-29")
    [warning] = Notice.objects.filter(template="cpl/renewal_warning")
    assert warning.organisation == stage.dcc and str(certificate) in str(warning.context)


@pytest.mark.clause("F2.6(b)")
def test_model_that_nobody_supplies_is_a_task_of_the_secretariat(stage):
    expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-30")
    assert (
        Task.objects.filter(clause="F2.6(b)", title__startswith="Nobody supplies models under").count() == 1
    )


@pytest.mark.clause("F2.6-0")
@pytest.mark.parametrize(("recorded", "late"), [("2027-11-29", False), ("2027-11-30", True)])
def test_any_action_before_the_date_meets_the_duty_of_all(stage, recorded, late):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    suppliers = [people.person(Role.SUPPLIER, party) for party in stage.parties]
    for party, supplier in zip(stage.parties, suppliers, strict=True):
        claimed(certificate, party, supplier)
    run("2026-11-30")
    RenewalAction.objects.create(
        certificate=certificate, organisation=stage.parties[0], relevant_date=dt.date(2027, 11, 30),
        taken_on=recorded, what="Evaluation booked.", recorded_by=suppliers[0], recorded_at=at(recorded, "12:00"),
    )  # fmt: skip
    run("2027-11-30", "13:00")
    assert {each.was_late for each in Obligation.objects.filter(clause="F2.6(b)")} == {late}


@pytest.mark.clause("F2.6-0")
def test_warning_is_dropped_where_an_action_is_recorded(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    supplier = people.person(Role.SUPPLIER, stage.parties[0])
    claimed(certificate, stage.parties[0], supplier)
    RenewalAction.objects.create(
        certificate=certificate, organisation=stage.parties[0], relevant_date=dt.date(2027, 11, 30),
        taken_on="2026-10-01", what="Evaluation booked.", recorded_by=supplier, recorded_at=at("2026-10-01"),
    )  # fmt: skip
    run("2026-11-30"), run("2027-05-28"), run("2027-10-29")
    assert stages(certificate) == {"M12": "sent", "M6": "sent", "D30": "cancelled"}
    assert not Notice.objects.filter(template="cpl/renewal_warning").exists()


@pytest.mark.clause("F2.7-1")
def test_board_shows_the_clock_of_a_notice_before_its_day_and_it_is_met_on_its_day(stage):
    certificate = expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-20")
    [owed] = Obligation.objects.standing().filter(clause="F2.7")
    assert owed.due_at == at("2026-12-01", "00:00") and owed.subject_id == str(
        certificate.expiry_notices.get(stage="M12").pk
    )
    run("2026-11-30")
    assert not Obligation.objects.standing().filter(clause="F2.7").exists()
    assert Obligation.objects.get(pk=owed.pk).was_late is False


@pytest.mark.clause("F2.7-1")
def test_run_asks_the_database_no_more_for_each_certificate_that_is_not_due(
    stage, django_assert_max_num_queries
):
    for number in range(4):
        expiring(stage.cast, on="2030-11-30", listed_at=LONG_BEFORE, number=f"CPA-{number}")
    run("2026-11-30")
    instant = at("2026-11-30", "07:30")
    with django_assert_max_num_queries(30):
        expiry.send_expiry_notices(clock=lambda: instant)
    assert ExpiryNotice.objects.count() == 12


@pytest.mark.clause("F2.7-1", "F2.6-0")
def test_stage_whose_date_passed_untold_calls_a_person_by_its_own_clause(stage):
    expiring(stage.cast, on="2027-11-30", listed_at=LONG_BEFORE)
    run("2026-11-20")
    assert run("2027-12-01") == 0
    tasks = dict(Task.objects.filter(key__startswith="never-told:").values_list("title", "clause"))
    by_stage = {title.split(": ")[1].split(" before")[0]: clause for title, clause in tasks.items()}
    assert by_stage == {"Twelve months": "F2.7", "Six months": "F2.7", "Thirty days": "F2.6"}
