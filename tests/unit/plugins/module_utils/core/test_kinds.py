# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of fields: valid and invalid user values with their errors, and conversion from and to the vendor."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    UNKNOWN,
    Addresses,
    Boolean,
    Choice,
    Integer,
    Integers,
    Kind,
    Pin,
    Records,
    Text,
    TextSet,
    is_number,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.refusals import ValueRefusedError
from hypothesis import given
from hypothesis import strategies as st

TEXT = Text(shortest=2, longest=4, pattern="[a-z0-9]+", expected="letters and digits")
FOLDED = Text(fold_case=True)
PIN = Pin(shortest=4, longest=6, policy=lambda pin: "must not be common" if pin == "123456" else None)
SWITCH = Boolean()
WORDS = Boolean(("off", "on"))
COUNT = Integer(0, 10)
MODE = Choice({"keep": "K", "delete": "D"}, {"remove": "delete"}, from_boolean=("keep", "delete"))
SET = TextSet(Text(shortest=2), most=2)
LINE = TextSet(separator=";")
EMAILS = Addresses()
RECORDS = Records({"name": Text(shortest=1), "order": Integer()})
ORDER = Integers()
SECOND = {"name": "b", "order": 2}
DATE = datetime.date(2026, 11, 28)

ACCEPTED: list[tuple[Kind, t.Any, t.Any]] = [
    (TEXT, "ab", "ab"),
    (TEXT, "abcd", "abcd"),
    (TEXT, 12, "12"),
    (TEXT, "", None),
    (FOLDED, "AbC", "abc"),
    (PIN, "4821", "4821"),
    (PIN, "048215", "048215"),
    (Pin(4, 6), "4821", "4821"),
    *[(SWITCH, value, True) for value in (True, "yes", "true", " True ", "on", 1, "1")],
    *[(SWITCH, value, False) for value in (False, "no", "false", "OFF", 0, "0")],
    *[(COUNT, value, number) for value, number in ((0, 0), (10, 10), ("7", 7), (" 7 ", 7))],
    (MODE, "keep", "keep"),
    (MODE, False, "keep"),
    (MODE, True, "delete"),
    (SET, ["bb", "aa"], ["aa", "bb"]),
    (SET, ("aa", "aa", "bb"), ["aa", "bb"]),
    (SET, "bb, aa", ["aa", "bb"]),
    (SET, ["aa", ""], ["aa"]),
    (SET, [], None),
    (LINE, "b; a;", ["a", "b"]),
    (EMAILS, ["A@Example.COM"], ["A@example.com"]),
    (
        RECORDS,
        [{"name": "b", "order": 2}, {"name": "a", "order": "1"}],
        [{"name": "a", "order": 1}, {"name": "b", "order": 2}],
    ),
    (RECORDS, [], None),
    (ORDER, [3, "1", 2], [3, 1, 2]),
    (ORDER, [], None),
]
REFUSED: list[tuple[Kind, t.Any, str]] = [
    (TEXT, True, "must be text, not True; put it in quotes"),
    (TEXT, 1.5, "must be text, not a number; put it in quotes"),
    (TEXT, None, "must be text, not None; put it in quotes"),
    (TEXT, DATE, "must be text, not the date 2026-11-28; put it in quotes"),
    (TEXT, ["a"], "must be text, not a list; put it in quotes"),
    (TEXT, {"a": 1}, "must be text, not a dictionary; put it in quotes"),
    (TEXT, "a", "must be 2 to 4 characters long, got 1"),
    (TEXT, "abcde", "must be 2 to 4 characters long, got 5"),
    (TEXT, "A-B", "must be letters and digits"),
    (TEXT, "ab\n", "must be letters and digits"),
    (TEXT, "a\x00", "contains a character that cannot be sent: NUL or a surrogate"),
    (TEXT, "a\ud800", "contains a character that cannot be sent: NUL or a surrogate"),
    (Text(longest=2), "abc", "must be at most 2 characters long, got 3"),
    (Text(shortest=1, longest=2), "abc", "must be 1 to 2 characters long, got 3"),
    (Text(shortest=2), "a", "must be at least 2 characters long, got 1"),
    (PIN, 4821, "was read by YAML as a number, which loses leading zeros; put it in quotes"),
    (PIN, 48.21, "was read by YAML as a number, which loses leading zeros; put it in quotes"),
    (PIN, DATE, "was read by YAML as a date; put it in quotes"),
    (PIN, "", "must not be empty; remove the option to keep the PIN"),
    (PIN, "****", "must not look like a hidden PIN"),
    (PIN, "482", "must be 4 to 6 characters long, got 3"),
    (PIN, "123456", "must not be common"),
    (SWITCH, "perhaps", "must be true or false, not text"),
    (SWITCH, 2, "must be true or false, not a number"),
    (SWITCH, None, "must be true or false, not None"),
    (COUNT, -1, "must be at least 0"),
    (COUNT, 11, "must be at most 10"),
    (COUNT, True, "must be a whole number, not True"),
    (COUNT, 1.5, "must be a whole number, not a number"),
    (COUNT, "many", "must be a whole number, not 'many'"),
    (COUNT, "4821x", "must be a whole number, not text"),
    (MODE, "burn", "must be one of keep, delete, not 'burn'"),
    (MODE, "7q3z19", "must be one of keep, delete, not text"),
    (MODE, "x" * 60, f"must be one of keep, delete, not '{'x' * 60}'"),
    (MODE, "x" * 61, "must be one of keep, delete, not text"),
    (Choice({"a": "a"}), True, "must be one of a, not True"),
    (SET, 7, "must be a list, not a number"),
    (SET, ["aa", "b"], "entry 'b' must be at least 2 characters long, got 1"),
    (SET, ["aa", "7"], "entry 2 must be at least 2 characters long, got 1"),
    (SET, "aa,,7", "entry 2 must be at least 2 characters long, got 1"),
    (SET, [True], "entry 1 must be text, not True; put it in quotes"),
    (SET, ["aa", "bb", "cc"], "must have at most 2 entries, got 3"),
    (EMAILS, ["nobody"], "entry 'nobody' must be an email address"),
    (RECORDS, "a", "must be a list, not 'a'"),
    (RECORDS, [{"name": "a", "order": 1}, {"name": "a"}], "entry 2 must have the keys name, order"),
    (RECORDS, [{"name": "a", "order": 1, "x": 1}], "entry 1 must have the keys name, order"),
    (RECORDS, ["a"], "entry 1 must have the keys name, order"),
    (RECORDS, [{"name": "a", "order": "x"}], "entry 1 must be a whole number, not 'x'"),
    (ORDER, "1", "must be a list, not text"),
    (ORDER, ["x"], "must be a whole number, not 'x'"),
]
READ: list[tuple[Kind, t.Any, t.Any]] = [
    *[(kind, value, None) for kind in (TEXT, PIN, SWITCH, MODE, FOLDED) for value in (None, "")],
    (TEXT, 12, "12"),
    (TEXT, "A longer one", "A longer one"),
    (FOLDED, "AbC", "abc"),
    (PIN, "4821", "4821"),
    (PIN, "****", UNKNOWN),
    (PIN, "**1*", "**1*"),
    (SWITCH, "perhaps", "perhaps"),
    (SWITCH, "true", True),
    (SWITCH, 0, False),
    (COUNT, "", None),
    (COUNT, "-7", -7),
    (COUNT, "7a", "7a"),
    (COUNT, 7, 7),
    (MODE, "K", "keep"),
    (MODE, "remove", "delete"),
    (MODE, "X", "X"),
    (MODE, 5, 5),
    (SET, ["b", "a", "", None, "a"], ["a", "b"]),
    (SET, [], None),
    (SET, "b,a", ["a", "b"]),
    (SET, {}, None),
    (SET, 5, 5),
    (LINE, "b;a", ["a", "b"]),
    (EMAILS, ["b@X.example", "A@x.example"], ["A@x.example", "b@x.example"]),
    (
        RECORDS,
        [{"name": "b", "order": 2, "x": 1}, 7, {"name": "a"}],
        [{"name": "a", "order": None}, {"name": "b", "order": 2}],
    ),
    (RECORDS, [], None),
    (RECORDS, 0, None),
    (RECORDS, "x", "x"),
    (ORDER, [2, 1], [2, 1]),
    (ORDER, [], None),
]
WRITTEN: list[tuple[Kind, t.Any, t.Any]] = [
    (TEXT, "ab", "ab"),
    (SWITCH, True, True),
    (SWITCH, None, None),
    (WORDS, True, "on"),
    (WORDS, False, "off"),
    (WORDS, None, None),
    (MODE, "keep", "K"),
    (MODE, "X", "X"),
    (SET, ["a", "b"], ["a", "b"]),
    (SET, None, []),
    (LINE, ["a", "b"], "a;b"),
    (LINE, None, ""),
    (RECORDS, None, []),
    (RECORDS, [{"name": "a"}], [{"name": "a"}]),
    (ORDER, None, []),
    (ORDER, [2, 1], [2, 1]),
]
AS_TEXT: list[tuple[Kind, t.Any, bool]] = [
    (TEXT, 12, True),
    (TEXT, "12", False),
    (TEXT, True, False),
    (SWITCH, 1, False),
    (SET, ["aa", 12], True),
    (SET, ["aa"], False),
    (SET, 12, False),
    (SET, [True], False),
    (RECORDS, [{"name": "a"}, {"name": 12}], True),
    (RECORDS, [{"name": "a", "order": 12}], False),
    (RECORDS, ["a", 7, {}], False),
    (RECORDS, {"name": 12}, False),
    (COUNT, 7, False),
]


@pytest.mark.parametrize(("kind", "value", "canonical"), ACCEPTED)
def test_valid_values_are_converted(kind: Kind, value: t.Any, canonical: t.Any) -> None:
    assert kind.parse(value) == canonical
    assert type(kind.parse(value)) is type(canonical)


@pytest.mark.parametrize(("kind", "value", "problem"), REFUSED)
def test_invalid_values_are_refused(kind: Kind, value: t.Any, problem: str) -> None:
    with pytest.raises(ValueError, match=r"must|was|contains") as caught:
        kind.parse(value)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (["b"], "must be at least 2 characters long, got 1"),
        (["aa", "b"], "entry 'b' must be at least 2 characters long, got 1"),
        ([7, 8], "entry 1 must be at least 2 characters long, got 1"),
    ],
)
def test_equal_mistakes_have_equal_reasons(value: list[t.Any], reason: str) -> None:
    with pytest.raises(ValueRefusedError) as caught:
        SET.parse(value)
    assert caught.value.reason == reason


def test_what_kinds_have_in_common() -> None:
    assert [Kind().read(value) for value in (None, "", 0, "x")] == [None, None, 0, "x"]
    assert (Kind().write("x"), Kind().key("x"), Kind().takes_as_text(1)) == ("x", "x", False)


@pytest.mark.parametrize(("kind", "value", "canonical"), READ)
def test_vendor_values_are_read(kind: Kind, value: t.Any, canonical: t.Any) -> None:
    assert kind.read(value) == canonical
    assert type(kind.read(value)) is type(canonical)


@pytest.mark.parametrize(("kind", "value", "wire"), WRITTEN)
def test_values_are_encoded_for_the_vendor(kind: Kind, value: t.Any, wire: t.Any) -> None:
    assert kind.write(value) == wire
    assert type(kind.write(value)) is type(wire)


@pytest.mark.parametrize(("kind", "value", "taken"), AS_TEXT)
def test_numbers_are_accepted_as_text(kind: Kind, value: t.Any, taken: bool) -> None:
    assert kind.takes_as_text(value) is taken


@given(st.one_of(st.integers(), st.booleans(), st.floats(), st.text()))
def test_only_integers_are_numbers(value: t.Any) -> None:
    assert is_number(value) is (isinstance(value, int) and not isinstance(value, bool))


@given(st.sampled_from([(kind, value) for kind, value, _canonical in ACCEPTED]))
def test_written_values_are_read_back_unchanged(pair: tuple[Kind, t.Any]) -> None:
    kind, value = pair
    canonical = kind.parse(value)
    assert kind.read(kind.write(canonical)) == canonical


def test_documented_types_match_the_kinds() -> None:
    assert MODE.choices == ("keep", "delete")
    assert [kind.ansible_type for kind in (TEXT, SWITCH, COUNT, SET, RECORDS, ORDER)] == [
        "str",
        "bool",
        "int",
        "list",
        "list",
        "list",
    ]
    assert (SET.elements, RECORDS.elements, ORDER.elements, TEXT.elements) == ("str", "dict", "int", None)
    assert repr(UNKNOWN) == "UNKNOWN"
