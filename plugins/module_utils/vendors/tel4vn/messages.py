# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN's messages, which can be read and downloaded (docs/vendors/tel4vn.md, "Messages")."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError, VoicemailError
from ...model.connection import origin_of
from ...model.message import Gathering, Message, Selection
from ...model.operation import Operation
from ...model.problem import Subject
from ...transport.client import Reply, Stream
from ..login import Token
from ..messages import MessageReader, Recordings
from ..replies import duration_ms, expect_identifier, expect_text, moment_of, optional_text
from .listing import Row, gather, rows_of
from .mailboxes import Tel4vnMailboxes
from .session import URL_HINT, Tel4vnSession, refusal

PATH = "/voicemail/message"


class Tel4vnMessages(MessageReader, Recordings):
    """Messages of one tenant; see :mod:`..messages` for what each call promises. TEL4VN shows no status of any."""

    _session: Tel4vnSession

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of a box, or with one listing those of the tenant."""
        if selection.all_mailboxes:
            operation = Operation("list", "the messages of all mailboxes")
            gathered = gather(self._session, PATH, operation, {}, lambda: _Gathered(selection))
            return gathered.messages()
        number = str(selection.mailbox)
        operation = Operation("list", "the messages", relation="of", other=Subject("mailbox", number))
        rows = rows_of(self._session, PATH, operation, {"extension": number})
        # A server that does not know the filter answers the rows of everybody.
        found = [message for row in rows if (message := message_of(row)).mailbox == number]
        if not found and Tel4vnMailboxes(self._session).find(number, None) is None:
            raise NotFoundError(f"mailbox {number} does not exist", "Check its number")
        return found

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[Stream]:
        """Open a recording; the PBX may then count the message as heard, and switch off the lamp of the phone."""
        operation = Operation("download", "message", message.id)
        address = self._address(message.audio_url, operation)

        def refused(reply: Reply) -> VoicemailError:
            if reply.status == 404:
                return NotFoundError("TEL4VN has no recording of it", status=404, operation=operation)
            return refusal(reply, self._session.client)

        def once(token: Token) -> contextlib.ExitStack:
            headers = {"Authorization": f"Bearer {token.value}"}
            if start:
                headers["Range"] = f"bytes={start}-"
            with contextlib.ExitStack() as stack:
                client = self._session.client
                streams.append(stack.enter_context(client.stream(address, operation, refused, headers=headers)))
                return stack.pop_all()

        streams: list[Stream] = []
        with self._session.login.run(once):
            yield streams[-1]

    def _address(self, url: str | None, operation: Operation) -> str:
        """Return where to download from: the token is for the configured origin only.

        See docs/vendors/tel4vn.md, "Downloading recordings".

        An address of another host is one of the same service under another name, where its path is one of the API.
        """
        if not url:
            raise NotFoundError("TEL4VN has no recording of it", operation=operation)
        base = self._session.connection.url.rstrip("/")
        with contextlib.suppress(ValueError):
            address = urllib.parse.urljoin(f"{base}/", url)
            if origin_of(address) == self._session.connection.origin:
                return address
            parts = urllib.parse.urlsplit(address)
            _before, found, rest = parts.path.partition(f"{PATH}/")
            if found and rest and ".." not in rest:
                query = f"?{parts.query}" if parts.query else ""
                return f"{base}{PATH}/{rest}{query}"
        raise RejectedError(
            "its recording is at another server, which never gets the token of this one",
            "Ask TEL4VN for download links below the address of the API",
            operation=operation,
        )


class _Gathered(Gathering):
    def add_row(self, row: Row) -> None:
        self.add(message_of(row))

    def merge(self, other: _Gathered) -> None:
        for message in other.messages():
            self.add(message)


def message_of(row: Row) -> Message:
    """Return a listed message; that a caller was heard is not told."""
    operation = Operation("list", "messages")
    return Message(
        id=expect_identifier(row, "id", operation, "a message", URL_HINT),
        mailbox=expect_text(row, "extension", operation, URL_HINT),
        caller_name=optional_text(row.get("caller_id_name")),
        caller_number=optional_text(row.get("caller_id_number")),
        received_at=moment_of(row.get("created_at")),
        duration_ms=duration_ms(row.get("duration"), unit=1000),
        audio_url=optional_text(row.get("download_url")),
        native=row,
    )
