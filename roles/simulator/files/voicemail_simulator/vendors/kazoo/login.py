# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, tokens, the account tree and the rate limit (docs/vendors/kazoo.md, "Logging in" and "Rate limit")."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any

from starlette.responses import Response

from ...store import Document
from .call import Call, Failure, bad_identifier, invalid
from .installation import Installation
from .schema import API_AUTH, USER_AUTH
from .validation import Errors, check

BUCKET_SIZE = 100
BUCKET_REFILL = 10
LOGIN_COST = {"4.3": 2, "M": 2, "5": 35}
NO_ACCOUNT = "no_account"


def unauthorized() -> Failure:
    """Return the 401 of a missing or broken token, or of wrong credentials."""
    return Failure(401, "invalid_credentials", {"message": "invalid credentials"}, bare=True)


def digest(method: str, username: str, password: str) -> str:
    """Return the credentials hash of a user."""
    function = hashlib.sha1 if method == "sha" else hashlib.md5
    return function(f"{username.lower()}:{password}".encode(), usedforsecurity=False).hexdigest()


class Authority:
    """Checks tokens, permissions and the rate limit, and handles logins."""

    def __init__(self, vendor: Installation) -> None:
        self.vendor = vendor
        self.buckets: dict[tuple[str, str], tuple[int, int]] = {}
        self._verified: dict[str, dict[str, Any]] = {}

    # Tokens

    def issue(self, account_id: str, owner_id: str | None, method: str) -> str:
        """Return a signed token (JWT) with an expiry time."""
        claims: dict[str, Any] = {"iss": "kazoo", "account_id": account_id}
        if owner_id is not None:
            claims["owner_id"] = owner_id
        claims.update(method=method, jti=self.vendor.new_id())
        claims["exp"] = int(self.vendor.clock.now()) + self.vendor.behaviors.token_life
        head = encode_segment({"alg": "HS256", "typ": "JWT", "kid": "simulator"}) + "." + encode_segment(claims)
        return f"{head}.{self._sign(head)}"

    def _sign(self, head: str) -> str:
        raw = hmac.new(self.vendor.SECRET, head.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a token. Raises Failure."""
        claims = self._verified.get(token)
        if claims is None:
            head, dot, signature = token.rpartition(".")
            if not dot or not hmac.compare_digest(signature.encode(), self._sign(head).encode()):
                raise unauthorized()
            claims = json.loads(base64.urlsafe_b64decode(head.split(".")[1] + "=="))
            self._verified[token] = claims
        if claims["exp"] <= self.vendor.clock.now():
            raise Failure(401, "invalid credentials", {}, bare=True)
        return claims

    def authenticate(self, call: Call) -> None:
        """Read the token from the header, the query or the envelope. Raises Failure for an invalid token."""
        kind, _space, value = call.headers.get("authorization", "").partition(" ")
        token = call.headers.get("x-auth-token") or call.query.get("auth_token") or call.envelope.get("auth_token")
        if token is None and value:
            call.token = value
            if kind.lower() == "basic":
                call.claims = self._basic(value)
                return
            if call.profile != "5":
                raise unauthorized()
            token = value
        if token is not None:
            call.token = str(token)
            call.claims = self.verify(call.token)

    def _basic(self, value: str) -> dict[str, Any]:
        try:
            account_id, _colon, credentials = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            raise unauthorized() from None
        user = self._user(account_id, credentials)
        if user is None:
            raise unauthorized()
        return {"account_id": account_id, "owner_id": user["id"], "method": "cb_basic_auth"}

    def _user(self, account_id: str, credentials: str) -> Document | None:
        for user in self.vendor.state.users.values():
            if user["account_id"] == account_id and credentials in (user["md5"], user["sha"]):
                return user
        return None

    # Permissions and rates

    def authorize(self, call: Call) -> None:
        """Raise Failure unless the token's account is the requested one or an ancestor of it."""
        assert call.claims is not None
        accounts = self.vendor.state.accounts
        current: str | None = call.account_id
        while current is not None:
            if current == call.claims["account_id"]:
                return
            current = accounts[current]["parent_id"] if current in accounts else None
        raise Failure(403, "forbidden", {"message": "forbidden"}, bare=True)

    def charge(self, call: Call, cost: int) -> None:
        """Charge the client's bucket. Raises Failure where it has too few tokens."""
        if self.vendor.behaviors.rate_limit == "off":
            return
        account = call.account_id if call.claims is not None else NO_ACCOUNT
        key = (call.request.client.host if call.request.client else "", account)
        second = int(self.vendor.clock.now())
        tokens, since = self.buckets.get(key, (BUCKET_SIZE, second))
        tokens = min(BUCKET_SIZE, tokens + BUCKET_REFILL * max(0, second - since))
        enough = tokens >= cost
        # KAZOO 5 empties a bucket that has too few tokens.
        call.remaining = tokens - cost if enough else (0 if call.profile == "5" else tokens)
        self.buckets[key] = (call.remaining, second)
        if not enough:
            raise Failure(429, "too_many_requests", {"message": "too many requests"}, bare=True)

    def charge_request(self, call: Call) -> None:
        """Charge a request, where the installation charges all requests."""
        if self.vendor.behaviors.rate_limit_charge == "all":
            self.charge(call, self.vendor.behaviors.rate_limit_cost)

    def charge_login(self, call: Call) -> None:
        """Charge a login."""
        cost = self.vendor.behaviors.login_cost
        self.charge(call, LOGIN_COST[call.profile] if cost is None else cost)

    # Logins

    def user_auth(self, call: Call) -> Response:
        """Handle `PUT /user_auth`."""
        self.charge_login(call)
        errors: Errors = {}
        data = check(USER_AUTH, call.data, errors, strict=self.vendor.behaviors.strict_schema)
        if errors:
            raise invalid(errors)
        account = self._find_account(call, data)
        if account is None:
            return call.fail(self._wrong_login())
        user = self._user(account["id"], data["credentials"])
        if user is None or data["credentials"] != user[data["method"]]:
            return call.fail(self._wrong_login(), {"page_size": 0})
        return self._login_reply(call, account, user["id"], "cb_user_auth")

    @staticmethod
    def _wrong_login() -> Failure:
        return Failure(401, "invalid_credentials", {"message": "invalid credentials"})

    def _find_account(self, call: Call, data: dict[str, Any]) -> Document | None:
        accounts = self.vendor.state.accounts
        if call.profile == "5" and "account_id" in data:
            return accounts.get(data["account_id"])
        realm = data.get("account_realm", data.get("realm"))
        name = re.sub(r"[^a-z0-9]", "", data["account_name"].lower()) if "account_name" in data else None
        for account in accounts.values():
            if name is not None:
                if account["name"] == name:
                    return account
            elif realm is not None:
                if account["realm"] == realm:
                    return account
            elif data.get("phone_number") is not None and data["phone_number"] in account["phone_numbers"]:
                return account
        return None

    def api_auth(self, call: Call) -> Response:
        """Handle `PUT /api_auth`."""
        self.charge_login(call)
        errors: Errors = {}
        data = check(API_AUTH, call.data, errors, strict=self.vendor.behaviors.strict_schema)
        if errors:
            raise invalid(errors)
        for account in self.vendor.state.accounts.values():
            if account["api_key"] == data["api_key"]:
                return self._login_reply(call, account, None, "cb_api_auth")
        return call.fail(Failure(404, "bad identifier", [data["api_key"]]), {"page_size": 0})

    def _login_reply(self, call: Call, account: Document, owner_id: str | None, method: str) -> Response:
        call.token = self.issue(account["id"], owner_id, method)
        call.claims = self.verify(call.token)
        data = {**({"owner_id": owner_id} if owner_id else {}), **self.account_data(account)}
        return call.created(data, owner_id or account["id"], "automatic", page={"page_size": 1})

    def account_data(self, account: Document) -> dict[str, Any]:
        """Return the data of the account in login replies."""
        master = account["parent_id"] is None
        return {
            "account_id": account["id"],
            "ui_config": {},
            "capabilities": {"voicemail": {"transcription": {"default": False, "available": False}}},
            "is_master_account": master,
            "is_reseller": master,
            "reseller_id": account["parent_id"] or account["id"],
            "cluster_id": self.vendor.CLUSTER_ID,
            "account_name": account["name"],
            "language": "en-US",
            "apps": [],
        }

    def token_auth(self, call: Call) -> Response:
        """Handle `GET /token_auth`, which returns the token's account, and `DELETE`, which never invalidates it."""
        assert call.claims is not None
        if call.method == "DELETE" and call.profile == "5":
            raise bad_identifier(call.token)
        account = self.vendor.state.accounts[call.claims["account_id"]]
        return call.reply(self.account_data(account) if call.method == "GET" else {}, revision="automatic")


def encode_segment(content: dict[str, Any]) -> str:
    """Return one encoded part of a JWT."""
    raw = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
