# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables: rules that apply to every vendor."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import (
    Composite,
    Decoded,
    Field,
    FieldTable,
    place,
    value_at,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    Boolean,
    Integer,
    Pin,
    Text,
    TextSet,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.spellings import LetterNumber


def test_resources_have_a_plural_for_errors() -> None:
    tables = [table for name in NAMES for table in vendor(name).tables.values()]
    assert {table.plural for table in tables} == {"mailboxes", "shared voicemails"}


@pytest.mark.parametrize("table", [table for name in NAMES for table in vendor(name).tables.values()])
def test_some_options_have_the_values_that_all_have(table: FieldTable) -> None:
    native = {field.wire.partition(".")[0]: "x" for field in table.fields if field.wire}
    for shown in ({}, native):
        values = table.decode(shown)
        assert table.decode_some(frozenset(values), shown) == values
        for option, value in values.items():
            assert table.decode_some(frozenset((option,)), shown) == {option: value}
    with pytest.raises(KeyError):
        table.decode_some(frozenset(("no_such_option",)), native)


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5000, "-" + "9" * 5000, "\u0661"])
def test_infinity_is_read_unchanged_and_refused_as_a_declaration(text: str) -> None:
    assert Integer().read(text) == text
    with pytest.raises(ValueError, match="must be a whole number"):
        Integer().parse(text)


def table(**others: t.Any) -> FieldTable:
    """Return a new table, which has computed nothing yet."""
    pair = Composite(
        ("keep", "forward"),
        ("after", "then"),
        lambda native: {"keep": native.get("after") == "k", "forward": native.get("then")},
        lambda values: {"after": "k" if values["keep"] else "f", "then": values["forward"]},
        lambda values: Problem("contradict") if values["keep"] and values["forward"] else None,
    )
    fields = (
        Field("name", Text(), "name"),
        Field("limit", Integer(), "limits.messages", default=10),
        Field("pin", Pin(), "pin", secret=True),
        Field("welcome", Boolean(), "welcome", creation_only=True),
        Field("owners", TextSet(separator=";"), "owners", on_demand=True),
        Field("keep", Boolean()),
        Field("forward", Boolean()),
        Field("example.menu.key", Text(), "menu"),
    )
    return FieldTable("example", "box", "mailbox", LetterNumber(), fields, (pair,), **others)


NATIVE = {"name": "Desk", "limits": {"messages": None}, "after": "k", "then": True, "menu": "1", "owners": "b;a"}
VALUES = {
    "name": "Desk", "limit": 10, "pin": None, "welcome": None, "owners": ["a", "b"], "keep": True, "forward": True,
    "example.menu.key": "1",
}  # fmt: skip


def test_what_a_table_knows_of_its_fields() -> None:
    assert list(table().by_option) == [
        "name", "limit", "pin", "welcome", "owners", "keep", "forward", "example.menu.key",
    ]  # fmt: skip
    assert table().owners == {
        "name": "`name`", "limits.messages": "`limit`", "pin": "`pin`", "welcome": "`welcome`", "owners": "`owners`",
        "after": "`keep` and `forward`", "then": "`keep` and `forward`",
    }  # fmt: skip
    assert table().always_read == {"name", "limit", "pin", "keep", "forward", "example.menu.key"}
    assert table().secrets == {"pin"}
    assert table().groups == {"example", "example.menu"}
    assert (table().can_create, table().can_renumber, table().plural) == (True, True, "boxes")
    assert not table(refused={"create": "x"}).can_create
    assert not table(refused={"new_mailbox": "x"}).can_renumber


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1a", "1A", True),
        ("1a", "1a", True),
        ("1a", "2a", False),
        (None, None, True),
        (None, "1", False),
        ("1", None, False),
    ],
)
def test_equal_numbers(one: str | None, other: str | None, same: bool) -> None:
    assert table().same_number(one, other) is same


def test_a_number_that_must_be_given() -> None:
    assert table().parse_number("1a") == "1a"
    for empty in ("", None):
        with pytest.raises(ValueError, match="must"):
            table().parse_number(empty)


def test_the_values_of_an_object() -> None:
    assert table().decode(NATIVE) == VALUES
    assert {option: table().decode_one(option, NATIVE) for option in VALUES} == VALUES
    assert table().decode({"limits": {"messages": 5}})["limit"] == 5
    assert table().decode_one("limit", {"limits": {"messages": 5}}) == 5
    with pytest.raises(KeyError):
        table().decode_one("other", NATIVE)


def test_the_object_of_values() -> None:
    values: dict[str, t.Any] = {**VALUES, "limit": 5, "pin": None, "keep": False}
    assert table().encode(["keep", "name", "limit", "pin", "owners"], values) == {
        "name": "Desk", "limits": {"messages": 5}, "pin": None, "owners": "a;b", "after": "f", "then": True,
    }  # fmt: skip
    assert table().encode([], values) == {}


def test_contradictions_of_declared_options() -> None:
    assert list(map(str, table().conflicts(["name", "keep"], VALUES))) == ["contradict"]
    assert table().conflicts(["name"], VALUES) == []
    assert table().conflicts(["keep"], {**VALUES, "forward": False}) == []


def test_values_that_are_decoded_on_access() -> None:
    values = Decoded(table(), NATIVE)
    assert dict(values) == VALUES
    assert (len(values), "name" in values, "other" in values) == (8, True, False)
    over = Decoded(table(), NATIVE, {"name": "Known", "pin": None})
    assert (over["name"], over["pin"], over["limit"]) == ("Known", None, 10)
    with pytest.raises(KeyError):
        values["other"]


def test_values_in_dictionaries() -> None:
    assert value_at({"a": {"b": 1}}, ("a", "b")) == 1
    assert value_at({"a": 5}, ("a", "b")) is None
    assert value_at({}, ("a", "b")) is None
    target: dict[str, t.Any] = {"a": {"x": 0}}
    place(target, "a.b.c", 1)
    place(target, "d", 2)
    assert target == {"a": {"x": 0, "b": {"c": 1}}, "d": 2}
    assert Field("limit", Integer(), default=3).value_after_write(None) == 3
    assert Field("limit", Integer(), default=3).value_after_write(0) == 0
