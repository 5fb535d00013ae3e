# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OData-like language of `filter` and `orderby` (docs/vendors/portsip.md, "Filters and order").

A condition is a comparison (`eq ne gt ge lt le` with a quoted text, a number, true, false or null) or a function
(`startswith`, `endswith`, `contains`), joined by `and` and `or`, where `and` binds more tightly. Parentheses and `not`
are not documented, and are refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = dict[str, Any]
Test = Callable[[Document], bool]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
}
CONSTANTS = {"true": True, "false": False, "null": None}
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),]))"
)


class FilterError(ValueError):
    """An invalid filter or order."""


@dataclass
class Filter:
    """A parsed filter. `equalities` contains the fields that must equal a text in every match."""

    matches: Test
    equalities: dict[str, str] = field(default_factory=dict)


def parse_filter(text: str, fields: Collection[str]) -> Filter:
    """Parse a filter over these field names. Raises FilterError."""
    return _Parser(text, fields).parse()


def parse_order(text: str, fields: Collection[str]) -> list[tuple[str, bool]]:
    """Parse an `orderby` into pairs of field and "descending". Raises FilterError."""
    order = []
    for part in text.split(","):
        words = part.split()
        if not 1 <= len(words) <= 2 or words[0] not in fields or (len(words) == 2 and words[1] not in ("asc", "desc")):
            raise FilterError(f"orderby is invalid at {part.strip()!r}")
        order.append((words[0], words[-1] == "desc"))
    return order


def sort_documents(documents: Iterable[Document], order: list[tuple[str, bool]]) -> list[Document]:
    """Sort by several fields, blank values first."""
    ordered = list(documents)
    for name, descending in reversed(order):
        ordered.sort(key=lambda document: _sort_key(document.get(name)), reverse=descending)
    return ordered


def _sort_key(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (2, value) if isinstance(value, str) else (1, value)


def _instant(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FilterError(f"{text!r} is not a time") from None
    if moment.tzinfo is None:
        raise FilterError(f"{text!r} has no time zone")
    return moment.timestamp()


class _Parser:
    def __init__(self, text: str, fields: Collection[str]) -> None:
        self._fields = fields
        self._tokens: list[tuple[str, str]] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise FilterError(f"filter is invalid at {text[position:].strip()!r}")
            kind = match.lastgroup or ""
            self._tokens.append((kind, match.group(kind)))
            position = match.end()
        self._tokens.append(("end", ""))
        self._position = 0

    def _next(self, *kinds: str) -> str:
        kind, value = self._tokens[self._position]
        if kind not in kinds:
            raise FilterError(f"filter is invalid at {value or 'its end'!r}")
        self._position += 1
        return value

    def _accept(self, word: str) -> bool:
        found = self._tokens[self._position] == ("word", word)
        self._position += found
        return found

    def parse(self) -> Filter:
        alternatives = [self._conjunction()]
        while self._accept("or"):
            alternatives.append(self._conjunction())
        self._next("end")
        if len(alternatives) == 1:
            return alternatives[0]
        tests = [one.matches for one in alternatives]
        return Filter(lambda document: any(test(document) for test in tests))

    def _conjunction(self) -> Filter:
        parts = [self._condition()]
        while self._accept("and"):
            parts.append(self._condition())
        if len(parts) == 1:
            return parts[0]
        tests = [one.matches for one in parts]
        equalities = {name: value for one in parts for name, value in one.equalities.items()}
        return Filter(lambda document: all(test(document) for test in tests), equalities)

    def _condition(self) -> Filter:
        word = self._next("word")
        if word in FUNCTIONS and self._tokens[self._position] == ("mark", "("):
            return self._function(word)
        name = self._field(word)
        operation = self._next("word")
        if operation not in COMPARISONS:
            raise FilterError(f"filter has no operator {operation!r}")
        return self._comparison(name, operation, self._literal())

    def _field(self, word: str) -> str:
        if word not in self._fields:
            raise FilterError(f"cannot filter by {word!r}")
        return word

    def _function(self, word: str) -> Filter:
        self._next("mark")
        name = self._field(self._next("word"))
        if self._next("mark") != ",":
            raise FilterError(f"{word} needs a field and a text")
        operand = self._unquoted(self._next("text"))
        if self._next("mark") != ")":
            raise FilterError(f"{word} is not closed")
        function = FUNCTIONS[word]

        def test(document: Document) -> bool:
            value = document.get(name)
            return isinstance(value, str) and function(value, operand)

        return Filter(test)

    @staticmethod
    def _unquoted(token: str) -> str:
        return token[1:-1].replace("''", "'")

    def _literal(self) -> Any:
        token = self._next("text", "number", "word")
        if token.startswith("'"):
            return self._unquoted(token)
        if token in CONSTANTS:
            return CONSTANTS[token]
        try:
            return float(token)
        except ValueError:
            raise FilterError(f"{token!r} is not a value. Put text in single quotes.") from None

    @staticmethod
    def _comparison(name: str, operation: str, operand: Any) -> Filter:
        compare = COMPARISONS[operation]
        if name.endswith("_at") and isinstance(operand, str):
            instant = _instant(operand)
            return Filter(lambda document: compare(_instant(document[name]), instant))
        # Texts without a value are blank, and blank equals null (docs/vendors/portsip.md, "Blank values").
        if operand is None or operand == "":
            if operation not in ("eq", "ne"):
                raise FilterError(f"{operation} needs a value")
            return Filter(lambda document: compare(document.get(name) in (None, ""), True))
        kind: Any = str if isinstance(operand, str) else bool if isinstance(operand, bool) else (int, float)

        def test(document: Document) -> bool:
            value = document.get(name)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                return operation == "ne"
            return compare(value, operand)

        return Filter(test, {name: operand} if operation == "eq" and kind is str else {})
