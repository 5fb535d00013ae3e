# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, mark, file, delete and upload messages: list, plan, check, write and verify.

Uses vendors only through the interfaces of their drivers. Independent of Ansible.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .. import results
from ..concurrency import finished, run_all
from ..errors import RejectedError, VoicemailError, unexpected_error
from ..model.message import Message, Selection, undated_warnings
from ..vendors.messages import (
    BulkMessageWriter,
    MessageCopier,
    MessageDeleter,
    MessageMarker,
    MessageMover,
    MessageReader,
    MessageUploader,
    Outcomes,
    Upload,
)
from .plan import (
    MessageAction,
    MessageReport,
    MessageStep,
    Order,
    check_message_deletions,
    plan_messages,
    plan_missing,
)
from .verify import verify, verify_upload

Progress = t.Callable[[int, int, int, str], None]

_BULK = (MessageAction.MARK, MessageAction.DELETE)


class _Attempt(t.NamedTuple):
    """The steps of one box in one request, and those that the vendor accepts only individually."""

    group: list[MessageStep]
    handed_back: list[MessageStep]


class Reading(t.NamedTuple):
    """The result of a listing.

    :param found: the selected messages, the newest first.
    :param missing: the selected ids that do not exist.
    :param undated: messages without a readable time that filters by time may exclude.
    """

    found: list[Message]
    missing: list[str]
    undated: list[Message]


def read(messages: MessageReader, selection: Selection) -> Reading:
    """Return the selected messages, and those to report as missing or undated.

    :raises NotFoundError: if the box does not exist.
    :raises TransportError: if the list may be incomplete.
    """
    listed = messages.list(_place_of(selection))
    return Reading(selection.select(listed), sorted(_missing(selection, listed)), selection.undated(listed))


def apply(
    messages: MessageReader,
    selection: Selection,
    order: Order,
    *,
    check: bool,
    workers: int,
    progress: Progress | None = None,
) -> MessageReport:
    """Apply an order to the selected messages.

    :param check: plan without writing.
    :param workers: most concurrent requests.
    :param progress: called as messages are done.
    :raises UnsafeError: if more would be deleted than allowed; nothing was written.
    :raises VoicemailError: if reading failed; nothing was written.
    """
    listed = messages.list(_place_of(selection))
    # Reading the target boxes also ensures that they exist.
    there = {number: list(messages.list(Selection(mailbox=number))) for number in order.to}
    steps = plan_messages(order, selection.select(listed), {number: _calls(found) for number, found in there.items()})
    names = {name: message for found in there.values() for message in found for name in _names(message)}
    steps += plan_missing(order, _missing(selection, listed), names if order.state == "moved" else {})
    check_message_deletions(order, steps)
    undated = selection.undated(listed)
    warnings = [*_warnings(order, steps), *undated_warnings(undated)]
    report = MessageReport(steps, warnings, planned=check, undated=undated)
    writing = [step for step in steps if not step.status]
    if check:
        for step in writing:
            step.status = results.Status.CHANGED
        return report
    _write(messages, order, writing, workers, progress, report)
    if any(step.wrote for step in writing):
        before = {number: {message.id for message in found} for number, found in there.items()}
        _none, interrupted = finished(lambda: verify(messages, selection, order, writing, before))
        report.interrupted = report.interrupted or interrupted
    return report


def upload(messages: MessageReader, number: str, wanted: Upload, *, check: bool) -> MessageReport:
    """Ensure that a box contains a message of a call.

    :raises NotFoundError: if the box does not exist.
    """
    place = Selection(mailbox=number, call_ids=frozenset((wanted.call_id,)))
    found = place.select(messages.list(place))
    if found:
        return MessageReport(
            [MessageStep(found[0].id, MessageAction.NONE, found[0], status=results.Status.OK)], planned=check
        )
    after = {"mailbox": number, "caller_number": wanted.caller_number, "call_id": wanted.call_id, "status": "unread"}
    step = MessageStep("", MessageAction.UPLOAD, to=(number,), status=results.Status.CHANGED, after=after)
    if check:
        return MessageReport([step], planned=True)
    finished(lambda: _upload(messages, number, wanted, place, step))
    return MessageReport([step])


def _upload(messages: MessageReader, number: str, wanted: Upload, place: Selection, step: MessageStep) -> None:
    try:
        step.new_id = t.cast(MessageUploader, messages).upload(number, wanted)
        step.wrote = True
    except VoicemailError as error:
        step.fail(error)
        step.wrote = error.uncertain
    if step.wrote:
        verify_upload(messages, place, step, wanted)


def _place_of(selection: Selection) -> Selection:
    """Return the selection to list: other filters must not hide that named messages exist."""
    if not selection.named:
        return selection
    return dataclasses.replace(selection.everything(), ids=selection.ids, call_ids=selection.call_ids)


def _missing(selection: Selection, listed: t.Iterable[Message]) -> set[str]:
    if not selection.named:
        return set()
    known = {name for message in listed for name in _names(message)}
    return {name for name in (*selection.ids, *selection.call_ids) if name not in known}


def _names(message: Message) -> tuple[str, ...]:
    return (message.id, message.call_id) if message.call_id else (message.id,)


def _calls(found: t.Iterable[Message]) -> set[str]:
    return {message.call_id for message in found if message.call_id}


def _warnings(order: Order, steps: t.Sequence[MessageStep]) -> list[str]:
    absent = [step.id for step in steps if step.message is None and step.status is results.Status.OK]
    if not absent or order.state != "absent":
        return []
    return [f"not found, so there was nothing to delete: {', '.join(absent[:20])}" + (" and more" * (len(absent) > 20))]


def _write(
    messages: MessageReader,
    order: Order,
    writing: t.Sequence[MessageStep],
    workers: int,
    progress: Progress | None,
    report: MessageReport,
) -> None:
    if not writing:
        return
    done = failed = 0

    def attempt(group: list[MessageStep]) -> _Attempt:
        return _Attempt(group, _write_group(messages, order, group))

    def show(attempted: _Attempt) -> None:
        nonlocal done, failed
        finished = [step for step in attempted.group if step.status]
        done += len(finished)
        failed += sum(step.status is results.Status.FAILED for step in finished)
        if progress is not None and finished:
            progress(done, len(writing), failed, "done")

    def singles(attempted: _Attempt) -> list[list[MessageStep]]:
        return [[step] for step in attempted.handed_back]

    # After an interrupt, started requests finish and are reported; the others are skipped.
    report.interrupted = run_all(attempt, _groups(writing), workers, show, more=singles)
    for step in writing:
        step.status = step.status or results.Status.SKIPPED


def _groups(writing: t.Sequence[MessageStep]) -> list[list[MessageStep]]:
    """Group messages that one request might handle: those of one box."""
    if writing[0].action not in _BULK:
        return [[step] for step in writing]
    groups: dict[t.Any, list[MessageStep]] = {}
    for step in writing:
        key = (step.message.mailbox_id, step.message.mailbox, step.message.shared) if step.message else None
        groups.setdefault(key, []).append(step)
    return list(groups.values())


def _write_group(messages: MessageReader, order: Order, group: list[MessageStep]) -> list[MessageStep]:
    """Carry out steps and record their outcomes; return those that must be done individually."""
    outcomes: Outcomes | None
    try:
        if len(group) == 1:
            _write_one(messages, order, group[0])
            outcomes = {group[0].id: None}
        else:
            outcomes = _write_many(messages, order, [step.message for step in group if step.message])
    except VoicemailError as error:
        outcomes = {step.id: error for step in group}
    except Exception as error:
        outcomes = {step.id: unexpected_error(error) for step in group}
    if outcomes is None:
        return group
    for step in group:
        error_of_step = outcomes.get(step.id)
        step.status = results.Status.CHANGED
        # Some of the refused copies may exist.
        partly = step.action is MessageAction.COPY and isinstance(error_of_step, RejectedError)
        step.wrote = error_of_step is None or partly or error_of_step.uncertain
        if error_of_step is not None:
            step.fail(error_of_step)
    return []


def _write_one(messages: MessageReader, order: Order, step: MessageStep) -> None:
    # The interface of the action was checked before the first request.
    message = t.cast(Message, step.message)
    if step.action is MessageAction.MARK and order.status is not None:
        t.cast(MessageMarker, messages).mark(message, order.status)
    elif step.action is MessageAction.DELETE:
        t.cast(MessageDeleter, messages).delete(message, order.permanent)
    elif step.action is MessageAction.MOVE:
        step.new_id = t.cast(MessageMover, messages).move(message, step.to[0])
    else:
        t.cast(MessageCopier, messages).copy(message, step.to)


def _write_many(messages: MessageReader, order: Order, many: list[Message]) -> Outcomes | None:
    if not isinstance(messages, BulkMessageWriter):
        return None
    if order.status is not None:
        return messages.mark_many(many, order.status)
    return messages.delete_many(many, order.permanent)
