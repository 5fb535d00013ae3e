# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group the outcomes of many items by reason, instead of thousands of equal lines."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.problem import Subject
from .ranges import compact

#: Most items listed in one line; the others are counted.
MOST_NAMED = 10
#: Bytes of all lines together: a failed task must fit on a screen, whatever the number of its items.
MOST_BYTES = 1400
#: Characters of the list of rows with the same value in one column.
_LONGEST_ROWS = 200
#: Characters of a line with one item, so that one long text does not hide all other reasons.
_LONGEST_LINE = 400
#: Characters of a line with cells of a table, which a person corrects one by one.
_LONGEST_TABLE = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """A reason and its items, in the order of their discovery.

    :param text: the reason without the name of an item.
    """

    text: str
    subjects: tuple[Subject, ...]

    def as_line(self) -> str:
        """Return one line: the reason with its item, or with the number of items and their first names."""
        if len(self.subjects) == 1:
            return self.subjects[0].sentence(self.text)
        places = cells_of(self.subjects) or listed([subject.short for subject in self.subjects])
        return f"{len(self.subjects)} {plural(self.subjects)}: {self.text.rstrip('.')}: {places}"


def group_by_reason(rows: t.Iterable[tuple[Subject, str]]) -> list[Reason]:
    """Return one entry for each distinct reason, in the order of occurrence.

    :param rows: pairs of item and reason. An item counts once per reason.
    """
    found: dict[str, dict[Subject, None]] = {}
    for subject, text in rows:
        found.setdefault(text, {})[subject] = None
    return [Reason(text, tuple(subjects)) for text, subjects in found.items()]


def as_lines(reasons: t.Sequence[Reason], most_bytes: int = MOST_BYTES) -> list[str]:
    """Return one line per reason, as many as fit, and a last line that counts the rest.

    :param most_bytes: bytes of all lines in UTF-8. The first line is always included.
    """
    lines: list[str] = []
    left = most_bytes
    for position, reason in enumerate(reasons):
        line = shortened(reason.as_line(), _LONGEST_TABLE if cells_of(reason.subjects) else _LONGEST_LINE)
        left -= len(line.encode()) + 1
        if left < 0 and lines:
            subjects = {subject for rest in reasons[position:] for subject in rest.subjects}
            more = len(reasons) - position
            return [*lines, f"and {more} further {'problem' if more == 1 else 'problems'} of {_counted(subjects)}"]
        lines.append(line)
    return lines


def cells_of(subjects: t.Iterable[Subject]) -> str:
    """Return the cells of items that all come from tables, or an empty text.

    The rows of each column and value are grouped: ``staff.csv, column Zone: lines 2-9, 14 (value 'Mars')``.
    """
    columns: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for subject in subjects:
        cell = subject.cell
        if cell is None or subject.note:
            return ""
        values = columns.setdefault((cell.table, cell.column, cell.unit), {})
        values.setdefault(cell.value, []).append(str(cell.number))
    texts = []
    for (table, column, unit), values in columns.items():
        rows = [
            compact(list(dict.fromkeys(found)), _LONGEST_ROWS) + (f" {value}" if value else "")
            for value, found in values.items()
        ]
        many = len(rows) > 1 or len(next(iter(values.values()))) > 1
        texts.append(f"{table + ', ' if table else ''}{column}: {unit}{'s' if many else ''} {'; '.join(rows)}")
    return "; ".join(texts)


def plural(subjects: t.Iterable[Subject]) -> str:
    """Return the plural noun for these items."""
    names = {subject.plural for subject in subjects}
    return names.pop() if len(names) == 1 else "items"


def _counted(subjects: t.Collection[Subject]) -> str:
    if len(subjects) > 1:
        return f"{len(subjects)} {plural(subjects)}"
    return str(next(iter(subjects))) or "the task"


def listed(names: t.Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, and the number of the others."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def shortened(text: str, longest: int) -> str:
    """Shorten text to a number of characters, with three dots where it was cut."""
    return text if len(text) <= longest else f"{text[:longest]}..."


__all__ = ("MOST_BYTES", "MOST_NAMED", "Reason", "as_lines", "group_by_reason", "listed", "plural", "shortened")
