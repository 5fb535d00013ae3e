# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client, a server and requests of OnSIP: use it for tests of the simulator itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.onsip import SimulatedOnsip

LOGIN = {"Username": "admin@example.onsip.com", "Password": SimulatedOnsip.PASSWORD}
BOX = {
    "OrganizationId": "61002",
    "Username": "vm.avery",
    "Domain": "example.onsip.com",
    "Mailbox": "7011",
    "Fullname": "Avery Quill",
}
SECOND = {"Username": "vm.robin", "Mailbox": "7012", "Fullname": "Robin Hale"}
AVERY = {"Address": "avery@example.onsip.com", "UserId": "40077", "Timeout": "20"}
ATTACHED = AVERY | {"DefaultAddress": "vm.avery@example.onsip.com"}
SETTINGS = {
    "Timezone": "us_pacific",
    "SayCallerId": "true",
    "SayDuration": "true",
    "SayDatetime": "true",
    "NotifyEmail": "attach",
    "NotifyPager": "yes",
    "Email": "robin@example.com",
    "Pager": "pager@example.com",
    "Mwi": "robin@example.onsip.com",
}
DEFAULTS = {
    "Timezone": "us_eastern",
    "SayCallerId": "false",
    "SayDuration": "false",
    "SayDatetime": "false",
    "NotifyEmail": "no",
    "NotifyPager": "no",
    "Email": {},
    "Pager": {},
    "Mwi": {},
}
BROWSE = {"OrganizationId": "61002"}


def listed(value: Any) -> list[Any]:
    """Return a list from its JSON projection, which is nothing, one value or several."""
    return [] if value is None else value if isinstance(value, list) else [value]


class Client:
    """A client with one session, for the actions of one server."""

    def __init__(self, server: SimulatorServer, http: httpx.Client) -> None:
        self.server = server
        self.http = http
        self.session: dict[str, str] = {}

    def reply(self, action: str, **parameters: str) -> httpx.Response:
        reply = self.http.post(self.server.url, data={"Action": action} | self.session | parameters)
        assert reply.status_code == 200
        return reply

    def call(self, action: str, **parameters: str) -> dict[str, Any]:
        return self.reply(action, Output="json", **parameters).json()["Response"]

    def log_in(self) -> None:
        context = self.call("SessionCreate", **LOGIN)["Context"]
        self.session = {"SessionId": context["Session"]["SessionId"]}

    def result(self, action: str, **parameters: str) -> Any:
        return self.call(action, **parameters)["Result"][action]

    def box(self, action: str, **parameters: str) -> dict[str, Any]:
        return self.result(action, **parameters)["Voicemailbox"]

    def errors(self, action: str, **parameters: str) -> list[tuple[str, str]]:
        """Return parameter and code of each error. The parameter is `Action` where the action is refused."""
        response = self.call(action, **parameters)
        assert response["Context"]["Action"]["IsCompleted"] == "false"
        assert "Result" not in response
        of_action, of_request = (
            listed(response["Context"][place].get("Errors", {}).get("Error")) for place in ("Action", "Request")
        )
        return [(one.get("Parameter", "Action"), one["Code"]) for one in of_action + of_request]

    def numbers(self, **parameters: str) -> list[str]:
        page = self.result("VoicemailboxBrowse", **(BROWSE | parameters))["Voicemailboxes"]
        return [one["Mailbox"] for one in listed(page.get("Voicemailbox"))]


Start = Callable[..., Client]


@pytest.fixture(scope="module")
def onsip_server() -> Iterator[SimulatorServer]:
    with SimulatorServer("onsip") as running:
        yield running


@pytest.fixture
def start_onsip(onsip_server: SimulatorServer) -> Iterator[Start]:
    """Reset the shared server, with behaviors as keywords, and log in."""
    with httpx.Client() as http:

        def begin(*, mailboxes: int = 0, **behaviors: Any) -> Client:
            onsip_server.behaviors.update(
                {behavior.name: behavior.default for behavior in SimulatedOnsip.behavior_definitions} | behaviors
            )
            onsip_server.faults.set([])
            onsip_server.vendor.random.seed(0)
            onsip_server.simulation.reset(mailboxes)
            client = Client(onsip_server, http)
            client.log_in()
            return client

        yield begin
