# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read replies as streams, so that a recording of any size needs only the memory of one piece."""

from __future__ import annotations

import re
import time
import typing as t

from ..deps import httpx
from ..errors import TransportError
from ..model.operation import Operation

#: Speech needs 8 000 bits per second. A server that sends it slower only blocks the connection.
SLOWEST_BYTES_PER_SECOND = 1000
#: Media types of sign-in pages and errors of proxies, which recordings never have.
_PAGES = frozenset(("text/html", "text/xml", "application/xhtml+xml", "application/xml", "application/json"))
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


class Stream:
    """A successful reply with an unread body.

    :param response: open response, which the caller closes.
    :param operation: the operation for error messages.
    :param timeout: most seconds without a byte, and most delay of the whole compared with the slowest rate.
    :param extend: sets the remaining seconds of the connection, including bytes outside the body.
    :raises TransportError: if it is a page instead of a recording.
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
                "Check for a proxy or sign-in page in between, then run the task again",
                status=self.status,
                operation=operation,
            )
        if self.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            # Requested without compression: start positions refer to its own bytes, and a bomb unpacks to any size.
            raise TransportError(
                "the server compressed the recording despite the request",
                "Check whether a proxy in between compresses replies",
                status=self.status,
                operation=operation,
            )

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty if missing."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def start(self) -> int:
        """The position of the body's first byte in the whole."""
        match = _CONTENT_RANGE.match(self.headers.get("content-range", ""))
        return int(match[1]) if self.status == 206 and match else 0

    @property
    def size(self) -> int | None:
        """The size of the whole in bytes; None if unknown."""
        if self.status == 206:
            match = _CONTENT_RANGE.match(self.headers.get("content-range", ""))
            return int(match[2]) if match and match[2].isdigit() else None
        length = self.headers.get("content-length", "")
        return int(length) if _LENGTH.fullmatch(length) and not self.headers.get("content-encoding") else None

    def pieces(self) -> t.Iterator[bytes]:
        """Yield the body in pieces. The reader must limit its size, which also limits its time.

        :raises TransportError: if it is interrupted, stalls, or is slower than :data:`SLOWEST_BYTES_PER_SECOND`.
        """
        started, received = time.monotonic(), 0
        self._allow(self._timeout)
        try:
            # As received: pieces of equal size would hide a server that sends single bytes.
            for piece in self._response.iter_raw():
                received += len(piece)
                left = started + self._timeout + received / SLOWEST_BYTES_PER_SECOND - time.monotonic()
                if left < 0:
                    raise self._broken(f"received less than {SLOWEST_BYTES_PER_SECOND} bytes per second")
                self._allow(left)
                yield piece
        except (httpx.HTTPError, httpx.StreamError) as error:
            late = isinstance(error, httpx.TimeoutException)
            raise self._broken("received nothing within the timeout" if late else "the connection was lost") from None

    def _allow(self, seconds: float) -> None:
        if self._extend is not None:
            self._extend(seconds)

    def _broken(self, problem: str) -> TransportError:
        return TransportError(f"it ended early: {problem}", "Run the task again", operation=self.operation)
