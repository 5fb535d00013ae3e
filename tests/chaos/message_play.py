# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run scenarios of messages and recordings against the simulator, with faults and concurrent changes."""

from __future__ import annotations

import dataclasses
import pathlib
import tempfile
import typing as t

from chaos.message_scenario import BOXES, CALL, MessageScenario
from chaos.message_worlds import MessageWorld, Note
from chaos.play import TOKEN_LIFE, Interference
from chaos.scenario import TIMEOUT, Event
from helpers.greeting_subjects import recording
from helpers.runners import Result, in_worker
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

Notes = dict[str, Note]


class MessageInterference(Interference):
    """Change messages between two requests."""

    def __init__(self, server: SimulatorServer, world: MessageWorld, events: t.Iterable[Event]) -> None:
        super().__init__(server, t.cast(t.Any, world), events)
        self.messages = world
        #: New messages of callers, and messages that other clients marked or deleted, by id and by identity.
        self.left: Notes = {}
        self.meddled: set[str] = set()

    def happen(self, event: Event) -> None:
        """Run an event."""
        if event.what == "expire":
            self.server.clock.advance(TOKEN_LIFE)
            return
        if event.what == "leave":
            added = self.messages.leave(self.server, event.number)
            if added:
                self.left[added] = self.messages.notes(self.server)[added]
            return
        notes = self.messages.notes(self.server)
        found = [notes[one] for one in sorted(notes) if notes[one].box == event.number]
        wires = dict(event.wires)
        if found:
            note = found[wires["place"] % len(found)]
            self.meddled |= {note.id, note.identity}
            if event.what == "remove":
                self.messages.remove(self.server, note)
            else:
                self.messages.mark(self.server, note, wires["status"])


@dataclasses.dataclass
class MessageHistory:
    """The history: snapshots before and after the runs, results, and changes of other clients."""

    scenario: MessageScenario
    before: Notes
    names: list[str]
    recordings: dict[str, bytes] = dataclasses.field(default_factory=dict)
    first: Result = dataclasses.field(default_factory=dict)
    middle: Notes = dataclasses.field(default_factory=dict)
    files: dict[str, bytes] = dataclasses.field(default_factory=dict)
    second: Result = dataclasses.field(default_factory=dict)
    after: Notes = dataclasses.field(default_factory=dict)
    final_files: dict[str, bytes] = dataclasses.field(default_factory=dict)
    third: Result = dataclasses.field(default_factory=dict)
    third_requests: list[str] = dataclasses.field(default_factory=list)
    check_writes: list[str] = dataclasses.field(default_factory=list)
    left: Notes = dataclasses.field(default_factory=dict)
    meddled: set[str] = dataclasses.field(default_factory=set)


def play_messages(scenario: MessageScenario) -> MessageHistory:
    """Run a scenario three times: with faults, without faults, and again to check that nothing is left to do."""
    world = scenario.world
    server = world.subject.serve(BOXES, scenario.messages, behaviors=dict(scenario.behaviors), seed=scenario.seed)
    with server, virtual_time(server.clock.advance), tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        (folder / "dest").mkdir()
        (folder / "upload.wav").write_bytes(recording(1, 7))
        world.prepare(server)
        for name in server.store.as_dict():
            server.store.collection(name)._writes.clear()
        notes = world.notes(server)
        history = MessageHistory(scenario, notes, scenario.names(notes))
        if world.module == "voicemail_audio":
            history.recordings = {one: world.recording(server, one) for one in notes}
        between = MessageInterference(server, world, scenario.events)
        server.simulation.faults = between  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        server.journal.clear()
        options = {"timeout": TIMEOUT, **dict(scenario.options)}
        history.first = run(history, server, folder, check=scenario.check, **options)
        between.drain()
        history.check_writes = [request for request in writes(world, server) if scenario.check]
        history.middle, history.files = world.notes(server), files_in(folder / "dest")
        history.left, history.meddled = between.left, between.meddled
        server.faults.set(())
        between.events.clear()
        if world.module == "voicemail_audio":
            history.recordings.update((one, world.recording(server, one)) for one in history.middle)
        # The lag of the vendor's lists is shorter than the time until the next run.
        server.clock.advance(5)
        options = {name: value for name, value in scenario.options if name in ("permanent", "manifest")}
        history.second = run(history, server, folder, **options)
        server.clock.advance(5)
        between.drain()
        history.after, history.final_files = world.notes(server), files_in(folder / "dest")
        server.journal.clear()
        history.third = run(history, server, folder, **options)
        history.third_requests = [f"{method} {path}" for method, path in world.subject.requests(server)]
    return history


def writes(world: MessageWorld, server: SimulatorServer) -> list[str]:
    """Return the requests that may have changed something."""
    return [f"{method} {path}" for method, path in world.subject.writes(server)]


def files_in(folder: pathlib.Path) -> dict[str, bytes]:
    """Return the content of the files whose names mark them as complete."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def arguments_of(
    history: MessageHistory, server: SimulatorServer, folder: pathlib.Path, **options: t.Any
) -> dict[str, t.Any]:
    """Return the arguments of the module of a scenario."""
    scenario, world = history.scenario, history.scenario.world
    arguments: dict[str, t.Any] = {"timeout": 20, "retry_budget": 120, "report": "all", **options}
    if scenario.place:
        arguments[next(iter(world.subject.box))] = scenario.place
    else:
        arguments["all_mailboxes"] = True
    arguments.update(scenario.filters)
    if history.names:
        arguments["call_ids" if scenario.by_call else "ids"] = list(history.names)
    if scenario.state == "download":
        arguments["dest"] = str(folder / "dest")
    else:
        arguments["state"] = scenario.state
    if scenario.state == "absent":
        arguments["max_deletions"] = 1000
    if scenario.to:
        key = "to_mailbox" if scenario.state == "moved" else "to_mailboxes"
        arguments[key] = scenario.to[0] if scenario.state == "moved" else list(scenario.to)
    if scenario.state == "present":
        arguments.update(src=str(folder / "upload.wav"), call_id=CALL, caller_number="5550100")
    return world.subject.arguments(server, **arguments)


def run(
    history: MessageHistory, server: SimulatorServer, folder: pathlib.Path, *, check: bool = False, **options: t.Any
) -> Result:
    """Run the module of a scenario."""
    return in_worker(history.scenario.world.module, arguments_of(history, server, folder, **options), check=check)
