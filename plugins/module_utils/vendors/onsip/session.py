# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Talking to OnSIP: session, envelope, errors (docs/vendors/onsip.md, "Sessions" and "Replies")."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ...errors import (
    AuthError,
    ConflictError,
    InvalidInputError,
    RejectedError,
    TransportError,
    VoicemailError,
)
from ...model.connection import Connection
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ...transport.client import Client, Reply, broken, expired
from ..login import Login, Token
from ..replies import expect_identifier, expect_object, expect_text
from .replies import Envelope, Response, plain

#: Parameters whose messages are left out of errors: they may quote the value.
_SECRET = ("Password", "SessionId")
_URL_HINT = "Check `url`: it is https://api.onsip.com/api unless OnSIP told you another one"


@dataclasses.dataclass(frozen=True)
class Organization:
    """The organization that the task works on; ``domain`` is empty where nobody told it."""

    id: str
    domain: str = ""


class OnsipSession:
    """A login at OnSIP.

    :param connection: options of the task, complete.
    :raises InvalidInputError: when they do not tell the organization.
    """

    def __init__(self, connection: Connection, workers: int) -> None:
        if not connection.account_id and not _domain(connection):
            text = (
                "the organization is not known: give `domain`, or its id as `account_id`, or `username` with a domain"
            )
            raise InvalidInputError.of([Problem(text)])
        self.connection = connection
        self.client = Client(connection, workers)
        way = self._log_in if connection.username else None
        self.login = Login(way, Token(connection.token) if connection.token else None)
        self._closed = False

    def valid(self) -> bool:
        """Tell whether the session can serve another task; how long it lives is not known, and a loss is repaired."""
        return not self._closed

    def close(self) -> None:
        """End the session if it was made here, not one that the user gave, and close the connections."""
        self._closed = True
        token = self.login.current
        try:
            if token is not None and token.data.get("made_here"):
                self.client.stop_waiting()
                data = {"Action": "SessionDestroy", "Output": "json", "SessionId": token.value}
                self.client.send("POST", "", Operation("log out"), data=data)
        except VoicemailError:
            # The session ends by itself; what the task did does not depend on it.
            pass
        finally:
            self.client.close()

    def account_key(self) -> str:
        """Return the id of the organization."""
        return self.organization.id

    def account_name(self) -> str:
        """Return the domain of the organization, or its id."""
        return self.connection.domain or self.connection.account_id or ""

    @functools.cached_property
    def organization(self) -> Organization:
        """The organization, looked up by its domain where its id is not given."""
        if self.connection.account_id:
            return Organization(self.connection.account_id, self.connection.domain or "")
        domain = _domain(self.connection)
        return self._read_organization(
            Operation("find", "the organization", relation="of", other=Subject("domain", domain)), {"Domain": domain}
        )

    @functools.cached_property
    def domain(self) -> str:
        """The domain of the organization's SIP addresses."""
        organization = self.organization
        if organization.domain:
            return organization.domain
        operation = Operation("find", "the domain", relation="of", other=Subject("organization", organization.id))
        return self._read_organization(operation, {"OrganizationId": organization.id}).domain

    def _read_organization(self, operation: Operation, parameters: dict[str, str]) -> Organization:
        try:
            result = self.call("OrganizationRead", operation, parameters, repeatable=True)
        except RejectedError as error:
            raise dataclasses.replace(error, hint="Check `domain` and `account_id`") from None
        native = expect_object(plain(result.get("Organization")), operation, "an organization", _URL_HINT)
        organization_id = expect_identifier(native, "OrganizationId", operation, "an organization", _URL_HINT)
        return Organization(organization_id, expect_text(native, "Domain", operation, _URL_HINT))

    def call(
        self,
        action: str,
        operation: Operation,
        parameters: t.Mapping[str, str],
        *,
        repeatable: bool = False,
        renew: t.Callable[[], t.Mapping[str, str] | None] | None = None,
    ) -> dict[str, t.Any]:
        """Carry out an action in the session and return the content of its result.

        :param operation: what is attempted, for errors.
        :param renew: reads again for a request that is repeated or waited, and returns its parameters if they change.
        :raises VoicemailError: whatever OnSIP refuses, see :meth:`_refusal`.
        """

        def once(token: Token) -> dict[str, t.Any]:
            fixed = {"Action": action, "Output": "json", "SessionId": token.value}
            again = None if renew is None else lambda: {"data": {**fixed, **(renew() or parameters)}}
            data = {**fixed, **parameters}
            reply = self.client.send("POST", "", operation, repeatable=repeatable, renew=again, data=data)
            response = self._open(reply)
            if response.completed(action):
                result = response.result[action]
                return result if isinstance(result, dict) else {}
            raise self._refusal(reply, response, parameters.get("Password", ""))

        return self.login.run(once)

    def _open(self, reply: Reply) -> Response:
        if reply.status in (401, 403):
            raise AuthError(
                f"the server answered {reply.status}",
                "OnSIP itself answers 200 also when it refuses; check `url` and `proxy`",
                status=reply.status,
                operation=reply.operation,
            )
        if reply.status >= 500:
            raise broken(reply)
        if not reply.ok:
            raise TransportError(
                f"the server answered {reply.status}", _URL_HINT, status=reply.status, operation=reply.operation
            )
        envelope = reply.parse(Envelope)
        if envelope.response is not None:
            return envelope.response
        # The text of an exception is not shown: it is free, and may quote what was sent.
        problem = "OnSIP broke while it served" if envelope.exception is not None else "the reply is none of OnSIP's"
        raise TransportError(
            f"{problem}",
            "Run the task again; if it stays, ask OnSIP" if envelope.exception is not None else _URL_HINT,
            status=reply.status,
            uncertain=True,
            operation=reply.operation,
        )

    def _refusal(self, reply: Reply, response: Response, pin: str) -> VoicemailError:
        """Return the error of an action that was not carried out (docs/vendors/onsip.md, "Errors").

        :param pin: the PIN that was sent along, so that it can be taken out of what OnSIP says.
        """
        context, operation = response.context, reply.operation
        codes = {fault.code for fault in context.faults}
        if context.action.completed == "true":
            return TransportError("the reply holds no result", _URL_HINT, uncertain=True, operation=operation)
        if "Session.Authentication" in codes or context.session.established == "false":
            return expired(operation)
        details = self._details(response, pin)
        if context.action.faults:
            return AuthError(
                "OnSIP does not let this login do it, or does not know what it is about",
                "Check `domain` and `account_id`, and that the login has the role Account Admin",
                status=reply.status,
                details=details,
                operation=operation,
            )
        if not details:
            return RejectedError("OnSIP refuses it and gives no reason", "Ask OnSIP", reply.status, operation=operation)
        taken = any(code.endswith(".Unavailable") for code in codes)
        kind = ConflictError if taken else RejectedError
        return kind("", _hint(codes), reply.status, details, operation=operation, refused_by="OnSIP")

    def _details(self, response: Response, pin: str = "") -> dict[str, str]:
        details: dict[str, str] = {}
        for fault in response.context.faults:
            message = "" if fault.parameter in _SECRET else fault.message.rstrip(".")
            text = self.client.redact(": ".join(part for part in (fault.code, message) if part), pin)
            field = self.client.redact(fault.parameter, pin)
            details[field] = f"{details[field]}, {text}" if field in details else text
        return details

    def _log_in(self) -> Token:
        connection = self.connection
        data = {
            "Action": "SessionCreate",
            "Output": "json",
            "Username": connection.username or "",
            "Password": connection.password or "",
        }
        reply = self.client.send("POST", "", Operation("log in"), data=data)
        response = self._open(reply)
        session = response.context.session
        if not response.completed("SessionCreate") or not session.session_id:
            locked = any(fault.code == "Accessor.LoginLocked" for fault in response.context.faults)
            raise AuthError(
                "OnSIP has locked this login after too many failures" if locked else "OnSIP refuses the login",
                f"{'Wait 10 minutes, then check' if locked else 'Check'} `username` and `password`",
                status=reply.status,
                details=self._details(response),
            )
        self.client.keep_secret(session.session_id)
        return Token(session.session_id, data={"made_here": True})


def _domain(connection: Connection) -> str:
    """Return the domain that the options tell: their own, or that of a login such as admin@example.onsip.com."""
    return connection.domain or (connection.username or "").partition("@")[2]


def _hint(codes: t.Collection[str]) -> str:
    if "Address.Unavailable" in codes:
        return "Another SIP address has this name; give the box another one as `onsip.username`"
    if "Integer.TooBig" in codes:
        return "The service takes less than its documents say; please report it"
    return "Correct the option that holds this field"


__all__ = ("OnsipSession", "Organization")
