# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse OnSIP's replies: PHP's conversion of an XML document to JSON.

See docs/vendors/onsip.md, "Replies" and "JSON form".

Every value is text, an empty element is ``{}``, and a repeated element is a list from the second on.
"""

from __future__ import annotations

import typing as t

from ...deps import pydantic


def many(value: t.Any) -> list[t.Any]:
    """Return a repeated element as a list, whether it is missing, one value or a list."""
    if value is None or value == {} or value == "":
        return []
    return value if isinstance(value, list) else [value]


def plain(value: t.Any) -> t.Any:
    """Return a value in which empty elements are empty texts."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()} if value else ""
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _text(value: t.Any) -> t.Any:
    return "" if value is None or value == {} else value


Text = t.Annotated[str, pydantic.BeforeValidator(_text)]


class Fault(pydantic.BaseModel):
    """One problem found by OnSIP."""

    parameter: Text = pydantic.Field("", alias="Parameter")
    code: Text = pydantic.Field("", alias="Code")
    message: Text = pydantic.Field("", alias="Message")


class Faults(pydantic.BaseModel):
    """The problems of one block."""

    faults: t.Annotated[list[Fault], pydantic.BeforeValidator(many)] = pydantic.Field([], alias="Error")


class Block(pydantic.BaseModel):
    """Action, Request or Session of a reply's context."""

    completed: Text = pydantic.Field("", alias="IsCompleted")
    established: Text = pydantic.Field("", alias="IsEstablished")
    session_id: Text = pydantic.Field("", alias="SessionId", repr=False)
    errors: Faults | None = pydantic.Field(None, alias="Errors")

    @property
    def faults(self) -> list[Fault]:
        """The problems of this block."""
        return self.errors.faults if self.errors else []


class Context(pydantic.BaseModel):
    """The result of a request."""

    action: Block = pydantic.Field(alias="Action")
    request: Block = pydantic.Field(alias="Request")
    session: Block = pydantic.Field(alias="Session")

    @property
    def faults(self) -> list[Fault]:
        """All problems. OnSIP lists them in two places, whether or not it calls the request valid."""
        return [*self.action.faults, *self.request.faults]


class Response(pydantic.BaseModel):
    """A reply of the service itself."""

    context: Context = pydantic.Field(alias="Context")
    result: dict[str, t.Any] = pydantic.Field({}, alias="Result", repr=False)

    def completed(self, action: str) -> bool:
        """Check whether the action was carried out, according to the only reliable field."""
        return self.context.action.completed == "true" and action in self.result


class Envelope(pydantic.BaseModel):
    """The whole document: a reply, or the exception of a failed service."""

    response: Response | None = pydantic.Field(None, alias="Response")
    exception: t.Any = pydantic.Field(None, alias="Exception", repr=False)
