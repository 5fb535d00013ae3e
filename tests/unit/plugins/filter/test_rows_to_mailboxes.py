# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter rows_to_mailboxes: columns, cells altered by spreadsheets, and errors without PINs."""

from __future__ import annotations

import datetime
import re

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.filter.rows_to_mailboxes import FilterModule

rows_to_mailboxes = FilterModule().filters()["rows_to_mailboxes"]
COLUMNS = {
    "Number": "mailbox",
    "Full name": "name",
    "Mail": "emails",
    "Comment": None,
    "Greeting": "kazoo.skip_greeting",
}


def problems_of(rows: object, **options: object) -> list[str]:
    with pytest.raises(AnsibleFilterError) as caught:
        rows_to_mailboxes(rows, **options)
    text = str(caught.value)
    assert text.startswith("rows_to_mailboxes: ")
    return [line.removeprefix("- ").removesuffix(".") for line in text.splitlines()[1:]] or [
        text.removeprefix("rows_to_mailboxes: ").removesuffix(".")
    ]


def test_columns_are_mapped() -> None:
    text = "\ufeffNumber;Full name;Mail;Comment;Greeting\n0300; Reception ;a@b.c, d@e.f;x;no\n0301;;;;\n;;;;\n"
    assert rows_to_mailboxes(text, COLUMNS, {"timezone": "Europe/Paris"}, list_separator=",", vendor="kazoo") == [
        {
            "mailbox": "0300",
            "name": "Reception",
            "emails": ["a@b.c", "d@e.f"],
            "kazoo": {"skip_greeting": False},
            "timezone": "Europe/Paris",
        },
        {"mailbox": "0301", "timezone": "Europe/Paris"},
    ]


def test_rows_of_a_spreadsheet_are_read() -> None:
    rows = [
        {"Number": 3000.0, "Full name": "Reception", "Mail": ["a@b.c"], "Comment": None, "Greeting": True},
        {"Number": None, "Full name": " ", "Mail": None, "Comment": None, "Greeting": None},
        {"Number": "3001"},
    ]
    assert rows_to_mailboxes(rows, COLUMNS) == [
        {"mailbox": 3000, "name": "Reception", "emails": ["a@b.c"], "kazoo": {"skip_greeting": True}},
        {"mailbox": "3001"},
    ]
    assert rows_to_mailboxes([]) == []


def test_all_problems_are_reported_together() -> None:
    text = "Number,Full name,emails,Fax,\n3000,x,y,1,\n3001,x\n3000,x,,,z\n,x,,,\n"
    columns = {"Number": "mailbox", "Full name": "nam", "Gone": None}
    assert problems_of(text, columns=columns, vendor="kazoo") == [
        "line 1: `columns` refers to 'Gone', but there is no such column. Add it, or list it in `optional_columns`",
        "line 1: unknown column 'Fax'. Map it to an option or to null in `columns`, or set `only_mapped_columns`",
        "`columns`: unknown option `nam`; did you mean `name`?",
        "line 2, column emails, value 'y': mailbox 3000: `emails` must be an email address",
        "line 4, column 5: has a value but no heading",
        "line 4: mailbox 3000: is declared twice, first in line 2",
        "line 5: mailbox: `mailbox` is missing",
    ]


def test_fifty_rows_with_the_same_mistake_are_one_line() -> None:
    text = "mailbox,timezone\n" + "".join(f"{number},?\n" for number in range(3000, 3050))
    (found,) = problems_of(text, vendor="kazoo")
    reason = "`timezone` must be an IANA time zone such as Europe/Paris"
    assert found == f"50 mailboxes: {reason}: column timezone: lines 2-9, 10-51 '?'"


def test_unknown_columns_are_left_out_on_request() -> None:
    assert problems_of("mailbox,nmae\n3000,x\n") == ["line 1: unknown column 'nmae'; did you mean `name`?"]
    assert rows_to_mailboxes("mailbox,nmae\n3000,x\n", ignore_unknown_columns=True) == [{"mailbox": "3000"}]


@pytest.mark.parametrize("ignore", [True, False])
def test_a_table_without_numbers_is_one_problem(ignore: bool) -> None:
    text = "name\n" + "x\n" * 9
    assert problems_of(text, ignore_unknown_columns=ignore, vendor="kazoo") == [
        "line 1: no column contains `mailbox`. Map it in `columns`"
    ]


def test_missing_headings_do_not_expose_a_pin() -> None:
    found = problems_of("3000,Reception,4821\n3001,Workshop,9137\n")
    assert "line 1: column 3 has no heading of an option" in found
    assert not any("4821" in problem or "9137" in problem for problem in found)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (4821, "is a number, which has lost its leading zeros. Format the column as text"),
        (4821.0, "is a number, which has lost its leading zeros. Format the column as text"),
        ("4.821E+3", "was rounded to powers of ten by a spreadsheet. Format the column as text"),
        ("4821.0", "is a number, which has lost its leading zeros. Format the column as text"),
        ("4,821", "has separators between its digits, added by a spreadsheet. Format the column as text"),
        ("#REF!", "contains an error of a formula. Correct the formula, or enter the value as text"),
        (datetime.date(2026, 1, 2), "is of the type date. Format the column as text"),
        ("482", "must be 4 to 15 characters long, got 3"),
    ],
)
def test_a_pin_altered_by_a_spreadsheet_is_refused(cell: object, problem: str) -> None:
    (reported,) = problems_of([{"mailbox": "3000", "name": "x", "pin": cell}], vendor="kazoo")
    place = "row 1, column pin: "
    assert reported in (f"{place}`pin` {problem}", f"{place}mailbox 3000: `pin` {problem}")


@pytest.mark.parametrize(
    ("cell", "number"), [("1001.0", "1001"), ("1001,00", "1001"), ('="0300"', "0300"), ("1001", "1001"), ("*97", "*97")]
)
def test_a_number_altered_by_a_spreadsheet_is_restored(cell: str, number: str) -> None:
    assert rows_to_mailboxes([{"mailbox": cell, "name": cell}]) == [{"mailbox": number, "name": cell}]


@pytest.mark.parametrize("cell", ["1,00E+03", "1.001", "1'001", "1\u202f001", "12,345,678"])
def test_a_number_that_cannot_be_restored_is_refused(cell: str) -> None:
    (reported,) = problems_of([{"mailbox": cell}])
    assert re.match("row 1, column mailbox(, value .*)?: `mailbox` ", reported)
    assert reported.endswith(". Format the column as text")


def test_an_export_of_a_spreadsheet_is_read() -> None:
    lines = [
        "\ufeffExtension;Name;Mail;;",
        '="0300";"Meier; Anna";"a@b.c\r\nd@e.f";;',
        ";;;;",
        "",
        '1001,0;"said ""x""";;;',
    ]
    text = "".join(f"{line}\r\n" for line in lines)
    columns = {"Extension": "mailbox", "Name": "name", "Mail": "emails"}
    assert rows_to_mailboxes(text, columns, list_separator="\r\n", vendor="kazoo") == [
        {"mailbox": "0300", "name": "Meier; Anna", "emails": ["a@b.c", "d@e.f"]},
        {"mailbox": "1001", "name": 'said "x"'},
    ]


def test_a_pin_keeps_its_zeros() -> None:
    assert rows_to_mailboxes("mailbox,pin\n3000,0042\n")[0]["pin"] == "0042"


def test_unsupported_options_are_left_to_the_module() -> None:
    assert rows_to_mailboxes("mailbox,name,language\n3000,x,en-US\n", vendor="kazoo")[0]["language"] == "en-US"


@pytest.mark.parametrize(
    ("rows", "options", "problem"),
    [
        ({"mailbox": "3000"}, {}, "needs CSV text or a list of rows, not a dictionary"),
        (["3000"], {}, "row 1: must be a dictionary of column to value, not text"),
        ("mailbox\n", {"columns": ["x"]}, "`columns` must be a dictionary, not a list"),
        ("mailbox\n", {"vendor": "other"}, "`vendor` must be one of kazoo, portsip, tel4vn, onsip, not 'other'"),
        ("mailbox\n", {"delimiter": "::"}, "`delimiter` must be one character"),
    ],
)
def test_wrong_use_is_refused(rows: object, options: dict, problem: str) -> None:
    with pytest.raises(AnsibleFilterError, match=re.escape(problem)):
        rows_to_mailboxes(rows, **options)
