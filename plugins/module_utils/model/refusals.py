# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that an option does not accept."""

from __future__ import annotations

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
        """Build the error for an entry of a list, which is named where it has others beside it."""
        text = f"entry {name} {error}"
        return cls(text, str(error) if alone else text)


def reason_of(error: ValueError) -> str:
    """Return what is wrong, without the value where the error separates both."""
    return error.reason if isinstance(error, ValueRefusedError) else str(error)


__all__ = ("ValueRefusedError", "reason_of")
