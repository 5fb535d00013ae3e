# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the query string (contract: KAZOO 3.2, 5.3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from .call import Call

Test = Callable[[Any], bool]
# Answers the value of a dotted path in a document; MISSING where there is none.
Lookup = Callable[[Any, str], Any]
MISSING = object()

LIST_FILTERS_OF_5: dict[str, Callable[[set[str], set[str]], bool]] = {
    "filter_array_intersect_all_": lambda held, wanted: wanted <= held,
    "filter_array_intersect_any_": lambda held, wanted: bool(wanted & held),
    "filter_array_intersect_none_": lambda held, wanted: not wanted & held,
    "filter_any_": lambda held, wanted: bool(wanted & held),
    "filter_none_": lambda held, wanted: not wanted & held,
}
TIMES = {"created_from": "created", "created_to": "created", "modified_from": "modified", "modified_to": "modified"}


def at_path(document: Any, path: str) -> Any:
    """The value of a dotted path in nested dictionaries, or MISSING."""
    for step in path.split("."):
        if not isinstance(document, dict) or step not in document:
            return MISSING
        document = document[step]
    return document


def as_text(value: Any) -> str:
    """The text a filter compares with; a missing value is empty."""
    if value is MISSING or value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def texts(value: Any) -> set[str]:
    """The texts of a list, or of a single value."""
    return {as_text(one) for one in value} if isinstance(value, list) else {as_text(value)}


def wanted_texts(value: str) -> set[str]:
    """What a filter allows: a JSON array of texts means any of them."""
    if value.startswith("["):
        try:
            parsed = json.loads(value)
        except json.JSONDecodeError:
            return {value}
        if all(isinstance(one, str) for one in parsed):
            return set(parsed)
    return {value}


def one_test(call: Call, name: str, value: str, lookup: Lookup) -> Test | None:
    """The test of one query parameter, or None where it is no filter."""
    if name in ("has_key", "key_missing"):
        return lambda document: (lookup(document, value) is not MISSING) == (name == "has_key")
    if name in ("has_value", "value_missing"):
        return lambda document: (as_text(lookup(document, value)) not in ("", "[]", "{}")) == (name == "has_value")
    if not name.startswith("filter_"):
        return None
    wanted = wanted_texts(value)
    if call.profile == "5":
        for prefix, holds in LIST_FILTERS_OF_5.items():
            if name.startswith(prefix):
                path = name.removeprefix(prefix)
                return lambda document: holds(texts(lookup(document, path)), wanted)
    if name.startswith("filter_not_"):
        path = name.removeprefix("filter_not_")
        return lambda document: as_text(lookup(document, path)) not in wanted
    path = name.removeprefix("filter_")
    return lambda document: as_text(lookup(document, path)) in wanted


def within(key: str, lowest: int | None, highest: int | None) -> Test:
    """A test on a time, both ends included."""
    return lambda document: (
        (lowest is None or document[key] >= lowest) and (highest is None or document[key] <= highest)
    )


def time_tests(call: Call) -> Iterable[Test]:
    """Tests on the times of creation and change, in Gregorian seconds."""
    for name, key in TIMES.items():
        text = call.query.get(name)
        if text is None or not text.lstrip("-").isdigit():
            continue
        limit = int(text)
        yield within(key, limit, None) if name.endswith("_from") else within(key, None, limit)


def query_test(call: Call, lookup: Lookup, *, times: bool) -> Test | None:
    """All filters of a request joined by and; None where it has none."""
    tests = [
        test for name, value in call.query.multi_items() if (test := one_test(call, name, value, lookup)) is not None
    ]
    if times:
        tests.extend(time_tests(call))
    if not tests:
        return None
    return lambda document: all(test(document) for test in tests)
