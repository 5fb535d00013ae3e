# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selection, ages, plans and file names of messages, for any text from vendors, callers and users."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import UnsafeError
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import (
    MessageAction,
    Order,
    check_message_deletions,
    plan_messages,
    plan_missing,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import (
    AGE_FORMS,
    Message,
    Selection,
    Status,
    parse_time,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.names import (
    FIELDS,
    clashes,
    file_stem,
    template_problem,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime.datetime(2026, 5, 10, 12, tzinfo=datetime.UTC)
MOMENTS = st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2026, 12, 31), timezones=st.just(datetime.UTC))
MESSAGES = st.builds(
    Message,
    id=st.text(min_size=1, max_size=40),
    mailbox=st.none() | st.text("0123456789", min_size=1, max_size=5),
    caller_name=st.none() | st.text(max_size=200),
    caller_number=st.none() | st.text(max_size=200),
    received_at=st.none() | MOMENTS,
    status=st.none() | st.sampled_from(Status),
    call_id=st.none() | st.sampled_from("abc"),
)
LISTS = st.lists(MESSAGES, max_size=12)


@given(LISTS, MOMENTS)
def test_every_dated_message_is_older_or_newer(messages: list[Message], moment: datetime.datetime) -> None:
    older = {message.id for message in messages if Selection(older_than=moment).matches(message)}
    newer = {message.id for message in messages if Selection(newer_than=moment).matches(message)}
    timed = [message for message in messages if message.received_at is not None]
    for message in timed:
        assert Selection(older_than=moment).matches(message) != Selection(newer_than=moment).matches(message)
    assert older | newer >= {message.id for message in timed}
    untimed = [message for message in messages if message.received_at is None]
    for message in untimed:
        assert not Selection(older_than=moment).matches(message)
        assert not Selection(newer_than=moment).matches(message)


@given(LISTS, st.integers(1, 12))
def test_selected_messages_are_sorted_unique_and_limited(messages: list[Message], limit: int) -> None:
    everything = Selection().select(messages)
    assert len({message.id for message in everything}) == len(everything) == len({message.id for message in messages})
    times = [message.received_at for message in everything if message.received_at]
    assert times == sorted(times, reverse=True)
    assert Selection(limit=limit).select(messages) == everything[:limit]


@given(LISTS, st.text(min_size=1, max_size=3))
def test_a_caller_is_found_by_name_or_number_in_any_case(messages: list[Message], caller: str) -> None:
    for message in Selection(caller=caller).select(messages):
        shown = f"{message.caller_name or ''}\0{message.caller_number or ''}".casefold()
        assert caller.casefold() in shown


@given(st.integers(0, 9999), st.sampled_from([("h", 3600), ("d", 86400), ("w", 7 * 86400)]))
def test_ages_count_back_from_now(count: int, unit: tuple[str, int]) -> None:
    assert parse_time(f"{count}{unit[0]}", NOW) == NOW - datetime.timedelta(seconds=count * unit[1])


@given(MOMENTS, st.integers(-12, 12))
def test_times_are_read_with_their_offset(moment: datetime.datetime, hours: int) -> None:
    there = moment.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    assert parse_time(there.isoformat(), NOW) == moment
    assert parse_time(moment.replace(tzinfo=None).isoformat(), NOW) == moment


def test_a_date_means_its_start_in_utc() -> None:
    assert parse_time("2026-01-31", NOW) == datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)


@pytest.mark.parametrize("text", ["3 weeks ago", "90", "", "3m", "-3d", "1.5h", "yesterday", "2026-13-01", "d", "٣d"])
def test_other_forms_are_refused_with_the_accepted_ones(text: str) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        parse_time(text, NOW)
    assert AGE_FORMS in str(caught.value)


@given(st.text(max_size=12))
def test_no_text_crashes_the_parser_of_ages(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_time(text, NOW).tzinfo is not None


def test_an_age_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="calendar"):
        parse_time("999999w", NOW)


STATES = st.sampled_from(["read", "unread", "absent", "moved", "copied"])


@given(LISTS, STATES, st.booleans())
def test_planning_after_applying_is_empty(messages: list[Message], state: str, permanent: bool) -> None:
    order = Order(state, ("7001",) if state in ("moved", "copied") else (), permanent)
    found = Selection().select(messages)
    steps = plan_messages(order, found, dict.fromkeys(order.to, ()))
    left: list[Message] = []
    copied: set[str] = set()
    for step in steps:
        assert step.message is not None
        if step.action is MessageAction.MARK:
            assert order.status is not None
            left.append(_with(step.message, status=order.status))
        elif step.action is MessageAction.DELETE and not order.permanent:
            left.append(_with(step.message, status=Status.DELETED))
        elif step.action is MessageAction.MOVE:
            left.append(_with(step.message, mailbox="7001"))
        elif step.action is not MessageAction.DELETE:
            left.append(step.message)
        if step.action is MessageAction.COPY:
            copied.add(str(step.message.call_id))
    again = plan_messages(order, left, dict.fromkeys(order.to, copied))
    assert {step.action for step in again} <= {MessageAction.NONE}


def _with(message: Message, **changes: t.Any) -> Message:
    return dataclasses.replace(message, **changes)


@given(LISTS)
def test_no_call_is_copied_twice_into_one_box(messages: list[Message]) -> None:
    order = Order("copied", ("7001", "7002"))
    steps = plan_messages(order, Selection().select(messages), {"7001": {"a"}, "7002": ()})
    made = [(number, step.message.call_id) for step in steps for number in step.to if step.message]
    assert len(made) == len(set(made))
    assert ("7001", "a") not in made


@given(LISTS, st.integers(0, 5))
def test_more_deletions_than_allowed_are_refused(messages: list[Message], most: int) -> None:
    order = Order("absent", max_deletions=most)
    steps = plan_messages(order, Selection().select(messages), {})
    doomed = sum(step.action is MessageAction.DELETE for step in steps)
    if doomed <= most:
        check_message_deletions(order, steps)
        return
    with pytest.raises(UnsafeError, match=f"Set .max_deletions. to {doomed}"):
        check_message_deletions(order, steps)


@pytest.mark.parametrize(("state", "status"), [("absent", "ok"), ("read", "failed"), ("moved", "failed")])
def test_missing_messages_are_reported(state: str, status: str) -> None:
    (step,) = plan_missing(Order(state, ("7001",)), ["x"], {})
    assert (step.id, step.status, step.action) == ("x", status, MessageAction.NONE)


def test_moved_messages_are_not_moved_again() -> None:
    (step,) = plan_missing(Order("moved", ("7001",)), ["call"], {"call": Message("y", "7001", call_id="call")})
    assert (step.status, step.as_row()["mailbox"]) == ("ok", "7001")


LITERALS = st.text(st.characters(blacklist_characters="{}"), max_size=20)
TEMPLATES = st.lists(LITERALS | st.sampled_from([f"{{{field}}}" for field in FIELDS] + ["/", "..", "../"])).map(
    lambda parts: "".join([*parts, "{id}"])
)


@given(TEMPLATES, LISTS)
def test_file_names_never_leave_their_folder(template: str, messages: list[Message]) -> None:
    if template_problem(template):
        assert template.startswith("/")
        return
    root = pathlib.PurePosixPath("/archive")
    for message in messages:
        parts = file_stem(template, message)
        assert parts
        for part in parts:
            assert part not in ("", ".", "..")
            assert not part.startswith(".")
            assert not set(part) & set('/\\:*?"<>|\0\n')
            assert len(part.encode()) <= 200
        assert ".." not in root.joinpath(*parts).parts


@given(TEMPLATES, LISTS)
def test_file_names_are_unique(template: str, messages: list[Message]) -> None:
    if template_problem(template):
        return
    names = {message.id: file_stem(template, message) for message in messages}
    reported = {identifier for pair in clashes(names) for identifier in pair}
    quiet = [parts for identifier, parts in names.items() if identifier not in reported]
    assert len(set(quiet)) == len(quiet)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{mailbox}", "{id}"),
        ("{id", "cannot be read"),
        ("{id}{nothing}", "unknown fields"),
        ("{id!r}", "without ! and :"),
        ("{id:>90}", "without ! and :"),
        ("{id.__class__}", "unknown fields"),
        ("/etc/{id}", "below"),
    ],
)
def test_bad_templates_are_refused(template: str, problem: str) -> None:
    assert problem in str(template_problem(template))
