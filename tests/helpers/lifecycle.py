# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, change and delete one box, and check each step: use it for rules that hold for every vendor."""

from __future__ import annotations

import dataclasses
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.leaks import shows
from helpers.runners import RUNNERS, Result
from helpers.subjects import Behaviors, Item, Subject

Way = t.Callable[..., Result]
SECRETS = ("4821", "9137", "482159", "913728", "simulator-password")
#: How often a step that failed loudly may be run again before it must succeed.
REPAIRS = 3
#: Boxes of others, which a run must leave alone, and which fill more than one page where pages are small.
NEIGHBOURS = 2
#: What differs from one server to the next.
_OF_THE_SERVER = frozenset(("id", "tenant_id", "VoicemailboxId", "Created", "created_at"))


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What is so after a step.

    :param reported: whether the step was impossible and the run reported that.
    :param changed_fields: what the run says it changed.
    :param boxes: every box that the server holds, by its number.
    """

    step: str
    reported: bool
    changed_fields: tuple[str, ...]
    boxes: dict[str, Item]


class Lifecycle:
    """Runs a box through its life on one server."""

    def __init__(self, subject: Subject, server: SimulatorServer, way: Way, stubborn: t.Collection[str] = ()) -> None:
        self.subject = subject
        self.server = server
        self.way = way
        self.stubborn = stubborn
        self.history: list[Snapshot] = []

    def run(self) -> list[Snapshot]:
        """Live it; return what is so after each step, which must be the same whatever the vendor's habits are."""
        subject, number = self.subject, {self.subject.key: self.subject.number}
        if subject.can_create:
            self.change("create", {**number, **subject.create}, "create")
        else:
            self.change("create", {**number, **subject.create}, "update")
        self.change("update", {**number, **subject.update}, "update")
        self.change("clear", {**number, **subject.clear}, "update")
        if subject.new_number:
            self.change("renumber", {**number, f"new_{subject.key}": subject.new_number}, "update")
            number = {subject.key: subject.new_number}
        self.round_trip()
        if subject.can_create:
            self.change("delete", {**number, "state": "absent", "delete_messages": True}, "delete")
        return self.history

    def change(self, step: str, item: Item, action: str) -> None:
        """Check, do and repeat one change."""
        predicted = self._task(f"check {step}", item, check=True)
        if predicted is not None:
            assert self.subject.writes(self.server) == [], f"check mode wrote in {step}"
            assert (predicted["changed"], predicted["action"]) == (True, action), step
        done = self._task(step, item)
        if done is not None:
            assert done["changed"], step
        if done is not None and predicted is not None:
            assert done["changed_fields"] == predicted["changed_fields"], step
            assert done["diff"] == predicted["diff"], step
            assert set(done[self._shown]) == set(predicted[self._shown]), step
        # A vendor's caches may lag; the next run of a pipeline comes later than that.
        self.server.clock.advance(2)
        again = self._task(f"{step} again", item)
        if again is not None:
            assert (again["changed"], again["action"]) == (False, "none"), (step, again)
            assert self.subject.writes(self.server) == [], f"the second run wrote in {step}"
        self.server.clock.advance(2)
        fields = () if done is None else tuple(done["changed_fields"])
        self.history.append(Snapshot(step, again is None, fields, self._boxes()))

    def round_trip(self) -> None:
        """What is read can be declared, and changes nothing."""
        read = self.way(self.subject.info, self.subject.arguments(self.server))
        assert not read["failed"], read
        boxes = read[self.subject.listed]
        self._silent(read)
        self.server.journal.clear()
        result = self.way(self.subject.plural, self.subject.arguments(self.server, **{self.subject.listed: boxes}))
        assert (result["failed"], result["changed"]) == (False, False), result
        assert self.subject.writes(self.server) == []

    def _boxes(self) -> dict[str, Item]:
        found = self.subject.stored(self.server)
        boxes = {
            box.number: {name: value for name, value in box.fields.items() if name not in _OF_THE_SERVER}
            for box in found
        }
        assert len(boxes) == len(found), f"two boxes have one number: {[box.number for box in found]}"
        return boxes

    @property
    def _shown(self) -> str:
        return "mailbox" if self.subject.module == "vmbox" else "shared_voicemail"

    def _task(self, step: str, item: Item, check: bool = False) -> Result | None:
        """Run one task; a loud failure may be repaired by running it again, and only a stubborn one may stay."""
        changed = False
        for _attempt in range(REPAIRS):
            self.server.journal.clear()
            result = self.way(self.subject.module, self.subject.arguments(self.server, **item), check=check)
            self._silent(result)
            if not result["failed"]:
                assert step not in self.stubborn or check, f"{step} cannot have succeeded"
                result["changed"] = changed or result["changed"]
                return result
            assert result["msg"], step
            assert "unexpected" not in result["msg"], result["msg"]
            changed = changed or (result["changed"] and not step.endswith("again"))
        assert step in self.stubborn, f"{step} failed for ever: {result['msg']}"
        return None

    def _silent(self, result: Result) -> None:
        shown = repr({key: value for key, value in result.items() if key != "invocation"}) + repr(
            result.get("invocation")
        )
        for secret in SECRETS:
            assert not shows(secret, shown), f"a secret shows: {result}"


def serve(subject: Subject, behaviors: Behaviors | None = None) -> SimulatorServer:
    """Prepare a simulator in which a box can live among others."""
    return subject.serve(behaviors, mailboxes=max(subject.seeded, NEIGHBOURS))


_USUAL: dict[str, tuple[Snapshot, ...]] = {}


def usual_history(subject: Subject) -> tuple[Snapshot, ...]:
    """What happens to a subject where the vendor does what its documents say."""
    if subject.name not in _USUAL:
        with serve(subject) as server:
            _USUAL[subject.name] = tuple(Lifecycle(subject, server, RUNNERS["worker"]).run())
    return _USUAL[subject.name]


def strange(subject: Subject, behaviors: Behaviors, history: t.Sequence[Snapshot]) -> list[str]:
    """Return what is otherwise in a story than it usually is, in words.

    A step that was reported as impossible may leave its box in any state; all other boxes must be unchanged.
    """
    usual_steps = usual_history(subject)
    assert [moment.step for moment in history] == [moment.step for moment in usual_steps]
    pin_hidden = any(behaviors.get(behavior) in values for behavior, values in subject.hiding.items())
    undeclared = {name for habit in behaviors.items() for name in subject.undeclared.get(habit, ())}
    own = {subject.number, subject.new_number}
    found: list[str] = []
    reported = False
    for moment, usual in zip(history, usual_steps, strict=True):
        reported = reported or moment.reported
        # The PIN of a box that is made is written whether it shows or not.
        unseen = pin_hidden and not (moment.step == "create" and subject.can_create)
        left_out = {subject.pin_field, "pin"} if unseen else set()
        if not reported and {*moment.changed_fields} - left_out != {*usual.changed_fields} - left_out:
            found.append(f"{moment.step}: changed {moment.changed_fields}, usually {usual.changed_fields}")
        for number in sorted({*moment.boxes, *usual.boxes} - (own if reported else set())):
            is_so, should_be = moment.boxes.get(number), usual.boxes.get(number)
            if is_so is None or should_be is None:
                found.append(f"{moment.step}: box {number} is {is_so}, usually {should_be}")
                continue
            found += [
                f"{moment.step}: {name} of box {number} is {is_so.get(name)!r}, usually {should_be.get(name)!r}"
                for name in sorted({*is_so, *should_be} - undeclared - (left_out if number in own else set()))
                if is_so.get(name) != should_be.get(name)
            ]
    return found
