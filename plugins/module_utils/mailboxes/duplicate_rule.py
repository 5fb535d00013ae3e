# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which of several boxes with one number remains after simultaneous creations.

A run may delete only boxes that it created, and cannot know whether another run follows this rule, is an older
version, a person, or has ended. The box with the smallest id remains, so runs that see the same boxes agree without
communication. A run whose box should remain waits for the others to disappear. If nothing changes, nobody
else will act, and the run withdraws its own box.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t


class Verdict(enum.Enum):
    """The action of a run for one number."""

    #: The run's own box is the only one.
    KEEP = enum.auto()
    #: The only box is one of another client; use it instead.
    ADOPT = enum.auto()
    #: Check again later: somebody else may act.
    WAIT = enum.auto()
    #: Delete the run's own box in favor of another one.
    WITHDRAW = enum.auto()
    #: There is none; create it again.
    CREATE = enum.auto()
    #: There are several, none created by this run.
    FAIL = enum.auto()


@dataclasses.dataclass(frozen=True)
class Decision:
    """A verdict and the id of its box: the one that remains or is adopted."""

    verdict: Verdict
    other: str | None = None


def decide(own: str | None, found: t.Collection[str], quiet: int) -> Decision:
    """Decide the action of a run for a number.

    :param own: id of the existing box that this run created, or None.
    :param found: ids of the boxes with the number.
    :param quiet: number of periods without a change. After the first, no run is active that would let another
        box remain; after the second, no run is active that would then withdraw its own.
    """
    others = set(found) - {own}
    if own is not None:
        if not others:
            return Decision(Verdict.KEEP, own)
        smallest = min(others)
        return Decision(Verdict.WITHDRAW if quiet >= 1 or smallest < own else Verdict.WAIT, smallest)
    if len(others) == 1:
        return Decision(Verdict.ADOPT, min(others))
    if quiet < 2:
        return Decision(Verdict.WAIT)
    return Decision(Verdict.FAIL if others else Verdict.CREATE)
