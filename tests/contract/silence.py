# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a text gives a secret away."""

from __future__ import annotations

import re


def shows(secret: str, text: str) -> bool:
    """Tell whether a secret stands in a text; digits alone also occur within ports, identifiers and times."""
    if not secret.isdigit():
        return secret in text
    return re.search(rf"(?<![0-9a-f])(?<![0-9]\.){secret}(?![0-9a-f])", text) is not None
