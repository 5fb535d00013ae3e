# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO: mailboxes in all profiles."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from helpers.kazoo_client import Start
from voicemail_simulator.vendors.kazoo import SimulatedKazoo

PROFILES = ("M", "5", "4.3")
every_profile = pytest.mark.parametrize("profile", PROFILES)


@every_profile
def test_number_is_unique_and_free_after_deletion(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    refused = client.send("PUT", data={"name": "again", "mailbox": "3000"})
    assert (refused.status_code, list(refused.json()["data"]["mailbox"])) == (400, ["unique"])
    assert client.send("DELETE", f"/{box}").status_code == 200
    assert client.send("DELETE", f"/{box}").status_code == 404
    client.create("3000")


def test_simultaneous_creates_both_succeed_by_default() -> None:
    """Like a live server, which checks a number and saves some milliseconds later."""
    (delay,) = [one.default for one in SimulatedKazoo.behavior_definitions if one.name == "uniqueness_delay"]
    assert delay > 0


@every_profile
@pytest.mark.parametrize(("seconds", "statuses"), [(0.0, [201, 400]), (0.3, [201, 201])])
def test_simultaneous_creates(kazoo: Start, profile: str, seconds: float, statuses: list[int]) -> None:
    client = kazoo(profile=profile, uniqueness_delay=seconds)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda name: client.send("PUT", data={"name": name, "mailbox": "3000"}), "ab"))
    assert sorted(one.status_code for one in made) == statuses
    ids = [one.json()["data"]["id"] for one in made if one.status_code == 201]
    refused = [client.send("PATCH", f"/{box_id}", data={"name": "c"}).status_code == 400 for box_id in ids]
    assert refused == [len(ids) == 2] * len(ids)
    # After the first one is stored, the next one is always refused.
    assert client.send("PUT", data={"name": "again", "mailbox": "3000"}).status_code == 400


@every_profile
def test_types_are_checked_and_booleans_converted(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    refused = client.send("PUT", data={"name": "x", "mailbox": 3000})
    assert refused.json()["data"]["mailbox"]["type"]["value"] == 3000
    made = client.send("PUT", data={"name": "x", "mailbox": "1", "require_pin": "true", "seek_duration_ms": 1.5})
    assert made.json()["data"]["require_pin"] is True
    assert made.json()["data"]["seek_duration_ms"] == 2


@every_profile
def test_replace_drops_what_is_not_sent(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000", pin="1234")
    replaced = client.send("POST", f"/{box}", data={"name": "x", "mailbox": "3000"}).json()
    assert "pin" not in replaced["data"]
    assert replaced["revision"].startswith("2-")


@every_profile
def test_patch_merges_removes_and_replaces(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    media = {"unavailable": "f" * 32}
    box = client.create("3000", pin="1234", media=media)
    assert client.send("PATCH", f"/{box}", data={"name": "new"}).json()["data"]["media"] == media
    assert "pin" not in client.send("PATCH", f"/{box}", data={"pin": None}).json()["data"]
    assert client.send("PATCH", f"/{box}", data={"media": {}}).json()["data"]["media"] == {}
    missing = client.send("PATCH", "/" + "0" * 32, data={"pin": "1234"})
    assert (missing.status_code, sorted(missing.json()["data"])) == (400, ["mailbox", "name"])
    assert client.send("PATCH", "/" + "0" * 32, data={"name": "x", "mailbox": "77"}).status_code == 404


@every_profile
def test_pages_of_fifty(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile, mailboxes=120)
    found: list[str] = []
    start = None
    for expected in (50, 50, 20):
        page = client.get(params={} if start is None else {"start_key": start}).json()
        assert page["page_size"] == len(page["data"]) == expected
        found += [item["id"] for item in page["data"]]
        start = page.get("next_start_key")
    assert start is None
    assert len(set(found)) == 120
    whole = client.get(params={"paginate": "false"}).json()
    assert {item["id"] for item in whole["data"]} == set(found)
    assert not {"page_size", "start_key", "next_start_key"} & set(whole)


@pytest.mark.parametrize(("profile", "status"), [("M", 404), ("5", 404), ("4.3", 200)])
def test_invalid_page_sizes(kazoo: Start, profile: str, status: int) -> None:
    client = kazoo(profile=profile, mailboxes=1)
    for size in ("0", "abc"):
        assert client.get(params={"page_size": size}).status_code == status


def test_equal_names_at_a_page_edge(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        for number in range(4):
            client.send("PUT", data={"name": "same", "mailbox": str(number)})
        first = client.get(params={"page_size": 2}).json()
        second = client.get(params={"page_size": 2, "start_key": first["next_start_key"]}).json()
        repeated = {item["id"] for item in first["data"]} & {item["id"] for item in second["data"]}
        assert bool(repeated) == (profile == "M")
        if profile == "M":
            with pytest.raises(httpx.ReadTimeout):
                client.get(params={"page_size": 2, "filter_mailbox": "0"}, timeout=0.3)


def test_filtered_pages_are_complete(kazoo: Start) -> None:
    client = kazoo()
    for number in range(30):
        client.create(str(1000 + number), require_pin=number % 3 != 0)
    found: list[str] = []
    start = None
    while True:
        query = {"filter_require_pin": "true", "page_size": 4, **({"start_key": start} if start else {})}
        page = client.get(params=query).json()
        found += [item["mailbox"] for item in page["data"]]
        start = page.get("next_start_key")
        if start is None:
            break
    assert sorted(found) == [str(1000 + number) for number in range(30) if number % 3 != 0]


@every_profile
def test_filters_return_summaries(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000", pin="1234", media={"unavailable": "f" * 32})
    client.create("3001")
    for query in (
        {"filter_mailbox": "3000"},
        {"filter_mailbox": '["3000","9999"]'},
        {"filter_not_mailbox": "3001"},
        {"filter_media.unavailable": "f" * 32},
        {"has_key": "pin"},
        {"has_value": "pin"},
        {"filter_id": box},
    ):
        items = client.get(params=query).json()["data"]
        assert [item["mailbox"] for item in items] == ["3000"], query
        assert "pin" not in items[0]
    assert client.get(params={"filter_mailbox": "03000"}).json()["data"] == []


@every_profile
def test_changed_since(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    client.create("3000")
    client.server.clock.advance(100)
    since = client.server.vendor.state.now()
    client.create("3001")
    assert client.names(modified_from=since) == ["Box 3001"]
    assert client.names(created_to=since - 1) == ["Box 3000"]


def test_fields_select_keys_in_5_only(kazoo: Start) -> None:
    wanted = json.dumps(["mailbox", "pin", "media.unavailable", "timezone", "_rev", "pvt_type"])
    for profile in PROFILES:
        client = kazoo(profile=profile)
        client.create("3000", pin="1234", media={"unavailable": "f" * 32})
        (item,) = client.get(params={"fields": wanted, "paginate": "false"}).json()["data"]
        if profile == "5":
            assert item == {
                "id": item["id"],
                "mailbox": "3000",
                "pin": "1234",
                "media": {"unavailable": "f" * 32},
            }
            assert client.get(params={"fields": "mailbox,pin"}).status_code == 404
        else:
            assert "pin" not in item


@every_profile
def test_stale_precondition(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    etag = client.get(f"/{box}").headers["etag"]
    assert client.get(f"/{box}", headers={"if-none-match": etag}).status_code == 304
    client.send("PATCH", f"/{box}", data={"pin": "1234"}, headers={"if-match": etag})
    stale = client.send("PATCH", f"/{box}", data={"pin": "4321"}, headers={"if-match": etag})
    assert (stale.status_code, stale.content) == (412, b"")
    assert client.get(f"/{box}").json()["data"]["pin"] == "1234"


def test_lists_can_be_revalidated_in_5_only(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile, mailboxes=1)
        etag = client.get().headers["etag"]
        assert client.get(headers={"if-none-match": etag}).status_code == (304 if profile == "5" else 200)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_conflicting_write(kazoo: Start, method: str) -> None:
    data = {"name": "x", "mailbox": "3000", "pin": "9999"}
    for profile in PROFILES:
        client = kazoo(profile=profile)
        box = client.create("3000")
        client.server.behaviors.conflict_writes = 1
        reply = client.send(method, f"/{box}", data=data)
        assert "pin" not in client.get(f"/{box}").json()["data"]
        assert reply.status_code == (409 if profile == "5" else 200)
        assert reply.json()["data"] == {"message": "conflicting documents"}
        assert client.send(method, f"/{box}", data=data).json()["data"]["pin"] == "9999"


@every_profile
def test_unknown_owner_and_unknown_keys_are_accepted(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000", owner_id="0" * 32, misspelt=1)
    assert client.get(f"/{box}").json()["data"]["misspelt"] == 1
    assert client.send("PATCH", f"/{box}", data={"owner_id": "x"}).status_code == 400


def test_envelopes_differ_by_profile(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        reply = client.get("/" + client.create("3000")).json()
        assert ("metadata" in reply, "tokens" in reply) == (profile == "5", profile != "4.3")


def test_replies_to_deletions_differ(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        reply = client.send("DELETE", "/" + client.create("3000")).json()
        assert reply.get("metadata", {}).get("deleted", False) == (profile == "5")
        assert ("_read_only" in reply["data"]) == (profile != "5")


def test_numbers_collide_as_integers_in_4_and_as_text_in_5(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        client.create("10ab")
        statuses = [
            client.send("PUT", data={"name": "x", "mailbox": number}).status_code for number in ("10", "010", "10ab")
        ]
        assert statuses == ([201, 201, 400] if profile == "5" else [400, 400, 201])


def test_number_with_a_space_blocks_updates(kazoo: Start) -> None:
    client = kazoo()
    box = client.create("1001")
    client.create(" 1001")
    assert client.send("PATCH", f"/{box}", data={"pin": "1234"}).status_code == 400


def test_aliases_share_the_numbers_in_5(kazoo: Start) -> None:
    client = kazoo(profile="5")
    client.create("3000", aliases=["4000"])
    refused = client.send("PUT", data={"name": "x", "mailbox": "4000"})
    assert "alias" in refused.json()["data"]["mailbox"]["unique"]["message"]
    twice = client.send("PUT", data={"name": "x", "mailbox": "5000", "aliases": ["1", "1"]})
    assert "uniqueItems" in twice.json()["data"]["aliases"]


def test_time_zones(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        made = client.send("PUT", data={"name": "x", "mailbox": "1", "timezone": "Mars/Base"})
        assert made.status_code == (400 if profile == "5" else 201)


def test_hard_deletion_frees_the_id(kazoo: Start) -> None:
    client = kazoo()
    for hard, status in (("true", 409), ("false", 201)):
        box = client.create("3000", id=f"chosen-{hard}")
        client.send("DELETE", f"/{box}", params={"should_soft_delete": hard})
        again = client.send("PUT", data={"id": box, "name": "x", "mailbox": "3000"})
        assert again.status_code == status
        client.send("DELETE", f"/{box}")


def test_stale_list_shows_the_earlier_state(kazoo: Start) -> None:
    client = kazoo()
    client.create("3000")
    box = client.create("3001")
    client.send("DELETE", f"/{box}")
    client.server.faults.set(["stale_listing,count=1"])
    assert client.names() == ["Box 3000", "Box 3001"]
    assert client.names() == ["Box 3000"]


def test_parallel_creates_of_one_number_without_a_delay(kazoo: Start) -> None:
    client = kazoo(uniqueness_delay=0.0)
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda _n: client.send("PUT", data={"name": "x", "mailbox": "1"}).status_code, range(8))
        assert sorted(made) == [201] + [400] * 7


def test_old_addresses(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        reply = client.http.get(f"{client.server.origin}/v1{client.boxes}")
        assert reply.status_code == (200 if profile == "4.3" else 410)


@every_profile
def test_refused_bodies(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    big = client.http.put(client.boxes, content=b'{"data":{"x":"' + b"x" * 8_000_000 + b'"}}')
    assert (big.status_code, list(big.json()["data"]["file"])) == (400, ["maxSize"])
    other = client.http.put(client.boxes, content=b"x", headers={"content-type": "text/plain"})
    assert (other.status_code, sorted(other.json()["data"])) == (400, ["mailbox", "name"])
    text = client.http.put(client.boxes, content=b"hello")
    assert text.json()["data"]["json"]["invalid"]["message"] == "decoder_exit around 0"
    children = client.http.get(client.boxes.replace("/vmboxes", "/children"))
    assert (children.status_code, children.json()["data"]) == (200, [])
    account = client.http.get(client.boxes.removesuffix("/vmboxes"))
    assert account.headers["etag"]
    assert len(account.json()["data"]) >= 16
    (user, *_others) = client.http.get(client.boxes.replace("/vmboxes", "/users")).json()["data"]
    assert {"features", "flags"} <= set(user)
    wide = client.http.get(f"{client.boxes}/messages?created_from=1&created_to=99999999999").json()
    message = wide["data"]["created_from"]["date_range"]["message"]
    assert " 1" in message
    assert "99999999999" in message
    schema = client.http.get(f"{client.server.origin}/v2/schemas/vmboxes").json()["data"]
    assert all(one["description"] for one in schema["properties"].values())
    form = b'{"data":{"name":"x","mailbox":"1"}}'
    curl = client.http.put(client.boxes, content=form, headers={"content-type": "application/x-www-form-urlencoded"})
    assert curl.status_code == 201
