# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by all handlers: the request, the state, the behaviors, and the formats of replies."""

from __future__ import annotations

import random as random_module
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...behaviors import Behaviors
from ...clock import Clock
from ...faults import Faults
from ...store import Document
from .fields import read_body
from .listing import Listing
from .refusal import Refusal
from .sessions import Identity
from .state import State

PIN_FIELDS = frozenset({"pin", "voicemail_pin"})
# Values from a fixed set without a blank one: they are omitted instead of shown as blank.
NEVER_BLANK = frozenset({"transcription_sentiment"})


@dataclass
class Call:
    """One request with the identity of its sender."""

    request: Request
    identity: Identity
    behaviors: Behaviors

    @property
    def tenant_id(self) -> str:
        """Return the id of the selected tenant. Raises Refusal where none is selected."""
        if self.identity.tenant_id is None:
            raise Refusal(403, "UNKNOWN", "no tenant is selected")
        return self.identity.tenant_id

    def path(self, name: str) -> str:
        """Return a variable part of the path."""
        return self.request.path_params[name]

    async def body(self) -> dict[str, Any]:
        """Return the JSON body. Raises Refusal."""
        return await read_body(self.request, self.behaviors)


class Context:
    """State and behaviors of the simulated PBX."""

    def __init__(
        self,
        state: State,
        behaviors: Behaviors,
        clock: Clock,
        random: random_module.Random,
        faults: Callable[[], Faults],
    ) -> None:
        self.state = state
        self.behaviors = behaviors
        self.clock = clock
        self.random = random
        self.listing = Listing(behaviors, faults)

    def show(self, document: Document, names: Iterable[str]) -> Document:
        """Return these fields of a document as replies show them: PINs, blanks and times follow the behaviors."""
        blank, pin = self.behaviors.blank_reply, self.behaviors.pin_reply
        seconds_only = self.behaviors.created_at_shape == "seconds"
        shown = {}
        for name in names:
            value = document.get(name)
            if value is None or value == "":
                if blank == "absent" or (name in NEVER_BLANK and blank == "empty"):
                    continue
                value = None if blank == "null" else ""
            elif name in PIN_FIELDS and pin != "clear":
                if pin == "absent":
                    continue
                value = "" if pin == "empty" else "******"
            elif name == "created_at" and seconds_only:
                value = value[:19] + "Z"
            shown[name] = value
        return shown

    def show_page(self, page: tuple[int, list[Document]], names: Iterable[str]) -> JSONResponse:
        """Return the reply to a list request."""
        count, documents = page
        return JSONResponse({"count": count, "items": [self.show(one, names) for one in documents]})

    def invalid(self, *messages: str) -> Refusal:
        """Return the refusal of an invalid request."""
        return Refusal(self.behaviors.field_invalid_status, "VALIDATE_FAILED", *messages)

    def missing_read(self, what: str) -> Refusal:
        """Return the refusal of a read or update with an unknown id."""
        return Refusal(self.behaviors.missing_read_status, "UNKNOWN", f"{what} not found")

    def missing_mark(self, what: str) -> Refusal:
        """Return the refusal of marking an unknown id."""
        return Refusal(self.behaviors.missing_mark_status, "UNKNOWN", f"Invalid {what} ID")

    def missing_destroy(self, what: str, documented: int = 404) -> Refusal:
        """Return the refusal of destroying an unknown id. `documented` is 404 or 400."""
        status = documented if self.behaviors.missing_destroy == "documented" else 804 - documented
        return Refusal(status, "UNKNOWN", f"Invalid {what} ID")


def timestamp(seconds: float) -> str:
    """Return Unix seconds as RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def created(key: str) -> JSONResponse:
    """Return the reply to a create."""
    return JSONResponse({"id": key}, 201)


def done() -> Response:
    """Return the reply to an update: 200 without a body."""
    return Response(status_code=200)


def destroyed() -> Response:
    """Return the reply to a destroy."""
    return Response(status_code=204)
