# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the actions for the selected messages, and report their outcomes."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .. import results
from ..errors import NotFoundError, RejectedError, UnsafeError
from ..model.message import Message, Status
from ..model.problem import Subject
from ..reporting.sentences import Nouns

Calls: t.TypeAlias = t.Mapping[str, t.Collection[str]]
_MARKS = {"read": Status.READ, "unread": Status.UNREAD}


class MessageAction(enum.StrEnum):
    """The action for a message."""

    MARK = "mark"
    DELETE = "delete"
    MOVE = "move"
    COPY = "copy"
    UPLOAD = "upload"
    NONE = "none"


@dataclasses.dataclass(frozen=True)
class Order:
    """The declared state of the selected messages.

    :param state: ``read``, ``unread``, ``absent``, ``moved`` or ``copied``.
    :param to: numbers of the target boxes of a move or copy.
    :param permanent: delete messages so that they cannot be restored.
    :param max_deletions: most messages to delete; None for no limit, which requires messages selected by id.
    """

    state: str
    to: tuple[str, ...] = ()
    permanent: bool = False
    max_deletions: int | None = None

    @property
    def status(self) -> Status | None:
        """The status to mark with."""
        return _MARKS.get(self.state)


@dataclasses.dataclass(slots=True)
class MessageStep(results.ListedStep):
    """The outcome for one message of a task.

    :param id: the requested id, or the id of the message.
    :param message: the message as listed; None if it does not exist.
    :param to: target boxes of a copy or move.
    :param new_id: id of the message after a move or creation.
    """

    id: str
    action: MessageAction
    message: Message | None = None
    to: tuple[str, ...] = ()
    new_id: str | None = None
    after: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def action_name(self) -> str:
        """The action."""
        return str(self.action)

    @property
    def label(self) -> str:
        """The id, or the call of a new message."""
        return self.id or str(self.after.get("call_id"))

    @property
    def mailbox(self) -> str | None:
        """Number of its box, or of the target of an upload."""
        return self.message.mailbox if self.message else self.after.get("mailbox")

    @property
    def subject(self) -> Subject:
        """The subject of errors; without a name for a new message."""
        return Subject("message", self.id)

    @property
    def _described(self) -> str:
        """The caller and the time of the message, which people know, or its id."""
        shown = _shown(self.message) if self.message else self.after
        caller, moment = shown.get("caller_number"), str(shown.get("received_at") or "")
        parts = [f"from {caller}"] if caller else []
        parts += [f"of {moment.replace('T', ' ').replace('Z', ' UTC')}"] if moment else []
        return f"message {' '.join(parts) or self.label}"

    def as_row(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result."""
        message = self.message
        return {
            "id": self.id or None,
            "new_id": self.new_id,
            "mailbox": self.mailbox,
            "call_id": message.call_id if message else self.after.get("call_id"),
            "to_mailboxes": list(self.to),
            "action": str(self.action),
            "status": str(self.status),
            "error": str(self.error) if self.error else None,
        }

    def difference(self) -> dict[str, t.Any]:
        """Return the difference as Ansible prints it, and the data of the message for a plan."""
        header = f"message {self.label}"
        before = _shown(self.message) if self.message else {}
        return {
            "mailbox": self.mailbox,
            "id": self.id or None,
            "action": str(self.action),
            "label": f"{self.mailbox} {self._described}" if self.mailbox else header,
            "before_header": header,
            "after_header": header,
            "before": before,
            "after": self.after,
        }


@dataclasses.dataclass(slots=True)
class MessageReport(results.RunReport[MessageStep]):
    """The report of a task.

    :param undated: messages without a readable time that filters by time may exclude.
    """

    undated: list[Message] = dataclasses.field(default_factory=list)

    actions: t.ClassVar[tuple[str, ...]] = tuple(map(str, MessageAction))

    @property
    def nouns(self) -> Nouns:
        """Messages."""
        return Nouns("message", "messages")


def plan_messages(order: Order, found: t.Sequence[Message], there: Calls) -> list[MessageStep]:
    """Return a step for each message.

    :param found: the selected messages.
    :param there: calls that already have a message, by target box.
    """
    made = {number: set(calls) for number, calls in there.items()}
    return [_planned(order, message, made) for message in found]


def plan_missing(order: Order, missing: t.Iterable[str], moved: t.Mapping[str, Message]) -> list[MessageStep]:
    """Return a step for each named message that was not found.

    :param moved: those found in the target of the move, by name.
    """
    steps = []
    for name in sorted(missing):
        if order.state == "absent" or name in moved:
            steps.append(MessageStep(name, MessageAction.NONE, moved.get(name), status=results.Status.OK))
            continue
        step = MessageStep(name, MessageAction.NONE)
        step.fail(
            NotFoundError(
                "does not exist in the selection",
                "It was deleted, or got another id by a move; list the messages again",
                subject=step.subject,
            )
        )
        steps.append(step)
    return steps


def check_message_deletions(order: Order, steps: t.Sequence[MessageStep]) -> None:
    """Stop a task that deletes more than allowed.

    :raises UnsafeError: with their number, and the option to raise; nothing was written.
    """
    doomed = [step for step in steps if step.action is MessageAction.DELETE]
    if order.max_deletions is not None and len(doomed) > order.max_deletions:
        boxes = sorted({step.message.box for step in doomed if step.message})
        named = ", ".join(boxes[:20]) + (" and more" if len(boxes) > 20 else "")
        raise UnsafeError(
            f"{len(doomed)} messages would be deleted, more than `max_deletions`, which is {order.max_deletions}:"
            f" mailbox {named}",
            f"Set `max_deletions` to {len(doomed)} to allow that; nothing was written",
        )


def _planned(order: Order, message: Message, made: dict[str, set[str]]) -> MessageStep:
    after = _shown(message)
    if order.status is not None:
        if message.status is order.status:
            return _settled(message)
        return MessageStep(message.id, MessageAction.MARK, message, after={**after, "status": str(order.status)})
    if order.state == "absent":
        if message.status is Status.DELETED and not order.permanent:
            return _settled(message)
        return MessageStep(message.id, MessageAction.DELETE, message)
    if order.state == "moved":
        if message.mailbox in order.to:
            return _settled(message)
        return MessageStep(message.id, MessageAction.MOVE, message, order.to, after={**after, "mailbox": order.to[0]})
    return _copied(order, message, made)


def _copied(order: Order, message: Message, made: dict[str, set[str]]) -> MessageStep:
    others = [number for number in order.to if number != message.mailbox]
    if message.call_id is None and others:
        step = MessageStep(message.id, MessageAction.NONE, message)
        problem = "has no call_id, which is required to recognize an existing copy"
        step.fail(RejectedError(problem, "Download it and upload it with a `call_id`", subject=step.subject))
        return step
    lacking = tuple(number for number in others if message.call_id not in made[number])
    for number in lacking:
        made[number].add(str(message.call_id))
    if not lacking:
        return _settled(message)
    after = {**_shown(message), "copies": sorted(lacking)}
    return MessageStep(message.id, MessageAction.COPY, message, lacking, after=after)


def _settled(message: Message) -> MessageStep:
    return MessageStep(message.id, MessageAction.NONE, message, status=results.Status.OK, after=_shown(message))


def _shown(message: Message) -> dict[str, t.Any]:
    """Return the fields of a message that a task may change, and those that identify it for people."""
    shown = message.as_dict()
    return {key: shown[key] for key in ("mailbox", "caller_number", "received_at", "status")}


__all__ = (
    "MessageAction",
    "MessageReport",
    "MessageStep",
    "Order",
    "check_message_deletions",
    "plan_messages",
    "plan_missing",
)
