# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor's driver offers for messages. The engine of messages knows nothing else of a vendor."""

from __future__ import annotations

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


class Messages(t.Protocol):
    """The messages of a login.

    What a vendor cannot do is told by ``Vendor.abilities`` (the words of :mod:`..core.messages`) and by
    ``Vendor.message_statuses`` before anything is sent, so those calls are never made; a driver raises
    :class:`UnsupportedError` in them. Every call raises :class:`AuthError`, :class:`RateLimitedError` and
    :class:`TransportError` as all drivers do, and may come from several threads at once. A driver sends no request that
    could delete more than the messages it was given.
    """

    #: What may keep a message from going away although the vendor answered success; empty where nothing is known.
    kept_hint: str

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """Return all messages of the selected place that may pass the filters, each once, with the fewest requests.

        The order means nothing. Filters may be left to the caller, who applies :meth:`Selection.select`, and so may
        the limit; :class:`Gathering` keeps what is needed. Messages that arrive while pages are read neither repeat nor
        hide others.

        :raises NotFoundError: when the box does not exist, also where the vendor answers an empty list.
        :raises UnsupportedError: when this login does not reach the place.
        :raises TransportError: rather than to return a list that is not complete.
        """

    def mark(self, message: Message, status: Status) -> None:
        """Mark a message read or unread.

        :raises NotFoundError: when it is gone.
        :raises RejectedError: when the vendor refuses, or answers success and another status.
        """

    def mark_many(self, messages: t.Sequence[Message], status: Status) -> Outcomes | None:
        """Mark messages of one box with one request or few; None where the vendor has no safe request for that."""

    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message; one that is gone already is no error.

        :param permanent: so that it cannot be brought back; where a vendor has no other way, every deletion is.
        :raises RejectedError: when the vendor refuses, or answers success with a reply that shows it did nothing.
        """

    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> Outcomes | None:
        """Delete messages of one box with one request or few; None where the vendor has no safe request for that.

        Of few requests one may fail; what became of the messages of the others is told all the same.
        """

    def move(self, message: Message, to_number: str) -> str | None:
        """Move a message to another box and return its new id, None where the reply does not tell.

        It is sent once; :class:`TransportError` with ``uncertain`` means that it may have been carried out.

        :raises NotFoundError: when the message or the box does not exist.
        """

    def copy(self, message: Message, to_numbers: t.Sequence[str]) -> None:
        """Copy a message into other boxes, once each; sent once, as :meth:`move`.

        :raises NotFoundError: when the message or a box does not exist.
        :raises RejectedError: when some copies were refused.
        """

    def upload(self, number: str, upload: Upload) -> str | None:
        """Make a message with its recording in a box and return its id; sent once, as :meth:`move`.

        :raises NotFoundError: when the box does not exist.
        :raises RejectedError: when the vendor refuses the recording, such as for its size.
        """

    def audio(self, message: Message, start: int = 0) -> t.ContextManager[Stream]:
        """Open the recording of a message, to be read while it arrives.

        :param start: begin at this byte where the vendor can; ``Stream.start`` tells with which byte it begins.
        :raises NotFoundError: when there is no message, or no recording in it.
        :raises RejectedError: with status 416 when there are no bytes from ``start`` on.
        """
