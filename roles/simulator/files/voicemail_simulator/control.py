# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's control API under `/_simulator/`: read the journal and the state, change behaviors and faults."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .simulation import Simulation

PREFIX = "/_simulator/"

Handler = Callable[[Request], Awaitable[Response]]


def refusal(headers: Headers, scheme: str, hosts: frozenset[str]) -> str | None:
    """Return why a control request is refused, or None.

    A web page that the user visits can send requests to this machine from the browser. Its `Host` can only be a name
    that the page's owner resolves to this machine, and the browser adds the page's `Origin`.

    :param hosts: names under which the control API may be called, besides IP addresses and localhost.
    """
    host = headers.get("host", "")
    name = (urlsplit(f"//{host}").hostname or "").lower()
    if name != "localhost" and name not in hosts and not _is_address(name):
        return f"host {name!r} is not allowed. Use an IP address, or start the simulator with --allow-host={name}."
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scheme}://{host}".lower():
        return f"origin {origin!r} is not allowed. Web pages cannot call the control API."
    return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def control_routes(simulation: Simulation) -> list[Route]:
    """Return the routes of the control API for one simulation."""
    control = _Control(simulation)
    table: list[tuple[str, Handler, list[str]]] = [
        ("ready", control.ready, ["GET"]),
        ("requests", control.requests, ["GET", "DELETE"]),
        ("behaviors", control.behaviors, ["GET", "PUT"]),
        ("knobs", control.behaviors, ["GET", "PUT"]),  # the name in version 1.0
        ("faults", control.faults, ["GET", "PUT"]),
        ("reset", control.reset, ["POST"]),
        ("clock", control.clock, ["GET", "POST"]),
        ("state", control.state, ["GET", "PUT"]),
    ]
    return [Route(PREFIX + name, _guarded(handler), methods=methods) for name, handler, methods in table]


def _guarded(handler: Handler) -> Handler:
    async def call(request: Request) -> Response:
        try:
            return await handler(request)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return call


class _Control:
    """Handlers of the control API."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def ready(self, request: Request) -> Response:
        """Name the vendor and the process."""
        return JSONResponse({"vendor": self._simulation.vendor.name, "ready": True, "pid": os.getpid()})

    async def requests(self, request: Request) -> Response:
        """Return the journal, or clear it."""
        if request.method == "DELETE":
            self._simulation.journal.clear()
            return Response(status_code=204)
        return JSONResponse(self._simulation.journal.entries())

    async def behaviors(self, request: Request) -> Response:
        """Return the behaviors, after changing some."""
        if request.method == "PUT":
            self._simulation.behaviors.update(await request.json())
        return JSONResponse(self._simulation.behaviors.as_dict())

    async def faults(self, request: Request) -> Response:
        """Return the faults, after replacing them."""
        if request.method == "PUT":
            specifications = await request.json()
            if not isinstance(specifications, list):
                raise TypeError("faults must be a list of strings")
            self._simulation.faults.set(specifications)
        return JSONResponse([fault.specification for fault in self._simulation.faults.active])

    async def reset(self, request: Request) -> Response:
        """Reset the state, with seeded mailboxes and messages."""
        body = await request.json() if await request.body() else {}
        self._simulation.reset(int(body.get("mailboxes", 0)), int(body.get("messages", 0)))
        return JSONResponse({"reset": True})

    async def clock(self, request: Request) -> Response:
        """Return the time, after advancing it."""
        if request.method == "POST":
            self._simulation.clock.advance(float((await request.json())["advance"]))
        return JSONResponse({"now": self._simulation.clock.now()})

    async def state(self, request: Request) -> Response:
        """Return the state, or replace it."""
        if request.method == "PUT":
            self._simulation.replace_state(await request.json())
            return Response(status_code=204)
        return JSONResponse(self._simulation.store.as_dict(self._simulation.prefix))
