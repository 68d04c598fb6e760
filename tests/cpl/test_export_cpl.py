"""The stored bytes of an edition, written out as they were signed."""

import gzip
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cpl.models import Edition
from tests.factories import published

pytestmark = pytest.mark.django_db


def stored(edition: Edition, form: str) -> bytes:
    return gzip.decompress(edition.forms.get(name=form).gzipped)


@pytest.mark.parametrize("form", ["csv", "full", "json"])
def test_form_of_an_edition_is_written_byte_for_byte(tmp_path, form):
    edition = published.edition(2052)
    path = tmp_path / "list"
    said = StringIO()
    call_command("export_cpl", "--edition", "2.052", "--form", form, "-o", str(path), stdout=said)
    assert path.read_bytes() == stored(edition, form)
    assert said.getvalue().startswith(f"Wrote edition 2.052 as {form}")


def test_newest_edition_goes_to_standard_output_unless_told_otherwise(capfdbinary):
    first = published.edition(2052)
    newest = published.edition(2053, previous=first)
    call_command("export_cpl")
    assert capfdbinary.readouterr().out == stored(newest, "csv")


def test_edition_that_does_not_exist_is_named():
    with pytest.raises(CommandError, match="No edition has been issued yet"):
        call_command("export_cpl")
    published.edition(2052)
    with pytest.raises(CommandError, match=r"There is no edition 2\.060"):
        call_command("export_cpl", "--edition", "2.060")
    with pytest.raises(CommandError, match="Write it like"):
        call_command("export_cpl", "--edition", "newest")


def test_file_that_cannot_be_written_is_named(tmp_path):
    published.edition(2052)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_cpl", "-o", str(tmp_path / "absent" / "list.csv"))
