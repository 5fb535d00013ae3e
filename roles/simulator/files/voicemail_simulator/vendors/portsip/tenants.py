# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants, their settings, and the PBX itself (docs/vendors/portsip.md, "Tenants and roles" and "Tenant settings")."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from . import fields
from .behaviors import RELEASES
from .context import Call, Context, done
from .listing import ListKind
from .refusal import Refusal
from .sessions import Sessions
from .state import SYSTEM_SCOPE

TENANT_FIELDS = ("id", "name", "domain", "enabled")
LIST_KIND = ListKind(TENANT_FIELDS, searched=("name", "domain"))
DAYS_MAXIMUM = 2**31 - 1
SERVICE_CHECKS = {
    "extension_number": fields.number,
    "retain_days": fields.whole(0, DAYS_MAXIMUM),
    "min_seconds": fields.whole(0, DAYS_MAXIMUM),
}
SERVICE_DEFAULTS = {"extension_number": "777", "retain_days": 30, "min_seconds": 1}
POLICY_FLAGS = (
    "contains_letters",
    "contains_numbers",
    "contains_special_letters",
    "disable_sequential_characters",
    "disable_repeating_characters",
    "disable_account_information",
)
POLICY_CHECKS = {
    "min_length": fields.whole(6, 32),
    "max_length": fields.whole(6, 32),
    **dict.fromkeys(POLICY_FLAGS, fields.boolean),
}
POLICY_DEFAULTS: dict[str, Any] = {"min_length": 6, "max_length": 32, **dict.fromkeys(POLICY_FLAGS, True)}


class Tenants:
    """Handlers of /tenants, /tenant, /voicemail, /extension_numbers and /admin."""

    def __init__(self, context: Context, sessions: Sessions) -> None:
        self._sessions = sessions
        self._context = context
        self._state = context.state
        self._behaviors = context.behaviors

    async def list(self, call: Call) -> Response:
        """Handle `GET /tenants`."""
        page = self._context.listing.page(call.request, self._state.tenants, SYSTEM_SCOPE, LIST_KIND)
        return self._context.show_page(page, TENANT_FIELDS)

    async def switch(self, call: Call) -> Response:
        """Handle `POST /tenants/switch`: select a tenant for the token, or none without `id`."""
        key = call.request.query_params.get("id") or None
        if key is not None and key not in self._state.tenants.collection:
            raise self._context.missing_read("tenant")
        self._sessions.enter(call.identity.token, key)
        return done()

    async def read(self, call: Call) -> Response:
        """Handle `GET /tenant`: the selected tenant."""
        return JSONResponse(self._context.show(self._state.tenant(call.tenant_id), TENANT_FIELDS))

    async def read_service(self, call: Call) -> Response:
        """Handle `GET /voicemail`."""
        return JSONResponse(self._state.tenant(call.tenant_id)["voicemail"])

    async def update_service(self, call: Call) -> Response:
        """Handle `POST /voicemail`."""
        values = fields.validate(await call.body(), SERVICE_CHECKS, self._behaviors)
        present = self._state.tenant(call.tenant_id)["voicemail"]
        number = values.get("extension_number", present["extension_number"])
        if number != present["extension_number"] and self._state.owner_of_number(call.tenant_id, number) is not None:
            raise Refusal(self._behaviors.number_taken_status, "UNKNOWN", "The extension number is already in use")
        self._change(call, "voicemail", SERVICE_DEFAULTS, values)
        return done()

    async def read_policy(self, call: Call) -> Response:
        """Handle `GET /tenant/password_policy`."""
        return JSONResponse(self._state.tenant(call.tenant_id)["password_policy"])

    async def update_policy(self, call: Call) -> Response:
        """Handle `POST /tenant/password_policy`."""
        values = fields.validate(await call.body(), POLICY_CHECKS, self._behaviors)
        lengths = {**self._state.tenant(call.tenant_id)["password_policy"], **values}
        if lengths["min_length"] > lengths["max_length"]:
            raise self._context.invalid("min_length is larger than max_length")
        self._change(call, "password_policy", POLICY_DEFAULTS, values)
        return done()

    async def read_number(self, call: Call) -> Response:
        """Handle `GET /extension_numbers/{extension_number}`, which does not find shared voicemails."""
        number = call.path("extension_number")
        user = self._state.users.find(self._state.owner_of_number(call.tenant_id, number) or "", call.tenant_id)
        if user is None:
            raise Refusal(404, "UNKNOWN", "extension number not found")
        shown = {"id": user["id"], "extension_number": number, "name": user["display_name"], "type": "EXTENSION"}
        return JSONResponse(shown)

    async def status(self, call: Call) -> Response:
        """Handle `GET /admin/status`."""
        return JSONResponse({"version": RELEASES[self._behaviors.version]})

    def _change(self, call: Call, part: str, defaults: dict[str, Any], values: dict[str, Any]) -> None:
        tenant = self._state.tenant(call.tenant_id)
        base = defaults if self._behaviors.update_omitted == "reset" else tenant[part]
        self._state.tenants.change(call.tenant_id, {part: {**base, **values}})
