# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared voicemails (docs/vendors/portsip.md, "Shared voicemails")."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from . import fields
from .collection import NumberedObjects
from .context import Call, Context, created, destroyed, done
from .listing import ListKind
from .refusal import Refusal

BOX_FIELDS = (
    "id",
    "name",
    "extension_number",
    "prompt",
    "enable_pin",
    "pin",
    "enable_email_notify",
    "recipients",
    "play_datetime",
)
LIST_KIND = ListKind(
    tuple(name for name in BOX_FIELDS if name != "pin"), searched=("name", "extension_number", "recipients")
)
UNSET = {"prompt": None, "enable_pin": True, "enable_email_notify": False, "recipients": None, "play_datetime": None}
DEFAULTS = {**UNSET, "prompt": "en-US", "recipients": "", "play_datetime": "DISABLE"}


class SharedVoicemails(NumberedObjects):
    """Handlers of /shared_voicemails."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.state.boxes)

    async def list(self, call: Call) -> Response:
        """Handle `GET /shared_voicemails`."""
        return self.page(call, LIST_KIND, BOX_FIELDS)

    async def create(self, call: Call) -> Response:
        """Handle `POST /shared_voicemails`."""
        checks = {**self._checks(), "extension_number": fields.number}
        values = fields.validate(
            await call.body(), checks, self._behaviors, required=("name", "extension_number", "pin")
        )
        if self._state.owner_of_number(call.tenant_id, values["extension_number"]) is not None:
            raise Refusal(self._behaviors.number_taken_status, "UNKNOWN", "The extension number is already in use")
        box = {"id": self._state.new_id(), "tenant_id": call.tenant_id, **self._defaults(), **values}
        return created(self._state.add_box(box))

    async def read(self, call: Call) -> Response:
        """Handle `GET /shared_voicemails/{id}`."""
        key = self.find(call, self._context.missing_read("shared voicemail"))
        return JSONResponse(self._context.show(self._state.boxes.collection[key], BOX_FIELDS))

    async def update(self, call: Call) -> Response:
        """Handle `POST /shared_voicemails/{id}`."""
        key = self.find(call, self._context.missing_read("shared voicemail"))
        values = fields.validate_update(await call.body(), self._checks(), self._behaviors)
        if self._behaviors.update_omitted == "reset":
            values = {**self._defaults(), **values}
        self._state.boxes.change(key, values)
        return done()

    async def destroy(self, call: Call) -> Response:
        """Handle `POST /shared_voicemails/{id}/destroy`."""
        # The vendor's text mentions a ring group here.
        self._state.remove_box(self.find(call, self._context.missing_destroy("ring group", 400)))
        return destroyed()

    def _defaults(self) -> dict[str, Any]:
        return DEFAULTS if self._behaviors.create_defaults == "set" else UNSET

    def _checks(self) -> dict[str, fields.Check]:
        return {
            "name": fields.text(1, 64),
            "prompt": fields.language,
            "enable_pin": fields.boolean,
            "pin": fields.pin(self._behaviors),
            "enable_email_notify": fields.boolean,
            "recipients": fields.recipients,
            "play_datetime": fields.play_datetime,
        }
