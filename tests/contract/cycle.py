# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of one box, step by step, and what must hold at each step whatever the vendor does."""

from __future__ import annotations

import typing as t

from subjects import Item, Subject
from voicemail_simulator.server import SimulatorServer
from ways import Result

Way = t.Callable[..., Result]
SECRETS = ("4821", "9137", "482159", "913728", "simulator-password")
#: How often a step that failed loudly may be run again before it must succeed.
REPAIRS = 3


class Life:
    """Runs a box through its life on one server."""

    def __init__(self, subject: Subject, server: SimulatorServer, way: Way, stubborn: t.Collection[str] = ()) -> None:
        self.subject = subject
        self.server = server
        self.way = way
        self.stubborn = stubborn
        self.story: list[str] = []

    def run(self) -> list[str]:
        """Live it; return what each step did, which must be the same whatever the vendor's habits are."""
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
        return self.story

    def change(self, step: str, item: Item, action: str) -> None:
        """Check, do and repeat one change."""
        foreseen = self._task(f"check {step}", item, check=True)
        if foreseen is not None:
            assert self.subject.writes(self.server) == [], f"check mode wrote in {step}"
            assert (foreseen["changed"], foreseen["action"]) == (True, action), step
        done = self._task(step, item)
        if done is not None and foreseen is not None:
            assert done["changed_fields"] == foreseen["changed_fields"], step
            assert done["diff"] == foreseen["diff"], step
            assert set(done[self._shown]) == set(foreseen[self._shown]), step
        # A vendor's caches may lag; the next run of a pipeline comes later than that.
        self.server.clock.advance(2)
        again = self._task(f"{step} again", item)
        if again is not None:
            assert (again["changed"], again["action"]) == (False, "none"), (step, again)
            assert self.subject.writes(self.server) == [], f"the second run wrote in {step}"
        self.server.clock.advance(2)
        self.story.append(f"{step}: {'told' if again is None else sorted(again[self._shown].items(), key=str)}")

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
            assert secret not in shown, f"a secret shows: {result}"
