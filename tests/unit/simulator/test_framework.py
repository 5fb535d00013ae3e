# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The framework of all vendors: faults on real connections, persistent state, behaviors, journal and control API."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from helpers.kazoo_client import Client
from voicemail_simulator.__main__ import behaviors_by_vendor
from voicemail_simulator.behaviors import Behavior, BehaviorError, Behaviors
from voicemail_simulator.faults import Fault, FaultError
from voicemail_simulator.journal import Journal
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.simulation import Simulation
from voicemail_simulator.store import Store

DEFINITIONS = (
    Behavior("mode", "one", ("one", "on", "off"), "words"),
    Behavior("limit", 3, int, "a number"),
    Behavior("open", False, bool, "a switch"),
    Behavior("cost", None, float, "maybe a number"),
)


@pytest.fixture
def client() -> Iterator[Client]:
    with SimulatorServer("kazoo", mailboxes=2) as server:
        one = Client(server)
        one.login()
        server.journal.clear()
        yield one


# Behaviors


def test_behaviors_accept_text_and_values() -> None:
    behaviors = Behaviors(DEFINITIONS, {"limit": "7", "open": "yes", "mode": True, "cost": "1.5"})
    assert behaviors.as_dict() == {"mode": "on", "limit": 7, "open": True, "cost": 1.5}
    behaviors.cost = None
    assert behaviors.cost is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("mode", "three", "one or on or off"),
        ("limit", "many", "int"),
        ("open", "perhaps", "bool"),
        ("cost", "dear", "float or none"),
        ("lock", "1", "Use one of cost, limit, mode, open"),
    ],
)
def test_invalid_value_reports_the_allowed_ones(name: str, value: str, words: str) -> None:
    with pytest.raises(BehaviorError, match=words):
        Behaviors(DEFINITIONS).set(name, value)


def test_update_with_one_invalid_value_changes_nothing() -> None:
    behaviors = Behaviors(DEFINITIONS)
    with pytest.raises(BehaviorError):
        behaviors.update({"limit": 9, "mode": "three"})
    assert behaviors.limit == 3


def test_command_line_behaviors_are_sorted_by_vendor() -> None:
    chosen = behaviors_by_vendor(["profile=5", "kazoo.page_size=2"], ["kazoo"])
    assert chosen == {"kazoo": {"profile": "5", "page_size": "2"}}
    for wrong in ("nothing=1", "portsip.profile=5", "profile"):
        with pytest.raises(ValueError, match="--set"):
            behaviors_by_vendor([wrong], ["kazoo"])


# Faults


@pytest.mark.parametrize("protocol", ["h11", "httptools"])
def test_faults_work_on_every_http_protocol(protocol: str) -> None:
    with SimulatorServer("kazoo", mailboxes=1, protocol=protocol) as server:
        client = Client(server)
        client.login()
        server.faults.set(["reset_before,count=1"])
        with pytest.raises(httpx.TransportError):
            client.get()
        server.faults.set(["truncated,count=1"])
        with pytest.raises(httpx.RemoteProtocolError):
            client.get()
        assert client.get().status_code == 200


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "lost_reply", "timeout:0.05"])
def test_connections_are_dropped(client: Client, kind: str) -> None:
    client.server.faults.set([f"{kind},count=1,method=PUT"])
    with pytest.raises(httpx.TransportError):
        client.send("PUT", data={"name": "x", "mailbox": "77"})
    done = any(item["mailbox"] == "77" for item in client.get().json()["data"])
    assert done is (kind in ("reset_after", "lost_reply"))
    assert client.server.journal.entries()[0]["status"] is None


def test_truncated_replies(client: Client) -> None:
    client.server.faults.set(["truncated,count=1"])
    with pytest.raises(httpx.RemoteProtocolError):
        client.get()
    assert client.get().status_code == 200


def test_replies_are_replaced(client: Client) -> None:
    client.server.faults.set(["status:429,retry_after=7,count=1", "html,count=1", "html:502,count=1"])
    replies = [client.get() for _number in range(4)]
    assert [one.status_code for one in replies] == [429, 200, 502, 200]
    assert replies[0].headers["retry-after"] == "7"
    assert replies[1].headers["content-type"].startswith("text/html")


def test_latency_adds_to_other_faults(client: Client) -> None:
    client.server.faults.set(["latency:0.2", "status:503,method=DELETE"])
    before = time.monotonic()
    assert client.get().status_code == 200
    assert time.monotonic() - before >= 0.2
    assert client.send("DELETE", "/x").status_code == 503


def test_faults_match_method_path_and_count(client: Client) -> None:
    client.server.faults.set([r"status:500,method=GET|PATCH,path=/messages$,skip=1,count=2"])
    statuses = [client.get("/messages").status_code for _number in range(5)]
    assert statuses == [200, 500, 500, 200, 200]
    assert client.get().status_code == 200


def test_probability_follows_the_seed() -> None:
    def hits(seed: int) -> list[bool]:
        fault, generator = Fault.parse("status:503,probability=0.3"), random.Random(seed)
        return [fault.applies_to("GET", "/", generator) for _number in range(200)]

    assert hits(1) == hits(1) != hits(2)
    assert 30 < sum(hits(1)) < 90


@pytest.mark.parametrize(
    "wrong", ["explosion", "status", "latency:x", "reset_before:3", "status:503,probability=2", "status:503,path=("]
)
def test_invalid_fault_changes_nothing(client: Client, wrong: str) -> None:
    client.server.faults.set(["status:503"])
    with pytest.raises(FaultError):
        client.server.faults.set(["html", wrong])
    assert [fault.specification for fault in client.server.faults.active] == ["status:503"]


# Store


def test_state_survives_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.sqlite")
    with SimulatorServer("kazoo", state=state, mailboxes=3, messages=1) as server:
        client = Client(server)
        client.login()
        box = client.create("77", pin="1234")
        client.send("PATCH", f"/{box}", data={"pin": "4321"})
        gone = client.get(params={"filter_mailbox": "1001"}).json()["data"][0]["id"]
        client.send("DELETE", f"/{gone}")
        before = server.store.as_dict()
        token = client.http.headers["x-auth-token"]
    with SimulatorServer("kazoo", state=state, mailboxes=50) as server:
        assert server.store.as_dict() == before
        client = Client(server, **{"x-auth-token": token})
        assert client.get(f"/{box}").json()["data"]["pin"] == "4321"
        assert client.names() == ["Box 77", "Mailbox 1000", "Mailbox 1002"]
        assert client.send("PUT", data={"name": "x", "mailbox": "77"}).status_code == 400


def test_order_of_documents_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite")
    store = Store(path)
    collection = store.collection("a.b")
    for key in ("z", "a", "m"):
        collection[key] = {"key": key}
    collection["z"] = {"key": "again"}
    collection["a"]["more"] = 1
    collection.save("a")
    del collection["m"]
    store.close()
    assert list(Store(path).collection("a.b").items()) == [("z", {"key": "again"}), ("a", {"key": "a", "more": 1})]


def test_vendors_share_only_the_state_file() -> None:
    store = Store()
    store.collection("one.boxes")["a"] = {}
    store.collection("two.boxes")["b"] = {}
    store.reset("one.")
    assert store.as_dict() == {"one.boxes": {}, "two.boxes": {"b": {}}}
    assert store.is_empty("one.")
    assert not store.is_empty("two.")


def test_earlier_states() -> None:
    store = Store()
    now = [0.0]
    store.now = lambda: now[0]
    collection = store.collection("a.b")
    collection["a"] = {"value": 1}
    now[0] = 10
    collection["a"] = {"value": 2}
    collection["b"] = {}
    del collection["b"]
    assert collection.earlier(writes=1) == {"a": {"value": 2}, "b": {}}
    assert collection.earlier(writes=3) == {"a": {"value": 1}}
    assert collection.earlier(seconds=5) == {"a": {"value": 1}}
    assert collection.earlier(seconds=15) == {}
    assert collection.earlier() == {"a": {"value": 2}}


# Control


def test_journal_contains_no_control_requests(client: Client) -> None:
    client.get(params={"page_size": 1})
    entries = httpx.get(f"{client.server.origin}/_simulator/requests").json()
    assert [(one["method"], one["query"], one["status"]) for one in entries] == [("GET", "page_size=1", 200)]
    assert client.server.journal.count("GET") == len(client.server.journal) == 1
    httpx.delete(f"{client.server.origin}/_simulator/requests")
    assert httpx.get(f"{client.server.origin}/_simulator/requests").json() == []


def test_bounded_journal_still_counts() -> None:
    journal = Journal(most_bytes=100_000)
    for number in range(2000):
        journal.add("GET", f"/{number}", "x" * 100, 0.0)
    assert journal.count("GET") == len(journal) == 2000
    assert 0 < len(journal.entries()) < 200
    assert journal.entries()[-1]["path"] == "/1999"
    journal.clear()
    assert (len(journal), journal.entries()) == (0, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"host": "simulator.test"}, 200),
        ({"host": "attacker.example.com"}, 403),
        ({"host": "127.0.0.1.attacker.example.com"}, 403),
        ({"host": "attacker.example.com@127.0.0.1"}, 200),
        ({"origin": "https://attacker.example.com"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"}, 200),
        ({"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:9000"}, 403),
    ],
)
def test_control_requests_of_web_pages_are_refused(headers: dict[str, str], status: int) -> None:
    with SimulatorServer("kazoo", mailboxes=1, allowed_hosts=["simulator.test"]) as server:
        for method, path in (("GET", "state"), ("POST", "reset")):
            assert httpx.request(method, f"{server.origin}/_simulator/{path}", headers=headers).status_code == status


def test_control_requests_have_no_faults(client: Client) -> None:
    control = f"{client.server.origin}/_simulator"
    assert httpx.put(f"{control}/faults", json=["status:503"]).json() == ["status:503"]
    assert client.get().status_code == 503
    assert httpx.get(f"{control}/ready").json()["vendor"] == "kazoo"
    assert httpx.put(f"{control}/faults", json=["wrong"]).status_code == 400
    assert httpx.put(f"{control}/faults", json=[]).json() == []
    assert client.get().status_code == 200


def test_control_of_behaviors_clock_and_state(client: Client) -> None:
    control = f"{client.server.origin}/_simulator"
    assert httpx.put(f"{control}/behaviors", json={"page_size": 1}).json()["page_size"] == 1
    refused = httpx.put(f"{control}/behaviors", json={"page_size": "many"})
    assert (refused.status_code, "page_size" in refused.json()["error"]) == (400, True)
    before = httpx.get(f"{control}/clock").json()["now"]
    assert httpx.post(f"{control}/clock", json={"advance": 500}).json()["now"] >= before + 500
    state = httpx.get(f"{control}/state").json()
    assert httpx.post(f"{control}/reset", json={"mailboxes": 4}).status_code == 200
    assert client.get(params={"page_size": 9}).json()["page_size"] == 4
    assert httpx.put(f"{control}/state", json=state).status_code == 204
    assert client.get(params={"page_size": 9}).json()["page_size"] == 2
    assert httpx.put(f"{control}/state", json={"other.boxes": {}}).status_code == 400


def test_behaviors_under_their_name_in_version_1_0() -> None:
    with SimulatorServer("kazoo", knobs={"page_size": 3}) as server:
        assert server.knobs is server.behaviors
        control = f"{server.origin}/_simulator"
        assert httpx.get(f"{control}/knobs").json() == httpx.get(f"{control}/behaviors").json()
        assert server.behaviors.page_size == 3


def test_same_seed_same_state() -> None:
    first, again, other = (Simulation("kazoo", mailboxes=3, seed=seed) for seed in (1, 1, 2))
    ids = [list(one.store.collection("kazoo.boxes")) for one in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]
