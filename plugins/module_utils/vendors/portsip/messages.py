# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change PortSIP's messages (docs/vendors/portsip.md, "Messages")."""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...concurrency import in_order
from ...deps import pydantic
from ...errors import AuthError, NotFoundError, RejectedError, UnsupportedError
from ...model.mailbox import ListQuery
from ...model.message import Gathering, Message, Selection, Status
from ...model.operation import Operation
from ...model.problem import Subject
from ...resources import MAILBOXES, SHARED_VOICEMAILS
from ...transport.client import Stream
from ..messages import MessageDeleter, MessageMarker, MessageReader, Recordings
from ..unique import existing
from .files import opened
from .mailboxes import PortsipMailboxes
from .message_pages import MessagePages, Native
from .message_wire import Owner, message_of
from .session import PortsipSession
from .shared_voicemails import PortsipSharedVoicemails
from .user import signed_in

_MARKS = {Status.READ: "set_read", Status.UNREAD: "set_unread"}


class File(pydantic.BaseModel):
    """The address of a recording."""

    file_url: str | None = pydantic.Field(default=None, repr=False)


class PortsipMessages(MessageReader, MessageMarker, MessageDeleter, Recordings):
    """Messages that a login can see; see :mod:`..messages` for the contract of each method.

    Messages of a mailbox are visible only to its user, whatever the rights of the login. Messages of shared voicemails
    are visible to administrators of the tenant (docs/vendors/portsip.md, "Tenants and roles").
    """

    _session: PortsipSession
    statuses = (Status.UNREAD, Status.READ)

    def __init__(self, session: PortsipSession) -> None:
        super().__init__(session)
        self._pages = MessagePages(session)
        self._shared: dict[str, Owner] = {}
        self._me: Owner | None = None

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of one box, or of all visible boxes with one listing each."""
        if selection.shared_voicemail is not None:
            return self._read(self._shared_voicemail(selection.shared_voicemail), selection)
        if selection.all_mailboxes:
            found = Gathering(selection)
            workers = self._session.client.workers
            for messages in in_order(lambda owner: self._read_listed(owner, selection), self._reached(), workers):
                for message in messages:
                    found.add(message)
            return found.messages()
        return self._read(self._mailbox(str(selection.mailbox)), selection)

    def mark(self, message: Message, status: Status) -> None:
        """Mark a message. Safe to repeat."""
        operation = Operation("mark", "message", message.id, str(status))
        try:
            self._session.call("POST", f"{self._path(message)}/{_MARKS[status]}", operation, repeatable=True)
        except RejectedError as error:
            if self._listed(message):
                raise
            raise NotFoundError("it is gone", "List the messages again", error.status, operation=operation) from None

    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message permanently, since there is no folder of deleted messages."""
        operation = Operation("delete", "message", message.id)
        try:
            self._session.call("POST", f"{self._path(message)}/destroy", operation, repeatable=True)
        except (NotFoundError, RejectedError):
            # Either error may mean that it was deleted before (docs/vendors/portsip.md, "Missing objects").
            if self._listed(message):
                raise

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[Stream]:
        """Open a recording at the listed address. Whether PortSIP then marks the message read is not documented."""
        operation = Operation("download", "message", message.id)
        address = message.download_url
        if address is None:
            try:
                address = self._session.call("GET", self._path(message), operation).parse(File).file_url
            except RejectedError as error:
                # PortSIP also returns this for missing messages (docs/vendors/portsip.md, "Missing objects").
                raise NotFoundError("PortSIP does not find it", "", error.status, operation=operation) from None
        with opened(self._session, address, operation, start) as stream:
            yield stream

    def _read(self, owner: Owner, selection: Selection) -> t.Sequence[Message]:
        kind = (SHARED_VOICEMAILS if owner.shared else MAILBOXES).key
        found = Gathering(selection)

        def start() -> t.Callable[[Native], None]:
            nonlocal found
            found = Gathering(selection)
            return lambda native: found.add(message_of(native, owner))

        box = Subject(kind, owner.number or "")
        self._pages.read(owner.path, Operation("list", "the messages", relation="of", other=box), start)
        return found.messages()

    def _read_listed(self, owner: Owner, selection: Selection) -> t.Sequence[Message]:
        try:
            return self._read(owner, selection)
        except (NotFoundError, RejectedError):
            # A box that was deleted after the listing of boxes has no messages.
            if not owner.shared or PortsipSharedVoicemails(self._session).find(None, owner.id) is not None:
                raise
            return ()

    def _listed(self, message: Message) -> bool:
        owner = Owner(str(message.mailbox_id), message.mailbox, self._collection(message), message.shared)
        return bool(self._read_listed(owner, Selection(all_mailboxes=True, ids=frozenset((message.id,)))))

    def _shared_voicemail(self, number: str) -> Owner:
        if number not in self._shared:
            subject = Subject(SHARED_VOICEMAILS.key, number)
            found = PortsipSharedVoicemails(self._session).find(number, None)
            box = existing(found, subject, "Check its number; use `mailbox` for users")
            self._shared[number] = _owner_of(str(box.id), number)
        return self._shared[number]

    def _mailbox(self, number: str) -> Owner:
        """Return the user of the login, if the number is its own.

        :raises NotFoundError: if nobody has the number.
        :raises UnsupportedError: if it is the number of another user.
        """
        me = self._signed_in()
        if me is not None and me.number == number:
            return me
        with contextlib.suppress(AuthError):
            # A login without access to users cannot check it.
            hint = "Check its number; use `shared_voicemail` for shared voicemails"
            existing(PortsipMailboxes(self._session).find(number, None), Subject(MAILBOXES.key, number), hint)
        who = f"the user of {me.number or 'no extension'}" if me else "a system administrator, who has no mailbox"
        raise UnsupportedError(
            f"only the user of mailbox {number} can read its messages, but this login is {who}",
            "Log in as that user",
        )

    def _reached(self) -> t.Sequence[Owner]:
        me = self._signed_in()
        owners = (me,) if me is not None else ()
        try:
            boxes = PortsipSharedVoicemails(self._session).list(ListQuery()).boxes
        except AuthError as error:
            # Users see only their own messages.
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
