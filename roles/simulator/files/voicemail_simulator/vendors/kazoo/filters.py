# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the query string (docs/vendors/kazoo.md, "Filters" and "Time ranges and filters")."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from .call import Call

Test = Callable[[Any], bool]
# Returns the value of a dotted path in a document, or MISSING.
Lookup = Callable[[Any, str], Any]
MISSING = object()

LIST_FILTERS_OF_5: dict[str, Callable[[set[str], set[str]], bool]] = {
    "filter_array_intersect_all_": lambda actual, requested: requested <= actual,
    "filter_array_intersect_any_": lambda actual, requested: bool(requested & actual),
    "filter_array_intersect_none_": lambda actual, requested: not requested & actual,
    "filter_any_": lambda actual, requested: bool(requested & actual),
    "filter_none_": lambda actual, requested: not requested & actual,
}
TIMES = {"created_from": "created", "created_to": "created", "modified_from": "modified", "modified_to": "modified"}


def value_at(document: Any, path: str) -> Any:
    """Return the value of a dotted path in nested dictionaries, or MISSING."""
    for step in path.split("."):
        if not isinstance(document, dict) or step not in document:
            return MISSING
        document = document[step]
    return document


def as_text(value: Any) -> str:
    """Return the text that a filter compares. A missing value is empty."""
    if value is MISSING or value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def texts(value: Any) -> set[str]:
    """Return the texts of a list, or of a single value."""
    return {as_text(one) for one in value} if isinstance(value, list) else {as_text(value)}


def requested_texts(value: str) -> set[str]:
    """Return the values that a filter allows. A JSON array of texts allows any of them."""
    if value.startswith("["):
        try:
            parsed = json.loads(value)
        except json.JSONDecodeError:
            return {value}
        if all(isinstance(one, str) for one in parsed):
            return set(parsed)
    return {value}


def parameter_test(call: Call, name: str, value: str, lookup: Lookup) -> Test | None:
    """Return the test of one query parameter, or None where it is not a filter."""
    if name in ("has_key", "key_missing"):
        return lambda document: (lookup(document, value) is not MISSING) == (name == "has_key")
    if name in ("has_value", "value_missing"):
        return lambda document: (as_text(lookup(document, value)) not in ("", "[]", "{}")) == (name == "has_value")
    if not name.startswith("filter_"):
        return None
    requested = requested_texts(value)
    if call.profile == "5":
        for prefix, matches in LIST_FILTERS_OF_5.items():
            if name.startswith(prefix):
                path = name.removeprefix(prefix)
                return lambda document: matches(texts(lookup(document, path)), requested)
    if name.startswith("filter_not_"):
        path = name.removeprefix("filter_not_")
        return lambda document: as_text(lookup(document, path)) not in requested
    path = name.removeprefix("filter_")
    return lambda document: as_text(lookup(document, path)) in requested


def time_between(key: str, lowest: int | None, highest: int | None) -> Test:
    """Return a test whether a time is in a range, both ends included."""
    return lambda document: (
        (lowest is None or document[key] >= lowest) and (highest is None or document[key] <= highest)
    )


def time_tests(call: Call) -> Iterable[Test]:
    """Yield tests of the creation and modification times, in Gregorian seconds."""
    for name, key in TIMES.items():
        text = call.query.get(name)
        if text is None or not text.lstrip("-").isdigit():
            continue
        limit = int(text)
        yield time_between(key, limit, None) if name.endswith("_from") else time_between(key, None, limit)


def query_test(call: Call, lookup: Lookup, *, times: bool) -> Test | None:
    """Return the test that combines all filters of a request, or None without filters."""
    tests = [
        test
        for name, value in call.query.multi_items()
        if (test := parameter_test(call, name, value, lookup)) is not None
    ]
    if times:
        tests.extend(time_tests(call))
    if not tests:
        return None
    return lambda document: all(test(document) for test in tests)
