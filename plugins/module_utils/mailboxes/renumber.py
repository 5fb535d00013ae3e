# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Match declarations that renumber boxes, and order them so that each number is free when needed.

A chain declared by number, such as 3000 to 3001 and 3001 to 3002, counts as done once its first number is gone.
A cycle, such as a swap, can only be declared by id: after it, the same numbers exist, so the next run would swap them
back.
"""

from __future__ import annotations

import typing as t

from ..model.fields import FieldTable
from ..model.mailbox import Desired
from ..model.problem import Problem
from .cycles import find_cycles, renumberings
from .plan import Index, Plan, Step, plan


def plan_in_order(
    table: FieldTable, desired: t.Sequence[Desired], index: Index, settled: frozenset[int] | None = None
) -> Plan:
    """Plan declarations that may reuse each other's numbers; see :func:`.plan.plan`.

    :param settled: what :func:`renumbered` returned for the listing that these boxes are of.
    """
    result = plan(table, desired, index, renumbered(desired, index, table) if settled is None else settled)
    for step, problem in order(result.steps, index, table):
        if step.desired is not None:
            result.refused.append((step.desired, Problem(problem, subject=step.desired.subject)))
    return result


def renumbered(desired: t.Sequence[Desired], index: Index, table: FieldTable) -> frozenset[int]:
    """Return the identities (`id`) of items whose box already has its new number, although their old number exists.

    The old number then belongs to the box of another renumbered item.
    """
    moving = renumberings(desired)
    previous = {table.number.key(str(item.new_number)): item for item in moving}
    waiting: dict[int, bool] = {}

    def is_waiting(item: Desired) -> bool:
        """Check whether a box still has the old number, following the chain to its first item."""
        chain: dict[int, Desired] = {}
        current: Desired | None = item
        # An item visited twice is part of a cycle, which is refused: see `cycles`.
        while current is not None and id(current) not in waiting and id(current) not in chain:
            chain[id(current)] = current
            current = previous.get(table.number.key(str(current.number)))
        before = True if current is None else waiting.get(id(current), True)
        for one in reversed(chain.values()):
            before = waiting[id(one)] = before and bool(index.same(str(one.number), table))
        return waiting[id(item)]

    return frozenset(id(item) for item in moving if not is_waiting(item))


def order(steps: t.Sequence[Step], index: Index, table: FieldTable) -> list[tuple[Step, str]]:
    """Set `waits_for` and `detour` of renumbering steps, and return the steps that cannot get their number.

    :returns: pairs of step and problem.
    """
    steps_by_box = {step.current.id: step for step in steps if step.current is not None}
    problems = []
    for step in steps:
        if step.new_number is None or step.current is None:
            continue
        holders = [box for box in index.same(step.number, table) if box.id != step.current.id]
        if not holders:
            continue
        blocking = steps_by_box.get(holders[0].id)
        if blocking is None or blocking.new_number is None or table.same_number(blocking.number, step.number):
            by_id = step.desired is not None and step.desired.id is not None
            now = f"is {table.resource} {step.current.number} now, and " if by_id else ""
            problem = (
                f"{now}cannot get the number {step.number}: {table.resource} {step.number} exists"
                f" (id {holders[0].id}); delete or renumber that one first"
            )
            problems.append((step, problem))
            continue
        step.waits_for = blocking
    positions = {id(step): position for position, step in enumerate(steps)}
    for cycle in find_cycles(steps, lambda step: step.waits_for):
        # One step uses a free number temporarily, so that the others can be ordered.
        min(cycle, key=lambda step: positions[id(step)]).detour = True
    return problems


def units(stage: t.Sequence[Step]) -> list[list[Step]]:
    """Group the steps of a stage. A group runs in order; different groups run concurrently.

    The first step of a cycle has `detour` set and is at the end of its group.
    """
    followers = {id(step.waits_for): step for step in stage if step.waits_for is not None}
    present = {id(step) for step in stage}
    groups = []
    for step in stage:
        starts = step.waits_for is None or id(step.waits_for) not in present
        if not (starts or step.detour):
            continue
        group = [] if step.detour else [step]
        following = followers.get(id(step))
        while following is not None and following is not step:
            group.append(following)
            following = followers.get(id(following))
        groups.append([*group, step] if step.detour else group)
    return groups


def free_number(step: Step, table: FieldTable, taken: t.Callable[[str], bool]) -> str | None:
    """Return an unused number, for temporary use while a cycle is resolved.

    :param taken: checks whether a box has a number.
    """
    base = step.current.number if step.current is not None else step.number
    for ending in (*"9876543210", *(f"{number:02}" for number in range(99, 79, -1))):
        for text in (base + ending, base[: -len(ending)] + ending):
            try:
                number = table.number.parse(text)
            except ValueError:
                continue
            if isinstance(number, str) and not taken(number):
                return number
    return None
