"""Reference data of a given size: made once, into an empty database, and what the system says of it is true."""

import io

import pytest
from django.core.management import CommandError, call_command

from cpl.management.commands import seed_reference
from cpl.models import AssuranceCertificate, CertificateCoverage, CertificateEvent, Edition, PublishedEntry
from secgov.accounts.models import Contact, Organisation
from tests.factories import people, publishing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _debug(settings, tmp_path, monkeypatch):
    settings.DEBUG = True
    monkeypatch.setattr(seed_reference, "SIGN_INS", tmp_path / "sign-ins.json")


def seed(entries: int) -> str:
    out = io.StringIO()
    call_command("seed_reference", str(entries), stdout=out)
    return out.getvalue()


def test_reference_data_is_scaled_published_and_keeps_the_promises(settings, tmp_path):
    publishing.signing_key(settings, tmp_path)
    said = seed(2000)
    assert "2 editions" in said and "8 reported events" in said
    assert PublishedEntry.objects.count() == 2001 and PublishedEntry.objects.current().count() == 1801
    assert Edition.objects.count() == 2
    assert AssuranceCertificate.objects.filter(state="valid").count() == 106 * 3 + 3
    assert CertificateCoverage.objects.filter(device_model__isnull=False).count() >= 6000
    assert CertificateEvent.objects.count() == 8
    parties = Organisation.objects.filter(name__startswith="Reference Party")
    assert (parties.count(), Contact.objects.filter(organisation__in=parties).count()) == (16, 48)
    call_command("check_promises", stdout=io.StringIO())
    with pytest.raises(CommandError, match="not empty"):
        seed(1)


def test_a_database_in_use_a_size_that_cannot_be_and_a_copy_that_is_no_sample_are_refused(settings):
    with pytest.raises(CommandError, match="from 1 to"):
        seed(0)
    people.organisation("Somebody")
    with pytest.raises(CommandError, match="not empty"):
        seed(10)
    assert Edition.objects.count() == 0 and Organisation.objects.count() == 1
    settings.DEBUG = False
    with pytest.raises(RuntimeError, match="DEBUG"):
        seed(10)


def test_key_that_is_not_there_is_missed_before_anything_is_made(settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path / "none.json")
    with pytest.raises(CommandError, match="make_signing_key"):
        seed(10)
    assert not Organisation.objects.exists()
