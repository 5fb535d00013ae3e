# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeout limits whole requests. Each server here keeps sending small pieces."""

from __future__ import annotations

import contextlib
import functools
import itertools
import pathlib
import socket
import ssl
import threading
import time
import typing as t

import httpcore
import httpx
import pytest
import trustme
from ansible_collections.telephony.voicemail.plugins.module_utils.concurrency import run_all
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import network as transport
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client, Reply
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.network import Deadline

TIMEOUT = 0.6
#: Seconds between two pieces, far below the timeout.
STEP = 0.05
#: Number of pieces. Without a deadline, a request would take minutes.
PIECES = 4000
OK = b"HTTP/1.1 200 OK\r\n"


class Dripper:
    """A server that reads a request and then sends pieces, one at a time, until the client disconnects.

    :param start: sent immediately.
    :param pieces: sent after it.
    :param wrap: wraps the connection, for example with TLS.
    :param read: reads the request.
    """

    def __init__(
        self,
        start: bytes,
        pieces: t.Iterable[bytes],
        step: float = STEP,
        wrap: t.Callable[[socket.socket], t.Any] = lambda connection: connection,
        read: t.Callable[[Dripper, socket.socket], object] | None = None,
    ) -> None:
        self.start, self.pieces, self.step, self.wrap = start, pieces, step, wrap
        self.read = read or Dripper.read_headers
        self.sent = 0
        self.finished = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            plain, _address = self._listener.accept()
            with self.wrap(plain) as connection:
                self.read(self, connection)
                connection.sendall(self.start)
                for piece in self.pieces:
                    if self.stopped.wait(self.step):
                        return
                    connection.sendall(piece)
                    self.sent += len(piece)
                self.finished = True

    def read_headers(self, connection: socket.socket) -> None:
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += connection.recv(65536)

    def __enter__(self) -> Dripper:
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        self._listener.close()
        self._thread.join()


def client_of(url: str, **options: t.Any) -> Client:
    return Client(Connection("kazoo", url, timeout=TIMEOUT, retry_budget=0, **options), workers=1)


def times(piece: bytes) -> t.Iterator[bytes]:
    return itertools.repeat(piece, PIECES)


DRIPS: dict[str, tuple[bytes, bytes]] = {
    "status line": (b"", b"H"),
    "headers": (OK, b"X-A: b\r\n"),
    "one header": (OK + b"X-A: ", b"b"),
    "interim replies": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "interim headers": (b"HTTP/1.1 103 Early Hints\r\n", b"Link: x\r\n"),
    "body": (OK + b"Content-Length: 100000\r\n\r\n", b" "),
    "body without length": (OK + b"\r\n", b" "),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "chunk extension": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "chunk size": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "refusal": (b"HTTP/1.1 429 Slow Down\r\nContent-Length: 100000\r\n\r\n", b" "),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", DRIPS)
def test_a_trickling_reply_ends_at_the_timeout(name: str) -> None:
    start, piece = DRIPS[name]
    with Dripper(start, times(piece)) as server:
        client = client_of(f"http://127.0.0.1:{server.port}/v2")
        with pytest.raises(TransportError) as caught:
            client.send("GET", "/x", "read it")
        client.close()
    assert not server.finished
    assert caught.value.uncertain


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", ["refusal", "headers"])
def test_a_download_that_never_starts_ends_at_the_timeout(name: str) -> None:
    start, piece = DRIPS[name]
    with Dripper(start, times(piece)) as server:
        client = client_of(f"http://127.0.0.1:{server.port}/v2")
        with pytest.raises(TransportError), client.stream("/x", "download it", no_refusal):
            pass
        client.close()
    assert not server.finished


def no_refusal(reply: Reply) -> TransportError:
    return TransportError("refused")


@pytest.mark.timeout(30)
def test_a_download_has_a_separate_limit() -> None:
    start, piece = OK + b"Content-Length: 100000\r\n\r\n", b" "
    with Dripper(start, times(piece)) as server:
        client = client_of(f"http://127.0.0.1:{server.port}/v2")
        with (
            pytest.raises(TransportError, match=r"within the timeout|bytes per second"),
            client.stream("/x", "download it", no_refusal) as stream,
        ):
            for _piece in stream.pieces():
                pass
        client.close()
    # Longer than the timeout of a request, which limits only single waits of a download.
    assert server.sent > TIMEOUT / STEP / 4
    assert not server.finished


def test_a_download_may_exceed_the_request_timeout() -> None:
    piece, pieces = b" " * 1000, int(2 * TIMEOUT / STEP)
    size = len(piece) * pieces
    with Dripper(OK + b"Content-Length: %d\r\n\r\n" % size, itertools.repeat(piece, pieces)) as server:
        client = client_of(f"http://127.0.0.1:{server.port}/v2")
        with client.stream("/x", "download it", no_refusal) as stream:
            assert len(b"".join(stream.pieces())) == size
        client.close()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_trickling_proxy_ends_at_the_timeout(scheme: str) -> None:
    if scheme == "socks5":
        pytest.importorskip("socksio", reason="SOCKS requires the library socksio, which httpx does not install")
    with Dripper(b"HTTP/1.1 200 Fine\r\n", times(b"X-A: b\r\n")) as server:
        client = client_of("https://pbx.example/v2", proxy=f"{scheme}://127.0.0.1:{server.port}")
        with pytest.raises(TransportError):
            client.send("GET", "/x", "read it")
        client.close()
    assert not server.finished


@pytest.mark.timeout(30)
@pytest.mark.parametrize("start", [b"", b"\x16\x03\x03\x40\x00"], ids=["silent", "a record without end"])
def test_a_trickling_handshake_ends_at_the_timeout(start: bytes) -> None:
    drips = times(b"\x02" if start else b"")
    with Dripper(start, drips, read=lambda _server, connection: connection.recv(65536)) as server:
        client = client_of(f"https://127.0.0.1:{server.port}/v2")
        with pytest.raises(TransportError, match="timed out"):
            client.send("GET", "/x", "read it")
        client.close()
    assert not server.finished


@pytest.mark.timeout(30)
def test_a_slow_upload_ends_at_the_timeout() -> None:
    """End an upload that the server reads in small parts, each within the timeout."""

    def take_slowly(server: Dripper, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _piece in range(PIECES):
            if server.stopped.wait(STEP):
                return
            server.sent += len(connection.recv(16384))

    upload = bytes(64 * 2**20)
    with Dripper(b"", (), read=take_slowly) as server:
        client = client_of(f"http://127.0.0.1:{server.port}/v2")
        with pytest.raises(TransportError, match="timeout"):
            client.send("PUT", "/x", "upload it", content=upload)
        client.close()
    assert server.sent < len(upload)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    [b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 200, b"X-A: %s\r\n" % (b"v" * 9000)],
    ids=["103", "headers"],
)
def test_the_size_of_headers_is_limited(piece: bytes) -> None:
    start = b"" if piece.startswith(b"HTTP") else OK
    with Dripper(start, itertools.repeat(piece), step=0) as server:
        client = Client(Connection("kazoo", f"http://127.0.0.1:{server.port}/v2", retry_budget=0), workers=1)
        with pytest.raises(TransportError, match="the connection was lost"):
            client.send("GET", "/x", "read it")
        client.close()


@pytest.mark.timeout(30)
def test_requests_are_not_retried_after_an_interrupt() -> None:
    start, piece = DRIPS["headers"]
    errors: list[TransportError] = []
    with Dripper(start, times(piece)) as server:
        connection = Connection("kazoo", f"http://127.0.0.1:{server.port}/v2", timeout=TIMEOUT, retry_budget=3600)
        client = Client(connection, workers=2)

        def call(number: int) -> int:
            if number:
                try:
                    client.send("GET", "/x", "read it")
                except TransportError as error:
                    errors.append(error)
            else:
                while not client.requests:
                    time.sleep(0.01)
            return number

        def interrupt(number: int) -> None:
            if not number:
                raise KeyboardInterrupt

        assert run_all(call, [0, 1], 2, interrupt)
        client.close()
    assert len(errors) == client.requests == 1
    assert not server.finished


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, pathlib.Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(path)
    return made, path


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "pbx.example").configure_cert(context)
    return context


class Nested:
    """A TLS proxy and, inside its tunnel, a TLS server, on one connection."""

    def __init__(self, context: ssl.SSLContext, outer: socket.socket) -> None:
        self._outer = context.wrap_socket(outer, server_side=True)
        seen = b""
        while b"\r\n\r\n" not in seen:
            seen += self._outer.recv(65536)
        self._outer.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inner = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._step(self._inner.do_handshake)

    def _step(self, operation: t.Callable[[], t.Any]) -> t.Any:
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                self._outer.sendall(self._outgoing.read())
                self._incoming.write(self._outer.recv(65536))
                continue
            self._outer.sendall(self._outgoing.read())
            return result

    def recv(self, size: int) -> bytes:
        return bytes(self._step(functools.partial(self._inner.read, size)))

    def sendall(self, data: bytes) -> None:
        if data:
            self._step(functools.partial(self._inner.write, data))

    def __enter__(self) -> Nested:
        return self

    def __exit__(self, *error: object) -> None:
        self._outer.close()


@pytest.mark.timeout(30)
def test_tls_through_a_tls_proxy_ends_at_the_timeout(
    authority: tuple[trustme.CA, pathlib.Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, path = authority
    context = server_context(made)
    trusting = ssl.create_default_context(cafile=str(path))
    # The proxy is trusted by the same authority.
    monkeypatch.setattr(httpx, "Proxy", functools.partial(httpx.Proxy, ssl_context=trusting))
    wrap = functools.partial(Nested, context)
    body = b"x" * 200_000
    whole = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with Dripper(whole, (), wrap=wrap) as proxy:
        client = client_of("https://pbx.example/v2", proxy=f"https://127.0.0.1:{proxy.port}", ca_path=str(path))
        assert client.send("GET", "/x", "read it").content == body
        client.close()
    with Dripper(OK, times(b"X-A: b\r\n"), wrap=wrap) as proxy:
        client = client_of("https://pbx.example/v2", proxy=f"https://127.0.0.1:{proxy.port}", ca_path=str(path))
        with pytest.raises(TransportError, match="timeout"):
            client.send("GET", "/x", "read it")
        client.close()
    assert not proxy.finished


def test_the_timeout_is_divided_among_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def connect(_self: t.Any, address: str, port: int, timeout: float, *rest: t.Any) -> t.NoReturn:
        tried.append((address, timeout))
        raise httpcore.ConnectTimeout("slow")

    found = [(2, 1, 6, "", (f"192.0.2.{number}", 443)) for number in (1, 2, 3)]
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *args, **kwargs: found)
    network = transport._Network()
    network.deadline = Deadline(30)
    with pytest.raises(httpcore.ConnectTimeout):
        network.connect_tcp("pbx.example", 443, 30)
    assert [address for address, _share in tried] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert [round(share) for _address, share in tried] == [10, 15, 30]
