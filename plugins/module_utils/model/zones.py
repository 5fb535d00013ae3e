# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check names of time zones against the time zone database of this machine."""

from __future__ import annotations

import difflib
import functools
import zoneinfo


@functools.cache
def known_names() -> frozenset[str]:
    """Return every name in the database; none where this machine has no database."""
    return frozenset(zoneinfo.available_timezones())


@functools.lru_cache(maxsize=256)
def zone_caution(name: str | None) -> str | None:
    """Return a warning about the name of a time zone, or None if the database contains it."""
    if name is None or _is_known(name):
        return None
    if not known_names():
        return (
            "could not be checked, because this machine has no time zone database; install the Python package tzdata"
            " or the system's own"
        )
    by_folded = {known.casefold(): known for known in known_names()}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    hint = f"; did you mean {by_folded[near[0]]}?" if near else ", such as Europe/Paris"
    return f"{name} is not in the time zone database{hint}"


def is_zone(name: str) -> bool:
    """Check whether a text names a time zone; any text does where the machine has no database of them."""
    return _is_known(name) or not known_names()


def _is_known(name: str) -> bool:
    try:
        # Much cheaper than the list of all names.
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


__all__ = ("is_zone", "known_names", "zone_caution")
