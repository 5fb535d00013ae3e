# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of OnSIP: one path, many actions, one envelope (docs/vendors/onsip.md, "Requests" and "Replies")."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from ...vendor import SimulatedVendor
from . import login
from .actions import formatted_time
from .addresses import UserAddressActions, VoicemailAddressActions
from .behaviors import BEHAVIORS
from .call import Call, Invalid, NotPermitted, echo, read_parameters
from .mailboxes import BoxActions
from .organizations import OrganizationActions
from .seeds import ORGANIZATIONS, seed
from .state import State
from .tree import Element, branch, leaf, parent, to_json, to_xml

Action = Callable[[Call], list[Element]]
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
EXCEPTION_TEXT = "The service had an internal error."


class SimulatedOnsip(SimulatedVendor):
    """One OnSIP account with two organizations. Log in with USERNAME and PASSWORD."""

    name = "onsip"
    base_path = "/api"
    behavior_definitions = BEHAVIORS
    USERNAME = login.USERNAME
    PASSWORD = login.PASSWORD
    DOMAIN = login.DOMAIN
    ORGANIZATION_ID = ORGANIZATIONS[login.DOMAIN][0]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state = State(self.store)
        self.sessions = login.Sessions(self, self.state)
        self.boxes = BoxActions(self, self.state)
        self.user_addresses = UserAddressActions(self, self.state)
        voicemail_addresses = VoicemailAddressActions(self, self.state)
        organizations = OrganizationActions(self, self.state)
        self._open_actions: dict[str, Action] = {
            "SessionCreate": self.sessions.create,
            "SessionDestroy": self.sessions.destroy,
            "SessionRecreate": self.sessions.recreate,
            "NoOp": lambda call: [],
            "Echo": self.echo,
        }
        self._guarded_actions: dict[str, Action] = {
            "VoicemailboxAdd": self.boxes.add,
            "VoicemailboxRead": self.boxes.read,
            "VoicemailboxBrowse": self.boxes.browse_all,
            "VoicemailboxEdit": self.boxes.edit,
            "VoicemailboxDelete": self.boxes.delete,
            "UserAddressRead": self.user_addresses.read,
            "UserAddressBrowse": self.user_addresses.browse_all,
            "UserAddressEdit": self.user_addresses.edit,
            "VoicemailAddressRead": voicemail_addresses.read,
            "VoicemailAddressBrowse": voicemail_addresses.browse_all,
            "OrganizationRead": organizations.read,
            "OrganizationBrowse": organizations.browse_all,
        }

    def rebuild(self) -> None:
        self.state.rebuild()
        self.sessions.reset_count()

    def seed(self, mailboxes: int, messages: int) -> None:
        """Seed the account. `messages` has no effect, because OnSIP's API has no messages."""
        seed(self.state, self.boxes, self.user_addresses, mailboxes)

    def routes(self) -> list[BaseRoute]:
        return [Route(path, self.respond, methods=["GET", "POST"]) for path in ("/api", "/api/")]

    def echo(self, call: Call) -> list[Element]:
        """Handle Echo: return the parameters as the result."""
        parameters = echo(call.sent, {})
        return [] if parameters is None else [parameters]

    async def respond(self, request: Request) -> Response:
        """Return the reply to a request, with HTTP status 200 even where it is refused."""
        started = time.perf_counter()
        call = Call(await read_parameters(request), request)
        request.scope["simulator.action"] = call.get("Action")
        if self.behaviors.transport == "html_502":
            return HTMLResponse(GATEWAY_PAGE, 502)
        is_broken = self.behaviors.transport == "exception"
        root = leaf("Exception", EXCEPTION_TEXT) if is_broken else self.response(call, started)
        if call.get("Output") == "json":
            return Response(to_json(root), media_type="application/json; charset=utf-8")
        return Response(to_xml(root), media_type="text/xml; charset=utf-8")

    def response(self, call: Call, started: float) -> Element:
        """Run the action and return its result in the envelope."""
        name = call.get("Action") or ""
        result: list[Element] | None = None
        action_errors: Element | None = None
        try:
            result = self.perform(name, call)
        except NotPermitted as error:
            call.errors.clear()
            one = branch("Error", {"Code": error.code, "Message": error.text})
            action_errors = parent("Errors", one)
        except Invalid:
            pass
        request = Element("Request")
        action = branch("Action", {"IsCompleted": "false" if result is None else "true"})
        if action_errors is not None:
            action.append(action_errors)
        is_valid = not call.errors or call.is_locked
        request.extend(
            [
                leaf("IsValid", "true" if is_valid else "false"),
                leaf("DateTime", formatted_time(self.clock.now())),
                leaf("Duration", str(round((time.perf_counter() - started) * 1000))),
            ]
        )
        parameters = echo(call.sent, call.defaults)
        if parameters is not None:
            request.append(parameters)
        if call.errors:
            request.append(parent("Errors", *(branch("Error", error) for error in call.errors)))
        root = parent("Response", parent("Context", action, request, self.session_element(call)))
        if result is not None:
            root.append(parent("Result", parent(name, *result)))
        return root

    def perform(self, name: str, call: Call) -> list[Element]:
        """Run an action. Names are case-sensitive. Raises Invalid and NotPermitted."""
        call.require("Action")
        call.check()
        is_guarded = name in self._guarded_actions
        if not is_guarded and name not in self._open_actions:
            call.refuse("Action", "Action.Unrecognized", "There is no such action.")
            raise Invalid
        if is_guarded and call.get("SessionId"):
            self.sessions.count_call()
        self.sessions.resume(call)
        if not is_guarded:
            return self._open_actions[name](call)
        self.sessions.require(call)
        return self._guarded_actions[name](call)

    def session_element(self, call: Call) -> Element:
        """Return the Session element, which is in every reply."""
        if call.session is None:
            return branch("Session", {"IsEstablished": "false"})
        roles = {"Role": {"Name": login.ROLE}}
        known = {name: call.session[name] for name in ("SessionId", "UserId")}
        return branch("Session", {"IsEstablished": "true", **known, "Roles": roles})
