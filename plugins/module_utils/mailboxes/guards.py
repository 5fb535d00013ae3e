# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the guards that stop a plan before its first write."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..errors import InvalidInputError, UnsafeError, UnsupportedError
from ..model.fields import FieldTable
from ..model.problem import Problem
from ..reporting.grouping import listed
from ..reporting.ranges import compact
from .plan import Action, Index, Plan, Step

#: Characters of the number ranges in an error: Ansible prints a message up to three times. Check mode with higher
#: limits shows all numbers.
MOST_LETTERS = 200
#: Most boxes that an error lists with their message counts.
MOST_COUNTED = 20


@dataclasses.dataclass(frozen=True)
class Limits:
    """The limits of a task for deletions and updates.

    :param prune: delete boxes that are not declared.
    :param prune_match: regular expression; only boxes whose whole number matches may be pruned.
    :param max_deletions: most deletions of one task; None for no limit.
    :param max_delete_percent: most percent of the existing boxes that prune may delete.
    :param allow_empty: allow an empty declaration to prune.
    :param delete_messages: allow deleting boxes that contain messages.
    :param max_updates: most updates of one task; None for no limit.
    :param max_update_percent: most percent of the declared existing boxes to update; None for no limit.
    """

    prune: bool = False
    prune_match: str | None = None
    max_deletions: int | None = None
    max_delete_percent: int = 30
    allow_empty: bool = False
    delete_messages: bool = False
    max_updates: int | None = None
    max_update_percent: int | None = None


def check_limits(table: FieldTable, limits: Limits, declared: int, present: int) -> None:
    """Refuse limits that contradict the declaration, before anything is read.

    :param declared: number of items.
    :param present: number of items with ``state`` present.

    :raises InvalidInputError: for an invalid expression or number.
    :raises UnsupportedError: for pruning if the vendor cannot delete boxes.
    :raises UnsafeError: for an empty declaration that would delete everything.
    """
    problems = limit_problems(limits)
    if problems:
        raise InvalidInputError.of(problems)
    if limits.prune and not table.can_create:
        raise UnsupportedError(
            f"`prune` is not possible: {table.refused.get('state', 'this vendor cannot delete')}", "Remove `prune`"
        )
    if limits.prune and not present and not limits.allow_empty:
        condition = "has only items with `state` absent" if declared else "is empty"
        raise UnsafeError(
            f"the list {condition} and `prune` is set, which would delete every box", "Set `allow_empty` to allow that"
        )


def limit_problems(limits: Limits) -> list[Problem]:
    """Return the problems of limits that are invalid whatever is declared."""
    counts = {"max_deletions": limits.max_deletions, "max_updates": limits.max_updates}
    percents = {"max_delete_percent": limits.max_delete_percent, "max_update_percent": limits.max_update_percent}
    negative = [name for name, count in counts.items() if count is not None and count < 0]
    return [
        *_expression_problems(limits.prune_match),
        *(Problem("must be at least 0", option=name) for name in negative),
        *(
            Problem("must be between 0 and 100", option=name)
            for name, percent in percents.items()
            if percent is not None and not 0 <= percent <= 100
        ),
    ]


def _expression_problems(expression: str | None) -> list[Problem]:
    if expression is None:
        return []
    if not expression.strip():
        hint = "Remove it to prune every box that is not declared"
        return [Problem("is empty", option="prune_match", hint=hint)]
    try:
        re.compile(expression)
    except re.error as error:
        return [Problem(f"is not a regular expression: {error}", option="prune_match")]
    return []


def add_pruning(plan: Plan, index: Index, limits: Limits) -> None:
    """Add a deletion for every box that is not declared and may be pruned."""
    if not limits.prune:
        return
    kept = {step.current.id for step in plan.steps if step.current is not None}
    for box in sorted(index.ids.values(), key=lambda box: (box.number, box.id or "")):
        if box.id in kept or (limits.prune_match and not re.fullmatch(limits.prune_match, box.number)):
            continue
        plan.steps.append(Step(Action.DELETE, box.number, None, box, after=box.values))


class Bound(t.NamedTuple):
    """An option that a plan exceeds.

    :param most: its value.
    :param needed: the smallest value that allows the plan.
    :param share: the part of the boxes that the plan changes, if the option limits that.
    """

    option: str
    most: int
    needed: int
    share: str = ""


def check_deletions(plan: Plan, limits: Limits) -> None:
    """Stop a plan that deletes more than allowed.

    :raises UnsafeError: listing the boxes and the option to raise.
    """
    deletions = plan.deletions
    pruned = [step for step in deletions if step.desired is None]
    _check_number(plan, "deletions", deletions, "max_deletions", limits.max_deletions)
    percent = 100 * len(pruned) / plan.present if plan.present else 0
    if percent > limits.max_delete_percent:
        share = f"{percent:.0f} percent of the {plan.present} existing ones"
        needed = -(-100 * len(pruned) // plan.present)
        raise _too_many(
            plan, "deletions", pruned, Bound("max_delete_percent", limits.max_delete_percent, needed, share)
        )


def check_updates(plan: Plan, limits: Limits) -> None:
    """Stop a plan that updates more than allowed: one wrong column of a table changes every box.

    The percentage refers to the declared boxes that exist; the number of others is not always known.

    :raises UnsafeError: listing the boxes and the option to raise.
    """
    updates = plan.updates
    _check_number(plan, "updates", updates, "max_updates", limits.max_updates)
    existing = sum(step.desired is not None and step.current is not None for step in plan.steps)
    percent = -(-100 * len(updates) // existing) if existing else 0
    if limits.max_update_percent is not None and percent > limits.max_update_percent:
        share = f"{percent} percent of the {existing} declared ones that exist"
        raise _too_many(
            plan, "updates", updates, Bound("max_update_percent", limits.max_update_percent, percent, share)
        )


def _check_number(plan: Plan, noun: str, steps: list[Step], option: str, most: int | None) -> None:
    if most is not None and len(steps) > most:
        raise _too_many(plan, noun, steps, Bound(option, most, len(steps)))


def may_lose_messages(step: Step, limits: Limits) -> bool:
    """Check whether the messages of a box may be deleted with it."""
    return limits.delete_messages or bool(step.desired and step.desired.delete_messages)


def check_messages(plan: Plan, counts: t.Mapping[str, int], limits: Limits) -> list[str]:
    """Stop a plan that would delete messages without permission. Return a warning about permitted losses.

    :param counts: number of messages by id of the box; missing if it could not be counted.
    :raises UnsafeError: listing the boxes.
    """
    full = [step for step in plan.deletions if step.current and counts.get(str(step.current.id))]
    kept = [step for step in full if not may_lose_messages(step, limits)]
    if kept:
        raise UnsafeError(
            f"{len(kept)} of the boxes to delete contain messages, which would be lost: {_counted(kept, counts)}",
            "Set `delete_messages` to true to delete them",
        )
    total = sum(counts[str(step.current.id)] for step in full if step.current)
    return [f"messages are lost with their boxes, {total} in all: {_counted(full, counts)}"] if full else []


def _counted(steps: t.Sequence[Step], counts: t.Mapping[str, int]) -> str:
    return listed([f"{step.number} ({counts[str(step.current.id)]})" for step in steps if step.current], MOST_COUNTED)


def _too_many(plan: Plan, noun: str, steps: list[Step], bound: Bound) -> UnsafeError:
    numbers = compact([step.number for step in steps], MOST_LETTERS)
    why = f"{bound.share}, more than" if bound.share else "more than"
    return UnsafeError(
        f"{len(steps)} {noun} planned, {why} `{bound.option}`, which is {bound.most}: {plan.table.resource} {numbers}",
        f"Set `{bound.option}` to {bound.needed} to allow that; nothing was written",
    )
