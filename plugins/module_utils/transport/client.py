# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP for every vendor: one client a task, checked TLS, bounded replies, retries of what may be repeated.

A request is sent once unless it is safe to send it again: reading always is, and a driver says so of a write
that leads to the same state when it is carried out twice. A refusal to serve (429) and a connection that was never made
were certainly not carried out, so they are repeated for every request.
"""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
import typing as t
import urllib.parse

from ..deps import httpx
from ..errors import (
    ExpiredError,
    InvalidInputError,
    RateLimitedError,
    TransportError,
    VoicemailError,
    not_understood,
)
from ..model.connection import Connection, origin_of
from ..model.operation import Operation
from ..model.problem import Problem
from ..model.text import visible
from .bodies import ACCEPT_ENCODING, Memory, Share, read_body
from .json_bodies import describe_bad_body, read_json
from .network import EXTENSION, Deadline, Transport
from .pace import Pacer, retry_after
from .pool import Clients
from .redaction import Redactor
from .renewal import renewing
from .retry import Retries, Retryable
from .sender import Sender
from .stream import Stream
from .tls import proxy_of, proxy_secrets, ssl_context

#: Of all replies together that a task reads at the same time, unpacked.
MAX_REPLY_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
USER_AGENT = "telephony.voicemail/1.0"
_BUSY = frozenset((429, 502, 503, 504))
#: What a proxy answers for a server that is not running.
_AWAY = frozenset((502, 503))
_BROKEN = frozenset((500, 502, 503, 504))

Model = t.TypeVar("Model")

#: Reasons of OpenSSL for a server whose first bytes are no TLS, such as the reply of a plain HTTP server.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL")


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What came back, read to its end.

    :param operation: what was attempted, for errors.
    """

    status: int
    headers: t.Mapping[str, str]
    content: bytes
    operation: Operation
    share: Share | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300

    def parse(self, model: type[Model]) -> Model:
        """Read the body as one of the vendor's models.

        :raises TransportError: when it is something else, such as the HTML page of a proxy.
        """
        try:
            return t.cast("t.Any", model).model_validate(read_json(self.content))
        except ValueError as error:
            problem = f"the server answered {self.status} with {describe_bad_body(self.content, error)}"
            raise not_understood(self.operation, problem, status=self.status) from None


class Client:
    """The HTTP client of one task.

    :param connection: where to, and with what TLS.
    :param workers: most connections.
    :param pacer: what the vendor documents of its rate limit.
    :param make_transport: makes what carries the requests of one sender; by default, the network.
    """

    def __init__(
        self,
        connection: Connection,
        workers: int,
        pacer: Pacer | None = None,
        make_transport: t.Callable[[], httpx.BaseTransport] | None = None,
    ) -> None:
        self.connection = connection
        self.workers = workers
        self.pacer = pacer or Pacer()
        self.requests = 0
        #: Bytes of all replies so far, unpacked.
        self.received = 0
        self._count_lock = threading.Lock()
        #: A request of this task was answered by the server itself, so a server that cannot be reached is restarting.
        self._reached = False
        #: How requests are repeated, and what long waits that cost this task.
        self.retries = Retries(connection.retry_budget, self.pacer)
        self._memory = Memory(MAX_REPLY_BYTES)
        self._proxy = proxy_of(connection)
        self._redactor = Redactor((*connection.secrets, *proxy_secrets(self._proxy)))
        self._context = ssl_context(connection)
        self._make_transport = make_transport or (lambda: Transport(self._context, self._proxy))
        try:
            self._clients = Clients(self._make)
        except (ValueError, ImportError, httpx.InvalidURL):
            # The address may hold a password, so it is not shown.
            text = "the proxy cannot be used: give `proxy` as http://HOST:PORT, or correct the environment variable"
            raise InvalidInputError.of([Problem(text)]) from None

    def _make(self) -> Sender:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING}
        return Sender(self._make_transport(), headers, self.connection.timeout)

    def close(self) -> None:
        """Close every connection."""
        self._clients.close()

    def renew_budget(self) -> None:
        """Start a new task with the connections of an earlier one."""
        self.retries = Retries(self.connection.retry_budget, self.pacer)
        self.requests = 0
        self._reached = False

    def stop_waiting(self) -> None:
        """End every wait, and repeat nothing more of this task: what is sent at its end is not worth a wait."""
        self.retries.stop()

    def keep_secret(self, value: str | None) -> None:
        """Never show this value, such as a token that a login gave."""
        self._redactor.add(value)

    def redact(self, text: str, pin: str | None = None) -> str:
        """Return a vendor's text without the credentials of this task and the PIN that was sent, and not too long."""
        # Once more without what cannot be seen: such characters may stand between the letters of a secret.
        return self._redactor.clean(visible(self._redactor.clean(text, pin)), pin)

    def url(self, path: str) -> str:
        """Return the address of a path below the base address."""
        return self.connection.url.rstrip("/") + path

    def send(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        repeatable: bool | None = None,
        **request: t.Any,
    ) -> Reply:
        """Send one request and return its reply, whatever its status, except those that mean "not now".

        :param path: below the base address, or a whole address of the same origin.
        :param operation: what is attempted, for errors.
        :param repeatable: carrying it out twice is the same as once; by default true for reading only.
        :param request: ``params``, ``headers``, ``json``, ``data``, ``content``; ``renew``, see :func:`renewing`.
        :raises TransportError: no usable reply; ``uncertain`` when it may have been carried out.
        :raises RateLimitedError: still refused when the waiting time was spent.
        """
        safe = method in ("GET", "HEAD") if repeatable is None else repeatable
        exchange = renewing(lambda: self._exchange(method, path, operation, request), request)
        return t.cast(Reply, self._send(exchange, operation, safe))

    @contextlib.contextmanager
    def stream(
        self,
        path: str,
        operation: Operation,
        refusal: t.Callable[[Reply], VoicemailError],
        **request: t.Any,
    ) -> t.Iterator[Stream]:
        """Open a reply that is read while it arrives; its reader limits its size, and so its time.

        :param refusal: makes the error of a reply that is no success.
        :raises VoicemailError: as :meth:`send`, or by ``refusal``.
        """
        # Bytes on the way must be those of the file: its size and the place to go on from are counted in them.
        request["headers"] = {**request.get("headers", {}), "Accept-Encoding": "identity"}
        with self._clients.lent() as client:
            opened = self._send(lambda: self._open_stream(client, path, operation, request), operation, True)
            if isinstance(opened, Reply):
                raise refusal(opened)
            with contextlib.closing(opened):
                deadline = opened.request.extensions[EXTENSION]
                yield Stream(opened, operation, self.connection.timeout, deadline.restart)

    def _send(self, exchange: t.Callable[[], t.Any], operation: Operation, safe: bool) -> t.Any:
        return self.retries.run(lambda: self._attempt(exchange, operation, safe))

    def _attempt(self, exchange: t.Callable[[], t.Any], operation: Operation, safe: bool) -> t.Any:
        with self.pacer.turn():
            with self._count_lock:
                self.requests += 1
            started = time.monotonic()
            try:
                return self._try(exchange, operation, safe)
            except Retryable as failure:
                failure.seconds = time.monotonic() - started
                raise

    def _try(self, exchange: t.Callable[[], t.Any], operation: Operation, safe: bool) -> t.Any:
        try:
            reply = exchange()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            failure = TransportError(f"{self._connection_problem(error)}", _connection_hint(error), operation=operation)
            if _hopeless(error):
                raise failure from None
            raise Retryable(failure, away=self._reached) from None
        except httpx.InvalidURL:
            hint = "Check `url`, and the numbers and ids that were given"
            raise TransportError("the address of the request cannot be used", hint, operation=operation) from None
        except httpx.DecodingError:
            raise not_understood(operation, "expected a body that can be decompressed") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            if "CERTIFICATE_REQUIRED" in str(error):
                raise TransportError(
                    "the server asks for a certificate of this client",
                    "Give `client_cert`, and `client_key` where the key is in a file of its own",
                    operation=operation,
                ) from None
            problem = (
                "no reply within the timeout"
                if isinstance(error, httpx.TimeoutException)
                else "the connection broke before the reply"
            )
            failure = TransportError(
                f"{problem}", "Run the task again: it goes on where it stopped", uncertain=True, operation=operation
            )
            if safe:
                raise Retryable(failure) from None
            raise failure from None
        if not isinstance(reply, Reply):
            return reply
        away = reply.status in _AWAY and self._reached
        self._reached = self._reached or reply.status not in _AWAY
        return self._judge(reply, operation, safe, away)

    def _judge(self, reply: Reply, operation: Operation, safe: bool, away: bool) -> Reply:
        if reply.status == 429:
            error: VoicemailError = RateLimitedError(
                "the vendor refuses more requests for now",
                "Raise `retry_budget`, or lower `workers`",
                status=429,
                operation=operation,
            )
            raise Retryable(error, retry_after=retry_after(reply.headers.get("retry-after", "")), refused=True)
        if reply.status in _BROKEN and safe:
            error = broken(reply)
            raise Retryable(
                error,
                retry_after=retry_after(reply.headers.get("retry-after", "")) if reply.status in _BUSY else None,
                away=away,
                reply=reply,
            )
        return reply

    def _exchange(self, method: str, path: str, operation: Operation, request: dict[str, t.Any]) -> Reply:
        with self._clients.lent() as client:
            return self._read(self._open(client, method, path, operation, request), operation)

    def _read(self, response: t.Any, operation: Operation) -> Reply:
        with contextlib.closing(response):
            content, share = read_body(response, operation, self._memory)
            with self._count_lock:
                self.received += len(content)
            return Reply(response.status_code, response.headers, content, operation, share)

    def _open_stream(self, client: Sender, path: str, operation: Operation, request: dict[str, t.Any]) -> t.Any:
        response = self._open(client, "GET", path, operation, request)
        return response if response.is_success else self._read(response, operation)

    def _open(self, client: Sender, method: str, path: str, operation: Operation, request: dict[str, t.Any]) -> t.Any:
        url = path if "://" in path else self.url(path)
        deadline = Deadline(self.connection.timeout)
        for _hop in range(MAX_REDIRECTS + 1):
            if _origin(url) != self.connection.origin:
                raise TransportError(
                    f"it leads to another origin ({self.redact(_shown_origin(url))}),"
                    " which never gets the credentials of this one",
                    "Give that address as `url` if you trust it",
                    operation=operation,
                )
            response = client.send(method, url, deadline, request)
            location = response.headers.get("location")
            if not (response.is_redirect and location):
                return response
            response.close()
            try:
                url = urllib.parse.urljoin(url, location)
            except ValueError:
                url = ""
            if method not in ("GET", "HEAD") and response.status_code not in (307, 308):
                raise TransportError(
                    f"the server leads to another address ({self.redact(_shown_origin(url))})",
                    "Correct `url`: it may have to begin with https",
                    status=response.status_code,
                    operation=operation,
                )
        raise TransportError(f"more than {MAX_REDIRECTS} redirects", "Check `url`", operation=operation)

    def _connection_problem(self, error: Exception) -> str:
        scheme, host, port = self.connection.origin
        cause = error.__cause__ or error.__context__ or error
        reason = "the certificate does not verify" if "CERTIFICATE_VERIFY_FAILED" in str(error) else ""
        if reason:
            detail = str(error).rpartition("certificate verify failed: ")[2].split(" (_ssl")[0]
            return f"{reason} for {host}:{port} ({self.redact(detail)})"
        way = " through the proxy" if self._proxy else ""
        if any(reason in str(error) for reason in _NOT_TLS):
            return f"{host}:{port}{way} does not speak TLS. If it serves plain HTTP, `url` begins with http://"
        kind = (
            "timed out"
            if isinstance(error, httpx.TimeoutException)
            else self.redact(str(error) or type(cause).__name__)
        )
        return f"no connection to {scheme}://{host}:{port}{way} ({kind})"


def expired(operation: Operation) -> ExpiredError:
    """Return the error for a token or session that is no longer valid."""
    hint = "Give a new `token`, or credentials to log in with"
    return ExpiredError("the token is not valid, or not any more", hint, status=401, operation=operation)


def broken(reply: Reply) -> TransportError:
    """Return the error for a server that failed while it served: it may have done what was asked."""
    return TransportError(
        f"the server answered {reply.status}",
        "Look at the state of the server, then run the task again",
        status=reply.status,
        uncertain=True,
        operation=reply.operation,
    )


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        return origin_of(url)
    except ValueError:
        return None


def _shown_origin(url: str) -> str:
    scheme, host, port = _origin(url) or ("", "", 0)
    return f"{scheme}://{host}:{port}" if host else "an address that is none"


def _hopeless(error: Exception) -> bool:
    """Tell whether trying again cannot help: a certificate or a name that is wrong stays wrong."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno != socket.EAI_AGAIN
        cause = cause.__cause__ or cause.__context__
    return "SSL" in str(error) or "CERTIFICATE" in str(error)


def _connection_hint(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "Give the certificate of its authority as `ca_path`; `validate_certs: false` is for laboratories only"
    if "HANDSHAKE_FAILURE" in str(error):
        return "The server may ask for a certificate of this client: give `client_cert`"
    return "Check `url`, the network, and `proxy`"
