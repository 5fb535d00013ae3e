# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading lists out of files: formats, places, and what is told when a file is wrong."""

from __future__ import annotations

import csv
import io
import json

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import sources
from ansible_collections.telephony.voicemail.plugins.module_utils.core.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.sources import (
    check_mailboxes,
    item_options,
    read_entries,
    read_items,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.tables import Entry, Layout, read_csv
from hypothesis import given, settings
from hypothesis import strategies as st

ITEMS = [{"mailbox": "3000", "name": "Reception"}, {"mailbox": "3001", "emails": ["a@example.com"]}]


def items(text: str, name: str) -> list:
    return read_items(text, name, "mailboxes", Layout(lists={"emails", "kazoo.flags"}))


def problems_of(text: str, name: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        items(text, name)
    return caught.value.problems


@pytest.mark.parametrize("content", [ITEMS, {"mailboxes": ITEMS}], ids=["list", "dictionary"])
@pytest.mark.parametrize("name", ["boxes.json", "boxes.yml", "boxes.YAML", "boxes"])
def test_json_and_yaml(content: object, name: str) -> None:
    assert items(json.dumps(content), name) == ITEMS


def test_json_with_a_byte_order_mark() -> None:
    assert items("\ufeff" + json.dumps(ITEMS), "boxes.json") == ITEMS


def test_a_host_without_pyyaml_reads_the_other_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "yaml", None)
    assert items(json.dumps(ITEMS), "boxes.json") == ITEMS
    told = "`src` boxes.yml cannot be read without PyYAML; install it, or give JSON or CSV"
    assert problems_of("- mailbox: '3000'", "boxes.yml") == (told,)


@pytest.mark.parametrize("text", ["", "---\n", "mailboxes:\n"])
def test_an_empty_file_is_an_empty_list(text: str) -> None:
    assert items(text, "boxes.yml") == []
    assert items("", "boxes.csv") == []


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("[1,\n2", "boxes.json", "`src` boxes.json is no JSON in line 2"),
        ("a: 1\nb: ]\nc: 2", "boxes.yml", "`src` boxes.yml is no YAML in line 2"),
        ("!!python/object:os.system {}", "boxes.yml", "`src` boxes.yml is no YAML in line 1"),
        ("when: 2026-13-45", "boxes.yml", "`src` boxes.yml is no YAML"),
        ("boxes: []", "boxes.yml", "`src` boxes.yml must hold a list, or a dictionary with a list under `mailboxes`"),
        ("mailbox\n'\n\"3000", "boxes.csv", "`src` boxes.csv line 3: it is no CSV: unexpected end of data"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, name: str, problem: str) -> None:
    assert problems_of(text, name) == (problem,)


@pytest.mark.parametrize("name", ["boxes.csv", "boxes.yml", "boxes.json"])
def test_a_file_of_another_encoding_is_told_as_one(name: str) -> None:
    text = "mailbox;name\n3000;M\xfcller\n".encode("latin-1").decode(errors="surrogateescape")
    assert problems_of(text, name) == (f"`src` {name} is no UTF-8 text; save it as UTF-8",)


def test_csv_of_src() -> None:
    text = "mailbox,name,emails,kazoo.skip_greeting,kazoo.flags\n 3000 , Reception ,a@b.c; d@e.f,yes,\n3001,,,,x\n"
    assert items(text, "boxes.csv") == [
        {"mailbox": "3000", "name": "Reception", "emails": ["a@b.c", "d@e.f"], "kazoo": {"skip_greeting": "yes"}},
        {"mailbox": "3001", "kazoo": {"flags": ["x"]}},
    ]


def test_every_wrong_row_is_told() -> None:
    assert problems_of("mailbox,name\n3000\n3001,x,y\n\n,\n3002,x\n3003,x,\n3004\n", "b.csv") == (
        "`src` b.csv line 2: it has fewer cells than the first row",
        "`src` b.csv line 3: it has more cells than the first row",
        "`src` b.csv line 8: it has fewer cells than the first row",
    )


def test_lines_are_counted_through_breaks_in_cells_and_blank_lines() -> None:
    assert problems_of('\nmailbox,name\n\n3000,"a\r\nb\nc"\n3001\n', "b.csv") == (
        "`src` b.csv line 7: it has fewer cells than the first row",
    )


@pytest.mark.parametrize("heading", ["kazoo,kazoo.flags", "mailbox,mailbox"])
def test_columns_that_contradict_each_other(heading: str) -> None:
    (problem,) = problems_of(f"{heading}\na,b\n", "b.csv")
    assert problem.startswith("`src` b.csv line 1: ")


def cells(excluded: str) -> st.SearchStrategy[str]:
    """Texts of a cell without some characters."""
    return st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=excluded))


@given(
    delimiter=st.sampled_from(",;\t|"),
    # What a spreadsheet spoils, such as 3E3 for 3000 or the error of a formula, has tests of its own.
    rows=st.lists(st.tuples(cells("eE#.,="), cells("#"), cells("#")), min_size=1),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=200, deadline=None)
def test_whatever_a_spreadsheet_writes_is_read(
    delimiter: str, rows: list[tuple[str, ...]], mark: str, end: str, quoting: int
) -> None:
    """Names and addresses hold every mark that may separate cells; only the first row tells which one does."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("mailbox", "name", "description"), *rows])
    problems: list[str] = []
    found = read_csv(mark + written.getvalue(), Layout(), problems)
    assert problems == []
    expected = [
        {
            option: cell.strip()
            for option, cell in zip(("mailbox", "name", "description"), row, strict=True)
            if cell.strip()
        }
        for row in rows
    ]
    assert [entry.item for entry in found] == [item for item in expected if item]


def test_a_line_that_names_the_delimiter() -> None:
    problems: list[str] = []
    found = read_csv("sep=|\r\nmailbox|name, first\r\n3000|x\r\n", Layout(), problems)
    assert (found, problems) == ([Entry("line 3", {"mailbox": "3000", "name, first": "x"})], [])


def test_options_know_every_vendor() -> None:
    options, lists = item_options("vmbox")
    assert {"mailbox", "extension", "pin", "state", "kazoo.notify.callback.number", "onsip.username"} <= options
    assert {"emails", "kazoo.flags"} <= lists
    assert options.isdisjoint({"kazoo", "kazoo.notify", "on_unsupported", "verify", "vendor", "password"})


def test_entries_keep_their_place_and_those_that_are_right_come_back() -> None:
    problems: list[str] = []
    entries = read_entries("mailbox,name\n3000\n3001,x\n", "staff.csv", "mailboxes", Layout(), problems)
    assert entries == [Entry("staff.csv line 3", {"mailbox": "3001", "name": "x"})]
    assert problems == ["staff.csv line 2: it has fewer cells than the first row"]


def test_mailboxes_of_several_files_are_checked_together() -> None:
    entries = [
        Entry("a.yml item 1", {"mailbox": 3000, "timezone": "?"}),
        Entry("b.csv line 2", {"extension": "3000", "name": "x"}),
        Entry("b.csv line 3", "3001"),
        Entry("b.csv line 4", {"name": "x"}),
        Entry("b.csv line 5", {"id": "x", "kazoo": {"flogs": []}}),
    ]
    with pytest.raises(InvalidInputError) as caught:
        check_mailboxes(entries, ["known before"], {"kazoo": {"skip_greeting": True}}, "kazoo")
    assert caught.value.problems == (
        "known before",
        "a.yml item 1, mailbox 3000: `timezone` must be an IANA time zone such as Europe/Paris",
        "b.csv line 2: mailbox 3000 is declared twice, first in a.yml item 1",
        "b.csv line 3: must be a dictionary with `mailbox`, not text",
        "b.csv line 4, mailbox: `mailbox` is missing",
        "b.csv line 5, mailbox x: `kazoo.flogs` is no field of this vendor; did you mean `flags`?",
    )


def test_defaults_lie_under_every_mailbox() -> None:
    entries = [
        Entry("item 1", {"mailbox": "1", "kazoo": {"flags": ["x"]}}),
        Entry("item 2", {"mailbox": "2", "name": None}),
    ]
    assert check_mailboxes(entries, [], {"name": "New", "kazoo": {"skip_greeting": True}}) == [
        {"mailbox": "1", "name": "New", "kazoo": {"skip_greeting": True, "flags": ["x"]}},
        {"mailbox": "2", "name": None, "kazoo": {"skip_greeting": True}},
    ]


@pytest.mark.parametrize("vendor_name", [None, "kazoo"])
def test_a_mask_in_a_file_is_told_with_its_place(vendor_name: str | None) -> None:
    entries = [Entry("desks.yml item 2", {"mailbox": "1001", "kazoo": {"flags": ["a ********"]}})]
    with pytest.raises(InvalidInputError, match=r"desks\.yml item 2.*`kazoo\.flags`: contains \*{8}"):
        check_mailboxes(entries, [], vendor_name=vendor_name)
