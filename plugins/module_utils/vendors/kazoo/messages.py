# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change KAZOO's messages (docs/vendors/kazoo.md, "Messages")."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import typing as t

from ...errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    TransportError,
    VoicemailError,
)
from ...model.mailbox import ListQuery
from ...model.message import Gathering, Message, Selection, Status
from ...model.operation import Operation
from ...model.problem import Subject
from ...transport.client import Reply, Stream
from ..extent import Extent
from ..messages import (
    BulkMessageWriter,
    MessageCopier,
    MessageDeleter,
    MessageMarker,
    MessageMover,
    MessageReader,
    MessageUploader,
    Outcomes,
    Recordings,
    Upload,
)
from ..replies import expect_list
from ..unique import existing, only
from . import message_wire as wire
from .mailboxes import KazooMailboxes
from .paging import PAGE_SIZE
from .session import ADDRESS_HINT, KazooSession, refusal

#: Messages per request.
CHUNK = 500
#: A path without its last segment addresses all messages, so the segment is checked first.
_SAFE_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{7,}", re.ASCII)
_REASONS = {
    "not_found": (NotFoundError, "KAZOO does not find it", "It was moved or deleted; list the messages again"),
    "conflict": (ConflictError, "somebody else changed it at the same moment", "Run the task again"),
    "prior_to_retention_duration": (RejectedError, "it is older than KAZOO's retention and cannot be changed", ""),
}


class KazooMessages(
    MessageReader,
    MessageMarker,
    MessageDeleter,
    BulkMessageWriter,
    MessageMover,
    MessageCopier,
    MessageUploader,
    Recordings,
):
    """Messages of one account; see :mod:`..messages` for the contract of each method."""

    _session: KazooSession
    statuses = (Status.UNREAD, Status.READ, Status.DELETED)

    kept_hint = (
        "KAZOO before 5 cannot delete a message whose sender or recipient has two @ in its address; without `permanent`"
        " it can be moved to the folder of deleted messages"
    )

    def __init__(self, session: KazooSession) -> None:
        super().__init__(session)
        self._boxes: dict[str, str] = {}
        self._numbers: dict[str, str] | None = None

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of a box, or those of the whole account with one list.

        See docs/vendors/kazoo.md, "Listing messages".
        """
        if selection.all_mailboxes:
            if self._numbers is None:
                boxes = KazooMailboxes(self._session).list(ListQuery()).boxes
                self._numbers = {str(box.id): box.number for box in boxes}
            operation = Operation("list", "the messages of all mailboxes")
            return self._read("/vmboxes/messages", operation, selection, self._numbers, None)
        number = str(selection.mailbox)
        box_id = self._box_id(number)
        operation = Operation("list", "the messages", relation="of", other=Subject("mailbox", number))
        return self._read(f"/vmboxes/{box_id}/messages", operation, selection, {box_id: number}, box_id)

    def mark(self, message: Message, status: Status) -> None:
        """Move a message to another folder."""
        self._file(message, wire.FOLDERS[status], Operation("mark", "message", message.id, str(status)))

    def mark_many(self, messages: t.Sequence[Message], status: Status) -> Outcomes:
        """Move messages of one box to another folder. Every id is sent explicitly."""
        return self._file_many(messages, wire.FOLDERS[status], Operation("mark", "messages", str(status)))

    def delete(self, message: Message, permanent: bool) -> None:
        """Move a message to the folder of deleted messages, or delete it by its own address."""
        operation = Operation("delete", "message", message.id)
        if not permanent:
            self._file(message, wire.FOLDERS[Status.DELETED], operation)
            return
        stuck = wire.is_stuck(message)
        try:
            # A server that crashes on such a message crashes every time.
            envelope = self._session.call("DELETE", self._path(message), operation, repeatable=not stuck)
        except NotFoundError:
            return
        except TransportError as error:
            if stuck and error.status == 500:
                raise RejectedError("KAZOO crashes on it", self.kept_hint, status=500, operation=operation) from None
            raise
        # A genuine reply is flat; a crashed deletion returns success and the whole document
        # (docs/vendors/kazoo.md, "Deletions that delete nothing").
        if not isinstance(envelope.data, dict) or envelope.data.get("folder") != wire.FOLDERS[Status.DELETED]:
            raise RejectedError("KAZOO reported success but did not delete it", self.kept_hint, operation=operation)

    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> Outcomes | None:
        """Move messages to the folder of deleted messages. No safe request permanently deletes several."""
        if permanent:
            return None
        return self._file_many(messages, wire.FOLDERS[Status.DELETED], Operation("delete", "messages"))

    def move(self, message: Message, to_number: str) -> str | None:
        """Move a message. It gets a new id, the current time and the folder of new messages.

        See docs/vendors/kazoo.md, "Moving and copying".
        """
        operation = Operation("move", "message", message.id, "to", Subject("mailbox", to_number))
        data = {"source_id": self._box_id(to_number)}
        envelope = self._session.call("POST", self._path(message), operation, json={"data": data})
        new_id = wire.id_of(envelope.data)
        if new_id is None or new_id == message.id:
            raise RejectedError("KAZOO reported success but did not move it", "Run the task again", operation=operation)
        return new_id

    def copy(self, message: Message, to_numbers: t.Sequence[str]) -> None:
        """Copy a message. Each copy is a new message."""
        operation = Operation("copy", "message", message.id, "to", Subject("mailbox", ", ".join(to_numbers)))
        data = {"source_id": [self._box_id(number) for number in to_numbers]}
        envelope = self._session.call("POST", self._path(message), operation, json={"data": data})
        succeeded, failed = wire.bulk_result(envelope.data, operation)
        if failed or len(succeeded) != len(to_numbers):
            reasons = {"": self._session.client.redact(", ".join(failed.values()))} if failed else {}
            missing = len(to_numbers) - len(succeeded)
            raise RejectedError(f"{missing} of {len(to_numbers)} copies failed", details=reasons, operation=operation)

    def upload(self, number: str, upload: Upload) -> str | None:
        """Create a message with its recording in one request (docs/vendors/kazoo.md, "Uploading a message")."""
        content, content_type = wire.multipart(upload)
        path = f"/vmboxes/{self._box_id(number)}/messages"
        operation = Operation("upload", "a message", relation="to", other=Subject("mailbox", number))
        headers = {"Content-Type": content_type}
        return wire.id_of(self._session.call("PUT", path, operation, headers=headers, content=content).data)

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[Stream]:
        """Open a recording; KAZOO can start at any byte (docs/vendors/kazoo.md, "Downloading recordings")."""
        operation = Operation("download", "message", message.id)
        path = f"{self._path(message)}/raw"

        def refused(reply: Reply) -> VoicemailError:
            if reply.status == 404:
                return NotFoundError("KAZOO has no recording of it", "", status=404, operation=operation)
            return refusal(reply, self._session.client)

        headers = {"Range": f"bytes={start}-"} if start else None
        with self._session.stream(path, operation, refused, headers) as stream:
            yield stream

    def _read(
        self, path: str, operation: Operation, selection: Selection, numbers: t.Mapping[str, str], box_id: str | None
    ) -> t.Sequence[Message]:
        found = Gathering(selection)
        address = self._address()
        for window in wire.windows(selection):
            for native in self._pages(path, operation, {**window, **wire.filters(selection)}):
                owner, item = wire.with_box_id(native, box_id)
                found.add(wire.message_of(item, owner, numbers.get(owner), address))
        return found.messages()

    def _pages(self, path: str, operation: Operation, query: dict[str, str]) -> t.Iterator[t.Any]:
        """Yield the rows of a listing with one page in memory at a time. A row may be yielded twice."""
        paged = {**query, "page_size": str(PAGE_SIZE)}
        seen: set[str] = set()
        extent = Extent(self._session.client, operation)
        while True:
            rows, following = self._page(path, operation, paged)
            yield from rows
            if not following:
                return
            extent.add(len(rows))
            if following in seen:
                # A page continues by the second, and this second has more messages than a page.
                yield from self._page(path, operation, {**query, "paginate": "false"})[0]
                return
            seen.add(following)
            paged["start_key"] = following

    def _page(self, path: str, operation: Operation, query: dict[str, str]) -> tuple[t.Sequence[t.Any], str | None]:
        """Return the rows of a page, and the key of the next one."""
        envelope = self._session.call("GET", path, operation, params=query)
        return expect_list(envelope.data, operation, "messages", ADDRESS_HINT), envelope.next_start_key

    def _file(self, message: Message, folder: str, operation: Operation) -> None:
        data = {"folder": folder}
        envelope = self._session.call("POST", self._path(message), operation, json={"data": data}, repeatable=True)
        if not isinstance(envelope.data, dict) or envelope.data.get("folder") != folder:
            raise RejectedError(
                "KAZOO reported success but did not change it", "Run the task again", operation=operation
            )

    def _file_many(self, messages: t.Sequence[Message], folder: str, operation: Operation) -> Outcomes:
        outcomes: Outcomes = {}
        for start in range(0, len(messages), CHUNK):
            chunk = messages[start : start + CHUNK]
            path = self._path(chunk[0]).rpartition("/")[0]
            data = {"messages": [message.id for message in chunk], "folder": folder}
            full = dataclasses.replace(operation, relation="of", other=Subject("mailbox", str(chunk[0].box)))
            try:
                envelope = self._session.call("POST", path, full, json={"data": data}, repeatable=True)
                succeeded, failed = wire.bulk_result(envelope.data, full)
            except VoicemailError as error:
                # The results of the others are known.
                outcomes.update((message.id, error) for message in chunk)
                continue
            for message in chunk:
                done = message.id in succeeded and message.id not in failed
                outcomes[message.id] = None if done else self._failure(message, failed.get(message.id), operation)
        return outcomes

    def _failure(self, message: Message, reason: str | None, operation: Operation) -> VoicemailError:
        kind, problem, hint = _REASONS.get(
            reason or "",
            (RejectedError, self._session.client.redact(reason) if reason else "KAZOO gives no reason", ""),
        )
        return kind(problem, hint, operation=operation, subject=Subject("message", message.id))

    def _path(self, message: Message) -> str:
        box_id = str(message.mailbox_id)
        for identifier in (box_id, message.id):
            if not _SAFE_ID.fullmatch(identifier):
                raise RejectedError(f"{identifier!r} is not an id of KAZOO", "Use ids as listed")
        return f"/vmboxes/{box_id}/messages/{message.id}"

    def _address(self) -> str:
        return self._session.client.url(self._session.account(self._session.login.token()))

    def _box_id(self, number: str) -> str:
        """Return the id of a mailbox. Without this check, a missing box would have an empty list of messages.

        See docs/vendors/kazoo.md, "Listing messages".
        """
        if number not in self._boxes:
            found = KazooMailboxes(self._session).list(ListQuery(frozenset((number,)))).boxes
            subject = Subject("mailbox", number)
            named = [box for box in found if box.number == number]
            box = existing(only(named, subject, "KAZOO", "Delete or renumber one"), subject)
            self._boxes[number] = str(box.id)
        return self._boxes[number]
