"""The bytes of an edition: fixed columns, the same every time, and safe to open."""

import csv
import gzip
import hashlib
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpl.reading import COLUMNS, read_edition
from cpl.rendering import (
    FULL_COLUMNS,
    CertificateRow,
    EntryRow,
    entry_row,
    json_entry,
    neutralise,
    render_extract,
    render_forms,
    render_json,
)
from cpl.rules.publication import version_cell
from tests.factories.published_list import REAL_EDITION

WHEN = {"edition": 2052, "issued_on": date(2026, 12, 1)}
VERSION = version_cell(2052, date(2026, 12, 1))
HASH = "137ED5BC81A21F6D2187BC380381AEA7705BF65D3E4DAEA28EFD44113079D5E9"
CPA = CertificateRow("NCSC", "CPA-1", "CPA SC GSME", "1.3", "2028-08-30", "renewal", "1.3", True)
OLDER_CPA = CertificateRow("NCSC", "CPA-0", "CPA SC GSME", "1.2", "2027-01-31", "expiry", "1.2", False)
ZIGBEE = CertificateRow("ZIGBEE", "ZIG-7", "ZigBee Smart Energy", "1.4", "", "", "", True)
METER = EntryRow(
    number=639,
    status="Current",
    device_type="gsme",
    manufacturer_identifier="7C18",
    model_identifier="0000",
    hardware_version="01",
    hardware_revision="00",
    firmware_version="00070804",
    spec_type="SMETS",
    spec_version="4.2",
    gbcs_version="4.0",
    image_hash=HASH,
    image_creator="Made Up Metering",
    image_descriptor="Release 7.8.4",
    listed_on="2026-12-01",
    fir_number="000639",
    certificates=(ZIGBEE, CPA, OLDER_CPA),
)
IMPORTED = EntryRow(
    2,
    "Removed",
    "communications_hub",
    "106C",
    "4331",
    "00",
    "AC",
    "124074DA",
    "CHTS",
    "1.0",
    "1.0",
    "",
    listed_known_by="2022-09-21",
)


def cells_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def full_record(row: EntryRow) -> dict[str, str]:
    header, cells = cells_of(render_extract([row], version=VERSION, full=True))
    return dict(zip(header, cells, strict=True))


def test_historical_form_keeps_names_order_mark_line_ends_and_upper_case():
    data = render_extract([IMPORTED, METER], version=VERSION)
    assert data.startswith(b"\xef\xbb\xbfVersion,Entry.number,Entry.status,Device_Type.name,")
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == 3
    header, first, second = cells_of(data)
    assert header == list(COLUMNS)
    assert first[:4] == ["Version 2.052 Issued on 01-12-2026", "000002", "Removed", "Communications Hub"]
    assert second[4:] == [
        "7C18",
        "0000",
        "01",
        "00",
        "00000100",
        "00070804",
        "SMETS V4.2",
        "GBCS Version 4.0",
        HASH,
    ]


@pytest.mark.clause("Z2.1(b)")
def test_concatenation_of_model_and_hardware_is_derived():
    assert cells_of(render_extract([IMPORTED], version=VERSION))[1][8] == "433100AC"


@pytest.mark.clause("Z6.11-1")
def test_removed_entry_stays_in_every_form_with_its_status():
    forms = render_forms([IMPORTED], **WHEN)
    assert all(form.rows == 1 for form in forms)
    assert all(b"Removed" in gzip.decompress(form.gzipped) for form in forms)


@pytest.mark.clause("F2.1")
def test_empty_list_is_a_valid_list_and_no_error():
    csv_form, full, as_json = render_forms([], **WHEN)
    assert [form.rows for form in (csv_form, full, as_json)] == [0, 0, 0]
    assert cells_of(gzip.decompress(csv_form.gzipped)) == [list(COLUMNS)]
    assert json.loads(gzip.decompress(as_json.gzipped))["entries"] == []


def test_full_form_has_the_columns_that_outsiders_rely_on():
    assert cells_of(render_extract([], version=VERSION, full=True)) == [list(FULL_COLUMNS)]
    assert FULL_COLUMNS[13:] == (
        "listed_on",
        "listed_known_by",
        "removed_on",
        "clause",
        "public_reason",
        "image_creator",
        "image_descriptor",
        "zigbee_certificate",
        "zigbee_standard",
        "dlms_certificate",
        "dlms_standard",
        "cpa_certificate",
        "cpa_standard",
        "cpa_date",
        "cpa_date_kind",
        "cpa_sc_version",
        "other_certificates",
        "fir_number",
    )


@pytest.mark.clause("Z2.1(f)")
def test_full_form_gives_each_certificate_with_the_version_of_its_standard():
    found = full_record(METER)
    assert (found["zigbee_certificate"], found["zigbee_standard"]) == ("ZIG-7", "ZigBee Smart Energy 1.4")
    assert (found["cpa_certificate"], found["cpa_standard"]) == ("CPA-1", "CPA SC GSME 1.3")
    assert found["dlms_certificate"] == found["dlms_standard"] == ""


@pytest.mark.clause("Z2.1(g)")
def test_full_form_labels_the_kind_of_date_of_the_governing_cpa_certificate_and_keeps_the_others():
    found = full_record(METER)
    assert (found["cpa_date"], found["cpa_date_kind"]) == ("2028-08-30", "renewal")
    assert found["cpa_sc_version"] == "1.3"
    assert found["other_certificates"] == "NCSC CPA-0 (CPA SC GSME 1.2, expiry 2027-01-31, SC 1.2)"


def test_full_form_of_an_imported_entry_says_only_what_is_known():
    found = full_record(IMPORTED)
    assert found["listed_known_by"] == "2022-09-21"
    assert not any(found[name] for name in FULL_COLUMNS[15:])


@pytest.mark.clause("Z2.1(g)")
def test_json_form_holds_the_same_nested_and_exact():
    found = json.loads(render_json([IMPORTED, METER], **WHEN))
    assert (found["edition"], found["issued_on"]) == ("2.052", "2026-12-01")
    imported, meter = found["entries"]
    assert list(meter) == [
        "entry",
        "status",
        "device_type",
        "manufacturer",
        "model",
        "hardware_version",
        "hardware_revision",
        "device_model",
        "firmware_version",
        "specification",
        "gbcs",
        "image",
        "listed",
        "removed",
        "certificates",
        "fir",
    ]
    assert meter["certificates"][1] == {
        "body": "NCSC",
        "number": "CPA-1",
        "standard": "CPA SC GSME",
        "standard_version": "1.3",
        "date": "2028-08-30",
        "date_kind": "renewal",
        "sc_version": "1.3",
        "governing": True,
    }
    assert meter["image"] == {"creator": "Made Up Metering", "descriptor": "Release 7.8.4", "hash": HASH}
    assert (meter["listed"], meter["removed"], meter["fir"]) == (
        {"from": "2026-12-01", "known_by": None},
        None,
        "000639",
    )
    assert imported["removed"] == {"on": None, "clause": None, "public_reason": None}
    assert (imported["listed"], imported["image"], imported["fir"]) == (
        {"from": None, "known_by": "2022-09-21"},
        None,
        None,
    )


def test_same_rows_give_the_same_bytes_and_the_manifest_can_name_them():
    forms = render_forms([IMPORTED, METER], **WHEN)
    assert forms == render_forms([IMPORTED, METER], **WHEN)
    assert [form.name for form in forms] == ["csv", "full", "json"]
    for form in forms:
        data = gzip.decompress(form.gzipped)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (form.raw_length, form.raw_sha256)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "+44 20x", "+"]
)
def test_text_that_a_spreadsheet_would_run_is_neutralised(cell):
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell", ["", "plain", "a=b", "+44 20 7946 0000", "+44 (0)20-7946-0000", "0020", "'quoted", "5-3"]
)
def test_plain_text_and_telephone_numbers_are_left_as_they_are(cell):
    assert neutralise(cell) == cell


@pytest.mark.parametrize("text", ['=HYPERLINK("https://x.example")', "@x", "-1"])
def test_formula_in_any_free_text_is_neutralised_in_csv_and_exact_in_json(text):
    certificates = tuple(
        CertificateRow(body, text, text, "", "2028-01-01", "expiry", text, governing)
        for body in ("ZIGBEE", "DLMS", "NCSC")
        for governing in (True, False)
    )
    row = METER._replace(
        status="Removed",
        image_creator=text,
        image_descriptor=text,
        public_reason=text,
        removal_clause=text,
        certificates=certificates,
    )
    assert not [
        cell
        for cell in cells_of(render_extract([row], version=VERSION, full=True))[1]
        if cell[:1] in "=@-+" and cell
    ]
    entry = json.loads(render_json([row], **WHEN))["entries"][0]
    assert entry["removed"]["public_reason"] == entry["certificates"][0]["number"] == text


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.sampled_from(["csv", "json"]),
)
def test_any_public_reason_comes_back_from_every_form(text, kind):
    row = METER._replace(status="Removed", public_reason=text)
    if kind == "json":
        entry = json.loads(render_json([row], **WHEN))["entries"][0]
        assert (entry["removed"]["public_reason"] or "") == text
    else:
        assert full_record(row)["public_reason"] == neutralise(text)


@pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project")
def test_real_edition_comes_back_cell_for_cell_once_trimmed():
    data = REAL_EDITION.read_bytes()
    reading = read_edition(data)
    rows = [EntryRow(row.number, row.status.capitalize(), *row[2:]) for row in reading.rows]
    printed = cells_of(render_extract(rows, version=version_cell(2051, reading.issued_on)))
    assert printed == [[cell.strip() for cell in line] for line in cells_of(data)]


def test_row_comes_back_out_of_its_json_entry_as_it_was():
    for row in (METER, IMPORTED):
        assert entry_row(json_entry(row)) == row
