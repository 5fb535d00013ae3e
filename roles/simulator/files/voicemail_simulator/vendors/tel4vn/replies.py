# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of the TEL4VN vendor: objects in their envelopes, and errors in every shape the vendor uses somewhere."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from ...behaviors import Behaviors

SUCCESS = "successfully"
MASK = "********"
ERROR_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
}
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Refusal(Exception):
    """A request that is answered with an error.

    `problems` are (field, text) pairs of a request body that was refused; `status` is the HTTP status.
    """

    def __init__(self, status: int, text: str, problems: list[tuple[str, str]] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.problems = problems or []


def error_reply(behaviors: Behaviors, refusal: Refusal, *, is_write: bool) -> Response:
    """Put an error into the shape of the behavior `error_shape` (contract: TEL4VN 3)."""
    shape = behaviors.error_shape
    if shape == "html_502":
        return HTMLResponse(GATEWAY_PAGE, 502)
    status = refusal.status
    if is_write and behaviors.error_status == "200" and status in (400, 409):
        status = 200
    return JSONResponse(error_body(shape, refusal), status)


def error_body(shape: str, refusal: Refusal) -> dict[str, Any]:
    """The JSON body of an error in one of the shapes."""
    listed = [{field: text} for field, text in refusal.problems] or [{"(root)": refusal.text}]
    text = "; ".join(text for _field, text in refusal.problems) or refusal.text
    code = ERROR_CODES.get(refusal.status, "ERROR")
    if shape == "text_or_list":
        shape = "list" if refusal.problems else "text"
    bodies: dict[str, dict[str, Any]] = {
        "text": {"error": text},
        "list": {"error": listed},
        "code": {"code": refusal.status, "content": text, "error": text},
        "code_list": {"code": refusal.status, "content": listed, "error": text},
        "status": {"status": "fail", "error": code},
        "status_message": {"status": "fail", "message": text, "error": code},
        "message": {"message": text},
        "empty_object": {"error": {}},
    }
    return bodies[shape]


def shown_boolean(behaviors: Behaviors, value: bool | None, default: bool) -> Any:
    """A boolean as the behavior `bool_style` shows it; None stands for one that was never set."""
    if value is None and behaviors.bool_style == "null_for_unset":
        return None
    value = default if value is None else value
    return str(value).lower() if behaviors.bool_style == "text" else value


def shown_box(behaviors: Behaviors, box: dict[str, Any]) -> dict[str, Any]:
    """A box as replies show it (contract: TEL4VN 4)."""
    return {
        "id": box["id"],
        "extension": box["extension"],
        "password": box["password"] if behaviors.password_visible == "clear" else MASK,
        "mail_to": box["mail_to"],
        "local_after_email": shown_boolean(behaviors, box["local_after_email"], True),
        "enabled": shown_boolean(behaviors, box["enabled"], True),
        "description": box["description"],
    }


def single(behaviors: Behaviors, content: Any) -> Response:
    """Reply of a GET of one object."""
    return JSONResponse({"data": content} if behaviors.get_envelope == "data" else content)


def listing(behaviors: Behaviors, rows: list[dict[str, Any]], limit: int, offset: int, total: int) -> Response:
    """Reply of a listing (contract: TEL4VN 5.1)."""
    if behaviors.total == "low":
        total //= 2
    elif behaviors.total == "high":
        total += 7
    data = None if not rows and behaviors.empty_list == "null" else rows
    return JSONResponse({"data": data, "limit": limit, "offset": offset, "total": total})
