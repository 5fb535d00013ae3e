# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of a vendor's driver of greetings. The engine of greetings knows nothing else of a vendor."""

from __future__ import annotations

import abc
import typing as t

from ..greetings.plan import Greeting, Recording
from ..model.problem import Subject
from ..transport.client import Stream


class GreetingWriter(abc.ABC):
    """The greetings of one box can be uploaded and enabled. Every call raises what all drivers do.

    :param session: a session that the vendor's ``connect`` opened.
    :param resource: what the box is, such as ``mailbox``.
    :param number: of the box.
    :param kind: one of :attr:`kinds`.
    """

    #: Size of the largest recording.
    most_bytes: t.ClassVar[int]
    #: The kinds of file that a recording may be, in words.
    file: t.ClassVar[str]
    #: The kinds of greeting that a box has, the usual one first.
    kinds: t.ClassVar[tuple[str, ...]] = ("unavailable",)

    def __init__(self, session: t.Any, resource: str, number: str, kind: str) -> None:
        self._session = session
        self._subject = Subject(resource, number)
        self._number = number
        self._kind = kind

    @staticmethod
    @abc.abstractmethod
    def problem(content: bytes) -> str | None:
        """Return what is wrong with a recording and how to convert it, or None."""

    @abc.abstractmethod
    def list(self) -> t.Sequence[Greeting]:
        """Return all greetings of the box.

        :raises NotFoundError: when the box does not exist.
        """

    @abc.abstractmethod
    def open(self, greeting: Greeting) -> t.ContextManager[Stream]:
        """Open the recording of a greeting, to be read while it arrives.

        :raises NotFoundError: when there is none.
        :raises RejectedError: when it is kept where this login must not go.
        """

    @abc.abstractmethod
    def upload(self, recording: Recording) -> str:
        """Store a recording and return the id of the file; the box does not have it yet."""

    @abc.abstractmethod
    def attach(self, file_id: str) -> str:
        """Make a stored file a greeting of the box, not enabled, and return its id; sent once.

        :raises RejectedError: when the vendor refuses the recording.
        """

    @abc.abstractmethod
    def enable(self, greeting_id: str) -> None:
        """Enable a greeting."""

    @abc.abstractmethod
    def delete(self, greeting_id: str) -> None:
        """Delete a greeting; one that is gone already is no error."""


class SharedGreetings(abc.ABC):
    """A recording is an object of the account that several boxes can use."""

    @abc.abstractmethod
    def stays(self, greeting: Greeting) -> bool:
        """Check whether :meth:`GreetingWriter.delete` keeps the recording, since others use it or others made it."""

    @abc.abstractmethod
    def existing(self, media_id: str) -> Greeting:
        """Return a recording that the vendor has already, of this box or not.

        :param media_id: its id or name.
        :raises NotFoundError: when the account has none.
        """
