# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and check request bodies."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from ...behaviors import Behaviors
from .replies import Refusal

FIELDS: dict[str, type] = {
    "extension": str,
    "password": str,
    "enabled": bool,
    "local_after_email": bool,
    "mail_to": str,
    "description": str,
}
TYPE_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request body. Raises Refusal."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refusal(400, "the request body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid request", [("(root)", "Invalid type. Expected: object")])
    return body


def checked_box(body: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """Return the known fields of a mailbox body. Unknown ones are ignored. Raises Refusal."""
    problems = [("(root)", f"{name} is required") for name in required if name not in body]
    for name, expected in FIELDS.items():
        if name not in body:
            continue
        value = body[name]
        if not isinstance(value, expected):
            received = TYPE_NAMES.get(type(value), "null")
            problems.append((name, f"Invalid type. Expected: {TYPE_NAMES[expected]}, given: {received}"))
        elif name in required and value == "":
            problems.append((name, "String length must be greater than or equal to 1"))
    if problems:
        raise Refusal(400, "invalid request", problems)
    return {name: body[name] for name in FIELDS if name in body}


def stored_mail_to(behaviors: Behaviors, value: str) -> str:
    """Return addresses as they are stored. Behavior `strip_spaces_mail_to` removes all spaces."""
    return "".join(value.split()) if behaviors.strip_spaces_mail_to else value
