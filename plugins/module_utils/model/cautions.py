# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warn of suspicious but permitted values, with one warning per text for all items."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..reporting.grouping import group_by_reason
from .fields import FieldTable
from .mailbox import Desired
from .problem import Subject
from .text import has_invisible

#: Most warnings per kind of source in a task.
MOST_WARNINGS = 20
_NO_DIGITS = "contains characters other than digits, which no telephone can dial"


class Caution(t.NamedTuple):
    """A warning and its item."""

    subject: Subject
    text: str


def not_digits(value: t.Any) -> str | None:
    """Return a warning if a number or PIN, or one of several, contains characters other than digits."""
    values = value if isinstance(value, list) else [value]
    return _NO_DIGITS if any(one is not None and not re.fullmatch("[0-9]+", one) for one in values) else None


def not_dialable(value: t.Any) -> str | None:
    """Return a warning if a number to call contains characters that no telephone has."""
    is_dialable = value is None or re.fullmatch(r"\+?[0-9*#]+", value)
    return None if is_dialable else "contains characters that no telephone can dial"


def cautions_of(table: FieldTable, desired: Desired) -> list[Caution]:
    """Return warnings about the values of a declaration."""
    numbers = {table.key: desired.number, f"new_{table.key}": desired.new_number} if desired.present else {}
    found = [(option, table.number_caution(number)) for option, number in numbers.items() if number is not None]
    found += [(option, table.by_option[option].caution(value)) for option, value in desired.values.items()]
    return [Caution(desired.at(option), f"`{option}` {text}") for option, text in found if text]


def grouped(cautions: t.Iterable[Caution]) -> list[str]:
    """Return one warning for each text, with its items, instead of thousands of lines."""
    reasons = group_by_reason((_spelled(caution.subject), caution.text) for caution in cautions)
    warnings = [reason.as_line() for reason in reasons[:MOST_WARNINGS]]
    further = len(reasons) - len(warnings)
    return [*warnings, f"{further} further warnings are not shown"] if further else warnings


def _spelled(subject: Subject) -> Subject:
    """Return an item whose name shows invisible characters as codes, since the warning is about them."""
    name = "".join(
        f"<U+{ord(character):04X}>" if has_invisible(character) or not character.isprintable() else character
        for character in subject.name
    )
    return dataclasses.replace(subject, name=name)


__all__ = ("Caution", "cautions_of", "grouped", "not_dialable", "not_digits")
