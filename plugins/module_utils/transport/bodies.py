# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of replies, unpacked in small pieces and bounded over all threads of a task together."""

from __future__ import annotations

import io
import threading
import typing as t
import zlib

from ..deps import httpx
from ..errors import TransportError
from ..model.operation import Operation

#: What is asked for. httpx would unpack a piece of any size at once, and also what was packed several times.
ACCEPT_ENCODING = "gzip"
#: Bytes unpacked at once.
_PIECE_BYTES = 64 * 1024
#: Bytes by which a reply grows in the account; replies that are smaller are not counted.
_STEP_BYTES = 256 * 1024
_MEBIBYTE = 2**20
#: Lists and objects in one reply: an empty one has two letters, and takes thirty times as much once it is parsed. A
#: list of a million messages holds a few millions.
MOST_OBJECTS = 10_000_000


class Memory:
    """Bytes that the replies of a task may take together.

    :param most: in bytes.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Reserve bytes; False when there are not as many."""
        with self._lock:
            if self._taken + size > self.most:
                return False
            self._taken += size
            return True

    def release(self, size: int) -> None:
        """Return bytes that were reserved."""
        with self._lock:
            self._taken -= size


class Share:
    """What one reply takes of the memory, returned when nobody holds the reply any more."""

    __slots__ = ("_memory", "size")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.size = 0

    def grow(self, size: int) -> bool:
        """Reserve more; False when there is not as much."""
        if not self._memory.take(size):
            return False
        self.size += size
        return True

    def release(self) -> None:
        """Return all of it."""
        self._memory.release(self.size)
        self.size = 0

    def __del__(self) -> None:
        if self.size:
            self.release()


def read_body(response: httpx.Response, operation: Operation, memory: Memory) -> tuple[bytes, Share | None]:
    """Read a body to its end.

    :param operation: what was attempted, for errors.
    :returns: the body, and what it takes of the memory, to be kept for as long as the body.
    :raises TransportError: when it is too large, or packed in a way that nobody asked for.
    """
    body = io.BytesIO()
    share: Share | None = None
    size = 0
    try:
        for piece in _unpacked(response, operation):
            size += len(piece)
            if size > _STEP_BYTES + (share.size if share else 0):
                share = share or Share(memory)
                if not share.grow(max(_STEP_BYTES, len(piece))):
                    raise _too_large(operation, memory.most, alone=size > memory.most - _STEP_BYTES)
            body.write(piece)
        if share and body.getvalue().count(b"{") + body.getvalue().count(b"[") > MOST_OBJECTS:
            raise TransportError(
                f"the reply holds more than {MOST_OBJECTS} objects",
                "Check that `url` is the vendor's API",
                uncertain=True,
                operation=operation,
            )
    except BaseException:
        # The exception holds this frame for as long as somebody looks at it.
        body.close()
        if share:
            share.release()
        raise
    return body.getvalue(), share


def _unpacked(response: httpx.Response, operation: Operation) -> t.Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from t.cast("t.Iterable[bytes]", response.stream)
    elif encoding in ("gzip", "x-gzip"):
        yield from _gunzipped(t.cast("t.Iterable[bytes]", response.stream))
    else:
        raise TransportError(
            "the reply is compressed in a way that was not asked for",
            "Check what stands between here and the vendor",
            status=response.status_code,
            uncertain=True,
            operation=operation,
        )


def _gunzipped(packed: t.Iterable[bytes]) -> t.Iterator[bytes]:
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    started = False
    try:
        for data in packed:
            while data and not decoder.eof:
                started = True
                yield decoder.decompress(data, _PIECE_BYTES)
                data = decoder.unconsumed_tail
        yield decoder.flush()
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error
    if started and not decoder.eof:
        raise httpx.DecodingError("the compressed reply ends in the middle")


def _too_large(operation: Operation, most: int, alone: bool) -> TransportError:
    if alone:
        return TransportError(
            f"the reply is larger than {most // _MEBIBYTE} MiB",
            "Check that `url` is the vendor's API",
            uncertain=True,
            operation=operation,
        )
    return TransportError(
        f"replies that are read at the same time are larger than {most // _MEBIBYTE} MiB together",
        "Lower `workers`, and check that `url` is the vendor's API",
        uncertain=True,
        operation=operation,
    )


__all__ = ("ACCEPT_ENCODING", "Memory", "Share", "read_body")
