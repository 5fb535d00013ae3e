# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The webhook of the event source: authentication, and floods of connections."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pathlib
import socket
import ssl
import typing as t

import pytest
import trustme
from ansible_collections.telephony.voicemail.extensions.eda.plugins.plugin_utils import voicemail_webhook
from ansible_collections.telephony.voicemail.extensions.eda.plugins.plugin_utils.voicemail_webhook import Listener

SECRET = "a-long-shared-secret-of-the-webhook"


@contextlib.asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> t.AsyncIterator[tuple[Listener, list[int]]]:
    rings: list[int] = []
    listener = Listener(SECRET, lambda: rings.append(1), context)
    listener.start("127.0.0.1", 0)
    try:
        yield listener, rings
    finally:
        await listener.close()
        assert listener.connections == 0


async def ask(listener: Listener, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
    """Send bytes and return the whole reply."""
    name = "localhost" if context else None
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=context, server_hostname=name)
    with contextlib.suppress(ConnectionError):
        writer.write(request)
        await writer.drain()
    try:
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
    finally:
        writer.close()


def request(target: str = "/", *headers: str, body: bytes = b"") -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


RINGING = {
    "header": request("/", f"Authorization: Bearer {SECRET}"),
    "header, small letters": request("/", f"authorization:bearer {SECRET}"),
    "query": request(f"/any/path?secret={SECRET}"),
    "encoded query": request(f"/?x=1&secret={SECRET.replace('-', '%2d')}"),
    "body": request("/", f"Authorization: Bearer {SECRET}", body=b"x" * 500_000),
}
REFUSED = {
    "nothing": (request(), 401),
    "another": (request("/?secret=another", "Authorization: Bearer another"), 401),
    "a part": (request(f"/?secret={SECRET[:-1]}"), 401),
    "empty": (request("/?secret=", "Authorization: Bearer "), 401),
    "in the body": (request(body=f"secret={SECRET}".encode()), 401),
    "not ASCII": (request("/?secret=%FF", "Authorization: Bearer \u00e4"), 401),
    "other protocol": (f"SECRET {SECRET}\r\n\r\n".encode(), 400),
    "not HTTP": (f"GET /?secret={SECRET} FTP/1.1\r\n\r\n".encode(), 400),
    "long head": (request("/", "X-Long: " + "x" * 40_000, f"Authorization: Bearer {SECRET}"), 431),
}


@pytest.mark.parametrize("name", RINGING)
def test_a_request_with_the_secret_is_accepted(name: str) -> None:
    async def run() -> None:
        async with listening() as (listener, rings):
            assert (await ask(listener, RINGING[name])).startswith(b"HTTP/1.1 204 ")
            assert len(rings) == 1

    asyncio.run(run())


@pytest.mark.parametrize("name", REFUSED)
def test_other_requests_are_refused_and_logs_contain_no_secret(name: str, caplog: pytest.LogCaptureFixture) -> None:
    sent, status = REFUSED[name]

    async def run() -> None:
        async with listening() as (listener, rings):
            assert (await ask(listener, sent)).startswith(f"HTTP/1.1 {status} ".encode())
            assert rings == []

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run(), debug=True)
    assert SECRET not in caplog.text


@pytest.mark.timeout(60)
@pytest.mark.parametrize("encrypted", [False, True])
def test_idle_connections_do_not_exhaust_the_process_or_block_others(encrypted: bool, tmp_path: pathlib.Path) -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    contexts = (server, client) if encrypted else (None, None)

    async def run() -> None:
        async with listening(contexts[0]) as (listener, rings):
            idle: list[socket.socket] = []
            for number in range(1100):
                # The test's files are limited as well, so it closes connections that the other side closed.
                idle.append(socket.create_connection(("127.0.0.1", listener.port)))
                if number % 2:
                    idle[-1].send(b"\x16\x03" if encrypted else b"GET / HT")
                await asyncio.sleep(0)
                if len(idle) > 2 * voicemail_webhook.MAX_CONNECTIONS:
                    idle.pop(0).close()
                assert listener.connections <= voicemail_webhook.MAX_CONNECTIONS
            reply = await ask(listener, RINGING["header"], contexts[1])
            assert reply.startswith(b"HTTP/1.1 204 ")
            assert len(rings) == 1
            for connection in idle:
                connection.close()

    asyncio.run(run())


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "start",
    [b"", b"POST / HTTP/1.1\r\n", request("/", f"Authorization: Bearer {SECRET}", "Transfer-Encoding: chunked")],
    ids=["silent", "half a head", "a body without end"],
)
def test_connections_time_out(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voicemail_webhook, "SECONDS", 0.3)

    async def run() -> None:
        async with listening() as (listener, _rings):
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.write(start)
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()
            while listener.connections:
                await asyncio.sleep(0.01)

    asyncio.run(run())
