# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's messages in memory, without HTTP: use it for rules about messages that apply to every vendor."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import types
import typing as t
from unittest import mock

from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import NotFoundError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Selection, Status
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import messages as protocol
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import registry

from helpers.memory_vendor import ARGUMENTS
from helpers.runners import Result

NOON = datetime.datetime(2026, 5, 10, 12, tzinfo=datetime.UTC)


@dataclasses.dataclass
class MessageStore:
    """The messages of an account by mailbox.

    :param before: called with the name and the id of each request. It may raise.
    :param ignored: requests that return a success and change nothing.
    """

    boxes: dict[str, list[Message]] = dataclasses.field(default_factory=dict)
    requests: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    before: t.Callable[[str, str], None] = lambda request, about: None
    ignored: frozenset[str] = frozenset()
    bulk: bool = True

    def add(self, mailbox: str, message_id: str, **fields: t.Any) -> Message:
        """Add a message. Each one is an hour older than the one before it."""
        found = self.boxes.setdefault(mailbox, [])
        given = {
            "call_id": f"call-{message_id}",
            "status": Status.UNREAD,
            "received_at": NOON - datetime.timedelta(hours=sum(map(len, self.boxes.values()))),
            **fields,
        }
        message = Message(id=message_id, mailbox=mailbox, mailbox_id=f"box-{mailbox}", **given)
        found.append(message)
        return message

    def filled(self, **counts: int) -> MessageStore:
        """Add this number of messages to each mailbox: `filled(b1000=3)`."""
        for name, count in counts.items():
            self.boxes.setdefault(name[1:], [])
            for number in range(count):
                self.add(name[1:], f"{name[1:]}-{number}")
        return self

    def receive(self, request: str, about: str) -> bool:
        """Record a request, run the test's callback, and return whether to serve the request."""
        self.requests.append((request, about))
        self.before(request, about)
        return request not in self.ignored

    def replace(self, message: Message, *others: Message) -> None:
        """Replace a message by others."""
        for found in self.boxes.values():
            for place, one in enumerate(found):
                if one.id == message.id:
                    found[place : place + 1] = others
                    return

    @property
    def ids(self) -> dict[str, list[str]]:
        """Return the ids of the messages by mailbox."""
        return {number: [message.id for message in found] for number, found in self.boxes.items()}

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that change something."""
        return [one for one in self.requests if one[0] != "list"]

    def run(self, module: str = "voicemail_message", check: bool = False, **options: t.Any) -> Result:
        """Run a module."""
        client = types.SimpleNamespace(retries=types.SimpleNamespace(notify=None, long_waits=0), workers=3, requests=7)
        session = types.SimpleNamespace(client=client, store=self, account_key=lambda: "key", account_name=lambda: "")

        @contextlib.contextmanager
        def opened(*_arguments: t.Any) -> t.Iterator[t.Any]:
            yield session

        driver = MemoryMessages if self.bulk else SingleMessages
        vendor = dataclasses.replace(registry.vendor("kazoo"), messages=lambda: driver)
        with mock.patch.dict(registry.VENDORS, kazoo=lambda: vendor):
            result = task.run_in_worker(module, {**ARGUMENTS, **options}, task.Worker(check=check, sessions=opened))
        result.setdefault("failed", False)
        return result


class SingleMessages(
    protocol.MessageReader,
    protocol.MessageMarker,
    protocol.MessageDeleter,
    protocol.MessageMover,
    protocol.MessageCopier,
    protocol.MessageUploader,
):
    """A driver of a :class:`MessageStore` that writes one message at a time."""

    statuses = (Status.UNREAD, Status.READ)

    @property
    def store(self) -> MessageStore:
        """Return the store of the session."""
        store: MessageStore = self._session.store
        return store

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of a mailbox, or of all."""
        self.store.receive("list", selection.mailbox or "")
        if selection.mailbox is None:
            return [message for found in self.store.boxes.values() for message in found]
        if selection.mailbox not in self.store.boxes:
            raise NotFoundError(f"mailbox {selection.mailbox} does not exist")
        return list(self.store.boxes[selection.mailbox])

    def mark(self, message: Message, status: Status) -> None:
        """Mark a message."""
        if self.store.receive("mark", message.id):
            self.store.replace(message, dataclasses.replace(message, status=status))

    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message."""
        if self.store.receive("permanent" if permanent else "delete", message.id):
            self.store.replace(message)

    def move(self, message: Message, to_number: str) -> str | None:
        """Move a message, which gets a new id."""
        moved = dataclasses.replace(message, id=f"{message.id}-moved", mailbox=to_number, mailbox_id=f"box-{to_number}")
        if self.store.receive("move", message.id):
            self.store.replace(message)
            self.store.boxes[to_number].append(moved)
        return moved.id

    def copy(self, message: Message, to_numbers: t.Sequence[str]) -> None:
        """Copy a message."""
        if self.store.receive("copy", message.id):
            for number in to_numbers:
                copied = dataclasses.replace(
                    message, id=f"{message.id}-in-{number}", mailbox=number, mailbox_id=f"box-{number}"
                )
                self.store.boxes[number].append(copied)

    def upload(self, number: str, upload: protocol.Upload) -> str | None:
        """Create a message."""
        if self.store.receive("upload", number):
            self.store.add(number, "uploaded", call_id=upload.call_id, caller_number=upload.caller_number)
        return "uploaded"


class MemoryMessages(SingleMessages, protocol.BulkMessageWriter):
    """A driver that writes the messages of a mailbox together."""

    def mark_many(self, messages: t.Sequence[Message], status: Status) -> protocol.Outcomes:
        """Mark messages."""
        for message in messages:
            self.mark(message, status)
        return {message.id: None for message in messages}

    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> protocol.Outcomes | None:
        """Delete messages. Leave deletions that cannot be undone to single requests."""
        if permanent:
            return None
        for message in messages:
            self.delete(message, permanent)
        return {message.id: None for message in messages}
