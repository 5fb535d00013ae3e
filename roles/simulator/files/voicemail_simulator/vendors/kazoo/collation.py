# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of texts in CouchDB views: punctuation, digits, letters, and finally case.

See docs/vendors/kazoo.md, "Listing and paging".
"""

from __future__ import annotations

import unicodedata

PUNCTUATION = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"

SortKey = tuple[tuple[tuple[int, str], ...], tuple[int, ...]]


def sort_key(text: str) -> SortKey:
    """Return a key that approximates CouchDB's collation, for names of people and numbers."""
    primary, case = [], []
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.combining(character):
            continue
        if character.isalpha():
            primary.append((3, character.casefold()))
        elif character.isdigit():
            primary.append((2, character))
        else:
            index = PUNCTUATION.find(character)
            primary.append((1, chr(index + 1) if index >= 0 else "~" + character))
        case.append(int(character.isupper()))
    return tuple(primary), tuple(case)
