# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading requests: bodies by the vendor's field table, and paging parameters."""

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
    """The JSON object of a request. Raises Refusal."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refusal(400, "the request body is not JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid request", [("(root)", "Invalid type. Expected: object")])
    return body


def checked_box(body: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    """The known fields of a box body; unknown ones are ignored. Raises Refusal."""
    problems = [("(root)", f"{name} is required") for name in required if name not in body]
    for name, expected in FIELDS.items():
        if name not in body:
            continue
        value = body[name]
        if not isinstance(value, expected):
            given = TYPE_NAMES.get(type(value), "null")
            problems.append((name, f"Invalid type. Expected: {TYPE_NAMES[expected]}, given: {given}"))
        elif name in required and value == "":
            problems.append((name, "String length must be greater than or equal to 1"))
    if problems:
        raise Refusal(400, "invalid request", problems)
    return {name: body[name] for name in FIELDS if name in body}


def paging(request: Request, behaviors: Behaviors) -> tuple[int, int]:
    """Limit and offset in force: the given ones, the default, and the silent cap. Raises Refusal."""
    numbers: dict[str, int] = {}
    for name in ("limit", "offset"):
        text = request.query_params.get(name, "0")
        if not text.isdecimal():
            raise Refusal(400, f"{name} is not a number")
        numbers[name] = int(text)
    limit = numbers["limit"] or behaviors.default_limit
    if behaviors.max_limit:
        limit = min(limit, behaviors.max_limit)
    return limit, numbers["offset"]


def stored_mail_to(behaviors: Behaviors, value: str) -> str:
    """Addresses as they are stored; the PBX below removes all spaces."""
    return "".join(value.split()) if behaviors.strip_spaces_mail_to else value
