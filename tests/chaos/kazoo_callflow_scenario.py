# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of callflows that reach KAZOO mailboxes: each number reaches its declared mailbox, and nothing else
changes."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from chaos.greeting_scenario import problems_of
from chaos.play import Interference
from chaos.scenario import TIMEOUT, Event, aimed_faults
from chaos.worlds import WORLDS
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

NUMBERS = ("1000", "1001", "1002", "3000")
CODE = "*97"
AIMS = (
    ",method=PUT,path=callflows",
    ",method=POST,path=callflows",
    ",method=DELETE,path=callflows",
    ",method=GET,path=callflows",
    ",method=PUT|DELETE,path=vmboxes",
)
BEHAVIORS = (("profile", "5"), ("profile", "4.3"), ("conflict_writes", 1))


@dataclasses.dataclass(frozen=True)
class CallflowScenario:
    """A scenario of one run.

    :param before: direct numbers of an earlier run, by mailbox.
    :param wanted: direct numbers by mailbox, or None for no number. A missing mailbox is deleted.
    """

    subject: str
    seed: int
    before: tuple[tuple[str, str], ...] = ()
    wanted: tuple[tuple[str, str | None], ...] = ()
    code: bool = False
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    retry_budget: int = 20

    parts: t.ClassVar = ("events", "faults", "behaviors", "before")
    kept: t.ClassVar = ()

    def reported(self) -> str:
        """Return the scenario as text."""
        return repr(self)


def generate_callflows(subject: str, seed: int) -> CallflowScenario:
    """Return the scenario of a seed."""
    chance = random.Random(f"{subject} {seed}")
    wanted = [(number, chance.choice((None, f"5{number}", f"6{number}"))) for number in NUMBERS]
    return CallflowScenario(
        subject=subject,
        seed=seed,
        before=tuple((number, f"5{number}") for number in NUMBERS[:3] if chance.random() < 0.6),
        wanted=tuple(chance.sample(wanted, chance.randint(2, 4))),
        code=chance.random() < 0.5,
        faults=tuple(aimed_faults(AIMS, chance, 16)),
        events=tuple(
            Event(chance.randrange(16), chance.choice(("expire", "late"))) for _one in range(chance.choice((0, 1, 2)))
        ),
        behaviors=tuple(chance.sample(BEHAVIORS, chance.choice((0, 1)))),
        retry_budget=chance.choice((0, 3, 20, 60)),
    )


def run(server: SimulatorServer, items: list[dict[str, t.Any]], **options: t.Any) -> Result:
    """Run the module."""
    return in_worker(
        "vmboxes", KAZOO.arguments(server, mailboxes=items, **{"timeout": 20, "retry_budget": 120, **options})
    )


def reached(server: SimulatorServer) -> dict[str, list[t.Any]]:
    """Return the mailbox number or the action that a call to each number reaches."""
    state = server.vendor.state
    boxes = {box["id"]: box["public"]["mailbox"] for box in state.boxes.values() if not box["deleted"]}
    found: dict[str, list[t.Any]] = {}
    for callflow in state.callflows.values():
        if not callflow["deleted"]:
            data = callflow["public"]["flow"]["data"]
            for number in callflow["public"]["numbers"]:
                found.setdefault(number, []).append(data.get("action") or boxes.get(data["id"]))
    return found


def callflow_problems(scenario: CallflowScenario) -> list[str]:
    """Run a scenario and return its problems."""
    server = SimulatorServer("kazoo", mailboxes=3, behaviors=dict(scenario.behaviors), seed=scenario.seed)
    with server, virtual_time(server.clock.advance):
        server.behaviors.conflict_writes = 0
        earlier = [{"mailbox": box, "kazoo": {"callflow": {"number": number}}} for box, number in scenario.before]
        assert not earlier or not run(server, earlier)["failed"]
        server.behaviors.conflict_writes = dict(scenario.behaviors).get("conflict_writes", 0)
        state, account = server.vendor.state, server.vendor.ACCOUNT_ID
        public = {"name": "Reception", "numbers": ["4000"], "flow": {"module": "user", "data": {"action": "ring"}}}
        foreign = state.save_document(state.callflows, account, "f" * 32, public)
        code = {"check_code": CODE} if scenario.code else {}
        items: list[dict[str, t.Any]] = [
            {"mailbox": box, "name": box, "kazoo": {"callflow": {"number": number, **code}}}
            for box, number in scenario.wanted
        ]
        wanted = dict(scenario.wanted)
        items += [{"mailbox": number, "state": "absent"} for number in NUMBERS if number not in wanted]
        between = Interference(server, WORLDS["kazoo"], scenario.events)
        server.simulation.faults = between  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        first = run(server, items, timeout=TIMEOUT, retry_budget=scenario.retry_budget)
        between.drain()
        middle = reached(server)
        server.faults.set(())
        between.events.clear()
        server.behaviors.conflict_writes = 0
        second = run(server, items)
        after = reached(server)
        server.journal.clear()
        third = run(server, items)
        found = problems_of(first, second, third, KAZOO.writes(server))
    expected = {number: [box] for box, number in scenario.wanted if number is not None}
    expected |= {"4000": ["ring"], **({CODE: ["check"]} if scenario.code else {})}
    if not first["failed"] and middle != expected:
        found.append(f"it succeeded, but calls reach {middle} instead of {expected}")
    if after != expected:
        found.append(f"in the end calls reach {after} instead of {expected}")
    if state.callflows[f"{account}/{'f' * 32}"] != foreign:
        found.append("a foreign callflow changed")
    return found
