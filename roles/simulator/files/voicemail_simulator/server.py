# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve simulations: one ASGI application per vendor, run by uvicorn in this process or in a thread of a test."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .behaviors import Behaviors
from .control import PREFIX, control_routes, refusal
from .simulation import Simulation
from .store import Store
from .vendor import SimulatedVendor

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ModuleNotFoundError:  # the package is optional: it is faster, but not available for every Python version
    HttpToolsProtocol = None  # type: ignore[assignment, misc]

START_TIMEOUT = 15.0
TICK = 0.02


class Application:
    """The ASGI application of one simulation: the vendor's API behind its faults, the control API, and the journal."""

    def __init__(self, simulation: Simulation, allowed_hosts: Iterable[str] = ()) -> None:
        self._simulation = simulation
        self._control = Starlette(routes=control_routes(simulation))
        self._hosts = frozenset(name.lower() for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PREFIX):
            reason = refusal(Headers(scope=scope), scope["scheme"], self._hosts)
            handler = self._control if reason is None else JSONResponse({"error": reason}, 403)
            await handler(scope, receive, send)
            return
        # Recorded on arrival, so that a client that has received its reply finds the request in the journal.
        query = scope["query_string"].decode("latin-1")
        simulation = self._simulation
        entry = simulation.journal.add(scope["method"], scope["path"], query, simulation.clock.now())

        async def send_and_record(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
                # OnSIP has a single path and method for all its actions.
                entry["action"] = scope.get("simulator.action")
            await send(message)

        await simulation.faults(scope, receive, send_and_record)


class DroppableH11Protocol(H11Protocol):
    """HTTP protocol that passes its transport to the faults, so that they can close it."""

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None:
            # The task that handles the request starts after this method returns.
            self.scope["simulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


def droppable_protocol(name: str = "auto") -> type:
    """Return the HTTP protocol named `h11` or `httptools`. `auto` returns the fastest one that is installed."""
    if name == "h11" or (name == "auto" and HttpToolsProtocol is None):
        return DroppableH11Protocol

    class DroppableProtocol(HttpToolsProtocol):
        """The same as :class:`DroppableH11Protocol` on httptools."""

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.scope["simulator.transport"] = self.transport  # type: ignore[typeddict-unknown-key]

    return DroppableProtocol


class QuietServer(uvicorn.Server):
    """uvicorn without its own signal handlers, because several servers share one process, and with a quick shutdown."""

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(TICK)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(
    application: Application, tls_cert: str | None = None, tls_key: str | None = None, protocol: str = "auto"
) -> QuietServer:
    """Create a uvicorn server. It listens on the sockets that are passed to its `serve`."""
    config = uvicorn.Config(
        application,
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
    """Return a listening socket. Port 0 chooses a free port. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(2048)
    return listening


def origin_of(bound: socket.socket, tls: bool) -> str:
    """Return the origin of a bound socket: scheme, host and port."""
    host, port = bound.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


class SimulatorServer:
    """A running simulator for tests.

    `with SimulatorServer("kazoo", behaviors={"profile": "5"}, mailboxes=10) as server:` serves on `server.url`.
    """

    def __init__(
        self,
        vendor: str | type[SimulatedVendor],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state: str | None = None,
        tls_cert: str | None = None,
        tls_key: str | None = None,
        protocol: str = "auto",
        allowed_hosts: Iterable[str] = (),
        **options: Any,
    ) -> None:
        if "knobs" in options:  # the name in version 1.0
            options["behaviors"] = options.pop("knobs")
        self.simulation = Simulation(vendor, store=Store(state), **options)
        self.vendor = self.simulation.vendor
        self.journal = self.simulation.journal
        self.faults = self.simulation.faults
        self.behaviors = self.simulation.behaviors
        self.clock = self.simulation.clock
        self.store = self.simulation.store
        self._socket = listen(host, port)
        self.origin = origin_of(self._socket, tls_cert is not None)
        self.url = self.origin + self.vendor.base_path
        self._server = make_server(Application(self.simulation, allowed_hosts), tls_cert, tls_key, protocol)
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def knobs(self) -> Behaviors:
        """Return the behaviors under their name in version 1.0."""
        return self.behaviors

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def start(self) -> SimulatorServer:
        """Start the server and wait until it accepts requests. Raises RuntimeError."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError(f"the simulator did not start within {START_TIMEOUT:g} seconds")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop the server and close the state file."""
        self._server.should_exit = True
        self._thread.join(START_TIMEOUT)
        self._socket.close()
        self.store.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
