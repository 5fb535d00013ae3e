# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of another operator who changes a mailbox between the plan of a run and its write.

Unlike other scenarios, these select the exact request before which the change happens, so the expectation is exact:
until the request that reads the mailbox immediately before the write, no change of another operator is lost.
"""

from __future__ import annotations

import copy
import dataclasses
import random
import typing as t

from chaos.play import Interference
from chaos.scenario import Event
from chaos.world import Wire, World, comparable
from chaos.worlds import WORLDS
from helpers.runners import Result, in_worker
from helpers.stored_boxes import Box
from helpers.subjects import Item
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

#: The actions of the run, and of the other operator.
UPDATES = ("field", "other field", "renumber", "remove", "lost reply")
DELETIONS = ("field", "renumber", "remove", "message", "lost reply")
#: The request before which the operator acts: the first after the plan, which is the write itself only with a revision;
#: the write; the one after it; the one after a temporarily refused write.
MOMENTS = ("planned", "planned", "planned", "writing", "written", "refused")
VARIANTS: dict[str, tuple[Item, ...]] = {
    "kazoo": ({}, {"profile": "5"}, {"profile": "4.3"}),
    "onsip": ({}, {"pin_in_replies": "masked"}),
    "portsip-shared": ({}, {"pin_reply": "masked"}),
    "portsip-personal": ({}, {"pin_reply": "masked"}),
    "tel4vn": ({},),
}
ENDINGS = ("sign_out", "SessionDestroy")
MEANWHILE = "somebody else"
SEVERAL = {"NotifyEmail", "save_after_notify", "delete_after_notify"}


@dataclasses.dataclass(frozen=True)
class OperatorScenario:
    """A scenario of one run.

    :param action: ``update``, ``renumber`` or ``delete``.
    :param event: action of the other operator, or ``lost reply`` for a write whose reply is lost.
    :param moment: one of :data:`MOMENTS`.
    :param singular: run the module for one mailbox.
    """

    subject: str
    seed: int
    action: str
    event: str
    moment: str
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    singular: bool = False

    parts: t.ClassVar = ("behaviors",)
    kept: t.ClassVar = ()

    @property
    def world(self) -> World:
        """Return the model of the vendor."""
        return WORLDS[self.subject.removesuffix("-operator")]

    def reported(self) -> str:
        """Return the scenario as text."""
        module = "one" if self.singular else "many"
        event = f"{self.event} when {self.moment}"
        return f"{self.subject} seed {self.seed}: {self.action} ({module}), {event}, {self.behaviors}"


def generate_operator(subject: str, seed: int) -> OperatorScenario:
    """Return the scenario of a seed."""
    world, chance = WORLDS[subject.removesuffix("-operator")], random.Random(f"{subject} {seed}")
    actions = ["update", "update"]
    actions += ["delete", "delete"] if world.subject.can_create else []
    actions += ["renumber"] if world.subject.new_number else []
    action = chance.choice(actions)
    event = chance.choice([one for one in (DELETIONS if action == "delete" else UPDATES) if world.can(one)])
    return OperatorScenario(
        subject,
        seed,
        action,
        event,
        chance.choice(MOMENTS),
        tuple(chance.choice(VARIANTS[world.subject.name]).items()),
        chance.random() < 0.5,
    )


class Play:
    """Run a scenario and find its problems."""

    def __init__(self, scenario: OperatorScenario, server: SimulatorServer) -> None:
        self.scenario = scenario
        self.world = scenario.world
        self.server = server
        self.state = copy.deepcopy(server.store.as_dict(server.simulation.prefix))
        self.number = self.world.seeded(2)[1]
        self.result: Result = {}
        (self.before,) = [box for box in self.world.boxes(server) if box.number == self.number]
        self.declare()

    def declare(self) -> None:
        """Choose the values of the run, and those of the other operator for the same field and another one."""
        chance = random.Random(f"{self.scenario.subject} {self.scenario.seed} values")
        found: list[tuple[str, t.Any, Wire]] = []
        # Changes of a hidden PIN cannot be detected.
        hidden = any(behavior in self.world.subject.pin_hiding for behavior, _value in self.scenario.behaviors)
        listed = self.world.listed if self.scenario.action == "delete" else None
        for name, option in self.world.options.items():
            if (hidden and name == "pin") or (listed is not None and name not in listed):
                continue
            values = [value for value in option.choices if self.differs(option.expected(value))]
            wires = [option.expected(value) for value in values]
            found += [
                (name, value, wires[other])
                for position, value in enumerate(values)
                for other in range(len(values))
                if not same_wires(wires[position], wires[other])
            ]
        name, value, self.rival = chance.choice(found)
        self.desired = self.world.options[name].expected(value)
        others = {
            wire: foreign
            for option in self.world.options.values()
            for wire, foreign in option.expected(option.choices[-1]).items()
            if self.differs({wire: foreign})
        }
        others = {
            wire: foreign for wire, foreign in {**others, **self.world.foreign}.items() if wire not in self.desired
        }
        wire = chance.choice(sorted(set(others) - {"NotifyEmail", "save_after_notify", "delete_after_notify"}))
        self.other = {wire: others[wire]}
        key = self.world.subject.key
        group, dot, inner = name.rpartition(".")
        self.item: Item = {key: self.number, **({group: {inner: value}} if dot else {name: value})}
        if name == "pin":
            self.item["update_pin"] = "always"
        if self.scenario.action == "renumber":
            self.item[f"new_{key}"] = str(self.world.fresh + 7)
        if self.scenario.action == "delete":
            self.item = {key: self.number, "state": "absent"}

    def differs(self, wires: Wire) -> bool:
        """Check whether the mailbox has other values."""
        return not same_wires(wires, self.of(self.before, wires))

    def run(self, *, check: bool = False) -> Result:
        """Run the module against the seeded server."""
        self.server.simulation.replace_state(copy.deepcopy(self.state))
        self.server.journal.clear()
        subject = self.world.subject
        arguments: Item = {"timeout": 20, "retry_budget": 120, "workers": 1}
        if self.scenario.singular:
            return in_worker(subject.module, subject.arguments(self.server, **arguments, **self.item), check=check)
        listed = {subject.listed: [self.item]}
        return in_worker(subject.plural, subject.arguments(self.server, **arguments, **listed), check=check)

    def requests(self, *, check: bool) -> tuple[list[str], list[str]]:
        """Return the requests of a run without events, and its writes."""
        result = self.run(check=check)
        assert not result["failed"], result["msg"]
        reported = [
            f"{entry.get('action') or entry['method']} {entry['path']}" for entry in self.server.journal.entries()
        ]
        return [one for one in reported if not any(end in one for end in ENDINGS)], self.world.subject.writes(
            self.server
        )

    def problems(self) -> list[str]:
        """Run the scenario and return its problems."""
        planned = len(self.requests(check=True)[0])
        requests, writes = self.requests(check=False)
        written = requests.index(writes[0])
        moment = {"planned": planned, "writing": written}.get(self.scenario.moment, written + 1)
        interference = Interference(self.server, self.world, self.events(moment))
        self.server.simulation.faults = interference  # type: ignore[assignment]
        if self.scenario.event == "lost reply":
            self.server.faults.set([f"lost_reply,skip={written},count=1"])
        elif self.scenario.moment == "refused":
            self.server.faults.set([f"status:429,retry_after=60,skip={written},count=1"])
        self.result = self.run()
        interference.drain()
        found = {box.id: box for box in self.world.boxes(self.server)}.get(self.before.id)
        if self.scenario.event == "lost reply":
            return self.check_lost_reply(found)
        if self.scenario.moment == "refused":
            return self.check(found)
        if moment > written:
            return self.check_late(found) if interference.touched else []
        # Changes between the last read and the write are undetectable without revisions, and so are messages.
        unseen = self.world.replaces or self.scenario.event == "message"
        return [] if unseen and planned < moment else self.check(found)

    def events(self, moment: int) -> list[Event]:
        """Return the events of the other operator."""
        renumbered = {self.world.number_wire: str(self.world.fresh + 50)}
        wires = {"field": self.rival, "other field": self.other, "renumber": renumbered}.get(self.scenario.event)
        if wires is not None:
            return [Event(moment, "change", self.number, tuple(wires.items()))]
        if self.scenario.event == "lost reply":
            return []
        return [Event(moment, self.scenario.event, self.number)]

    def check(self, found: Box | None) -> list[str]:
        """Check that changes after the plan, which the run could detect, were kept."""
        event, result = self.scenario.event, self.result
        problems = []
        if event == "remove":
            problems += ["a mailbox that another operator deleted exists again"] if found else []
            wrong = result["failed"] == (self.scenario.action == "delete")
            return problems + ([f"failed is {result['failed']}: {result.get('msg')}"] if wrong else [])
        if found is None:
            return [f"the mailbox was deleted despite {event}"]
        changed = {"field": self.rival, "other field": self.other, "renumber": {}}.get(event, {})
        if not same_wires(changed, self.of(found, changed)):
            problems.append(f"{changed} of another operator is lost: {found.fields}")
        if event == "other field":
            # Undeclared changes cause no conflict.
            holds = same_wires(self.desired, self.of(found, self.desired))
            return problems + ([] if holds and not result["failed"] else [f"not as declared: {result.get('msg')}"])
        if event == "renumber":
            if self.scenario.action != "renumber" and same_wires(self.desired, self.of(found, self.desired)):
                problems.append("a mailbox was written that has another number now")
            if found.number != str(self.world.fresh + 50):
                problems.append(f"the number is {found.number}")
        reported = "messages" if event == "message" else MEANWHILE
        if not result["failed"] or reported not in str(result["msg"]):
            problems.append(f"the conflict was not reported: {result.get('msg')}")
        if result["changed"]:
            problems.append("it reports a change")
        return problems

    def check_late(self, found: Box | None) -> list[str]:
        """Check that changes after the write were kept, whatever the run reports."""
        if self.scenario.action == "delete":
            return [] if found is None or self.scenario.event == "remove" else ["it still exists"]
        if self.scenario.event == "remove":
            return [] if found is None else ["it exists again"]
        changed = {"field": self.rival, "other field": self.other}.get(self.scenario.event, {})
        kept = found is not None and same_wires(changed, self.of(found, changed))
        return [] if kept else [f"{changed} of another operator is lost"]

    def check_lost_reply(self, found: Box | None) -> list[str]:
        """Check that a run does not mistake its first write for another operator's."""
        problems = [self.result["msg"]] if self.result["failed"] else []
        if self.scenario.action == "delete":
            return problems + (["it still exists"] if found else [])
        holds = found and same_wires(self.desired, self.of(found, self.desired))
        return problems + ([] if holds else ["it is not as declared"])

    @staticmethod
    def of(box: Box, wires: Wire) -> Wire:
        """Return the same fields of a mailbox."""
        return {wire: box.fields.get(wire) for wire in wires}


def same_wires(one: Wire, other: Wire) -> bool:
    """Check whether fields have equal values."""
    return {name: comparable(value) for name, value in one.items()} == {
        name: comparable(value) for name, value in other.items()
    }


def operator_problems(scenario: OperatorScenario) -> list[str]:
    """Return the problems of a scenario."""
    world = scenario.world
    with (
        world.subject.serve(dict(scenario.behaviors), mailboxes=3, messages=0, seed=scenario.seed) as server,
        virtual_time(server.clock.advance),
    ):
        return Play(scenario, server).problems()


OPERATORS = tuple(f"{name}-operator" for name in WORLDS)

__all__ = ("OPERATORS", "OperatorScenario", "generate_operator", "operator_problems")
