# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings of shared voicemails and users (docs/vendors/portsip.md, "Greetings and uploads")."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from ...store import Document
from . import fields
from .audio import greeting_problem
from .behaviors import since
from .blobs import blob_content, blob_url
from .context import Call, Context, created, destroyed, done
from .messages import FindOwner
from .refusal import Refusal

GREETING_FIELDS = ("id", "enabled", "file_name", "file_size", "file_url")


class Greetings:
    """Handlers of greetings. `find_owner` returns the id of their owner."""

    def __init__(self, context: Context, find_owner: FindOwner) -> None:
        self._context = context
        self._state = context.state
        self._table = context.state.greetings
        self._find_owner = find_owner

    async def list(self, call: Call) -> Response:
        """Handle `GET …/greetings`: all greetings, without paging."""
        owner = self._find_owner(call, self._context.missing_read("owner"))
        shown = [
            self._context.show({**one, "file_url": blob_url(one["blob_key"])}, GREETING_FIELDS)
            for one in self._table.documents(owner)
        ]
        return JSONResponse({"items": shown})

    async def create(self, call: Call) -> Response:
        """Handle `POST …/greetings`: create a disabled greeting from an uploaded file."""
        owner = self._find_owner(call, self._context.missing_read("owner"))
        checks = {"file_id": fields.text(1, 64)}
        values = fields.validate(await call.body(), checks, self._context.behaviors, required=("file_id",))
        file = self._state.files.find(values["file_id"], call.tenant_id)
        if file is None:
            raise self._context.invalid("file_id is unknown")
        blob = self._state.blobs[file["blob_key"]]
        if self._context.behaviors.greeting_audio == "checked":
            problem = greeting_problem(blob_content(blob), since(self._context.behaviors, "22.6"))
            if problem:
                raise self._context.invalid(problem)
        self._state.blobs[file["blob_key"]] = {**blob, "references": blob["references"] + 1}
        greeting = {
            "id": self._state.new_id(),
            "owner_id": owner,
            "enabled": False,
            "file_name": file["name"],
            "file_size": file["size"],
            "blob_key": file["blob_key"],
        }
        return created(self._table.add(greeting))

    async def enable(self, call: Call) -> Response:
        """Handle `POST …/greetings/{greeting_id}/enable`."""
        greeting = self._find(call, Refusal(404, "UNKNOWN", "greeting not found"))
        if self._context.behaviors.greeting_enable == "exclusive":
            for other in self._table.documents(greeting["owner_id"]):
                if other["enabled"] and other["id"] != greeting["id"]:
                    self._table.change(other["id"], {"enabled": False})
        self._table.change(greeting["id"], {"enabled": True})
        return done()

    async def disable(self, call: Call) -> Response:
        """Handle `POST …/greetings/{greeting_id}/disable`."""
        greeting = self._find(call, Refusal(404, "UNKNOWN", "greeting not found"))
        self._table.change(greeting["id"], {"enabled": False})
        return done()

    async def destroy(self, call: Call) -> Response:
        """Handle `POST …/greetings/{greeting_id}/destroy`."""
        self._state.remove_greeting(self._find(call, self._context.missing_destroy("greeting"))["id"])
        return destroyed()

    def _find(self, call: Call, missing: Refusal) -> Document:
        greeting = self._table.find(call.path("greeting_id"), self._find_owner(call, missing))
        if greeting is None:
            raise missing
        return greeting
