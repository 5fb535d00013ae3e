# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Excel workbooks and OpenDocument spreadsheets: values are read as displayed, and dangerous files are refused."""

from __future__ import annotations

import datetime
import io
import re
import typing as t
import zipfile

import openpyxl
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.imports import archives, cells, workbooks
from helpers.tabular import archive, cell_of, opendocument, problems_of, read, row, workbook

AS_TEXT = "Format the column as text, and enter the value again"
NO_RESULT = (
    "is a formula without a value. Open and save the file in the spreadsheet program, or enter the value as text"
)
PLACE = "staff.xlsx, sheet Staff, row"


def formatted(**formats: str) -> t.Callable[[t.Any], None]:
    """Return a function that formats cells."""

    def change(book: t.Any) -> None:
        for place, number_format in formats.items():
            book.active[place].number_format = number_format

    return change


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (456, "0000", "0456"),
        (456, "General", "456"),
        (456, "0", "456"),
        (456, "@", "456"),
        (3000.0, "General", "3000"),
        (3000, "#,##0", "3000"),
        (3000, "0.00", "3000"),
        (3000, "0.00E+00", "3000"),
        (1234567, "000-0000", "123-4567"),
        (34567, "000-0000", "003-4567"),
        (49301234, '"+"0', "+49301234"),
        (301234, "0000000", "0301234"),
        ("0456", "General", "0456"),
        ("a_x000D_b", "General", "a\rb"),
    ],
)
def test_a_number_is_read_as_displayed(value: object, number_format: str, shown: object) -> None:
    content = workbook(["mailbox", "name"], ["1", value], change=formatted(B2=number_format))
    assert read(content, "staff.xlsx") == [{"mailbox": "1", "name": shown}]


@pytest.mark.parametrize(
    ("value", "number_format", "problem"),
    [
        (datetime.date(2026, 1, 2), "yyyy-mm-dd", f"is a date or time. {AS_TEXT}"),
        (datetime.time(12, 30), "hh:mm", f"is a date or time. {AS_TEXT}"),
        (datetime.timedelta(hours=30), "[h]:mm", f"is a date or time. {AS_TEXT}"),
        (45000, "dd.mm.yyyy", f"is a date or time. {AS_TEXT}"),
        (0.5, "0%", f"is a percentage. {AS_TEXT}"),
        (12, "0.0%", f"is a percentage. {AS_TEXT}"),
        (
            12,
            '"EUR" 0',
            f'is a number with the format "EUR" 0, which differs from its value. {AS_TEXT}',
        ),
        (0.5, "# ?/?", f"is a number with the format # ?/?, which differs from its value. {AS_TEXT}"),
        (
            10**15,
            "0",
            f"is a number with more than 15 digits, and the spreadsheet lost some of them. {AS_TEXT}",
        ),
        (
            "=1+1",
            "General",
            NO_RESULT,
        ),
        ("#REF!", "General", "contains an error of a formula. Correct the formula, or enter the value as text"),
    ],
)
def test_cells_other_than_text_are_reported_with_sheet_row_and_column(
    value: object, number_format: str, problem: str
) -> None:
    content = workbook(["mailbox", "Full\nname"], ["1", value], change=formatted(B2=number_format))
    (reported,) = problems_of(content, "staff.xlsx", columns={"full name": "name"})
    assert re.sub(", value '#REF!'", "", reported) == f"{PLACE} 2, column Full name: `name` {problem}"


def test_ignored_columns_are_not_checked() -> None:
    content = workbook(["mailbox", "Since", "Share"], ["1", datetime.date(2026, 1, 2), 0.5])
    assert read(content, "staff.xlsx", columns={"Since": None}, ignore_unknown_columns=True) == [{"mailbox": "1"}]


def test_a_formula_has_its_saved_value() -> None:
    """Read a workbook with formulas and saved values."""
    content = workbook(["mailbox", "name"], ["1", "=A2"])
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<v></v>" in sheet or b"<v />" in sheet or b"<v/>" in sheet
    parts["xl/worksheets/sheet1.xml"] = re.sub(rb"<v\s*/>|<v></v>", b"<v>77</v>", sheet)
    assert read(archive(parts), "staff.xlsx") == [{"mailbox": "1", "name": "77"}]


def test_merged_cells_are_refused_in_mapped_columns_only() -> None:
    def merge(book: t.Any) -> None:
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("B4:B5")

    content = workbook(["Staff 2026"], ["mailbox", "name", "x"], ["1", "a"], ["2", "b"], ["3", None], change=merge)
    merged = "`name` is merged with others. Unmerge the cells, and enter the value in each of them"
    assert problems_of(content, "staff.xlsx", heading_row=2, ignore_unknown_columns=True) == [
        f"{PLACE} 4, column name: {merged}",
        f"{PLACE} 5, column name: {merged}",
    ]
    assert len(read(content, "staff.xlsx", heading_row=2, columns={"name": None, "x": None})) == 3


def test_a_title_above_the_headings_is_reported() -> None:
    content = workbook(["Our staff"], [None], ["mailbox", "name"], ["1", "x"])
    reported = problems_of(content, "staff.xlsx")
    assert f"{PLACE} 1: no column contains `mailbox`. Map it in `columns`" in reported
    assert reported[-1] == "staff.xlsx, sheet Staff: row 3 looks like the row of headings. Set `heading_row: 3`"
    assert read(content, "staff.xlsx", heading_row=3) == [{"mailbox": "1", "name": "x"}]
    assert problems_of(content, "staff.xlsx", heading_row=9) == [
        "staff.xlsx, sheet Staff: row 9 is blank or does not exist. Set `heading_row` to the row of the headings"
    ]


def with_sheets(*sheets: tuple[str, str, list[list[str]]]) -> bytes:
    """Return a workbook with further sheets: title, state and rows."""

    def add(book: t.Any) -> None:
        for title, state, rows in sheets:
            sheet = book.create_sheet(title)
            sheet.sheet_state = state
            for one in rows:
                sheet.append(one)

    return workbook(["Room", "Floor"], ["1", "2"], title="Rooms", change=add)


def test_the_sheet_is_selected_by_its_headings() -> None:
    content = with_sheets(("Staff", "visible", [["mailbox", "name"], ["1", "x"]]), ("Empty", "visible", []))
    assert read(content, "b.xlsx") == read(content, "b.xlsx", sheet="Staff") == read(content, "b.xlsx", sheet=2)
    assert problems_of(content, "b.xlsx", sheet="staf") == [
        "b.xlsx: has no sheet staf. Set `sheet` to one of Rooms, Staff, Empty"
    ]


def test_two_possible_sheets_are_ambiguous() -> None:
    rows = [["mailbox"], ["1"]]
    content = with_sheets(("Staff", "visible", rows), ("Old", "visible", rows), ("Hidden", "hidden", rows))
    assert problems_of(content, "b.xlsx") == [
        "b.xlsx: has several possible sheets. Set `sheet` to one of Rooms, Staff, Old"
    ]


def test_a_pin_that_may_have_lost_zeros_is_reported_and_hidden() -> None:
    content = workbook(["mailbox", "pin"], [1, 482193], [2, 82193], [3, "082193"], [4, 482194])
    expected = (
        f"{PLACE} 3, column pin: `pin` is a number with fewer digits than others in its column, so it may have lost"
        " leading zeros. Format the column as text, and enter the PIN again"
    )
    assert problems_of(content, "staff.xlsx") == [expected]
    kept = read(workbook(["mailbox", "pin"], [1, 482193], [3, "082193"]), "staff.xlsx")
    assert kept == [{"mailbox": "1", "pin": "482193"}, {"mailbox": "3", "pin": "082193"}]


def test_a_missing_spreadsheet_library_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError("openpyxl")

    monkeypatch.setattr(workbooks, "import_openpyxl", missing)
    expected = (
        "staff.xlsx: cannot be read without openpyxl (3.1 or newer). Install it with `pip install openpyxl`, or save"
        " the file as CSV"
    )
    assert problems_of(b"PK", "staff.xlsx") == [expected]


# OpenDocument


def test_an_opendocument_spreadsheet_is_read() -> None:
    rows = (
        row("mailbox", "name", "notify", "kazoo.flags")
        + '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="900"/>'
        "</table:table-row>"
        + row(
            cell_of("float", "0456", 'office:value="456"'),
            "Ann <text:s text:c='2'/>B",
            cell_of("boolean", "WAHR", 'office:boolean-value="true"'),
        )
        + row(cell_of("float", "3,000", 'office:value="3000"'), "<table:table-cell/>", cell_of("string", "nein"))
        + '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert read(opendocument(rows), "staff.ods") == [
        {"mailbox": "0456", "name": "Ann   B", "notify": True},
        {"mailbox": "3000", "notify": False},
    ]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (cell_of("date", "02.01.26", 'office:date-value="2026-01-02"'), "is a date or time"),
        (cell_of("time", "12:30", 'office:time-value="PT12H30M"'), "is a date or time"),
        (cell_of("percentage", "50%", 'office:value="0.5"'), "is a percentage"),
        (cell_of("currency", "5 EUR", 'office:value="5"'), "is an amount of money"),
        (cell_of("float", "five", 'office:value="5"'), "is a number with the format"),
        ('<table:table-cell table:formula="of:=[.A1]"/>', "is a formula without a value"),
        (cell_of("string", "x", 'table:number-columns-spanned="2"'), "is merged with others"),
        ("<table:covered-table-cell/>", "is merged with others"),
    ],
)
def test_opendocument_cells_other_than_text_are_reported(cell: str, problem: str) -> None:
    (reported,) = problems_of(opendocument(row("mailbox", "name") + row("1", cell)), "staff.ods")
    assert reported.startswith(f"staff.ods, sheet Staff, row 2, column name: `name` {problem}")


# Files that are not spreadsheets, or dangerous ones

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.xlsx", b"mailbox,name", "is not an Excel workbook, or is damaged"),
        ("a.xlsx", b"", "is empty, with 0 bytes"),
        ("a.xls", b"<html><table></table></html>", "is a web page or XML with the ending of a workbook"),
        ("a.csv", archive({"x": "y"}), "is a spreadsheet or an archive, and not text"),
        ("a.numbers", archive({"x": "y"}), "is a spreadsheet or an archive, and not text"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1", "is a spreadsheet or an archive, and not text"),
        ("a.xlsx", archive({"x": "y"}), "is not an Excel workbook, or is damaged"),
        ("a.xlsx", workbook(["mailbox"], ["1"])[:-60], "is not an Excel workbook, or is damaged"),
        ("a.ods", b"PK\x03\x04", "is not an OpenDocument spreadsheet, or is damaged"),
        ("a.ods", archive({"content.xml": "<x>"}), "is not an OpenDocument spreadsheet, or is damaged"),
        ("a.ods", archive({"content.xml": "<x/>"}), "is not an OpenDocument spreadsheet, or has no sheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "is encrypted or has the old .xls format"),
        ("a.ods", opendocument(row("mailbox"), ENTITIES), "defines XML entities"),
        ("a.ods", archive({"content.xml": "<!DOCTYPE x><x/>".encode("utf-16")}), "defines XML entities"),
        ("a.xlsx", archive({"xl/workbook.xml": f"{' ' * (1 << 20)}{ENTITIES}<x/>"}), "defines XML entities"),
    ],
)
def test_dangerous_files_are_refused(name: str, content: bytes, problem: str) -> None:
    (reported,) = problems_of(content, name)
    assert reported.startswith(f"{name}: {problem}")


def test_an_oversized_archive_is_refused_before_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_XML", 10_000)
    bomb = archive({"xl/worksheets/sheet1.xml": b" " * 20_000})
    assert len(bomb) < 1_000
    (reported,) = problems_of(bomb, "a.xlsx")
    assert reported.startswith("a.xlsx: unpacks to more than 0 MB. Copy the columns")
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    (reported,) = problems_of(bomb, "a.xlsx")
    assert reported.startswith("a.xlsx: has more than 0 MB. Copy the columns")


def test_repeated_rows_and_columns_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated = '<table:table-row table:number-rows-repeated="99999999"><table:table-cell office:value-type="string">'
    content = opendocument(row("mailbox") + repeated + "<text:p>1</text:p></table:table-cell></table:table-row>")
    assert problems_of(content, "a.ods") == ["a.ods, sheet Staff: has more than 200000 rows"]
    wide = cell_of("string", "x", 'table:number-columns-repeated="99999999"')
    assert problems_of(opendocument(row("mailbox", wide)), "a.ods") == [
        "a.ods, sheet Staff: has more than 1000 columns"
    ]
    monkeypatch.setattr(cells, "MOST_ROWS", 2)
    content = workbook(["mailbox"], ["1"], ["2"], ["3"])
    assert problems_of(content, "a.xlsx") == ["a.xlsx, sheet Staff: has more than 2 rows or 1000 columns"]


def test_formatting_of_empty_cells_is_ignored() -> None:
    def decorate(book: t.Any) -> None:
        book.active.cell(1_048_576, 16_384).number_format = "0"

    content = workbook(["mailbox"], ["1"], change=decorate)
    assert read(content, "a.xlsx") == [{"mailbox": "1"}]


def test_openpyxl_reads_the_same_workbook() -> None:
    """Check that the workbooks of these tests match those of a common program."""
    content = workbook(["mailbox"], ["0456"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [[cell.value for cell in one] for one in book.active.iter_rows()] == [["mailbox"], ["0456"]]


# Common modifications of sheets


def hidden(book: t.Any) -> None:
    book.active.sheet_state = "hidden"
    book.create_sheet("Notes").append(["nothing"])


def test_a_hidden_sheet_is_read_only_by_name() -> None:
    content = workbook(["mailbox"], ["3000"], change=hidden)
    assert all(problem.startswith("staff.xlsx, sheet Notes") for problem in problems_of(content, "staff.xlsx"))
    assert read(content, "staff.xlsx", sheet="Staff") == [{"mailbox": "3000"}]
    assert problems_of(content, "staff.xlsx", sheet="Old") == [
        "staff.xlsx: has no sheet Old. Set `sheet` to one of Staff, Notes"
    ]


def test_hidden_rows_and_columns_are_read() -> None:
    def change(book: t.Any) -> None:
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True

    content = workbook(["mailbox", "name"], ["3000", "Ada"], ["3001", "Ben"], change=change)
    assert read(content, "staff.xlsx") == [{"mailbox": "3000", "name": "Ada"}, {"mailbox": "3001", "name": "Ben"}]


@pytest.mark.parametrize(
    ("heading", "cell", "number_format", "problem"),
    [
        ("mailbox", 3000.5, "General", "is a number with decimal places"),
        ("mailbox", -3000, "General", "is a negative number"),
        ("mailbox", True, "General", "is TRUE or FALSE, a truth value"),
        ("pin", True, "General", "is TRUE or FALSE, a truth value"),
        ("pin", 48.5, "General", "is a number with decimal places"),
        ("name", True, "General", "is TRUE or FALSE, a truth value"),
        ("name", "#N/A", "General", "contains an error of a formula"),
    ],
)
def test_implausible_cells_are_reported(heading: str, cell: object, number_format: str, problem: str) -> None:
    headings = ["mailbox", "pin", "name"]
    row_of_cells = ["3000", None, "Ada"]
    row_of_cells[headings.index(heading)] = cell
    (found,) = problems_of(workbook(headings, row_of_cells), "staff.xlsx")
    assert found.startswith(f"staff.xlsx, sheet Staff, row 2, column {heading}")
    assert f"`{heading}` {problem}" in found


def test_a_merged_heading_is_reported() -> None:
    content = workbook(
        ["mailbox", "name", None], ["3000", "Ada", "x"], change=lambda book: book.active.merge_cells("B1:C1")
    )
    assert all("has a heading that is merged with others" in found for found in problems_of(content, "staff.xlsx"))


def test_a_missing_column_position_is_reported() -> None:
    options: dict[str, t.Any] = {"heading_row": 0, "columns": {"A": "mailbox", "E": "name"}}
    assert problems_of(workbook(["3000", "Ada"]), "staff.xlsx", **options) == [
        "staff.xlsx, sheet Staff: `columns` contains column E, but no row has more than 2"
    ]


def test_an_unknown_option_is_reported_once() -> None:
    content = workbook(["mailbox", "First"], *([str(number), "x"] for number in range(3000, 3010)))
    assert problems_of(content, "staff.xlsx", templates={"nam": "{First}"}, vendor="kazoo") == [
        "`templates`: unknown option `nam`; did you mean `name`?"
    ]
