# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule for duplicate numbers, tested in all interleavings of two and three runs.

Each run checks that the number is free, saves its box, looks for duplicates, and follows :func:`decide`. A withdrawal
has
three steps: read the other box, delete the run's own box, look again. Other runs may act between all steps.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import duplicate_rule
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.duplicate_rule import Verdict

MOST_CREATIONS = 3
#: Few of the many worlds differ in what a run sees.
decide = functools.cache(duplicate_rule.decide)


class Run(t.NamedTuple):
    """The state of a run.

    :param phase: its next step: ``check``, ``save``, ``busy`` (with other numbers), ``look``, ``read`` or ``delete``,
        or its end: ``done`` or ``failed``.
    :param own: the box that it created.
    :param other: the box that it read or adopted.
    :param quiet: number of periods without a change.
    """

    phase: str = "check"
    own: str | None = None
    other: str | None = None
    seen: frozenset[str] | None = None
    quiet: int = 0
    creations: int = 0

    @property
    def ended(self) -> bool:
        return self.phase in ("done", "failed")


class World(t.NamedTuple):
    """The state of the server and of the runs.

    :param foreign: a box of another client that ignores the rule: an older version, or a person.
    :param created: every box that was ever saved.
    :param changed: adopted boxes that a run updated, which are not withdrawn.
    """

    boxes: frozenset[str]
    runs: tuple[Run, ...]
    foreign: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()


def with_run(world: World, position: int, boxes: frozenset[str] | None = None, **changes: t.Any) -> World:
    """Return the world after a step of one run."""
    runs = list(world.runs)
    runs[position] = runs[position]._replace(**changes)
    return world._replace(boxes=world.boxes if boxes is None else boxes, runs=tuple(runs))


class Model:
    """All worlds that can follow a given one.

    :param ids: the ids of each run, in the order of its creations.
    :param busy: the runs that create other numbers, for any time, before they look.
    :param timed: whether a run excludes a change only if no other run is between two steps.
    """

    def __init__(self, ids: t.Sequence[str], busy: t.Collection[int] = (), *, timed: bool = True) -> None:
        self.ids = ids
        self.busy = busy
        self.timed = timed

    def after(self, world: World) -> t.Iterator[World]:
        """Return every world after one step."""
        for position, run in enumerate(world.runs):
            if not run.ended:
                yield from self._steps(world, position, run)

    def _steps(self, world: World, position: int, run: Run) -> t.Iterator[World]:
        if run.phase == "check":
            # A refused run looks for the existing box.
            yield with_run(world, position, phase="look" if world.boxes else "save")
        elif run.phase == "save":
            own = self.ids[position][run.creations]
            first = run.creations == 0 and position in self.busy
            saved = {"phase": "busy" if first else "look", "own": own, "creations": run.creations + 1}
            new = with_run(world, position, world.boxes | {own}, **saved)
            yield new._replace(created=world.created | {own})
        elif run.phase == "busy":
            yield with_run(world, position, phase="look")
        elif run.phase == "read":
            if run.own in world.changed:
                yield with_run(world, position, phase="failed" if run.quiet >= 2 else "look")
            else:
                yield with_run(world, position, phase="delete" if run.other in world.boxes else "look")
        elif run.phase == "delete" and run.own in world.changed:
            yield with_run(world, position, phase="look")
        elif run.phase == "delete":
            assert run.own is not None
            assert run.own in self.ids[position]
            yield with_run(world, position, world.boxes - {run.own}, phase="look", own=None, seen=None, quiet=0)
        else:
            yield from self._look(world, position, run)

    def _look(self, world: World, position: int, run: Run) -> t.Iterator[World]:
        quiet = run.quiet if run.seen in (None, world.boxes) else 0
        decision = decide(run.own, world.boxes, quiet)
        seen: dict[str, t.Any] = {"seen": world.boxes, "quiet": quiet}
        if decision.verdict is Verdict.WAIT:
            if run.seen != world.boxes or run.quiet != quiet:
                yield with_run(world, position, **seen)
            elif self._is_calm(world, run):
                yield with_run(world, position, seen=world.boxes, quiet=min(quiet + 1, 2))
                yield self._later(world, quiet)
        elif decision.verdict is Verdict.WITHDRAW:
            refused = run.own in world.changed and quiet < 2
            if not refused:
                yield with_run(world, position, phase="read", other=decision.other, **seen)
            elif run.seen != world.boxes or run.quiet != quiet:
                yield with_run(world, position, **seen)
            elif self._is_calm(world, run):
                yield with_run(world, position, seen=world.boxes, quiet=quiet + 1)
        elif decision.verdict is Verdict.CREATE:
            again = run.creations < MOST_CREATIONS
            yield with_run(world, position, phase="check" if again else "failed", seen=None, quiet=0)
        elif decision.verdict is Verdict.FAIL:
            yield with_run(world, position, phase="failed")
        else:
            ended = with_run(world, position, phase="done", other=decision.other)
            yield ended
            if decision.verdict is Verdict.ADOPT and len(world.boxes) == 1:
                yield ended._replace(changed=world.changed | world.boxes)

    @staticmethod
    def _later(world: World, quiet: int) -> World:
        """Let a period pass for all runs that wait equally long."""
        runs = [
            run._replace(quiet=min(run.quiet + 1, 2))
            if run.phase == "look" and run.seen == world.boxes and run.quiet == quiet
            else run
            for run in world.runs
        ]
        return world._replace(runs=tuple(runs))

    def _is_calm(self, world: World, run: Run) -> bool:
        """Check whether a period can pass for a run.

        No other run is in a shorter step, and periods pass for all waiting runs.
        """
        others = [other for other in world.runs if other is not run]
        behind = (other.phase == "look" and other.quiet < run.quiet for other in others)
        return not self.timed or not (any(behind) or any(self._moves(world, other) for other in others))

    @staticmethod
    def _moves(world: World, run: Run) -> bool:
        if run.phase == "look":
            waits = run.own in world.changed or decide(run.own, world.boxes, run.quiet).verdict is Verdict.WAIT
            return not waits or run.seen != world.boxes
        return not run.ended and run.phase != "busy"


def reachable(model: Model, runs: int, foreign: str = "") -> set[World]:
    """Return every reachable world."""
    start = World(frozenset(), (Run(),) * runs, frozenset(foreign))
    # A foreign box appears once at any time, regardless of the check.
    found, waiting = {start}, [start]
    while waiting:
        world = waiting.pop()
        following = list(model.after(world))
        if world.foreign and not world.foreign <= world.created:
            following.append(world._replace(boxes=world.boxes | world.foreign, created=world.created | world.foreign))
        assert set(following) - {world} or all(run.ended for run in world.runs), f"no run ever ends: {world}"
        for new in following:
            if new not in found:
                found.add(new)
                waiting.append(new)
    return found


def ends(worlds: t.Iterable[World]) -> list[World]:
    """Return the worlds in which every run has ended and no foreign box can appear."""
    return [world for world in worlds if all(run.ended for run in world.runs) and world.foreign <= world.created]


def ids_of(order: t.Sequence[str]) -> list[str]:
    """Return ids of the runs' boxes: ordered for the first ones, smallest and largest for the later ones."""
    return [f"{first}{2 * position}{9 - position}" for position, first in enumerate(order)]


@pytest.mark.parametrize("foreign", ["", "1", "z"])
@pytest.mark.parametrize("runs", [1, 2, 3])
def test_timely_runs_leave_exactly_one_mailbox(runs: int, foreign: str) -> None:
    worlds = reachable(Model(ids_of("gfed"[:runs])), runs, foreign)
    assert all(world.boxes for world in worlds if world.created), "the mailbox existed and was lost"
    final = ends(worlds)
    assert final
    for world in final:
        failed = [run for run in world.runs if run.phase == "failed"]
        kept = {run.own for run in world.runs if run.own is not None}
        # A foreign box always remains. Another box only remains if it was alone or in use.
        assert world.boxes == world.foreign | kept, world
        assert len(world.boxes) == 1 or (foreign and len(kept) == 1), world
        assert not failed or len(world.boxes) > 1, world


@pytest.mark.parametrize(("runs", "busy"), [(2, (0,)), (2, (0, 1)), (3, (0,))])
def test_late_runs_leave_one_mailbox(runs: int, busy: tuple[int, ...]) -> None:
    """A run that looks at the moment of another withdrawal may withdraw as well, and then creates the box again."""
    for order in itertools.permutations("gfed"[:runs]):
        for world in ends(reachable(Model(ids_of(order), busy), runs)):
            assert len(world.boxes) == 1, world
            # A run without a box to withdraw does not wait for a busy run, and reports the boxes that it sees.
            unable = {None, *world.changed}
            assert all(run.own in unable for run in world.runs if run.phase == "failed"), world
            assert runs > 2 or not any(run.phase == "failed" for run in world.runs), world
            # Only one run reports the creation, and its report is correct.
            assert {run.own for run in world.runs if run.own is not None} in (set(), world.boxes), world


def test_without_timing_assumptions_losses_are_reported() -> None:
    for world in ends(reachable(Model(ids_of("gf"), timed=False), 2)):
        failed = [run for run in world.runs if run.phase == "failed"]
        assert len(world.boxes) == 1 or failed, world
        assert all(run.own in world.boxes for run in world.runs if run.phase == "done" and run.own is not None), world
