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
import functools
import socket
import threading
import time
import typing as t
import urllib.parse

from .clients import Clients
from .core.connection import Connection, origin_of
from .core.errors import ExpiredError, InvalidInputError, RateLimitedError, TransportError, VoicemailError
from .core.text import without
from .deps import httpx, pydantic, tenacity
from .pace import Budget, Pacer, retry_after
from .streams import Stream
from .tls import proxy_of, ssl_context

MAX_REPLY_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
#: Attempts at a request that fails; a refusal (429) is repeated for as long as the budget lasts.
MAX_ATTEMPTS = 5
USER_AGENT = "telephony.voicemail/1.0"
_BUSY = frozenset((429, 502, 503, 504))
_BROKEN = frozenset((500, 502, 503, 504))

Model = t.TypeVar("Model", bound="pydantic.BaseModel")


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What came back, read to its end.

    :param what: what was attempted, for errors: "read mailbox 3000".
    """

    status: int
    headers: t.Mapping[str, str]
    content: bytes
    what: str

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300

    def parse(self, model: type[Model]) -> Model:
        """Read the body as one of the vendor's models.

        :raises TransportError: when it is something else, such as the HTML page of a proxy.
        """
        try:
            return model.model_validate_json(self.content)
        except pydantic.ValidationError as error:
            raise TransportError(
                f"cannot {self.what}: {_strangeness(self, error)}",
                "Check that `url` is the base address of the API and that nothing in between answers for it",
                status=self.status,
                uncertain=True,
            ) from None


class Client:
    """The HTTP client of one task.

    :param connection: where to, and with what TLS.
    :param workers: most connections.
    :param pacer: what the vendor documents of its rate limit.
    """

    def __init__(self, connection: Connection, workers: int, pacer: Pacer | None = None) -> None:
        self.connection = connection
        self.workers = workers
        self.pacer = pacer or Pacer()
        self.requests = 0
        self._count_lock = threading.Lock()
        self._budget = Budget(connection.retry_budget)
        self._secrets: set[str] = {secret for secret in connection.secrets if len(secret) > 3}
        self._proxy = proxy_of(connection)
        make = functools.partial(
            httpx.Client,
            verify=ssl_context(connection),
            proxy=self._proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            timeout=httpx.Timeout(connection.timeout),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT},
        )
        try:
            self._clients = Clients(make)
        except (ValueError, ImportError, httpx.InvalidURL):
            # The address may hold a password, so it is not shown.
            raise InvalidInputError.of(
                ["the proxy cannot be used: give `proxy` as http://HOST:PORT, or correct the environment variable"]
            ) from None

    def close(self) -> None:
        """Close every connection."""
        self._clients.close()

    def renew_budget(self) -> None:
        """Start a new task with the connections of an earlier one."""
        self._budget = Budget(self.connection.retry_budget)
        self.requests = 0

    def keep_secret(self, value: str | None) -> None:
        """Never show this value, such as a token that a login gave."""
        if value and len(value) > 3:
            self._secrets.add(value)

    def redact(self, text: str, pin: str | None = None) -> str:
        """Return a vendor's text without the credentials of this task and the PIN that was sent, and not too long."""
        text = without(text, (*self._secrets, *([pin] if pin else ())))
        return text if len(text) <= 500 else text[:500] + "..."

    def url(self, path: str) -> str:
        """Return the address of a path below the base address."""
        return self.connection.url.rstrip("/") + path

    def send(
        self,
        method: str,
        path: str,
        what: str,
        *,
        repeatable: bool | None = None,
        **request: t.Any,
    ) -> Reply:
        """Send one request and return its reply, whatever its status, except those that mean "not now".

        :param path: below the base address, or a whole address of the same origin.
        :param what: the attempt in words, for errors: "read mailbox 3000".
        :param repeatable: carrying it out twice is the same as once; by default true for reading only.
        :param request: ``params``, ``headers``, ``json``, ``data``, ``content`` as httpx takes them.
        :raises TransportError: no usable reply; ``uncertain`` when it may have been carried out.
        :raises RateLimitedError: still refused when the waiting time was spent.
        """
        safe = method in ("GET", "HEAD") if repeatable is None else repeatable
        reply: Reply = self._persist(lambda: self._exchange(method, path, what, request), what, safe)
        return reply

    @contextlib.contextmanager
    def stream(
        self, path: str, what: str, refusal: t.Callable[[Reply], VoicemailError], **request: t.Any
    ) -> t.Iterator[Stream]:
        """Open a reply that is read while it arrives: no limit to its size or whole time, only to each wait.

        :param refusal: makes the error of a reply that is no success.
        :raises VoicemailError: as :meth:`send`, or by ``refusal``.
        """
        # Bytes on the way must be those of the file: its size and the place to go on from are counted in them.
        request["headers"] = {**request.get("headers", {}), "Accept-Encoding": "identity"}
        with self._clients.lent() as client:
            opened = self._persist(lambda: self._open_stream(client, path, what, request), what, True)
            if isinstance(opened, Reply):
                raise refusal(opened)
            with contextlib.closing(opened):
                yield Stream(opened, what)

    def _persist(self, exchange: t.Callable[[], t.Any], what: str, safe: bool) -> t.Any:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Again)),
            wait=_Backoff(),
            stop=self._spent,
            reraise=True,
        )
        try:
            return retrying(self._attempt, exchange, what, safe)
        except _Again as again:
            if again.reply is not None:
                return again.reply
            raise again.error from None

    def _spent(self, state: t.Any) -> bool:
        again = state.outcome.exception()
        wait = state.upcoming_sleep
        if not again.refused and state.attempt_number >= MAX_ATTEMPTS:
            return True
        if not self._budget.take(wait):
            return True
        if again.refused:
            self.pacer.refused(wait)
        return False

    def _attempt(self, exchange: t.Callable[[], t.Any], what: str, safe: bool) -> t.Any:
        try:
            with self.pacer.turn():
                with self._count_lock:
                    self.requests += 1
                reply = exchange()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            failure = TransportError(f"cannot {what}: {self._connection_problem(error)}", _connection_hint(error))
            if _hopeless(error):
                raise failure from None
            raise _Again(failure) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            if "CERTIFICATE_REQUIRED" in str(error):
                raise TransportError(
                    f"cannot {what}: the server asks for a certificate of this client",
                    "Give `client_cert`, and `client_key` where the key is in a file of its own",
                ) from None
            problem = (
                "no reply within the timeout"
                if isinstance(error, httpx.TimeoutException)
                else "the connection broke before the reply"
            )
            failure = TransportError(
                f"cannot {what}: {problem}", "Run the task again: it goes on where it stopped", uncertain=True
            )
            if safe:
                raise _Again(failure) from None
            raise failure from None
        return self._judge(reply, what, safe) if isinstance(reply, Reply) else reply

    def _judge(self, reply: Reply, what: str, safe: bool) -> Reply:
        if reply.status == 429:
            error: VoicemailError = RateLimitedError(
                f"cannot {what}: the vendor refuses more requests for now",
                "Raise `retry_budget`, or lower `workers`",
                status=429,
            )
            raise _Again(error, retry_after=retry_after(reply.headers.get("retry-after", "")), refused=True)
        if reply.status in _BROKEN and safe:
            error = broken(reply)
            raise _Again(
                error,
                retry_after=retry_after(reply.headers.get("retry-after", "")) if reply.status in _BUSY else None,
                reply=reply,
            )
        return reply

    def _exchange(self, method: str, path: str, what: str, request: dict[str, t.Any]) -> Reply:
        with self._clients.lent() as client:
            return self._read(self._open(client, method, path, what, request), what)

    def _read(self, response: t.Any, what: str) -> Reply:
        with contextlib.closing(response):
            deadline = time.monotonic() + self.connection.timeout
            return Reply(response.status_code, response.headers, _bounded(response, what, deadline), what)

    def _open_stream(self, client: httpx.Client, path: str, what: str, request: dict[str, t.Any]) -> t.Any:
        response = self._open(client, "GET", path, what, request)
        return response if response.is_success else self._read(response, what)

    def _open(self, client: httpx.Client, method: str, path: str, what: str, request: dict[str, t.Any]) -> t.Any:
        url = path if "://" in path else self.url(path)
        for _hop in range(MAX_REDIRECTS + 1):
            if _origin(url) != self.connection.origin:
                raise TransportError(
                    f"cannot {what}: it leads to another origin ({_shown_origin(url)}),"
                    " which never gets the credentials of this one",
                    "Give that address as `url` if you trust it",
                )
            response = client.send(client.build_request(method, url, **request), stream=True)
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
                    f"cannot {what}: the server leads to another address ({_shown_origin(url)})",
                    "Correct `url`: it may have to begin with https",
                    status=response.status_code,
                )
        raise TransportError(f"cannot {what}: more than {MAX_REDIRECTS} redirects", "Check `url`")

    def _connection_problem(self, error: Exception) -> str:
        scheme, host, port = self.connection.origin
        cause = error.__cause__ or error.__context__ or error
        reason = "the certificate does not verify" if "CERTIFICATE_VERIFY_FAILED" in str(error) else ""
        if reason:
            detail = str(error).rpartition("certificate verify failed: ")[2].split(" (_ssl")[0]
            return f"{reason} for {host}:{port} ({detail})"
        way = " through the proxy" if self._proxy else ""
        kind = (
            "timed out"
            if isinstance(error, httpx.TimeoutException)
            else self.redact(str(error) or type(cause).__name__)
        )
        return f"no connection to {scheme}://{host}:{port}{way} ({kind})"


class _Again(Exception):
    """The attempt failed in a way that may be repeated."""

    def __init__(
        self, error: VoicemailError, retry_after: float | None = None, refused: bool = False, reply: Reply | None = None
    ) -> None:
        super().__init__(str(error))
        self.reply = reply
        self.error = error
        self.retry_after = retry_after
        self.refused = refused


class _Backoff:
    """What the vendor asks for, else a growing random wait."""

    def __init__(self) -> None:
        self._growing = tenacity.wait_random_exponential(multiplier=0.5, max=10, min=0.1)

    def __call__(self, state: t.Any) -> float:
        again: _Again = state.outcome.exception()
        # "At once" is believed one time: a server that says so with every refusal would be asked without end.
        if again.retry_after is not None and (again.retry_after > 0 or state.attempt_number == 1):
            return again.retry_after
        # A refusal without a date: a bucket that gains tokens each second is worth asking again after one.
        return max(1.0 if again.refused else 0.0, self._growing(state))


def expired(what: str) -> ExpiredError:
    """Return the error for a token or session that is no longer valid."""
    hint = "Give a new `token`, or credentials to log in with"
    return ExpiredError(f"cannot {what}: the token is not valid, or not any more", hint, status=401)


def broken(reply: Reply) -> TransportError:
    """Return the error for a server that failed while it served: it may have done what was asked."""
    return TransportError(
        f"cannot {reply.what}: the server answered {reply.status}",
        "Look at the state of the server, then run the task again",
        status=reply.status,
        uncertain=True,
    )


def _bounded(response: t.Any, what: str, deadline: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > MAX_REPLY_BYTES:
            raise TransportError(
                f"cannot {what}: the reply is larger than {MAX_REPLY_BYTES // 2**20} MiB",
                "Check that `url` is the vendor's API",
                uncertain=True,
            )
        if time.monotonic() > deadline:
            raise httpx.ReadTimeout("the reply did not end in time")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _strangeness(reply: Reply, error: t.Any) -> str:
    start = reply.content[:200].lstrip().lower()
    if start.startswith(b"<"):
        return f"the server answered {reply.status} with an HTML or XML page instead of JSON"
    if not start:
        return f"the server answered {reply.status} with an empty body"
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    return f"the server answered {reply.status} with something unexpected (at {place}: {first['msg']})"


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
