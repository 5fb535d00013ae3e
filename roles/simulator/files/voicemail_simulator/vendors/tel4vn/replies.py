# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies: single objects in their envelopes, and errors in every shape that TEL4VN uses somewhere."""

from __future__ import annotations

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from ...behaviors import Behaviors

SUCCESS = "successfully"
ERROR_CODES = {
    400: "INVALID_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
}
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Refusal(Exception):
    """An error reply, raised by a handler.

    `problems` are (field, text) pairs of a refused request body. `status` is the HTTP status.
    """

    def __init__(self, status: int, text: str, problems: list[tuple[str, str]] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.problems = problems or []


def error_reply(behaviors: Behaviors, refusal: Refusal, *, is_write: bool) -> Response:
    """Return an error in the shape that behavior `error_shape` selects (docs/vendors/tel4vn.md, "Errors")."""
    shape = behaviors.error_shape
    if shape == "html_502":
        return HTMLResponse(GATEWAY_PAGE, 502)
    status = refusal.status
    if is_write and behaviors.error_status == "200" and status in (400, 409):
        status = 200
    return JSONResponse(error_body(shape, refusal), status)


def error_body(shape: str, refusal: Refusal) -> dict[str, Any]:
    """Return the JSON body of an error in one of the shapes."""
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


def single(behaviors: Behaviors, content: Any) -> Response:
    """Return the reply to a GET of one object."""
    return JSONResponse({"data": content} if behaviors.get_envelope == "data" else content)


def missing_reply(behaviors: Behaviors) -> Response:
    """Return the reply to a GET of an unknown mailbox or message. Raises Refusal."""
    if behaviors.get_missing == "null":
        return single(behaviors, None)
    if behaviors.get_missing == "400":
        raise Refusal(400, "record not found")
    raise Refusal(404, "Not Found")
