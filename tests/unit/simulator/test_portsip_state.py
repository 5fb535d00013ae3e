# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: seeding, storing, replacing and stale lists of the state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.simulation import Simulation
from voicemail_simulator.store import Store
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.seeds import box_numbers, pin_of, user_numbers

BOX = {"name": "Front desk", "extension_number": "7100", "pin": "259183"}


def log_in(server: SimulatorServer, username: str = SimulatedPortsip.ADMIN_USERNAME) -> httpx.Client:
    """Return a client for a user of the tenant."""
    login = {"username": username, "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
    token = httpx.post(server.url + "/auth/sign_in", json=login).json()["access_token"]
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer("portsip") as running:
        yield running


def test_survives_a_restart(tmp_path: Any) -> None:
    path = str(tmp_path / "state.sqlite")
    with SimulatorServer("portsip", state=path, mailboxes=1, messages=1) as server:
        client = log_in(server)
        key = client.post("/shared_voicemails", json=BOX).json()["id"]
    with SimulatorServer("portsip", state=path, mailboxes=1, messages=1) as server:
        again = httpx.Client(base_url=server.url, headers=client.headers)
        assert again.get(f"/shared_voicemails/{key}").json()["name"] == "Front desk"
        assert again.get("/shared_voicemails").json()["count"] == 2
        assert again.post("/shared_voicemails", json=BOX).status_code == 400
        assert log_in(server, "user1001").get("/voicemails").json()["count"] == 1


def test_replaced_state_is_indexed(server: SimulatorServer) -> None:
    server.faults.set([])
    server.simulation.reset(1)
    client = log_in(server)
    state = httpx.get(server.origin + "/_simulator/state").json()
    (box,) = state["portsip.shared_voicemails"].values()
    box["extension_number"] = "7100"
    assert httpx.put(server.origin + "/_simulator/state", json=state).status_code == 204
    assert client.post("/shared_voicemails", json=BOX).status_code == 400
    assert client.post("/shared_voicemails", json=BOX | {"extension_number": "8001"}).status_code == 201


def test_numbers_of_many_mailboxes_are_unique() -> None:
    simulation = Simulation("portsip", store=Store(), mailboxes=8500)
    users = {one["extension_number"] for one in simulation.store.collection("portsip.users").values()}
    boxes = {one["extension_number"] for one in simulation.store.collection("portsip.shared_voicemails").values()}
    assert not users & boxes
    assert {"8001", "8999", "80001", "87501"} <= boxes
    assert {"1001", "8000", "9000", "10499"} <= users
    assert len({pin_of(number) for number, _place in zip(box_numbers(), range(5000), strict=False)}) > 4900
    assert next(user_numbers()) == "1001"


def test_stale_list_shows_the_earlier_state(server: SimulatorServer) -> None:
    server.faults.set([])
    server.simulation.reset(1)
    client = log_in(server)
    key = client.post("/shared_voicemails", json=BOX).json()["id"]
    client.post(f"/shared_voicemails/{key}", json={"name": "New"})
    server.faults.set(["stale_listing"])
    names = [one["name"] for one in client.get("/shared_voicemails").json()["items"]]
    assert names == ["Reception 8001", "Front desk"]
    server.faults.set([])
    assert client.get("/shared_voicemails").json()["items"][1]["name"] == "New"
