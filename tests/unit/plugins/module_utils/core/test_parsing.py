# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item declares, and the exact problem of each that declares nothing."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import (
    Reader,
    Twins,
    deep_merge,
    number_warning,
    type_name,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Integer, Pin, Text, TextSet
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Desired, PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from helpers.spellings import LetterNumber

TABLE = FieldTable(
    "example",
    "mailbox",
    "mailbox",
    LetterNumber(pattern="[0-9a-zA-Z]*", expected="letters and digits"),
    (
        Field("name", Text(), "name", required=True),
        Field("pin", Pin(4, 6), "pin", secret=True, clearable=False),
        Field("code", Pin(4, 6), "code", secret=True),
        Field("owners", TextSet(), "owned"),
        Field("transfer_limits", Integer(), "transfers"),
        Field("example.limit", Integer(), "limit"),
        Field("example.menu.key", Text(), "menu.key"),
        Field("example.menu.speed", Integer(), "menu.speed"),
    ),
    alias="extension",
    refused={"timezone": "it has one zone for all", "example.owner": "it belongs to a user"},
)
NARROW = dataclasses.replace(
    TABLE, refused={"create": "users have them", "new_mailbox": "numbers are fixed", "state": "users keep them"}
)
SHARED = ("name", "pin", "owners", "timezone", "language")
VENDORS = ("example", "kazoo")
BASE = {"mailbox": "3000"}
QUOTE = 'Quote it in YAML, such as {0}: "0123", and end an expression with `| string`'


def read(
    *items: t.Any, defaults: t.Any = None, table: FieldTable = TABLE, **options: t.Any
) -> tuple[list[Desired], Reader]:
    """Read items."""
    reader = Reader(table, SHARED, VENDORS, **options)
    return reader.read(items, defaults), reader


def problems_of(*items: t.Any, **options: t.Any) -> list[str]:
    """Return the problems of items."""
    return list(map(str, read(*items, **options)[1].problems))


def declared(item: dict[str, t.Any], **options: t.Any) -> Desired:
    """Return the declaration of a valid item."""
    desired, reader = read(item, **options)
    assert reader.problems == []
    return desired[0]


@pytest.mark.parametrize(
    ("item", "values"),
    [
        ({}, {}),
        ({"name": "Desk", "pin": "4821", "code": None}, {"name": "Desk", "pin": "4821", "code": None}),
        ({"owners": []}, {"owners": None}),
        ({"owners": {}}, {"owners": None}),
        ({"owners": None}, {"owners": None}),
        ({"owners": "b, a"}, {"owners": ["a", "b"]}),
        ({"kazoo": {"anything": 1}, "example": {"limit": 5}}, {"example.limit": 5}),
        ({"example": None}, {}),
        ({"example": {"menu": None}}, {"example.menu.key": None, "example.menu.speed": None}),
        ({"example": {"menu": {"key": "1"}}}, {"example.menu.key": "1"}),
        ({"native": {"x": "(hidden)"}, "hidden": ["pin"]}, {}),
    ],
)
def test_values(item: dict[str, t.Any], values: dict[str, t.Any]) -> None:
    assert declared({**BASE, **item}).values == values


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        (BASE, {"number": "3000", "id": None, "present": True, "new_number": None, "delete_messages": False}),
        (BASE, {"update_pin": PinPolicy.IF_CHANGED, "source": None, "subject": Subject("mailbox", "3000", "", 1)}),
        ({"extension": "3000"}, {"number": "3000"}),
        ({"mailbox": "3000", "extension": "3000"}, {"number": "3000"}),
        ({"id": "one.."}, {"number": None, "id": "one..", "subject": Subject("mailbox", "one..", "", 1)}),
        ({"id": "x" * 200}, {"id": "x" * 200}),
        ({**BASE, "new_mailbox": "3001"}, {"new_number": "3001"}),
        ({**BASE, "state": "absent", "delete_messages": "yes"}, {"present": False, "delete_messages": True}),
        ({**BASE, "state": "present", "update_pin": "always"}, {"present": True, "update_pin": PinPolicy.ALWAYS}),
        ({**BASE, "source": "a.yml:2"}, {"source": "a.yml:2", "subject": Subject("mailbox", "3000", "a.yml:2")}),
        ({**BASE, "source": "a.yml:2", "source_lines": {"name": 7}}, {"lines": {"name": 7}}),
        ({**BASE, "source_lines": "x"}, {"lines": {}}),
    ],
)
def test_what_identifies_and_steers(item: dict[str, t.Any], fields: dict[str, t.Any]) -> None:
    found = declared(item)
    assert {name: getattr(found, name) for name in fields} == fields


def test_a_single_item_has_no_position() -> None:
    assert declared(BASE, single=True).subject == Subject("mailbox", "3000")


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({}, ": `mailbox` is missing"),
        ({"mailbox": "", "name": "A"}, ": `mailbox` must not be empty"),
        ({"mailbox": "30-00"}, " (mailbox 30-00): `mailbox` must be letters and digits"),
        (
            {"mailbox": "3000", "extension": "3001"},
            " (mailbox 3000): `mailbox` and `extension` are the same option and differ",
        ),
        ({"mailbox": ["3000"]}, ": `mailbox` must be text, not a list; put it in quotes"),
        ({"id": "a/b"}, " (mailbox a/b): `id` must be an id without / ? # or blanks"),
        ({"id": ".."}, " (mailbox ..): `id` must be an id without / ? # or blanks"),
        ({"id": "x" * 201}, f" (mailbox {'x' * 201}): `id` must be at most 200 characters long, got 201"),
        ({"state": "gone"}, ": `state` must be one of present, absent"),
        ({"update_pin": "never"}, ": `update_pin` must be one of if_changed, on_create, always"),
        ({"delete_messages": "perhaps"}, ": `delete_messages` must be true or false, not text"),
        ({"name": None}, ": `name` cannot be cleared; remove it to keep the current value"),
        ({"name": ""}, ": `name` cannot be cleared; remove it to keep the current value"),
        ({"pin": None}, ": `pin` cannot be cleared; remove it to keep the current value"),
        ({"code": []}, ": `code` must be text, not a list; put it in quotes"),
        ({"code": {}}, ": `code` must be text, not a dictionary; put it in quotes"),
        ({"pin": "1"}, ": `pin` must be 4 to 6 characters long, got 1"),
        (
            {"name": "(hidden)"},
            ": `name` contains (hidden), which is shown in place of a secret. Set the real value, or remove the option",
        ),
        ({"new_mailbox": "3001", "state": "absent"}, ": `new_mailbox` has no meaning with `state` absent"),
        ({"namee": "A"}, ": `namee` is not an option; did you mean `name`?"),
        ({"surce": "A"}, ": `surce` is not an option"),
        ({"example.limit": 5}, ": `example.limit` is not an option; did you mean `example`?"),
        ({"example": "x"}, ": `example` must be a dictionary, not text"),
        ({"example": {"menu": 5}}, ": `example.menu` must be a dictionary, not a number"),
        ({"example": {"owned": "x"}}, ": `example.owned` is set by the option `owners`; use that one"),
        ({"example": {"menu": {"owned": 1}}}, ": `example.menu.owned` is not a field of this vendor"),
        ({"example": {"owner": "x"}}, ": `example.owner` cannot be set: it belongs to a user"),
        ({"example": {"limits": 1}}, ": `example.limits` is not a field of this vendor; did you mean `limit`?"),
        ({"example": {"_limits": 1}}, ": `example._limits` is not a field of this vendor; did you mean `limit`?"),
        ({"example": {"menus": 1}}, ": `example.menus` is not a field of this vendor; did you mean `menu`?"),
        (
            {"example": {"menu": {"keys": 1}}},
            ": `example.menu.keys` is not a field of this vendor; did you mean `key`?",
        ),
        ({"example": {"nam": 1}}, ": `example.nam` is not a field of this vendor"),
        ({"kazoo": {}}, ": `kazoo` is the only dictionary of a vendor, but the vendor is example"),
        (
            {"timezone": "UTC"},
            (
                ": `timezone` is not supported by example: it has one zone for all."
                " Remove it, or set `on_unsupported` to warn or ignore"
            ),
        ),
        (
            {"language": "en"},
            (
                ": `language` is not supported by example: example has no such field."
                " Remove it, or set `on_unsupported` to warn or ignore"
            ),
        ),
    ],
)
def test_refused_items(item: dict[str, t.Any], problem: str) -> None:
    named = {} if item == {} or {"mailbox", "id"} & set(item) else BASE
    place = "item 1 (mailbox 3000)" if named else "item 1"
    desired, reader = read({**named, **item})
    assert (desired, list(map(str, reader.problems))) == ([], [f"{place}{problem}"])


@pytest.mark.parametrize(
    "item", [{"kazoo": {}, "state": "absent"}, {"kazoo": {}, "name": "A"}, {"kazoo": {}, "example": {}}]
)
def test_a_dictionary_of_another_vendor_is_ignored_beside_what_is_meant(item: dict[str, t.Any]) -> None:
    assert declared({**BASE, **item}).number == "3000"


def test_the_line_of_an_option() -> None:
    item = {**BASE, "pin": "1", "source": "a.yml:2", "source_lines": {"pin": 4}}
    assert problems_of(item) == ["a.yml:4: mailbox 3000: `pin` must be 4 to 6 characters long, got 1"]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"state": "absent"}, "`state` absent is not possible: users keep them"),
        (
            {"new_mailbox": "3001"},
            (
                "`new_mailbox` is not supported by example: numbers are fixed."
                " Remove it, or set `on_unsupported` to warn or ignore"
            ),
        ),
    ],
)
def test_what_a_vendor_cannot_do(item: dict[str, t.Any], problem: str) -> None:
    assert problems_of({**BASE, **item}, table=NARROW) == [f"item 1 (mailbox 3000): {problem}"]
    silent = dataclasses.replace(NARROW, refused={"create": ""})
    assert problems_of({**BASE, "state": "absent"}, table=silent) == [
        "item 1 (mailbox 3000): `state` absent is not possible: the vendor cannot delete it"
    ]


def test_unsupported_options_are_warned_of_or_ignored() -> None:
    item = {**BASE, "timezone": "UTC", "source": "a.yml:2", "source_lines": {"timezone": 3}}
    desired, reader = read(item, on_unsupported="warn")
    assert [one.values for one in desired] == [{}]
    assert reader.problems == []
    assert [(caution.subject.source, caution.text) for caution in reader.warnings] == [
        ("a.yml:3", "`timezone` is not supported by example: it has one zone for all; it is ignored")
    ]
    ignored, reader = read(item, on_unsupported="ignore")
    assert (len(ignored), reader.problems, reader.warnings) == (1, [], [])


@pytest.mark.parametrize(
    ("item", "numbers"),
    [
        ({"mailbox": 3000, "name": 7}, ["mailbox", "name"]),
        ({"extension": 3000}, ["extension"]),
        ({"mailbox": "3000", "id": 12}, ["id"]),
        ({"mailbox": "3000", "new_mailbox": 3001}, ["new_mailbox"]),
        ({"mailbox": "3000", "owners": [1], "example": {"limit": 5}}, ["owners"]),
        ({"mailbox": "3000", "delete_messages": 1}, []),
    ],
)
def test_numbers_in_place_of_text(item: dict[str, t.Any], numbers: list[str]) -> None:
    desired, reader = read(item)
    assert reader.problems == []
    assert reader.numbers == [f"item 1 (mailbox {desired[0].number}): `{name}`" for name in numbers]
    risky = [name for name in numbers if name not in ("name", "owners")]
    assert [problem.option for problem in read(item, pruning=True)[1].problems] == risky
    absent = {key: value for key, value in item.items() if key != "new_mailbox"}
    deleted = read({**absent, "state": "absent"})[1]
    assert [problem.option for problem in deleted.problems] == [name for name in risky if name in absent]


def test_why_a_number_is_refused() -> None:
    start = "is a number, not text, and YAML reads 0123 as 83, so "
    (problem,) = read({"mailbox": 3000}, pruning=True)[1].problems
    assert (problem.text, problem.hint) == (f"{start}`prune` could delete the intended one", QUOTE.format("mailbox"))
    (problem,) = read({"mailbox": 3000, "state": "absent"})[1].problems
    assert problem.text == f"{start}another one could be deleted"


def test_items_that_are_no_items() -> None:
    desired, reader = read("3000", BASE, {"invalid": ["a.yml:1: wrong", 7]}, {**BASE, "mailbox": "3001"})
    assert [one.number for one in desired] == ["3000", "3001"]
    assert list(map(str, reader.problems)) == [
        "item 1: must be a dictionary with `mailbox`, not text",
        "a.yml:1: wrong",
        "7",
    ]
    single = Reader(TABLE, SHARED, VENDORS)
    assert single.read_one(3, None) is None
    assert list(map(str, single.problems)) == ["item 3: must be a dictionary with `mailbox`, not nothing"]
    found = single.read_one(3, BASE, {"name": "A"})
    assert found is not None
    assert found.values == {"name": "A"}


def test_defaults_are_merged_by_key() -> None:
    under = {"name": "A", "example": {"limit": 1, "menu": {"key": "1"}}}
    over = {"mailbox": "3000", "example": {"menu": {"speed": 2}}}
    assert deep_merge(under, over) == {
        "name": "A", "mailbox": "3000", "example": {"limit": 1, "menu": {"key": "1", "speed": 2}},
    }  # fmt: skip
    assert deep_merge({"a": {"b": 1}, "c": 2}, {"a": None, "c": {"d": 1}}) == {"a": None, "c": {"d": 1}}
    assert declared(over, defaults=under).values == {
        "name": "A", "example.limit": 1, "example.menu.key": "1", "example.menu.speed": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("items", "problems"),
    [
        ([("3000", None, None), ("3001", None, None)], []),
        ([("3000", None, None), ("3000", None, None)], ["mailbox 3000: is declared twice, first by item 1"]),
        (
            [("300a", None, None), ("300A", None, None)],
            ["mailbox 300A (for example the same number as 300a): is declared twice, first by item 1"],
        ),
        ([("3000", "3001", None), ("3001", "3002", None)], []),
        ([("3000", "3001", None), ("3001", None, None)], ["mailbox 3001: is declared twice, first by item 1"]),
        ([("3000", "3009", None), ("3000", "3008", None)], ["mailbox 3000: is declared twice, first by item 1"]),
        ([(None, None, "x"), (None, None, "x")], ["mailbox id x: is declared twice, first by item 1"]),
        ([("3000", None, "x"), ("3001", None, "x")], ["mailbox id x: is declared twice, first by item 1"]),
        ([("3000", "3001", "x"), ("3000", None, None)], []),
        (
            [("3000", None, "x"), ("3000", None, "x")],
            ["mailbox 3000: is declared twice, first by item 1", "mailbox id x: is declared twice, first by item 1"],
        ),
        (
            [("3000", "3002", None), ("3001", None, None), ("3000", "3001", None)],
            ["mailbox 3001: is declared twice, first by item 2", "mailbox 3000: is declared twice, first by item 1"],
        ),
        (
            [("3000", "3001", None), ("3000", "3001", None)],
            ["mailbox 3001: is declared twice, first by item 1"],
        ),
        ([("3000", None, None)] * 3, ["mailbox 3000: is declared twice, first by item 1"] * 2),
    ],
)
def test_items_that_mean_the_same(items: list[tuple[str | None, ...]], problems: list[str]) -> None:
    twins = Twins("mailbox", "example", str.lower)
    found = [
        f"{problem.subject.noun}: {problem.text}, {problem.subject.note}"
        for position, names in enumerate(items, 1)
        for problem in twins.check(Subject("mailbox", str(names[0]), position=position), *names)
    ]
    assert found == problems


def test_twins_are_found_among_invalid_items_and_cycles_among_valid_ones() -> None:
    assert len(problems_of({**BASE, "pin": "1"}, {**BASE, "pin": "4821"})) == 2
    (problem,) = problems_of({"mailbox": "1", "new_mailbox": "1a"}, {"mailbox": "1A", "new_mailbox": "1"})[:1]
    assert problem.startswith("item 1 (mailbox 1): `new_mailbox` exchanges numbers (1 to 1A to 1)")


def test_the_warning_about_numbers() -> None:
    text = number_warning(list("abcde"))
    assert "as 83: a, b, c, d, e. Quote" in text
    assert "as 83: a, b, c, d, e and 1 more. Quote" in number_warning(list("abcdef"))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({}, "a dictionary"), ([], "a list"), ("", "text"), (True, "a boolean"), (1, "a number"), (None, "nothing"),
        (1.5, "float"),
    ],
)  # fmt: skip
def test_types_in_words(value: t.Any, name: str) -> None:
    assert type_name(value) == name
