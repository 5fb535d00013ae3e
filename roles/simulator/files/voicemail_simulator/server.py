# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serving faces: one ASGI application per vendor, run by uvicorn in this process or in a thread of a test."""

from __future__ import annotations

import asyncio
import contextlib
import random as random_module
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .behaviors import Behaviors
from .control import PREFIX, Journal, control_routes, refusal
from .faults import Faults
from .store import Store
from .vendor import Clock
from .vendors import load

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ModuleNotFoundError:  # it is faster, and not available for every Python
    HttpToolsProtocol = None  # type: ignore[assignment, misc]

START_TIMEOUT = 15.0
TICK = 0.02


class Simulation:
    """One vendor with all that surrounds it; itself an ASGI application."""

    def __init__(
        self,
        vendor: str,
        *,
        store: Store | None = None,
        knobs: Mapping[str, Any] | None = None,
        mailboxes: int = 0,
        messages: int = 0,
        faults: Iterable[str] = (),
        seed: int = 0,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        vendor_class = load(vendor)
        self.prefix = f"{vendor}."
        self.store = store if store is not None else Store()
        self.clock = Clock()
        self.store.now = self.clock.now
        self.knobs = Behaviors(vendor_class.behavior_definitions, knobs)
        self.vendor = vendor_class(self.store, self.knobs, self.clock, random_module.Random(seed))
        self.journal = Journal()
        self.faults = Faults(Starlette(routes=self.vendor.routes()), random_module.Random(seed), faults)
        self.vendor.faults = self.faults
        self._control = Starlette(routes=control_routes(self))
        self._hosts = frozenset(name.lower() for name in allowed_hosts)
        if self.store.is_empty(self.prefix):
            self.vendor.seed(mailboxes, messages)
        else:
            self.vendor.rebuild()

    def reset(self, mailboxes: int = 0, messages: int = 0) -> None:
        """Forget the state and seed it anew; knobs, faults and journal stay."""
        self.store.reset(self.prefix)
        self.vendor.rebuild()
        self.vendor.seed(mailboxes, messages)

    def replace_state(self, state: dict[str, dict[str, Any]]) -> None:
        """Put `state` (documents by collection and id) in place of this vendor's state. Raises ValueError."""
        strangers = [name for name in state if not name.startswith(self.prefix)]
        if strangers:
            raise ValueError(f"collections of another vendor: {', '.join(strangers)}")
        self.store.replace(state, self.prefix)
        self.vendor.rebuild()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PREFIX):
            reason = refusal(Headers(scope=scope), scope["scheme"], self._hosts)
            handler = self._control if reason is None else JSONResponse({"error": reason}, 403)
            await handler(scope, receive, send)
            return
        # Noted on arrival: a client that has its reply must find the request in the journal.
        query = scope["query_string"].decode("latin-1")
        entry = self.journal.add(scope["method"], scope["path"], query, self.clock.now())

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                # One vendor has a single path and method for all it does.
                entry["action"] = scope.get("simulator.action")
            await send(message)

        await self.faults(scope, receive, noting)


class DroppableH11Protocol(H11Protocol):
    """HTTP protocol that shares its transport with the faults, which have to close it."""

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None:
            # The request is handled by a task that starts only when this returns.
            self.scope["simulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


def droppable_protocol(name: str = "auto") -> type:
    """Return an HTTP protocol by its name, `h11` or `httptools`; `auto` is the fastest whose package is installed."""
    if name == "h11" or (name == "auto" and HttpToolsProtocol is None):
        return DroppableH11Protocol

    class DroppableProtocol(HttpToolsProtocol):
        """The same as :class:`DroppableH11Protocol` on httptools."""

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["simulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]

    return DroppableProtocol


class QuietServer(uvicorn.Server):
    """uvicorn without its own signal handlers, as several servers share one process here, and quick to end."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(TICK)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(
    simulation: Simulation, tls_cert: str | None = None, tls_key: str | None = None, protocol: str = "auto"
) -> QuietServer:
    """Prepare a uvicorn server; it listens on the socket that is given to `serve`."""
    config = uvicorn.Config(
        simulation,
        http=droppable_protocol(protocol),
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    return QuietServer(config)


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((host, port))
    one.listen(2048)
    return one


def origin_of(bound: socket.socket, tls: bool) -> str:
    """The address of a bound socket as scheme, host and port."""
    host, port = bound.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


class SimulatorServer:
    """A running vendor for tests: `with SimulatorServer("kazoo", knobs={...}, mailboxes=10) as server: server.url`."""

    def __init__(
        self,
        vendor: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state: str | None = None,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        protocol: str = "auto",
        **options: Any,
    ) -> None:
        self.simulation = Simulation(vendor, store=Store(state), **options)
        self.vendor = self.simulation.vendor
        self.journal = self.simulation.journal
        self.faults = self.simulation.faults
        self.knobs = self.simulation.knobs
        self.clock = self.simulation.clock
        self.store = self.simulation.store
        self._socket = listen(host, port)
        self.origin = origin_of(self._socket, tls_cert is not None)
        self.url = self.origin + self.vendor.base_path
        self._server = make_server(self.simulation, tls_cert, tls_key, protocol)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> SimulatorServer:
        """Start serving; returns once requests are answered. Raises RuntimeError."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the simulator did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop serving and close the state file."""
        self._server.should_exit = True
        self._thread.join(START_TIMEOUT)
        self._socket.close()
        self.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
