"""`explain_entry`: why an entry is, or is not, on the list."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import casts, devices, published, publishing

pytestmark = pytest.mark.django_db


def said(number: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("explain_entry", number, stdout=out)
    return out.getvalue()


def test_listed_entry_is_explained_clause_by_clause(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    stage = publishing.stage(parties=1)
    publishing.listed(stage.cast)
    assert "no edition says so yet (Section F2.8)" in said("000001")
    publishing.publish(devices.NOON, at_once=True)
    text = said("000001")
    assert "Entry 000001 is Current by edition 0.001" in text
    assert (
        "Yes: Every certificate its type and specification ask for is in force today: ZigBee, CPA (Section F2.4)."
        in text
    )


def test_number_of_a_submission_is_explained_as_kept():
    cast = casts.cast()
    submission = devices.submitted(cast.manufacturer, cast.maker)
    assert f"kept for {submission.reference}, which is submitted" in said("1")


def test_submission_lacking_certificates_is_explained_limb_by_limb():
    cast = casts.cast()
    devices.submitted(cast.manufacturer, cast.maker, certificates=())
    assert "lacks: No CPA Certificate has been received. (Section F2.1(a))" in said("1")


def test_hub_is_explained_with_its_functions_and_a_removed_entry_with_its_clause():
    edition = published.edition(2052)
    published.entry(edition, 3, device_type="communications_hub", spec_type="CHTS", spec_version="1.3")
    published.entry(edition, 4, status="Removed", removed_on="2026-12-01", removal_clause="Z6.1")
    assert "Its hub functions (CHF, GPF) are answered as it is (Appendix Z 6.10)." in said("3")
    assert "was marked removed on 1 December 2026 under Appendix Z 6.1" in said("4")


def test_number_that_nobody_has_is_explained_and_what_is_no_number_refused():
    assert "There is no entry 000777" in said("777")
    with pytest.raises(CommandError):
        said("sixty")
