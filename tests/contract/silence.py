# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a text gives a secret away."""

from __future__ import annotations

import re


def shows(secret: str, text: str) -> bool:
    """Tell whether a secret stands in a text by itself, and not as a part of a port, an identifier or a time."""
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(secret)}(?![0-9A-Za-z])", text) is not None
