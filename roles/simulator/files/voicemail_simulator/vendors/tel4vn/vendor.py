# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of TEL4VN (docs/vendors/tel4vn.md, "Addresses and transport")."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .installation import Installation
from .login import Logins
from .mailboxes import Mailboxes
from .messages import Messages
from .replies import Refusal, error_reply
from .seeds import seed

Handler = Callable[[Request], Awaitable[Response]]


class SimulatedTel4vn(Installation):
    """One TEL4VN tenant. Log in with USERNAME and PASSWORD, or with API_KEY."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._api_hosts: set[str] = set()
        self._logins = Logins(self)

    def seed(self, mailboxes: int, messages: int) -> None:
        seed(self, mailboxes, messages)

    def routes(self) -> list[BaseRoute]:
        logins, boxes = self._logins, Mailboxes(self)
        messages = Messages(self, logins.check_token, self._api_hosts)
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/v1/auth", logins.log_in),
            ("POST", "/v1/auth/token", logins.create_token),
            ("POST", "/v3/auth/token", logins.create_token),
            ("GET", "/v1/voicemail", self._guarded(boxes.list)),
            ("POST", "/v1/voicemail", self._guarded(boxes.create)),
            # Before the mailbox itself, because "message" is not an extension.
            ("GET", "/v1/voicemail/message", self._guarded(messages.list)),
            ("GET", "/v1/voicemail/message/{id}", self._guarded(messages.read)),
            ("GET", "/v1/voicemail/message/{id}/download", messages.download),
            ("GET", "/v1/voicemail/{id}", self._guarded(boxes.read)),
            ("PUT", "/v1/voicemail/{id}", self._guarded(boxes.update)),
            ("DELETE", "/v1/voicemail/{id}", self._guarded(boxes.delete)),
        ]
        return [Route(path, self._with_error_replies(handler), methods=[method]) for method, path, handler in table]

    def _with_error_replies(self, handler: Handler) -> Handler:
        async def call(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                is_write = request.method in ("POST", "PUT", "DELETE") and "/auth" not in request.url.path
                return error_reply(self.behaviors, refusal, is_write=is_write)

        return call

    def _guarded(self, handler: Handler) -> Handler:
        async def call(request: Request) -> Response:
            self._logins.check_token(request)
            self._api_hosts.add(request.headers.get("host", ""))
            return await handler(request)

        return call
