# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of a vendor's greetings driver, which is all that the greetings engine uses of a vendor."""

from __future__ import annotations

import abc
import typing as t

from ..greetings.plan import Greeting, Recording
from ..model.problem import Subject
from ..transport.client import Stream


class GreetingWriter(abc.ABC):
    """Upload and enable the greetings of one box. Calls raise the errors that all drivers raise.

    :param session: session opened by the vendor's ``connect``.
    :param resource: resource of the box, such as ``mailbox``.
    :param number: number of the box.
    :param kind: one of :attr:`kinds`.
    """

    #: Largest size of a recording in bytes.
    most_bytes: t.ClassVar[int]
    #: Supported file types, for messages.
    file: t.ClassVar[str]
    #: Kinds of greeting that a box has, the usual one first.
    kinds: t.ClassVar[tuple[str, ...]] = ("unavailable",)

    def __init__(self, session: t.Any, resource: str, number: str, kind: str) -> None:
        self._session = session
        self._subject = Subject(resource, number)
        self._number = number
        self._kind = kind

    @staticmethod
    @abc.abstractmethod
    def problem(content: bytes) -> str | None:
        """Return what is wrong with a recording and how to convert it, or None if it is valid."""

    @abc.abstractmethod
    def list(self) -> t.Sequence[Greeting]:
        """Return all greetings of the box.

        :raises NotFoundError: if the box does not exist.
        """

    @abc.abstractmethod
    def open(self, greeting: Greeting) -> t.ContextManager[Stream]:
        """Open the recording of a greeting, to be read while it arrives.

        :raises NotFoundError: if it has no recording.
        :raises RejectedError: if the recording is on a server that must not receive this login.
        """

    @abc.abstractmethod
    def upload(self, recording: Recording) -> str:
        """Store a recording without attaching it to the box, and return the id of the file."""

    @abc.abstractmethod
    def attach(self, file_id: str) -> str:
        """Attach a stored file to the box as a disabled greeting and return its id. Sent only once.

        :raises RejectedError: if the vendor refuses the recording.
        """

    @abc.abstractmethod
    def enable(self, greeting_id: str) -> None:
        """Enable a greeting."""

    @abc.abstractmethod
    def delete(self, greeting_id: str) -> None:
        """Delete a greeting. A missing greeting is not an error."""


class SharedGreetings(abc.ABC):
    """For vendors whose recordings belong to the account, so that several boxes can share one."""

    @abc.abstractmethod
    def stays(self, greeting: Greeting) -> bool:
        """Check whether deleting the greeting keeps the recording, which is shared or was created by others."""

    @abc.abstractmethod
    def existing(self, media_id: str) -> Greeting:
        """Return an existing recording of the account.

        :param media_id: its id or name.
        :raises NotFoundError: if the account has no such recording.
        """
