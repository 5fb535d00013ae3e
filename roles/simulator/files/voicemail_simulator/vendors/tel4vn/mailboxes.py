# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes: list, create, read, update and delete (docs/vendors/tel4vn.md, "Mailboxes")."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...behaviors import Behaviors
from .installation import Installation
from .listing import list_reply
from .replies import SUCCESS, Refusal, missing_reply, single
from .requests import checked_box, read_json, stored_mail_to

PIN_MASK = "********"


class Mailboxes:
    """Handlers of `/v1/voicemail`."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._behaviors = installation.behaviors
        self._state = installation.state

    async def list(self, request: Request) -> Response:
        """Handle `GET /v1/voicemail`."""
        return list_reply(self._installation, request, "boxes", lambda box: shown_box(self._behaviors, box))

    async def create(self, request: Request) -> Response:
        """Handle `POST /v1/voicemail`."""
        fields = checked_box(await read_json(request), ("extension", "password", "enabled"))
        existing = self._state.box_of_extension(fields["extension"])
        conflict = self._behaviors.create_conflict
        if existing is not None and conflict in ("400", "409"):
            raise Refusal(int(conflict), "extension is already taken")
        status = int(self._behaviors.create_status)
        if existing is not None and conflict == "update":
            box = existing | self._as_stored(fields)
            self._state.boxes[box["id"]] = box
            status = 200
        else:
            unset = {"mail_to": "", "local_after_email": None, "description": ""}
            box = {"id": self._installation.new_id()} | unset | self._as_stored(fields)
            self._state.add_box(box)
        return JSONResponse({"data": shown_box(self._behaviors, box), "message": SUCCESS}, status)

    async def read(self, request: Request) -> Response:
        """Handle `GET /v1/voicemail/{id}`."""
        box = self._state.box(request.path_params["id"])
        if box is None:
            return missing_reply(self._behaviors)
        return single(self._behaviors, shown_box(self._behaviors, box))

    async def update(self, request: Request) -> Response:
        """Handle `PUT /v1/voicemail/{id}`."""
        box = self._state.box(request.path_params["id"])
        if box is None:
            raise Refusal(404, "Not Found")
        fields = checked_box(await read_json(request), ("password", "enabled"))
        fields.pop("extension", None)
        omitted: dict[str, Any] = {}
        if self._behaviors.put_omitted == "cleared":
            omitted = {"local_after_email": False, "mail_to": "", "description": ""}
        elif self._behaviors.put_omitted == "default":
            omitted = {"local_after_email": None, "mail_to": "", "description": ""}
        self._state.boxes[box["id"]] = box | omitted | self._as_stored(fields)
        return JSONResponse({"message": SUCCESS})

    async def delete(self, request: Request) -> Response:
        """Handle `DELETE /v1/voicemail/{id}`."""
        box = self._state.box(request.path_params["id"])
        if box is not None:
            self._state.delete_box(box)
        elif self._behaviors.delete_missing == "404":
            raise Refusal(404, "Not Found")
        if self._behaviors.delete_status == "204":
            return Response(status_code=204)
        return JSONResponse({"message": SUCCESS})

    def _as_stored(self, fields: dict[str, Any]) -> dict[str, Any]:
        if "mail_to" in fields:
            fields["mail_to"] = stored_mail_to(self._behaviors, fields["mail_to"])
        return fields


def shown_boolean(behaviors: Behaviors, value: bool | None, default: bool) -> Any:
    """Return a boolean as replies show it (behavior `bool_style`). None means that it was never set."""
    if value is None and behaviors.bool_style == "null_for_unset":
        return None
    value = default if value is None else value
    return str(value).lower() if behaviors.bool_style == "text" else value


def shown_box(behaviors: Behaviors, box: dict[str, Any]) -> dict[str, Any]:
    """Return a mailbox as replies show it (docs/vendors/tel4vn.md, "Fields of a mailbox")."""
    return {
        "id": box["id"],
        "extension": box["extension"],
        "password": box["password"] if behaviors.password_visible == "clear" else PIN_MASK,
        "mail_to": box["mail_to"],
        "local_after_email": shown_boolean(behaviors, box["local_after_email"], True),
        "enabled": shown_boolean(behaviors, box["enabled"], True),
        "description": box["description"],
    }
