# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what became of messages by what is read back: a reply of success is no proof, and a lost reply no failure."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .. import results
from ..errors import NotFoundError, RejectedError, VoicemailError
from ..model.message import Message, Selection, Status
from ..recordings.container import content_problem
from ..vendors.messages import MessageDeleter, MessageReader, Recordings, Upload
from .plan import MessageAction, MessageStep, Order

Ids: t.TypeAlias = t.Mapping[str, t.Collection[str]]

#: Seconds to wait before reading back again: a vendor's list may lag behind what was written.
_STALE_WAITS = (0.0, 0.2, 0.5, 1.0)
#: A recording that the vendor converted is never larger.
_MOST_BYTES = 64 * 1024 * 1024
_PROBLEMS = {
    MessageAction.MARK: "its status is not what was asked for",
    MessageAction.DELETE: "it is still there",
    MessageAction.MOVE: "it is not in the other mailbox, or still in this one",
    MessageAction.COPY: "it is not in every other mailbox",
}


def verify(
    messages: MessageReader, selection: Selection, order: Order, writing: t.Sequence[MessageStep], before: Ids
) -> None:
    """Read back what was written, and correct what is told of it.

    :param before: ids of the messages that each box to file into had.
    """
    doubtful = [step for step in writing if step.wrote]
    place = dataclasses.replace(selection.everything(), ids=frozenset(step.id for step in doubtful))
    try:
        for wait in _STALE_WAITS:
            time.sleep(wait)
            now = {message.id: message for message in messages.list(place)}
            filed = {number: messages.list(Selection(mailbox=number)) for number in order.to}
            doubtful = [step for step in doubtful if not _done(order, step, now.get(step.id), filed, before)]
            if not doubtful:
                return
    except VoicemailError as error:
        for step in doubtful:
            text = f"could not be verified: {error.message}"
            unread = dataclasses.replace(error, text=text, operation=None, subject=step.subject)
            step.fail(step.error or unread)
        return
    for step in doubtful:
        if step.action in (MessageAction.MARK, MessageAction.DELETE):
            step.wrote = _may_come(step)
        if step.error is None:
            is_deletion = step.action is MessageAction.DELETE
            kept_hint = messages.kept_hint if is_deletion and isinstance(messages, MessageDeleter) else ""
            hint = kept_hint or "Run the task again"
            problem = f"the vendor answered success, and {_PROBLEMS[step.action]}"
            step.fail(RejectedError(problem, hint, subject=step.subject))


def verify_upload(messages: MessageReader, place: Selection, step: MessageStep, wanted: Upload) -> None:
    """Look for the message that was made, and for its recording.

    :param place: the box, and the call of the message.
    """
    made: Message | None = None
    try:
        for wait in _STALE_WAITS:
            time.sleep(wait)
            made = next(iter(place.select(messages.list(place))), None)
            if made is not None:
                break
        problem = "the message is not there" if made is None else _recording_problem(messages, made, wanted.audio)
    except VoicemailError as error:
        step.fail(step.error or error)
        return
    if made is not None:
        step.new_id = made.id
    if problem is None:
        step.status, step.error = results.Status.CHANGED, None
        return
    step.wrote = made is not None or _may_come(step)
    if step.error is None or made is not None:
        hint = "Delete the message" if made is not None else "Run the task again"
        step.fail(RejectedError(f"the vendor answered success, and {problem}", hint))


def _recording_problem(messages: MessageReader, made: Message, uploaded: bytes) -> str | None:
    """Return what is wrong with the recording of a message, or None.

    A vendor may convert recordings, so a complete one with other bytes is right too.
    """
    if not isinstance(messages, Recordings):
        return None
    content = bytearray()
    try:
        with messages.audio(made) as stream:
            for piece in stream.pieces():
                content += piece
                if len(content) > _MOST_BYTES:
                    return "its recording does not end"
    except NotFoundError:
        return "the message has no recording"
    if content == uploaded:
        return None
    if not content or uploaded.startswith(content):
        return "its recording is not complete"
    damage = content_problem(bytes(content))
    return f"its recording is damaged: {damage}" if damage else None


def _may_come(step: MessageStep) -> bool:
    """Tell whether a request whose reply was lost may still be carried out, so that a change has to be told."""
    return step.error is not None and step.error.uncertain


def _done(
    order: Order,
    step: MessageStep,
    now: Message | None,
    filed: t.Mapping[str, t.Sequence[Message]],
    before: Ids,
) -> bool:
    """Tell whether a step has come true, and if so settle it."""
    if step.action is MessageAction.MARK:
        done = now is not None and now.status is order.status
    elif step.action is MessageAction.DELETE:
        done = now is None or (now.status is Status.DELETED and not order.permanent)
    else:
        done = _arrived(step, now, filed, before)
    if done:
        step.status, step.error = results.Status.CHANGED, None
    return done


def _arrived(step: MessageStep, now: Message | None, filed: t.Mapping[str, t.Sequence[Message]], before: Ids) -> bool:
    """Tell whether a message came to the boxes it was filed into; its id may be another, its call is the same."""
    call_id = step.message.call_id if step.message else None
    found = {
        number: [one.id for one in filed[number] if one.id not in before[number] and one.call_id == call_id]
        for number in step.to
    }
    if step.action is MessageAction.COPY:
        step.wrote = any(found.values()) or _may_come(step)
        return all(found.values())
    arrived = found[step.to[0]]
    if step.new_id is None and len(arrived) == 1:
        step.new_id = arrived[0]
    return now is None and bool(arrived) and step.new_id in (None, *arrived)
