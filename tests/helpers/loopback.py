# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small servers on the loopback address that misbehave as configured: use them for faults below HTTP."""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import functools
import http.server
import socket
import ssl
import threading
import typing as t
import urllib.parse

import httpx
import pytest
import tenacity.nap
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import pace

HOP_BY_HOP = frozenset(("connection", "content-length", "content-encoding", "transfer-encoding", "host", "date"))


@dataclasses.dataclass(frozen=True)
class Seen:
    """A request that arrived. Names of headers are in lower case."""

    method: str
    path: str
    headers: t.Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the whole request as text, to search it for secrets."""
        return f"{self.method} {self.path} {dict(self.headers)} {self.body.decode(errors='replace')}"


@dataclasses.dataclass(frozen=True)
class Answer:
    """A reply.

    :param pieces: the body in pieces, instead of ``body``.
    :param length: the Content-Length, if it differs from the body's length.
    """

    status: int = 200
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""
    pieces: t.Iterable[bytes] | None = None
    length: int | None = None


Respond = t.Callable[[Seen], Answer]


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    respond: Respond
    tls: ssl.SSLContext | None = None
    routes: t.Mapping[str, tuple[str, int]]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self.open = 0
        self.most_open = 0

    def get_request(self) -> tuple[t.Any, t.Any]:
        accepted, address = super().get_request()
        if self.tls is None:
            return accepted, address
        # The handshake happens on the first read, in the thread of the connection.
        return self.tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Ignore clients that disconnect, as many tests do."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def handle(self) -> None:
        with self.server.lock:
            self.server.open += 1
            self.server.most_open = max(self.server.most_open, self.server.open)
        try:
            super().handle()
        finally:
            with self.server.lock:
                self.server.open -= 1

    def log_message(self, format: str, *arguments: t.Any) -> None:  # noqa: A002 - the name is that of the base class
        """Print nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body)
        with self.server.lock:
            self.server.seen.append(seen)
        answer = self.server.respond(seen)
        length = len(answer.body) if answer.length is None else answer.length
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in answer.pieces if answer.pieces is not None else (answer.body,):
            self.wfile.write(piece)
            self.wfile.flush()
        self.close_connection = self.close_connection or answer.length is not None

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names are those of the base class

    def do_CONNECT(self) -> None:
        self.server.seen.append(Seen("CONNECT", self.path, {}, b""))
        host, _colon, port = self.path.rpartition(":")
        address = self.server.routes.get(self.path, (host, int(port)))
        with socket.create_connection(address) as upstream:
            self.send_response(200)
            self.end_headers()
            relay = threading.Thread(target=_relay, args=(upstream, self.connection), daemon=True)
            relay.start()
            _relay(self.connection, upstream)
        self.close_connection = True


def _relay(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


class Loopback:
    """A server of this module: ``with Loopback(respond) as server``.

    :param respond: returns the reply to a request. Several threads may call it.
    :param routes: addresses for ``HOST:PORT`` of CONNECT requests, instead of resolving the name.
    """

    def __init__(
        self,
        respond: Respond,
        tls: ssl.SSLContext | None = None,
        routes: t.Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        self._listener = _Listener()
        self._listener.respond = respond
        self._listener.tls = tls
        self._listener.routes = routes or {}
        self.port: int = self._listener.server_address[1]
        self.origin = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Loopback:
        threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    @property
    def seen(self) -> list[Seen]:
        """Return the requests so far."""
        return self._listener.seen

    @property
    def most_open(self) -> int:
        """Return the maximum number of connections that were open at the same time."""
        return self._listener.most_open


def forward_to(origin: str) -> Respond:
    """Return a function that forwards requests for any host to one server."""
    client = httpx.Client(base_url=origin, trust_env=False, timeout=30)

    def respond(seen: Seen) -> Answer:
        parts = urllib.parse.urlsplit(seen.path)
        target = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        headers = {name: value for name, value in seen.headers.items() if name not in HOP_BY_HOP}
        reply = client.request(seen.method, target, headers=headers, content=seen.body)
        kept = {name: value for name, value in reply.headers.items() if name.lower() not in HOP_BY_HOP}
        return Answer(reply.status_code, kept, reply.content)

    return respond


@functools.cache
def refusing_port() -> int:
    """Return a port that refuses connections: this process binds it and never listens."""
    bound = socket.socket()
    atexit.register(bound.close)
    bound.bind(("127.0.0.1", 0))
    port: int = bound.getsockname()[1]
    return port


def unused_port() -> int:
    """Return a free port for servers that cannot choose one. Another process may occupy it first."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000.0 + self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            # A real clock also moves when the wait is shorter than its resolution.
            self.now += max(seconds, 1e-6)


@pytest.fixture(name="clock")
def fake_clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Replace the waits between attempts by a fake clock that records them."""
    fake = FakeTime()
    monkeypatch.setattr(tenacity.nap, "time", fake)
    monkeypatch.setattr(pace, "time", fake)
    return fake


@pytest.fixture(name="warned")
def module_warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the warnings of modules. Otherwise they would be printed, each only once per process."""
    reported: list[str] = []
    monkeypatch.setattr(task._Module, "warn", lambda _module, text: reported.append(text))
    return reported
