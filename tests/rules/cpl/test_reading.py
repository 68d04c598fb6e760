"""Reading a published edition: what is forgiven, what is refused, and in which words."""

from datetime import date

import pytest

from cpl.reading import COLUMNS, ReadRow, read_edition
from tests.factories.published_list import HUB, METER, REAL_EDITION, VERSION, edited, file_of


def problems_of(data: bytes) -> list[str]:
    reading = read_edition(data)
    assert reading.problems and not reading.rows
    return [str(problem) for problem in reading.problems]


def test_edition_is_read_with_its_number_date_and_rows():
    reading = read_edition(file_of(HUB, METER))
    assert (reading.problems, reading.edition, reading.issued_on) == ([], 2051, date(2022, 9, 21))
    assert reading.rows[0] == ReadRow(
        1,
        "current",
        "communications_hub",
        "106C",
        "4331",
        "00",
        "AC",
        "124074DA",
        "CHTS",
        "1.0",
        "1.0",
        HUB[12],
    )
    assert reading.rows[1].status == "removed"
    assert reading.rows[1].image_hash == ""


@pytest.mark.clause("Z2.1(c)")
def test_leading_zeros_of_firmware_and_hardware_are_kept():
    row = read_edition(file_of(METER)).rows[0]
    assert (row.model_identifier, row.hardware_version, row.firmware_version) == ("0000", "01", "00070804")


def test_blanks_around_cells_are_trimmed():
    padded = [f" {cell}  " for cell in HUB]
    assert read_edition(file_of(padded)).rows == read_edition(file_of(HUB)).rows


@pytest.mark.clause("Z2.1(h)(iii)")
def test_lower_case_hexadecimal_is_read_as_upper_case():
    lower = edited(HUB, c5="106c", c8="ac", c9="433100ac", c10="124074da", c13=HUB[12].lower())
    assert read_edition(file_of(lower)).rows == read_edition(file_of(HUB)).rows


def test_file_without_byte_order_mark_or_with_bare_line_ends_reads_the_same():
    plain = file_of(HUB, METER).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    assert read_edition(plain).rows == read_edition(file_of(HUB, METER)).rows


def test_file_whose_last_line_has_no_end_reads_the_same():
    assert read_edition(file_of(HUB, METER).rstrip()).rows == read_edition(file_of(HUB, METER)).rows


@pytest.mark.clause("Z2.1(e)")
def test_smets1_hub_carries_smets_and_no_gbcs():
    smets1 = edited(HUB, c11="SMETS V1.2", c12="GBCS Version 0.0")
    assert read_edition(file_of(smets1)).rows[0].spec_type == "SMETS"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (HUB[:-1], "Row 2: it has 12 columns, not 13"),
        ([*HUB, ""], "Row 2: it has 14 columns, not 13"),
        (edited(HUB, c1="2.051"), "Row 2, Version: “2.051” does not say which edition this is"),
        (edited(HUB, c1="Version 2.051 Issued on 31-02-2022"), "does not say which edition this is"),
        (edited(HUB, c2="1"), "Row 2, Entry.number: “1” is not an entry number of six digits"),
        (edited(HUB, c2="٠٠٠٠٠١"), "is not an entry number of six digits"),
        (edited(HUB, c2="000000"), "“000000” is not an entry number"),
        (edited(HUB, c3="current"), "Row 2, Entry.status: “current” is not a status"),
        (edited(HUB, c4="Toaster"), "Row 2, Device_Type.name: “Toaster” is not a Physical Device Type"),
        (edited(HUB, c4="Gas Proxy Function"), "“Gas Proxy Function” is not a Physical Device Type"),
        (
            edited(HUB, c5="10G0"),
            "Device_Model.manufacturer_identifier: The manufacturer identifier contains “G”",
        ),
        (edited(HUB, c6="433"), "The model identifier has 3 digits; it must have 4"),
        (edited(HUB, c7=""), "The hardware version is missing"),
        (edited(HUB, c8="ACC"), "The hardware revision has 3 digits; it must have 2"),
        (edited(HUB, c9="433100AD"), "it says “433100AD”, but the model and hardware make “433100AC”"),
        (edited(HUB, c10="1.24E+07"), "The firmware version contains “.”"),
        (edited(HUB, c10="124074ﬀ"), "The firmware version contains “ﬀ”"),
        (edited(HUB, c13="ﬀ" + HUB[12][2:]), "The Hash of the image has 63 characters"),
        (edited(HUB, c11="SMETS 4.2"), "“SMETS 4.2” is not a specification version"),
        (edited(HUB, c11="SMETS V4.2"), "A SMETS2+ Communications Hub is built to CHTS, not to SMETS"),
        (edited(METER, c11="CHTS V1.0"), "is built to SMETS, not to CHTS"),
        (edited(HUB, c12="1.0"), "“1.0” is not a GBCS version"),
        (
            edited(HUB, c12="GBCS Version 0.0"),
            "GBCS Version.version_number: A SMETS2+ Device Model needs its GBCS",
        ),
        (edited(METER, c11="SMETS V1.2"), "GBCS Version.version_number: No GBCS version applies to a SMETS1"),
        (edited(HUB, c13=HUB[12][:-1]), "63"),
        (edited(HUB, c13="Z" + HUB[12][1:]), "“Z”"),
    ],
)
def test_bad_cell_is_reported_with_its_row_column_and_reason(row, said):
    found = problems_of(file_of(row))
    assert any(said in problem for problem in found), found


def test_row_that_names_another_edition_than_the_first_is_reported():
    other = edited(METER, c1="Version 2.050 Issued on 21-09-2022")
    assert problems_of(file_of(HUB, other)) == [
        f"Row 3, Version: it says “Version 2.050 Issued on 21-09-2022”, the first row “{VERSION}”"
    ]


def test_entry_number_that_stands_twice_is_reported():
    assert problems_of(file_of(HUB, edited(METER, c2="000001"))) == [
        "Row 3, Entry.number: entry 000001 stands in row 2 already"
    ]


def test_entry_number_that_does_not_ascend_is_reported():
    assert problems_of(file_of(edited(HUB, c2="000009"), METER)) == [
        "Row 3, Entry.number: entry 000004 stands after 000009; entry numbers ascend"
    ]


def test_device_model_that_is_current_under_two_numbers_is_reported():
    assert problems_of(file_of(HUB, edited(HUB, c2="000002"))) == [
        "Row 3, Entry.number: the same Device Model is Current as entry 000001 already"
    ]


def test_removed_row_may_repeat_a_current_device_model():
    assert len(read_edition(file_of(HUB, edited(HUB, c2="000002", c3="Removed"))).rows) == 2


def test_every_bad_row_is_reported_in_the_order_of_the_file():
    found = problems_of(file_of(edited(HUB, c5="G"), HUB[:-1], edited(METER, c2="x", c3="y")))
    assert [line.split(":")[0] for line in found] == [
        "Row 2, Device_Model.manufacturer_identifier",
        "Row 3",
        "Row 4, Entry.number",
        "Row 4, Entry.status",
    ]


def test_blank_line_does_not_disturb_the_numbering_of_rows():
    data = file_of(HUB).rstrip() + b"\r\n\r\n" + ",".join(edited(METER, c3="y")).encode()
    assert problems_of(data)[0].startswith("Row 4, Entry.status")


def test_wrong_header_is_reported_by_column():
    header = tuple("Hash" if name == COLUMNS[12] else name for name in COLUMNS)
    assert problems_of(file_of(HUB, header=header)) == [
        "Row 1, Manufacturer_Image.hash: the header says “Hash” here"
    ]


def test_header_short_of_a_column_is_reported():
    assert problems_of(file_of(HUB, header=COLUMNS[1:])) == [
        "Row 1: the header has 12 columns; the published list has 13"
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (file_of(HUB).decode("utf-8-sig").encode("utf-16"), "not UTF-8"),
        (file_of(HUB).decode("utf-8-sig").encode("utf-16-le"), "zero bytes"),
        (file_of(edited(HUB, c4="Größe")).decode("utf-8-sig").encode("latin-1"), "not UTF-8"),
        (b"", "the header has 0 columns"),
        (file_of(), "it holds no entry"),
        (file_of(HUB) + b'"Version 2.051', "not well-formed CSV"),
        (file_of() + b'"' + b"x" * 200_000, "not well-formed CSV"),
    ],
)
def test_file_that_is_no_list_is_reported_and_not_guessed_at(data, said):
    assert said in problems_of(data)[0]


def test_hash_under_two_firmware_versions_is_a_warning_and_no_error():
    other = edited(HUB, c2="000002", c10="00000001")
    reading = read_edition(file_of(HUB, other))
    assert len(reading.rows) == 2
    assert reading.warnings == [f"The Hash {HUB[12]} stands with 2 firmware versions: 00000001, 124074DA."]


@pytest.mark.skipif(not REAL_EDITION.exists(), reason="the real edition is not beside this project")
def test_real_edition_is_read_whole():
    reading = read_edition(REAL_EDITION.read_bytes())
    assert (reading.edition, reading.issued_on, len(reading.rows)) == (2051, date(2022, 9, 21), 729)
    assert [row.status for row in reading.rows].count("removed") == 35
    assert len(reading.warnings) == 4
