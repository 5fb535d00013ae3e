# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor's driver offers for greetings that are uploaded. The engine of greetings knows nothing else of it."""

from __future__ import annotations

import dataclasses
import typing as t

from ..greetings.plan import Greeting, Recording
from ..transport.client import Stream


class Greetings(t.Protocol):
    """The greetings of one box. Every call raises what all drivers do."""

    def list(self) -> t.Sequence[Greeting]:
        """Return all greetings of the box.

        :raises NotFoundError: when the box does not exist.
        """

    def open(self, greeting: Greeting) -> t.ContextManager[Stream]:
        """Open the recording of a greeting, to be read while it arrives.

        :raises NotFoundError: when there is none.
        :raises RejectedError: when it is kept where this login must not go.
        """

    def upload(self, recording: Recording) -> str:
        """Store a recording and return the id of the file; the box does not have it yet."""

    def attach(self, file_id: str) -> str:
        """Make a stored file a greeting of the box, not enabled, and return its id; sent once.

        :raises RejectedError: when the vendor refuses the recording.
        """

    def enable(self, greeting_id: str) -> None:
        """Let callers hear a greeting."""

    def delete(self, greeting_id: str) -> None:
        """Delete a greeting; one that is gone already is no error."""


@t.runtime_checkable
class SharedGreetings(t.Protocol):
    """What a driver offers beside :class:`Greetings` where a recording is an object that several boxes can use."""

    def stays(self, greeting: Greeting) -> bool:
        """Check whether :meth:`Greetings.delete` keeps the recording, since others use it or others made it."""

    def existing(self, media_id: str) -> Greeting:
        """Return a recording that the vendor has already, of this box or not.

        :param media_id: its id or name.
        :raises NotFoundError: when the account has none.
        """


@dataclasses.dataclass(frozen=True)
class GreetingSupport:
    """What is known of a vendor's greetings before anything is sent.

    :param open: the driver for a box, given a session of the vendor, the resource, the number of the box and the kind
        of greeting.
    :param problem: what is wrong with a recording and how to put it right, or None.
    :param most_bytes: size of the largest recording.
    :param file: the kinds of file that it may be, in words.
    :param kinds: the kinds of greeting that a box has, the usual one first.
    """

    open: t.Callable[[t.Any, str, str, str], Greetings]
    problem: t.Callable[[bytes], str | None]
    most_bytes: int
    file: str
    kinds: tuple[str, ...] = ("unavailable",)
