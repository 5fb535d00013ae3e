# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login and tokens (contract: TEL4VN 2)."""

from __future__ import annotations

import hmac
import math
from typing import Any

from .replies import Refusal

USERNAME = "admin"
PASSWORD = "simulator-password"
API_KEY = "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"
USER_ID = "8d4e2b6a-1c3f-4a57-b0e9-7f6a5d4c3b21"
DOMAIN_ID = "c7b1f0d2-64a8-4d39-8e15-2a9b3c4d5e6f"
CLIENT_ID = "e2a6d8c4-0b5f-4f71-93c7-1d2e3f4a5b6c"


def equal(given: Any, expected: str) -> bool:
    """Compare a credential; anything but text is wrong."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def check_login(body: dict[str, Any]) -> dict[str, Any]:
    """Answer the account's own data, with the api_key but without a token. Raises Refusal."""
    missing = [(name, f"{name} is required") for name in ("username", "password") if name not in body]
    if missing:
        raise Refusal(400, "invalid request", missing)
    if not (equal(body["username"], USERNAME) and equal(body["password"], PASSWORD)):
        raise Refusal(401, "username or password is wrong")
    return {
        "user_uuid": USER_ID,
        "domain_uuid": DOMAIN_ID,
        "username": USERNAME,
        "api_key": API_KEY,
        "user_enabled": "true",
        "level": "admin",
    }


def check_api_key(body: dict[str, Any]) -> None:
    """Raise Refusal unless the body holds the api_key."""
    if "api_key" not in body:
        raise Refusal(400, "invalid request", [("(root)", "api_key is required")])
    if not equal(body["api_key"], API_KEY):
        raise Refusal(401, "API key is wrong")


def token_reply(form: str, token: str, now: float, expires: float) -> dict[str, Any]:
    """The reply of the token endpoints: v1 tells when the token ends, v3 how many seconds are left."""
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
