# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings on values that are written all the same, each text once for all items that it is about."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..reporting.grouping import group_by_reason
from .fields import FieldTable
from .mailbox import Desired
from .problem import Subject
from .text import has_invisible

#: Warnings of one kind of source in a task.
MOST_WARNINGS = 20
_NO_DIGITS = "has other characters than digits, which no telephone can dial"


class Caution(t.NamedTuple):
    """What a user should know, and the item it is about."""

    subject: Subject
    text: str


def not_digits(value: t.Any) -> str | None:
    """Return a warning on a number or PIN, or on one of several, that has other characters than digits."""
    values = value if isinstance(value, list) else [value]
    return _NO_DIGITS if any(one is not None and not re.fullmatch("[0-9]+", one) for one in values) else None


def not_dialable(value: t.Any) -> str | None:
    """Return a warning on a number to call that has characters that are on no telephone."""
    is_dialable = value is None or re.fullmatch(r"\+?[0-9*#]+", value)
    return None if is_dialable else "has characters that no telephone can dial"


def cautions_of(table: FieldTable, desired: Desired) -> list[Caution]:
    """Return what a user should know of the values of a declaration."""
    numbers = {table.key: desired.number, f"new_{table.key}": desired.new_number} if desired.present else {}
    found = [(option, table.number_caution(number)) for option, number in numbers.items() if number is not None]
    found += [(option, table.by_option[option].caution(value)) for option, value in desired.values.items()]
    return [Caution(desired.at(option), f"`{option}` {text}") for option, text in found if text]


def grouped(cautions: t.Iterable[Caution]) -> list[str]:
    """Return one warning for each text, with the items that it is about: thousands of lines are not read."""
    reasons = group_by_reason((_spelled(caution.subject), caution.text) for caution in cautions)
    warnings = [reason.as_line() for reason in reasons[:MOST_WARNINGS]]
    further = len(reasons) - len(warnings)
    return [*warnings, f"{further} further warnings are not shown"] if further else warnings


def _spelled(subject: Subject) -> Subject:
    """Return an item with characters of its name that nobody sees as their code: they are what a warning is about."""
    name = "".join(
        f"<U+{ord(character):04X}>" if has_invisible(character) or not character.isprintable() else character
        for character in subject.name
    )
    return dataclasses.replace(subject, name=name)


__all__ = ("Caution", "cautions_of", "grouped", "not_dialable", "not_digits")
