# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind of numbers with several spellings: use it for rules on numbers that a vendor treats as equal."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Text


class LetterNumber(Text):
    """Numbers whose letters may be upper or lower case: 300a is the same as 300A."""

    def key(self, text: str) -> str:
        """Return the comparison key of a number."""
        return text.lower()
