# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener of the event source ``voicemail``: requests with the secret trigger a listing.

It reads only the head of a request and logs nothing, so that neither many connections nor logs can do
harm. A web framework would log invalid requests including the secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import http
import socket
import ssl
import typing as t
import urllib.parse

#: Most open connections. One more closes the oldest: the usual limit of a process is 1024 files.
MAX_CONNECTIONS = 64
#: Seconds from the connection, or the TLS handshake, to the end of the request.
SECONDS = 10.0
MAX_HEAD_BYTES = 16 * 1024
#: The body is ignored, but a client that is still sending would not see the reply.
MAX_BODY_BYTES = 1024 * 1024


class Listener:
    """Answers requests until it is closed.

    :param secret: required secret of requests.
    :param ring: called for every request with the secret.
    :param context: encrypts connections; None for plain ones.
    """

    def __init__(self, secret: str, ring: t.Callable[[], None], context: ssl.SSLContext | None = None) -> None:
        self._secret = secret.encode()
        self._ring = ring
        self._context = context
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._serving: dict[asyncio.Task[None], None] = {}

    def start(self, host: str, port: int) -> None:
        """Listen.

        :raises OSError: if the address cannot be used.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=MAX_CONNECTIONS)
        self._socket.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(self._socket))

    @property
    def port(self) -> int:
        """The port of the listener."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._serving)

    async def close(self) -> None:
        """Close every connection."""
        tasks = [*([self._accepting] if self._accepting else []), *self._serving]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _address = await loop.sock_accept(listener)
            except OSError:
                # The client has disconnected, or the process has no free file: other connections may end meanwhile.
                await asyncio.sleep(0.1)
                continue
            if len(self._serving) >= MAX_CONNECTIONS:
                oldest = next(iter(self._serving))
                self._serving.pop(oldest)
                oldest.cancel()
            task = asyncio.create_task(self._serve(connection))
            self._serving[task] = None
            task.add_done_callback(lambda done: self._serving.pop(done, None))

    async def _serve(self, connection: socket.socket) -> None:
        transport: asyncio.Transport | None = None
        reader = asyncio.StreamReader(limit=MAX_HEAD_BYTES)
        # Errors of a client affect only that client.
        with contextlib.suppress(Exception):
            try:
                async with asyncio.timeout(SECONDS):
                    transport, protocol = await asyncio.get_running_loop().connect_accepted_socket(
                        lambda: asyncio.StreamReaderProtocol(reader), connection, ssl=self._context
                    )
                    writer = asyncio.StreamWriter(transport, protocol, reader, asyncio.get_running_loop())
                    await self._answer(reader, writer)
            finally:
                if transport is None:
                    connection.close()
                else:
                    transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            status = http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        else:
            status = self._check(head)
        if status is http.HTTPStatus.NO_CONTENT:
            self._ring()
        length = "" if status is http.HTTPStatus.NO_CONTENT else "Content-Length: 0\r\n"
        writer.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n{length}Connection: close\r\n\r\n".encode())
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        discarded = 0
        while discarded < MAX_BODY_BYTES and (piece := await reader.read(MAX_HEAD_BYTES)):
            discarded += len(piece)

    def _check(self, head: bytes) -> http.HTTPStatus:
        request, *lines = head.split(b"\r\n")
        words = request.split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return http.HTTPStatus.BAD_REQUEST
        shown = []
        for line in lines:
            name, _colon, value = line.partition(b":")
            scheme, _blank, token = value.strip().partition(b" ")
            if name.lower() == b"authorization" and scheme.lower() == b"bearer":
                shown.append(token.strip())
        query = words[1].partition(b"?")[2].decode("latin-1")
        shown += [value.encode() for value in urllib.parse.parse_qs(query).get("secret", ())]
        known = [hmac.compare_digest(value, self._secret) for value in shown]
        return http.HTTPStatus.NO_CONTENT if any(known) else http.HTTPStatus.UNAUTHORIZED


__all__ = ("MAX_CONNECTIONS", "Listener")
