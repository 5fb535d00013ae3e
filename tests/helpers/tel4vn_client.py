# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client, a server and requests of TEL4VN: use it for tests of the simulator itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn

BOX = {
    "extension": "7011",
    "password": "4821",
    "enabled": True,
    "local_after_email": True,
    "mail_to": "avery@example.com",
    "description": "Front desk",
}
MINIMAL = {"extension": "7011", "password": "4821", "enabled": True}
Start = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def tel4vn_server() -> Iterator[SimulatorServer]:
    with SimulatorServer("tel4vn") as running:
        yield running


@pytest.fixture
def start_tel4vn(tel4vn_server: SimulatorServer) -> Iterator[Start]:
    """Reset the shared server, with behaviors as keywords, and log in."""
    clients: list[httpx.Client] = []

    def begin(*, mailboxes: int = 0, messages: int = 0, **behaviors: Any) -> httpx.Client:
        tel4vn_server.behaviors.update(
            {behavior.name: behavior.default for behavior in SimulatedTel4vn.behavior_definitions} | behaviors
        )
        tel4vn_server.faults.set([])
        tel4vn_server.simulation.reset(mailboxes, messages)
        client = httpx.Client(base_url=tel4vn_server.origin)
        reply = client.post("/v1/auth/token", json={"api_key": SimulatedTel4vn.API_KEY}).json()
        client.headers["Authorization"] = "Bearer " + reply.get("data", reply)["token"]
        clients.append(client)
        return client

    yield begin
    for client in clients:
        client.close()


def rows(client: httpx.Client, path: str = "/v1/voicemail", **query: Any) -> list[dict[str, Any]]:
    return client.get(path, params=query).json()["data"]
