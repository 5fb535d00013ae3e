# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which of several boxes with one number remains, where two runs created it at the same time.

A run may delete only what it created itself, and no run knows whether another one follows this rule, is an older
version, a person, or has ended. The box with the smallest id remains, so runs that see the same boxes agree without
talking to each other. A run whose box should remain waits for the others to go; when nothing happens any more, nobody
else is going to act, and it withdraws its own.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t


class Verdict(enum.Enum):
    """What a run does about one number."""

    #: Its own box is the only one.
    KEEP = enum.auto()
    #: The only box is another one, which is used instead.
    ADOPT = enum.auto()
    #: Look again: somebody else may act.
    WAIT = enum.auto()
    #: Delete its own box in favour of another.
    WITHDRAW = enum.auto()
    #: There is none, so create it again.
    CREATE = enum.auto()
    #: There are several that this run did not create.
    FAIL = enum.auto()


@dataclasses.dataclass(frozen=True)
class Decision:
    """A verdict, and the id of the box that it is about: the one that remains or is adopted."""

    verdict: Verdict
    other: str | None = None


def decide(own: str | None, found: t.Collection[str], quiet: int) -> Decision:
    """Decide what a run does about a number.

    :param own: id of the box that the run created and still has; None where it has none.
    :param found: ids of the boxes that have the number.
    :param quiet: how many periods have passed without any change. After the first, no run is at work that lets another
        box remain; after the second, neither is one that then withdraws its own.
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
