# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error replies in the vendor's format (docs/vendors/portsip.md, "Errors")."""

from __future__ import annotations

from starlette.responses import JSONResponse


class Refusal(Exception):
    """An error reply, raised by a handler."""

    def __init__(
        self,
        status: int | str,
        code: str,
        *messages: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(messages[0] if messages else code)
        self.status = int(status)
        self.code = code
        self.messages = messages
        self.headers = headers

    def response(self) -> JSONResponse:
        """Return the reply, with one error for each message."""
        errors = [{"code": self.code, "message": message} for message in self.messages]
        return JSONResponse({"errors": errors}, self.status, self.headers)
