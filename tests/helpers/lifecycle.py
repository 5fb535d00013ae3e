# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, change and delete one mailbox, and check each step: use it for rules that apply to every vendor."""

from __future__ import annotations

import dataclasses
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.leaks import contains_secret
from helpers.runners import RUNNERS, Result
from helpers.subjects import Behaviors, Item, Subject

Runner = t.Callable[..., Result]
SECRETS = ("4821", "9137", "482159", "913728", "simulator-password")
#: Attempts after which a step with a reported failure must have succeeded.
REPAIRS = 3
#: Other mailboxes, which a run must not change. They fill more than one page where pages are small.
NEIGHBOURS = 2
#: Fields whose values differ between servers.
_OF_THE_SERVER = frozenset(("id", "tenant_id", "VoicemailboxId", "Created", "created_at"))


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The state after a step.

    :param reported: whether the step was impossible and the run reported that.
    :param changed_fields: the fields that the run reports as changed.
    :param boxes: every mailbox on the server, by number.
    """

    step: str
    reported: bool
    changed_fields: tuple[str, ...]
    boxes: dict[str, Item]


class Lifecycle:
    """Create, change and delete a mailbox on one server."""

    def __init__(
        self, subject: Subject, server: SimulatorServer, runner: Runner, expected_failures: t.Collection[str] = ()
    ) -> None:
        self.subject = subject
        self.server = server
        self.runner = runner
        self.expected_failures = expected_failures
        self.history: list[Snapshot] = []

    def run(self) -> list[Snapshot]:
        """Run all steps and return the state after each one, which must be the same under every vendor behavior."""
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
        """Run one change in check mode, for real, and again."""
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
        """Check that declaring what was read changes nothing."""
        read = self.runner(self.subject.info, self.subject.arguments(self.server))
        assert not read["failed"], read
        boxes = read[self.subject.listed]
        self._silent(read)
        self.server.journal.clear()
        result = self.runner(self.subject.plural, self.subject.arguments(self.server, **{self.subject.listed: boxes}))
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
        """Run one task. Retry a reported failure; only an expected one may persist."""
        changed = False
        for _attempt in range(REPAIRS):
            self.server.journal.clear()
            result = self.runner(self.subject.module, self.subject.arguments(self.server, **item), check=check)
            self._silent(result)
            if not result["failed"]:
                assert step not in self.expected_failures or check, f"{step} cannot have succeeded"
                result["changed"] = changed or result["changed"]
                return result
            assert result["msg"], step
            assert "unexpected" not in result["msg"], result["msg"]
            changed = changed or (result["changed"] and not step.endswith("again"))
        assert step in self.expected_failures, f"{step} failed every time: {result['msg']}"
        return None

    def _silent(self, result: Result) -> None:
        shown = repr({key: value for key, value in result.items() if key != "invocation"}) + repr(
            result.get("invocation")
        )
        for secret in SECRETS:
            assert not contains_secret(secret, shown), f"the result contains a secret: {result}"


def serve(subject: Subject, behaviors: Behaviors | None = None) -> SimulatorServer:
    """Return a simulator with other mailboxes next to the tested one."""
    return subject.serve(behaviors, mailboxes=max(subject.seeded, NEIGHBOURS))


_DEFAULT: dict[str, tuple[Snapshot, ...]] = {}


def default_history(subject: Subject) -> tuple[Snapshot, ...]:
    """Return the history of a subject whose vendor behaves as documented."""
    if subject.name not in _DEFAULT:
        with serve(subject) as server:
            _DEFAULT[subject.name] = tuple(Lifecycle(subject, server, RUNNERS["worker"]).run())
    return _DEFAULT[subject.name]


def differences(subject: Subject, behaviors: Behaviors, history: t.Sequence[Snapshot]) -> list[str]:
    """Describe how a history differs from the usual one.

    A step that was reported as impossible may leave its box in any state; all other boxes must be unchanged.
    """
    usual_steps = default_history(subject)
    assert [snapshot.step for snapshot in history] == [snapshot.step for snapshot in usual_steps]
    pin_hidden = any(behaviors.get(behavior) in values for behavior, values in subject.pin_hiding.items())
    undeclared = {name for behavior in behaviors.items() for name in subject.undeclared.get(behavior, ())}
    own = {subject.number, subject.new_number}
    found: list[str] = []
    reported = False
    for snapshot, usual in zip(history, usual_steps, strict=True):
        reported = reported or snapshot.reported
        # The PIN of a new mailbox is always written, even if replies hide it.
        unseen = pin_hidden and not (snapshot.step == "create" and subject.can_create)
        left_out = {subject.pin_field, "pin"} if unseen else set()
        if not reported and {*snapshot.changed_fields} - left_out != {*usual.changed_fields} - left_out:
            found.append(f"{snapshot.step}: changed {snapshot.changed_fields}, usually {usual.changed_fields}")
        for number in sorted({*snapshot.boxes, *usual.boxes} - (own if reported else set())):
            actual, expected = snapshot.boxes.get(number), usual.boxes.get(number)
            if actual is None or expected is None:
                found.append(f"{snapshot.step}: box {number} is {actual}, usually {expected}")
                continue
            found += [
                f"{snapshot.step}: {name} of box {number} is {actual.get(name)!r}, usually {expected.get(name)!r}"
                for name in sorted({*actual, *expected} - undeclared - (left_out if number in own else set()))
                if actual.get(name) != expected.get(name)
            ]
    return found
