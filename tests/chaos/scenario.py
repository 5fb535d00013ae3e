# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of one run of the suite: generated from a seed, printable, and reducible."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from chaos.worlds import WORLDS, World
from helpers.subjects import Item

#: Seconds of the client's timeout, and by which a slow server exceeds it.
TIMEOUT = 0.25
SLOW = 0.4
HITS = (
    "status:500",
    "status:502",
    "status:503",
    "status:503,retry_after=2",
    "status:429",
    "status:429,retry_after=1",
    "html",
    "html:502",
    "truncated",
    "truncated",
    "lost_reply",
    "lost_reply",
    "lost_reply",
    "reset_before",
    "stale_listing",
    "stale_listing:2",
)
SLOW_HITS = (f"timeout:{SLOW}",)


@dataclasses.dataclass(frozen=True)
class Event:
    """An event right before the server serves a request.

    :param request: number of the request of the run, from 0.
    :param what: ``expire`` (all tokens), ``late`` (the request is executed after the client's timeout), or the action
        of
    another operator: ``put``, ``change``, ``remove``, ``message``.
    :param number: number of the affected mailbox.
    :param wires: changed fields.
    """

    request: int
    what: str
    number: str = ""
    wires: tuple[tuple[str, t.Any], ...] = ()


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A scenario of one run: existing mailboxes, declaration and faults.

    :param shape: ``one`` box with the singular module, ``many`` with the plural, or the plural with ``prune``.
    :param foreign: numbers of mailboxes with undeclared fields.
    :param guarded: whether mailboxes with messages must not be deleted.
    """

    subject: str
    seed: int
    shape: str
    seeded: int
    messages: int
    items: tuple[Item, ...]
    foreign: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    options: tuple[tuple[str, t.Any], ...] = ()
    guarded: bool = False
    check: bool = False

    #: Fields that the shrinker may reduce, and fields that must not become empty.
    parts: t.ClassVar = ("events", "faults", "behaviors", "items", "foreign", "options")
    kept: t.ClassVar = ("items",)

    @property
    def world(self) -> World:
        """Return the model of the vendor."""
        return WORLDS[self.subject]

    def reported(self) -> str:
        """Return the scenario as text, without empty fields."""
        lines = [f"{self.subject} seed {self.seed}: {self.shape}, {self.seeded} boxes with {self.messages} messages"]
        for field in dataclasses.fields(self)[5:]:
            value = getattr(self, field.name)
            if value and isinstance(value, tuple):
                lines += [f"  {field.name}:", *(f"    {entry}" for entry in value)]
            elif value:
                lines.append(f"  {field.name}: {value}")
        return "\n".join(lines)


def generate(subject: str, seed: int) -> Scenario:
    """Return the scenario of a seed."""
    world = WORLDS[subject]
    chance = random.Random(f"{subject} {seed}")
    can_create = world.subject.can_create
    seeded = chance.randint(0 if can_create else 3, 6 if can_create else 10)
    numbers = world.seeded(seeded)
    shape = chance.choice(("one", "many", "many", "prune")) if can_create else chance.choice(("one", "many"))
    items = _items(world, chance, numbers, 1 if shape == "one" else chance.randint(1, 12))
    messages = chance.choice((0, 0, 1, 2))
    guarded = can_create and messages > 0 and chance.random() < 0.1
    requests = 4 + 3 * len(items)
    options: dict[str, t.Any] = {"retry_budget": chance.choice((0, 3, 20, 60)), "workers": chance.choice((1, 1, 3))}
    if shape != "one":
        options["on_error"] = chance.choice(("continue", "continue", "stop"))
    return Scenario(
        subject=subject,
        seed=seed,
        shape=shape,
        seeded=seeded,
        messages=messages,
        items=tuple(items),
        foreign=tuple(number for number in numbers if chance.random() < 0.5),
        faults=tuple(faults_of(world.writing, chance, requests)),
        events=tuple(_events(world, chance, numbers, items, requests)),
        behaviors=tuple(_behaviors(world, chance).items()),
        options=tuple(options.items()),
        guarded=guarded,
        check=chance.random() < 0.08,
    )


def _items(world: World, chance: random.Random, numbers: list[str], count: int) -> list[Item]:
    subject = world.subject
    fresh = [str(world.fresh + position) for position in range(12)] if subject.can_create else []
    known = chance.sample(numbers, min(len(numbers), chance.randint(0 if fresh else 1, count)))
    chosen = known + chance.sample(fresh, min(len(fresh), count - len(known)))
    chance.shuffle(chosen)
    items = []
    for number in chosen:
        item = {subject.key: number, **world.random_item(chance)}
        if len(item) == 1:
            option = next(iter(world.options))
            item[option] = world.options[option].choices[0]
        if subject.can_create and chance.random() < (0.25 if number in numbers else 0.1):
            item = {subject.key: number, "state": "absent"}
        elif subject.new_number and number in numbers and chance.random() < 0.15:
            item[f"new_{subject.key}"] = str(world.fresh + 100 + len(items))
        if chance.random() < 0.1 and "pin" in item:
            item["update_pin"] = "on_create" if number not in numbers else "always"
        items.append(item)
    return items


def aimed_faults(aims: t.Sequence[str], chance: random.Random, requests: int) -> t.Iterator[str]:
    """Generate faults, most of them for the few relevant requests, because a fault in the many earlier ones ends the
    run.

    :param aims: conditions of relevant requests.
    """
    for _fault in range(chance.randint(0, 4)):
        kind = chance.choice(HITS if chance.random() < 0.9 else SLOW_HITS)
        skip = (
            f"skip={chance.randrange(3)}{chance.choice(aims)}"
            if chance.random() < 0.75
            else f"skip={chance.randrange(1, requests)}"
        )
        yield f"{kind},count={chance.choice((1, 1, 2, 6))},{skip}"


def faults_of(writing: str, chance: random.Random, requests: int) -> t.Iterator[str]:
    """Generate faults of requests.

    :param writing: conditions of writes.
    """
    for _fault in range(chance.randint(0, 5)):
        kind = chance.choice(HITS if chance.random() < 0.9 else SLOW_HITS)
        where = writing if chance.random() < 0.4 else ""
        if chance.random() < 0.2 and kind not in SLOW_HITS:
            yield f"{kind},probability={chance.choice((0.1, 0.3))}{where}"
        else:
            yield f"{kind},skip={chance.randrange(requests)},count={chance.choice((1, 1, 2, 6))}{where}"


def _events(
    world: World, chance: random.Random, numbers: list[str], items: list[Item], requests: int
) -> t.Iterator[Event]:
    declared = {item[world.subject.key]: item for item in items}
    for _event in range(chance.choice((0, 0, 1, 2, 3))):
        request = chance.randrange(requests)
        whats = ["expire", "late", "change", "change"]
        if world.subject.can_create:
            whats += ["put", "remove", "message"]
        what = chance.choice(whats)
        if what in ("expire", "late"):
            yield Event(request, what)
            continue
        number = chance.choice([*declared, *numbers, str(world.fresh + 50)])
        if what == "put" and f"new_{world.subject.key}" in declared.get(number, {}):
            # After the renumbering, another mailbox with the old number would be a contradiction that only a user can
            # resolve.
            continue
        named = set(world.expected(declared[number])) if number in declared else set()
        wires: dict[str, t.Any] = {name: value for name, value in world.foreign.items() if chance.random() < 0.7}
        if chance.random() < 0.5:
            option = world.options[chance.choice([*world.options])]
            wires.update(option.expected(chance.choice(option.choices)))
            if chance.random() < 0.5:
                wires = {name: value for name, value in wires.items() if name not in named}
        yield Event(request, what, number, tuple(wires.items()) if what == "change" else ())


def _behaviors(world: World, chance: random.Random) -> Item:
    """Choose one behavior in half of the runs, and two in a quarter."""
    chosen: Item = {}
    refused = {name: {value} for name, value in world.subject.expected_failures}
    for name, values in world.unfit.items():
        refused.setdefault(name, set()).update(values)
    for _behavior in range(chance.choice((0, 1, 1, 2))):
        name = chance.choice(sorted(world.subject.behaviors))
        if name in world.subject.alone and (chosen or chance.random() < 0.7):
            continue
        values = [value for value in world.subject.behaviors[name] if value not in refused.get(name, ())]
        if values:
            chosen[name] = chance.choice(values)
    return chosen
