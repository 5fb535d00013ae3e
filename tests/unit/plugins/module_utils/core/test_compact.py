# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The compact form of boxes: applying it to the same system changes nothing, and it contains shared values once."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import boxes_to_yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, unchecked_items
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.compact import compact
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Index, plan
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    UNKNOWN,
    Integer,
    Pin,
    Records,
    Text,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.fields import TABLES as KAZOO
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.declarations import raw_items, stored
from helpers.examples import examples
from hypothesis import given
from hypothesis import strategies as st

TABLES = [table for name in NAMES for table in vendor(name).tables.values()] + [KAZOO["M"], KAZOO["4.3"]]


def box(number: int, values: dict[str, t.Any]) -> Box:
    return Box(str(number), f"id{number}", values, native={})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@examples(25)
@given(data=st.data())
def test_applying_the_compact_form_changes_nothing(table: FieldTable, data: st.DataObject) -> None:
    kinds = [stored(table, data.draw(raw_items(table))) for _kind in range(2)]
    # Most boxes share the values of the first one, each in a different order.
    chosen = data.draw(st.lists(st.sampled_from([0, 0, 1]), min_size=1, max_size=6))
    boxes = [box(3000 + position, kinds[kind]) for position, kind in enumerate(chosen)]
    for pins in (False, True):
        short = compact(table, boxes, pins=pins)
        assert not {"native", *table.secrets} & set(short.defaults)
        assert applied(table, boxes, short.items, short.defaults) == []
        for split in (False, True):
            assert applied(table, boxes, exported(table, short.items, short.defaults, pins, split)) == []


def applied(table: FieldTable, boxes: list[Box], items: list[t.Any], defaults: t.Any = None) -> list[str]:
    """Return the plan of applying items to the boxes."""
    reader = Reader(table, (), NAMES)
    desired = reader.read(items, defaults)
    assert len(desired) == len(boxes), reader.problems
    result = plan(table, desired, Index.of(boxes))
    assert reader.problems + result.problems == []
    return [f"{step.number}: {step.changes}" for step in result.steps if step.action is not Action.NONE]


def exported(table: FieldTable, items: list[t.Any], defaults: t.Any, pins: bool, split: bool) -> list[t.Any]:
    """Return the items of the exported files."""
    resource = RESOURCES[table.resource]
    checks = Checks(sources=True, resource=resource)
    documents = boxes_to_yaml(items, table.vendor, resource.plural, include_pins=pins, split=split, defaults=defaults)
    return [
        item
        for document in documents
        for entries in [read_entries(File(document["content"], document["name"], resource), Layout(), [])]
        for item in unchecked_items(entries, [], checks)
    ]


def usual(table: FieldTable, **values: t.Any) -> dict[str, t.Any]:
    """Return the values of a box: the given ones and the vendor's defaults."""
    return {**{field.option: field.default for field in table.fields}, **values}


def test_shared_values_are_stated_once_and_overridden() -> None:
    table = KAZOO["M"]
    same = {"attach_audio": False, "timezone": "Europe/Paris", "kazoo.skip_greeting": True, "owner_id": "a" * 32}
    boxes = [box(3000 + position, usual(table, name=f"Box {position}", pin="904751", **same)) for position in range(3)]
    boxes.append(box(3003, usual(table, name="Other", emails=["a@example.com"])))
    short = compact(table, boxes)
    # Owners belong to this account, and PINs and names to one mailbox.
    assert short.defaults == {
        "attach_audio": False,
        "timezone": "Europe/Paris",
        "kazoo": {"skip_greeting": True},
    }
    assert short.items[0] == {"mailbox": "3000", "id": "id3000", "name": "Box 0", "owner_id": "a" * 32}
    assert short.items[3] == {
        "mailbox": "3003",
        "id": "id3003",
        "name": "Other",
        "emails": ["a@example.com"],
        "attach_audio": True,
        "timezone": None,
        "kazoo": {"skip_greeting": False},
    }


@pytest.mark.parametrize("count", [1, 2])
def test_values_of_half_of_the_boxes_are_not_shared(count: int) -> None:
    table = KAZOO["5"]
    boxes = [box(3000, usual(table, name="One", timezone="Europe/Paris")), box(3001, usual(table, name="Two"))][:count]
    short = compact(table, boxes)
    assert short.defaults == {}
    assert short.items[0]["timezone"] == "Europe/Paris"


ROOM = FieldTable(
    "example",
    "mailbox",
    "mailbox",
    Text(),
    (
        Field("zone", Text(), "zone"),
        Field("mode", Text(), "mode", clearable=False),
        Field("menu", Records({"key": Text(), "order": Integer()}), "menu"),
        Field("pin", Pin(), "pin", secret=True),
    ),
)


@pytest.mark.parametrize(
    ("option", "values", "shared"),
    [
        ("zone", ["UTC", "UTC"], "UTC"),
        ("zone", ["CET", "UTC", "UTC"], "UTC"),
        ("zone", ["CET", "UTC"], None),
        ("zone", [None, "UTC", "UTC"], "UTC"),
        ("zone", [UNKNOWN, "UTC", "UTC"], None),
        ("zone", ["UTC"], None),
        ("mode", ["a", "a", "b"], "a"),
        ("mode", ["a", "a", None], None),
        ("menu", [[{"key": "1", "order": 2}], [{"order": 2, "key": "1"}]], [{"key": "1", "order": 2}]),
        ("pin", ["904751", "904751"], None),
    ],
)
def test_what_most_boxes_share(option: str, values: list[t.Any], shared: t.Any) -> None:
    boxes = [box(3000 + position, {option: value}) for position, value in enumerate(values)]
    short = compact(ROOM, boxes, pins=True)
    assert short.defaults == ({} if shared is None else {option: shared})
    for item, value in zip(short.items, values, strict=True):
        differs = value is not UNKNOWN and value != shared
        assert (option in item, item.get(option)) == ((True, value) if differs else (False, None))


def test_a_hidden_pin_differs_from_a_missing_one() -> None:
    table = vendor("onsip").tables["mailbox"]
    boxes = [box(3000, usual(table, name="One", pin=UNKNOWN)), box(3001, usual(table, name="Two"))]
    short = compact(table, boxes, pins=True)
    assert [item.get("hidden") for item in short.items] == [["pin"], None]
    (document,) = boxes_to_yaml(short.items, "onsip", include_pins=True)
    assert '  # pin: not shown by the vendor, so it is not managed\n  - mailbox: "3000"' in document["content"]
    assert '  # pin: not set, so it is not managed\n  - mailbox: "3001"' in document["content"]
    assert "hidden" not in document["content"].replace("shown", "")


@pytest.mark.parametrize(("generation", "invented"), [("4.3", False), ("M", False), ("5", True)])
def test_defaults_apply_only_to_properties_of_the_schema(generation: str, invented: bool) -> None:
    table = KAZOO[generation]
    later = {field.option for field in table.fields if field.since == "5"}
    shown = table.decode({"mailbox": "3000", "name": "Reception"})
    assert {option for option in later if shown[option] is not None} == (
        {
            "kazoo.after_forward_action",
            "kazoo.envelope_type",
            "kazoo.shared_vmbox",
            "kazoo.shared_vmbox_notify_owner_email",
            "kazoo.vm_message_forward_type",
        }
        if invented
        else set()
    )
    # Properties that the server does return are read in every generation.
    assert table.decode({"shared_vmbox": True})["kazoo.shared_vmbox"] is True


def test_clearing_a_property_of_a_later_schema_is_idempotent() -> None:
    table = KAZOO["M"]
    held = box(3000, usual(table, name="One", **{"kazoo.shared_vmbox": True}))
    item = {"mailbox": "3000", "kazoo": {"shared_vmbox": None}}
    assert len(applied(table, [held], [item])) == 1
    cleared = dataclasses.replace(held, values={**held.values, "kazoo.shared_vmbox": None})
    assert applied(table, [cleared], [item]) == []
