# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find declarations that exchange numbers in a cycle, which can only be declared by id."""

from __future__ import annotations

import typing as t

from ..model.fields import FieldTable
from ..model.mailbox import Desired
from ..model.problem import Problem


def cycles(desired: t.Sequence[Desired], table: FieldTable) -> list[tuple[Desired, str]]:
    """Return the items that are part of a cycle declared by number, each with the numbers of its cycle as text."""
    key = table.number.key
    moving = [item for item in desired if item.present and item.id is None and item.number and item.new_number]
    by_number = {key(str(item.number)): item for item in moving}
    found = []
    for item in moving:
        chain = [item]
        following = by_number.get(key(str(item.new_number)))
        while following is not None and following not in chain:
            chain.append(following)
            following = by_number.get(key(str(following.new_number)))
        if following is item and len(chain) > 1:
            found.append((item, " to ".join(str(one.number) for one in [*chain, item])))
    return found


def cycle_problem(key: str, item: Desired, numbers: str) -> Problem:
    """Return the problem of an item in a cycle.

    :param key: the option that holds the number.
    :param numbers: the numbers of the cycle, as text.
    """
    option = f"new_{key}"
    text = f"exchanges numbers ({numbers}), and the next run would exchange them again"
    return Problem(text, option=option, subject=item.at(option), hint=f"Identify these by `id` instead of `{key}`")
