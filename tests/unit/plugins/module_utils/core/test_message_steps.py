# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which messages are selected, what is planned for each, and how both are shown, exactly."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import UnsafeError
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import (
    MessageAction as Action,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import (
    MessageReport,
    MessageStep,
    Order,
    check_message_deletions,
    plan_messages,
    plan_missing,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import (
    Gathering,
    Message,
    Selection,
    Status,
    Transcription,
    parse_time,
    undated_rows,
    undated_warnings,
    written,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status as StepStatus

NOON = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
MESSAGE = Message("one", "3000", "id3000", "Ann", "+49 30 1", NOON, 5000, Status.READ, "old", "call")
SHOWN = {"mailbox": "3000", "caller_number": "+49 30 1", "received_at": "2026-11-28T12:00:00Z", "status": "read"}


def changed(**fields: t.Any) -> Message:
    """Return the message with other fields."""
    return dataclasses.replace(MESSAGE, **fields)


def test_a_message_as_a_result() -> None:
    row = {
        "id": "one",
        "mailbox": "3000",
        "mailbox_id": "id3000",
        "caller_name": "Ann",
        "caller_number": "+49 30 1",
        "received_at": "2026-11-28T12:00:00Z",
        "duration_ms": 5000,
        "status": "read",
        "folder": "old",
        "call_id": "call",
        "size_bytes": None,
        "audio_url": None,
        "transcription": None,
        "native": {},
    }
    assert MESSAGE.as_dict() == row
    transcribed = changed(transcription=Transcription("done", "Hello"), native={"a": 1}, status=None, received_at=None)
    assert transcribed.as_dict() == {
        **row,
        "transcription": {"status": "done", "text": "Hello", "sentiment": None},
        "native": {"a": 1},
        "status": None,
        "received_at": None,
    }
    assert type(MESSAGE.as_dict()["status"]) is str
    assert (MESSAGE.box, changed(mailbox=None).box) == ("3000", "with id id3000")


@pytest.mark.parametrize(
    ("filters", "matches"),
    [
        ({}, True),
        ({"older_than": NOON}, False),
        ({"older_than": NOON + SECOND}, True),
        ({"newer_than": NOON}, True),
        ({"newer_than": NOON + SECOND}, False),
        ({"caller": "ANN"}, True),
        ({"caller": "30 1"}, True),
        ({"caller": "Bob"}, False),
        ({"ids": frozenset({"one"})}, True),
        ({"ids": frozenset({"two"})}, False),
        ({"call_ids": frozenset({"call"})}, True),
        ({"call_ids": frozenset({"other"})}, False),
        ({"status": Status.READ}, True),
        ({"status": Status.UNREAD}, False),
    ],
)
def test_filters(filters: dict[str, t.Any], matches: bool) -> None:
    assert Selection("3000", **filters).matches(MESSAGE) is matches
    undated = changed(received_at=None)
    by_time = bool({"older_than", "newer_than"} & set(filters))
    assert Selection("3000", **filters).matches(undated) is (matches and not by_time)
    assert Selection("3000", **filters).undated([MESSAGE, undated, undated]) == (
        [undated] if matches or by_time else []
    )
    assert Selection("3000", **filters).named is bool({"ids", "call_ids"} & set(filters))


def test_a_message_without_caller_matches_no_caller() -> None:
    assert not Selection(caller="a").matches(changed(caller_name=None, caller_number=None))


def test_the_newest_messages_are_selected_once() -> None:
    old, new, none = changed(id="b", received_at=NOON - SECOND), changed(id="a"), changed(id="c", received_at=None)
    twin = changed(id="d")
    assert [one.id for one in Selection().select([none, old, twin, new, new])] == ["a", "d", "b", "c"]
    assert [one.id for one in Selection(limit=2).select([none, old, twin, new])] == ["a", "d"]
    assert [one.id for one in Selection(newer_than=NOON).select([none, old, twin, new])] == ["a", "d"]
    assert [one.id for one in Selection().undated([changed(id=name, received_at=None) for name in "bab"])] == ["a", "b"]
    everything = Selection("3000", None, True, frozenset("a"), limit=1).everything()
    assert everything == Selection("3000", None, True)


def test_what_is_kept_of_a_listing() -> None:
    undated, other = changed(id="two", received_at=None), changed(id="three", call_id="other")
    for selection, kept in (
        (Selection(status=Status.UNREAD), ["two"]),
        (Selection(), ["two", "one", "three"]),
        (Selection(ids=frozenset({"two"})), ["two"]),
        (Selection(call_ids=frozenset({"other"}), status=Status.UNREAD), ["three"]),
    ):
        gathering = Gathering(selection)
        for message in (MESSAGE, undated, other, MESSAGE):
            gathering.add(message)
        assert [one.id for one in gathering.messages()] == kept


def test_no_more_than_the_limit_and_a_reserve_is_kept() -> None:
    gathering = Gathering(Selection(limit=2))
    for number in range(1004):
        gathering.add(changed(id=str(number), received_at=NOON + number * SECOND))
    assert len(gathering.messages()) == 1004
    gathering.add(changed(id="1004", received_at=NOON + 1004 * SECOND))
    assert [one.id for one in gathering.messages()] == ["1004", "1003"]
    unlimited = Gathering(Selection())
    for number in range(1010):
        unlimited.add(changed(id=str(number)))
    assert len(unlimited.messages()) == 1010


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (" 12h ", NOON - 12 * 3600 * SECOND),
        ("90d", NOON - datetime.timedelta(days=90)),
        ("8w", NOON - datetime.timedelta(weeks=8)),
        ("183000d", NOON - datetime.timedelta(days=183000)),
        ("2026-01-31", datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)),
        (" 2026-01-31T08:00:00Z", datetime.datetime(2026, 1, 31, 8, tzinfo=datetime.UTC)),
        ("2026-01-31T08:00:00+02:00", datetime.datetime(2026, 1, 31, 6, tzinfo=datetime.UTC)),
    ],
)
def test_ages_and_times(text: str, moment: datetime.datetime) -> None:
    found = parse_time(text, NOON)
    assert (found, found.utcoffset()) == (moment, datetime.timedelta(0))


@pytest.mark.parametrize(
    "text", ["", "12", "h", "-1d", "1y", "1234567h", "2026-13-01", "0001-01-01T00:00:00+05:00", "\u0661d"]
)
def test_texts_that_are_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number of hours, days or weeks such as 12h"):
        parse_time(text, NOON)
    with pytest.raises(ValueError, match="is before the start of the calendar"):
        parse_time("183001d", NOON)


def test_times_are_written_in_utc() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    assert written(NOON.astimezone(zone).replace(microsecond=999)) == "2026-11-28T12:00:00Z"
    assert written(None) is None


def test_undated_messages_are_named() -> None:
    names = [f"m{number}" for number in range(21)]
    undated = [changed(id=name, received_at=None) for name in names]
    assert undated_warnings([]) == []
    text = "the time of {} messages cannot be read, so `older_than` and `newer_than` never select them: {}"
    assert undated_warnings(undated[:20]) == [text.format(20, ", ".join(names[:20]))]
    assert undated_warnings(undated) == [text.format(21, ", ".join(names[:20]) + " and 1 more")]
    assert undated_rows(undated[:1]) == [{"id": "m0", "mailbox": "3000"}]


@pytest.mark.parametrize(
    ("order", "message", "action", "after"),
    [
        (Order("read"), MESSAGE, Action.NONE, SHOWN),
        (Order("unread"), MESSAGE, Action.MARK, {**SHOWN, "status": "unread"}),
        (Order("absent"), MESSAGE, Action.DELETE, {}),
        (Order("absent"), changed(status=Status.DELETED), Action.NONE, {**SHOWN, "status": "deleted"}),
        (Order("absent", permanent=True), changed(status=Status.DELETED), Action.DELETE, {}),
        (Order("moved", ("3001",)), MESSAGE, Action.MOVE, {**SHOWN, "mailbox": "3001"}),
        (Order("moved", ("3000",)), MESSAGE, Action.NONE, SHOWN),
        (Order("copied", ("3001", "3000")), MESSAGE, Action.COPY, {**SHOWN, "copies": ["3001"]}),
        (Order("copied", ("3000",)), MESSAGE, Action.NONE, SHOWN),
        (Order("copied", ("3000",)), changed(call_id=None), Action.NONE, SHOWN),
        (Order("copied", ("3002", "3000")), MESSAGE, Action.NONE, SHOWN),
    ],
)
def test_the_step_of_a_message(order: Order, message: Message, action: Action, after: dict[str, t.Any]) -> None:
    (step,) = plan_messages(order, [message], {"3001": [], "3002": ["call"], "3000": []})
    assert (step.id, step.action, step.message, step.after, step.error) == ("one", action, message, after, None)
    assert step.status is (StepStatus.OK if action is Action.NONE else StepStatus.PENDING)
    assert step.to == {Action.MOVE: ("3001",), Action.COPY: ("3001",)}.get(action, ())


def test_a_call_is_copied_once_to_each_box() -> None:
    there = {"3001": ["other"], "3002": []}
    twin, other = changed(id="two"), changed(id="three", call_id="other")
    steps = plan_messages(Order("copied", ("3002", "3001")), [MESSAGE, twin, other], there)
    assert [(step.action, step.to) for step in steps] == [
        (Action.COPY, ("3002", "3001")),
        (Action.NONE, ()),
        (Action.COPY, ("3002",)),
    ]
    assert steps[0].after["copies"] == ["3001", "3002"]
    assert there == {"3001": ["other"], "3002": []}


def test_a_message_without_call_cannot_be_copied() -> None:
    (step,) = plan_messages(Order("copied", ("3001",)), [changed(call_id=None)], {"3001": []})
    assert (step.action, step.status) == (Action.NONE, StepStatus.FAILED)
    assert str(step.error) == (
        "message one: has no call_id, which is required to recognize an existing copy."
        " Download it and upload it with a `call_id`."
    )


def test_named_messages_that_do_not_exist() -> None:
    absent = plan_missing(Order("absent"), {"b", "a"}, {})
    assert [(step.id, step.action, step.status) for step in absent] == [
        (name, Action.NONE, StepStatus.OK) for name in "ab"
    ]
    moved, missing = plan_missing(Order("moved", ("3001",)), ["b", "a"], {"a": MESSAGE})
    assert (moved.message, moved.status, moved.error) == (MESSAGE, StepStatus.OK, None)
    assert (missing.id, missing.action, missing.status) == ("b", Action.NONE, StepStatus.FAILED)
    assert str(missing.error) == (
        "message b: does not exist in the selection."
        " It was deleted, or got another id by a move; list the messages again."
    )


def test_how_a_step_is_reported() -> None:
    step = MessageStep(
        "one", Action.MOVE, MESSAGE, ("3001",), "two", after={"mailbox": "3001"}, status=StepStatus.CHANGED
    )
    assert (step.action_name, step.label, step.mailbox, step.subject) == (
        "move",
        "one",
        "3000",
        Subject("message", "one"),
    )
    row = {
        "id": "one",
        "new_id": "two",
        "mailbox": "3000",
        "call_id": "call",
        "to_mailboxes": ["3001"],
        "action": "move",
        "status": "changed",
        "error": None,
    }
    assert step.as_row() == row
    assert step.difference() == {
        "mailbox": "3000",
        "id": "one",
        "action": "move",
        "label": "3000 message from +49 30 1 of 2026-11-28 12:00:00 UTC",
        "before_header": "message one",
        "after_header": "message one",
        "before": SHOWN,
        "after": {"mailbox": "3001"},
    }
    uploaded = MessageStep("", Action.UPLOAD, after={"mailbox": "3001", "call_id": "new"}, status=StepStatus.CHANGED)
    assert (uploaded.label, uploaded.mailbox, uploaded.subject) == ("new", "3001", Subject("message"))
    assert uploaded.as_row() == {
        **row,
        "id": None,
        "new_id": None,
        "mailbox": "3001",
        "call_id": "new",
        "to_mailboxes": [],
        "action": "upload",
    }
    shown = uploaded.difference()
    assert (shown["id"], shown["label"], shown["before"]) == (None, "3001 message new", {})
    assert MessageStep("one", Action.NONE).difference()["label"] == "message one"
    assert MessageReport([]).nouns == ("message", "messages")


@pytest.mark.parametrize(("count", "limit", "stops"), [(3, 3, False), (3, 2, True), (3, None, False), (1, 0, True)])
def test_too_many_deletions(count: int, limit: int | None, stops: bool) -> None:
    steps = [MessageStep(str(number), Action.DELETE, changed(mailbox="3001")) for number in range(count - 1)]
    steps += [MessageStep("x", Action.DELETE, MESSAGE), *[MessageStep("y", Action.MARK, MESSAGE)] * 5]
    order = Order("absent", max_deletions=limit)
    if not stops:
        check_message_deletions(order, steps)
        return
    with pytest.raises(UnsafeError) as caught:
        check_message_deletions(order, steps)
    boxes = "3000, 3001" if count > 1 else "3000"
    assert str(caught.value) == (
        f"{count} messages would be deleted, more than `max_deletions`, which is {limit}: mailbox {boxes}."
        f" Set `max_deletions` to {count} to allow that; nothing was written."
    )


@pytest.mark.parametrize("count", [20, 21])
def test_mailboxes_of_too_many_deletions(count: int) -> None:
    steps = [MessageStep("x", Action.DELETE, changed(mailbox=str(3000 + number))) for number in range(count)]
    with pytest.raises(UnsafeError) as caught:
        check_message_deletions(Order("absent", max_deletions=0), [*steps, MessageStep("y", Action.DELETE)])
    assert ("3019 and more." in str(caught.value)) is (count > 20)
    assert "3020" not in str(caught.value)
