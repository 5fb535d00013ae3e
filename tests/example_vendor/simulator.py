# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Acorn."""

from __future__ import annotations

import typing as t

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from voicemail_simulator.behaviors import Behavior
from voicemail_simulator.vendor import SimulatedVendor

TOKEN = "acorn-simulator-token"


class SimulatedAcorn(SimulatedVendor):
    """One Acorn PBX, whose documents do not state whether replies to writes contain the mailbox."""

    name = "acorn"
    base_path = "/api"
    behavior_definitions = (Behavior("reply_shows_box", True, bool, "Replies to writes contain the mailbox."),)

    def rebuild(self) -> None:
        self.boxes = self.store.collection("acorn.boxes")

    def seed(self, mailboxes: int, messages: int) -> None:
        self.rebuild()
        for number in map(str, range(1001, 1001 + mailboxes)):
            self.boxes[f"box-{number}"] = {"id": f"box-{number}", "number": number, "display_name": f"Desk {number}"}

    def routes(self) -> list[t.Any]:
        paths = {"/api/boxes": ["GET", "POST"], "/api/boxes/{id}": ["PATCH", "DELETE"]}
        return [Route(path, self._guarded, methods=methods) for path, methods in paths.items()]

    async def _guarded(self, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "unknown token"}, 401)
        return await (self._one(request) if "id" in request.path_params else self._all(request))

    async def _all(self, request: Request) -> JSONResponse:
        if request.method == "GET":
            return JSONResponse({"boxes": list(self.boxes.values()), "total": len(self.boxes)})
        box = {"id": f"box-{self.random.getrandbits(48):x}", **await request.json()}
        if any(other["number"] == box["number"] for other in self.boxes.values()):
            return JSONResponse({"error": "the number is in use"}, 409)
        self.boxes[box["id"]] = box
        return JSONResponse({"box": box} if self.behaviors.reply_shows_box else {}, 201)

    async def _one(self, request: Request) -> JSONResponse:
        key = request.path_params["id"]
        if key not in self.boxes:
            return JSONResponse({"error": "mailbox not found"}, 404)
        if request.method == "DELETE":
            del self.boxes[key]
            return JSONResponse({})
        self.boxes[key] = {**self.boxes[key], **await request.json()}
        return JSONResponse({"box": self.boxes[key]} if self.behaviors.reply_shows_box else {})
