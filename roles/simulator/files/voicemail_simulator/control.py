# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's control API under `/_simulator/`: read what happened, and set what happens next."""

from __future__ import annotations

import ipaddress
import os
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from .server import Simulation

PREFIX = "/_simulator/"
#: Bytes that the journal may take; older entries are dropped beyond it, and still counted.
MOST_JOURNAL_BYTES = 64 * 2**20
#: What an entry takes beside its texts: a dictionary of six items and its place in the journal.
ENTRY_BYTES = 500

Handler = Callable[[Request], Awaitable[Response]]


class Journal:
    """The requests since the last `clear`; `status` is None where the client got no reply.

    :param most_bytes: memory that the entries may take; beyond it the oldest are dropped.
    """

    def __init__(self, most_bytes: int = MOST_JOURNAL_BYTES) -> None:
        self._most_bytes = most_bytes
        self._entries: deque[dict[str, Any]] = deque()
        self._bytes = 0
        self._counts: Counter[str] = Counter()

    def add(self, method: str, path: str, query: str, time: float) -> dict[str, Any]:
        """Record one request and return its entry; `time` is in Unix seconds of the simulated clock."""
        entry = {"method": method, "path": path, "query": query, "status": None, "time": time, "action": None}
        self._entries.append(entry)
        self._counts[method] += 1
        self._bytes += _size(entry)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(self._entries.popleft())
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """Return the requests in the order of their arrival, without those that were dropped."""
        return list(self._entries)

    def count(self, *methods: str) -> int:
        """Return how many requests there were, of the given methods or of all, dropped ones included."""
        return sum(self._counts[method] for method in methods) if methods else self._counts.total()

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()
        self._counts.clear()
        self._bytes = 0

    def __len__(self) -> int:
        return self._counts.total()


def _size(entry: dict[str, Any]) -> int:
    return ENTRY_BYTES + len(entry["path"]) + len(entry["query"])


def refusal(headers: Headers, scheme: str, hosts: frozenset[str]) -> str | None:
    """Return why a control call is refused, or None.

    A web page that the user visits can make their browser send requests to this machine. It cannot choose the `Host`,
    other than a name of its own that it lets resolve to this machine, and the browser adds the page's `Origin`.

    :param hosts: names under which the control API is called, beside addresses and localhost.
    """
    host = headers.get("host", "")
    name = (urlsplit(f"//{host}").hostname or "").lower()
    if name != "localhost" and name not in hosts and not _is_address(name):
        return f"the host {name!r} is unknown here; use an address, or start the simulator with --allow-host"
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scheme}://{host}".lower():
        return "requests from web pages of other origins are refused"
    return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def control_routes(simulation: Simulation) -> list[Route]:
    """The routes of the control interface for one vendor."""

    def guarded(handler: Handler) -> Handler:
        async def call(request: Request) -> Response:
            try:
                return await handler(request)
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return call

    async def ready(request: Request) -> Response:
        return JSONResponse({"vendor": simulation.vendor.name, "ready": True, "pid": os.getpid()})

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
