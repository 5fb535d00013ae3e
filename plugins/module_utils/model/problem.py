# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems and their subjects as values, which are formatted only for display."""

from __future__ import annotations

import dataclasses
import typing as t

from .text import plural_of


class Cell(t.NamedTuple):
    """A cell of a table that people see in their program.

    :param table: name of the file and, in a spreadsheet, of the sheet.
    :param unit: what the program counts: ``row`` or ``line``.
    :param number: its row or line.
    :param column: such as ``column Zone``.
    :param value: what the cell shows, in quotes; empty where that may be a secret.
    """

    table: str
    unit: str
    number: int
    column: str
    value: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a problem, a warning or an error.

    :param kind: such as ``mailbox``; empty for the task itself and for a file.
    :param name: its number, or ``id`` and the id; empty if it has neither.
    :param source: file and line of its declaration, such as ``office.yml:12``.
    :param position: its position in the task's list, from 1; None for single items and items from files.
    :param note: what distinguishes it from others with the same problem, such as ``first in office.yml:3``.
    :param cell: the cell that declares it, where that is one of a table.
    """

    kind: str = ""
    name: str = ""
    source: str = ""
    position: int | None = None
    note: str = ""
    cell: Cell | None = None

    def __str__(self) -> str:
        if self.source:
            return f"{self.source}: {self.noun}" if self.noun else self.source
        if self.position is None:
            return self.noun
        return f"item {self.position}" + (f" ({self.noun})" if self.name else "")

    @property
    def noun(self) -> str:
        """Kind and name, such as ``mailbox 3000``."""
        return f"{self.kind} {self.name}".strip()

    @property
    def plural(self) -> str:
        """The plural of its kind."""
        return plural_of(self.kind) if self.kind else "items"

    def at_line(self, line: int | None) -> Subject:
        """Return the same item with the line of one of its keys, or unchanged without a line or a file."""
        file, _colon, number = self.source.rpartition(":")
        return dataclasses.replace(self, source=f"{file}:{line}") if line and file and number.isdigit() else self

    @property
    def place(self) -> str:
        """The place of its declaration: file and line, or its position in the list."""
        return f"in {self.source}" if self.source else f"by item {self.position}"

    @property
    def short(self) -> str:
        """Its name and place, for long lists."""
        place = self.source or (f"item {self.position}" if self.position is not None else "")
        about = ", ".join(filter(None, (place, self.note)))
        return f"{self.name} ({about})" if self.name and about else self.name or about

    def sentence(self, text: str) -> str:
        """Return a sentence about it, such as ``office.yml:12: mailbox 3000: `pin` must not be empty``."""
        sentence = f"{text}, {self.note}" if self.note else text
        return f"{self}: {sentence}" if str(self) else sentence


#: The task itself.
TASK = Subject()


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One problem with a declaration.

    :param text: the problem. With an option, it continues its name: "must be at least 0". It never quotes a secret.
    :param option: the affected option, dotted inside a dictionary; empty if there is not exactly one.
    :param subject: the affected item.
    :param hint: one sentence on what to do.
    """

    text: str
    option: str = dataclasses.field(default="", kw_only=True)
    subject: Subject = dataclasses.field(default=TASK, kw_only=True)
    hint: str = dataclasses.field(default="", kw_only=True)

    @property
    def reason(self) -> str:
        """The problem without the item: equal mistakes have equal reasons."""
        text = f"`{self.option}` {self.text}" if self.option else self.text
        return f"{text.rstrip('.')}. {self.hint.rstrip('.')}" if self.hint else text

    def __str__(self) -> str:
        return self.subject.sentence(self.reason)

    def about(self, subject: Subject) -> Problem:
        """Return the same problem for another item."""
        return dataclasses.replace(self, subject=subject)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the problem for a module's result."""
        return {
            "subject": self.subject.noun or None,
            "option": self.option or None,
            "text": self.text,
            "hint": self.hint or None,
            "source": self.subject.source or None,
            "position": self.subject.position,
        }


__all__ = ("TASK", "Cell", "Problem", "Subject")
