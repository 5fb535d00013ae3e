# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's greetings of users and shared voicemails (docs/vendors/portsip.md, "Greetings and uploads")."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...deps import pydantic
from ...errors import (
    AuthError,
    ExpiredError,
    NotFoundError,
    RejectedError,
    TransportError,
    not_understood,
)
from ...greetings.plan import Greeting, Recording
from ...model.mailbox import Wanted
from ...model.operation import Operation
from ...transport.client import Reply, Stream
from ..greetings import GreetingWriter
from ..replies import expect_header_text, expect_identifier, whole_number
from . import greeting_audio
from .files import opened
from .mailboxes import PortsipMailboxes
from .session import PortsipSession
from .shared_voicemails import Created, PortsipSharedVoicemails
from .user import signed_in

#: Bytes that one request carries.
_HINT = "Check `url`: it must end in /api"
_PIECE = 4 * 1024 * 1024
_UPLOAD_ID, _UPLOAD_TOKEN = "PortSIP-Upload-ID", "PortSIP-Upload-Token"


class GreetingReply(pydantic.BaseModel):
    """One greeting as the vendor shows it. Where its recording is, is a secret."""

    id: str | int
    enabled: bool | None = None
    file_name: str | None = None
    file_size: int | None = None
    file_url: str | None = pydantic.Field(default=None, repr=False)

    @pydantic.field_validator("enabled", "file_size", mode="before")
    @classmethod
    def _blank(cls, value: t.Any) -> t.Any:
        return None if value == "" else value

    def greeting(self, operation: Operation) -> Greeting:
        """Return what is known of the greeting.

        :raises TransportError: when its id or whether callers hear it is not told.
        """
        greeting_id = expect_identifier({"id": self.id}, "id", operation, "a greeting", _HINT)
        if self.enabled is None:
            raise not_understood(operation, f"expected whether greeting {greeting_id} is `enabled`", _HINT)
        return Greeting(greeting_id, self.file_name or None, whole_number(self.file_size), self.enabled)


class GreetingList(pydantic.BaseModel):
    """All greetings of a box; there is no paging."""

    items: list[GreetingReply]


class PortsipGreetings(GreetingWriter):
    """Greetings of one box; see :class:`..greetings.GreetingWriter` for what each call promises."""

    _session: PortsipSession
    most_bytes = greeting_audio.MOST_BYTES
    file = "WAV file"
    problem = staticmethod(greeting_audio.problem)

    def __init__(self, session: PortsipSession, resource: str, number: str, kind: str) -> None:
        super().__init__(session, resource, number, kind)
        self._shared = resource != "mailbox"
        self._path: str | None = None
        self._addresses: dict[str, str | None] = {}

    def list(self) -> t.Sequence[Greeting]:
        """Return all greetings of the box."""
        operation = Operation("list", "the greetings", relation="of", other=self._subject)
        items = self._session.call("GET", self._collection(), operation).parse(GreetingList).items
        self._addresses.update((str(item.id), item.file_url) for item in items)
        return [item.greeting(operation) for item in items]

    @contextlib.contextmanager
    def open(self, greeting: Greeting) -> t.Iterator[Stream]:
        """Open the recording of a listed greeting."""
        operation = Operation("download", "greeting", greeting.name or "", "of", self._subject)
        with opened(self._session, self._addresses.get(greeting.id), operation) as stream:
            yield stream

    def upload(self, recording: Recording) -> str:
        """Store a recording in steps. What is not completed goes away by itself, so a broken one is begun afresh."""
        try:
            return self._upload(recording)
        except TransportError as error:
            if not error.uncertain:
                raise
            return self._upload(recording)

    def attach(self, file_id: str) -> str:
        """Make a stored file a greeting of the box."""
        operation = Operation("add", "a greeting", relation="to", other=self._subject)
        reply = self._session.call("POST", self._collection(), operation, json={"file_id": file_id})
        return _id_of(reply)

    def enable(self, greeting_id: str) -> None:
        """Let callers hear a greeting; enabling it twice is the same as once."""
        operation = Operation("enable", "greeting", greeting_id, "of", self._subject)
        self._session.call("POST", f"{self._item(greeting_id)}/enable", operation, repeatable=True)

    def delete(self, greeting_id: str) -> None:
        """Delete a greeting."""
        operation = Operation("delete", "greeting", greeting_id, "of", self._subject)
        try:
            self._session.call("POST", f"{self._item(greeting_id)}/destroy", operation, repeatable=True)
        except (NotFoundError, RejectedError):
            # Either may say that it was gone already (docs/vendors/portsip.md, "Missing objects").
            if any(greeting.id == greeting_id for greeting in self.list()):
                raise

    def _upload(self, recording: Recording) -> str:
        operation = Operation("upload", "greeting", recording.name)
        path = f"/blobs/uploads?{urllib.parse.urlencode({'filename': recording.name}, quote_via=urllib.parse.quote)}"
        begun = self._session.call("POST", path, operation, repeatable=True)
        upload_id, token = begun.headers.get(_UPLOAD_ID), begun.headers.get(_UPLOAD_TOKEN)
        if not upload_id or not token:
            raise TransportError(
                "PortSIP began no upload", "Check `url`: it must end in /api", status=begun.status, operation=operation
            )
        path = f"/blobs/uploads/{urllib.parse.quote(upload_id, safe='')}"
        for start in range(0, len(recording.content), _PIECE):
            expect_header_text(token, operation, "a token of the upload", _HINT)
            self._session.client.keep_secret(token)
            headers = {_UPLOAD_TOKEN: token, "Content-Type": "application/octet-stream"}
            piece = recording.content[start : start + _PIECE]
            reply = self._session.call("POST", f"{path}/append", operation, headers=headers, content=piece)
            # Only the newest token is good for the next step.
            token = reply.headers.get(_UPLOAD_TOKEN) or token
        expect_header_text(token, operation, "a token of the upload", _HINT)
        self._session.client.keep_secret(token)
        return _id_of(self._session.call("POST", f"{path}/complete", operation, headers={_UPLOAD_TOKEN: token}))

    def _item(self, greeting_id: str) -> str:
        return f"{self._collection()}/{urllib.parse.quote(greeting_id, safe='')}"

    def _collection(self) -> str:
        if self._path is None:
            self._path = f"{self._owner()}/greetings"
        return self._path

    def _owner(self) -> str:
        boxes = (PortsipSharedVoicemails if self._shared else PortsipMailboxes)(self._session)
        try:
            found = boxes.list(Wanted(frozenset((self._number,)))).boxes
        except AuthError as error:
            # Users see nobody but themselves.
            if self._shared or isinstance(error, ExpiredError) or error.status != 403:
                raise
            me = signed_in(self._session)
            if me is None or me.extension_number != self._number:
                raise
            return "/user"
        if not found:
            raise NotFoundError(f"{self._subject.noun} does not exist", "Check its number")
        if len(found) > 1:
            ids = " and ".join(str(box.id) for box in found)
            raise RejectedError(
                f"PortSIP has {len(found)} with this number, ids {ids}", "Delete one", subject=self._subject
            )
        return f"{boxes.path}/{urllib.parse.quote(str(found[0].id), safe='')}"


def _id_of(reply: Reply) -> str:
    return reply.parse(Created).identifier(reply.operation)
