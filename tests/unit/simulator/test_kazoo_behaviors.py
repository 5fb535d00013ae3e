# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO: logins, tokens, rate limits, and the effect of every behavior."""

from __future__ import annotations

import base64
import json

import pytest
from helpers.kazoo_client import Start
from voicemail_simulator.vendors.kazoo import SimulatedKazoo
from voicemail_simulator.vendors.kazoo.login import digest

PROFILES = ("M", "5", "4.3")
every_profile = pytest.mark.parametrize("profile", PROFILES)


def test_strict_schema_converts_nothing(kazoo: Start) -> None:
    client = kazoo(strict_schema=True)
    assert client.send("PUT", data={"name": "x", "mailbox": "1", "require_pin": "true"}).status_code == 400


def test_page_size_is_configurable(kazoo: Start) -> None:
    client = kazoo(mailboxes=5, page_size=2)
    assert client.get().json()["page_size"] == 2


def test_fields_are_configurable(kazoo: Start) -> None:
    for setting, shown in (("on", True), ("off", False)):
        client = kazoo(profile="5" if setting == "off" else "M", fields=setting)
        client.create("3000", pin="1234")
        assert ("pin" in client.get(params={"fields": '["pin"]'}).json()["data"][0]) is shown


def test_full_documents(kazoo: Start) -> None:
    client = kazoo(profile="5", full_docs=True)
    box = client.create("3000", pin="1234")
    (item,) = client.get(params={"full_docs": "true"}).json()["data"]
    assert (item["_id"], item["pin"]) == (box, "1234")
    client.server.behaviors.full_docs = False
    assert "pin" not in client.get(params={"full_docs": "true"}).json()["data"][0]


def test_bulk_module(kazoo: Start) -> None:
    client = kazoo(profile="4.3", cb_bulk=True)
    box = client.create("3000", pin="1234")
    path = f"/accounts/{SimulatedKazoo.ACCOUNT_ID}/bulk"
    reply = client.http.request("GET", path, json={"data": {"ids": [box, "0" * 32]}})
    assert [one["pin"] for one in reply.json()["data"]] == ["1234"]
    assert client.http.request("GET", path, json={"data": {"ids": []}}).status_code == 404
    tunnelled = client.http.post(path, params={"verb": "GET"}, json={"data": {"ids": [box]}})
    assert tunnelled.json()["data"][0]["id"] == box
    client.server.behaviors.cb_bulk = False
    assert client.http.request("GET", path, json={"data": {"ids": [box]}}).status_code == 404


def test_masking_is_configurable(kazoo: Start) -> None:
    client = kazoo(profile="M", mask_write_errors="off")
    box = client.create("3000")
    client.server.behaviors.conflict_writes = 2
    assert client.send("PATCH", f"/{box}", data={"pin": "9999"}).status_code == 409
    assert client.send("DELETE", f"/{box}").status_code == 409


@every_profile
def test_tokens_expire(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile, token_life=60)
    assert client.get().status_code == 200
    client.server.clock.advance(61)
    ended = client.get()
    assert (ended.status_code, ended.json()["message"], ended.json()["data"]) == (401, "invalid credentials", {})


def test_login_methods(kazoo: Start) -> None:
    client = kazoo(login=False)
    assert client.login(account_name="Account-One").status_code == 201
    assert client.login(account_realm="accountone.example.com").status_code == 201
    by_key = client.http.put("/api_auth", json={"data": {"api_key": SimulatedKazoo.API_KEY}})
    assert "owner_id" not in by_key.json()["data"]
    del client.http.headers["x-auth-token"]
    credentials = digest("md5", SimulatedKazoo.USERNAME, SimulatedKazoo.PASSWORD)
    basic = base64.b64encode(f"{SimulatedKazoo.ACCOUNT_ID}:{credentials}".encode()).decode()
    reply = client.get(headers={"authorization": f"Basic {basic}"})
    assert (reply.status_code, reply.json()["auth_token"]) == (200, basic)


def test_only_5_accepts_bearer_tokens(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        token = client.http.headers.pop("x-auth-token")
        reply = client.get(headers={"authorization": f"Bearer {token}"})
        assert reply.status_code == (200 if profile == "5" else 401)


def test_parent_tokens_are_valid_for_descendants(kazoo: Start) -> None:
    client = kazoo(login=False)
    client.login(account_name="master")
    assert client.get().status_code == 200
    client.login(account_name="accounttwo")
    assert client.get().status_code == 403
    alias = client.http.get("/account/vmboxes")
    assert alias.status_code == 200


@pytest.mark.parametrize(("profile", "status"), [("M", 404), ("4.3", 404), ("5", 401)])
def test_unknown_accounts(kazoo: Start, profile: str, status: int) -> None:
    client = kazoo(profile=profile)
    for account in ("f" * 32, "abc"):
        assert client.http.get(f"/accounts/{account}/vmboxes").status_code == status


def test_client_ids(kazoo: Start) -> None:
    chosen = "c" * 32
    for profile, setting, accepted in (
        ("M", "auto", True),
        ("5", "auto", False),
        ("5", "on", True),
        ("M", "off", False),
    ):
        client = kazoo(profile=profile, onboarding_ids=setting)
        assert (client.create("3000", id=chosen) == chosen) is accepted
    client = kazoo(profile="5", onboarding_ids="on")
    assert client.send("PUT", data={"id": "short", "name": "x", "mailbox": "1"}).status_code == 400


def test_maximum_pin_length_is_configurable(kazoo: Start) -> None:
    client = kazoo(max_pin_length=15)
    client.create("3000", pin="123456789012345")
    refused = client.send("PUT", data={"name": "x", "mailbox": "1", "pin": "1234567890123456"})
    assert refused.json()["data"]["pin"]["maxLength"]["target"] == 15
    schema = client.http.get("/schemas/vmboxes").json()["data"]
    assert schema["properties"]["pin"]["maxLength"] == 15


def test_charges_must_be_accepted(kazoo: Start) -> None:
    client = kazoo(billable=True)
    envelope = {"data": {"name": "x", "mailbox": "3000"}}
    refused = client.http.put(client.boxes, json=envelope)
    assert (refused.status_code, refused.json()["message"]) == (402, "accept charges")
    assert client.get().json()["data"] == []
    accepted = client.http.put(client.boxes, json={**envelope, "accept_charges": True})
    assert accepted.status_code == 201
    masked = client.send("PATCH", f"/{accepted.json()['data']['id']}", data={"transcribe": True})
    assert (masked.status_code, list(masked.json()["data"])) == (200, ["voicemails"])


def test_logins_are_rate_limited(kazoo: Start) -> None:
    client = kazoo(rate_limit="on", login=False)
    # The bucket refills during the test, so a busy machine reaches the limit later.
    replies = [client.login()]
    while replies[-1].status_code == 201 and len(replies) < 5000:
        replies.append(client.login())
    assert len(replies) > 50
    refused = replies[-1]
    assert refused.status_code == 429
    assert refused.json()["message"] == "too_many_requests"
    assert "retry-after" not in refused.headers
    assert "content-type" not in refused.headers
    assert all(client.get().status_code == 200 for _number in range(150))
    client.server.clock.advance(2)
    assert client.login().status_code == 201


@pytest.mark.parametrize(("profile", "logins"), [("5", 2), ("M", 50), ("4.3", 50)])
def test_cost_of_a_login(kazoo: Start, profile: str, logins: int) -> None:
    client = kazoo(profile=profile, rate_limit="on", login=False)
    done = 0
    while client.login().status_code == 201:
        done += 1
    # The bucket of 100 tokens refills by 10 a second while the test runs.
    assert logins <= done <= 1.5 * logins + 1


def test_every_request_can_be_charged(kazoo: Start) -> None:
    client = kazoo(rate_limit="on", rate_limit_charge="all", rate_limit_cost=25, login_cost=0)
    statuses = [client.get().status_code for _number in range(6)]
    assert statuses[:4] == [200] * 4
    assert statuses[-1] == 429


def test_lists_can_be_delayed(kazoo: Start) -> None:
    client = kazoo(view_lag=5)
    client.create("3000")
    assert client.names() == []
    client.server.clock.advance(6)
    assert client.names() == ["Box 3000"]


def test_reads_can_be_delayed(kazoo: Start) -> None:
    client = kazoo(document_cache_lag=5)
    box = client.create("3000", pin="1234")
    client.send("PATCH", f"/{box}", data={"pin": "4321"})
    assert client.get(f"/{box}").json()["data"]["pin"] == "1234"
    client.server.clock.advance(6)
    assert client.get(f"/{box}").json()["data"]["pin"] == "4321"


def test_connections_can_be_closed_after_some_requests(kazoo: Start) -> None:
    client = kazoo(requests_per_connection=3)
    closed = [client.get().headers.get("connection") == "close" for _number in range(6)]
    assert closed.count(True) == 2


@every_profile
def test_filters_by_revision(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile, mailboxes=200)
    boxes = [box["id"] for box in client.get(params={"paginate": "false"}).json()["data"]]
    revisions = [client.get(f"/{box}").json()["revision"] for box in boxes]

    def found(count: int) -> list[str]:
        parameters = {"paginate": "false", "filter__rev": json.dumps(revisions[:count], separators=(",", ":"))}
        return [row["id"] for row in client.get(params=parameters).json()["data"]]

    assert set(found(150)) == set(boxes[:150])
    client.send("PATCH", f"/{boxes[0]}", data={})
    assert set(found(150)) == set(boxes[1:150])
    client.server.behaviors.short_filters = 15
    assert 90 < len(found(150)) < 149
    client.server.behaviors.short_filters = 100
    assert found(150) == []


@every_profile
def test_a_long_request_line_is_refused_without_a_body(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    assert client.get(params={"filter_name": "x" * 7900}).status_code == 200
    reply = client.get(params={"filter_name": "x" * 8000})
    assert (reply.status_code, reply.content) == (414, b"")
