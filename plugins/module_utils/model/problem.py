# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong, with what, and where it was declared, as a value. Text is made of it where it is shown."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """What a problem, a warning or an error is about.

    :param name: such as ``mailbox 3000``; empty for the task itself, or for a place that names nothing.
    :param source: file and line where it is declared, such as ``office.yml:12``.
    :param position: its place in the task's list, from 1, where the list has several items and is in no file.
    """

    name: str = ""
    source: str = ""
    position: int | None = None

    def __str__(self) -> str:
        if self.source:
            return f"{self.source}: {self.name}" if self.name else self.source
        if self.position is None:
            return self.name
        return f"item {self.position}" + (f" ({self.name})" if self.name else "")

    @property
    def place(self) -> str:
        """Where it is declared, in words: file and line, or its position."""
        return self.source or (f"item {self.position}" if self.position is not None else self.name)


#: The task itself, whose options stand beside each other.
TASK = Subject()


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what a user declared.

    :param text: what is wrong. Of an option, it continues its name: "must be at least 0". It never quotes a secret.
    :param option: the option that is wrong, dotted inside a dictionary; empty where it is not one option.
    :param subject: the item that is wrong.
    :param hint: what to do about it.
    """

    text: str
    _: dataclasses.KW_ONLY
    option: str = ""
    subject: Subject = TASK
    hint: str = ""

    @property
    def reason(self) -> str:
        """What is wrong, without the item: equal mistakes have equal reasons."""
        text = f"`{self.option}` {self.text}" if self.option else self.text
        return f"{text.rstrip('.')}. {self.hint.rstrip('.')}" if self.hint else text

    def __str__(self) -> str:
        subject = str(self.subject)
        return f"{subject}: {self.reason}" if subject else self.reason

    def about(self, subject: Subject) -> Problem:
        """Return the same problem of another item."""
        return dataclasses.replace(self, subject=subject)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the problem for a module's result."""
        return {
            "subject": self.subject.name,
            "option": self.option,
            "text": self.text,
            "hint": self.hint,
            "source": self.subject.source or None,
            "position": self.subject.position,
        }


__all__ = ("TASK", "Problem", "Subject")
