# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group what happened to many items by its reason: a person reads one line a reason, not thousands of equal lines."""

from __future__ import annotations

import dataclasses
import typing as t

#: Items that one line names; it counts the others.
MOST_NAMED = 10
#: Bytes of all lines together: a failed task has to fit on a screen, whatever the number of its items.
MOST_BYTES = 1400
#: Characters of a line that names one item, so that one long text does not hide every other reason.
_LONGEST_LINE = 400


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """A reason, and the items that share it, in the order in which they were found.

    :param text: what is wrong, without the name of an item.
    :param names: the items, such as ``3000`` or ``3000 (office.yml:7)``. An empty name stands for the task itself.
    """

    text: str
    names: tuple[str, ...]

    def as_line(self, plural: str = "items") -> str:
        """Return one line: the reason with its item, or with the number of items and the names of the first of them.

        :param plural: what several items are called, such as ``mailboxes``.
        """
        named = [name for name in self.names if name]
        if not named:
            return self.text
        if len(named) == 1:
            return f"{named[0]}: {self.text}"
        return f"{len(named)} {plural}: {self.text.rstrip('.')}: {listed(named)}"


def group_by_reason(rows: t.Iterable[tuple[str, str]]) -> list[Reason]:
    """Return one entry for each distinct reason, in the order in which the reasons first occur.

    :param rows: pairs of the name of an item and the reason that holds for it. A name counts once for a reason.
    """
    names: dict[str, dict[str, None]] = {}
    for name, text in rows:
        names.setdefault(text, {})[name] = None
    return [Reason(text, tuple(found)) for text, found in names.items()]


def as_lines(reasons: t.Sequence[Reason], plural: str = "items", most_bytes: int = MOST_BYTES) -> list[str]:
    """Return a line for each reason, as many as fit, and one that counts the reasons and items left out.

    :param most_bytes: of all lines together, in UTF-8; the last line may exceed them.
    """
    lines: list[str] = []
    left = most_bytes
    for position, reason in enumerate(reasons):
        line = shortened(reason.as_line(plural), _LONGEST_LINE)
        left -= len(line.encode()) + 1
        if left < 0 and lines:
            rest = reasons[position:]
            items = sum(len(one.names) for one in rest)
            return [*lines, f"and {len(rest)} more reasons, which concern {items} {plural}"]
        lines.append(line)
    return lines


def listed(names: t.Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, and how many there are beside them."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def shortened(text: str, longest: int) -> str:
    """Return text of at most this many characters, and three dots where something was cut off."""
    return text if len(text) <= longest else f"{text[:longest]}..."


__all__ = ("MOST_BYTES", "MOST_NAMED", "Reason", "as_lines", "group_by_reason", "listed", "shortened")
