# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step's reaction to concurrent changes after the plan."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import StaleError, TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import execute as steps
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.outcome import Outcome
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import (
    Action,
    Index,
    Step,
    plan,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.fields import MAILBOX
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.protocol import MessageCounter

VALUES = {field.option: field.default for field in MAILBOX.fields if not field.on_demand and not field.creation_only}
pytestmark = pytest.mark.usefixtures("no_waiting")
STORED = Box("3000", "1", VALUES | {"name": "Reception", "pin": "4821", "emails": ["a@example.com"]})


class Boxes(MessageCounter):
    """A driver of one box in memory.

    :param meanwhile: the concurrent change before the next read, or None for a deletion.
    :param collisions: number of refused writes, each after another concurrent change.
    """

    table = MAILBOX

    def __init__(self, meanwhile: Box | None, collisions: tuple[Box, ...] = (), messages: int = 0) -> None:
        self.box = meanwhile
        self.collisions = list(collisions)
        self.messages = messages
        self.reads = 0
        self.written: list[Box] = []

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        self.reads += 1
        return self.box

    def update(self, box: Box, writes: dict[str, t.Any], reread: t.Callable[[], Box]) -> Box:
        return self.renumber(box, box.number, writes, reread)

    def renumber(self, box: Box, new_number: str, writes: dict[str, t.Any], reread: t.Callable[[], Box]) -> Box:
        self._collide()
        self.written.append(box)
        self.box = dataclasses.replace(box, number=new_number, values={**box.values, **writes})
        return self.box

    def delete(self, box: Box, recheck: t.Callable[[], None]) -> None:
        self._collide()
        self.written.append(box)
        self.box = None

    def count_messages(self, box: Box) -> int:
        return self.messages

    def _collide(self) -> None:
        if self.collisions:
            self.box = self.collisions.pop(0)
            raise StaleError("changed at the same moment", status=409)


def changed(number: str = "3000", **values: t.Any) -> Box:
    """Return the stored box after the concurrent change."""
    return dataclasses.replace(STORED, number=number, values=STORED.values | values)


def carry_out(boxes: Boxes, current: Box = STORED, *, present: bool = True, **declared: t.Any) -> Outcome:
    """Plan with the old state of a box, and apply the plan to its current state."""
    steering = {key: declared.pop(key) for key in ("new_number", "update_pin") if key in declared}
    desired = Desired(Subject("mailbox", "3000"), "3000", declared, present=present, **steering)
    (step,) = plan(MAILBOX, [desired], Index.of([current])).steps
    step.spares_messages = True
    return steps.carry_out(t.cast(t.Any, boxes), step)


def test_concurrent_changes_of_other_options_are_kept() -> None:
    boxes = Boxes(changed(timezone="America/Denver", notify=True))
    outcome = carry_out(boxes, name="Front desk")
    assert (outcome.status, outcome.error) == ("changed", None)
    assert boxes.box is not None
    assert boxes.box.values == STORED.values | {"name": "Front desk", "timezone": "America/Denver", "notify": True}


@pytest.mark.parametrize(
    ("meanwhile", "declared", "reported"),
    [
        (changed(name="Help desk"), {"name": "Front desk"}, "`name`: somebody else"),
        (changed(pin="9137"), {"pin": "1379"}, "`pin`: somebody else"),
        (changed(pin="9137"), {"pin": "4821", "update_pin": PinPolicy.ALWAYS}, "`pin`: somebody else"),
        (changed(emails=["b@example.com"]), {"emails": ["c@example.com"]}, "`emails`: somebody else"),
        (changed("3001"), {"name": "Front desk"}, "somebody else renumbered it to 3001"),
        (changed("3002"), {"new_number": "3001"}, "somebody else renumbered it to 3002"),
        (None, {"name": "Front desk"}, "is gone"),
        # Several options share one vendor field, so that writing one would revert the other.
        (changed(notify=False), {"attach_audio": True}, "`attach_audio` true needs `notify` true"),
        (changed(notify=True), {"emails": None}, "`notify` true needs `emails`"),
    ],
)
def test_a_conflict_is_reported_and_nothing_is_written(meanwhile: Box | None, declared: t.Any, reported: str) -> None:
    notified = changed(notify="attach_audio" in declared)
    boxes = Boxes(meanwhile)
    outcome = carry_out(boxes, notified, **declared)
    assert (outcome.status, outcome.wrote) == ("failed", False)
    assert reported in str(outcome.error)
    assert "4821" not in str(outcome.error)
    assert "9137" not in str(outcome.error)
    assert boxes.written == []


@pytest.mark.parametrize(
    ("meanwhile", "declared"),
    [
        # Already as declared, by a write of this task with a lost reply, or by another task.
        (changed(name="Front desk"), {"name": "Front desk"}),
        (changed("3001"), {"new_number": "3001"}),
        # Changes of hidden values cannot be detected.
        (changed(pin=UNKNOWN), {"pin": "1379"}),
        (changed(pin="9137"), {"name": "Front desk"}),
    ],
)
def test_unrelated_changes_are_no_conflict(meanwhile: Box, declared: t.Any) -> None:
    boxes = Boxes(meanwhile)
    assert carry_out(boxes, **declared).error is None
    assert len(boxes.written) == 1


def test_a_mailbox_with_a_revision_is_written_without_another_read() -> None:
    known = dataclasses.replace(STORED, revision="3-a")
    boxes = Boxes(known)
    assert carry_out(boxes, known, name="Front desk").error is None
    assert boxes.reads == 0
    assert boxes.written == [known]


def test_a_colliding_write_is_merged_and_sent_again() -> None:
    boxes = Boxes(STORED, (changed(timezone="America/Denver"), changed(timezone="America/Chicago")))
    assert carry_out(boxes, name="Front desk").error is None
    assert boxes.box is not None
    assert (boxes.box.values["name"], boxes.box.values["timezone"]) == ("Front desk", "America/Chicago")


@pytest.mark.parametrize("present", [True, False])
def test_a_colliding_write_reports_the_conflict(present: bool) -> None:
    boxes = Boxes(STORED, (changed(name="Help desk"),))
    outcome = carry_out(boxes, present=present, **({"name": "Front desk"} if present else {}))
    assert "somebody else" in str(outcome.error)
    assert boxes.written == []


@pytest.mark.parametrize(
    ("meanwhile", "reported"),
    [
        (changed("3001"), "somebody else renumbered it to 3001"),
        (changed(name="A new colleague"), "`name`: somebody else"),
        (changed(pin="9137"), "`pin`: somebody else"),
    ],
)
def test_a_changed_mailbox_is_not_deleted(meanwhile: Box, reported: str) -> None:
    boxes = Boxes(meanwhile)
    outcome = carry_out(boxes, present=False)
    assert reported in str(outcome.error)
    assert (outcome.wrote, boxes.box) == (False, meanwhile)


def test_a_change_before_a_collision_prevents_deletion() -> None:
    """Check that all options count after the first full read, although lists may omit some."""
    listed = dataclasses.replace(STORED, values={"name": "Reception"}, full=False)
    boxes = Boxes(changed(timezone="America/Denver"), (changed(timezone="America/Chicago"),))
    outcome = carry_out(boxes, listed, present=False)
    assert "`timezone`: somebody else" in str(outcome.error)
    assert boxes.box is not None


def test_a_missing_mailbox_counts_as_deleted() -> None:
    outcome = carry_out(Boxes(None), present=False)
    assert (outcome.status, outcome.error) == ("changed", None)


def test_messages_received_after_the_plan_prevent_deletion() -> None:
    boxes = Boxes(STORED, messages=2)
    outcome = carry_out(boxes, present=False)
    assert outcome.error is not None
    assert (outcome.error.kind, "contains 2" in str(outcome.error)) == ("unsafe", True)
    assert boxes.box is STORED


def test_messages_are_not_counted_again_with_delete_messages() -> None:
    step = Step(Action.DELETE, "3000", None, STORED, after=dict(STORED.values))
    boxes = Boxes(STORED, messages=2)
    assert steps.carry_out(t.cast(t.Any, boxes), step).error is None
    assert boxes.box is None


@pytest.mark.parametrize("present", [True, False])
def test_a_read_without_a_reply_is_not_uncertain(present: bool) -> None:
    class Silent(Boxes):
        def find(self, number: str | None, box_id: str | None) -> Box | None:
            raise TransportError("no reply within the timeout", uncertain=True)

    outcome = carry_out(Silent(STORED), present=present, **({"name": "Front desk"} if present else {}))
    assert (outcome.status, outcome.wrote) == ("failed", False)
