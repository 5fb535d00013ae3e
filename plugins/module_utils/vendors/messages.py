# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a vendor's driver of messages: :class:`MessageReader`, and what a driver may implement beside it.

Every call raises :class:`AuthError`, :class:`RateLimitedError` and :class:`TransportError` as all drivers do, and may
come from several threads at the same time. A driver sends no request that could delete more than the messages it was
given.
"""

from __future__ import annotations

import abc
import dataclasses
import typing as t

from ..errors import VoicemailError
from ..model.message import Message, Selection, Status
from ..transport.client import Stream

#: What became of each message of a request for many, by its id: None where it was done.
Outcomes: t.TypeAlias = dict[str, VoicemailError | None]


@dataclasses.dataclass(frozen=True)
class Upload:
    """A message to be made.

    :param call_id: identity by which it is found again.
    :param audio: the recording.
    :param content_type: of the recording, such as ``audio/x-wav``.
    :param duration_ms: length of the recording in milliseconds; None where nobody knows.
    """

    call_id: str
    audio: bytes = dataclasses.field(repr=False)
    content_type: str
    file_name: str
    caller_name: str | None = None
    caller_number: str | None = None
    duration_ms: int | None = None


class MessageReader(abc.ABC):
    """The messages of a login can be listed.

    :param session: a session that the vendor's ``connect`` opened.
    """

    #: What the vendor shows of a message.
    statuses: t.ClassVar[tuple[Status, ...]] = ()

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @abc.abstractmethod
    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return all messages of the selected place that may pass the filters, each once, with the fewest requests.

        The order means nothing. Filters may be left to the caller, who applies :meth:`Selection.select`, and so may
        the limit; :class:`Gathering` keeps what is needed. Messages that arrive while pages are read neither repeat nor
        hide others.

        :raises NotFoundError: when the box does not exist, also where the vendor answers an empty list.
        :raises UnsupportedError: when this login does not reach the place.
        :raises TransportError: rather than to return a list that is not complete.
        """


class MessageMarker(abc.ABC):
    """Messages can be marked read and unread."""

    @abc.abstractmethod
    def mark(self, message: Message, status: Status) -> None:
        """Mark a message read or unread.

        :raises NotFoundError: when it is gone.
        :raises RejectedError: when the vendor refuses, or answers success and another status.
        """


class MessageDeleter(abc.ABC):
    """Messages can be deleted."""

    #: What may keep a message from going away although the vendor answered success; empty where nothing is known.
    kept_hint: t.ClassVar[str] = ""

    @abc.abstractmethod
    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message; one that is gone already is no error.

        :param permanent: so that it cannot be brought back; where a vendor has no other way, every deletion is.
        :raises RejectedError: when the vendor refuses, or answers success with a reply that shows it did nothing.
        """


class BulkMessageWriter(abc.ABC):
    """One request can mark or delete several messages."""

    @abc.abstractmethod
    def mark_many(self, messages: t.Sequence[Message], status: Status) -> Outcomes:
        """Mark messages of one box with few requests."""

    @abc.abstractmethod
    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> Outcomes | None:
        """Delete messages of one box with few requests; None where no safe request does that.

        Of few requests one may fail; the outcomes of the messages of the others are returned all the same.
        """


class MessageMover(abc.ABC):
    """Messages can be moved to another box."""

    @abc.abstractmethod
    def move(self, message: Message, to_number: str) -> str | None:
        """Move a message to another box and return its new id, None where the reply does not show it.

        It is sent once; :class:`TransportError` with ``uncertain`` means that it may have been carried out.

        :raises NotFoundError: when the message or the box does not exist.
        """


class MessageCopier(abc.ABC):
    """Messages can be copied to other boxes."""

    @abc.abstractmethod
    def copy(self, message: Message, to_numbers: t.Sequence[str]) -> None:
        """Copy a message into other boxes, once each; sent once, as :meth:`MessageMover.move`.

        :raises NotFoundError: when the message or a box does not exist.
        :raises RejectedError: when some copies were refused.
        """


class MessageUploader(abc.ABC):
    """Messages can be created with a recording."""

    @abc.abstractmethod
    def upload(self, number: str, upload: Upload) -> str | None:
        """Create a message with its recording in a box and return its id; sent once, as :meth:`MessageMover.move`.

        :raises NotFoundError: when the box does not exist.
        :raises RejectedError: when the vendor refuses the recording, such as for its size.
        """


class Recordings(abc.ABC):
    """The recordings of messages can be downloaded."""

    @abc.abstractmethod
    def audio(self, message: Message, start: int = 0) -> t.ContextManager[Stream]:
        """Open the recording of a message, to be read while it arrives.

        :param start: begin at this byte where the vendor can; ``Stream.start`` is the byte with which it begins.
        :raises NotFoundError: when there is no message, or no recording in it.
        :raises RejectedError: with status 416 when there are no bytes from ``start`` on.
        """
