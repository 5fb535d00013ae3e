# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathering keeps the messages of a list that a selection requires, and few others."""

from __future__ import annotations

import datetime

from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Gathering, Message, Selection
from hypothesis import given
from hypothesis import strategies as st

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
moments = st.one_of(st.none(), st.integers(0, 5).map(lambda day: START + datetime.timedelta(days=day)))
messages = st.builds(
    Message,
    id=st.integers(0, 40).map(str),
    call_id=st.sampled_from([None, "a", "b"]),
    caller_name=st.sampled_from([None, "Ann", "Bob"]),
    received_at=moments,
)
selections = st.builds(
    Selection,
    all_mailboxes=st.just(True),
    ids=st.frozensets(st.integers(0, 40).map(str), max_size=2),
    call_ids=st.frozensets(st.sampled_from(["a", "c"]), max_size=1),
    older_than=moments,
    caller=st.sampled_from([None, "ann"]),
    limit=st.sampled_from([None, 1, 3]),
)


class Small(Gathering):
    _SPARE = 2


@given(listed=st.lists(messages, max_size=60, unique_by=lambda one: one.id), selection=selections)
def test_gathered_messages_are_sufficient_for_the_selection(listed: list[Message], selection: Selection) -> None:
    gathering = Small(selection)
    for message in listed:
        gathering.add(message)
    gathered = gathering.messages()
    assert selection.select(gathered) == selection.select(listed)
    assert selection.undated(gathered) == selection.undated(listed)
    named = selection.ids | selection.call_ids
    assert {one.id for one in listed if one.id in named or one.call_id in named} & selection.ids == {
        one.id for one in gathered
    } & selection.ids or not selection.named


def test_gathering_keeps_no_more_than_the_limit() -> None:
    gathering = Gathering(Selection(all_mailboxes=True, limit=10))
    for number in range(10_000):
        gathering.add(Message(str(number), received_at=START + datetime.timedelta(seconds=number)))
    assert len(gathering.messages()) <= 1020


def test_the_object_of_the_vendor_is_kept_only_where_it_is_needed() -> None:
    for with_native in (True, False):
        gathering = Gathering(Selection(all_mailboxes=True, with_native=with_native))
        gathering.add(Message("1", caller_name="Ann", native={"id": "1"}))
        assert gathering.messages() == [Message("1", caller_name="Ann", native={"id": "1"} if with_native else {})]
