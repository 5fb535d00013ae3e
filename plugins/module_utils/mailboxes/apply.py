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
from ..errors import ConflictError, InvalidInputError, UnsafeError, UnsupportedError, VoicemailError
from ..model.cautions import grouped
from ..model.mailbox import Box, Desired, Listing, SkippedItem, Wanted
from ..results import Status
from ..vendors.protocol import Boxes, NamesObjects, NotUnique, Revisioned
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
from .outcome import Outcome, Report
from .plan import (
    Action,
    AmbiguousError,
    Index,
    Plan,
    Step,
    compared,
    match,
)
from .renumber import free_number, plan_in_order, renumbered, units
from .skipping import keep_skipped, leave_out, refused_by

if t.TYPE_CHECKING:
    from .cache import Cache

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
    :param skipped: declarations that are left out since they are wrong; None where such a one stops the task.
    :param cache: what earlier runs read; refreshed by this one, also with ``check``.
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
    skipped: t.Sequence[SkippedItem] | None = None
    cache: Cache | None = None
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
    if isinstance(boxes, NamesObjects):
        desired = boxes.resolve(desired)
    index = _read(boxes, desired, options, progress)
    result = plan_in_order(boxes.table, desired, index)
    skipped = list(options.skipped or ())
    if options.skipped is not None:
        skipped += leave_out(result, result.refused)
        result.refused.clear()
        skipped += leave_out(result, refused_by(result, boxes.objections(result.steps)))
    problems = [*result.problems, *boxes.objections(result.steps)]
    if problems:
        raise InvalidInputError.of(problems)
    add_pruning(result, index, options.limits)
    unsure = keep_skipped(result, skipped)
    guards, lost = _check_guards(boxes, result, options)
    digest = checksum(result, options.system())
    _check_checksum(result, digest, options.expect_checksum)
    warnings = [*unsure, *lost, *_warnings(result.steps)]
    written = {option for step in result.steps for option in step.writes}
    warnings.extend(boxes.advise(written))
    if options.check:
        steps = [_foreseen(result, step) for step in result.steps]
        report = Report(steps, warnings, planned=True, plan=result, checksum=digest, guards=guards)
        return report.with_skipped(skipped)
    report = _write(boxes, result, options, progress, warnings)
    _follow(boxes, report.steps, options.cache)
    report.checksum = digest
    learned = _warnings([outcome.step for outcome in report.steps])
    report.warnings = list(dict.fromkeys([*report.warnings, *learned, *boxes.advise(written)]))
    return report.with_skipped(skipped)


def read(
    boxes: Boxes,
    numbers: frozenset[str] | None,
    workers: int,
    matches: t.Callable[[str], t.Any] = lambda number: True,
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> list[Box]:
    """Return boxes in full, sorted by number.

    :param numbers: the numbers to read; None for all.
    :param matches: tells of a number whether it is of interest; the other boxes are not read in full.
    :param progress: called after each box that is read by itself.
    :param cache: what earlier runs read; refreshed by this one.
    :raises TransportError: when not all could be read.
    """
    wanted = Wanted(numbers=numbers, options=boxes.table.standing)
    listing = boxes.list(wanted)
    listed = listing.boxes
    # The table may depend on the generation of the server, which the listing shows.
    key = boxes.table.number.key
    keys = None if numbers is None else {key(number) for number in numbers}
    found = [box for box in listed if (keys is None or key(box.number) in keys) and matches(box.number)]
    unique = Index.of(found).ids.values()
    complete = _completed(boxes, list(unique), workers, progress, cache)
    _save(cache, listing)
    return sorted(complete, key=lambda box: (len(box.number), box.number))


def _read(boxes: Boxes, desired: t.Sequence[Desired], options: Options, progress: Progress | None) -> Index:
    numbers = {number for item in desired for number in (item.number, item.new_number) if number}
    ids = frozenset(item.id for item in desired if item.id)
    table = boxes.table
    asked = (
        table.standing if options.full else frozenset(option for item in desired for option in compared(table, item))
    )
    wanted = Wanted(None if options.limits.prune else frozenset(numbers), ids, asked, tuple(desired))
    listing = boxes.list(wanted)
    index = Index.of(listing.boxes)
    partial: dict[str, Box] = {}
    settled = renumbered(desired, index, table)
    for item in desired:
        try:
            box = match(item, index, table, id(item) in settled)
        except AmbiguousError:
            continue
        needed = asked if options.full else compared(table, item)
        if box is not None and box.id and item.present and not box.covers(needed):
            partial[box.id] = box
    if not partial:
        return index
    complete = _completed(boxes, list(partial.values()), options.workers, progress, options.cache)
    _save(options.cache, listing)
    known = {box.id: box for box in complete}
    # A box that vanished between the listing and its reading is not there any more.
    return Index.of(known.get(box.id, box) for box in index.ids.values() if box.id in known or box.id not in partial)


def _completed(
    boxes: Boxes, found: list[Box], workers: int, progress: Progress | None, cache: Cache | None
) -> list[Box]:
    partial = [box for box in found if not box.full]
    if not partial:
        return found
    confirmed = _confirmed(boxes, partial, cache) if cache is not None else {}
    unread = [box for box in partial if box.id not in confirmed]
    many = boxes.read_many(unread) if unread else ()
    if many is None:

        def tell(count: int) -> None:
            if progress is not None:
                progress(count, len(unread), 0, "read")

        read_singly = in_order(lambda box: boxes.find(None, box.id), unread, workers, tell)
        many = [box for box in read_singly if box is not None]
    if cache is not None:
        cache.drop(box.id for box in unread)
        cache.keep(boxes.table, many)
    return [box for box in found if box.full] + list(confirmed.values()) + list(many)


def _confirmed(boxes: Boxes, partial: list[Box], cache: Cache) -> dict[str | None, Box]:
    """Return the boxes of the cache that the vendor confirms, by id."""
    if not isinstance(boxes, Revisioned):
        return {}
    cache.open(boxes.generation)
    known = cache.boxes(boxes.table, partial)
    unchanged = boxes.unchanged(known, cache.proven) if known else None
    if unchanged is None:
        return {}
    cache.proven = bool(unchanged)
    return {box.id: box for box in known if box.id in unchanged}


def _save(cache: Cache | None, listing: Listing) -> None:
    if cache is None:
        return
    if listing.whole:
        cache.drop_others({str(box.id) for box in listing.boxes})
    cache.save()


def _follow(boxes: Boxes, outcomes: t.Iterable[Outcome], cache: Cache | None) -> None:
    """Note in the cache what was written; forget every box of which that is not certain."""
    if cache is None or not cache.opened:
        return
    for outcome in outcomes:
        step = outcome.step
        if not step.writing or outcome.status == "skipped":
            continue
        cache.drop([step.current.id if step.current else None])
        if outcome.status == "changed" and step.action is not Action.DELETE and outcome.box is not None:
            cache.keep(boxes.table, [outcome.box])
    cache.save()


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
    for step in result.deletions:
        step.messages = counts.get(str(step.current.id)) if step.current else None
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


def _foreseen(result: Plan, step: Step) -> Outcome:
    status = Status.OK if step.action is Action.NONE else Status.CHANGED
    return Outcome(result.table, step, step.current, status=status)


def _write(boxes: Boxes, result: Plan, options: Options, progress: Progress | None, warnings: list[str]) -> Report:
    outcomes: dict[int, Outcome] = {}
    writing = [step for step in result.steps if step.writing]
    report = Report([], warnings, plan=result)
    stages = (
        [step for step in writing if step.action is not Action.DELETE],
        # Deletions come last, and none is made once something failed: what failed may be what replaces them.
        [step for step in writing if step.action is Action.DELETE],
    )
    for position, stage in enumerate(stages):
        if position and any(outcome.status is Status.FAILED for outcome in outcomes.values()):
            break
        if report.interrupted:
            break
        _run_stage(boxes, stage, options, outcomes, len(writing), progress, report)
        if not position and isinstance(boxes, NotUnique):
            _settle(boxes, stage, options, outcomes, report)
    for step in result.steps:
        skipped = Outcome(result.table, step, status=Status.SKIPPED)
        report.steps.append(outcomes.get(id(step), skipped if step.writing else _foreseen(result, step)))
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
    failures = [outcome for outcome in outcomes.values() if outcome.status is Status.FAILED]

    def attempt(unit: list[Step]) -> list[Outcome]:
        done = []
        for step, outcome in _in_turn(boxes, unit, options.verify):
            outcomes[id(step)] = outcome
            done.append(outcome)
        return done

    def tell(done: list[Outcome]) -> None:
        failures.extend(outcome for outcome in done if outcome.status is Status.FAILED)
        if progress is not None:
            progress(len(outcomes), total, len(failures), "done")

    def ends(done: list[Outcome]) -> bool:
        return options.stop_on_error and any(outcome.status is Status.FAILED for outcome in done)

    # Also a single step runs in a thread: an interrupt reaches the main thread only, so what has begun is finished.
    report.interrupted = run_all(attempt, units(stage), options.workers, tell, ends)


def _in_turn(boxes: Boxes, unit: list[Step], verify: bool) -> t.Iterator[tuple[Step, Outcome]]:
    """Carry out steps that wait for each other, up to the first that fails; the others keep their numbers.

    :returns: pairs of a step and what became of it. An outcome may be that of another step: one that was planned anew.
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
                error = ConflictError(f"{boxes.table.resource} {last.number}: {problem}", "Run the task again")
                yield last, Outcome(boxes.table, last, moved, status=Status.FAILED, error=error, wrote=True)
            return


__all__ = ("Options", "VoicemailError", "apply", "read")
