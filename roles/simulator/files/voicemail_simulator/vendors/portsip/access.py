# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks before every handler: rate limit, token and role.

See docs/vendors/portsip.md, "Refused requests" and "Rate limit".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from ...behaviors import Behaviors
from ...clock import Clock
from .context import Call
from .refusal import Refusal
from .sessions import Identity, Sessions

Handler = Callable[[Call], Awaitable[Response]]
PublicHandler = Callable[[Request], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
Rule = Callable[[Identity], "str | None"]
MINUTE = 60


def signed_in(identity: Identity) -> str | None:
    """Allow every request with a token."""
    return None


def system(identity: Identity) -> str | None:
    """Allow system administrators."""
    return None if identity.is_system else "only system administrators may do this"


def tenant_member(identity: Identity) -> str | None:
    """Allow identities that have selected a tenant."""
    return None if identity.tenant_id is not None else "no tenant is selected"


def tenant_admin(identity: Identity) -> str | None:
    """Allow administrators of the tenant."""
    if not identity.is_tenant_admin:
        return "only administrators of the tenant may do this"
    return tenant_member(identity)


def tenant_user(identity: Identity) -> str | None:
    """Allow users of a tenant. A system administrator has no extension."""
    return "a system administrator has no extension" if identity.is_system else None


class AccessControl:
    """Wraps handlers in their checks."""

    def __init__(self, sessions: Sessions, behaviors: Behaviors, clock: Clock) -> None:
        self._sessions = sessions
        self._behaviors = behaviors
        self._clock = clock
        self._minute = 0
        self._counts: dict[str, int] = {}

    def reset(self) -> None:
        """Reset the request counts."""
        self._counts.clear()

    def guarded(self, handler: Handler, rule: Rule) -> Endpoint:
        """Return an endpoint that requires a token, and an identity that the rule allows."""

        async def endpoint(request: Request) -> Response:
            try:
                self._limit(request)
                identity = self._sessions.identify(request.headers.get("authorization"))
                reason = rule(identity)
                if reason:
                    raise Refusal(403, "UNKNOWN", reason)
                return await handler(Call(request, identity, self._behaviors))
            except Refusal as refusal:
                return refusal.response()

        return endpoint

    def public(self, handler: PublicHandler) -> Endpoint:
        """Return an endpoint that requires no token."""

        async def endpoint(request: Request) -> Response:
            try:
                self._limit(request)
                return await handler(request)
            except Refusal as refusal:
                return refusal.response()

        return endpoint

    def _limit(self, request: Request) -> None:
        if self._behaviors.rate_limit <= 0:
            return
        now = self._clock.now()
        minute = int(now // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        address = client_address(request)
        self._counts[address] = self._counts.get(address, 0) + 1
        if self._counts[address] > self._behaviors.rate_limit:
            wait = str(MINUTE - int(now) % MINUTE)
            headers = {"Retry-After": wait} if self._behaviors.rate_limit_retry_after else None
            raise Refusal(self._behaviors.rate_limit_status, "UNKNOWN", "Too many requests", headers=headers)


def client_address(request: Request) -> str:
    """Return the IP address of the client."""
    return request.client.host if request.client else "unknown"
