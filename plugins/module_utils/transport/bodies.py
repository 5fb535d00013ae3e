# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read bodies of replies, unpacked in small pieces and bounded across all threads of a task."""

from __future__ import annotations

import io
import threading
import typing as t
import zlib

from ..deps import httpx
from ..errors import TransportError
from ..model.operation import Operation

#: The accepted encodings. httpx would unpack pieces of any size in one step, even if packed repeatedly.
ACCEPT_ENCODING = "gzip"
#: Bytes unpacked in one step.
_PIECE_BYTES = 64 * 1024
#: Step in which the size of a reply is counted; smaller replies are not counted.
_STEP_BYTES = 256 * 1024
_MEBIBYTE = 2**20
#: Most lists and objects in one reply: an empty one has two characters, but needs thirty times more memory. A
#: list of a million messages contains a few millions.
MOST_OBJECTS = 10_000_000


class Memory:
    """The memory for all replies of a task together.

    :param most: limit in bytes.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Reserve bytes; return False if too few are left."""
        with self._lock:
            if self._taken + size > self.most:
                return False
            self._taken += size
            return True

    def release(self, size: int) -> None:
        """Release reserved bytes."""
        with self._lock:
            self._taken -= size


class Share:
    """The memory of one reply, released when the reply is no longer referenced."""

    __slots__ = ("_memory", "size")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.size = 0

    def grow(self, size: int) -> bool:
        """Reserve more; return False if too few bytes are left."""
        if not self._memory.take(size):
            return False
        self.size += size
        return True

    def release(self) -> None:
        """Release all of it."""
        self._memory.release(self.size)
        self.size = 0

    def __del__(self) -> None:
        if self.size:
            self.release()


def read_body(response: httpx.Response, operation: Operation, memory: Memory) -> tuple[bytes, Share | None]:
    """Read a body to its end.

    :param operation: the operation for error messages.
    :returns: the body, and its share of the memory, which must be kept as long as the body.
    :raises TransportError: if it is too large, or has an encoding that was not requested.
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
                f"the reply contains more than {MOST_OBJECTS} objects",
                "Check that `url` is the vendor's API",
                uncertain=True,
                operation=operation,
            )
    except BaseException:
        # The exception references this frame while it is in use.
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
            "the reply has a compression that was not requested",
            "Check for a proxy between here and the vendor",
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
        raise httpx.DecodingError("the compressed reply is truncated")


def _too_large(operation: Operation, most: int, alone: bool) -> TransportError:
    if alone:
        return TransportError(
            f"the reply is larger than {most // _MEBIBYTE} MiB",
            "Check that `url` is the vendor's API",
            uncertain=True,
            operation=operation,
        )
    return TransportError(
        f"replies that are read at the same time exceed {most // _MEBIBYTE} MiB together",
        "Lower `workers`, and check that `url` is the vendor's API",
        uncertain=True,
        operation=operation,
    )


__all__ = ("ACCEPT_ENCODING", "Memory", "Share", "read_body")
