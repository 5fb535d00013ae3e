# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply a declaration: read the existing boxes, plan, check the guards, write concurrently, verify.

Uses vendors only through the interfaces of their drivers. Independent of Ansible.
"""

from __future__ import annotations

import typing as t

from ..concurrency import in_order
from ..errors import InvalidInputError, UnsafeError, VoicemailError
from ..model.cautions import grouped
from ..model.fields import FieldTable
from ..model.mailbox import Box, Desired, Listing, ListQuery, SkippedItem
from ..vendors.protocol import (
    Boxes,
    BulkReader,
    MessageCounter,
    NameResolver,
    OptionAdvisor,
    PlanValidator,
    RevisionChecker,
)
from .describe import checksum
from .guards import (
    add_pruning,
    check_deletions,
    check_limits,
    check_messages,
    check_updates,
    may_lose_messages,
)
from .options import Options, Progress
from .outcome import Outcome, Report
from .plan import (
    Action,
    AmbiguousError,
    Index,
    Plan,
    Step,
    compared_by_any,
    match,
)
from .renumber import plan_in_order, renumbered
from .skipping import keep_skipped, leave_out, refused_by
from .write import planned_outcome, write

if t.TYPE_CHECKING:
    from .cache import Cache


def apply(boxes: Boxes, desired: t.Sequence[Desired], options: Options, progress: Progress | None = None) -> Report:
    """Apply a declaration.

    :param boxes: driver of the resource.
    :param desired: the validated declaration.
    :param progress: called after each box that is read individually and after each step that writes.
    :raises InvalidInputError: if the declaration cannot be applied; nothing was written.
    :raises UnsafeError: if a guard stops the plan; nothing was written.
    :raises VoicemailError: if reading failed; nothing was written.
    """
    check_limits(boxes.table, options.limits, len(desired), sum(item.present for item in desired))
    if isinstance(boxes, NameResolver):
        desired = boxes.resolve(desired)
    index, result = _planned(boxes, desired, options, progress)
    skipped = [*(options.skipped or ()), *_validated(boxes, result, skips=options.skipped is not None)]
    add_pruning(result, index, options.limits)
    unsure = keep_skipped(result, skipped)
    guards, lost = _check_guards(boxes, result, options)
    digest = checksum(result, options.system())
    _check_checksum(result, digest, options.expect_checksum)
    warnings = [*unsure, *lost, *_warnings(result.steps)]
    written = {option for step in result.steps for option in step.writes}
    warnings.extend(_advice(boxes, written))
    if options.check:
        steps = [planned_outcome(result, step) for step in result.steps]
        report = Report(steps, warnings, planned=True, plan=result, checksum=digest, guards=guards)
        return report.with_skipped(skipped)
    report = write(boxes, result, options, progress, warnings)
    _follow(boxes, report.steps, options.cache)
    report.checksum = digest
    learned = _warnings([outcome.step for outcome in report.steps])
    report.warnings = list(dict.fromkeys([*report.warnings, *learned, *_advice(boxes, written)]))
    return report.with_skipped(skipped)


def read(
    boxes: Boxes,
    wanted: ListQuery,
    workers: int,
    matches: t.Callable[[str], t.Any] = lambda number: True,
    progress: Progress | None = None,
    cache: Cache | None = None,
) -> list[Box]:
    """Return boxes in full, sorted by number.

    :param wanted: the numbers to read, and options in addition to those that are always read.
    :param matches: checks whether a number is of interest; other boxes are not read in full.
    :param progress: called after each box that is read individually.
    :param cache: results of earlier runs; refreshed by this one.
    :raises TransportError: if not all boxes could be read.
    """
    numbers = wanted.numbers
    listing = boxes.list(ListQuery(numbers, options=boxes.table.always_read | wanted.options))
    listed = listing.boxes
    # The table may depend on the generation of the server, which the listing shows.
    key = boxes.table.number.key
    keys = None if numbers is None else {key(number) for number in numbers}
    found = [box for box in listed if (keys is None or key(box.number) in keys) and matches(box.number)]
    unique = Index.of(found).ids.values()
    complete = _completed(boxes, list(unique), workers, progress, cache)
    _save(cache, listing)
    return sorted(complete, key=lambda box: (len(box.number), box.number))


def _planned(
    boxes: Boxes, desired: t.Sequence[Desired], options: Options, progress: Progress | None
) -> tuple[Index, Plan]:
    """Read what is declared, and plan."""
    numbers = {number for item in desired for number in (item.number, item.new_number) if number}
    ids = frozenset(item.id for item in desired if item.id)
    table = boxes.table
    asked = _needed(table, desired, options)
    wanted = ListQuery(None if options.limits.prune else frozenset(numbers), ids, asked, tuple(desired))
    listing = boxes.list(wanted)
    # The table may depend on the generation of the server, which the listing shows.
    table = boxes.table
    index = Index.of(listing.boxes)
    settled = renumbered(desired, index, table)
    partial = _partial(table, desired, index, options, settled)
    if partial:
        complete = _completed(boxes, list(partial.values()), options.workers, progress, options.cache)
        _save(options.cache, listing)
        known = {box.id: box for box in complete}
        # A box that disappeared between the listing and its reading no longer exists.
        left = (box for box in index.ids.values() if box.id in known or box.id not in partial)
        index = Index.of(known.get(box.id, box) for box in left)
    return index, plan_in_order(table, desired, index, settled)


def _needed(table: FieldTable, desired: t.Iterable[Desired], options: Options) -> frozenset[str]:
    """Return the options of boxes that their declarations are compared with."""
    return table.always_read if options.full else compared_by_any(table, desired)


def _partial(
    table: FieldTable, desired: t.Sequence[Desired], index: Index, options: Options, settled: t.Collection[int]
) -> dict[str, Box]:
    """Return the declared boxes, by id, whose required options are not all in the listing."""
    partial: dict[str, Box] = {}
    needed = _needed(table, desired, options)
    if all(box.covers(needed) for box in index.ids.values()):
        return partial
    for item in desired:
        try:
            box = match(item, index, table, id(item) in settled)
        except AmbiguousError:
            continue
        if box is not None and box.id and item.present and not box.covers(_needed(table, (item,), options)):
            partial[box.id] = box
    return partial


def _validated(boxes: Boxes, result: Plan, *, skips: bool) -> list[SkippedItem]:
    """Refuse a plan that cannot be carried out.

    :param skips: leave out the declarations that are wrong instead, and return them.
    :raises InvalidInputError: with every problem that is not of a declaration that is left out.
    """
    skipped: list[SkippedItem] = []
    if skips:
        skipped += leave_out(result, result.refused)
        result.refused.clear()
    problems = list(boxes.validate_plan(result.steps)) if isinstance(boxes, PlanValidator) else []
    if skips:
        refused = refused_by((step.desired for step in result.steps if step.desired is not None), problems)
        skipped += leave_out(result, refused)
        answered = {id(problem) for _desired, problem in refused}
        problems = [problem for problem in problems if id(problem) not in answered]
    if result.problems or problems:
        raise InvalidInputError.of([*result.problems, *problems])
    return skipped


def _completed(
    boxes: Boxes, found: list[Box], workers: int, progress: Progress | None, cache: Cache | None
) -> list[Box]:
    partial = [box for box in found if not box.full]
    if not partial:
        return found
    confirmed = _confirmed(boxes, partial, cache) if cache is not None else {}
    unread = [box for box in partial if box.id not in confirmed]
    many: t.Sequence[Box] | None = () if not unread else None
    if unread and isinstance(boxes, BulkReader):
        many = boxes.read_many(unread)
    if many is None:

        def report(count: int) -> None:
            if progress is not None:
                progress(count, len(unread), 0, "read")

        read_singly = in_order(lambda box: boxes.find(None, box.id), unread, workers, report)
        many = [box for box in read_singly if box is not None]
    if cache is not None:
        cache.drop(box.id for box in unread)
        cache.keep(boxes.table, many)
    return [box for box in found if box.full] + list(confirmed.values()) + list(many)


def _confirmed(boxes: Boxes, partial: list[Box], cache: Cache) -> dict[str | None, Box]:
    """Return the cached boxes that the vendor confirms, by id."""
    if not isinstance(boxes, RevisionChecker):
        return {}
    cache.open(boxes.generation)
    known = cache.boxes(boxes.table, partial)
    unchanged = boxes.unchanged(known, cache.proven) if known else None
    if unchanged is None:
        return {}
    cache.proven = bool(unchanged)
    return {box.id: box for box in unchanged}


def _save(cache: Cache | None, listing: Listing) -> None:
    if cache is None:
        return
    if listing.whole:
        cache.drop_others({str(box.id) for box in listing.boxes})
    cache.save()


def _follow(boxes: Boxes, outcomes: t.Iterable[Outcome], cache: Cache | None) -> None:
    """Update the cache after writes, and remove boxes whose state is uncertain."""
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


def _advice(boxes: Boxes, options: t.Collection[str]) -> t.Sequence[str]:
    return boxes.warnings_for(options) if isinstance(boxes, OptionAdvisor) else ()


def _warnings(steps: t.Iterable[Step]) -> list[str]:
    return grouped(caution for step in steps for caution in step.warnings)


def _check_guards(boxes: Boxes, result: Plan, options: Options) -> tuple[list[str], list[str]]:
    """Return the guards that would stop the plan, if they are only reported, and warnings about lost messages.

    :raises UnsafeError: for the first guard that stops the plan, unless guards are only reported.
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
            return str(box.id), boxes.count_messages(box) if isinstance(boxes, MessageCounter) else 0
        except VoicemailError:
            # A login without access to messages may still delete a box whose messages may be lost.
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
            "`expect_checksum` is a checksum of version 1.0, which does not cover the vendor, `url` and account of"
            " the reviewed plan",
            f"Plan and review again. The checksum of this plan is {found}",
        )
    raise UnsafeError(
        f"the plan differs from the reviewed one: its checksum is {found}, expected {expected}",
        "The vendor or the declaration changed since the review, or the review was of another vendor,"
        " `url` or account. Plan and review again",
    )


__all__ = ("Options", "VoicemailError", "apply", "read")
