# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the steps of a plan concurrently, deletions last, and settle numbers that another run used at the same time."""

from __future__ import annotations

import dataclasses
import typing as t

from ..concurrency import run_all
from ..errors import ConflictError
from ..model.mailbox import Box
from ..results import Status
from ..vendors.protocol import Boxes, DuplicateFinder
from .duplicates import Driver, settle
from .execute import carry_out
from .options import Options, Progress
from .outcome import Outcome, Report
from .plan import Action, Plan, Step
from .renumber import free_number, units


def write(boxes: Boxes, result: Plan, options: Options, progress: Progress | None, warnings: list[str]) -> Report:
    """Carry out the steps of a plan that write, and return the outcome of every step."""
    run = _Writing(boxes, options, Report([], warnings, plan=result), progress)
    run.write()
    for step in result.steps:
        skipped = Outcome(result.table, step, status=Status.SKIPPED)
        untouched = skipped if step.writing else foreseen(result, step)
        run.report.steps.append(run.outcomes.get(id(step), untouched))
    return run.report


def foreseen(result: Plan, step: Step) -> Outcome:
    """Return the outcome of a step that is planned and not carried out."""
    status = Status.OK if step.action is Action.NONE else Status.CHANGED
    return Outcome(result.table, step, step.current, status=status)


@dataclasses.dataclass
class _Writing:
    """What the stages of one run share.

    :param outcomes: of the steps that were carried out, by the identity of the step.
    """

    boxes: Boxes
    options: Options
    report: Report
    progress: Progress | None
    outcomes: dict[int, Outcome] = dataclasses.field(default_factory=dict)

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes.values() if outcome.status is Status.FAILED]

    def write(self) -> None:
        writing = [step for step in self.report.plan.steps if step.writing]
        changes = [step for step in writing if step.action is not Action.DELETE]
        self._run_stage(changes, len(writing))
        if isinstance(self.boxes, DuplicateFinder):
            self._settle(changes)
        # Deletions come last, and none is made once something failed: what failed may be what replaces them.
        if not self.failures and not self.report.interrupted:
            self._run_stage([step for step in writing if step.action is Action.DELETE], len(writing))

    def _settle(self, stage: list[Step]) -> None:
        """Look for numbers that another run created at the same time, in a thread, as every step."""
        done = [step for step in stage if id(step) in self.outcomes]

        def look(steps: list[Step]) -> None:
            found = [self.outcomes[id(step)] for step in steps]
            driver = t.cast(Driver, self.boxes)
            settled, warnings = settle(driver, found, self.options.verify, self.options.workers)
            self.outcomes.update({id(step): outcome for step, outcome in zip(steps, settled, strict=True)})
            self.report.warnings.extend(warnings)

        self.report.interrupted = run_all(look, [done], 1, lambda nothing: None) or self.report.interrupted

    def _run_stage(self, stage: list[Step], total: int) -> None:
        failed = len(self.failures)

        def attempt(unit: list[Step]) -> list[Outcome]:
            done = []
            for planned, outcome in _in_turn(self.boxes, unit, self.options.verify):
                self.outcomes[id(planned)] = outcome
                done.append(outcome)
            return done

        def tell(done: list[Outcome]) -> None:
            nonlocal failed
            failed += sum(outcome.status is Status.FAILED for outcome in done)
            if self.progress is not None:
                self.progress(len(self.outcomes), total, failed, "done")

        def ends(done: list[Outcome]) -> bool:
            return self.options.stop_on_error and any(outcome.status is Status.FAILED for outcome in done)

        # Also a single step runs in a thread: an interrupt reaches the main thread only, so what has begun is finished.
        self.report.interrupted = run_all(attempt, units(stage), self.options.workers, tell, ends)


def _in_turn(boxes: Boxes, unit: list[Step], verify: bool) -> t.Iterator[tuple[Step, Outcome]]:
    """Carry out steps that wait for each other, up to the first that fails; the others keep their numbers.

    :returns: each step as it was planned, and its outcome. A step that adopts the box of somebody else becomes another.
    """
    last = unit[-1]
    moved: Box | None = None
    if last.detour:
        number = free_number(last, boxes.table, lambda text: boxes.find(text, None) is not None)
        outcome = carry_out(boxes, dataclasses.replace(last, number=number or "", changes={}, writes={}), verify)
        if outcome.status is Status.FAILED:
            yield last, dataclasses.replace(outcome, step=last)
            return
        moved = outcome.box
    for step in unit:
        started = dataclasses.replace(step, current=moved) if step is last and moved is not None else step
        outcome = carry_out(boxes, started, verify)
        yield step, dataclasses.replace(outcome, step=step) if outcome.step is started else outcome
        if outcome.status is Status.FAILED:
            if moved is not None and step is not last:
                problem = f"has the number {moved.number} for now, since the box with its new number was not renumbered"
                left = Outcome(boxes.table, last, moved, wrote=True)
                left.fail(ConflictError(problem, "Run the task again", subject=left.subject))
                yield last, left
            return


__all__ = ("foreseen", "write")
