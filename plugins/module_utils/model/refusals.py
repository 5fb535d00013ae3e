# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that an option does not accept."""

from __future__ import annotations

import datetime
import typing as t


class ValueRefusedError(ValueError):
    """A value that an option does not accept.

    :param text: what is wrong, with the value.
    :param reason: what is wrong without it, which is the same for equal mistakes.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text)
        self.reason = reason

    @classmethod
    def of(cls, reason: str, value: str) -> ValueRefusedError:
        """Build the error from the reason and the value as it may be shown."""
        return cls(f"{reason}, not {value}", reason)

    @classmethod
    def entry(cls, name: t.Any, error: ValueError, alone: bool) -> ValueRefusedError:
        """Build the error for an entry of a list, which is named if the list has several."""
        text = f"entry {name} {error}"
        return cls(text, str(error) if alone else text)


def reason_of(error: ValueError) -> str:
    """Return what is wrong, without the value where the error separates both."""
    return error.reason if isinstance(error, ValueRefusedError) else str(error)


def describe_value(value: t.Any) -> str:
    """Describe a refused value by its type, or quote it if it is a short word, which is easy to find in the file."""
    if isinstance(value, str):
        return repr(str(value)) if is_harmless(value) else "text"
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, datetime.date):
        return f"the date {value}"
    if isinstance(value, (int, float)):
        return "a number"
    return "a dictionary" if isinstance(value, dict) else "a list"


def is_harmless(text: str) -> bool:
    """Check that a text cannot be a misplaced PIN or key."""
    return len(text) <= 60 and not any(character.isdigit() for character in text)


def length_range(shortest: int, longest: int | None) -> str:
    """Describe the allowed lengths, such as `4 to 6`."""
    if longest is None:
        return f"at least {shortest}"
    return f"at most {longest}" if shortest == 0 else f"{shortest} to {longest}"


__all__ = ("ValueRefusedError", "describe_value", "is_harmless", "length_range", "reason_of")
