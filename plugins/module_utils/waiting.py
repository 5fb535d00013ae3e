# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look again at what was written: a vendor's cache may still return the state of a moment ago."""

from __future__ import annotations

import time
import typing as t

#: Seconds before each further look.
STALE_WAITS = (0.2, 0.5, 1.0)


def looks(patient: bool = True) -> t.Iterator[int]:
    """Yield 0 immediately, and 1, 2 and so on after growing waits.

    :param patient: without it, there is only the first look.
    """
    yield 0
    for number, wait in enumerate(STALE_WAITS if patient else (), 1):
        time.sleep(wait)
        yield number


__all__ = ("STALE_WAITS", "looks")
