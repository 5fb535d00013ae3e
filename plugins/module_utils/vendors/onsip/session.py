# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log in to OnSIP and send requests (docs/vendors/onsip.md, "Sessions" and "Replies")."""

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
from ..replies import correction_hint, expect_identifier, expect_object, expect_text
from .replies import Envelope, Response, plain

#: Parameters whose messages are omitted from errors: they may quote the value.
_SECRET = ("Password", "SessionId")
_URL_HINT = "Check `url`: it is https://api.onsip.com/api unless OnSIP gave you another one"


@dataclasses.dataclass(frozen=True)
class Organization:
    """The organization of the task. An empty ``domain`` is not known."""

    id: str
    domain: str = ""


class OnsipSession:
    """A login at OnSIP.

    :param connection: complete options of the task.
    :raises InvalidInputError: if they do not identify the organization.
    """

    def __init__(self, connection: Connection, workers: int) -> None:
        if not connection.account_id and not _domain(connection):
            text = "the organization is not known: set `domain`, `account_id`, or a `username` with a domain"
            raise InvalidInputError.of([Problem(text)])
        self.connection = connection
        self.client = Client(connection, workers)
        log_in = self._log_in if connection.username else None
        self.login = Login(log_in, Token(connection.token) if connection.token else None)
        self._closed = False

    def valid(self) -> bool:
        """Check whether another task can use the session. Its lifetime is not known; an expired session is renewed."""
        return not self._closed

    def close(self) -> None:
        """Log out, unless the user provided the session, and close the connections."""
        self._closed = True
        token = self.login.current
        try:
            if token is not None and token.data.get("made_here"):
                self.client.stop_waiting()
                data = {"Action": "SessionDestroy", "Output": "json", "SessionId": token.value}
                self.client.send("POST", "", Operation("log out"), data=data)
        except VoicemailError:
            # The session expires anyway, and the result of the task does not depend on it.
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
        """The organization, found by its domain if its id is not declared."""
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
        """Carry out an action in the session and return its result.

        :param operation: what is attempted, for errors.
        :param renew: called before a request that is repeated or delayed; reads again and returns changed parameters.
        :raises VoicemailError: if OnSIP refuses the action, see :meth:`_refusal`.
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
                "OnSIP itself answers 200 even for refusals. Check `url` and `proxy`",
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
        # The text of an exception is not shown, since it may quote the request.
        problem = "OnSIP failed with an exception" if envelope.exception is not None else "the reply is not from OnSIP"
        raise TransportError(
            f"{problem}",
            "Run the task again. If it fails again, ask OnSIP" if envelope.exception is not None else _URL_HINT,
            status=reply.status,
            uncertain=True,
            operation=reply.operation,
        )

    def _refusal(self, reply: Reply, response: Response, pin: str) -> VoicemailError:
        """Return the error of a refused action (docs/vendors/onsip.md, "Errors").

        :param pin: the PIN in the request, which is removed from OnSIP's messages.
        """
        context, operation = response.context, reply.operation
        codes = {fault.code for fault in context.faults}
        if context.action.completed == "true":
            return TransportError("the reply contains no result", _URL_HINT, uncertain=True, operation=operation)
        if "Session.Authentication" in codes or context.session.established == "false":
            return expired(operation)
        details = self._details(response, pin)
        if context.action.faults:
            return AuthError(
                "the login lacks the permission, or the object does not exist",
                "Check `domain` and `account_id`, and that the login has the role Account Admin",
                status=reply.status,
                details=details,
                operation=operation,
            )
        if not details:
            return RejectedError("OnSIP refuses it and gives no reason", "Ask OnSIP", reply.status, operation=operation)
        taken = any(code.endswith(".Unavailable") for code in codes)
        kind = ConflictError if taken else RejectedError
        return kind("", _hint(codes, details), reply.status, details, operation=operation, refused_by="OnSIP")

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
                "OnSIP locked this login after too many failures" if locked else "OnSIP refuses the login",
                f"{'Wait 10 minutes, then check' if locked else 'Check'} `username` and `password`",
                status=reply.status,
                details=self._details(response),
            )
        self.client.keep_secret(session.session_id)
        return Token(session.session_id, data={"made_here": True})


def _domain(connection: Connection) -> str:
    """Return the declared domain, or the domain of a login such as admin@example.onsip.com."""
    return connection.domain or (connection.username or "").partition("@")[2]


def _hint(codes: t.Collection[str], details: t.Mapping[str, str]) -> str:
    if "Address.Unavailable" in codes:
        return "Another SIP address has this name; set a different `onsip.username`"
    if "Integer.TooBig" in codes:
        return "The service accepts less than documented; please report it"
    return correction_hint(details)


__all__ = ("OnsipSession", "Organization")
