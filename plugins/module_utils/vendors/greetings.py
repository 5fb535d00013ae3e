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


@dataclasses.dataclass(frozen=True)
class GreetingSupport:
    """What is known of a vendor's greetings before anything is sent.

    :param open: the driver for a box, given a session of the vendor, the resource and the number of the box.
    :param problem: what is wrong with a recording and how to put it right, or None.
    :param most_bytes: size of the largest recording.
    """

    open: t.Callable[[t.Any, str, str], Greetings]
    problem: t.Callable[[bytes], str | None]
    most_bytes: int
