# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings on values that are written all the same, each text once for all items that it is about."""

from __future__ import annotations

import re
import typing as t

from .fields import FieldTable
from .mailbox import Desired
from .text import has_invisible

#: Items that one warning names.
MOST_NAMED = 10
#: Warnings of one kind of source in a task.
MOST_WARNINGS = 20
_NO_DIGITS = "has other characters than digits, which no telephone can dial"


class Caution(t.NamedTuple):
    """What a user should know, and the item it is about."""

    label: str
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
    return [Caution(desired.label, f"`{option}` {text}") for option, text in found if text]


def grouped(cautions: t.Iterable[Caution]) -> list[str]:
    """Return one warning for each text, with the items that it is about: thousands of lines are not read."""
    labels: dict[str, dict[str, None]] = {}
    for caution in cautions:
        labels.setdefault(caution.text, {})[_spelled(caution.label)] = None
    warnings = [_warning(text, list(names)) for text, names in labels.items()]
    further = warnings[MOST_WARNINGS:]
    return warnings if not further else [*warnings[:MOST_WARNINGS], f"{len(further)} further warnings are not shown"]


def _warning(text: str, labels: list[str]) -> str:
    if len(labels) == 1:
        return f"{labels[0]}: {text}"
    more = len(labels) - MOST_NAMED
    return f"{len(labels)} items: {text}: {', '.join(labels[:MOST_NAMED])}" + (f" and {more} more" if more > 0 else "")


def _spelled(label: str) -> str:
    """Return a label with characters that nobody sees as their code: they are what a warning is about."""
    return "".join(
        f"<U+{ord(character):04X}>" if has_invisible(character) or not character.isprintable() else character
        for character in label
    )


__all__ = ("Caution", "cautions_of", "grouped", "not_dialable", "not_digits")
