# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert PortSIP's refusals to errors (docs/vendors/portsip.md, "Refused requests" and "Errors")."""

from __future__ import annotations

from ...deps import pydantic
from ...errors import AuthError, NotFoundError, RejectedError, VoicemailError
from ...model.operation import Operation
from ...transport.client import Client, Reply, broken, expired
from .fields import MAILBOX, SHARED_VOICEMAIL

#: Option of each of the vendor's fields.
_OPTIONS = {field.wire: field.option for table in (MAILBOX, SHARED_VOICEMAIL) for field in table.fields}
_OPTIONS["extension_number"] = "extension_number"


class ErrorItem(pydantic.BaseModel):
    """One problem."""

    code: str | None = None
    message: str | None = None


class ErrorReply(pydantic.BaseModel):
    """Body of a refusal."""

    errors: list[ErrorItem] | None = None


def refusal(reply: Reply, client: Client, secret: str | None = None) -> VoicemailError:
    """Return the error of an unsuccessful reply.

    :param secret: the PIN that was sent, which the vendor may repeat.
    """
    items = _items(reply)
    details = _details(items, client, secret)
    operation, status = reply.operation, reply.status
    if status == 401 or (status == 400 and any(item.code == "UNAUTHORIZED" for item in items)):
        return expired(operation)
    if status == 403:
        return AuthError(
            "the login lacks the permission",
            "Log in as an administrator of the tenant, or as the system administrator with `account_id`",
            status=403,
            details=details,
            operation=operation,
        )
    if status == 404:
        return NotFoundError(
            "PortSIP does not find it",
            "Check `url` (it must end in /api) and the tenant",
            status=404,
            operation=operation,
        )
    if status >= 500:
        return broken(reply)
    return RejectedError("", _hint(operation, details), status, details, operation=operation, refused_by="PortSIP")


def server_message(reply: Reply, client: Client) -> str:
    """Return the vendor's messages in a refusal as one text, or an empty text if there are none."""
    return "; ".join(client.redact(item.message) for item in _items(reply) if item.message)


def _items(reply: Reply) -> list[ErrorItem]:
    # Proxies in front of the PBX may return a page or an empty body.
    try:
        return ErrorReply.model_validate_json(reply.content).errors or []
    except pydantic.ValidationError:
        return []


def _details(items: list[ErrorItem], client: Client, secret: str | None) -> dict[str, str]:
    """Return the problems by option, for texts that start with a field of the vendor."""
    details: dict[str, str] = {}
    for item in items:
        text = client.redact(item.message or item.code or "", secret)
        first, _blank, rest = text.partition(" ")
        option, problem = (_OPTIONS[first], rest) if first in _OPTIONS and rest else ("", text)
        if problem:
            details[option] = f"{details[option]}, {problem}" if option in details else problem
    return details


def _hint(operation: Operation, details: dict[str, str]) -> str:
    if "pin" in details or any("pin" in text.lower().split() for text in details.values()):
        return "PortSIP up to 22.2 requires PINs of 6 to 10 digits; later, the tenant's password policy applies"
    named = [f"`{option}`" for option in details if option]
    if named:
        return f"Correct {' and '.join(named)}"
    if operation.verb != "create":
        return ""
    return "If the number is refused: every user, group, queue and service of the tenant needs its own"


__all__ = ("refusal", "server_message")
