# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Strategies for declarations and existing mailboxes of any field table: use it for properties of planning."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    Addresses,
    Boolean,
    Choice,
    Integer,
    Integers,
    Kind,
    Pin,
    Records,
    TextSet,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Desired
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES
from hypothesis import strategies as st

DIGITS = "123456789"
#: The items of each table by its identity, with the table so that the identity stays its own. Hypothesis examines every
#: new strategy, which takes longer than to draw from it.
ITEMS: dict[int, tuple[FieldTable, st.SearchStrategy[dict[str, t.Any]]]] = {}


def written(kind: Kind) -> st.SearchStrategy[t.Any]:
    """Return a strategy for the values of a kind as users may write them."""
    if isinstance(kind, Pin):
        return st.sampled_from(["1593", "7281", "904751"]).filter(lambda text: _takes(kind, text))
    if isinstance(kind, Addresses):
        addresses = st.sampled_from(["a@Example.com", "b@example.com", "C@x.org"])
        return st.lists(addresses, min_size=1, max_size=min(3, kind.most or 3))
    if isinstance(kind, TextSet):
        return st.lists(st.text(DIGITS, min_size=3, max_size=5), min_size=1, max_size=min(3, kind.most or 3))
    if isinstance(kind, Boolean):
        return st.sampled_from([True, False, "yes", "off"])
    if isinstance(kind, Choice):
        return st.sampled_from(list(kind.words))
    if isinstance(kind, Integer):
        return st.integers(kind.minimum or 0, kind.maximum or 9999)
    if isinstance(kind, Integers):
        return st.lists(st.integers(0, 60), min_size=1, max_size=3)
    if isinstance(kind, Records):
        return st.fixed_dictionaries({key: written(inner) for key, inner in kind.keys.items()}).map(lambda one: [one])
    samples = ["Europe/Paris", "America/New_York", "en-US", "a" * 32, "Reception", "3000", "user@example.com", "x"]
    possible = [text for text in samples if _takes(kind, text)]
    assert possible, kind
    return st.sampled_from(possible)


def _takes(kind: Kind, text: str) -> bool:
    try:
        kind.parse(text)
    except ValueError:
        return False
    return True


def raw_items(table: FieldTable) -> st.SearchStrategy[dict[str, t.Any]]:
    """Items of a table as a user may write them; everything required is given."""
    if id(table) not in ITEMS:
        ITEMS[id(table)] = table, _make_items(table)
    return ITEMS[id(table)][1]


def _make_items(table: FieldTable) -> st.SearchStrategy[dict[str, t.Any]]:
    options = {}
    for field in table.fields:
        if field.creation_only:
            continue
        values = written(field.kind)
        if field.clearable and not field.required and not isinstance(field.kind, Pin):
            values = st.one_of(values, st.none())
        options[field.option] = values
    required = {field.option for field in table.fields if field.required}
    flat = st.fixed_dictionaries(
        {option: values for option, values in options.items() if option in required},
        optional={option: values for option, values in options.items() if option not in required},
    )
    return flat.map(lambda values: {table.key: "3000", **_nested(values)})


def _nested(flat: dict[str, t.Any]) -> dict[str, t.Any]:
    nested: dict[str, t.Any] = {}
    for option, value in flat.items():
        *groups, last = option.split(".")
        inside = nested
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = value
    return nested


def declared(table: FieldTable, raw: dict[str, t.Any]) -> Desired:
    """Parse an item; its options may contradict each other."""
    reader = Reader(table.without_rules, (), NAMES)
    desired = reader.read([raw])
    assert reader.problems == []
    return desired[0]


def reconciled(desired: Desired, problems_of: t.Callable[[Desired], t.Sequence[str]]) -> Desired:
    """Remove options that contradict others. For some vendors, most generated items would otherwise be invalid."""
    while problems := problems_of(desired):
        named = {option for option in re.findall(r"`([\w.]+)`", str(problems[0])) if option in desired.values}
        assert named, problems
        rest = {option: value for option, value in desired.values.items() if option not in named}
        desired = dataclasses.replace(desired, values=rest)
    return desired


def stored(table: FieldTable, raw: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the values of a mailbox that was created as declared, without contradicting options."""

    def settled(desired: Desired) -> dict[str, t.Any]:
        return {field.option: field.value_after_write(desired.values.get(field.option)) for field in table.fields}

    return settled(reconciled(declared(table, raw), lambda one: table.conflicts(table.by_option, settled(one))))
