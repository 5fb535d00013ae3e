# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that is killed during a download or upload: partial files never count as complete, and the next run
continues."""

from __future__ import annotations

import pathlib
import random
import time

import pytest
from chaos.greeting_scenario import SOUNDS, add
from chaos.killing import PATIENCE, started, wait_until
from chaos.message_checks import MessageChecks, is_download
from chaos.message_play import MessageHistory, arguments_of, files_in, run
from chaos.message_scenario import MessageScenario
from chaos.message_worlds import MESSAGE_WORLDS
from helpers.greeting_runs import MODULE
from helpers.greeting_subjects import TaskRunner, recording
from helpers.subjects import SHARED
from voicemail_simulator.server import SimulatorServer

MESSAGES = 10
#: Seconds of every request, so that the process can be killed between two.
SLOW = "latency:0.01"


@pytest.mark.parametrize("name", [name for name in MESSAGE_WORLDS if name.endswith("-audio")])
def test_the_run_after_a_killed_download_completes_every_recording(name: str, tmp_path: pathlib.Path) -> None:
    chance = random.Random(name)
    scenario = MessageScenario(name, 1, "download", "", MESSAGES, options=(("manifest", "manifest.json"),))
    world = scenario.world
    (tmp_path / "dest").mkdir()
    with world.subject.serve(3, MESSAGES, faults=[SLOW]) as server:
        world.prepare(server)
        notes = world.notes(server)
        history = MessageHistory(scenario, notes, [], {one: world.recording(server, one) for one in notes})
        arguments = arguments_of(history, server, tmp_path, manifest="manifest.json")
        process = started(world.module, arguments)
        count = chance.randint(1, MESSAGES)

        def asked() -> bool:
            return sum(is_download(f"{method} {path}") for method, path in world.subject.requests(server)) >= count

        wait_until(asked, process)
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == -9, "it finished before it could be killed"
        history.first = {"failed": True, "changed": False, "msg": "killed"}
        history.middle, history.files = world.notes(server), files_in(tmp_path / "dest")
        server.faults.set(())
        history.second = run(history, server, tmp_path, manifest="manifest.json")
        history.after, history.final_files = world.notes(server), files_in(tmp_path / "dest")
        server.journal.clear()
        history.third = run(history, server, tmp_path, manifest="manifest.json")
        history.third_requests = [f"{method} {path}" for method, path in world.subject.requests(server)]
    checks = MessageChecks(history)
    checks.check_second()
    checks.check_losses()
    assert checks.problems == []
    assert len(history.files) < len(history.final_files), "nothing was left to do"
    assert not list((tmp_path / "dest").rglob(".*")), "parts are left behind"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_run_after_a_killed_greeting_upload_applies_the_declaration(seed: int, tmp_path: pathlib.Path) -> None:
    place = {"shared_voicemail": "8001"}
    new = recording(1, 5)
    with SimulatorServer("portsip", mailboxes=2, faults=["latency:0.03"]) as server:
        runner = TaskRunner(server, tmp_path)
        add(runner, place, "old", enabled=True)
        arguments = {**place, "src": runner.file(new, "new.wav")}
        # Kill it before start, append, complete, attach and enable, and before the deletion of the old greeting.
        writes = random.Random(seed).randint(1, 6)
        server.journal.clear()
        process = started(MODULE, SHARED.arguments(server, **arguments))
        wait_until(lambda: len(SHARED.writes(server)) >= writes, process)
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == -9, "it finished before it could be killed"
        time.sleep(0.1)
        heard = runner.heard(**place)
        assert heard in ([SOUNDS["old"]], [new]), "callers hear a partial greeting, or none"
        server.faults.set(())
        done = runner.run(**arguments)
        assert not done["failed"], done
        assert list(runner.greetings(**place).values()) == [(new, True)]
        again = runner.run(**arguments)
        assert (again["failed"], again["changed"]) == (False, False)
