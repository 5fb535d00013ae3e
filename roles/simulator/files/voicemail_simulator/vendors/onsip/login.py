# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions and logins (docs/vendors/onsip.md, "Sessions")."""

from __future__ import annotations

import hmac
import string

from ...vendor import SimulatedVendor
from .call import Call, Invalid
from .state import State
from .tree import Element

DOMAIN = "example.onsip.com"
USERNAME = "admin"
PASSWORD = "simulator-password"
LOGIN_USER_ID = "40021"
ROLE = "Account Admin"
LOCK_SECONDS = 600
SESSION_ALPHABET = string.ascii_lowercase + string.digits


class Sessions:
    """Creates, finds and ends sessions."""

    def __init__(self, vendor: SimulatedVendor, state: State) -> None:
        self.vendor = vendor
        self.state = state
        self.reset_count()

    def reset_count(self) -> None:
        """Reset the count of calls for behavior `drop_session_before_call`."""
        self._counted = 0
        self._drop_at = self.vendor.behaviors.drop_session_before_call

    def count_call(self) -> None:
        """Count a call with a session, and end all sessions before the configured call."""
        drop_at = self.vendor.behaviors.drop_session_before_call
        if drop_at != self._drop_at:
            self.reset_count()
        if drop_at:
            self._counted += 1
            if self._counted == drop_at:
                self.state.sessions.clear()

    def resume(self, call: Call) -> None:
        """Set the session of a call, if it is known and was not idle for too long."""
        key = call.get("SessionId") or ""
        session = self.state.sessions.get(key)
        if session is None:
            return
        now = self.vendor.clock.now()
        if now - session["used"] >= self.vendor.behaviors.session_idle:
            del self.state.sessions[key]
            return
        # In memory only: the last use of a session is not needed after a restart.
        session["used"] = now
        call.session = session

    def require(self, call: Call) -> None:
        """Raise Invalid unless the call has a session."""
        if call.session is None:
            call.refuse("SessionId", "Session.Authentication", "This needs a session of a logged-in user.")
        call.check()

    def create(self, call: Call) -> list[Element]:
        """Handle SessionCreate: log in. Too many failures lock the login for ten minutes."""
        call.require("Username", "Password")
        call.check()
        now = self.vendor.clock.now()
        username, password = call.get("Username") or "", call.get("Password") or ""
        failures = self.state.logins.get(username, {"count": 0, "until": 0})
        limit = self.vendor.behaviors.login_lock
        if limit and failures["count"] >= limit:
            if now < failures["until"]:
                call.is_locked = True
                call.refuse("Action", "Accessor.LoginLocked", "Too many logins failed. Wait 10 minutes.")
                raise Invalid
            failures = {"count": 0, "until": 0}
        is_known = username in (USERNAME, f"{USERNAME}@{DOMAIN}")
        if not (hmac.compare_digest(password.encode(), PASSWORD.encode()) and is_known):
            self.state.logins[username] = {"count": failures["count"] + 1, "until": now + LOCK_SECONDS}
            call.refuse("Password", "Accessor.LoginFailed", "Username or password is wrong.")
            raise Invalid
        self.state.logins.pop(username, None)
        key = "".join(self.vendor.random.choices(SESSION_ALPHABET, k=26))
        call.session = {"SessionId": key, "UserId": LOGIN_USER_ID, "used": now}
        self.state.sessions[key] = call.session
        return []

    def destroy(self, call: Call) -> list[Element]:
        """Handle SessionDestroy: log out. Does nothing without a session."""
        if call.session is not None:
            del self.state.sessions[call.session["SessionId"]]
            call.session = None
        return []

    def recreate(self, call: Call) -> list[Element]:
        """Handle SessionRecreate: resume a session of this user."""
        call.require("SessionId", "UserId")
        call.check()
        if call.session is not None and call.session["UserId"] != call.get("UserId"):
            call.session = None
        self.require(call)
        return []
