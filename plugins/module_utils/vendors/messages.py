# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a vendor's messages driver: the required :class:`MessageReader`, and the optional ones.

Every call may raise :class:`AuthError`, :class:`RateLimitedError` and :class:`TransportError`, and may run in several
threads at the same time. A driver never sends a request that could delete messages other than those passed to it.
"""

from __future__ import annotations

import abc
import dataclasses
import typing as t

from ..errors import VoicemailError
from ..model.message import Message, Selection, Status
from ..transport.client import Stream

#: Result of a bulk request by message id: the error, or None on success.
Outcomes: t.TypeAlias = dict[str, VoicemailError | None]


@dataclasses.dataclass(frozen=True)
class Upload:
    """A message to create.

    :param call_id: identifier by which the message can be found later.
    :param audio: the recording.
    :param content_type: media type of the recording, such as ``audio/x-wav``.
    :param duration_ms: length of the recording in milliseconds; None if unknown.
    """

    call_id: str
    audio: bytes = dataclasses.field(repr=False)
    content_type: str
    file_name: str
    caller_name: str | None = None
    caller_number: str | None = None
    duration_ms: int | None = None


class MessageReader(abc.ABC):
    """List the messages that a login can see.

    :param session: session opened by the vendor's ``connect``.
    """

    #: Fields that the vendor shows of a message.
    statuses: t.ClassVar[tuple[Status, ...]] = ()

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @abc.abstractmethod
    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return the messages of the selected mailboxes that may match the filters, each once, with few requests.

        The order is undefined. A driver need not apply the filters or the limit: the caller applies
        :meth:`Selection.select`, and :class:`Gathering` keeps only what is needed. Messages that arrive while pages are
        read neither repeat nor hide others.

        :raises NotFoundError: if the box does not exist, even if the vendor returns an empty list.
        :raises UnsupportedError: if this login has no access to the place.
        :raises TransportError: if the list may be incomplete.
        """


class MessageMarker(abc.ABC):
    """Mark messages read or unread."""

    @abc.abstractmethod
    def mark(self, message: Message, status: Status) -> None:
        """Mark a message read or unread.

        :raises NotFoundError: if it no longer exists.
        :raises RejectedError: if the vendor refuses, or reports success but returns another status.
        """


class MessageDeleter(abc.ABC):
    """Delete messages."""

    #: Why a message may still exist after the vendor reported success; empty if there is no known reason.
    kept_hint: t.ClassVar[str] = ""

    @abc.abstractmethod
    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message. A missing message is not an error.

        :param permanent: delete it so that it cannot be restored. With some vendors every deletion is permanent.
        :raises RejectedError: if the vendor refuses, or reports success in a reply which shows that it did nothing.
        """


class BulkMessageWriter(abc.ABC):
    """Mark or delete several messages in one request."""

    @abc.abstractmethod
    def mark_many(self, messages: t.Sequence[Message], status: Status) -> Outcomes:
        """Mark messages of one box with as few requests as possible."""

    @abc.abstractmethod
    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> Outcomes | None:
        """Delete messages of one box with few requests. Return None if there is no safe request for that.

        If one of the requests fails, the outcomes of the others are returned nevertheless.
        """


class MessageMover(abc.ABC):
    """Move messages to another box."""

    @abc.abstractmethod
    def move(self, message: Message, to_number: str) -> str | None:
        """Move a message to another box and return its new id, or None if the reply does not contain it.

        The request is sent only once. After a :class:`TransportError` with ``uncertain`` it may have been carried out.

        :raises NotFoundError: if the message or the box does not exist.
        """


class MessageCopier(abc.ABC):
    """Copy messages to other boxes."""

    @abc.abstractmethod
    def copy(self, message: Message, to_numbers: t.Sequence[str]) -> None:
        """Copy a message to other boxes, once each. Sent only once, like :meth:`MessageMover.move`.

        :raises NotFoundError: if the message or a box does not exist.
        :raises RejectedError: if some copies were refused.
        """


class MessageUploader(abc.ABC):
    """Create messages with a recording."""

    @abc.abstractmethod
    def upload(self, number: str, upload: Upload) -> str | None:
        """Create a message with its recording and return its id. Sent only once, like :meth:`MessageMover.move`.

        :raises NotFoundError: if the box does not exist.
        :raises RejectedError: if the vendor refuses the recording, for example for its size.
        """


class Recordings(abc.ABC):
    """Download the recordings of messages."""

    @abc.abstractmethod
    def audio(self, message: Message, start: int = 0) -> t.ContextManager[Stream]:
        """Open the recording of a message as a stream.

        :param start: first byte to request; ``Stream.start`` is the actual one, since not every vendor supports it.
        :raises NotFoundError: if the message does not exist or has no recording.
        :raises RejectedError: with status 416 if the recording ends before ``start``.
        """
