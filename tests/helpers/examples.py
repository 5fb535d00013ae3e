# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of examples that follow the profile: use it for a property that needs more or fewer than the usual 100."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
FEWEST = 4


def examples(count: int) -> settings:
    """Return settings for `count` examples, reduced by a profile as it reduces the usual number."""
    share = min(1.0, settings().max_examples / USUAL)
    return settings(max_examples=max(min(count, FEWEST), round(count * share)))
