# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boxes_to_rows: all values are read back unchanged, and no cell is a formula."""

from __future__ import annotations

import base64
import csv
import io
import typing as t

import openpyxl
import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_rows import boxes_to_rows
from ansible_collections.telephony.voicemail.plugins.filter.rows_to_mailboxes import rows_to_mailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from helpers.examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

Box = dict[str, t.Any]
ODD = [
    *("=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "'=1", "''=1", "'x", "'", '"x"', "x'"),
    *("json:1", "json:", 'json:"x"', "#REF!", "1E5", "007", "1,000", "1.0", '="x"', "_x0041_", "_x005F_", "a_x000D_"),
    *(
        " x ",
        "\xa0x",
        "x\u200b",
        "\ufeffx",
        "a;b",
        "a|b",
        "a,b",
        "TRUE",
        "-",
        "a\r\nb",
        "a\rb",
        "\x1b[1m",
        "\x07",
        "=cmd|'/c calc'!A1",
    ),
]
texts = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
numbers = st.text("0123456789*#", min_size=1, max_size=6)
words = st.text("abcdefghij0123456789._-+|'=", min_size=1, max_size=8)
boxes = st.lists(
    st.fixed_dictionaries(
        {"mailbox": numbers},
        optional={
            "name": texts,
            "pin": st.text("0123456789abc", min_size=1, max_size=8),
            "emails": st.lists(words.map(lambda word: f"{word}@example.com"), min_size=1, max_size=3, unique=True),
            "notify": st.booleans(),
            "after_email": st.sampled_from(["keep", "delete"]),
            "timezone": st.sampled_from(["Europe/Paris", "UTC"]) | texts,
            "description": texts,
            "kazoo": st.fixed_dictionaries(
                {},
                optional={
                    "flags": st.lists(texts, min_size=1, max_size=3),
                    "members": st.lists(st.fixed_dictionaries({"id": words, "type": st.just("user")}), min_size=1),
                    "seek_duration_ms": st.integers(0, 10**17),
                    "skip_greeting": st.booleans(),
                    "notify": st.fixed_dictionaries(
                        {},
                        optional={
                            "callback": st.fixed_dictionaries({"schedule": st.lists(st.integers(1, 9), min_size=1)})
                        },
                    ),
                },
            ),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda box: box["mailbox"],
)


def without_empty(value: t.Any) -> t.Any:
    """Return a box without empty dictionaries."""
    if isinstance(value, dict):
        kept = {key: without_empty(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner != {}}
    return value


def read_back(content: bytes, name: str) -> list[Box]:
    problems: list[Problem] = []
    entries = read_entries(File(content, name), Layout(), problems)
    return check_entries(entries, problems, Checks())


def by_number(found: list[Box]) -> list[Box]:
    return sorted(found, key=lambda box: (len(box["mailbox"]), box["mailbox"]))


@given(found=boxes)
@example(
    found=[{"mailbox": str(number), "name": text, "kazoo": {"flags": [text]}} for number, text in enumerate(ODD, 1)]
)
@examples(40)
def test_a_written_table_is_read_back_unchanged(found: list[Box]) -> None:
    expected = by_number([without_empty(box) for box in found])
    rows = boxes_to_rows(found, include_pins=True)
    assert rows_to_mailboxes(rows) == expected
    text = boxes_to_rows(found, "csv", include_pins=True)
    assert read_back(text.encode(), "boxes.csv") == expected
    assert rows_to_mailboxes(text) == expected


@given(found=boxes)
@example(
    found=[{"mailbox": str(number), "name": text, "kazoo": {"flags": [text]}} for number, text in enumerate(ODD, 1)]
)
@examples(12)
def test_a_written_workbook_is_read_back_unchanged(found: list[Box]) -> None:
    content = base64.b64decode(boxes_to_rows(found, "xlsx", include_pins=True))
    assert read_back(content, "boxes.xlsx") == by_number([without_empty(box) for box in found])


@given(found=boxes)
@example(found=[{"mailbox": str(number), "name": text, "description": text} for number, text in enumerate(ODD, 1)])
@examples(12)
def test_no_cell_is_a_formula(found: list[Box]) -> None:
    text = boxes_to_rows(found, "csv")
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n")] == []
    content = base64.b64decode(boxes_to_rows(found, "xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_columns_and_order() -> None:
    found = [
        {"mailbox": "10", "id": "b", "name": "B", "pin": "4821", "kazoo": {"flags": ["x"]}, "native": {"name": "B"}},
        {"mailbox": "9", "id": "a", "name": None, "emails": ["a@x.example", "b@x.example"], "notify": False},
    ]
    assert boxes_to_rows(found, "csv") == (
        "\ufeffmailbox,name,emails,kazoo.flags,notify\r\n9,,a@x.example;b@x.example,,false\r\n10,B,,x,\r\n"
    )
    assert list(boxes_to_rows(found, include_ids=True, include_pins=True)[1]) == [
        "mailbox",
        "id",
        "name",
        "pin",
        "kazoo.flags",
    ]
    shared = [{"extension_number": "8000", "name": "Team", "pin": "4821", "recipients": ["a@x.example"]}]
    assert boxes_to_rows(shared, resource="shared_voicemails") == [
        {"extension_number": "8000", "name": "Team", "recipients": "a@x.example"}
    ]


def test_equal_boxes_result_in_equal_bytes() -> None:
    found = [{"mailbox": "1", "name": "A"}]
    assert boxes_to_rows(found, "xlsx") == boxes_to_rows(list(found), "xlsx")


@pytest.mark.parametrize(
    ("given_boxes", "options", "problem"),
    [
        ("x", {}, "needs a list of dictionaries with `mailbox`"),
        ([{"name": "x"}], {}, "needs a list of dictionaries with `mailbox`"),
        ([], {"format": "ods"}, "unknown format 'ods'"),
        ([], {"resource": "phones"}, "resource 'phones'"),
        (
            [{"mailbox": "1", "name": "\ud800"}],
            {"format": "csv"},
            "mailbox 1: `name` has a character that no file can contain",
        ),
    ],
)
def test_wrong_use_is_refused(given_boxes: t.Any, options: dict[str, t.Any], problem: str) -> None:
    with pytest.raises(AnsibleFilterError, match=problem):
        boxes_to_rows(given_boxes, **options)


def test_problems_are_returned_on_request() -> None:
    bad = [{"mailbox": "1", "name": "\ud800"}]
    reason = "mailbox 1: `name` has a character that no file can contain"
    assert reason in boxes_to_rows(bad, return_problems=True)["problem"]
    assert boxes_to_rows([{"mailbox": "1", "name": "Desk"}], return_problems=True) == {"problem": ""}
