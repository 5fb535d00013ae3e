# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of PortSIP PBX (docs/vendors/portsip.md, "Addresses and versions")."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute, Route

from ...vendor import SimulatedVendor
from .access import AccessControl, Endpoint, Handler, Rule, signed_in, system, tenant_admin, tenant_member, tenant_user
from .behaviors import BEHAVIORS
from .blobs import BASE_PATH, Blobs
from .context import Context
from .greetings import Greetings
from .login import CLIENT_ID, SECOND_FACTOR_CODE, Logins
from .mailboxes import SharedVoicemails
from .messages import Messages, signed_in_user
from .seeds import Seeder
from .sessions import Sessions
from .state import State
from .tenants import Tenants
from .users import Users


class SimulatedPortsip(SimulatedVendor):
    """A PortSIP PBX with two tenants.

    USERNAME and PASSWORD without a domain are the system administrator. ADMIN_USERNAME and PASSWORD with DOMAIN are an
    administrator of the tenant ACCOUNT_ID. Its users are named `user<extension>`, and also have PASSWORD.
    OTHER_DOMAIN and OTHER_ACCOUNT_ID are a second tenant, which has an administrator of the same name and no mailboxes.
    """

    name = "portsip"
    base_path = BASE_PATH
    behavior_definitions = BEHAVIORS
    # `admin` is reserved for the system administrator (docs/vendors/portsip.md, "Login families").
    USERNAME = "admin"
    ADMIN_USERNAME = "voicemail-admin"
    PASSWORD = "simulator-password"
    DOMAIN = "voicemail.example.com"
    ACCOUNT_ID = "700000000000000001"
    OTHER_DOMAIN = "other.example.com"
    OTHER_ACCOUNT_ID = "700000000000000002"
    CLIENT_ID = CLIENT_ID
    SECOND_FACTOR_CODE = SECOND_FACTOR_CODE

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state = State(self.store, self.behaviors, self.random)
        self._context = Context(self.state, self.behaviors, self.clock, self.random, lambda: self.faults)
        self._sessions = Sessions(self.state, self.behaviors, self.clock, self.random)
        self._access = AccessControl(self._sessions, self.behaviors, self.clock)
        self._blobs = Blobs(self._context, self._sessions)

    def seed(self, mailboxes: int, messages: int) -> None:
        seeder = Seeder(self.state, self.clock, self.PASSWORD)
        seeder.administrator(self.USERNAME)
        tenant_id = seeder.tenant(self.ACCOUNT_ID, "Voicemail", self.DOMAIN, self.ADMIN_USERNAME)
        seeder.tenant(self.OTHER_ACCOUNT_ID, "Other", self.OTHER_DOMAIN, self.ADMIN_USERNAME)
        seeder.mailboxes(tenant_id, self.DOMAIN, mailboxes, messages)

    def rebuild(self) -> None:
        self.state.rebuild()
        self._sessions.reset()
        self._access.reset()
        self._blobs.reset()

    def routes(self) -> list[BaseRoute]:
        boxes, users = SharedVoicemails(self._context), Users(self._context)
        # The most frequent routes come first, because a request is compared with one route after the other.
        return [
            *self._box_routes(boxes),
            *self._user_routes(users),
            *self._message_routes("/shared_voicemails/{id}/voicemails", boxes.find, tenant_admin, transcribed=False),
            *self._message_routes("/voicemails", signed_in_user, tenant_user, transcribed=True),
            *self._greeting_routes("/shared_voicemails/{id}/greetings", boxes.find, tenant_admin),
            *self._greeting_routes("/users/{id}/greetings", users.find, tenant_admin),
            *self._greeting_routes("/user/greetings", signed_in_user, tenant_user),
            *self._blob_routes(),
            *self._tenant_routes(),
            *self._login_routes(),
        ]

    @staticmethod
    def _route(method: str, path: str, endpoint: Endpoint) -> Route:
        return Route(BASE_PATH + path, endpoint, methods=[method])

    def _guarded(self, method: str, path: str, handler: Handler, rule: Rule) -> Route:
        return self._route(method, path, self._access.guarded(handler, rule))

    def _box_routes(self, boxes: SharedVoicemails) -> list[Route]:
        return [
            self._guarded("GET", "/shared_voicemails", boxes.list, tenant_admin),
            self._guarded("POST", "/shared_voicemails", boxes.create, tenant_admin),
            self._guarded("GET", "/shared_voicemails/{id}", boxes.read, tenant_admin),
            self._guarded("POST", "/shared_voicemails/{id}", boxes.update, tenant_admin),
            self._guarded("POST", "/shared_voicemails/{id}/destroy", boxes.destroy, tenant_admin),
        ]

    def _user_routes(self, users: Users) -> list[Route]:
        return [
            self._guarded("GET", "/users", users.list, tenant_admin),
            self._guarded("GET", "/users/{id}", users.read, tenant_admin),
            self._guarded("POST", "/users/{id}", users.update, tenant_admin),
            self._guarded("GET", "/user", users.read_own, tenant_user),
            self._guarded("POST", "/user", users.update_own, tenant_user),
        ]

    def _message_routes(self, path: str, find_owner: Any, rule: Rule, *, transcribed: bool) -> list[Route]:
        messages = Messages(self._context, find_owner, transcribed=transcribed)
        return [
            self._guarded("GET", path, messages.list, rule),
            self._guarded("GET", path + "/{mail_id}", messages.read, rule),
            self._guarded("POST", path + "/{mail_id}/set_read", messages.set_read, rule),
            self._guarded("POST", path + "/{mail_id}/set_unread", messages.set_unread, rule),
            self._guarded("POST", path + "/{mail_id}/destroy", messages.destroy, rule),
        ]

    def _greeting_routes(self, path: str, find_owner: Any, rule: Rule) -> list[Route]:
        greetings = Greetings(self._context, find_owner)
        return [
            self._guarded("GET", path, greetings.list, rule),
            self._guarded("POST", path, greetings.create, rule),
            self._guarded("POST", path + "/{greeting_id}/enable", greetings.enable, rule),
            self._guarded("POST", path + "/{greeting_id}/disable", greetings.disable, rule),
            self._guarded("POST", path + "/{greeting_id}/destroy", greetings.destroy, rule),
        ]

    def _blob_routes(self) -> list[Route]:
        blobs = self._blobs
        return [
            self._guarded("POST", "/blobs/uploads", blobs.start, signed_in),
            self._guarded("POST", "/blobs/uploads/{id}/append", blobs.append, signed_in),
            self._guarded("POST", "/blobs/uploads/{id}/complete", blobs.complete, signed_in),
            self._guarded("GET", "/blobs/uploads/{id}/status", blobs.status, signed_in),
            self._guarded("POST", "/blobs/uploads/{id}/destroy", blobs.cancel, signed_in),
            self._route("GET", "/blobs/{key}", self._access.public(blobs.download)),
            self._guarded("GET", "/files", blobs.list_files, tenant_admin),
            self._guarded("GET", "/files/{id}", blobs.read_file, tenant_admin),
            self._guarded("POST", "/files/{id}/destroy", blobs.destroy_file, tenant_admin),
        ]

    def _tenant_routes(self) -> list[Route]:
        tenants = Tenants(self._context, self._sessions)
        return [
            self._guarded("GET", "/extension_numbers/{extension_number}", tenants.read_number, tenant_member),
            self._guarded("GET", "/voicemail", tenants.read_service, tenant_admin),
            self._guarded("POST", "/voicemail", tenants.update_service, tenant_admin),
            self._guarded("GET", "/tenant", tenants.read, tenant_member),
            self._guarded("GET", "/tenant/password_policy", tenants.read_policy, tenant_member),
            self._guarded("POST", "/tenant/password_policy", tenants.update_policy, tenant_admin),
            self._guarded("GET", "/tenants", tenants.list, system),
            self._guarded("POST", "/tenants/switch", tenants.switch, system),
            self._guarded("GET", "/admin/status", tenants.status, system),
        ]

    def _login_routes(self) -> list[Route]:
        logins = Logins(self._context, self._sessions)
        return [
            self._route("POST", "/login/oauth/token", self._access.public(logins.token)),
            self._guarded("POST", "/login/oauth/revoke", logins.revoke, signed_in),
            self._guarded("POST", "/logout", logins.logout, signed_in),
            self._route("POST", "/auth/sign_in", self._access.public(logins.sign_in)),
            self._route("POST", "/auth/send_otp", self._access.public(logins.send_code)),
            self._route("POST", "/auth/verify_otp", self._access.public(logins.verify_code)),
            self._route("POST", "/auth/refresh_token", self._access.public(logins.refresh)),
            self._guarded("POST", "/auth/sign_out", logins.sign_out, signed_in),
            self._guarded("GET", "/auth/user", logins.user, signed_in),
        ]
