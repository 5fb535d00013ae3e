# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reply that is read while it arrives, so that a recording of any size takes the memory of one piece of it."""

from __future__ import annotations

import re
import typing as t

from .core.errors import TransportError
from .deps import httpx

#: Bytes handed on at once.
PIECE_BYTES = 64 * 1024
#: Media types that no recording has: a sign-in page or an error of something between here and the vendor.
_PAGES = frozenset(("text/html", "text/xml", "application/xhtml+xml", "application/xml", "application/json"))
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


class Stream:
    """A successful reply whose body has not been read.

    :param response: open; whoever opened it closes it.
    :param what: what was attempted, for errors: "download message 7".
    :raises TransportError: when it is a page, and so no recording.
    """

    def __init__(self, response: httpx.Response, what: str) -> None:
        self._response = response
        self.what = what
        self.status: int = response.status_code
        self.headers: t.Mapping[str, str] = response.headers
        if self.content_type in _PAGES:
            raise TransportError(
                f"cannot {what}: the server answered {self.status} with {self.content_type} instead of a recording",
                "Look whether a proxy or a sign-in page is in between, then run the task again",
                status=self.status,
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
        """Give the body piece by piece; each may take as long as one request may wait.

        :raises TransportError: when it breaks off.
        """
        try:
            yield from self._response.iter_bytes(PIECE_BYTES)
        except (httpx.HTTPError, httpx.StreamError) as error:
            late = isinstance(error, httpx.TimeoutException)
            problem = "nothing came within the timeout" if late else "the connection broke"
            raise TransportError(
                f"cannot {self.what} to its end: {problem}", "Run the task again: it goes on where it stopped"
            ) from None
