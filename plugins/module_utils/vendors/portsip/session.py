# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Talking to PortSIP: both families of logins, tenants (docs/vendors/portsip.md, "Logging in")."""

from __future__ import annotations

import threading
import time
import typing as t

from ...deps import pydantic
from ...errors import AuthError, ExpiredError, TransportError
from ...model.connection import Connection
from ...model.operation import Operation
from ...transport.client import Client, Reply, broken
from ...transport.pace import Pacer
from ..login import Login, Token
from .refusals import refusal, said

#: The same for every client: the vendor publishes it (docs/vendors/portsip.md, "Login families").
CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
#: Requests a minute that every generation serves; later ones serve twice as many.
_RATE_LIMIT = 5000


class TokenReply(pydantic.BaseModel):
    """What a login answers: tokens, or the demand for a second factor."""

    access_token: str | None = pydantic.Field(default=None, repr=False)
    refresh_token: str | None = pydantic.Field(default=None, repr=False)
    expires_in: float | None = None
    two_factor_enabled: bool | None = None

    @pydantic.field_validator("expires_in", "two_factor_enabled", mode="before")
    @classmethod
    def _blank(cls, value: t.Any) -> t.Any:
        return None if value == "" else value


class Tenant(pydantic.BaseModel):
    """The tenant a token is in."""

    id: str | int | None = None


class _Family(t.NamedTuple):
    """Where one family of logins is, and how it wants to be spoken to."""

    log_in: str
    refresh: str
    encoding: str
    log_in_extras: dict[str, str]
    refresh_extras: dict[str, str]

    def request(self, values: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return values as the client sends them to this family."""
        return {self.encoding: values}


_FAMILIES = (
    _Family(
        "/login/oauth/token",
        "/login/oauth/token",
        "data",
        {"grant_type": "password", "scope": "all", "client_id": CLIENT_ID},
        {"grant_type": "refresh_token", "client_id": CLIENT_ID},
    ),
    _Family("/auth/sign_in", "/auth/refresh_token", "json", {}, {}),
)


class PortsipSession:
    """A login at one tenant of a PortSIP PBX.

    :param connection: options of the task, complete.
    """

    def __init__(self, connection: Connection, workers: int) -> None:
        self.connection = connection
        self.client = Client(connection, workers, Pacer(capacity=_RATE_LIMIT, rate=_RATE_LIMIT / 60))
        given = Token(connection.token) if connection.token else None
        self.login = Login(self._log_in if connection.username else None, given)
        self._family = _FAMILIES[0]
        self._refresh_token: str | None = None
        self._placed: str | None = None
        self._place_lock = threading.Lock()

    def valid(self) -> bool:
        """Tell whether the token lasts for another task."""
        token = self.login.current
        return token is None or token.fresh()

    def close(self) -> None:
        """Close the connections. Tokens end by themselves within the hour."""
        self.client.close()

    def account_key(self) -> str:
        """Return the id of the tenant as it was given, or its domain; without either, the tenant of the token."""
        if self.connection.account_id:
            return f"tenant {self.connection.account_id}"
        if self.connection.domain:
            return f"domain {self.connection.domain.lower()}"
        return f"tenant {self.login.run(self._tenant)}"

    def account_name(self) -> str:
        """Return the tenant that was given, or its domain."""
        return self.connection.account_id or self.connection.domain or ""

    def call(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        repeatable: bool | None = None,
        secret: str | None = None,
        **request: t.Any,
    ) -> Reply:
        """Send a request inside the tenant and return its reply, which is a success.

        :param secret: a PIN that is sent: taken out of whatever the vendor says.
        :raises VoicemailError: whatever PortSIP refuses, see :func:`.refusals.refusal`.
        """

        def once(token: Token) -> Reply:
            self._place(token)
            reply = self._send(token, method, path, operation, repeatable=repeatable, **request)
            if not reply.ok:
                raise refusal(reply, self.client, secret)
            return reply

        return self.login.run(once)

    def authorized(self, token: Token) -> dict[str, str]:
        """Return the headers of a request inside the tenant."""
        self._place(token)
        return {"Authorization": f"Bearer {token.value}"}

    def _send(self, token: Token, method: str, path: str, operation: Operation, **request: t.Any) -> Reply:
        headers = {**request.pop("headers", {}), "Authorization": f"Bearer {token.value}"}
        return self.client.send(method, path, operation, headers=headers, **request)

    def _log_in(self) -> Token:
        return self._renewed() or self._logged_in()

    def _renewed(self) -> Token | None:
        """Get a token for the refresh token; None where there is none, or PortSIP does not take it any more."""
        refresh_token, self._refresh_token = self._refresh_token, None
        if refresh_token is None:
            return None
        request = self._family.request({**self._family.refresh_extras, "refresh_token": refresh_token})
        reply = self.client.send("POST", self._family.refresh, Operation("renew", "the token"), **request)
        if not reply.ok:
            return None
        answer = reply.parse(TokenReply)
        return self._token(answer) if answer.access_token else None

    def _logged_in(self) -> Token:
        connection = self.connection
        credentials = {"username": connection.username, "password": connection.password}
        if connection.domain:
            credentials["domain"] = connection.domain
        for family in _FAMILIES:
            self._family = family
            request = family.request({**family.log_in_extras, **credentials})
            reply = self.client.send("POST", family.log_in, Operation("log in"), **request)
            # Only a server without this family says 404 without a word about the domain
            # (docs/vendors/portsip.md, "Login families").
            if reply.status not in (404, 405) or "domain" in said(reply, self.client).lower():
                break
        return self._judged(reply)

    def _judged(self, reply: Reply) -> Token:
        if reply.status >= 500:
            raise broken(reply)
        if not reply.ok:
            raise _refused_login(reply, said(reply, self.client), bool(self.connection.domain))
        answer = reply.parse(TokenReply)
        if answer.two_factor_enabled and not answer.access_token:
            raise AuthError(
                "PortSIP asks for a second factor, which nobody can give unattended",
                "Use an account without two-factor authentication, or give a `token`",
                status=reply.status,
            )
        if not answer.access_token:
            raise AuthError(
                "PortSIP answered the login without a token", "Check `url`: it must end in /api", status=reply.status
            )
        return self._token(answer)

    def _token(self, answer: TokenReply) -> Token:
        self.client.keep_secret(answer.access_token)
        self.client.keep_secret(answer.refresh_token)
        self._refresh_token = answer.refresh_token
        return Token.granted(str(answer.access_token), time.time() + (answer.expires_in or 0))

    def _place(self, token: Token) -> None:
        """Make sure that a token works on the tenant asked for, once for each token.

        The tenant is a state of the token at the server (docs/vendors/portsip.md, "Tenants and roles"), so it is read
        back, and a token that others may use is never moved.
        """
        account_id = self.connection.account_id
        if not account_id or self._placed == token.value:
            return
        with self._place_lock:
            if self._placed == token.value:
                return
            given = token.value == self.connection.token
            here = self._tenant(token) if given or self.connection.domain else None
            if here != account_id:
                if given:
                    place = f"tenant {self.client.redact(here)}" if here else "no tenant"
                    # Tasks that run side by side may share it: what one moves, the other would write into.
                    raise AuthError(
                        f"the token is in {place}, not in {account_id}; to move it would move everyone who uses it",
                        "Give `username` and `password` instead of `token`, or a token of that tenant",
                    )
                self._switch(token, account_id)
            self._placed = token.value

    def _switch(self, token: Token, account_id: str) -> None:
        operation = Operation("enter", "tenant", account_id)
        reply = self._send(token, "POST", "/tenants/switch", operation, repeatable=True, params={"id": account_id})
        if not reply.ok:
            error = refusal(reply, self.client)
            if reply.status in (400, 403, 404) and not isinstance(error, ExpiredError):
                raise AuthError(
                    "",
                    "Only a system administrator can enter a tenant: check `account_id`, or leave it or `domain` out",
                    status=reply.status,
                    details=error.details,
                    operation=operation,
                )
            raise error
        here = self._tenant(token)
        if here != account_id:
            place = f"tenant {self.client.redact(here)}" if here else "no tenant"
            raise AuthError(
                f"PortSIP answered success, and the login is in {place}",
                "Check `account_id`: it is the id of the tenant, not its name or domain",
                operation=operation,
            )

    def _tenant(self, token: Token) -> str | None:
        """Return the id of the tenant a token is in; None where it is in none."""
        reply = self._send(token, "GET", "/tenant", Operation("read", "the tenant"))
        if reply.ok:
            tenant_id = reply.parse(Tenant).id
            return None if tenant_id in (None, "") else str(tenant_id)
        error = refusal(reply, self.client)
        if isinstance(error, (ExpiredError, TransportError)):
            raise error
        return None


def _refused_login(reply: Reply, text: str, tenant_user: bool) -> AuthError:
    words = text.lower()
    if reply.status in (404, 405) and "domain" not in words:
        return AuthError(
            "PortSIP has no login at this address", "Check `url`: it must end in /api", status=reply.status
        )
    hint = "Check `username`, `password` and `domain` (the tenant's SIP domain)"
    if "block" in words:
        hint = "Remove the address of this machine from PortSIP's blacklist, or wait; then correct the credentials"
    elif reply.status == 404:
        hint = "Check `domain`: the SIP domain of the tenant"
    elif not tenant_user:
        hint = "Check `username` and `password`; give `domain` for anyone but the system administrator"
    return AuthError("PortSIP refuses the login", hint, status=reply.status, details={"": text} if text else {})


__all__ = ("PortsipSession",)
