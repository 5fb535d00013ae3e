# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: paging parameters, rows and their reply (docs/vendors/tel4vn.md, "Listing and paging")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...behaviors import Behaviors
from .installation import Installation
from .replies import Refusal


def list_reply(
    installation: Installation,
    request: Request,
    kind: str,
    shown: Callable[[dict[str, Any]], dict[str, Any]],
    extension: str | None = None,
) -> Response:
    """Return the page of boxes or messages (`kind`) that a request asks for, each as `shown` converts it.

    Raises Refusal for wrong paging parameters.
    """
    behaviors = installation.behaviors
    limit, offset = paging(request, behaviors)
    rows, total = installation.state.page(
        kind,
        slice(offset, offset + limit),
        extension=extension,
        order=behaviors.list_order,
        random_numbers=installation.random,
        stale=installation.faults.stale(request),
    )
    return listing(behaviors, [shown(row) for row in rows], limit, offset, total)


def paging(request: Request, behaviors: Behaviors) -> tuple[int, int]:
    """Return the effective limit and offset: the requested ones, the default, and the cap. Raises Refusal."""
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


def listing(behaviors: Behaviors, rows: list[dict[str, Any]], limit: int, offset: int, total: int) -> Response:
    """Return the reply with one page of rows."""
    if behaviors.total == "low":
        total //= 2
    elif behaviors.total == "high":
        total += 7
    data = None if not rows and behaviors.empty_list == "null" else rows
    return JSONResponse({"data": data, "limit": limit, "offset": offset, "total": total})
