# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins and tokens (docs/vendors/portsip.md, "Logging in")."""

from __future__ import annotations

import random as random_module
import string
from dataclasses import dataclass
from datetime import UTC, datetime

from ...behaviors import Behaviors
from ...clock import Clock
from ...store import Document
from .refusal import Refusal
from .state import State

SYSTEM_ROLE = "SystemAdmin"
TENANT_ADMIN_ROLE = "Admin"
# These names are reserved for the system administrator (docs/vendors/portsip.md, "Login families").
RESERVED_NAMES = frozenset({"admin", "system", "administrator", "root"})
TOKEN_LETTERS = string.ascii_uppercase + string.digits
BLOCK_SECONDS = 3600


@dataclass
class Identity:
    """The sender of a request: the token, the signed-in user, and the selected tenant (None: system scope)."""

    token: str
    user: Document
    tenant_id: str | None

    @property
    def is_system(self) -> bool:
        """Check whether this is a system administrator."""
        return self.user["role"] == SYSTEM_ROLE

    @property
    def is_tenant_admin(self) -> bool:
        """Check whether this identity may administer the selected tenant."""
        return self.is_system or self.user["role"] == TENANT_ADMIN_ROLE


class Sessions:
    """Opens, finds, renews and ends sessions. Each token has its own selected tenant."""

    def __init__(self, state: State, behaviors: Behaviors, clock: Clock, random: random_module.Random) -> None:
        self._state = state
        self._behaviors = behaviors
        self._clock = clock
        self._random = random
        self._failures: dict[str, tuple[int, float]] = {}
        self._second_factors: dict[str, str] = {}

    def reset(self) -> None:
        """Remove all blocks and pending second factors."""
        self._failures.clear()
        self._second_factors.clear()

    def identify(self, authorization: str | None) -> Identity:
        """Find the session of an `Authorization` header. Raises Refusal."""
        scheme, _space, token = (authorization or "").partition(" ")
        session = self._state.sessions.get(token) if scheme.lower() == "bearer" else None
        user = self._state.users.collection.get(session["user_id"]) if session is not None else None
        if session is None or user is None or session["expires_at"] <= self._clock.now():
            raise Refusal(self._behaviors.token_refused_status, "UNAUTHORIZED", "Unauthorized")
        return Identity(token, user, session["tenant_id"])

    def check(self, username: str, password: str, domain: str | None, address: str) -> Document:
        """Check a login and return the user. Raises Refusal."""
        self._refuse_blocked(address)
        tenant_id = None
        if domain:
            tenant = self._state.tenant_of_domain(domain)
            if tenant is None:
                raise Refusal(404, "UNKNOWN", "No tenant information found by the provided SIP domain")
            tenant_id = tenant["id"]
        user = self._state.user_named(tenant_id, username)
        reserved = tenant_id is not None and username.lower() in RESERVED_NAMES
        if user is None or reserved or user["password"] != password or not user["enabled"]:
            count = self._failures.get(address, (0, 0.0))[0] + 1
            self._failures[address] = (count, self._clock.now() + BLOCK_SECONDS)
            raise Refusal(self._behaviors.login_refused_status, "UNAUTHORIZED", "Login failed, authentication error")
        self._failures.pop(address, None)
        return user

    def _refuse_blocked(self, address: str) -> None:
        count, until = self._failures.get(address, (0, 0.0))
        if until <= self._clock.now():
            self._failures.pop(address, None)
        elif 0 < self._behaviors.login_attempts <= count:
            end = datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds")
            raise Refusal(self._behaviors.login_refused_status, "DENIED", f"The IP {address} is blocked until {end}")

    def open(self, user: Document, tenant_id: str | None = None) -> Document:
        """Open a session and return the token reply."""
        sessions = self._state.sessions
        if self._behaviors.concurrent_login == "off":
            for token in [key for key, one in sessions.items() if one["user_id"] == user["id"]]:
                self.end(token)
        lifetime = self._behaviors.token_lifetime
        access, refresh = self._token(), self._token()
        sessions[access] = {
            "user_id": user["id"],
            "tenant_id": user["tenant_id"] or tenant_id,
            "expires_at": self._clock.now() + lifetime,
            "refresh_token": refresh,
        }
        self._state.refresh_tokens[refresh] = {"access_token": access, "user_id": user["id"]}
        return {"access_token": access, "refresh_token": refresh, "expires_in": lifetime, "token_type": "Bearer"}

    def refresh(self, refresh_token: str) -> Document:
        """Open a session with a refresh token and return the token reply. Raises Refusal."""
        known = self._state.refresh_tokens.get(refresh_token)
        if known is None:
            raise Refusal(400, "UNKNOWN", "Invalid refresh token")
        former = self._state.sessions.get(known["access_token"], {})
        keeps = self._behaviors.refresh_tenant == "keep"
        if self._behaviors.refresh_rotation == "rotate":
            del self._state.refresh_tokens[refresh_token]
        user = self._state.users.collection[known["user_id"]]
        return self.open(user, former.get("tenant_id") if keeps else None)

    def end(self, token: str) -> None:
        """End a session, and invalidate its refresh token."""
        session = self._state.sessions.pop(token)
        self._state.refresh_tokens.pop(session["refresh_token"], None)

    def enter(self, token: str, tenant_id: str | None) -> None:
        """Select a tenant for a session, or the system scope with None."""
        session = self._state.sessions[token]
        self._state.sessions[token] = {**session, "tenant_id": tenant_id}

    def ask_second_factor(self, user: Document) -> str:
        """Return the handle with which the client sends the second factor of this login."""
        handle = self._token()
        self._second_factors[handle] = user["id"]
        return handle

    def second_factor(self, handle: str) -> Document:
        """Return the user of a handle. Raises Refusal."""
        user_id = self._second_factors.get(handle)
        if user_id is None:
            raise Refusal(400, "UNKNOWN", "Invalid token")
        return self._state.users.collection[user_id]

    def second_factor_done(self, handle: str) -> None:
        """Delete a used handle."""
        del self._second_factors[handle]

    def _token(self) -> str:
        return "".join(self._random.choices(TOKEN_LETTERS, k=48))
