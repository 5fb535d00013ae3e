# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network backend of httpx, bounded by one deadline for the whole request.

httpx limits each socket operation, so a server that sends single bytes could keep a request open forever.
Here every connect, handshake, read and write is limited to the remaining time of the request, whatever the server, a
proxy or the encryption does.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
import typing as t

from ..deps import httpcore, httpx

#: Maximum bytes before the end of the reply's headers: the headers, and all interim (1xx) replies.
MAX_HEAD_BYTES = 512 * 1024
#: Seconds after which an idle connection is no longer used.
KEEPALIVE_SECONDS = 5.0
#: Name of the request extension that carries the deadline.
EXTENSION = "deadline"

_SocketOptions: t.TypeAlias = "t.Iterable[t.Any] | None"


class Deadline:
    """The time at which a request must have ended.

    :param seconds: seconds from now.
    """

    __slots__ = ("_end", "_head_bytes")

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._head_bytes: int | None = None

    def left(self, most: float | None = None) -> float:
        """Return the remaining seconds, at most ``most``."""
        left = self._end - time.monotonic()
        return left if most is None else min(most, left)

    def restart(self, seconds: float) -> None:
        """Set a new deadline from now on, for a body that may take longer than its request."""
        self._end = time.monotonic() + seconds

    def expect_head(self, expected: bool) -> None:
        """Set whether the following bytes precede the end of a reply's headers."""
        self._head_bytes = MAX_HEAD_BYTES if expected else None

    def count(self, size: int) -> None:
        """Count received bytes.

        :raises httpcore.RemoteProtocolError: if too many precede the end of the headers.
        """
        if self._head_bytes is not None:
            self._head_bytes -= size
            if self._head_bytes < 0:
                raise httpcore.RemoteProtocolError("the headers of the reply are too long")


class Transport(httpx.BaseTransport):
    """One connection for httpx. Each request carries its deadline as the extension ``deadline``.

    :param context: verification of the server.
    :param proxy: address of a proxy.
    :raises ValueError: for an unusable proxy.
    :raises ImportError: for a SOCKS proxy without its library.
    """

    def __init__(self, context: ssl.SSLContext, proxy: str | None = None) -> None:
        self._network = _Network()
        options: dict[str, t.Any] = {
            "ssl_context": context,
            "max_connections": 1,
            "max_keepalive_connections": 1,
            "keepalive_expiry": KEEPALIVE_SECONDS,
            "network_backend": self._network,
        }
        self._pool = httpcore.ConnectionPool(**options) if proxy is None else _proxy_pool(httpx.Proxy(proxy), options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its reply, whose body has not been read."""
        deadline = self._network.deadline = request.extensions[EXTENSION]
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        deadline.expect_head(True)
        with _as_httpx():
            response = self._pool.handle_request(sent)
        deadline.expect_head(False)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: t.Any) -> None:
        self._stream = stream

    def __iter__(self) -> t.Iterator[bytes]:
        with _as_httpx():
            yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _Network(httpcore.NetworkBackend):
    """Connects within the deadline of the current request; a connection serves one request at a time."""

    deadline: Deadline

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore.NetworkStream:
        # The system's resolver has its own limits and cannot be interrupted, but its time counts.
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        failure: Exception = httpcore.ConnectError("the name has no address")
        for position, address in enumerate(addresses):
            # An unresponsive address must leave time for the next one.
            share = self.left(timeout, httpcore.ConnectTimeout) / (len(addresses) - position)
            try:
                stream = self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _Stream(stream, self)
        raise failure

    def left(self, timeout: float | None, late: type[Exception]) -> float:
        """Return the remaining seconds for an operation.

        :param late: raised if none are left.
        """
        left = self.deadline.left(timeout)
        if left <= 0:
            raise late("the request did not end in time")
        return left


class _Stream(httpcore.NetworkStream):
    """A connection whose operations end by the deadline of the current request."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network
        self._socket: socket.socket = stream.get_extra_info("socket")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, self._network.left(timeout, httpcore.ReadTimeout))
        self._network.deadline.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Not the method of the stream, which allows the whole timeout again after each part.
        view = memoryview(buffer)
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            while view:
                self._socket.settimeout(self._network.left(timeout, httpcore.WriteTimeout))
                view = view[self._socket.send(view) :]

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self.get_extra_info("ssl_object") is not None:
            return _NestedTls(self, ssl_context, server_hostname, timeout)
        left = self._network.left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._network)

    def get_extra_info(self, info: str) -> t.Any:
        return self._stream.get_extra_info(info)


class _NestedTls(httpcore.NetworkStream):
    """TLS to a server inside the TLS of its proxy, over the bounded operations of the outer connection."""

    def __init__(
        self, outer: _Stream, context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> None:
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        try:
            with _as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._complete(self._tls.do_handshake, timeout)
        except BaseException:
            outer.close()
            raise

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                return bytes(self._complete(lambda: self._tls.read(max_bytes), timeout))
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            while view:
                part = view
                view = view[self._complete(lambda: self._tls.write(part), timeout) :]  # noqa: B023

    def close(self) -> None:
        self._outer.close()

    def get_extra_info(self, info: str) -> t.Any:
        return self._tls if info == "ssl_object" else self._outer.get_extra_info(info)

    def _complete(self, operation: t.Callable[[], t.Any], timeout: float | None) -> t.Any:
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                self._flush(timeout)
                self._receive(timeout)
            else:
                self._flush(timeout)
                return result

    def _flush(self, timeout: float | None) -> None:
        data = self._outgoing.read()
        if data:
            self._outer.write(data, timeout)

    def _receive(self, timeout: float | None) -> None:
        data = self._outer.read(16 * 1024, timeout)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()


def _proxy_pool(proxy: httpx.Proxy, options: dict[str, t.Any]) -> t.Any:
    auth = (proxy.auth[0].encode(), proxy.auth[1].encode()) if proxy.auth else None
    url = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    if proxy.url.scheme in ("socks5", "socks5h"):
        return httpcore.SOCKSProxy(proxy_url=url, proxy_auth=auth, **options)
    return httpcore.HTTPProxy(proxy_url=url, proxy_auth=auth, proxy_ssl_context=proxy.ssl_context, **options)


@contextlib.contextmanager
def _as_httpcore(late: type[Exception], broken: type[Exception]) -> t.Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error


@contextlib.contextmanager
def _as_httpx() -> t.Iterator[None]:
    """Convert exceptions of httpcore to those of httpx with the same name."""
    try:
        yield
    except Exception as error:
        kind = getattr(httpx, type(error).__name__, None) if type(error).__module__.startswith("httpcore") else None
        if kind is None:
            raise
        raise kind(str(error)) from error


__all__ = ("EXTENSION", "MAX_HEAD_BYTES", "Deadline", "Transport")
