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
import functools
import socket
import ssl
import time
import typing as t

from ..deps import httpcore, httpx

#: Maximum bytes before the end of the reply's headers: the headers, and all interim (1xx) replies.
MAX_HEAD_BYTES = 512 * 1024
#: Seconds after which an idle connection is no longer used.
KEEPALIVE_SECONDS = 5.0
#: Bytes that are kept until the next read, so that they are sent together.
_MOST_UNSENT = 64 * 1024
#: Seconds by which one operation may exceed the deadline.
_SLACK = 0.05
#: Most addresses whose parsed form is kept.
_KEPT_ADDRESSES = 64
#: Name of the request extension that carries the deadline.
EXTENSION = "deadline"
#: Name of httpx's request extension that carries the path and query to send in place of those of the address.
TARGET = "target"

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
            "keepalive_expiry": KEEPALIVE_SECONDS,
            "network_backend": self._network,
        }
        self._route = _Direct(options) if proxy is None else _proxy_pool(httpx.Proxy(proxy), options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its reply, whose body has not been read."""
        deadline = self._network.deadline = request.extensions[EXTENSION]
        sent = httpcore.Request(
            method=request.method,
            url=_target(request),
            headers=request.headers.raw,
            content=request.stream,
            # The address contains the target, and a proxy gets another one.
            extensions={name: value for name, value in request.extensions.items() if name != TARGET},
        )
        deadline.expect_head(True)
        try:
            response = self._route.handle_request(sent)
        except Exception as error:
            _raise_as_httpx(error)
        deadline.expect_head(False)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close the connection."""
        self._route.close()


class _Direct:
    """One connection to a server, opened again if it was closed.

    A pool of connections would look for it twice in each request, and twice ask the system whether it is open.

    :param options: of the connection.
    """

    def __init__(self, options: t.Mapping[str, t.Any]) -> None:
        self._options = options
        self._connection: httpcore.HTTPConnection | None = None

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        connection = self._connection
        if connection is None or not _is_usable(connection, request.url.origin):
            self.close()
            connection = self._connection = httpcore.HTTPConnection(request.url.origin, **self._options)
        return connection.handle_request(request)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _is_usable(connection: httpcore.HTTPConnection, origin: httpcore.Origin) -> bool:
    return connection.is_available() and connection.can_handle_request(origin) and not connection.has_expired()


def _target(request: httpx.Request) -> httpcore.URL:
    address = _address(request.url)
    target: bytes | None = request.extensions.get(TARGET)
    if target is None:
        return address
    return httpcore.URL(scheme=address.scheme, host=address.host, port=address.port, target=target)


@functools.lru_cache(_KEPT_ADDRESSES)
def _address(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: t.Any) -> None:
        self._stream = stream

    def __iter__(self) -> t.Iterator[bytes]:
        try:
            yield from self._stream
        except Exception as error:
            _raise_as_httpx(error)

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
    """A connection whose operations end by the deadline of the current request.

    Small writes are sent together before the next read: the headers of a request and its body in one packet.
    """

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network
        self._socket: socket.socket = stream.get_extra_info("socket")
        self._limit = 0.0
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # Like httpcore, which reads the reply of a server that refuses a request before it was sent.
        with contextlib.suppress(httpcore.WriteError):
            self._flush(timeout)
        try:
            self._limit_by(self._network.left(timeout, httpcore.ReadTimeout))
            data = self._socket.recv(max_bytes)
        except OSError as error:
            _raise_as_httpcore(error, httpcore.ReadTimeout, httpcore.ReadError)
        self._network.deadline.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if len(self._unsent) + len(buffer) <= _MOST_UNSENT:
            self._unsent += buffer
            return
        self._flush(timeout)
        self._send(buffer, timeout)

    def _flush(self, timeout: float | None) -> None:
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            self._send(unsent, timeout)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        # Not the method of the stream, which allows the whole timeout again after each part.
        view = memoryview(buffer)
        try:
            while view:
                self._limit_by(self._network.left(timeout, httpcore.WriteTimeout))
                view = view[self._socket.send(view) :]
        except OSError as error:
            _raise_as_httpcore(error, httpcore.WriteTimeout, httpcore.WriteError)

    def _limit_by(self, seconds: float) -> None:
        # Setting the limit is a call of the system, and the sending and reading of a request follow each other closely.
        if not 0 <= self._limit - seconds <= _SLACK:
            self._socket.settimeout(seconds)
            self._limit = seconds

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self.get_extra_info("ssl_object") is not None:
            return _NestedTls(self, ssl_context, server_hostname, timeout)
        self._flush(timeout)
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
    options = {**options, "max_connections": 1, "max_keepalive_connections": 1}
    if proxy.url.scheme in ("socks5", "socks5h"):
        return httpcore.SOCKSProxy(proxy_url=url, proxy_auth=auth, **options)
    return httpcore.HTTPProxy(proxy_url=url, proxy_auth=auth, proxy_ssl_context=proxy.ssl_context, **options)


@contextlib.contextmanager
def _as_httpcore(late: type[Exception], broken: type[Exception]) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        _raise_as_httpcore(error, late, broken)


def _raise_as_httpcore(error: OSError, late: type[Exception], broken: type[Exception]) -> t.NoReturn:
    raise (late if isinstance(error, TimeoutError) else broken)(str(error)) from error


def _raise_as_httpx(error: Exception) -> t.NoReturn:
    """Raise the exception of httpx with the same name as one of httpcore; any other unchanged."""
    kind = getattr(httpx, type(error).__name__, None) if type(error).__module__.startswith("httpcore") else None
    if kind is None:
        raise error
    raise kind(str(error)) from error


__all__ = ("EXTENSION", "MAX_HEAD_BYTES", "TARGET", "Deadline", "Transport")
