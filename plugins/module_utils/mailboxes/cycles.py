# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find declarations that exchange numbers in a cycle, which can only be declared by id."""

from __future__ import annotations

import typing as t

from ..model.fields import FieldTable
from ..model.mailbox import Desired
from ..model.problem import Problem

T = t.TypeVar("T")


def renumberings(desired: t.Sequence[Desired]) -> list[Desired]:
    """Return the items that renumber a box identified by its current number."""
    return [item for item in desired if item.present and item.id is None and item.number and item.new_number]


def find_cycles(items: t.Iterable[T], following: t.Callable[[T], T | None]) -> list[list[T]]:
    """Return the cycles among items with at most one successor each, in linear time."""
    walked: set[int] = set()
    found = []
    for item in items:
        path: dict[int, T] = {}
        current: T | None = item
        while current is not None and id(current) not in walked:
            walked.add(id(current))
            path[id(current)] = current
            current = following(current)
        if current is not None and id(current) in path:
            found.append(list(path.values())[list(path).index(id(current)) :])
    return found


def cycles(desired: t.Sequence[Desired], table: FieldTable) -> list[tuple[Desired, str]]:
    """Return the items of cycles declared by number, each with the numbers of its cycle as text."""
    key = table.number.key
    moving = renumberings(desired)
    by_number = {key(str(item.number)): item for item in moving}
    texts: dict[int, str] = {}
    for cycle in find_cycles(moving, lambda item: by_number.get(key(str(item.new_number)))):
        for start, item in enumerate(cycle if len(cycle) > 1 else ()):
            turned = [*cycle[start:], *cycle[:start], item]
            texts[id(item)] = " to ".join(str(one.number) for one in turned)
    return [(item, texts[id(item)]) for item in moving if id(item) in texts]


def cycle_problem(key: str, item: Desired, numbers: str) -> Problem:
    """Return the problem of an item in a cycle.

    :param key: name of the number option.
    :param numbers: the numbers of the cycle, as text.
    """
    option = f"new_{key}"
    text = f"exchanges numbers ({numbers}), and the next run would exchange them again"
    return Problem(text, option=option, subject=item.at(option), hint=f"Identify these by `id` instead of `{key}`")
