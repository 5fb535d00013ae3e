# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what networks, proxies and overloaded servers do to a client."""

from __future__ import annotations

import asyncio
import random as random_module
import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = {
    "status": "a number such as 503",
    "latency": "seconds",
    "reset_before": None,
    "reset_after": None,
    "lost_reply": None,
    "truncated": None,
    "html": "a status, by default 200",
    "timeout": "seconds",
    "stale_listing": "seconds, by default one write",
}
NEED_VALUE = ("status", "latency", "timeout")
PARAMETERS = ("probability", "count", "skip", "method", "path", "retry_after")
SEPARATOR = re.compile(r",(?=(?:" + "|".join(PARAMETERS) + r")=)")
HTML_PAGE = "<html><head><title>Proxy</title></head><body><h1>The page is not available</h1></body></html>"


class FaultError(ValueError):
    """An invalid fault specification."""


@dataclass
class Fault:
    """One fault: what happens (`kind`, `value`), to which requests, and how often.

    The first `skip` matching requests are not affected. The fault ends after it has happened `count` times.
    """

    kind: str
    value: float | None = None
    probability: float = 1.0
    count: int | None = None
    skip: int = 0
    method: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None
    retry_after: str | None = None
    specification: str = field(default="", compare=False)

    @classmethod
    def parse(cls, specification: str) -> Fault:
        """Read `KIND[:VALUE][,probability=0..1][,count=N][,skip=N][,method=REGEX][,path=REGEX][,retry_after=S]`.

        Raises FaultError.
        """
        head, *rest = SEPARATOR.split(str(specification))
        kind, _colon, value = head.partition(":")
        if kind not in KINDS:
            raise FaultError(f"fault {kind!r}: does not exist. Use one of {', '.join(KINDS)}.")
        if bool(value) and KINDS[kind] is None:
            raise FaultError(f"fault {kind!r}: must not have a value")
        if not value and kind in NEED_VALUE:
            raise FaultError(f"fault {kind!r}: needs a value: {KINDS[kind]}")
        fault = cls(kind, specification=str(specification))
        try:
            fault.value = float(value) if value else None
            for part in rest:
                fault._set(*part.split("=", 1))
        except (ValueError, re.error) as error:
            raise FaultError(f"fault {specification!r}: {error}") from None
        return fault

    def _set(self, name: str, text: str) -> None:
        if name == "probability":
            self.probability = float(text)
            if not 0 <= self.probability <= 1:
                raise ValueError("probability must be between 0 and 1")
        elif name == "count":
            self.count = int(text)
        elif name == "skip":
            self.skip = int(text)
        elif name == "method":
            self.method = re.compile(text, re.IGNORECASE)
        elif name == "path":
            self.path = re.compile(text)
        else:
            self.retry_after = text

    def applies_to(self, method: str, path: str, random: random_module.Random) -> bool:
        """Decide whether the fault applies to this request, and count the request."""
        if self.count == 0 or (self.method and not self.method.fullmatch(method)):
            return False
        if self.path and not self.path.search(path):
            return False
        if self.probability < 1 and random.random() >= self.probability:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count is not None:
            self.count -= 1
        return True


def drop_connection(scope: Scope, *, flush: bool = False) -> None:
    """Close the client's socket: immediately with a reset, or with `flush` after the written data was sent.

    Raises ConnectionResetError outside the simulator's own server, where there is no socket.
    """
    transport = scope.get("simulator.transport")
    if transport is None:
        raise ConnectionResetError("the simulator dropped the connection")
    if flush:
        transport.close()
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Faults:
    """The active faults, and the ASGI layer that applies them."""

    def __init__(self, app: ASGIApp, random: random_module.Random, specifications: Iterable[str] = ()) -> None:
        self.app = app
        self.random = random
        self.active: list[Fault] = []
        self.set(specifications)

    def set(self, specifications: Iterable[str]) -> None:
        """Replace all faults. Raises FaultError, and then changes nothing."""
        self.active = [Fault.parse(one) for one in specifications]

    def add(self, specification: str) -> None:
        """Add one fault. Raises FaultError."""
        self.active.append(Fault.parse(specification))

    def stale(self, request: Any) -> dict[str, float] | None:
        """Return the arguments of `Collection.earlier` for a list request, or None for a current list."""
        return request.scope.get("simulator.stale")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.active or scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        for fault in list(self.active):
            if not fault.applies_to(scope["method"], scope["path"], self.random):
                continue
            if fault.kind == "latency":
                await asyncio.sleep(fault.value or 0)
            elif fault.kind == "stale_listing":
                scope["simulator.stale"] = {"seconds": fault.value} if fault.value else {"writes": 1}
            else:
                await self._apply(fault, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _apply(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "status":
            headers = {"retry-after": fault.retry_after} if fault.retry_after is not None else None
            body = {"error": "the simulator was configured to fail"}
            await JSONResponse(body, int(fault.value or 500), headers)(scope, receive, send)
        elif fault.kind == "html":
            await HTMLResponse(HTML_PAGE, int(fault.value or 200))(scope, receive, send)
        elif fault.kind == "truncated":
            await self._truncate(scope, receive, send)
        else:
            if fault.kind == "timeout":
                await asyncio.sleep(fault.value or 0)
            elif fault.kind in ("reset_after", "lost_reply"):
                await self.app(scope, receive, discard)
            drop_connection(scope)
            # The server notices the closed socket in the next turns of the loop. Until then it would send a 500.
            await asyncio.sleep(0.01)

    async def _truncate(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self.app(scope, receive, collect)
        body = b"".join(chunks)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(max(len(body), 1)).encode())]})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        drop_connection(scope, flush=True)
        await asyncio.sleep(0.01)


async def discard(message: Message) -> None:
    """Drop a reply, so that the client never receives it."""
