# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of written fields (docs/vendors/portsip.md, "Fields and limits" and "PINs")."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from starlette.requests import Request

from ...behaviors import Behaviors
from .behaviors import since
from .refusal import Refusal

PLAY_DATETIME = ("DISABLE", "12_HOUR_CLOCK", "24_HOUR_CLOCK")
RECIPIENTS_MAXIMUM = 15
NUMBER = re.compile(r"[0-9]{3,64}")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+")
RUN = 3

# A check returns what is wrong with a value, or None.
Check = Callable[[Any], str | None]


def text(minimum: int, maximum: int) -> Check:
    """Return a check for a text of `minimum` to `maximum` characters."""

    def check(value: Any) -> str | None:
        if isinstance(value, str) and minimum <= len(value) <= maximum:
            return None
        return f"must be a text of {minimum} to {maximum} characters"

    return check


def whole(minimum: int, maximum: int) -> Check:
    """Return a check for a whole number in a range."""

    def check(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum:
            return None
        return f"must be a whole number from {minimum} to {maximum}"

    return check


def boolean(value: Any) -> str | None:
    """Return what is wrong with a boolean, or None."""
    return None if isinstance(value, bool) else "must be a boolean"


def number(value: Any) -> str | None:
    """Return what is wrong with an extension number, or None."""
    return None if isinstance(value, str) and NUMBER.fullmatch(value) else "must be a text of 3 to 64 digits"


def language(value: Any) -> str | None:
    """Return what is wrong with a language tag, or None. A blank value clears the field."""
    if value in (None, "") or (isinstance(value, str) and LANGUAGE.fullmatch(value)):
        return None
    return "must be a language tag such as en-US"


def play_datetime(value: Any) -> str | None:
    """Return what is wrong with a `play_datetime`, or None."""
    return None if value in PLAY_DATETIME else f"must be one of {', '.join(PLAY_DATETIME)}"


def recipients(value: Any) -> str | None:
    """Return what is wrong with comma-separated addresses, or None. A blank value clears the field."""
    if value is None:
        return None
    if not isinstance(value, str):
        return "must be a text"
    addresses = [one.strip() for one in value.split(",") if one.strip()]
    if len(addresses) > RECIPIENTS_MAXIMUM:
        return f"must contain at most {RECIPIENTS_MAXIMUM} addresses"
    wrong = [one for one in addresses if not ADDRESS.fullmatch(one)]
    return f"contains {wrong[0]!r}, which is not an e-mail address" if wrong else None


def pin_problem(value: Any, minimum: int, maximum: int) -> str | None:
    """Return why a value cannot be a PIN of `minimum` to `maximum` digits, or None."""
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        return "must be a text of digits"
    if not minimum <= len(value) <= maximum:
        return f"must have {minimum} to {maximum} digits"
    for start in range(len(value) - RUN + 1):
        steps = {int(value[position + 1]) - int(value[position]) for position in range(start, start + RUN - 1)}
        if steps in ({0}, {1}):
            return "must not contain three equal or consecutive digits"
    return None


def pin(behaviors: Behaviors) -> Check:
    """Return a check for a PIN, with the rules of the simulated version."""
    minimum, maximum = (behaviors.pin_minimum, behaviors.pin_maximum) if since(behaviors, "22.3") else (6, 10)
    return lambda value: pin_problem(value, minimum, maximum)


async def read_body(request: Request, behaviors: Behaviors) -> dict[str, Any]:
    """Return the JSON object of a request body, an empty one for an empty body. Raises Refusal."""
    content = await request.body()
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(behaviors.field_invalid_status, "VALIDATE_FAILED", "the body must be a JSON object")
    return body


def validate(
    body: Mapping[str, Any],
    checks: Mapping[str, Check],
    behaviors: Behaviors,
    *,
    required: Collection[str] = (),
    tolerated: Collection[str] = (),
) -> dict[str, Any]:
    """Return the known fields of a body. `tolerated` ones are dropped. Raises Refusal."""
    problems = [f"{name} is required" for name in required if name not in body]
    values = {}
    for name, value in body.items():
        if name in checks:
            problem = checks[name](value)
            if problem:
                problems.append(f"{name} {problem}")
            values[name] = value
        elif behaviors.unknown_property == "refuse" and name not in tolerated:
            problems.append(f"{name} is unknown")
    if problems:
        raise Refusal(behaviors.field_invalid_status, "VALIDATE_FAILED", *problems)
    return values


def validate_update(
    body: Mapping[str, Any], checks: Mapping[str, Check], behaviors: Behaviors, **options: Any
) -> dict[str, Any]:
    """Return the known fields of an update, in which a behavior may forbid the number. Raises Refusal."""
    if "extension_number" in body and behaviors.extension_number_in_update == "refuse":
        raise Refusal(behaviors.field_invalid_status, "VALIDATE_FAILED", "extension_number cannot be changed")
    return validate(body, checks, behaviors, tolerated=("extension_number",), **options)
