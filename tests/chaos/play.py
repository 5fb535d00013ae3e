# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a scenario against the simulator, with faults and concurrent changes."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
import typing as t

from chaos.scenario import SLOW, TIMEOUT, Event, Scenario
from chaos.worlds import World
from helpers.runners import Result, in_worker
from helpers.stored_boxes import Box
from helpers.subjects import Item
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

#: Seconds after which every vendor's tokens are expired.
TOKEN_LIFE = 90000.0
DRAIN = 5.0


class Interference:
    """Wrap the server: count requests, and run events between them."""

    def __init__(self, server: SimulatorServer, world: World, events: t.Iterable[Event]) -> None:
        self.server = server
        self.world = world
        self.events = list(events)
        self.inner: t.Any = server.simulation.faults
        self.requests = 0
        self.running = 0
        self.mistakes: list[Exception] = []
        #: Numbers of mailboxes that other clients created, changed or deleted, with the written fields.
        self.touched: dict[str, dict[str, t.Any]] = {}
        self.removed: set[str] = set()
        self.made: set[str] = set()

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        """Serve one request."""
        number, self.requests = self.requests, self.requests + 1
        self.running += 1
        try:
            parts, more = [], True
            while more:
                message = await receive()
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
            body = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

            async def replay() -> t.Any:
                return body.pop() if body else await receive()

            for event in self.events:
                if event.request == number:
                    if event.what == "late":
                        # The client times out and checks the outcome, and then the request is executed.
                        await asyncio.sleep(SLOW)
                    else:
                        self._happen(event)
            # A socket that the client closed during the delay cannot be reset.
            with contextlib.suppress(ValueError):
                await self.inner(scope, replay, send)
        finally:
            self.running -= 1

    def _happen(self, event: Event) -> None:
        try:
            self.happen(event)
        except Exception as error:
            # The client would count it as another server error.
            self.mistakes.append(error)

    def happen(self, event: Event) -> None:
        """Run an event."""
        if event.what == "expire":
            self.server.clock.advance(TOKEN_LIFE)
            return
        found = [box for box in self.world.boxes(self.server) if box.number == event.number]
        if event.what == "put" and not found:
            self.world.put(self.server, event.number)
            self.touched.setdefault(event.number, {})
            self.made.add(event.number)
        elif event.what == "change" and found:
            self.world.change(self.server, found[0], dict(event.wires))
            self.touched.setdefault(event.number, {}).update(event.wires)
        elif event.what == "remove" and found:
            self.world.remove(self.server, found[0])
            self.touched.setdefault(event.number, {})
            self.removed.add(found[0].id)
        elif event.what == "message" and found:
            self.world.leave_message(self.server, found[0])

    def drain(self) -> None:
        """Wait until the server has finished the requests that clients abandoned."""
        deadline = time.monotonic() + DRAIN
        while self.running and time.monotonic() < deadline:
            time.sleep(0.01)
        for mistake in self.mistakes:
            raise mistake


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The state of the server at one time."""

    boxes: dict[str, Box]
    messages: dict[str, set[str]]

    def of(self, number: str) -> list[Box]:
        """Return the mailboxes with a number."""
        return [box for box in self.boxes.values() if box.number == number]


@dataclasses.dataclass
class History:
    """The history of a run: snapshots before and after it, results, and changes of other clients."""

    scenario: Scenario
    before: Snapshot
    first: Result = dataclasses.field(default_factory=dict)
    middle: Snapshot = dataclasses.field(default_factory=lambda: Snapshot({}, {}))
    second: Result = dataclasses.field(default_factory=dict)
    after: Snapshot = dataclasses.field(default_factory=lambda: Snapshot({}, {}))
    third: Result = dataclasses.field(default_factory=dict)
    third_writes: list[str] = dataclasses.field(default_factory=list)
    check_writes: list[str] = dataclasses.field(default_factory=list)
    touched: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    removed: set[str] = dataclasses.field(default_factory=set)
    made: set[str] = dataclasses.field(default_factory=set)


def snapshot(world: World, server: SimulatorServer) -> Snapshot:
    """Return a snapshot of the simulator's state."""
    messages = {box_id: set(ids) for box_id, ids in world.messages(server).items()}
    return Snapshot({box.id: box for box in world.boxes(server)}, messages)


def play(scenario: Scenario) -> History:
    """Run a scenario three times: with faults, without faults, and again to check that nothing is left to do."""
    world = scenario.world
    server = world.subject.serve(
        dict(scenario.behaviors), mailboxes=scenario.seeded, messages=scenario.messages, seed=scenario.seed
    )
    with server, virtual_time(server.clock.advance):
        for box in world.boxes(server):
            if box.number in scenario.foreign:
                world.change(server, box, dict(world.foreign))
        # A stale list cannot omit the seeded documents.
        for name in server.store.as_dict():
            server.store.collection(name)._writes.clear()
        history = History(scenario, snapshot(world, server))
        between = Interference(server, world, scenario.events)
        server.simulation.faults = between  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        server.journal.clear()
        history.first = run(scenario, server, timeout=TIMEOUT, check=scenario.check, **dict(scenario.options))
        between.drain()
        # OnSIP's action is in the body, which is not read if a fault replaces the reply.
        history.check_writes = [
            reported for reported in world.subject.writes(server) if scenario.check and reported != "POST /api"
        ]
        history.middle = snapshot(world, server)
        history.touched, history.removed, history.made = between.touched, between.removed, between.made
        server.faults.set(())
        between.events.clear()
        # The lag of the vendor's caches is shorter than the time until the next run.
        server.clock.advance(5)
        history.second = run(scenario, server)
        server.clock.advance(5)
        between.drain()
        history.after = snapshot(world, server)
        server.journal.clear()
        history.third = run(scenario, server)
        history.third_writes = world.subject.writes(server)
    return history


def run(scenario: Scenario, server: SimulatorServer, *, check: bool = False, **options: t.Any) -> Result:
    """Run the module of a scenario."""
    subject = scenario.world.subject
    arguments: Item = {"timeout": 20, "retry_budget": 120, **options}
    if scenario.shape == "one":
        item = dict(scenario.items[0])
        if item.get("state") == "absent" and not scenario.guarded:
            item["delete_messages"] = True
        return in_worker(subject.module, subject.arguments(server, **arguments, **item), check=check)
    arguments.update(max_deletions=1000, max_delete_percent=100, allow_empty=True, report="all")
    arguments.update(prune=scenario.shape == "prune", delete_messages=not scenario.guarded)
    if not subject.can_create:
        del arguments["prune"], arguments["delete_messages"]
    items = [dict(item) for item in scenario.items]
    return in_worker(subject.plural, subject.arguments(server, **arguments, **{subject.listed: items}), check=check)
