# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log in to TEL4VN and send requests (docs/vendors/tel4vn.md, "Logging in" and "Errors")."""

from __future__ import annotations

import hashlib
import http
import json
import time
import typing as t

from ...deps import pydantic
from ...errors import AuthError, NotFoundError, RejectedError, VoicemailError
from ...model.connection import Connection
from ...model.operation import Operation
from ...transport.client import Client, Reply, broken, expired
from ..login import Login, Token, TokenSession
from ..replies import correction_hint

URL_HINT = "Check `url`: it must end in /v1"


class Envelope(pydantic.BaseModel):
    """The content of a reply. Some replies are wrapped in ``data``, and some are the bare object."""

    data: t.Any = pydantic.Field(default=None, repr=False)
    total: t.Any = None
    error: t.Any = None
    content: t.Any = None
    status: t.Any = None
    message: t.Any = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _unwrap(cls, body: t.Any) -> t.Any:
        if body is None:
            return {}
        return {**body, "data": body} if isinstance(body, dict) and "data" not in body else body

    @property
    def failed(self) -> bool:
        """Check whether a reply with a success status reports a failure; an empty error object does, too."""
        return self.error not in (None, "", False) or self.status == "fail"

    def details(self) -> dict[str, str]:
        """Return the vendor's messages by field; the empty field stands for the request as a whole."""
        fields: dict[str, str] = {}
        texts: dict[str, None] = {}
        for said in (self.error, self.content, self.message):
            if isinstance(said, (dict, list)):
                for field, text in _pairs(said):
                    fields[field] = f"{fields[field]}, {text}" if field in fields else text
            elif said not in (None, ""):
                texts[str(said)] = None
        return fields or ({"": ": ".join(texts)} if texts else {})


class Grant(pydantic.BaseModel):
    """The result of a login: an ``api_key`` for a user name, and a token for an ``api_key``.

    :param expired: Unix time in seconds at which the token expires.
    :param expired_in: seconds until the token expires.
    """

    api_key: str | None = pydantic.Field(default=None, repr=False)
    token: str | None = pydantic.Field(default=None, repr=False)
    expired: float | None = None
    expired_in: float | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _unwrap(cls, body: t.Any) -> t.Any:
        return body["data"] if isinstance(body, dict) and isinstance(body.get("data"), dict) else body

    def expires(self) -> float | None:
        """Return the Unix time at which the token expires, by this machine's clock if the reply contains a duration."""
        return time.time() + self.expired_in if self.expired_in else self.expired


class Tel4vnSession(TokenSession):
    """A login at one TEL4VN tenant.

    :param connection: complete options of the task.
    """

    def __init__(self, connection: Connection, workers: int) -> None:
        self.connection = connection
        self.client = Client(connection, workers)
        log_in = self._log_in if connection.api_key or connection.username else None
        self.login = Login(log_in, Token(connection.token) if connection.token else None)

    def account_key(self) -> str:
        """Return a digest of the API key, which belongs to one tenant. No reply names the tenant.

        See docs/vendors/tel4vn.md, "Addresses and transport".

        Empty for a token of the user, which identifies nothing and differs every time.
        """
        token = self.login.current
        api_key = token.data.get("api_key") if token is not None else None
        # The key is a long random text, so its digest reveals nothing.
        return hashlib.sha256(f"tel4vn {api_key}".encode()).hexdigest() if api_key else ""

    def account_name(self) -> str:
        """Return an empty text: no reply and no option names the tenant."""
        return ""

    def call(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        repeatable: bool | None = None,
        pin: str = "",
        **request: t.Any,
    ) -> Envelope:
        """Send a request and return the content of its reply.

        :param path: path below the base address: ``/voicemail``.
        :param pin: the PIN in the request, which is removed from the vendor's messages.
        :raises VoicemailError: if TEL4VN refuses the request, see :func:`refusal`.
        """

        def once(token: Token) -> Envelope:
            headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}
            reply = self.client.send(method, path, operation, repeatable=repeatable, headers=headers, **request)
            if not reply.ok:
                raise refusal(reply, self.client, pin)
            # The reply to a deletion may have no body.
            envelope = reply.parse(Envelope) if reply.content.strip() else Envelope()
            if envelope.failed:
                raise _rejected(reply, envelope, self.client, pin)
            return envelope

        return self.login.run(once)

    def _log_in(self) -> Token:
        connection = self.connection
        api_key, options = connection.api_key, "`api_key`"
        if not api_key:
            options = "`username` and `password`"
            login = {"username": connection.username, "password": connection.password}
            api_key = self._granted(self.client.send("POST", "/auth", Operation("log in"), json=login), options).api_key
            if not api_key:
                raise AuthError("TEL4VN returned no api_key after the login", "Set `api_key` instead of `username`")
            self.client.keep_secret(api_key)
        reply = self.client.send("POST", "/auth/token", Operation("request", "a token"), json={"api_key": api_key})
        if reply.status == 404:
            # Newer servers moved the token to the third version of the API, and left voicemail in the first.
            origin = self.connection.url.rstrip("/").removesuffix("/v1")
            reply = self.client.send(
                "POST", f"{origin}/v3/auth/token", Operation("request", "a token"), json={"api_key": api_key}
            )
        grant = self._granted(reply, options)
        if not grant.token:
            raise AuthError("TEL4VN returned no token after the login", URL_HINT, status=reply.status)
        self.client.keep_secret(grant.token)
        return Token.granted(grant.token, grant.expires(), {"api_key": api_key})

    def _granted(self, reply: Reply, options: str) -> Grant:
        if reply.status in (400, 401, 403):
            details = details_of(_parse_refusal(reply), self.client)
            raise AuthError("TEL4VN refuses the login", f"Check {options}", status=reply.status, details=details)
        if not reply.ok:
            raise refusal(reply, self.client)
        envelope = reply.parse(Envelope)
        if envelope.failed:
            details = details_of(envelope, self.client)
            raise AuthError("TEL4VN refuses the login", f"Check {options}", status=reply.status, details=details)
        return reply.parse(Grant)


def refusal(reply: Reply, client: Client, pin: str = "") -> VoicemailError:
    """Return the error of an unsuccessful reply (docs/vendors/tel4vn.md, "Errors").

    :param pin: the PIN in the request.
    """
    operation, status = reply.operation, reply.status
    if status == 401:
        return expired(operation)
    if status >= 500:
        return broken(reply)
    envelope = _parse_refusal(reply)
    details = details_of(envelope, client, pin)
    if status == 403:
        return AuthError("the login lacks the permission", "Check its rights", status, details, operation=operation)
    if status == 404:
        return NotFoundError("TEL4VN does not find it", URL_HINT, status, details, operation=operation)
    return _rejected(reply, envelope, client, pin)


def _rejected(reply: Reply, envelope: Envelope, client: Client, pin: str) -> RejectedError:
    details = details_of(envelope, client, pin)
    if not details:
        reason = http.HTTPStatus(reply.status).phrase if reply.status in set(http.HTTPStatus) else ""
        details = {"": f"no reason, status {reply.status} {reason}".rstrip()}
    return RejectedError(
        "", correction_hint(details), reply.status, details, operation=reply.operation, refused_by="TEL4VN"
    )


def _parse_refusal(reply: Reply) -> Envelope:
    """Parse the body of a refusal, which may be anything, such as the page of a proxy."""
    try:
        body = json.loads(reply.content)
    except (ValueError, RecursionError):
        body = None
    return Envelope.model_validate(body if isinstance(body, dict) else None)


def _pairs(problems: dict[str, t.Any] | list[t.Any]) -> t.Iterator[tuple[str, str]]:
    """Yield (field, text) of problems in an object or a list of objects."""
    for entry in [problems] if isinstance(problems, dict) else problems:
        for field, text in (entry if isinstance(entry, dict) else {"": entry}).items():
            if text not in (None, "", {}, []):
                yield "" if field == "(root)" else str(field), str(text)


def details_of(envelope: Envelope, client: Client, pin: str = "") -> dict[str, str]:
    """Return the vendor's messages without the credentials of the task and the PIN in the request."""
    return {client.redact(field, pin): client.redact(text, pin) for field, text in envelope.details().items()}


__all__ = ("URL_HINT", "Envelope", "Tel4vnSession", "details_of", "refusal")
