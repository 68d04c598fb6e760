"""Keeping the register of Security Characteristics, and what it warns of."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from cpl.models import GbcsMapping, MaintenanceEnd, Mitigation, RaisedWarning, ScVersion
from cpl.services import security_characteristics as register
from cpl.services.estate_rows import estate_lines
from cpl.services.sc_checks import facts_for, listed_past_maintenance
from cpl.services.warnings import warnings_of
from secgov.accounts.models import Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Rehearsal
from tests.factories import casts, devices, people, published
from tests.factories import proposals as make
from tests.factories.proposals import BEGAN

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def secretary():
    return people.person(Role.SSC_SECRETARY)


@pytest.mark.clause("SC-1.2-5")
@pytest.mark.clause("SC-4.1")
@pytest.mark.clause("SC-4.2")
def test_the_register_holds_each_set_with_its_versions_types_and_mitigations(secretary):
    row = make.a_set(secretary)
    assert row.device_types == ["gsme"]
    assert [each.number for each in row.versions.all()] == ["1.2", "1.1"]
    assert all(each.mitigations.exists() for each in row.versions.all())
    assert Act.objects.filter(verb="cpl.sc_version.recorded").count() == 2
    newest = row.versions.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Mitigation.objects.create(
            sc_version=newest, prefix="DEV", reference="M1", name="n", threats="t", requirements="r"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Mitigation.objects.create(
            sc_version=newest, prefix="XXX", reference="M9", name="n", threats="t", requirements="r"
        )


@pytest.mark.clause("SC-6.1")
def test_a_version_neither_changes_nor_appears_without_an_act(secretary):
    row = make.a_set(secretary).versions.first()
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        ScVersion.objects.filter(pk=row.pk).update(sub=9)
    with pytest.raises(IntegrityError, match="without an act"):
        _unrecorded(row)


def _unrecorded(row: ScVersion) -> None:
    with transaction.atomic():
        ScVersion.objects.create(
            characteristic=row.characteristic,
            principal=3,
            sub=0,
            published_on=dt.date(2026, 1, 1),
            recorded_at=BEGAN,
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.clause("SC-5.4")
def test_a_mapping_is_replaced_and_the_one_before_is_kept(secretary):
    row = make.a_set(secretary).versions.first()
    register.map_gbcs(
        version=row, gbcs_versions="4.0, 4.1", reason="Schedule 11 changed.", by=secretary, at=BEGAN
    )
    standing = GbcsMapping.objects.filter(sc_version=row, ended_at=None)
    assert sorted(standing.values_list("gbcs_version", flat=True)) == ["4.0", "4.1"]
    assert GbcsMapping.objects.get(sc_version=row, gbcs_version="3.2").ended_reason == "Schedule 11 changed."
    with pytest.raises(Conflict):
        register.map_gbcs(version=row, gbcs_versions="4.1, 4.0", reason="Again.", by=secretary, at=BEGAN)
    with pytest.raises(NotPermitted):
        register.map_gbcs(
            version=row, gbcs_versions="", reason="x", by=people.person(Role.SUPPLIER), at=BEGAN
        )


@pytest.mark.clause("SC-5.3")
def test_listed_models_past_their_maintenance_end_date_are_warned_of_and_stay_listed(secretary):
    cast = casts.cast()
    change = devices.proposed(devices.submitted(cast.manufacturer, cast.maker), cast.secretariat)
    entry = devices.approved(change, cast.approver).device_model
    pair = {
        "spec_type": entry.spec_type,
        "spec_version": entry.spec_version,
        "gbcs_version": entry.gbcs_version,
    }
    end = dt.date(2027, 6, 30)
    register.set_maintenance_end(**pair, ends_on=end, source="Schedule 11", by=secretary, at=BEGAN)
    assert listed_past_maintenance(on=end) == []
    [found] = listed_past_maintenance(on=dt.date(2027, 7, 1))
    assert entry.pk in found.entries
    assert entry.periods.filter(closed_at=None).exists()
    estate = [estate_lines([entry], cast.maker, on=day)[0].maintenance_ended for day in (end, end + DAY)]
    assert estate == [None, found.end], "and the Supplier whose Device Model it is sees it"
    register.set_maintenance_end(**pair, ends_on=None, source="Open-ended again", by=secretary, at=BEGAN)
    assert listed_past_maintenance(on=dt.date(2027, 7, 1)) == []
    assert MaintenanceEnd.objects.get().ended_reason == "Open-ended again"
    with pytest.raises(Refusal):
        register.set_maintenance_end(**pair, ends_on=None, source="x", by=secretary, at=BEGAN)


@pytest.mark.clause("SC-5.3")
def test_page_of_an_entry_warns_after_its_maintenance_end_date_and_says_that_it_stays(secretary, client):
    edition = published.edition(2052, current=0, removed=0)
    published.entry(edition, 1, spec_type="SMETS", spec_version="4.2", gbcs_version="4.0")
    published.entry(edition, 2, spec_type="SMETS", spec_version="4.2", gbcs_version="4.1")
    end = dt.date(2027, 6, 30)
    register.set_maintenance_end(
        spec_type="SMETS",
        spec_version="4.2",
        gbcs_version="4.0",
        ends_on=end,
        source="Schedule 11",
        by=secretary,
        at=BEGAN,
    )
    clock = Rehearsal.objects.create(now=BEGAN, set_at=BEGAN)
    warned = []
    for number, day in ((1, end), (1, end + DAY), (2, end + DAY)):
        clock.now = dt.datetime.combine(day, dt.time(12), dt.UTC)
        clock.save()
        page = client.get(f"/cpl/entries/{number:06d}/").content.decode()
        warned.append("Past its Maintenance End Date" in page and "It stays on the list." in page)
    assert warned == [False, True, False]


@pytest.mark.clause("SC-6.16")
@pytest.mark.clause("SC-5.4")
def test_the_register_says_what_is_expected_of_a_certification(secretary):
    make.a_set(secretary)  # 1.1 published 1 February 2025, 1.2 one year later
    about = {"device_type": "gsme", "sc_version": "1.1"}
    assert facts_for(**about, commenced_on=dt.date(2026, 1, 31)).expected == "1.1"
    assert facts_for(**about, commenced_on=dt.date(2026, 2, 1)).expected == "1.2"
    assert facts_for(**about, commenced_on=None).expected == ""
    assert facts_for(**about, commenced_on=None).mapped == ("3.2",)
    assert facts_for(device_type="ppmid", sc_version="1.1", commenced_on=dt.date(2026, 2, 1)).expected == ""
    make.a_set(secretary, "Another set for the same type")
    assert facts_for(**about, commenced_on=dt.date(2026, 2, 1)).expected == ""


@pytest.mark.clause("SC-6.16")
@pytest.mark.clause("SC-5.4")
def test_a_submission_whose_certificate_does_not_fit_is_warned_of_and_asks_for_a_reason(secretary):
    maker = people.organisation()
    row = devices.submitted(people.person(Role.MANUFACTURER, maker), maker)
    device = register.register_set(name="Any", device_types=[row.device_type], by=secretary, at=BEGAN)
    for number, day in (("1.2", dt.date(2024, 1, 1)), ("1.3", dt.date(2025, 1, 1))):
        register.record_earlier_version(
            characteristic=device, number=number, published_on=day, mitigations=make.MITIGATIONS,
            gbcs_versions="9.9", by=secretary, at=BEGAN,
        )  # fmt: skip
    certificate = row.certificates.get(body="NCSC")
    certificate.sc_version, certificate.certification_commenced_on = "1.2", dt.date(2025, 1, 1)
    certificate.save()
    found = {each.code: each for each in warnings_of(row)}
    assert {"sc-version", "sc-gbcs"} <= found.keys()
    assert found["sc-version"].asks and "1.3" in found["sc-version"].expected
    certificate.certification_commenced_on = dt.date(2024, 12, 31)
    certificate.save()
    assert "sc-version" not in {each.code for each in warnings_of(row)}
    assert not RaisedWarning.objects.filter(submission=row, code="sc-version").exists()
