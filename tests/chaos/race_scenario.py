# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs that create the same numbers at the same time, on vendors whose check for duplicates is not atomic."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import random
import threading
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import duplicates
from chaos.worlds import WORLDS, World
from helpers.runners import Result, in_worker
from helpers.stored_boxes import Box
from helpers.subjects import Item
from helpers.virtual_time import faster
from voicemail_simulator.server import SimulatorServer

#: Factor by which waits are shorter. The simulator replies in a millisecond.
FASTER = 5
#: Behaviors under which a number can exist twice.
BEHAVIORS: dict[str, dict[str, tuple[t.Any, ...]]] = {
    "kazoo": {"uniqueness_delay": (0.02, 0.05, 0.1), "profile": ("4.3", "M", "5")},
    "tel4vn": {"create_conflict": ("duplicate",)},
}
FAULTS = ("lost_reply", "truncated", "status:503", "status:429", "reset_before")


@dataclasses.dataclass(frozen=True)
class Race:
    """Concurrent runs with their declarations and faults.

    :param declared: the items of each run, which have the same numbers.
    :param rivals: numbers that another client creates during the runs, regardless of the check for duplicates.
    """

    subject: str
    seed: int
    declared: tuple[tuple[Item, ...], ...]
    behaviors: tuple[tuple[str, t.Any], ...]
    faults: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    workers: int = 3

    parts: t.ClassVar = ("faults", "rivals", "declared")
    kept: t.ClassVar = ("declared",)

    @property
    def world(self) -> World:
        """Return the model of the vendor."""
        return WORLDS[self.subject.removesuffix("-race")]

    def reported(self) -> str:
        """Return the scenario as text."""
        lines = [
            f"{self.subject} seed {self.seed}: {len(self.declared)} runs with {self.workers} workers {self.behaviors}"
        ]
        lines += [f"  run {position}: {items}" for position, items in enumerate(self.declared)]
        return "\n".join([*lines, f"  faults: {self.faults}", f"  rivals: {self.rivals}"])


def generate_race(name: str, seed: int) -> Race:
    """Return the scenario of a seed."""
    chance = random.Random(f"{name}-race {seed}")
    world = WORLDS[name]
    numbers = [str(world.fresh + position) for position in range(chance.choice((1, 1, 3, 8)))]
    base = {number: {world.subject.key: number, **world.random_item(chance)} for number in numbers}
    declared = []
    for _run in range(chance.choice((2, 2, 3))):
        items = [
            base[number] if chance.random() < 0.7 else {world.subject.key: number, **world.random_item(chance)}
            for number in numbers
        ]
        chance.shuffle(items)
        declared.append(tuple(items))
    faults = [f"{chance.choice(FAULTS)},skip={chance.randrange(6)},count=1{world.writing}"] * (chance.random() < 0.3)
    return Race(
        subject=f"{name}-race",
        seed=seed,
        declared=tuple(declared),
        behaviors=tuple((behavior, chance.choice(values)) for behavior, values in BEHAVIORS[name].items()),
        faults=tuple(faults),
        rivals=tuple(number for number in numbers if chance.random() < 0.15),
        workers=chance.choice((1, 3, 8)),
    )


class _Rivals:
    """Create mailboxes after the first list, as another client does."""

    def __init__(self, race: Race, server: SimulatorServer) -> None:
        self.race = race
        self.server = server
        self.ids: set[str] = set()
        self._done = threading.Event()
        self._inner = server.simulation.faults

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        if scope["type"] == "http" and scope["method"] in ("PUT", "POST") and not self._done.is_set():
            in_path = "vmboxes" if self.race.subject.startswith("kazoo") else "/voicemail"
            if in_path in scope["path"]:
                self._done.set()
                before = {box.id for box in self.race.world.boxes(self.server)}
                for number in self.race.rivals:
                    self.race.world.put(self.server, number)
                self.ids = {box.id for box in self.race.world.boxes(self.server)} - before
        await self._inner(scope, receive, send)

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._inner, name)


def race_problems(race: Race) -> list[str]:
    """Run everything at the same time, and return the problems of the results and of the final state."""
    world = race.world
    with (
        world.subject.serve(dict(race.behaviors), mailboxes=2, seed=race.seed) as server,
        faster(duplicates, FASTER),
    ):
        before = {box.id for box in world.boxes(server)}
        rivals = _Rivals(race, server)
        server.simulation.faults = rivals  # type: ignore[assignment]
        server.faults.set(race.faults)
        with concurrent.futures.ThreadPoolExecutor(len(race.declared)) as pool:
            results = list(pool.map(lambda items: _run(race, server, items), race.declared))
        server.faults.set(())
        boxes = world.boxes(server)
        problems = [
            f"a mailbox of another client was deleted: {box_id}" for box_id in (before | rivals.ids) - _ids(boxes)
        ]
        for number in [item[world.subject.key] for item in race.declared[0]]:
            problems += _problems_of_number(race, number, [box for box in boxes if box.number == number], results)
        if not problems and not any(result["failed"] for result in results):
            problems += _settled(race, server)
    return problems


def _run(race: Race, server: SimulatorServer, items: t.Sequence[Item]) -> Result:
    subject = race.world.subject
    options = {"workers": race.workers, "report": "all", "timeout": 10}
    arguments = subject.arguments(server, **options, **{subject.listed: [dict(item) for item in items]})
    return in_worker(subject.plural, arguments)


def _ids(boxes: t.Iterable[Box]) -> set[str]:
    return {box.id for box in boxes}


def _problems_of_number(race: Race, number: str, boxes: list[Box], results: list[Result]) -> list[str]:
    """Check the results of all runs for one number."""
    key = race.world.subject.key
    rows = [row for result in results for row in result.get("results", ()) if row[key] == number]
    failed = [row for row in rows if row["status"] == "failed"]
    problems = []
    if len(boxes) != 1 and not any(all(box.id in row["error"] for box in boxes) for row in failed):
        problems.append(f"{number} exists {len(boxes)} times, and no run reports it: {rows}")
    created = [row for row in rows if row["action"] == "create" and row["status"] == "changed"]
    # A run with a lost reply cannot know who created the mailbox that it finds.
    if len(created) > 1 and not race.faults:
        problems.append(f"{number}: several runs report its creation: {rows}")
    if created and number in race.rivals and not race.faults and {row["id"] for row in created} - _ids(boxes):
        problems.append(f"{number}: the created mailbox was deleted: {rows}")
    problems += [f"{number}: {row['error']}" for row in failed if "unexpected" in row["error"]]
    if failed and not race.faults and not race.rivals and len(race.declared) == 2:
        problems.append(f"{number}: two runs without faults do not resolve it: {failed}")
    return problems


def _settled(race: Race, server: SimulatorServer) -> list[str]:
    """Check that another run applies the declaration, and that the next one changes nothing."""
    final, again = _run(race, server, race.declared[0]), _run(race, server, race.declared[0])
    problems = [f"a later run fails: {final['msg']}"] if final["failed"] else []
    if again["failed"] or again["changed"]:
        problems.append(f"a second later run reports a change: {again}")
    for item in race.declared[0]:
        found = [box for box in race.world.boxes(server) if box.number == item[race.world.subject.key]]
        if len(found) != 1 or race.world.mismatches(item, found[0]):
            problems.append(f"not as declared: {item}: {found}")
    return problems
