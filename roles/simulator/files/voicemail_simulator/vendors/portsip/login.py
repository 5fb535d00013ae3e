# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both login families: /login/oauth and, from 22.2, /auth (docs/vendors/portsip.md, "Login families")."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .access import client_address
from .behaviors import since
from .context import Call, Context, done
from .fields import read_body, text, validate
from .refusal import Refusal
from .sessions import Sessions

# The documented constant that every client sends.
CLIENT_ID = "9d806019-75b2-4b3d-bb8b-f5a3a412cc0a"
# The code in the simulated mail.
SECOND_FACTOR_CODE = "428157"

LOGIN_CHECKS = {"username": text(1, 64), "password": text(0, 1024), "domain": text(1, 280)}
FORM_CHECKS = {
    "password": {
        **LOGIN_CHECKS,
        "scope": lambda value: None if value == "all" else "must be all",
    },
    "refresh_token": {"refresh_token": text(1, 1024)},
}
FORM_REQUIRED = {
    "password": ("username", "password", "scope", "client_id"),
    "refresh_token": ("refresh_token", "client_id"),
}


class Logins:
    """Handlers that open and end sessions."""

    def __init__(self, context: Context, sessions: Sessions) -> None:
        self._context = context
        self._behaviors = context.behaviors
        self._sessions = sessions

    async def token(self, request: Request) -> Response:
        """Handle `POST /login/oauth/token` with either grant type."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise self._context.invalid("the body must be a form")
        grant = form.pop("grant_type", "")
        if grant not in FORM_CHECKS:
            raise self._context.invalid("grant_type must be password or refresh_token")
        checks = {**FORM_CHECKS[grant], "client_id": lambda value: None if value == CLIENT_ID else "is unknown"}
        # A form with an empty domain logs in the system administrator.
        if form.get("domain") == "":
            del form["domain"]
        values = validate(form, checks, self._behaviors, required=FORM_REQUIRED[grant])
        if grant == "refresh_token":
            return JSONResponse(self._sessions.refresh(values["refresh_token"]))
        return JSONResponse(self._sessions.open(self._check(values, request)))

    async def revoke(self, call: Call) -> Response:
        """Handle `POST /login/oauth/revoke` and `POST /auth/sign_out`."""
        self._sessions.end(call.identity.token)
        return done()

    async def logout(self, call: Call) -> Response:
        """Handle `POST /logout`."""
        self._sessions.end(call.identity.token)
        return Response(status_code=204)

    async def sign_in(self, request: Request) -> Response:
        """Handle `POST /auth/sign_in`."""
        values = await self._read(request, LOGIN_CHECKS, ("username", "password"))
        user = self._check(values, request)
        if self._behaviors.two_factor == "on":
            return JSONResponse({"two_factor_enabled": True, "token": self._sessions.ask_second_factor(user)})
        return JSONResponse(self._sessions.open(user))

    async def send_code(self, request: Request) -> Response:
        """Handle `POST /auth/send_otp`."""
        values = await self._read(request, {"token": text(1, 1024)}, ("token",))
        self._sessions.second_factor(values["token"])
        return done()

    async def verify_code(self, request: Request) -> Response:
        """Handle `POST /auth/verify_otp`. The vendor does not document the reply: this one is the token reply."""
        values = await self._read(request, {"token": text(1, 1024), "code": text(1, 64)}, ("token", "code"))
        user = self._sessions.second_factor(values["token"])
        if values["code"] != SECOND_FACTOR_CODE:
            raise Refusal(400, "UNKNOWN", "Invalid verification code")
        self._sessions.second_factor_done(values["token"])
        return JSONResponse(self._sessions.open(user))

    async def refresh(self, request: Request) -> Response:
        """Handle `POST /auth/refresh_token`."""
        values = await self._read(request, {"refresh_token": text(1, 1024)}, ("refresh_token",))
        return JSONResponse(self._sessions.refresh(values["refresh_token"]))

    async def sign_out(self, call: Call) -> Response:
        """Handle `POST /auth/sign_out`."""
        self._require_auth_family()
        return await self.revoke(call)

    async def user(self, call: Call) -> Response:
        """Handle `GET /auth/user`."""
        self._require_auth_family()
        user = call.identity.user
        reply: dict[str, Any] = {"role": user["role"], "password_verified": True, "password_force_reset": False}
        if since(self._behaviors, "22.3"):
            tenant = self._context.state.tenants.collection.get(call.identity.tenant_id or "", {})
            reply |= {"domain": tenant.get("domain", ""), "capabilities": []}
            reply |= {"role_id": user["role_id"], "role_name": user["role_name"]}
        return JSONResponse(reply)

    async def _read(self, request: Request, checks: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
        self._require_auth_family()
        return validate(await read_body(request, self._behaviors), checks, self._behaviors, required=required)

    def _check(self, values: dict[str, Any], request: Request) -> dict[str, Any]:
        address = client_address(request)
        return self._sessions.check(values["username"], values["password"], values.get("domain"), address)

    def _require_auth_family(self) -> None:
        if not since(self._behaviors, "22.2"):
            raise Refusal(404, "UNKNOWN", "Not found")
