# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, whose personal mailbox consists of some of their fields (docs/vendors/portsip.md, "Personal mailboxes")."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from . import fields
from .behaviors import since
from .collection import NumberedObjects
from .context import Call, Context, done
from .listing import ListKind

CONTACT_FIELDS = {"mobile_phone": 32, "work_phone": 32, "home_phone": 32, "address": 128, "department": 128}
SUMMARY_FIELDS = (
    "id",
    "name",
    "enabled",
    "email",
    "display_name",
    "role",
    *CONTACT_FIELDS,
    "extension_number",
    "created_at",
)
ROLE_FIELDS = ("role_id", "role_name")
VOICEMAIL_FIELDS = (
    "voicemail_prompt",
    "enable_voicemail_pin",
    "voicemail_pin",
    "enable_voicemail_notify",
    "voicemail_play_datetime",
)
SECRET_FIELDS = ("password", "extension_password")
LIST_KIND = ListKind(SUMMARY_FIELDS, searched=("name", "display_name", "email", "extension_number"))
VOICEMAIL_UNSET = {
    "voicemail_prompt": None,
    "enable_voicemail_pin": True,
    "enable_voicemail_notify": False,
    "voicemail_play_datetime": None,
}
VOICEMAIL_DEFAULTS = {**VOICEMAIL_UNSET, "voicemail_prompt": "en-US", "voicemail_play_datetime": "DISABLE"}


class Users(NumberedObjects):
    """Handlers of /users and /user."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.state.users)

    async def list(self, call: Call) -> Response:
        """Handle `GET /users`, without any voicemail field."""
        return self.page(call, LIST_KIND, self._summary_fields())

    async def read(self, call: Call) -> Response:
        """Handle `GET /users/{id}`."""
        key = self.find(call, self._context.missing_read("user"))
        names = [*self._summary_fields(), *VOICEMAIL_FIELDS]
        if since(self._behaviors, "22.3"):
            names += SECRET_FIELDS
        return JSONResponse(self._context.show(self._state.users.collection[key], names))

    async def update(self, call: Call) -> Response:
        """Handle `POST /users/{id}`."""
        key = self.find(call, self._context.missing_read("user"))
        required = ("display_name",) if since(self._behaviors, "22.6") else ()
        await self._write(call, key, {"enabled": fields.boolean}, {"enabled": True}, required)
        return done()

    async def read_own(self, call: Call) -> Response:
        """Handle `GET /user`."""
        return JSONResponse(self._context.show(call.identity.user, [*self._summary_fields(), *VOICEMAIL_FIELDS]))

    async def update_own(self, call: Call) -> Response:
        """Handle `POST /user`."""
        await self._write(call, call.identity.user["id"], {}, {}, ())
        return done()

    async def _write(
        self,
        call: Call,
        key: str,
        more_checks: dict[str, fields.Check],
        more_defaults: dict[str, Any],
        required: tuple[str, ...],
    ) -> None:
        checks = {**self._checks(), **more_checks}
        if not await call.request.body():
            raise self._context.invalid("a body is required")
        values = fields.validate_update(await call.body(), checks, self._behaviors, required=required)
        if self._behaviors.update_omitted == "reset":
            voicemail = VOICEMAIL_DEFAULTS if self._behaviors.create_defaults == "set" else VOICEMAIL_UNSET
            blank = dict.fromkeys(("email", "display_name", *CONTACT_FIELDS), "")
            values = {**blank, **voicemail, **more_defaults, **values}
        self._state.users.change(key, values)

    def _summary_fields(self) -> tuple[str, ...]:
        return (*SUMMARY_FIELDS, *ROLE_FIELDS) if since(self._behaviors, "22.3") else SUMMARY_FIELDS

    def _checks(self) -> dict[str, fields.Check]:
        return {
            "display_name": fields.text(1, 128) if since(self._behaviors, "22.6") else fields.text(0, 1024),
            "email": fields.text(0, 128),
            **{name: fields.text(0, maximum) for name, maximum in CONTACT_FIELDS.items()},
            "voicemail_prompt": fields.language,
            "enable_voicemail_pin": fields.boolean,
            "voicemail_pin": fields.pin(self._behaviors),
            "enable_voicemail_notify": fields.boolean,
            "voicemail_play_datetime": fields.play_datetime,
        }
