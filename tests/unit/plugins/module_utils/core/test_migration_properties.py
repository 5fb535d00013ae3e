# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of every translation, for any boxes and any two systems."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.describe import describe
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Index, plan
from ansible_collections.telephony.voicemail.plugins.module_utils.migration.plan import (
    Choices,
    Source,
    Translation,
    grouped,
    translate,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from ansible_collections.telephony.voicemail.tests.unit.plugins.module_utils.core.test_plan_properties import (
    raw_items,
    stored,
)
from helpers.examples import examples
from hypothesis import given
from hypothesis import strategies as st

TABLES = [table for name in NAMES for table in vendor(name).tables.values()]
TARGETS = [vendor(name).tables["mailbox"] for name in NAMES]
PAIRS = [(source, target) for source in TABLES for target in TARGETS if source.vendor != target.vendor]
SHARED = tuple(arguments.MAILBOX)
NATIVE = {"display_name": "Ada Abendrot", "email": "ada@example.com"}
RENAMED = {"name": "description", "description": "name"}


def ids(pair: tuple[FieldTable, FieldTable]) -> str:
    return f"{pair[0].vendor}-{pair[0].resource.replace(' ', '-')}-to-{pair[1].vendor}"


def boxes(table: FieldTable, *, pins: bool) -> st.SearchStrategy[dict[str, t.Any]]:
    """Return a strategy for boxes as reads return them."""

    def read(raw: dict[str, t.Any]) -> dict[str, t.Any]:
        return describe(table, Box("3000", "old", stored(table, raw), native=NATIVE), pins=pins)

    return raw_items(table).map(read)


def translated(source: FieldTable, target: FieldTable, box: dict[str, t.Any], **choices: t.Any) -> Translation:
    given = {"renamed": RENAMED, "present": frozenset(("3000",)), **choices}
    return translate([Source(source, [box])], target, Choices(**given), SHARED, NAMES)


def flat(table: FieldTable, raw: t.Mapping[str, t.Any], above: str = "") -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for key, value in raw.items():
        if f"{above}{key}" in table.groups:
            found.update(flat(table, value, f"{above}{key}."))
        else:
            found[f"{above}{key}"] = value
    return found


@pytest.mark.parametrize("pair", PAIRS, ids=ids)
@examples(12)
@given(data=st.data())
def test_everything_is_carried_or_reported(pair: tuple[FieldTable, FieldTable], data: st.DataObject) -> None:
    source, target = pair
    box = data.draw(boxes(source, pins=True))
    result = translated(source, target, box, include_pins=True)
    (mailbox,) = result.mailboxes
    carried, held = flat(target, mailbox), flat(source, box)
    lost = [loss.option for loss in result.losses]
    assert len(lost) == len(set(lost))
    by_nature = {implied.option for implied in target.implied}
    for field in source.fields:
        value = held.get(field.option)
        name = result.renamed.get(field.option, field.mailbox_option or field.option)
        if value is None:
            assert field.option not in lost or field.secret
        elif field.option in lost:
            assert name not in carried
        elif name in carried:
            assert carried[name] == target.by_option[name].kind.parse(value)
        else:
            assert name in by_nature, f"{field.option} is skipped without a warning"
    assert {loss.number for loss in result.losses} <= {"3000"}
    assert sum(len(row["mailboxes"]) for row in grouped(result.losses)) == len(lost)


@pytest.mark.parametrize("pair", PAIRS, ids=ids)
@examples(12)
@given(data=st.data())
def test_translated_mailboxes_can_be_applied_once(pair: tuple[FieldTable, FieldTable], data: st.DataObject) -> None:
    source, target = pair
    box = data.draw(boxes(source, pins=data.draw(st.booleans())))
    new = {"name": "Reception", "pin": "904751"}
    defaults = {option: value for option, value in new.items() if option in target.by_option}
    (mailbox,) = translated(
        source, target, box, defaults=defaults, present=None if target.can_create else {"3000"}
    ).mailboxes
    assert not {"id", "native", "state"} & set(mailbox)
    there = [] if target.can_create else [Box("3000", "new", {field.option: field.default for field in target.fields})]
    reader = Reader(target, SHARED, NAMES)
    desired = reader.read([mailbox])
    assert reader.problems == []
    made = plan(target, desired, Index.of(there))
    assert made.problems == []
    after = Box("3000", "new", made.steps[0].after)
    assert [step.action for step in plan(target, desired, Index.of([after])).steps] == [Action.NONE]


@pytest.mark.parametrize("table", TARGETS, ids=lambda table: table.vendor)
@examples(12)
@given(data=st.data())
def test_only_ids_are_lost_between_systems_of_one_vendor(table: FieldTable, data: st.DataObject) -> None:
    box = data.draw(boxes(table, pins=True))
    result = translated(table, table, box, include_pins=True)
    lost = {loss.option for loss in result.losses}
    kept = {option: value for option, value in flat(table, box).items() if option not in ("id", "native", "hidden")}
    local = {field.option for field in table.fields if field.local}
    assert lost - {"pin"} == local & set(kept)
    assert flat(table, result.mailboxes[0]) == {option: value for option, value in kept.items() if option not in lost}


@pytest.mark.parametrize("pair", PAIRS, ids=ids)
@examples(5)
@given(data=st.data())
def test_pins_are_translated_only_on_request(pair: tuple[FieldTable, FieldTable], data: st.DataObject) -> None:
    source, target = pair
    box = data.draw(boxes(source, pins=False))
    result = translated(source, target, box)
    assert "pin" not in result.mailboxes[0]
    assert [loss.reason for loss in result.losses if loss.option == "pin"] == ["PINs were not requested"]
    assert result.without_pin == ["3000"]


def refused(target: FieldTable) -> str:
    """Return a PIN that the target refuses."""
    for pin in ("7319" * 9, "deFauLt"):
        try:
            target.by_option["pin"].kind.parse(pin)
        except ValueError:
            return pin
    raise AssertionError(f"{target.vendor} accepts every PIN")


@pytest.mark.parametrize("pair", PAIRS, ids=ids)
def test_a_refused_pin_is_reported_without_its_value(pair: tuple[FieldTable, FieldTable]) -> None:
    source, target = pair
    secret = refused(target)
    reported = translated(source, target, {source.key: "3000", "pin": secret}, include_pins=True)
    assert [loss.option for loss in reported.losses if loss.reason != "PINs were not requested"].count("pin") == 1
    assert secret not in repr(reported.losses)
    assert secret not in repr(grouped(reported.losses))
    assert "pin" not in reported.mailboxes[0]
