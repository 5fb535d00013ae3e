# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client with a session of a simulated KAZOO: use it for tests of the simulator itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.kazoo import SimulatedKazoo
from voicemail_simulator.vendors.kazoo.login import digest

GREGORIAN_OFFSET = 62167219200


class Client:
    """A client with a token, for paths below the account's mailboxes."""

    def __init__(self, server: SimulatorServer, account_id: str = SimulatedKazoo.ACCOUNT_ID, **headers: str) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=60, trust_env=False)
        self.boxes = f"/accounts/{account_id}/vmboxes"

    def login(self, **account: str) -> httpx.Response:
        credentials = digest("md5", SimulatedKazoo.USERNAME, SimulatedKazoo.PASSWORD)
        data = {"credentials": credentials, **(account or {"account_name": "accountone"})}
        response = self.http.put("/user_auth", json={"data": data})
        if response.status_code == 201:
            self.http.headers["x-auth-token"] = response.json()["auth_token"]
        return response

    def send(self, method: str, path: str = "", data: Any = None, **options: Any) -> httpx.Response:
        if data is not None:
            options["json"] = {"data": data}
        return self.http.request(method, self.boxes + path, **options)

    def get(self, path: str = "", **options: Any) -> httpx.Response:
        return self.send("GET", path, **options)

    def create(self, mailbox: str, **more: Any) -> str:
        response = self.send("PUT", data={"name": f"Box {mailbox}", "mailbox": mailbox, **more})
        assert response.status_code == 201, response.text
        return str(response.json()["data"]["id"])

    def add_message(self, box_id: str, **data: Any) -> str:
        response = self.send("PUT", f"/{box_id}/messages", data=data)
        assert response.status_code == 201, response.text
        return str(response.json()["data"]["id"])

    def names(self, **query: Any) -> list[str]:
        return [item["name"] for item in self.get(params=query).json()["data"]]


Start = Callable[..., Client]


@pytest.fixture
def kazoo() -> Iterator[Start]:
    """Start KAZOO with some behaviors and return a logged-in client."""
    running: list[SimulatorServer] = []

    def start(*, mailboxes: int = 0, messages: int = 0, login: bool = True, **behaviors: Any) -> Client:
        server = SimulatorServer("kazoo", behaviors=behaviors, mailboxes=mailboxes, messages=messages).start()
        running.append(server)
        client = Client(server)
        if login:
            assert client.login().status_code == 201
        return client

    yield start
    for server in running:
        server.stop()
