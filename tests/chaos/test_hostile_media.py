# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile servers of messages, recordings and greetings: each run ends with a clear result and writes only to its
folder."""

from __future__ import annotations

import json
import os
import pathlib
import re
import typing as t

import hypothesis
import pytest
from chaos.corrupting_server import BODIES, UNEXPECTED_VALUES, CorruptingServer, random_corruption
from chaos.greeting_scenario import SOUNDS, add
from chaos.message_play import MessageHistory, arguments_of, run
from chaos.message_scenario import MessageScenario
from chaos.message_worlds import MESSAGE_WORLDS, Note
from chaos.worlds import WORLDS
from helpers.greeting_runs import MODULE
from helpers.greeting_subjects import TaskRunner, recording
from helpers.runners import Result, in_worker
from helpers.subjects import SHARED
from helpers.virtual_time import virtual_time
from hypothesis import strategies
from voicemail_simulator.server import SimulatorServer

#: Seconds after which a test fails, because no server may block a run.
pytestmark = pytest.mark.timeout(60)
EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "8"))
OPTIONS = {"timeout": 2, "retry_budget": 3, "workers": 1}
BOUNDED = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
Corruption = t.Callable[[int, list[t.Any], bytes], tuple[int, list[t.Any], bytes]]


def clear(result: Result) -> None:
    """Check that failures have a clear, short message."""
    message = str(result.get("msg", ""))
    assert not result["failed"] or message
    assert "unexpected " not in message or "something unexpected" in message, message
    assert len(message) < 6000, len(message)


def scenario_of(name: str) -> MessageScenario:
    """Return a scenario that deletes all messages of a mailbox, or downloads them if the vendor cannot delete."""
    world = MESSAGE_WORLDS[name]
    state = "download" if world.module == "voicemail_audio" else "absent"
    place = next(iter(world.subject.box.values()))
    return MessageScenario(name, 1, state, place, 2, options=(("permanent", True),) if state == "absent" else ())


def run_corrupted(
    scenario: MessageScenario, corrupt: Corruption, position: int, forever: bool, folder: pathlib.Path
) -> Result:
    """Run a module against a corrupting server, and check for lost messages and files outside the folder."""
    world = scenario.world
    (folder / "dest").mkdir(exist_ok=True)
    outside = everything_in(folder)
    with world.subject.serve(3, scenario.messages, seed=1) as server, virtual_time(server.clock.advance):
        world.prepare(server)
        before: dict[str, Note] = world.notes(server)
        corrupting_server = CorruptingServer(server, t.cast(t.Any, world), position, corrupt, forever)
        server.simulation.faults = corrupting_server  # type: ignore[assignment]
        history = MessageHistory(scenario, before, [])
        result = run(history, server, folder, **OPTIONS, **dict(scenario.options))
        corrupting_server.drain()
        after = world.notes(server)
    clear(result)
    for note in before.values():
        planned_deletions = scenario.state == "absent" and scenario.selects(note, ())
        assert planned_deletions or note.id in after, f"{note} is gone"
    assert everything_in(folder) == outside, "something was written outside of `dest`"
    return result


def everything_in(folder: pathlib.Path) -> set[str]:
    """Return all files and folders outside the folder of recordings."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    return {path for path in found if path.partition("/")[0] != "dest"}


@pytest.mark.parametrize("name", MESSAGE_WORLDS)
@BOUNDED
@hypothesis.given(position=strategies.integers(0, 8), seed=strategies.integers(0, 10**9), forever=strategies.booleans())
def test_corrupted_replies(
    name: str, position: int, seed: int, forever: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_corrupted(scenario_of(name), random_corruption(seed), position, forever, tmp_path_factory.mktemp("corrupted"))


@pytest.mark.parametrize("name", [name for name in MESSAGE_WORLDS if name.endswith("-audio")])
def test_bodies_other_than_lists(name: str, tmp_path: pathlib.Path) -> None:
    for body in BODIES:
        result = run_corrupted(
            scenario_of(name), lambda status, headers, _body, body=body: (status, headers, body), 1, True, tmp_path
        )
        assert result["failed"], body[:40]
        assert not list((tmp_path / "dest").rglob("*")), body[:40]


#: Fields of listed messages that are used in file names and addresses.
FIELDS = (
    rb'("(?:id|media_id|call_id|caller_id_name|caller_id_number|sender|sender_number|extension|file_name)": ?)"[^"]*"'
)


@pytest.mark.parametrize("name", [name for name in MESSAGE_WORLDS if name.endswith("-audio")])
def test_names_of_messages_never_leave_the_folder(name: str, tmp_path: pathlib.Path) -> None:
    texts = [
        text
        for text in (*UNEXPECTED_VALUES, "../../../escaped", "/etc/escaped", "a\\..\\b", ".hidden")
        if isinstance(text, str)
    ]
    for text in texts:
        reported = json.dumps(text).encode()

        def corrupt(
            status: int, headers: list[t.Any], body: bytes, reported: bytes = reported
        ) -> tuple[int, list[t.Any], bytes]:
            listed = b"caller_id_number" in body or b"sender" in body
            return status, headers, re.sub(FIELDS, lambda found: found[1] + reported, body) if listed else body

        run_corrupted(scenario_of(name), corrupt, 0, True, tmp_path)
        for path in (tmp_path / "dest").rglob("*"):
            assert path.resolve().is_relative_to(tmp_path / "dest"), text
    assert not pathlib.Path("/etc/escaped").exists()


@BOUNDED
@hypothesis.given(
    position=strategies.integers(0, 12), seed=strategies.integers(0, 10**9), forever=strategies.booleans()
)
def test_corrupted_replies_about_greetings(
    position: int, seed: int, forever: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = {"shared_voicemail": "8001"}
    new = recording(0.1, 9)
    with SimulatorServer("portsip", mailboxes=2) as server, virtual_time(server.clock.advance):
        runner = TaskRunner(server, tmp_path_factory.mktemp("greeting"))
        add(runner, place, "old", enabled=True)
        corrupting_server = CorruptingServer(
            server, WORLDS["portsip-shared"], position, random_corruption(seed), forever
        )
        server.simulation.faults = corrupting_server  # type: ignore[assignment]
        arguments = SHARED.arguments(server, **place, **OPTIONS, src=runner.file(new))
        result = in_worker(MODULE, arguments)
        corrupting_server.drain()
        heard = runner.heard(**place)
    clear(result)
    assert heard in ([SOUNDS["old"]], [new]), "callers hear nothing, or an undeclared greeting"


@pytest.mark.parametrize("name", MESSAGE_WORLDS)
@pytest.mark.parametrize(
    "text", ["../../accounts", "a/b?c", "nul\0", "\ud800", "9" * 10240, "%2e%2e"], ids=lambda text: ascii(text)[:12]
)
def test_ids_of_messages_never_change_the_path(name: str, text: str, tmp_path: pathlib.Path) -> None:
    scenario = scenario_of(name)
    world = scenario.world
    (tmp_path / "dest").mkdir()
    with world.subject.serve(2, 2) as server:
        before = world.notes(server)
        history = MessageHistory(scenario, before, [text])
        result = in_worker(world.module, arguments_of(history, server, tmp_path))
        clear(result)
        for _method, path in world.subject.requests(server):
            assert ".." not in path.split("/"), path
            assert "\0" not in path
        assert world.notes(server) == before
