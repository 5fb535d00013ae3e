# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins and tokens (docs/vendors/tel4vn.md, "Logging in")."""

from __future__ import annotations

import hmac
import math
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .installation import Installation
from .replies import Refusal
from .requests import read_json

USER_ID = "8d4e2b6a-1c3f-4a57-b0e9-7f6a5d4c3b21"
DOMAIN_ID = "c7b1f0d2-64a8-4d39-8e15-2a9b3c4d5e6f"
CLIENT_ID = "e2a6d8c4-0b5f-4f71-93c7-1d2e3f4a5b6c"


class Logins:
    """Handlers of the login, and the check of tokens."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def log_in(self, request: Request) -> Response:
        """Handle `POST /v1/auth`: return the account's own data, with the api_key but without a token."""
        return JSONResponse({"data": self._check_login(await read_json(request))})

    async def create_token(self, request: Request) -> Response:
        """Handle `POST /v1/auth/token` and `POST /v3/auth/token`."""
        self._check_api_key(await read_json(request))
        installation = self._installation
        now = installation.clock.now()
        token = f"{installation.random.getrandbits(256):064x}"
        expires = now + installation.behaviors.token_ttl
        installation.state.tokens[token] = {"expires": expires}
        form = installation.behaviors.token_reply
        if form == "by_version":
            form = request.url.path[1:3]
        return JSONResponse(token_reply(form, token, now, expires))

    def check_token(self, request: Request) -> None:
        """Raise Refusal unless the request has a known token that has not expired."""
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        known = self._installation.state.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if known is None:
            raise Refusal(401, "token is invalid")
        if known["expires"] <= self._installation.clock.now():
            raise Refusal(401, "token is expired")

    def _check_login(self, body: dict[str, Any]) -> dict[str, Any]:
        missing = [(name, f"{name} is required") for name in ("username", "password") if name not in body]
        if missing:
            raise Refusal(400, "invalid request", missing)
        if not (
            equal(body["username"], self._installation.USERNAME)
            and equal(body["password"], self._installation.PASSWORD)
        ):
            raise Refusal(401, "username or password is wrong")
        return {
            "user_uuid": USER_ID,
            "domain_uuid": DOMAIN_ID,
            "username": self._installation.USERNAME,
            "api_key": self._installation.API_KEY,
            "user_enabled": "true",
            "level": "admin",
        }

    def _check_api_key(self, body: dict[str, Any]) -> None:
        if "api_key" not in body:
            raise Refusal(400, "invalid request", [("(root)", "api_key is required")])
        if not equal(body["api_key"], self._installation.API_KEY):
            raise Refusal(401, "API key is wrong")


def equal(received: Any, expected: str) -> bool:
    """Compare a credential in constant time. Values other than strings never match."""
    return isinstance(received, str) and hmac.compare_digest(received.encode(), expected.encode())


def token_reply(form: str, token: str, now: float, expires: float) -> dict[str, Any]:
    """Return the body of a token reply: v1 states when the token expires, v3 how many seconds are left."""
    if form == "v1":
        return {"data": {"expired": math.floor(expires), "token": token, "user_id": USER_ID}}
    return {
        "client_id": CLIENT_ID,
        "domain_uuid": DOMAIN_ID,
        "expired_in": math.floor(expires - now),
        "refresh_token": "",
        "token": token,
        "token_type": "Bearer",
        "user_id": USER_ID,
    }
