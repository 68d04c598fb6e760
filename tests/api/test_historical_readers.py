"""The CSV of an edition, read by programs that know nothing of this one: by column position, and by header name.

Both readers are written from the historical format alone (13 columns, their names and order, BOM, CRLF) and use nothing
of the project's; the source that they check against is the file that went in.
"""

import datetime as dt
import re

import pytest
from django.test import Client

from cpl.services import import_list, publication
from secgov.journal.actors import Actor
from tests.factories import publishing
from tests.factories.published_list import HUB, METER, REAL_EDITION, edited, file_of

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 12, 1, 12, 0, tzinfo=dt.UTC)


def fields(line: str) -> list[str]:
    """Split a line as the old macro did: quoted cells may hold commas and doubled quotation marks."""
    return [
        (quoted or plain).replace('""', '"')
        for quoted, plain in re.findall(r'(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))', line)
    ]


def by_position(data: bytes) -> dict[str, tuple[str, ...]]:
    """What a spreadsheet's lookup by column number sees: entry, status, manufacturer, device model, firmware, hash."""
    assert data[:3] == b"\xef\xbb\xbf"
    lines = data[3:].decode("utf-8").removesuffix("\r\n").split("\r\n")  # the real one ends without
    assert "\n" not in "".join(lines)
    rows = [fields(line) for line in lines[1:]]
    assert {len(row) for row in rows} == {13}
    return {row[1].strip(): tuple(row[at].strip() for at in (2, 4, 8, 9, 12)) for row in rows}


def by_name(data: bytes, names: list[str]) -> dict[str, tuple[str, ...]]:
    """What a reader sees that finds its columns by the words in the header, in whatever order they stand."""
    head, *lines = data.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")
    at = {name.strip(): place for place, name in enumerate(fields(head))}
    rows = [fields(line) for line in lines]
    return {
        row[at[names[1]]].strip(): tuple(row[at[names[n]]].strip() for n in (2, 4, 8, 9, 12)) for row in rows
    }


def check(source: bytes, settings, tmp_path) -> int:
    publishing.signing_key(settings, tmp_path)
    import_list.import_list(data=source, file_name="list.csv", actor=Actor(None, "Operator"), at=AT)
    publication.publish_due(clock=lambda: AT)
    names = [name.strip() for name in fields(source.decode("utf-8-sig").split("\r\n")[0])]
    assert len(names) == 13
    expected = by_position(source)
    for form in ("csv", "full"):
        data = Client().get(f"/api/v1/cpl/editions/2.051/{form}").content
        assert by_name(data, names) == expected
        if form == "csv":
            assert by_position(data) == expected
            assert [name.strip() for name in fields(data.decode("utf-8-sig").split("\r\n")[0])] == names
    extract = Client().get("/cpl/?as=csv&order=number").content
    assert by_position(extract) == by_name(extract, names) == expected
    return len(expected)


def test_sample_edition_is_read_by_position_and_by_name_as_the_one_that_went_in(settings, tmp_path):
    rows = [HUB, METER, *(edited(METER, c2=f"{n:06d}", c10=f"{n:08X}", c3="Current") for n in range(10, 40))]
    assert check(file_of(*rows), settings, tmp_path) == 32


@pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project")
def test_real_edition_is_read_by_position_and_by_name_as_the_one_that_went_in(settings, tmp_path):
    assert check(REAL_EDITION.read_bytes(), settings, tmp_path) == 729
