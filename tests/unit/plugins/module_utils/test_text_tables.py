# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables as text: delimiters, encodings, headings and rows."""

from __future__ import annotations

import codecs

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.encodings import decode
from helpers.tabular import problems_of, read

ONE = [{"mailbox": "3000", "name": "Ann"}]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.TXT"])
def test_the_delimiter_is_detected_from_known_headings(mark: str, name: str) -> None:
    assert read(f"mailbox{mark}name\n3000{mark}Ann\n", name) == ONE


def test_other_separators_in_headings_and_rows_are_ignored() -> None:
    text = "Number;First, second, third name;Mail|address\n3000;A,n,n;a@b.example|c@d.example\n"
    columns = {"number": "mailbox", "First, second, third name": "name", "Mail|address": "emails"}
    assert read(text, "a.csv", columns=columns) == [
        {"mailbox": "3000", "name": "A,n,n", "emails": ["a@b.example", "c@d.example"]}
    ]


def test_an_ambiguous_delimiter_must_be_set() -> None:
    text = "mailbox;name,emails\n3000;Ann,x\n"
    assert problems_of(text, "a.csv") == [
        "a.csv: its cells may be separated by a comma or a semicolon. Set `delimiter`"
    ]
    assert read(text, "a.csv", delimiter=";", columns={"name,emails": "name"}) == [{"mailbox": "3000", "name": "Ann,x"}]


@pytest.mark.parametrize(
    "content",
    [
        "mailbox,name\n1,Jürgen Groß".encode(),
        codecs.BOM_UTF8 + "mailbox,name\n1,Jürgen Groß".encode(),
        "mailbox,name\n1,Jürgen Groß".encode("utf-16"),
        codecs.BOM_UTF16_BE + "mailbox,name\n1,Jürgen Groß".encode("utf-16-be"),
        "mailbox,name\n1,Jürgen Groß\n".encode("utf-16-le"),
        "mailbox,name\n1,Jürgen Groß\n".encode("utf-16-be"),
        "mailbox,name\n1,Jürgen Groß".encode("utf-32"),
        "mailbox,name\n1,Jürgen Groß".encode("cp1252"),
    ],
    ids=["utf-8", "utf-8-mark", "utf-16", "utf-16-be", "le-unmarked", "be-unmarked", "utf-32", "cp1252"],
)
def test_encodings_are_detected(content: bytes) -> None:
    assert read(content, "a.csv") == [{"mailbox": "1", "name": "Jürgen Groß"}]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Søren", "cp1252"),
        ("Dvořák", "cp1250"),
        ("Łukasz", "cp1250"),
        ("Y\u0131ld\u0131z", "cp1254"),
        ("Иванов", "cp1251"),
        ("Müller", "cp850"),
        ("Παπαδόπουλος", "cp1253"),
        ("田中", "shift_jis"),
        ("Ünal Ş", "iso-8859-9"),
    ],
)
def test_an_ambiguous_encoding_must_be_set(name: str, encoding: str) -> None:
    content = f"mailbox,name\n3000,{name}\n".encode(encoding)
    (reported,) = problems_of(content, "a.csv")
    assert reported == (
        "a.csv: is not UTF-8 text, and its encoding cannot be recognized. Save it as UTF-8, or set its encoding, such"
        " as `encoding: cp1252`"
    )
    assert read(content, "a.csv", encoding=encoding) == [{"mailbox": "3000", "name": name}]


def test_an_unknown_encoding_name_is_refused() -> None:
    for name in ("klingon", "rot13", "base64"):
        with pytest.raises(ValueError, match=f"`encoding` '{name}' is unknown"):
            decode(b"x", name)
    (reported,) = problems_of("mailbox\nÄ\n".encode("cp1252"), "a.csv", encoding="ascii")
    assert reported.startswith("a.csv: is not ascii text. Save it as UTF-8")


def test_headings_ignore_line_breaks_case_and_blanks() -> None:
    text = '"MAILBOX","Full\nname ","E-Mail\r\n Address"\n3000,Ann,a@b.example\n'
    columns = {"full  Name": "name", "e-mail address": "emails"}
    assert read(text, "a.csv", columns=columns) == [{"mailbox": "3000", "name": "Ann", "emails": ["a@b.example"]}]


def test_headings_can_be_below_a_title() -> None:
    text = "Staff of 2026\n\nmailbox;name\n3000;Ann\n"
    assert read(text, "a.csv", heading_row=3) == ONE


@pytest.mark.parametrize(
    "columns", [{1: "mailbox", "2": "name", "4": "emails"}, {"A": "mailbox", "b": "name", "D": "emails"}]
)
def test_columns_can_be_selected_by_position(columns: dict[object, str]) -> None:
    text = "3000;Ann;x;a@b.example\n3001;Bob;y\n"
    assert read(text, "a.txt", heading_row=0, columns=columns) == [
        {"mailbox": "3000", "name": "Ann", "emails": ["a@b.example"]},
        {"mailbox": "3001", "name": "Bob"},
    ]
    assert problems_of(text, "a.txt", heading_row=0, columns={**columns, "Mail": "notify"}) == [
        "a.txt: `columns` contains 'Mail', but the table has no headings. Name columns such as A or 1"
    ]


@pytest.mark.parametrize(
    ("text", "lines", "marks"),
    [
        ("mailbox;name\n3000;Desk\n3001,Sales\n3002,Store\n", (3, 4), ("a comma", "a semicolon")),
        ("mailbox,name,emails\n3000\tDesk\ta@example.com\n", (2,), ("a tab", "a comma")),
        # The heading row is the one that differs.
        ("mailbox;name\n3000|Desk\n", (2,), ("a vertical bar", "a semicolon")),
        # The separator of the headings is in a cell of the row.
        ("mailbox,name,emails\n3000;Desk;a@example.com,b@example.com\n", (2,), ("a semicolon", "a comma")),
    ],
)
def test_rows_with_another_separator_are_named(text: str, lines: tuple[int, ...], marks: tuple[str, str]) -> None:
    wanted = f"{marks[0]} separates the cells, and {marks[1]} the headings. Use one separator in the whole file"
    assert problems_of(text, "staff.csv") == [f"staff.csv:{line}: {wanted}" for line in lines]


@pytest.mark.parametrize("text", ["mailbox;name\n3000;Desk, one\n", "mailbox;name\n3000\n", "mailbox\n3000\n"])
def test_cells_with_other_marks_are_no_other_separator(text: str) -> None:
    assert [box["mailbox"] for box in read(text, "staff.csv")] == ["3000"]


def test_rows_that_are_left_out_may_have_any_separator() -> None:
    text = "mailbox;name;kind\n3000;Desk;x\nExported, on Monday\n"
    assert [
        box["mailbox"] for box in read(text, "staff.csv", only_rows={"kind": "x"}, ignore_unknown_columns=True)
    ] == ["3000"]
