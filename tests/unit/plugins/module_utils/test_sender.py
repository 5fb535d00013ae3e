# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests are those that httpx builds, sent in one packet over one connection."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

import httpcore
import httpx
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import network
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.network import Deadline
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.sender import Sender

DEFAULTS = {"User-Agent": "voicemail/1", "Accept-Encoding": "gzip"}
SENT = {"Accept": "*/*", "Connection": "keep-alive", **DEFAULTS}
OPERATION = Operation("write", "it")
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    "url", ["http://[::1]:8000/v2/x", "https://pbx.example.com/v2/x?a=1&b=%20", "http://pbx/%C3%BC"]
)
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"headers": {"X-Auth-Token": "token", "Accept": "application/json"}},
        {"headers": None, "json": None},
        {"headers": {"content-type": "text/plain"}, "json": {"data": {"name": "Müller 😀"}}},
        {"headers": {"X-Auth-Token": "token"}, "json": {"data": ["\u2028", 1.5, None]}},
        {"headers": {"Content-Length": "0"}},
        {"json": {}},
        {"params": {"page_size": "1"}, "headers": {"X-Auth-Token": "token"}},
        {"params": {"filter": '["1001","+49 30/1?#&=%41", "ü😀"]', "paginate": "false", "none": None}},
        {"params": {}, "json": {}},
        {"content": b"RIFF"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_request_is_that_of_httpx(method: str, parts: dict[str, t.Any], url: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    sender = Sender(httpx.MockTransport(answer), DEFAULTS, 30)
    # The first one prepares the headers of the others.
    for _request in range(3):
        sender.send(method, url, Deadline(30), parts)
    headers = {**SENT, **(parts.get("headers") or {})}
    expected = httpx.Request(method, url, **{**parts, "headers": headers})
    for request in seen:
        assert request.headers.raw == expected.headers.raw
        assert (request.method, request.content) == (method, expected.content)
        address = network._target(request)
        assert (address.scheme, address.host, address.port) == (
            expected.url.raw_scheme,
            expected.url.raw_host,
            expected.url.port,
        )
        assert address.target == expected.url.raw_path


def test_a_header_of_one_request_is_not_in_the_next() -> None:
    seen: list[tuple[str | None, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers.get("If-Match"), request.headers["Content-Length"]))
        return httpx.Response(200)

    sender = Sender(httpx.MockTransport(answer), DEFAULTS, 30)
    revisions = [f'"{position}"' for position in range(100)]
    for revision in revisions:
        sender.send("PATCH", "http://pbx/x", Deadline(30), {"headers": {"If-Match": revision}, "json": {}})
    sender.send("PATCH", "http://pbx/x", Deadline(30), {"json": {"a": 1}})
    assert seen == [*((revision, "2") for revision in revisions), (None, "7")]


def test_a_body_that_is_not_json_is_refused_before_it_is_sent() -> None:
    sender = Sender(httpx.MockTransport(lambda request: httpx.Response(200)), DEFAULTS, 30)
    with pytest.raises(ValueError, match="JSON compliant"):
        sender.send("PUT", "http://pbx/x", Deadline(30), {"json": {"number": float("nan")}})


class Server:
    """A server that answers each request that one read returns, and may then close the connection.

    :param closes: numbers of the requests after which it closes their connection.
    """

    def __init__(self, closes: t.Collection[int] = ()) -> None:
        self.closes = closes
        self.reads: list[list[bytes]] = []
        self.closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v2"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        count = 0
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self.reads.append([])
                with connection:
                    while data := connection.recv(2**20):
                        self.reads[-1].append(data)
                        count += 1
                        connection.sendall(REPLY)
                        if count in self.closes:
                            break
                self.closed.set()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


def test_headers_and_body_arrive_together_over_one_connection() -> None:
    with Server() as server:
        client = Client(Connection(vendor="kazoo", url=server.url), 1)
        for name in ("first", "second"):
            client.send("PUT", "/x", OPERATION, json={"name": name})
        client.close()
    assert [[data.rpartition(b"\r\n\r\n")[2] for data in reads] for reads in server.reads] == [
        [b'{"name":"first"}', b'{"name":"second"}']
    ]


@pytest.mark.parametrize("through_proxy", [False, True])
def test_the_query_is_in_the_request_line(through_proxy: bool) -> None:
    with Server() as server:
        url, proxy = (
            ("http://pbx.example.com/v2", server.url.removesuffix("/v2")) if through_proxy else (server.url, None)
        )
        client = Client(Connection(vendor="kazoo", url=url, proxy=proxy), 1)
        for number in ("1001", "a&b"):
            client.send("GET", "/x", OPERATION, params={"filter": number})
        client.close()
    place = url if through_proxy else "/v2"
    lines = [data.split(b"\r\n")[0].decode() for reads in server.reads for data in reads]
    assert lines == [f"GET {place}/x?filter={text} HTTP/1.1" for text in ("1001", "a%26b")]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_connection_that_the_server_closed_is_opened_again(method: str) -> None:
    """Even a write that must not be repeated: it was not sent to the closed connection."""
    with Server(closes={1}) as server:
        client = Client(Connection(vendor="kazoo", url=server.url), 1)
        client.send(method, "/x", OPERATION)
        server.closed.wait(10)
        assert client.send(method, "/x", OPERATION).ok
        client.close()
        assert client.requests == 2
    assert [len(reads) for reads in server.reads] == [1, 1]


def test_a_refused_connection_is_tried_again_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(Connection(vendor="kazoo", url=f"http://127.0.0.1:{port}/v2", retry_budget=0), 1)
    for _attempt in range(2):
        with pytest.raises(TransportError, match="no connection") as caught:
            client.send("PUT", "/x", OPERATION)
        assert not caught.value.uncertain
    client.close()


class Socket:
    """A connection whose other side answered and closed it before everything was sent."""

    def __init__(self, replies: list[bytes]) -> None:
        self.replies = replies
        self.limits: list[float] = []
        self.sent: list[int] = []

    def settimeout(self, seconds: float) -> None:
        self.limits.append(seconds)

    def send(self, data: memoryview) -> int:
        self.sent.append(len(data))
        if len(self.sent) > 1:
            raise BrokenPipeError("closed")
        return len(data)

    def recv(self, most: int) -> bytes:
        return self.replies.pop(0)[:most]


class FakeStream(httpcore.NetworkStream):
    """The stream of httpcore over such a socket."""

    def __init__(self, connection: Socket) -> None:
        self.connection = connection

    def get_extra_info(self, info: str) -> t.Any:
        return self.connection if info == "socket" else None


def test_a_reply_that_precedes_the_end_of_an_upload_is_read() -> None:
    connection = Socket([REPLY])
    bounds = network._Network()
    bounds.deadline = Deadline(30)
    stream = network._Stream(FakeStream(connection), bounds)
    stream.write(b"headers")
    stream.write(b"small")
    assert connection.sent == []
    with pytest.raises(httpcore.WriteError):
        stream.write(bytes(10**6))
    assert connection.sent == [12, 10**6]
    assert stream.read(1000) == REPLY
    connection.replies.append(REPLY)
    stream.write(b"never sent")
    assert stream.read(1000) == REPLY
    # One limit serves operations that follow each other closely.
    assert len(connection.limits) == 1


def test_the_limit_of_an_operation_follows_the_deadline() -> None:
    connection = Socket([REPLY] * 4)
    bounds = network._Network()
    bounds.deadline = Deadline(30)
    stream = network._Stream(FakeStream(connection), bounds)
    for seconds in (30, 29.99, 20, 40):
        bounds.deadline = Deadline(seconds)
        stream.read(1000)
    assert [round(limit) for limit in connection.limits] == [30, 20, 40]
    bounds.deadline = Deadline(0)
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(1000)
