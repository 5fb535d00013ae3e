# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two concurrent runs against one account: no duplicate mailbox, no endless retries, and clear errors."""

from __future__ import annotations

import concurrent.futures
import random
import re
import typing as t

import pytest
from chaos.play import Interference, run
from chaos.scenario import Event, Scenario
from chaos.worlds import WORLDS, World
from helpers.runners import Result
from voicemail_simulator.server import SimulatorServer

COUNT = 8
#: Every vendor with default behaviors, and with simultaneous creations of one number.
RIVALS: list[tuple[str, dict[str, t.Any]]] = [
    *((name, {}) for name in WORLDS),
    ("kazoo", {"uniqueness_delay": 0.05}),
    ("kazoo", {"uniqueness_delay": 0.05, "profile": "5"}),
    ("tel4vn", {"create_conflict": "duplicate"}),
]
#: Allowed errors: those about concurrent changes.
REPORTED = re.compile(
    r"somebody else|already|taken|Unavailable|has this number|needs its own|is gone|does not find"
    r"|did not apply|OnSIP also changed|cannot be found|listing changed|move between pages",
    re.IGNORECASE,
)


def declared(world: World, seed: int) -> Scenario:
    """Return changes of seeded mailboxes, new mailboxes and deletions. All seeds have the same numbers."""
    chance = random.Random(seed)
    key = world.subject.key
    fresh = [str(world.fresh + position) for position in range(COUNT)] if world.subject.can_create else []
    items = [{key: number, **world.random_item(chance)} for number in [*world.seeded(COUNT), *fresh]]
    for item in items:
        if len(item) == 1:
            item["notify"] = True
    if world.subject.can_create:
        items += [{key: number, "state": "absent"} for number in world.seeded(COUNT + 4)[COUNT:]]
    return Scenario(world.subject.name, seed, "many", COUNT + 4, 1, tuple(items), options=(("workers", 3),))


def both(server: SimulatorServer, scenarios: tuple[Scenario, Scenario]) -> list[Result]:
    """Run two declarations at the same time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(run, one, server, timeout=10, **dict(one.options)) for one in scenarios]
        return [future.result(timeout=60) for future in futures]


def check_results(world: World, server: SimulatorServer, results: list[Result], requests: int) -> None:
    """Check the rules that apply in any order of the runs."""
    numbers = [box.number for box in world.boxes(server)]
    assert len(numbers) == len(set(numbers)), f"there twice: {sorted(numbers)}"
    assert requests < 2 * 12 * 3 * COUNT, f"{requests} requests: endless retries"
    for result in results:
        assert "unexpected" not in str(result.get("msg"))
        for row in result.get("results", ()):
            assert row["status"] != "failed" or REPORTED.search(row["error"]), row
        assert result["failed"] is False or "results" in result or REPORTED.search(result["msg"]), result["msg"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "behaviors"), RIVALS)
def test_the_same_declaration_in_two_concurrent_runs(name: str, behaviors: dict[str, t.Any], seed: int) -> None:
    world = WORLDS[name]
    scenario = declared(world, seed)
    with world.subject.serve(behaviors, mailboxes=scenario.seeded, messages=1, seed=seed) as server:
        results = both(server, (scenario, scenario))
        check_results(world, server, results, len(server.journal.entries()))
        final = run(scenario, server)
        assert not final["failed"], final["msg"]
        # Changes that failed in one run succeeded in the other.
        assert not final["changed"], final["results"]
        for item in scenario.items:
            found = [box for box in world.boxes(server) if box.number == item[world.subject.key]]
            assert len(found) == (item.get("state") != "absent"), item
            assert not found or not world.mismatches(item, found[0]), item


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "behaviors"), RIVALS)
def test_contradictory_declarations_in_two_concurrent_runs(name: str, behaviors: dict[str, t.Any], seed: int) -> None:
    world = WORLDS[name]
    pair = (declared(world, seed), declared(world, seed + 100))
    with world.subject.serve(behaviors, mailboxes=pair[0].seeded, messages=1, seed=seed) as server:
        results = both(server, pair)
        check_results(world, server, results, len(server.journal.entries()))
        # Neither run was the last writer of every mailbox, so another run follows.
        for scenario in pair:
            final = run(scenario, server)
            assert not final["failed"], final["msg"]
            for item in scenario.items:
                found = [box for box in world.boxes(server) if box.number == item[world.subject.key]]
                assert len(found) == (item.get("state") != "absent"), item
                assert not found or not world.mismatches(item, found[0]), item


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_kazoo_deletes_no_concurrently_renumbered_mailbox(seconds: float) -> None:
    """Renumber a mailbox between the list and its deletion, which its revision reveals."""
    world = WORLDS["kazoo"]
    scenario = Scenario("kazoo", 1, "many", 3, 1, ({"mailbox": "1001", "state": "absent"},))
    outcomes = []
    for request in range(8):
        with world.subject.serve({"document_cache_lag": seconds}, mailboxes=3, messages=1) as server:
            (box,) = [box for box in world.boxes(server) if box.number == "1001"]
            renumbered = Event(request, "change", "1001", (("mailbox", "2001"),))
            server.simulation.faults = Interference(server, world, [renumbered])  # type: ignore[assignment]
            result = run(scenario, server)
            kept = {one.id: one.number for one in world.boxes(server)}.get(box.id)
            gone = box.id not in world.messages(server)
            outcomes.append((kept, gone, result["failed"]))
            if result["failed"]:
                assert "somebody else renumbered it to 2001 meanwhile" in result["msg"], result["msg"]
    # Renumber it before the list, during its deletion, and afterwards.
    assert set(outcomes) == {("2001", False, False), ("2001", False, True), (None, True, False)}, outcomes


@pytest.mark.parametrize("conflicts", [1, 3])
def test_kazoo_collides_with_another_writer(conflicts: int) -> None:
    world = WORLDS["kazoo"]
    scenario = declared(world, 7)
    with world.subject.serve({"conflict_writes": conflicts}, mailboxes=scenario.seeded, messages=1) as server:
        result = run(scenario, server)
        assert not result["failed"] or REPORTED.search(result["msg"]), result["msg"]
        final = run(scenario, server)
        assert not final["failed"], final["msg"]
