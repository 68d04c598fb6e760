"""Rows of a file of many devices, judged by the rules that judge a single submission."""

from typing import Any

import pytest

from cpl.rules.upload_columns import COLUMNS, label, read_header, template_header
from cpl.rules.upload_rows import RowProblem, RowReader, UploadRow
from cpl.upload_reading import NotText
from secgov.errors import Refusal
from tests.factories.device_lists import CPA, ZIGBEE, row


def read(*rows: dict[str, Any]) -> tuple[list[UploadRow], list[RowProblem]]:
    header = template_header()
    reader = RowReader(read_header(header))
    good, wrong = [], []
    for number, each in enumerate(rows, start=2):
        found, problems = reader.read(number, [each.get(name, "") for name in header])
        good += [found] if found else []
        wrong += problems
    return good, wrong


def only(**changed: Any) -> RowProblem:
    good, [problem] = read(row(**changed))
    assert not good and problem.row == 2 and problem.remedy
    return problem


@pytest.mark.clause("F2.17-1")
def test_row_holds_all_that_a_submission_holds() -> None:
    [found], wrong = read(row(7, released_on="14 December 2026", upgrades_from="000123; 124"))
    assert not wrong
    assert found.values["device_type"] == "gsme" and found.values["spec_type"] == "SMETS"
    assert found.values["firmware_version"] == "05080007" and found.values["has_image"] is True
    assert (found.values["released_on"], found.values["upgrades_from"]) == ("2026-12-14", [123, 124])
    assert [each["body"] for each in found.certificates] == ["ZIGBEE", "NCSC"]
    assert (
        found.certificates[1]["issued_on"] == "2026-01-05" and found.certificates[1]["document"] == "cpa.pdf"
    )


@pytest.mark.clause("F2.17-1")
@pytest.mark.parametrize("field", ["fir_email", "fir_phone", "fir_address", "release_notes"])
def test_row_without_the_details_for_the_repository_is_refused_at_its_column(field: str) -> None:
    assert only(**{field: ""}).column == COLUMNS[field]


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"firmware_version": NotText("number", "10203")}, "Firmware version", "it may have been 00010203"),
        ({"firmware_version": "10203"}, "Firmware version", "it may have been 00010203"),
        ({"firmware_version": NotText("formula", "=A1")}, "Firmware version", "none is ever run"),
        ({"gbcs_version": NotText("number", "4")}, "GBCS version", "made a number of it (4)"),
        ({"image_hash": "xyz"}, "Image hash", "3 characters"),
        ({"has_image": "perhaps"}, "Manufacturer Image", "neither yes nor no"),
        ({"has_image": ""}, "Manufacturer Image", "not said"),
        ({"device_type": "Toaster"}, "Physical Device Type", "Toaster"),
        ({"device_type": "CHF"}, "Physical Device Type", "has no entry of its own"),
        ({"released_on": "soon"}, "Released on", "not a day"),
        ({"upgrades_from": "abc"}, "Upgrades from", ""),
        ({"release_notes": NotText("error", "#REF!")}, "Release notes", "#REF!"),
        ({"manufacturer_name": "Tarn\u200bwick"}, "Manufacturer name", "cannot be shown"),
    ],
)
def test_bad_value_is_named_with_its_column_and_remedy(
    changed: dict[str, Any], column: str, words: str
) -> None:
    problem = only(**changed)
    assert problem.column == column and words in problem.reason


@pytest.mark.parametrize(
    ("certificate", "field"),
    [
        (ZIGBEE | {"number": ""}, "number"),
        (ZIGBEE | {"document": ""}, "document"),
        (ZIGBEE | {"document": "x.exe"}, "document"),
        (ZIGBEE | {"issued_on": ""}, "issued_on"),
        (ZIGBEE | {"body": "Somebody"}, "body"),
        (CPA | {"renews_on": ""}, "expires_on"),
        (CPA | {"sc_version": ""}, "sc_version"),
        (CPA | {"issued_on": "2026-13-01"}, "issued_on"),
    ],
)
def test_bad_certificate_is_named_with_its_number_and_column(certificate: dict[str, str], field: str) -> None:
    _, [problem] = read(row(certificates=(ZIGBEE | {"number": "Z-9"}, certificate)))
    assert problem.column == label((2, field))


def test_device_that_stands_twice_in_the_file_is_refused_at_the_second() -> None:
    _, [problem] = read(row(1), row(2), row(1))
    assert problem.row == 4 and "stands in row 2" in problem.reason


def test_one_certificate_described_in_two_ways_is_refused() -> None:
    _, [problem] = read(row(1), row(2, certificates=(ZIGBEE, CPA | {"sc_version": "1.4"})))
    assert problem.row == 3 and "other details in row 2" in problem.reason


def test_every_fault_of_every_row_is_told_at_once() -> None:
    _, wrong = read(row(1, firmware_version="x", fir_email="nobody"), row(2, image_hash="1"))
    assert [(each.row, each.column) for each in wrong] == [
        (2, "Firmware version"), (2, "Contact e-mail"), (3, "Image hash"),
    ]  # fmt: skip


def test_value_without_a_heading_is_refused() -> None:
    header = template_header()
    reader = RowReader(read_header(header))
    cells = [row().get(name, "") for name in header]
    assert reader.read(2, [*cells, "stray"])[1][0].column == f"Column {len(header) + 1}"


def test_hub_is_built_to_chts_and_smets1_needs_no_certificate() -> None:
    good, wrong = read(
        row(1, device_type="Communications Hub", spec_version="1.3"),
        row(2, spec_version="1.2", gbcs_version="0.0", certificates=()),
    )
    assert not wrong
    assert [each.values["spec_type"] for each in good] == ["CHTS", "SMETS"] and good[1].certificates == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (["x", "y"], "does not hold the headings"),
        ([*template_header(), "Colour"], "“Colour” is no column"),
        ([*template_header(), "GBCS version"], "stands there twice"),
        (template_header()[1:], "Missing: Physical Device Type"),
        ([*template_header(), "Certificate 4: colour"], "is no column"),
    ],
)
def test_wrong_headings_are_named(header: list[str], words: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_header(header)
    assert words in caught.value.message


def test_headings_may_stand_in_any_order_and_in_any_capitals() -> None:
    header = [name.upper() for name in reversed(template_header())]
    places = read_header(header)
    assert places[len(header) - 1] == (0, "device_type")
