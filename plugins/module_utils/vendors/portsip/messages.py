# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's messages: those of the signed-in user, and of shared voicemails (docs/vendors/portsip.md, "Messages")."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...concurrency import in_order
from ...deps import pydantic
from ...errors import AuthError, NotFoundError, RejectedError, UnsupportedError
from ...model.mailbox import Wanted
from ...model.message import Message, Selection, Status
from ...model.operation import Operation
from ...model.problem import Subject
from ...resources import MAILBOXES, SHARED_VOICEMAILS
from ...transport.client import Stream
from ..messages import MessageDeleter, MessageMarker, MessageReader, Recordings
from .files import opened
from .mailboxes import PortsipMailboxes
from .message_pages import MessagePages
from .message_wire import Owner, message_of
from .session import PortsipSession
from .shared_voicemails import PortsipSharedVoicemails
from .user import signed_in

_MARKS = {Status.READ: "set_read", Status.UNREAD: "set_unread"}


class File(pydantic.BaseModel):
    """Where the recording of a message is."""

    file_url: str | None = pydantic.Field(default=None, repr=False)


class PortsipMessages(MessageReader, MessageMarker, MessageDeleter, Recordings):
    """Messages that a login reaches; see :mod:`..messages` for what each call promises.

    Messages of a mailbox show themselves only to its own user, whatever the rights of the login; those of shared
    voicemails to the administrators of the tenant (docs/vendors/portsip.md, "Tenants and roles").
    """

    _session: PortsipSession
    statuses = (Status.UNREAD, Status.READ)

    def __init__(self, session: PortsipSession) -> None:
        super().__init__(session)
        self._pages = MessagePages(session)
        self._shared: dict[str, Owner] = {}
        self._me: Owner | None = None
        self._addresses: dict[tuple[str, str], str] = {}

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of one box, or of all that the login reaches: one listing for each box."""
        if selection.shared_voicemail is not None:
            return self._read(self._shared_voicemail(selection.shared_voicemail))
        if selection.all_mailboxes:
            found = in_order(self._read_listed, self._reached(), self._session.client.workers)
            return [message for messages in found for message in messages]
        return self._read(self._mailbox(str(selection.mailbox)))

    def mark(self, message: Message, status: Status) -> None:
        """Mark a message; repeating that changes nothing."""
        operation = Operation("mark", "message", message.id, str(status))
        try:
            self._session.call("POST", f"{self._path(message)}/{_MARKS[status]}", operation, repeatable=True)
        except RejectedError as error:
            if self._listed(message):
                raise
            raise NotFoundError("it is gone", "List the messages again", error.status, operation=operation) from None

    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message; there is no folder from which it could be brought back."""
        operation = Operation("delete", "message", message.id)
        try:
            self._session.call("POST", f"{self._path(message)}/destroy", operation, repeatable=True)
        except (NotFoundError, RejectedError):
            # Either may say that it was gone already (docs/vendors/portsip.md, "Missing objects").
            if self._listed(message):
                raise

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[Stream]:
        """Open a recording where the listing says that it is. Whether PortSIP then marks it read is not published."""
        operation = Operation("download", "message", message.id)
        address = self._addresses.get((str(message.mailbox_id), message.id))
        if address is None:
            try:
                address = self._session.call("GET", self._path(message), operation).parse(File).file_url
            except RejectedError as error:
                # This is also how PortSIP says that it is gone (docs/vendors/portsip.md, "Missing objects").
                raise NotFoundError("PortSIP does not find it", "", error.status, operation=operation) from None
        with opened(self._session, address, operation, start) as stream:
            yield stream

    def _read(self, owner: Owner) -> t.Sequence[Message]:
        kind = (SHARED_VOICEMAILS if owner.shared else MAILBOXES).key
        found = []
        for native in self._pages.read(
            owner.path, Operation("list", "the messages", relation="of", other=Subject(kind, owner.number or ""))
        ):
            message = message_of(native, owner)
            found.append(message)
            if native.get("file_url"):
                self._addresses[owner.id, message.id] = str(native["file_url"])
        return found

    def _read_listed(self, owner: Owner) -> t.Sequence[Message]:
        try:
            return self._read(owner)
        except (NotFoundError, RejectedError):
            # A box that was deleted since the boxes were listed took its messages with it.
            if not owner.shared or PortsipSharedVoicemails(self._session).find(None, owner.id) is not None:
                raise
            return ()

    def _listed(self, message: Message) -> bool:
        owner = Owner(str(message.mailbox_id), message.mailbox, self._collection(message), message.shared)
        return any(found.id == message.id for found in self._read_listed(owner))

    def _shared_voicemail(self, number: str) -> Owner:
        if number not in self._shared:
            box = PortsipSharedVoicemails(self._session).find(number, None)
            if box is None:
                raise NotFoundError(
                    f"shared voicemail {number} does not exist", "Check its number; `mailbox` is for users"
                )
            self._shared[number] = _owner_of(str(box.id), number)
        return self._shared[number]

    def _mailbox(self, number: str) -> Owner:
        """Return the signed-in user, where the number is its own.

        :raises NotFoundError: when nobody has the number.
        :raises UnsupportedError: when it is somebody else's.
        """
        me = self._signed_in()
        if me is not None and me.number == number:
            return me
        with contextlib.suppress(AuthError):
            # Who may not see the users cannot be told more.
            if PortsipMailboxes(self._session).find(number, None) is None:
                raise NotFoundError(
                    f"mailbox {number} does not exist", "Check its number; `shared_voicemail` is for shared ones"
                )
        who = f"the user of {me.number or 'no extension'}" if me else "a system administrator, who has no mailbox"
        raise UnsupportedError(
            f"PortSIP shows the messages of mailbox {number} only to its own user, and this login is {who}",
            "Log in as that user",
        )

    def _reached(self) -> t.Sequence[Owner]:
        me = self._signed_in()
        owners = (me,) if me is not None else ()
        try:
            boxes = PortsipSharedVoicemails(self._session).list(Wanted()).boxes
        except AuthError as error:
            # Users see their own messages only.
            if error.status != 403 or not owners:
                raise
            boxes = ()
        return (*owners, *(_owner_of(str(box.id), box.number) for box in boxes))

    def _signed_in(self) -> Owner | None:
        """Return the user of the login; None for a system administrator, who has no mailbox."""
        if self._me is None:
            user = signed_in(self._session)
            if user is None:
                return None
            self._me = Owner(str(user.id), user.extension_number or None, "/voicemails", shared=False)
        return self._me

    def _path(self, message: Message) -> str:
        return f"{self._collection(message)}/{urllib.parse.quote(message.id, safe='')}"

    @staticmethod
    def _collection(message: Message) -> str:
        return _owner_of(str(message.mailbox_id), message.mailbox).path if message.shared else "/voicemails"


def _owner_of(box_id: str, number: str | None) -> Owner:
    return Owner(box_id, number, f"/shared_voicemails/{urllib.parse.quote(box_id, safe='')}/voicemails", shared=True)
