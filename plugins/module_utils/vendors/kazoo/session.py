# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send requests to KAZOO (docs/vendors/kazoo.md, "Addresses and envelopes" and "Logging in")."""

from __future__ import annotations

import base64
import binascii
import contextlib
import copy
import dataclasses
import hashlib
import json
import math
import re
import threading
import typing as t
import urllib.parse

from ...deps import pydantic
from ...errors import (
    AuthError,
    ConflictError,
    ExpiredError,
    NotFoundError,
    RejectedError,
    StaleError,
    VoicemailError,
)
from ...model.connection import Connection
from ...model.operation import Operation
from ...transport.client import Client, Reply, Stream, broken, expired
from ...transport.pace import Pacer
from ..login import Login, Token, TokenSession
from ..replies import correction_hint

_TAKEN = (
    "Another box of the account has this number, or an alias equal to it; KAZOO before 5 also treats 01001 as 1001,"
    " and refuses changes to two boxes with one number"
)
#: An id of KAZOO. Anything else is a name.
IDENTIFIER = re.compile(r"[0-9a-zA-Z]{32}")
ADDRESS_HINT = "Check `url`: it must end in /v2"


class Tokens(pydantic.BaseModel):
    """State of the caller's token bucket."""

    remaining: float | None = None


class Envelope(pydantic.BaseModel):
    """The envelope of every reply."""

    data: t.Any = None
    message: str = ""
    auth_token: str | None = pydantic.Field(default=None, repr=False)
    next_start_key: str = ""
    page_size: t.Any = None
    tokens: Tokens | None = None
    metadata: t.Any = None
    revision: t.Any = None

    @pydantic.field_validator("next_start_key", mode="before")
    @classmethod
    def _last_page(cls, value: t.Any) -> t.Any:
        # Old servers return an empty list on the last page (docs/vendors/kazoo.md, "Listing and paging").
        return "" if value is None or value == [] else value

    @property
    def generation(self) -> str:
        """Return the generation of the server, derived from the reply: 4.3, M or 5."""
        if self.metadata is not None:
            return "5"
        return "4.3" if self.tokens is None else "M"


class KazooSession(TokenSession):
    """A login at one KAZOO account.

    :param connection: complete options of the task.
    :param find_account: returns the id of an account by its realm or names, with a session of the login's own account.
    """

    def __init__(
        self,
        connection: Connection,
        workers: int,
        find_account: t.Callable[[KazooSession, str], str] = lambda session, name: name,
    ) -> None:
        self.connection = connection
        self._find_account = find_account
        self.client = Client(connection, workers, Pacer(capacity=100, rate=10))
        self.generation = ""
        self._account_id: str | None = None
        self._account_lock = threading.Lock()
        log_in = self._log_in if connection.api_key or connection.username else None
        given = Token(connection.token, expires=_end(connection.token)) if connection.token else None
        self.login = Login(log_in, given)

    def account_key(self) -> str:
        """Return the path of the account, which contains its id."""
        return self.account(self.login.token())

    def account_name(self) -> str:
        """Return the id of the account, known after the login."""
        token = self.login.current
        return "" if token is None else self.account(token).rpartition("/")[2]

    def account(self, token: Token) -> str:
        """Return the path of the account of the task."""
        given = self.connection.account_id
        account_id = self._account_named(given) if given and not IDENTIFIER.fullmatch(given) else given
        account_id = account_id or token.data.get("account_id") or _payload(token.value).get("account_id")
        if not isinstance(account_id, str) or not account_id:
            raise AuthError("the token does not contain its account", "Set `account_id`")
        return f"/accounts/{urllib.parse.quote(account_id, safe='')}"

    def _account_named(self, name: str) -> str:
        """Return the id of an account below the login's. It is looked up once."""
        with self._account_lock:
            if self._account_id is None:
                top = copy.copy(self)
                top.connection = dataclasses.replace(self.connection, account_id=None)
                self._account_id = self._find_account(top, name)
            return self._account_id

    def call(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        repeatable: bool | None = None,
        headers: t.Mapping[str, str] | None = None,
        **request: t.Any,
    ) -> Envelope:
        """Send a request below the account and return its envelope.

        :param path: path below the account: ``/vmboxes``.
        :raises VoicemailError: if KAZOO refuses the request, see :func:`refusal`.
        """

        def once(token: Token) -> Envelope:
            sent = {**(headers or {}), "X-Auth-Token": token.value, "Accept": "application/json"}
            reply = self.client.send(
                method, self.account(token) + path, operation, repeatable=repeatable, headers=sent, **request
            )
            return self._open(reply, pin)

        body = request.get("json")
        data = body.get("data") if isinstance(body, dict) else None
        pin = str(data.get("pin") or "") if isinstance(data, dict) else ""
        return self.login.run(once)

    @contextlib.contextmanager
    def stream(
        self,
        path: str,
        operation: Operation,
        refused: t.Callable[[Reply], VoicemailError],
        headers: t.Mapping[str, str] | None = None,
    ) -> t.Iterator[Stream]:
        """Open a recording below the account as a stream.

        :param path: below the account.
        :param refused: returns the error of an unsuccessful reply.
        """
        opened: list[Stream] = []

        def once(token: Token) -> contextlib.ExitStack:
            # KAZOO does not send recordings to clients that accept only JSON.
            sent = {**(headers or {}), "X-Auth-Token": token.value, "Accept": "*/*"}
            with contextlib.ExitStack() as stack:
                address = self.account(token) + path
                opened.append(stack.enter_context(self.client.stream(address, operation, refused, headers=sent)))
                return stack.pop_all()

        with self.login.run(once):
            yield opened[-1]

    def _open(self, reply: Reply, pin: str) -> Envelope:
        if not reply.ok:
            raise refusal(reply, self.client, pin)
        envelope = reply.parse(Envelope)
        self.generation = envelope.generation
        if envelope.tokens is not None and envelope.tokens.remaining is not None:
            self.client.pacer.observe(envelope.tokens.remaining)
        elif envelope.tokens is None:
            # This generation charges every request and does not return the remaining tokens
            # (docs/vendors/kazoo.md, "Rate limit").
            self.client.pacer.count()
        return envelope

    def _log_in(self) -> Token:
        connection = self.connection
        if connection.api_key:
            path, data = "/api_auth", {"api_key": connection.api_key}
        else:
            # KAZOO hashes the lower-cased user name (docs/vendors/kazoo.md, "Logging in"); the digest is as good as the
            # password.
            digest = hashlib.md5(
                f"{(connection.username or '').lower()}:{connection.password}".encode(), usedforsecurity=False
            )
            self.client.keep_secret(digest.hexdigest())
            path, data = (
                "/user_auth",
                {"credentials": digest.hexdigest(), "account_realm": connection.domain or "", "method": "md5"},
            )
        reply = self.client.send("PUT", path, Operation("log in"), json={"data": data})
        # A wrong key also causes 404; unlike a missing path, its reply contains a list.
        nowhere = reply.status == 404 and not (connection.api_key and isinstance(_data(reply), list))
        if nowhere or reply.status in (405, 410):
            raise AuthError("KAZOO has no login at this address", ADDRESS_HINT, status=reply.status)
        if reply.status in (400, 401, 403, 404):
            details = _details(_data(reply), self.client)
            details.pop("message", None)
            options = "`api_key`" if connection.api_key else "`username`, `password` and `domain` (the account's realm)"
            raise AuthError("KAZOO refuses the login", f"Check {options}", status=reply.status, details=details)
        if not reply.ok:
            raise refusal(reply, self.client)
        envelope = reply.parse(Envelope)
        if not envelope.auth_token:
            raise AuthError("KAZOO returned no token after the login", ADDRESS_HINT, status=reply.status)
        self.client.keep_secret(envelope.auth_token)
        data = envelope.data if isinstance(envelope.data, dict) else {}
        return Token.granted(
            envelope.auth_token, _payload(envelope.auth_token).get("exp"), {"account_id": data.get("account_id")}
        )


def charge_refused(operation: Operation) -> RejectedError:
    """Return the error for a write that costs money (docs/vendors/kazoo.md, "Errors")."""
    return RejectedError(
        "KAZOO would charge for it, and charges are never accepted automatically",
        "Accept the charge for mailboxes in KAZOO, then run the task again",
        status=402,
        operation=operation,
    )


def revision_conflict(operation: Operation, status: int = 409) -> StaleError:
    """Return the error for a write to another revision than the one that was read."""
    return StaleError(
        "somebody else changed it at the same moment", "Run the task again", status=status, operation=operation
    )


def is_unavailable(error: VoicemailError) -> bool:
    """Check whether the server lacks the module that a request needs, or the login the permission to use it."""
    return error.status in (403, 404)


def refusal(reply: Reply, client: Client, pin: str = "") -> VoicemailError:
    """Return the error of an unsuccessful reply (docs/vendors/kazoo.md, "Errors" and "Validation errors").

    :param pin: the PIN that was sent, which the reply may quote.
    """
    data = _data(reply)
    details = _details(data, client, pin)
    operation, status = reply.operation, reply.status
    if status == 401:
        error = expired(operation)
        if client.connection.account_id:
            # 5 returns this for missing accounts as well (docs/vendors/kazoo.md, "Errors").
            error.hint += ", and check `account_id`"
        return error
    if status == 402:
        return charge_refused(operation)
    if status == 403:
        return AuthError(
            "the login lacks the permission",
            "Check `account_id`, and the rights of the user or key",
            status=403,
            operation=operation,
        )
    if status == 404:
        return NotFoundError("KAZOO does not find it", "Check `account_id` and `url`", status=404, operation=operation)
    if status == 410:
        return RejectedError("KAZOO dropped this version of the API", ADDRESS_HINT, status=410, operation=operation)
    if status in (409, 412):
        return revision_conflict(operation, status)
    if status >= 500:
        return broken(reply)
    if _is_taken(data):
        return ConflictError("", _TAKEN, status=status, details=details, operation=operation, refused_by="KAZOO")
    # A reply with one message for everything names no field.
    hint = correction_hint({} if details.keys() == {"message"} else details)
    return RejectedError("", hint, status=status, details=details, operation=operation, refused_by="KAZOO")


def _data(reply: Reply) -> t.Any:
    # Replies of the HTTP layer itself (406, 412, 415) have no body.
    try:
        body = json.loads(reply.content)
    except (ValueError, RecursionError):
        return None
    return body.get("data") if isinstance(body, dict) else None


def _details(data: t.Any, client: Client, pin: str = "") -> dict[str, str]:
    """Return the problems by field, without the values that KAZOO echoes."""
    if not isinstance(data, dict):
        return {}
    if isinstance(data.get("message"), str):
        return {"message": client.redact(data["message"], pin)}
    details = {}
    for field, rules in data.items():
        if isinstance(rules, dict):
            texts = [
                str(rule.get("message", name)) if isinstance(rule, dict) else str(name) for name, rule in rules.items()
            ]
            details[client.redact(str(field), pin)] = client.redact(", ".join(texts), pin)
    return details


def _is_taken(data: t.Any) -> bool:
    return isinstance(data, dict) and any(isinstance(rules, dict) and "unique" in rules for rules in data.values())


def _end(token: str) -> float | None:
    """Return the Unix time at which a token expires, or None if it does not contain it."""
    end = _payload(token).get("exp")
    return end if isinstance(end, (int, float)) and not isinstance(end, bool) and math.isfinite(end) else None


def _payload(token: str | None) -> dict[str, t.Any]:
    """Return the payload of a JSON web token. Its signature is not checked, since it only saves a request."""
    try:
        part = (token or "").split(".")[1]
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, RecursionError, binascii.Error):
        return {}
    return payload if isinstance(payload, dict) else {}


__all__ = ("ADDRESS_HINT", "Envelope", "ExpiredError", "KazooSession", "charge_refused", "refusal", "revision_conflict")
