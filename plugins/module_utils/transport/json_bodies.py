# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read standard JSON: no NaN, no number that overflows, no unlimited depth."""

from __future__ import annotations

import math
import re
import typing as t

from ..deps import pydantic, pydantic_core

#: Numbers inside a list or object that may be too large for a float; most bodies have none and need no further check.
_HUGE = re.compile(rb"[ \t\n\r:,\[]-?[0-9](?:[0-9]{300}|[0-9.]{0,400}[eE]\+?[0-9]{3})")
#: The largest integer that a float can represent.
_MOST_BITS = 1023


def read_json(content: bytes) -> t.Any:
    """Return the value of a JSON text.

    :raises ValueError: for anything outside the standard, and for numbers that overflow.
    """
    value = pydantic_core.from_json(content, allow_inf_nan=False)
    if (not isinstance(value, (list, dict)) or _HUGE.search(content)) and _overflows(value):
        raise ValueError("a number is too large")
    return value


def describe_bad_body(content: bytes, error: ValueError) -> str:
    """Describe an unreadable body without its values."""
    start = content[:200].lstrip()
    if start.startswith(b"<"):
        return "an HTML or XML page instead of JSON"
    if not start:
        return "an empty body"
    if not isinstance(error, pydantic.ValidationError):
        return f"something unexpected ({error})"
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    return f"something unexpected (at {place}: {first['msg']})"


def _overflows(value: t.Any) -> bool:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, float):
            if not math.isfinite(inner):
                return True
        elif isinstance(inner, int):
            if inner.bit_length() > _MOST_BITS:
                return True
        elif isinstance(inner, dict):
            waiting.extend(inner.values())
        elif isinstance(inner, list):
            waiting.extend(inner)
    return False
