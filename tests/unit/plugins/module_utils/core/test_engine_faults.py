# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's reaction to lost replies, collisions, and concurrent changes."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    StaleError,
    TransportError,
)
from helpers.memory_vendor import Store


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("request_name", ["create", "update"])
def test_a_write_counts_after_it_was_read_back(request_name: str, verify: bool) -> None:
    store = Store().numbered("1000")
    number = "1000" if request_name == "update" else "3000"

    def forget(request: str, at: str) -> None:
        if request in ("find", "holders") and store.writes:
            for box_id, box in store.boxes.items():
                store.boxes[box_id] = dataclasses.replace(box, values={**box.values, "name": "Rounded"})

    store.before = forget
    store.shows_box = False
    result = store.run(mailboxes=[{"mailbox": number, "name": "Front"}], verify=verify)
    assert result["failed"] is verify
    if verify:
        assert f"mailbox {number}: the vendor accepted the write, but did not apply `name`" in result["msg"]
        assert result["changed"]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("late", [0, 1, 3, 4])
def test_a_delayed_write_is_awaited(late: int) -> None:
    store = Store().numbered("1000")
    store.shows_box = False
    looks = [0]
    written: dict[str, t.Any] = {}

    def lag(request: str, _number: str) -> None:
        if request == "update":
            looks[0] = late + 1
        elif request == "find" and looks[0]:
            looks[0] -= 1
            (box_id,) = store.boxes
            box = store.boxes[box_id]
            written.setdefault("box", box)
            old = dataclasses.replace(box, values={**box.values, "name": "Desk 1000"})
            store.boxes[box_id] = old if looks[0] else written["box"]

    store.before = lag
    result = store.run(mailboxes=[{"mailbox": "1000", "name": "Front"}])
    assert result["failed"] is (late == 4)
    assert result["changed"]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("times", [0, 1, 4, 5])
def test_a_collision_is_planned_and_sent_again(times: int) -> None:
    store = Store().numbered("1000")
    left = [times]

    def collide(request: str, _number: str) -> None:
        if request == "update" and left[0]:
            left[0] -= 1
            raise StaleError("changed at the same moment", status=409)

    store.before = collide
    result = store.run(mailboxes=[{"mailbox": "1000", "name": "Front"}])
    assert result["failed"] is (times == 5)
    assert store.writes == [("update", "1000")] * min(times + 1, 5)
    assert result["changed"] is (times < 5)


@pytest.mark.parametrize("change", ["name", "other", "gone", "renumbered"])
def test_concurrent_changes_are_reported(change: str) -> None:
    store = Store().numbered("1000")
    (box_id,) = store.boxes
    box = store.boxes[box_id]

    def meanwhile(request: str, _number: str) -> None:
        if request == "find" and store.boxes.get(box_id) is box:
            if change == "gone":
                del store.boxes[box_id]
            elif change == "renumbered":
                store.boxes[box_id] = dataclasses.replace(box, number="2000")
            else:
                option = "name" if change == "name" else "require_pin"
                value = "Theirs" if change == "name" else True
                store.boxes[box_id] = dataclasses.replace(box, values={**box.values, option: value})

    store.before = meanwhile
    result = store.run(mailboxes=[{"mailbox": "1000", "name": "Front"}])
    assert result["failed"] is (change != "other")
    shown_text = {
        "name": "`name`: somebody else changed this after it was read",
        "gone": "is gone: somebody else deleted it meanwhile",
        "renumbered": "somebody else renumbered it to 2000 meanwhile",
    }
    assert shown_text.get(change, "1 mailbox updated") in result["msg"]
    assert len(store.writes) == (change == "other")
    if change == "other":
        assert store.boxes[box_id].values["require_pin"] is True


@pytest.mark.parametrize("change", ["message", "message allowed", "gone"])
def test_a_deletion_checks_the_mailbox_again(change: str) -> None:
    store = Store().numbered("1000")
    (box_id,) = store.boxes

    def meanwhile(request: str, _number: str) -> None:
        if request == "find" and change == "gone":
            store.boxes.pop(box_id, None)
        elif request == "find":
            store.messages[box_id] = 2

    store.before = meanwhile
    result = store.run(mailboxes=[{"mailbox": "1000", "state": "absent"}], delete_messages=change == "message allowed")
    assert result["failed"] is (change == "message")
    assert (box_id in store.boxes) is (change == "message")
    if change == "message":
        assert "received messages after the plan was made, so it now contains 2" in result["msg"]
        assert not result["changed"]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("request_name", ["create", "update", "delete"])
def test_a_lost_reply_is_looked_up(request_name: str, done: bool) -> None:
    store = Store().numbered("1000")
    number = "3000" if request_name == "create" else "1000"
    item = {"mailbox": number, "name": "Front"} if request_name != "delete" else {"mailbox": number, "state": "absent"}
    lost = [True]

    def lose(request: str, _number: str) -> None:
        if request != request_name or not lost[0]:
            return
        lost[0] = False
        if done and request == "create":
            store.add("3000", name="Front")
        elif done and request == "update":
            (box_id,) = store.boxes
            box = store.boxes[box_id]
            store.boxes[box_id] = dataclasses.replace(box, values={**box.values, "name": "Front"})
        elif done:
            store.boxes.clear()
        raise TransportError("the reply was lost", uncertain=True)

    store.before = lose
    result = store.run(mailboxes=[item])
    # A creation is sent again if it had no effect. Other writes are retried by the HTTP client.
    assert result["failed"] is (not done and request_name != "create")
    assert result["changed"]
    if result["failed"]:
        assert "the reply was lost" in result["msg"]
    assert [box.number for box in store.boxes.values()].count(number) == (request_name != "delete" or not done)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("error", [RejectedError("no room"), ConflictError("exists", status=409)])
@pytest.mark.parametrize("rival", ["same", "other", None])
def test_a_refused_creation_is_looked_up(error: Exception, rival: str | None) -> None:
    store = Store()

    def refuse(request: str, _number: str) -> None:
        if request == "create":
            if rival:
                store.add("3000", name="Front" if rival == "same" else "Theirs")
            raise error

    store.before = refuse
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Front"}])
    assert result["failed"] is (rival is None)
    assert store.writes == [("create", "3000"), *([("update", "3000")] if rival == "other" else [])]
    assert result["changed"] is (rival == "other")
    if rival:
        (row,) = store.run(mailboxes=[{"mailbox": "3000", "name": "Front"}], report="all")["results"]
        assert row["action"] == "none"


def test_a_mailbox_that_disappears_during_its_deletion_counts_as_deleted() -> None:
    store = Store().numbered("1000")

    def vanish(request: str, _number: str) -> None:
        if request == "delete":
            store.boxes.clear()
            raise NotFoundError("is gone", status=404)

    store.before = vanish
    result = store.run(mailboxes=[{"mailbox": "1000", "state": "absent"}])
    assert (result["failed"], result["changed"]) == (False, True)
