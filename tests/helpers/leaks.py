# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check whether a text contains a secret: use it for every search for a PIN, whose digits may also occur by chance."""

from __future__ import annotations

import re

#: Numbers that differ between runs, in which the digits of a PIN may occur by chance.
_BY_CHANCE = re.compile(
    r"""
      \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b         # UUIDs
    | \b0x[0-9a-f]+                                           # memory addresses
    | \b[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T ][0-9:]+(?:[.,][0-9]+)?  # dates with a time
    | \b[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?           # times
    | \b[0-9]+\.[0-9]+                                        # seconds, versions and IP addresses
    | (?:(?<=[0-9\]])|(?<=localhost)|(?<=\.com)):[0-9]{4,5}\b  # ports
    | \b(?:pid|port|process)[ =:'"]*[0-9]+                    # processes and ports by name
    | \b(?:ansible-(?:tmp|local)|pytest|popen)-[-.\w]+        # temporary folders
    """,
    re.VERBOSE | re.IGNORECASE,
)

#: Escaped characters, whose digits would look like a part of a PIN that follows.
_ESCAPED = re.compile(r"%[0-9a-f]{2}|\\+(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[abfnrt])|&#?\w+;", re.IGNORECASE)


def contains_secret(secret: str, text: str) -> bool:
    """Check whether a text contains a secret.

    Digits may also occur in addresses, ports, times and ids by chance. A secret of digits therefore only counts as a
    separate number outside of these.
    """
    if not secret.isdigit():
        return secret in text
    alone = re.compile(rf"(?<![0-9a-f]){secret}(?![0-9a-f])")
    return any(alone.search(_BY_CHANCE.sub(" ", form)) for form in (text, _ESCAPED.sub(" ", text)))
