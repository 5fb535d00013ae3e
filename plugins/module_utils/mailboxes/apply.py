# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a declaration out: reads what is there, plans, checks the guards, writes concurrently, verifies.

It knows vendors only by the protocol of their drivers, and of Ansible nothing.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..concurrency import in_order, run_all
from ..errors import InvalidInputError, UnsafeError, UnsupportedError, VoicemailError
from ..model.cautions import grouped
from ..model.mailbox import Box, Desired, Wanted
from ..results import Outcome, Report
from ..vendors.protocol import Boxes, NotUnique
from .describe import checksum
from .duplicates import Driver, settle
from .execute import carry_out
from .guards import (
    Limits,
    add_pruning,
    check_deletions,
    check_limits,
    check_messages,
    check_updates,
    may_lose_messages,
)
from .plan import (
    Action,
    AmbiguousError,
    Index,
    Plan,
    Step,
    compared,
    match,
    plan,
)

#: Called with what is done, of how many, how many of them failed, and the word for it: ``read`` or ``done``.
Progress = t.Callable[[int, int, int, str], None]


@dataclasses.dataclass(frozen=True)
class Options:
    """How a declaration is carried out.

    :param check: plan, and write nothing.
    :param report_guards: report the guards that stop the plan instead of raising their errors; in check mode only.
    :param full: read every declared box in full, so that the whole box can be shown.
    :param verify: fail on an option that was written and did not take.
    :param stop_on_error: start nothing more after a failure.
    :param expect_checksum: apply only the plan that has this checksum.
    :param workers: most requests at once.
    :param system: returns vendor, address and account, which the checksum covers; called once the plan is made.
    """

    limits: Limits = dataclasses.field(default_factory=Limits)
    check: bool = False
    report_guards: bool = False
    full: bool = False
    verify: bool = True
    stop_on_error: bool = False
    expect_checksum: str | None = None
    workers: int = 16
    system: t.Callable[[], tuple[str, ...]] = tuple


def apply(boxes: Boxes, desired: t.Sequence[Desired], options: Options, progress: Progress | None = None) -> Report:
    """Make what is there what is declared.

    :param boxes: driver of the resource.
    :param desired: the declaration, already free of problems.
    :param progress: called after each box that is read by itself and after each step that writes.
    :raises InvalidInputError: when the declaration cannot be met; nothing was written.
    :raises UnsafeError: when a guard stops the plan; nothing was written.
    :raises VoicemailError: when reading failed; nothing was written.
    """
    check_limits(boxes.table, options.limits, len(desired), sum(item.present for item in desired))
    index = _read(boxes, desired, options, progress)
    result = plan(boxes.table, desired, index)
    problems = [*result.problems, *boxes.objections(result.steps)]
    if problems:
        raise InvalidInputError.of(problems)
    add_pruning(result, index, options.limits)
    guards, lost = _check_guards(boxes, result, options)
    digest = checksum(result, options.system())
    _check_checksum(result, digest, options.expect_checksum)
    warnings = [*lost, *_warnings(result.steps)]
    written = {option for step in result.steps for option in step.writes}
    warnings.extend(boxes.advise(written))
    if options.check:
        return Report(result, [_foreseen(step) for step in result.steps], warnings, checksum=digest, guards=guards)
    report = _write(boxes, result, options, progress, warnings)
    report.checksum = digest
    learned = _warnings([outcome.step for outcome in report.outcomes])
    report.warnings = list(dict.fromkeys([*report.warnings, *learned, *boxes.advise(written)]))
    return report


def read(
    boxes: Boxes,
    numbers: frozenset[str] | None,
    workers: int,
    matches: t.Callable[[str], t.Any] = lambda number: True,
    progress: Progress | None = None,
) -> list[Box]:
    """Return boxes in full, sorted by number.

    :param numbers: the numbers to read; None for all.
    :param matches: tells of a number whether it is of interest; the other boxes are not read in full.
    :param progress: called after each box that is read by itself.
    :raises TransportError: when not all could be read.
    """
    wanted = Wanted(numbers=numbers, options=boxes.table.standing)
    listed = boxes.list(wanted).boxes
    # The table may depend on the generation of the server, which the listing shows.
    key = boxes.table.number.key
    keys = None if numbers is None else {key(number) for number in numbers}
    found = [box for box in listed if (keys is None or key(box.number) in keys) and matches(box.number)]
    unique = Index.of(found).ids.values()
    return sorted(_completed(boxes, list(unique), workers, progress), key=lambda box: (len(box.number), box.number))


def _read(boxes: Boxes, desired: t.Sequence[Desired], options: Options, progress: Progress | None) -> Index:
    numbers = {number for item in desired for number in (item.number, item.new_number) if number}
    ids = frozenset(item.id for item in desired if item.id)
    table = boxes.table
    asked = (
        table.standing if options.full else frozenset(option for item in desired for option in compared(table, item))
    )
    wanted = Wanted(None if options.limits.prune else frozenset(numbers), ids, asked, tuple(desired))
    index = Index.of(boxes.list(wanted).boxes)
    partial: dict[str, Box] = {}
    for item in desired:
        try:
            box = match(item, index, table)
        except AmbiguousError:
            continue
        needed = asked if options.full else compared(table, item)
        if box is not None and box.id and item.present and not box.covers(needed):
            partial[box.id] = box
    if not partial:
        return index
    known = {box.id: box for box in _completed(boxes, list(partial.values()), options.workers, progress)}
    # A box that vanished between the listing and its reading is not there any more.
    return Index.of(known.get(box.id, box) for box in index.ids.values() if box.id in known or box.id not in partial)


def _completed(boxes: Boxes, found: list[Box], workers: int, progress: Progress | None) -> list[Box]:
    partial = [box for box in found if not box.full]
    if not partial:
        return found
    many = boxes.read_many(partial)
    if many is None:

        def tell(count: int) -> None:
            if progress is not None:
                progress(count, len(partial), 0, "read")

        read_singly = in_order(lambda box: boxes.find(None, box.id), partial, workers, tell)
        many = [box for box in read_singly if box is not None]
    return [box for box in found if box.full] + list(many)


def _warnings(steps: t.Iterable[Step]) -> list[str]:
    return grouped(caution for step in steps for caution in step.warnings)


def _check_guards(boxes: Boxes, result: Plan, options: Options) -> tuple[list[str], list[str]]:
    """Return the guards that stop the plan, if they are only reported, and the warnings about messages that are lost.

    :raises UnsafeError: for the first guard that stops the plan, unless they are only reported.
    """
    guards: list[str] = []
    lost: list[str] = []
    checks: tuple[t.Callable[[], None], ...] = (
        lambda: check_deletions(result, options.limits),
        lambda: check_updates(result, options.limits),
        lambda: lost.extend(_check_messages(boxes, result, options)),
    )
    for check in checks:
        try:
            check()
        except UnsafeError as error:
            if not (options.check and options.report_guards):
                raise
            guards.append(str(error))
    return guards, lost


def _check_messages(boxes: Boxes, result: Plan, options: Options) -> list[str]:
    def count(step: Step) -> tuple[str, int]:
        box = t.cast(Box, step.current)
        try:
            return str(box.id), boxes.count_messages(box) or 0
        except UnsupportedError:
            raise
        except VoicemailError:
            # A login that must not read messages may still delete a box whose messages nobody wants.
            if not may_lose_messages(step, options.limits):
                raise
            return str(box.id), 0

    for step in result.deletions:
        step.spares_messages = not may_lose_messages(step, options.limits)
    counts = dict(in_order(count, [step for step in result.deletions if step.current], options.workers))
    return check_messages(result, counts, options.limits)


def _check_checksum(result: Plan, found: str, expected: str | None) -> None:
    if expected is None or expected == found:
        return
    if expected == checksum(result):
        raise UnsafeError(
            "`expect_checksum` is a checksum of version 1.0, which does not cover the vendor, `url` and account that"
            " the plan was reviewed for",
            f"Plan and review again; the checksum of this plan is {found} now",
        )
    raise UnsafeError(
        f"the plan is not the one that was reviewed: its checksum is {found}, expected was {expected}",
        "Something changed since the review, at the vendor or in the declaration, or the review was of another vendor,"
        " `url` or account; plan and review again",
    )


def _foreseen(step: Step) -> Outcome:
    return Outcome(step, "ok" if step.action is Action.NONE else "changed", step.current)


def _write(boxes: Boxes, result: Plan, options: Options, progress: Progress | None, warnings: list[str]) -> Report:
    outcomes: dict[int, Outcome] = {}
    writing = [step for step in result.steps if step.writing]
    report = Report(result, [], warnings)
    stages = (
        [step for step in writing if step.action is not Action.DELETE],
        # Deletions come last, and none is made once something failed: what failed may be what replaces them.
        [step for step in writing if step.action is Action.DELETE],
    )
    for position, stage in enumerate(stages):
        if position and any(outcome.status == "failed" for outcome in outcomes.values()):
            break
        if report.interrupted:
            break
        _run_stage(boxes, stage, options, outcomes, len(writing), progress, report)
        if not position and isinstance(boxes, NotUnique):
            _settle(boxes, stage, options, outcomes, report)
    for step in result.steps:
        untouched = Outcome(step, "skipped") if step.writing else _foreseen(step)
        report.outcomes.append(outcomes.get(id(step), untouched))
    return report


def _settle(boxes: Boxes, stage: list[Step], options: Options, outcomes: dict[int, Outcome], report: Report) -> None:
    """Look for numbers that another run created at the same time, in a thread, as every step."""
    done = [step for step in stage if id(step) in outcomes]

    def look(steps: list[Step]) -> None:
        found = [outcomes[id(step)] for step in steps]
        settled, told = settle(t.cast(Driver, boxes), found, options.verify, options.workers)
        outcomes.update({id(step): outcome for step, outcome in zip(steps, settled, strict=True)})
        report.warnings.extend(told)

    report.interrupted = run_all(look, [done], 1, lambda nothing: None) or report.interrupted


def _run_stage(
    boxes: Boxes,
    stage: list[Step],
    options: Options,
    outcomes: dict[int, Outcome],
    total: int,
    progress: Progress | None,
    report: Report,
) -> None:
    failures = [outcome for outcome in outcomes.values() if outcome.status == "failed"]

    def attempt(step: Step) -> Outcome:
        outcome = outcomes[id(step)] = carry_out(boxes, step, options.verify)
        return outcome

    def tell(outcome: Outcome) -> None:
        failures.extend([outcome] if outcome.status == "failed" else ())
        if progress is not None:
            progress(len(outcomes), total, len(failures), "done")

    def ends(outcome: Outcome) -> bool:
        return options.stop_on_error and outcome.status == "failed"

    # Also a single step runs in a thread: an interrupt reaches the main thread only, so what has begun is finished.
    report.interrupted = run_all(attempt, stage, options.workers, tell, ends)


__all__ = ("Options", "VoicemailError", "apply", "read")
