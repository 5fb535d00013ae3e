# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's own interface under `/_simulator/`: what happened, and what shall happen."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from .server import Simulation

PREFIX = "/_simulator/"
REMEMBERED_REQUESTS = 1_000_000

Handler = Callable[[Request], Awaitable[Response]]


class Journal:
    """The requests since the last `clear`; `status` is None where the client got no reply."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)

    def add(self, method: str, path: str, query: str, time: float) -> dict[str, Any]:
        """Note one request and answer its entry; `time` is in Unix seconds of the simulated clock."""
        entry = {"method": method, "path": path, "query": query, "status": None, "time": time, "action": None}
        self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """All requests, in the order of their arrival."""
        return list(self._entries)

    def count(self, *methods: str) -> int:
        """How many requests there were, of the given methods or of all."""
        return sum(1 for one in self._entries if not methods or one["method"] in methods)

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)


def control_routes(simulation: Simulation) -> list[Route]:
    """The routes of the control interface for one face."""

    def guarded(handler: Handler) -> Handler:
        async def call(request: Request) -> Response:
            try:
                return await handler(request)
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return call

    async def ready(request: Request) -> Response:
        return JSONResponse({"vendor": simulation.face.vendor, "ready": True, "pid": os.getpid()})

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            simulation.journal.clear()
            return Response(status_code=204)
        return JSONResponse(simulation.journal.entries())

    async def knobs(request: Request) -> Response:
        if request.method == "PUT":
            simulation.knobs.update(await request.json())
        return JSONResponse(simulation.knobs.as_dict())

    async def faults(request: Request) -> Response:
        if request.method == "PUT":
            specifications = await request.json()
            if not isinstance(specifications, list):
                raise TypeError("faults are a list of texts")
            simulation.faults.set(specifications)
        return JSONResponse([fault.specification for fault in simulation.faults.active])

    async def reset(request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        simulation.reset(int(body.get("mailboxes", 0)), int(body.get("messages", 0)))
        return JSONResponse({"reset": True})

    async def clock(request: Request) -> Response:
        if request.method == "POST":
            simulation.clock.advance(float((await request.json())["advance"]))
        return JSONResponse({"now": simulation.clock.now()})

    async def state(request: Request) -> Response:
        if request.method == "PUT":
            simulation.replace_state(await request.json())
            return Response(status_code=204)
        return JSONResponse(simulation.store.as_dict(simulation.prefix))

    table: list[tuple[str, Handler, list[str]]] = [
        ("ready", ready, ["GET"]),
        ("requests", requests, ["GET", "DELETE"]),
        ("knobs", knobs, ["GET", "PUT"]),
        ("faults", faults, ["GET", "PUT"]),
        ("reset", reset, ["POST"]),
        ("clock", clock, ["GET", "POST"]),
        ("state", state, ["GET", "PUT"]),
    ]
    return [Route(PREFIX + name, guarded(handler), methods=methods) for name, handler, methods in table]
