# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reply that is read while it arrives, so that a recording of any size takes the memory of one piece of it."""

from __future__ import annotations

import re
import time
import typing as t

from ..deps import httpx
from ..errors import TransportError
from ..model.operation import Operation

#: Speech needs 8 000 bits a second. A server that sends it slower than it was spoken only keeps the connection busy.
SLOWEST_BYTES_PER_SECOND = 1000
#: Media types that no recording has: a sign-in page or an error of something between here and the vendor.
_PAGES = frozenset(("text/html", "text/xml", "application/xhtml+xml", "application/xml", "application/json"))
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


class Stream:
    """A successful reply whose body has not been read.

    :param response: open; whoever opened it closes it.
    :param operation: what was attempted, for errors.
    :param timeout: seconds that may pass without a byte, and that the whole may lag behind the slowest rate.
    :param extend: sets the seconds from now on that the connection may take, for bytes outside of the body as well.
    :raises TransportError: when it is a page, and so no recording.
    """

    def __init__(
        self,
        response: httpx.Response,
        operation: Operation,
        timeout: float,
        extend: t.Callable[[float], None] | None = None,
    ) -> None:
        self._response = response
        self.operation = operation
        self._timeout = timeout
        self._extend = extend
        self.status: int = response.status_code
        self.headers: t.Mapping[str, str] = response.headers
        if self.content_type in _PAGES:
            raise TransportError(
                f"the server answered {self.status} with {self.content_type} instead of a recording",
                "Look whether a proxy or a sign-in page is in between, then run the task again",
                status=self.status,
                operation=operation,
            )
        if self.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            # It was asked for as it is: a place to go on from counts its own bytes, and a bomb unpacks to any size.
            raise TransportError(
                "the server packed the recording, although it was asked not to",
                "Look whether a proxy in between compresses replies",
                status=self.status,
                operation=operation,
            )

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case; empty where none was told."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def start(self) -> int:
        """The byte of the whole with which the body begins."""
        told = _CONTENT_RANGE.match(self.headers.get("content-range", ""))
        return int(told[1]) if self.status == 206 and told else 0

    @property
    def size(self) -> int | None:
        """Bytes of the whole; None where the vendor does not tell."""
        if self.status == 206:
            told = _CONTENT_RANGE.match(self.headers.get("content-range", ""))
            return int(told[2]) if told and told[2].isdigit() else None
        length = self.headers.get("content-length", "")
        return int(length) if _LENGTH.fullmatch(length) and not self.headers.get("content-encoding") else None

    def pieces(self) -> t.Iterator[bytes]:
        """Return the body piece by piece. Whoever reads it has to limit its size; its time follows from that.

        :raises TransportError: when it breaks off, stalls, or comes slower than :data:`SLOWEST_BYTES_PER_SECOND`.
        """
        started, received = time.monotonic(), 0
        self._allow(self._timeout)
        try:
            # As they arrive: pieces of one size would hide a server that sends a byte now and then.
            for piece in self._response.iter_raw():
                received += len(piece)
                left = started + self._timeout + received / SLOWEST_BYTES_PER_SECOND - time.monotonic()
                if left < 0:
                    raise self._broken(f"less than {SLOWEST_BYTES_PER_SECOND} bytes a second came")
                self._allow(left)
                yield piece
        except (httpx.HTTPError, httpx.StreamError) as error:
            late = isinstance(error, httpx.TimeoutException)
            raise self._broken("nothing came within the timeout" if late else "the connection broke") from None

    def _allow(self, seconds: float) -> None:
        if self._extend is not None:
            self._extend(seconds)

    def _broken(self, problem: str) -> TransportError:
        return TransportError(f"it ended early: {problem}", "Run the task again", operation=self.operation)
