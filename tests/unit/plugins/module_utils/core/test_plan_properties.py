# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of every plan, for any declaration and any existing mailboxes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.describe import (
    checksum,
    describe,
    difference,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import (
    Action,
    Index,
    Plan,
    plan,
    unapplied_options,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    UNKNOWN,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.declarations import declared, raw_items, reconciled, stored
from hypothesis import given
from hypothesis import strategies as st

TABLES = [table for name in NAMES for table in vendor(name).tables.values()]


def carried_out(result: Plan) -> Box | None:
    """Return the box that a plan of one step predicts."""
    step = result.steps[0]
    if step.action is Action.DELETE:
        return None
    box_id = step.current.id if step.current else "new"
    return Box(step.number, box_id, dict(step.after))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@given(data=st.data())
def test_planning_after_applying_finds_no_change(table: FieldTable, data: st.DataObject) -> None:
    there = [] if table.can_create else [Box("3000", "old", {field.option: field.default for field in table.fields})]
    index = Index.of(there)
    raw = data.draw(raw_items(table))
    first = reconciled(declared(table, raw), lambda one: plan(table, [one], index).problems)
    box = carried_out(plan(table, [first], index))
    assert box is not None

    again = plan(table, [first], Index.of([box]))
    assert [step.action for step in again.steps] == [Action.NONE]
    assert not again.steps[0].writes

    index = Index.of([box])
    raw = data.draw(raw_items(table))
    second = reconciled(declared(table, raw), lambda one: plan(table, [one], index).problems)
    altered = plan(table, [second], index)
    after = carried_out(altered)
    assert after is not None
    assert unapplied_options(altered.steps[0], after, table) == []
    settled = plan(table, [second], Index.of([after]))
    assert [step.action for step in settled.steps] == [Action.NONE]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@given(data=st.data())
def test_undeclared_options_are_not_changed(table: FieldTable, data: st.DataObject) -> None:
    box = Box("3000", "old", {field.option: field.default for field in table.fields})
    desired = declared(table, data.draw(raw_items(table)))
    step = plan(table, [desired], Index.of([box])).steps[0]
    assert set(step.writes) <= set(desired.values)
    assert {option for option in step.after if step.after[option] != box.values.get(option)} <= set(desired.values)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@given(data=st.data())
def test_planning_is_deterministic(table: FieldTable, data: st.DataObject) -> None:
    desired = declared(table, data.draw(raw_items(table)))
    index = Index.of([Box("3000", "old", {field.option: field.default for field in table.fields})])
    first, second = plan(table, [desired], index), plan(table, [desired], index)
    assert checksum(first) == checksum(second)
    assert [step.changes for step in first.steps] == [step.changes for step in second.steps]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@given(data=st.data())
def test_declaring_the_read_values_changes_nothing(table: FieldTable, data: st.DataObject) -> None:
    values = stored(table, data.draw(raw_items(table)))
    box = Box("3000", "old", values, native={})
    for pins in (False, True):
        exported = describe(table, box, pins=pins)
        result = plan(table, [declared(table, exported)], Index.of([box]))
        assert result.problems == []
        assert [step.action for step in result.steps] == [Action.NONE]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@given(data=st.data())
def test_requests_contain_the_written_values(table: FieldTable, data: st.DataObject) -> None:
    values = stored(table, data.draw(raw_items(table)))
    spoken = (field for field in table.fields if not field.creation_only)
    readable = [field.option for field in spoken if field.wire or _composed(table, field.option)]
    shown = table.decode(table.encode(readable, values))
    assert {option: shown[option] for option in readable} == {option: values[option] for option in readable}


def _composed(table: FieldTable, option: str) -> bool:
    return any(option in composite.options and composite.wires for composite in table.composites)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
def test_diffs_contain_no_secret(table: FieldTable) -> None:
    secret = next(field for field in table.fields if field.secret)
    old = Box("3000", "old", {**{field.option: field.default for field in table.fields}, secret.option: "748159"})
    desired = Desired(Subject("mailbox", "3000"), "3000", {secret.option: "904751"})
    shown = repr(difference(table, plan(table, [desired], Index.of([old])).steps[0]))
    assert "748159" not in shown
    assert "904751" not in shown
    assert secret.option in shown


@pytest.mark.parametrize(
    ("policy", "current", "writes", "changes"),
    [
        (PinPolicy.IF_CHANGED, "748159", True, True),
        (PinPolicy.IF_CHANGED, "904751", False, False),
        (PinPolicy.IF_CHANGED, UNKNOWN, False, False),
        (PinPolicy.ON_CREATE, "748159", False, False),
        (PinPolicy.ON_CREATE, UNKNOWN, False, False),
        (PinPolicy.ALWAYS, "904751", True, False),
        (PinPolicy.ALWAYS, "748159", True, True),
        (PinPolicy.ALWAYS, UNKNOWN, True, True),
    ],
)
def test_when_a_pin_is_written_and_reported(policy: PinPolicy, current: t.Any, writes: bool, changes: bool) -> None:
    table = vendor("kazoo").tables["mailbox"]
    box = Box("3000", "old", {**{field.option: field.default for field in table.fields}, "pin": current})
    desired = Desired(Subject("mailbox", "3000"), "3000", {"pin": "904751"}, update_pin=policy)
    step = plan(table, [desired], Index.of([box])).steps[0]
    assert (step.writing, step.action is Action.UPDATE) == (writes, changes)
    assert bool(step.warnings) == (policy is PinPolicy.IF_CHANGED and current is UNKNOWN)
