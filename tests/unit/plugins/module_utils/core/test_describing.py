# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a mailbox and a step are shown, exactly: nothing secret, and null only for what is known to be unset."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.describe import (
    checksum,
    describe,
    difference,
    hidden_secrets,
    predicted,
    to_options,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Plan, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN, Boolean, Pin, Text
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject

TABLE = FieldTable(
    "example",
    "mailbox",
    "mailbox",
    Text(),
    (
        Field("welcome", Boolean(), "welcome", creation_only=True),
        Field("pin", Pin(), "pin", secret=True),
        Field("code", Pin(), "code", secret=True),
        Field("owners", Text(), "owners", on_demand=True),
        Field("zone", Text(), "zone"),
        Field("example.keep", Boolean(), "keep", default=False),
    ),
    hidden=frozenset({"token"}),
)
SECRET = "48217395"
NATIVE = {"zone": "UTC", "pin": SECRET, "in": {"code": SECRET, "a": [{"token": SECRET, "b": 2}, (3, {"pin": SECRET})]}}
BOX = Box("3000", "one", {"pin": SECRET, "code": UNKNOWN, "owners": None, "example.keep": True}, native=NATIVE)
SHOWN = {"zone": "UTC", "in": {"a": [{"b": 2}, [3, {}]]}}
CHANGES: dict[str, tuple[t.Any, t.Any]] = {"pin": (None, SECRET), "code": (SECRET, None), "zone": ("UTC", None)}
HIDDEN_CHANGES = (
    {"pin": None, "code": "(hidden)", "zone": "UTC"},
    {"pin": "(hidden, new)", "code": None, "zone": None},
)


def declared(**fields: t.Any) -> Desired:
    """Declare the mailbox."""
    return Desired(Subject("mailbox", "3000", "office.yml:3"), "3000", {}, **fields)


def test_a_box_as_a_declaration() -> None:
    arguments = (TABLE, "3000", "one", {**BOX.values, "welcome": True})
    set_options = {"mailbox": "3000", "id": "one", "example": {"keep": True}}
    assert to_options(*arguments, unset=False) == set_options
    assert to_options(*arguments, unset=False, pins=True) == {**set_options, "pin": SECRET}
    assert to_options(*arguments, unset=True) == {**set_options, "zone": None}
    assert to_options(TABLE, "3000", None, {"owners": "me"}, unset=True)["owners"] == "me"


def test_a_box_for_display() -> None:
    assert describe(TABLE, BOX) == {"mailbox": "3000", "id": "one", "example": {"keep": True}, "native": SHOWN}
    assert describe(TABLE, BOX, pins=True) == {**describe(TABLE, BOX), "pin": SECRET, "hidden": ["code"]}
    shown = dataclasses.replace(BOX, values={"code": "4821"}, native=None)
    assert describe(TABLE, shown, pins=True) == {"mailbox": "3000", "id": "one", "code": "4821", "native": {}}
    assert hidden_secrets(TABLE, dataclasses.replace(BOX, values={"pin": UNKNOWN, "code": UNKNOWN})) == ["code", "pin"]


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.NONE])
def test_a_box_after_a_step(action: Action) -> None:
    step = Step(action, "3001", declared(), BOX, after={"zone": "UTC"})
    after = {"mailbox": "3001", "id": "one", "zone": "UTC", "example": {"keep": None}}
    assert predicted(TABLE, step) == after
    assert predicted(TABLE, dataclasses.replace(step, current=None)) == {**after, "id": None}
    assert predicted(TABLE, dataclasses.replace(step, desired=None)) == after


def test_nothing_is_left_after_a_deletion() -> None:
    assert predicted(TABLE, Step(Action.DELETE, "3000", None, BOX, after=BOX.values)) == {}
    assert predicted(TABLE, Step(Action.NONE, "3000", declared(present=False), None)) == {}


def test_the_difference_of_an_update_and_of_a_creation() -> None:
    step = Step(Action.UPDATE, "3001\x1b[31m", declared(), BOX, changes=CHANGES)
    before, after = HIDDEN_CHANGES
    assert difference(TABLE, step) == {
        "mailbox": "3001\x1b[31m",
        "action": "update",
        "source": "office.yml:3",
        "before_header": "mailbox 3000",
        "after_header": "mailbox 3001\N{REPLACEMENT CHARACTER}",
        "before": before,
        "after": after,
    }
    created = difference(TABLE, Step(Action.CREATE, "3001", declared(), changes=CHANGES))
    assert created["before_header"] == "mailbox 3001 (absent)"
    assert created["after_header"] == "mailbox 3001"
    assert (created["before"], created["after"]) == ({}, {"mailbox": "3001", **after})
    assert difference(TABLE, Step(Action.NONE, "3001", declared()))["before_header"] == "mailbox 3001"


@pytest.mark.parametrize("pruned", [False, True])
def test_the_difference_of_a_deletion_shows_what_is_lost(pruned: bool) -> None:
    after = {"zone": "UTC", "pin": SECRET, "example.keep": False}
    step = Step(Action.DELETE, "3000", None if pruned else declared(present=False), BOX, after=after, messages=7)
    assert difference(TABLE, step) == {
        "mailbox": "3000",
        "action": "delete",
        "source": None if pruned else "office.yml:3",
        "messages": 7,
        "pruned": pruned,
        "before_header": "mailbox 3000",
        "after_header": "mailbox 3000 (absent)",
        "before": {"mailbox": "3000", "zone": "UTC"},
        "after": {},
    }


def test_the_checksum_of_a_plan() -> None:
    steps = [
        Step(Action.UPDATE, "3001", declared(), BOX, changes=CHANGES),
        Step(Action.NONE, "2999", declared()),
        Step(Action.CREATE, "3000", declared(), changes={"zone": (None, "UTC")}),
    ]
    rows = [["create", "3000", None, {"zone": None}, {"zone": "UTC"}], ["update", "3001", "one", *HIDDEN_CHANGES]]
    text = "".join(json.dumps(row, sort_keys=True) for row in rows)
    assert checksum(Plan(TABLE, steps)) == hashlib.sha256(text.encode()).hexdigest()
    assert checksum(Plan(TABLE, steps[::-1])) == checksum(Plan(TABLE, steps))
    system = json.dumps(["example", "pbx", "mailbox"])
    assert checksum(Plan(TABLE, steps), ["example", "pbx"]) == hashlib.sha256((system + text).encode()).hexdigest()
