# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove what spreadsheets add around the text of a cell: apostrophes, quotes and invisible characters."""

from __future__ import annotations

import re

# Without a width, or without a meaning in a number, a PIN, an address or the name of a time zone.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# In names, only those without any meaning: others join letters and emoji, or set the direction of text.
_AROUND_NAMES = "\u00ad\u200b\u2060\ufeff"
_QUOTES = ('""', "''", "\u201c\u201d", "\u201e\u201c", "\u2018\u2019")
# Names may start with an apostrophe, such as 's-Hertogenbosch. Before these characters it prevents a formula.
_PROTECTED = re.compile(r"'[=+@0-9-]")


def clean_cell(text: str, is_name: bool = False) -> str:
    """Return the text of a cell without surrounding spaces, quotes and apostrophe, and without invisible characters.

    :param is_name: whether it is free text, in which apostrophes and most invisible characters have a meaning.
    """
    text = text if is_name else _INVISIBLE.sub("", text)
    while True:
        shorter = _unquoted(_trimmed(text))
        if shorter.startswith("'") and (not is_name or _PROTECTED.match(shorter)):
            shorter = shorter[1:]
        if shorter == text:
            return text
        text = shorter


def _trimmed(text: str) -> str:
    """Return text without surrounding spaces, including non-breaking ones, and invisible characters."""
    while (shorter := text.strip().strip(_AROUND_NAMES)) != text:
        text = shorter
    return text


def _unquoted(text: str) -> str:
    opened_closed = text[:1] + text[-1:]
    inner = text[1:-1]
    is_quoted = len(text) > 1 and opened_closed in _QUOTES and not set(opened_closed) & set(inner)
    return inner if is_quoted else text


__all__ = ("clean_cell",)
