# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's account tree, in all three profiles."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from helpers.kazoo_client import Client
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.kazoo import SimulatedKazoo

OTHER = f"/accounts/{SimulatedKazoo.OTHER_ACCOUNT_ID}/descendants"
PROFILES = pytest.mark.parametrize("profile", ["4.3", "M", "5"])


def pages(http: httpx.Client, path: str, **query: Any) -> list[list[str]]:
    """Return the names on every page of a list."""
    found = []
    while True:
        body = http.get(path, params=query).json()
        found.append([item["name"] for item in body["data"]])
        if "next_start_key" not in body:
            return found
        assert body["page_size"] == len(body["data"])
        query["start_key"] = body["next_start_key"]


def login(server: SimulatorServer, name: str = "accounttwo") -> httpx.Client:
    """Return a client with a token of an account."""
    client = Client(server)
    assert client.login(account_name=name).status_code == 201
    return client.http


@PROFILES
def test_descendants_include_all_ancestors(profile: str) -> None:
    with SimulatorServer("kazoo", behaviors={"profile": profile, "customers": 5}) as server:
        body = login(server).get(OTHER).json()
        accounts = {item["name"]: item for item in body["data"]}
        assert sorted(accounts) == [f"customer{number:03d}" for number in range(1, 6)]
        line = [SimulatedKazoo.MASTER_ID, SimulatedKazoo.OTHER_ACCOUNT_ID]
        third = accounts["customer003"]
        assert third["tree"] == line
        assert accounts["customer004"] == {
            "id": accounts["customer004"]["id"],
            "name": "customer004",
            "realm": "customer004.example.com",
            "tree": [*line, third["id"]],
            "flags": [],
        }
        assert "next_start_key" not in body
        below = login(server).get(f"/accounts/{third['id']}/descendants").json()["data"]
        assert [item["name"] for item in below] == ["customer004"]
        assert login(server, "customer003").get(OTHER).status_code == 403
        assert (
            login(server, "accountone").get(f"/accounts/{SimulatedKazoo.ACCOUNT_ID}/descendants").json()["data"] == []
        )


@PROFILES
def test_pages_are_complete(profile: str) -> None:
    with SimulatorServer("kazoo", behaviors={"profile": profile, "customers": 5}) as server:
        names = [f"customer{number:03d}" for number in range(1, 6)]
        expected = [names[:2], names[2:4], names[4:]] if profile == "4.3" else [names[3:], names[1:3], names[:1]]
        assert pages(login(server), OTHER, page_size=2) == expected
        assert pages(login(server), OTHER, paginate="false") == [names]
        assert login(server).get(OTHER, params={"page_size": 2}).json()["page_size"] == 2


@PROFILES
def test_equal_names_cause_an_endless_page(profile: str) -> None:
    with SimulatorServer("kazoo", behaviors={"profile": profile, "customers": 4}) as server:
        state = server.store.as_dict("kazoo.")
        for account in state["kazoo.accounts"].values():
            account["name"] = "same"
        server.simulation.replace_state(state)
        http = Client(server)
        assert http.login(account_realm="accounttwo.example.com").status_code == 201
        first = http.http.get(OTHER, params={"page_size": 2}).json()
        second = http.http.get(OTHER, params={"page_size": 2, "start_key": first["next_start_key"]}).json()
        seen = {item["id"] for item in first["data"]} & {item["id"] for item in second["data"]}
        assert len(seen) == (0 if profile == "5" else 2)


def test_customers_have_their_own_logins() -> None:
    with SimulatorServer("kazoo", behaviors={"customers": 1}) as server:
        account = login(server).get(OTHER).json()["data"][0]
        key = "simulator-api-key-customer001".ljust(64, "0")
        reply = httpx.put(f"{server.url}/api_auth", json={"data": {"api_key": key}}, trust_env=False)
        assert reply.json()["data"]["account_id"] == account["id"]
        own = login(server, "customer001").get(f"/accounts/{account['id']}").json()["data"]
        assert own["realm"] == "customer001.example.com"
