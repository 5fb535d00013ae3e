# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skip invalid declarations on request, and protect the boxes that they refer to."""

from __future__ import annotations

import typing as t

from ..model.fields import FieldTable
from ..model.mailbox import Desired, SkippedItem
from ..model.problem import Problem
from .parse import INVALID, SOURCE, Reader
from .plan import Action, Plan, Step

Refused = t.Sequence[tuple[Desired, Problem]]


def read_valid(
    reader: Reader, items: t.Sequence[t.Any], defaults: t.Mapping[str, t.Any] | None
) -> tuple[list[Desired], list[SkippedItem]]:
    """Return the valid and the skipped declarations. The reader keeps no problems."""
    desired: list[Desired] = []
    skipped: list[SkippedItem] = []
    for position, raw in enumerate(items, 1):
        marked = raw.get(INVALID) if isinstance(raw, dict) else None
        found = None if marked else reader.read_one(position, raw, defaults)
        if found is not None and not reader.problems:
            desired.append(found)
        else:
            skipped.append(_skipped(reader.table, raw, [*map(str, marked or ()), *map(str, reader.problems)]))
        reader.problems.clear()
    twins: dict[int, list[str]] = {}
    for same in _declared_together(reader.table, desired):
        for item in same:
            # Only a person can decide which one is right.
            others = " and ".join(other.subject.place for other in same if other is not item)
            twins.setdefault(id(item), []).append(f"{item.subject}: is declared twice, also {others}")
    skipped += [refused_item(item, twins[id(item)]) for item in desired if id(item) in twins]
    return [item for item in desired if id(item) not in twins], skipped


def _declared_together(table: FieldTable, desired: t.Sequence[Desired]) -> list[list[Desired]]:
    """Return groups of declarations that share a number or an id."""
    groups: dict[str, list[Desired]] = {}
    for item in desired:
        names = {table.number.key(number) for number in (item.number, item.new_number) if number}
        for name in (*names, *([f"id {item.id}"] if item.id else ())):
            groups.setdefault(name, []).append(item)
    return [group for group in groups.values() if len(group) > 1]


def _skipped(table: FieldTable, raw: t.Any, problems: list[str]) -> SkippedItem:
    raw = raw if isinstance(raw, dict) else {}
    options = [option for option in (table.key, table.alias, f"new_{table.key}") if raw.get(option) is not None]
    named = {option: _number(table, raw[option]) for option in options}
    numbers = [number for number in named.values() if number is not None]
    keys = {number for option, number in named.items() if option in (table.key, table.alias)}
    # If the number is uncertain, the intended box may be any other one.
    is_sure = len(numbers) == len(named) and len(keys) < 2
    box_id = raw.get("id")
    return SkippedItem(
        number=numbers[0] if numbers and is_sure else None,
        numbers=frozenset(numbers),
        id=box_id if isinstance(box_id, str) and is_sure else None,
        problems=tuple(problems),
        source=str(raw[SOURCE]) if raw.get(SOURCE) else None,
    )


def _number(table: FieldTable, value: t.Any) -> str | None:
    """Return a number if it is certain, or None: YAML changes numbers without quotes."""
    try:
        return t.cast("str | None", table.number.parse(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def refused_item(desired: Desired, problems: t.Sequence[str], current: str | None = None) -> SkippedItem:
    """Return the skipped item of a parsed declaration.

    :param current: the current number of its box.
    """
    numbers = frozenset(number for number in (desired.number, desired.new_number, current) if number)
    return SkippedItem(desired.number or current, numbers, desired.id, tuple(problems), desired.source)


def leave_out(plan: Plan, refused: Refused) -> list[SkippedItem]:
    """Remove the steps of inapplicable declarations from a plan, and return the skipped items."""
    texts: dict[int, list[str]] = {}
    for desired, problem in refused:
        texts.setdefault(id(desired), []).append(str(problem))
    steps = {id(step.desired): step for step in plan.steps if step.desired is not None}
    plan.steps = [step for step in plan.steps if id(step.desired) not in texts]
    found = {id(desired): desired for desired, _problem in refused}
    return [refused_item(desired, texts[key], _current(steps.get(key))) for key, desired in found.items()]


def refused_by(desired: t.Iterable[Desired], problems: t.Iterable[Problem]) -> Refused:
    """Return the declarations of problems, found by the name of the box."""
    named = {item.subject.noun: item for item in desired}
    return [(named[one.subject.noun], one) for one in problems if one.subject.noun in named]


def _current(step: Step | None) -> str | None:
    return step.current.number if step is not None and step.current is not None else None


def keep_skipped(plan: Plan, skipped: t.Sequence[SkippedItem]) -> list[str]:
    """Remove deletions from a plan that would prune the box of a skipped item.

    :returns: a warning if these boxes are uncertain, so that nothing is pruned.
    """
    key = plan.table.number.key
    numbers = {key(number) for item in skipped for number in item.numbers}
    ids = {item.id for item in skipped if item.id}
    unsure = [item for item in skipped if not item.is_known]
    pruned = [step for step in plan.steps if step.action is Action.DELETE and step.desired is None]
    if not unsure:

        def is_meant(step: Step) -> bool:
            return key(step.number) in numbers or (step.current is not None and step.current.id in ids)

        pruned = [step for step in pruned if is_meant(step)]
    plan.steps = [step for step in plan.steps if step not in pruned]
    if not unsure or not pruned:
        return []
    places = ", ".join(item.source or "an item" for item in unsure[:5])
    why = f"the {plan.table.resource} of {places} is uncertain"
    return [f"`prune`: nothing was pruned, because {why}. Correct its number"]


__all__ = ("keep_skipped", "leave_out", "read_valid", "refused_by", "refused_item")
