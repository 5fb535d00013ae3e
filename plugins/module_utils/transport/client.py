# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP client for all vendors, one per task: verified TLS, bounded replies, retries of safe requests.

A request is sent once unless repeating it is safe: reads always are, and a driver declares this for writes
that have the same result when carried out twice. After a rate limit (429) or a failed connection attempt, the request
was certainly not carried out, so every request is repeated.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
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
from .connection_errors import connection_hint, is_permanent, is_plain_server, without_number
from .json_bodies import describe_bad_body, read_json
from .network import EXTENSION, Deadline, Transport
from .pace import Pacer, retry_after
from .pool import Clients
from .redaction import Redactor
from .renewal import renewing
from .retry import Retries, Retryable
from .sender import Sender
from .stream import Stream
from .tls import proxy_of, proxy_secrets, speaks_tls, ssl_context

#: Unpacked bytes of all replies that a task reads at the same time.
MAX_REPLY_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
USER_AGENT = "telephony.voicemail/1.0"
#: Most addresses whose origin is remembered: creations and listings use the same ones.
_KEPT_ADDRESSES = 64
_BUSY = frozenset((429, 502, 503, 504))
#: Statuses of proxies for a server that is not running.
_AWAY = frozenset((502, 503))
_BROKEN = frozenset((500, 502, 503, 504))

Model = t.TypeVar("Model")


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its whole body.

    :param operation: the operation for error messages.
    """

    status: int
    headers: t.Mapping[str, str]
    content: bytes
    operation: Operation
    share: Share | None = dataclasses.field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Check whether the status is a success."""
        return 200 <= self.status < 300

    def parse(self, model: type[Model]) -> Model:
        """Read the body as one of the vendor's models.

        :raises TransportError: if it is anything else, such as the HTML page of a proxy.
        """
        try:
            return t.cast("t.Any", model).model_validate(read_json(self.content))
        except ValueError as error:
            problem = f"the server answered {self.status} with {describe_bad_body(self.content, error)}"
            raise not_understood(self.operation, problem, status=self.status) from None


class Client:
    """The HTTP client of one task.

    :param connection: address and TLS options.
    :param workers: most concurrent connections.
    :param pacer: the vendor's documented rate limit.
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
        self._origin = connection.origin
        self.workers = workers
        self.pacer = pacer or Pacer()
        self.requests = 0
        #: Unpacked bytes of all replies so far.
        self.received = 0
        self._count_lock = threading.Lock()
        #: Whether the server answered a request of this task, so that an unreachable server is restarting.
        self._reached = False
        #: Whether it is known if the server of a plain address expects TLS.
        self._probed = False
        #: Retries of requests, and the long waits of this task.
        self.retries = Retries(connection.retry_budget, self.pacer)
        self._memory = Memory(MAX_REPLY_BYTES)
        self._proxy = proxy_of(connection)
        self._redactor = Redactor((*connection.secrets, *proxy_secrets(self._proxy)))
        self._context = ssl_context(connection)
        self._make_transport = make_transport or (lambda: Transport(self._context, self._proxy))
        try:
            self._clients = Clients(self._create_client)
        except (ValueError, ImportError, httpx.InvalidURL):
            # The address may contain a password, so it is not shown.
            text = "the proxy cannot be used: set `proxy` to http://HOST:PORT, or correct the environment variable"
            raise InvalidInputError.of([Problem(text)]) from None

    def _create_client(self) -> Sender:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING}
        return Sender(self._make_transport(), headers, self.connection.timeout)

    def close(self) -> None:
        """Close every connection."""
        self._clients.close()

    def renew_budget(self) -> None:
        """Start a new task with the existing connections."""
        self.retries = Retries(self.connection.retry_budget, self.pacer)
        self.requests = 0
        self._reached = False

    def stop_waiting(self) -> None:
        """End all waits and retries of this task: requests at its end do not justify a wait."""
        self.retries.stop()

    def keep_secret(self, value: str | None) -> None:
        """Hide this value in texts, such as the token of a login."""
        self._redactor.add(value)

    def redact(self, text: str, pin: str | None = None) -> str:
        """Return a vendor's text, shortened, without the credentials of this task and the PIN in the request."""
        # Again without invisible characters, which may be inside a secret.
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
        """Send one request and return its reply with any status, except rate limits and unavailability.

        :param path: path below the base address, or a full address of the same origin.
        :param operation: the operation for error messages.
        :param repeatable: whether repeating it is safe; by default true for reads only.
        :param request: ``params``, ``headers``, ``json``, ``data``, ``content``; ``renew``, see :func:`renewing`.
        :raises TransportError: for an unusable reply; ``uncertain`` if it may have been carried out.
        :raises RateLimitedError: if it is still refused after the waiting time.
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
        """Open a reply as a stream, whose reader limits its size and thus its time.

        :param refusal: returns the error of an unsuccessful reply.
        :raises VoicemailError: as :meth:`send`, or by ``refusal``.
        """
        # The transferred bytes must be those of the file, since size and start position refer to them.
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
            failure = TransportError(f"{self._connection_problem(error)}", connection_hint(error), operation=operation)
            if is_permanent(error):
                raise failure from None
            raise Retryable(failure, away=self._reached) from None
        except httpx.InvalidURL:
            hint = "Check `url`, and the declared numbers and ids"
            raise TransportError("the address of the request cannot be used", hint, operation=operation) from None
        except httpx.DecodingError:
            raise not_understood(operation, "expected a body that can be decompressed") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            if "CERTIFICATE_REQUIRED" in str(error):
                raise TransportError(
                    "the server asks for a certificate of this client",
                    "Set `client_cert`, and `client_key` if the key is in a separate file",
                    operation=operation,
                ) from None
            self._refuse_tls(operation)
            problem = (
                "no reply within the timeout"
                if isinstance(error, httpx.TimeoutException)
                else "the connection was lost before the reply"
            )
            failure = TransportError(
                f"{problem}", "Run the task again: it continues where it stopped", uncertain=True, operation=operation
            )
            if safe:
                raise Retryable(failure) from None
            raise failure from None
        if not isinstance(reply, Reply):
            return reply
        if reply.status == 400:
            self._refuse_tls(operation)
        away = reply.status in _AWAY and self._reached
        self._reached = self._reached or reply.status not in _AWAY
        return self._check_status(reply, operation, safe, away)

    def _refuse_tls(self, operation: Operation) -> None:
        """Raise the error for plain HTTP to a server that speaks TLS, unless it understood an earlier request."""
        is_new = not self._reached and not self._proxy and not self._probed
        self._probed = True
        if is_new and speaks_tls(self.connection):
            _scheme, host, port = self.connection.origin
            raise TransportError(f"{host}:{port} speaks TLS", "`url` must start with https://", operation=operation)

    def _check_status(self, reply: Reply, operation: Operation, safe: bool, away: bool) -> Reply:
        if reply.status == 429:
            error: VoicemailError = RateLimitedError(
                "the vendor's rate limit was exceeded",
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
            if _origin(url) != self._origin:
                raise TransportError(
                    f"it redirects to another origin ({self.redact(_shown_origin(url))}),"
                    " which must not receive these credentials",
                    "Set `url` to that address if you trust it",
                    operation=operation,
                )
            response = client.send(method, url, deadline, request)
            location = response.headers.get("location") if response.is_redirect else None
            if not location:
                return response
            response.close()
            try:
                url = urllib.parse.urljoin(url, location)
            except ValueError:
                url = ""
            if method not in ("GET", "HEAD") and response.status_code not in (307, 308):
                raise TransportError(
                    f"the server redirects to another address ({self.redact(_shown_origin(url))})",
                    "Correct `url`: it may have to start with https",
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
        route = " through the proxy" if self._proxy else ""
        if is_plain_server(error):
            return f"{host}:{port}{route} does not speak TLS"
        kind = (
            "timed out"
            if isinstance(error, httpx.TimeoutException)
            else self.redact(without_number(str(error)) or type(cause).__name__)
        )
        return f"no connection to {scheme}://{host}:{port}{route} ({kind})"


def expired(operation: Operation) -> ExpiredError:
    """Return the error for a token or session that is no longer valid."""
    hint = "Set a new `token`, or the options of a login"
    return ExpiredError("the token is invalid or expired", hint, status=401, operation=operation)


def broken(reply: Reply) -> TransportError:
    """Return the error for a failed server, which may have carried out the request."""
    return TransportError(
        f"the server answered {reply.status}",
        "Check the state of the server, then run the task again",
        status=reply.status,
        uncertain=True,
        operation=reply.operation,
    )


@functools.lru_cache(_KEPT_ADDRESSES)
def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        return origin_of(url)
    except ValueError:
        return None


def _shown_origin(url: str) -> str:
    scheme, host, port = _origin(url) or ("", "", 0)
    return f"{scheme}://{host}:{port}" if host else "an invalid address"
