# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that is killed during a bulk write: its changes are correct, and the next run continues."""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from chaos.checks import RunChecks
from chaos.killing import PATIENCE, started, wait_until
from chaos.play import History, run, snapshot
from chaos.scenario import Scenario
from chaos.worlds import WORLDS, World
from voicemail_simulator.server import SimulatorServer

HERE = pathlib.Path(__file__).parent
BOXES = 30


def bulk(world: World, seed: int, options: tuple[tuple[str, t.Any], ...]) -> Scenario:
    """Return a declaration with many new mailboxes, many changes and some deletions."""
    chance = random.Random(seed)
    key = world.subject.key
    fresh = [str(world.fresh + position) for position in range(BOXES)] if world.subject.can_create else []
    items = [{key: number, **world.random_item(chance)} for number in [*world.seeded(10), *fresh]]
    for item in items:
        if len(item) == 1:
            item["notify"] = True
    if world.subject.can_create:
        items += [{key: number, "state": "absent"} for number in world.seeded(15)[10:]]
    return Scenario(world.subject.name, seed, "many", 15, 1, tuple(items), options=options)


def arguments_of(scenario: Scenario, server: SimulatorServer) -> dict[str, t.Any]:
    """Return the arguments of the plural module."""
    subject = scenario.world.subject
    options = {"report": "all", **dict(scenario.options), subject.listed: list(scenario.items)}
    if subject.can_create:
        options.update(delete_messages=True, max_deletions=1000)
    return subject.arguments(server, **options)


def wait_for(world: World, server: SimulatorServer, writes: int, process: subprocess.Popen[str]) -> None:
    """Wait until the server received this number of writes."""
    wait_until(lambda: len(world.subject.writes(server)) >= writes, process)


def ended(
    scenario: Scenario, server: SimulatorServer, writes: int, number: signal.Signals
) -> tuple[subprocess.Popen[str], str, str]:
    """Run the module in a process, and end it after the server received this number of writes."""
    process = started(scenario.world.subject.plural, arguments_of(scenario, server))
    wait_for(scenario.world, server, writes, process)
    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE)
    return process, output, errors


def play_killed(name: str, number: signal.Signals, seed: int, **options: t.Any) -> tuple[RunChecks, int, str, str]:
    """Kill a process at a random time, and run the module again."""
    world = WORLDS[name]
    scenario = bulk(world, seed, tuple(options.items()))
    writes = random.Random(f"{name} {seed}").randint(1, BOXES // 3 if world.subject.can_create else 5)
    with world.subject.serve(mailboxes=15, messages=1, faults=["latency:0.01"]) as server:
        history = History(scenario, snapshot(world, server))
        process, output, errors = ended(scenario, server, writes, number)
        time.sleep(0.05)
        history.middle = snapshot(world, server)
        history.first = json.loads(output) if output.strip() else {}
        history.first.setdefault("failed", False)
        server.faults.set(())
        history.second = run(scenario, server)
        history.after = snapshot(world, server)
        server.journal.clear()
        history.third = run(scenario, server)
        history.third_writes = world.subject.writes(server)
    return RunChecks(history), process.returncode, output, errors


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_run_after_a_kill_applies_the_declaration(name: str, seed: int) -> None:
    checks, code, output, _errors = play_killed(name, signal.SIGKILL, seed)
    assert (code, output) == (-signal.SIGKILL, "")
    checks.check_second()
    assert checks.problems == []


@pytest.mark.parametrize(("name", "workers"), [("kazoo", 1), ("portsip-shared", 4), ("tel4vn", 2), ("onsip", 2)])
def test_an_interrupted_run_reports_its_changes(name: str, workers: int) -> None:
    checks, code, output, errors = play_killed(name, signal.SIGINT, 2, workers=workers)
    # If messages can be counted, a warning lists those that are deleted with their mailboxes.
    warning = "[WARNING]: messages are lost with their boxes"
    assert (code, [line for line in errors.splitlines() if not line.startswith(warning)]) == (1, [])
    result = json.loads(output)
    assert result["msg"].lower().startswith("interrupted"), result["msg"]
    assert result["summary"]["skipped"] > 0
    assert result["changed"]
    assert checks.problems_found() == []


def test_the_run_after_an_interrupted_playbook_applies_the_declaration(tmp_path: pathlib.Path) -> None:
    """Check that requests in flight finish and are reported, although Ansible ends its workers immediately."""
    world = WORLDS["kazoo"]
    scenario = bulk(world, 3, (("workers", 2),))
    link = tmp_path / "collections" / "ansible_collections" / "telephony"
    link.mkdir(parents=True)
    (link / "voicemail").symlink_to(HERE.parents[1], target_is_directory=True)
    playbook = tmp_path / "playbook.yml"
    with world.subject.serve(mailboxes=15, messages=1, faults=["latency:0.01"]) as server:
        tasks = [{"telephony.voicemail.vmboxes": arguments_of(scenario, server)}]
        playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections"),
        }
        history = History(scenario, snapshot(world, server))
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible", "playbook", str(playbook)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_for(world, server, 8, process)
        process.send_signal(signal.SIGINT)
        output, _errors = process.communicate(timeout=PATIENCE)
        time.sleep(0.2)
        asked = len(server.journal.entries())
        time.sleep(0.3)
        assert len(server.journal.entries()) == asked, "something still writes after the playbook has ended"
        assert process.returncode != 0
        assert re.search(r"vmboxes: interrupted: .*skipped \d+", output), output
        assert all(entry["status"] is not None for entry in server.journal.entries()), "a request was aborted"
        server.faults.set(())
        history.middle = snapshot(world, server)
        history.second = run(scenario, server)
        history.after = snapshot(world, server)
        server.journal.clear()
        history.third = run(scenario, server)
        history.third_writes = world.subject.writes(server)
    checks = RunChecks(history)
    checks.check_second()
    assert checks.problems == []
