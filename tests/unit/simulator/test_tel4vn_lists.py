# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN: lists, messages and state, and the effect of every behavior."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import httpx
import pytest

pytest.register_assert_rewrite("helpers.tel4vn_client")

from helpers.read_counter import counted  # noqa: E402 (the path is set above)
from helpers.tel4vn_client import MINIMAL, Start, rows  # noqa: E402 (rewritten first)
from voicemail_simulator.server import SimulatorServer  # noqa: E402
from voicemail_simulator.simulation import Simulation  # noqa: E402
from voicemail_simulator.store import Store  # noqa: E402

pytest_plugins = ["helpers.tel4vn_client"]


# Lists


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 25])
@pytest.mark.parametrize("order", ["insertion", "shuffled"])
def test_pages_contain_every_mailbox_once(start_tel4vn: Start, count: int, order: str) -> None:
    client = start_tel4vn(mailboxes=count, list_order=order, default_limit=5)
    pages = [client.get("/v1/voicemail", params={"offset": offset}).json() for offset in range(0, count + 5, 5)]
    seen = [row["extension"] for page in pages for row in page["data"]]
    assert sorted(seen) == [str(1001 + position) for position in range(count)]
    assert {(page["limit"], page["total"]) for page in pages} == {(5, count)}
    if count > 2:
        assert (seen == sorted(seen)) is (order == "insertion")


def test_reshuffled_order_differs_between_requests(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=30, list_order="reshuffled")
    orders = {tuple(row["id"] for row in rows(client, limit=30)) for _time in range(3)}
    assert len(orders) == 3
    assert len({frozenset(order) for order in orders}) == 1


def test_limits(start_tel4vn: Start) -> None:
    assert len(rows(start_tel4vn(mailboxes=60))) == 10
    assert len(rows(start_tel4vn(mailboxes=60, default_limit=25))) == 25
    client = start_tel4vn(mailboxes=60, default_limit=10, max_limit=50)
    reply = client.get("/v1/voicemail", params={"limit": 1000}).json()
    assert (len(reply["data"]), reply["limit"], reply["total"]) == (50, 50, 60)
    assert len(rows(client, limit=7, offset=55)) == 5
    for query in ({"limit": "x"}, {"offset": "-1"}):
        assert client.get("/v1/voicemail", params=query).status_code == 400


def test_empty_list(start_tel4vn: Start) -> None:
    for value, expected in (("array", []), ("null", None)):
        client = start_tel4vn(empty_list=value)
        assert rows(client) == expected
        assert rows(client, "/v1/voicemail/message") == expected


def test_total(start_tel4vn: Start) -> None:
    for value, expected in (("exact", 12), ("low", 6), ("high", 19)):
        assert start_tel4vn(mailboxes=12, total=value).get("/v1/voicemail").json()["total"] == expected


def test_stale_listing(start_tel4vn: Start, tel4vn_server: SimulatorServer) -> None:
    client = start_tel4vn(mailboxes=3)
    tel4vn_server.faults.set(["stale_listing,path=voicemail$"])
    client.delete("/v1/voicemail/1002")
    assert sorted(row["extension"] for row in rows(client)) == ["1001", "1002", "1003"]
    tel4vn_server.faults.set([])
    assert [row["extension"] for row in rows(client)] == ["1001", "1003"]


# Messages


def test_messages(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=3, messages=4)
    assert client.get("/v1/voicemail/message").json()["total"] == 12
    reply = client.get("/v1/voicemail/message", params={"extension": "1002", "limit": 3, "offset": 2}).json()
    assert (len(reply["data"]), reply["total"]) == (2, 4)
    message = reply["data"][0]
    assert set(message) == {
        *("id", "created_at", "caller_id_name", "caller_id_number", "duration", "extension", "download_url")
    }
    assert (message["extension"], message["created_at"][19:]) == ("1002", "+07:00")
    assert message["id"] not in message["download_url"]
    assert client.get(f"/v1/voicemail/message/{message['id']}").json() == message
    assert rows(client, "/v1/voicemail/message", extension="7099") == []


def test_download(start_tel4vn: Start, tel4vn_server: SimulatorServer) -> None:
    client = start_tel4vn(mailboxes=1, messages=1)
    message = rows(client, "/v1/voicemail/message")[0]
    assert message["download_url"].startswith(f"{tel4vn_server.url}/voicemail/message/")
    reply = client.get(message["download_url"])
    assert reply.headers["content-type"] == "audio/wav"
    assert 'filename="msg_' in reply.headers["content-disposition"]
    with wave.open(io.BytesIO(reply.content)) as audio:
        assert audio.getnframes() / audio.getframerate() == message["duration"]
    assert client.get(message["download_url"]).content == reply.content
    for unknown in ("nonsense", message["id"]):
        assert client.get(f"/v1/voicemail/message/{unknown}/download").status_code == 404


def test_download_marks_read(start_tel4vn: Start) -> None:
    for value in (True, False):
        client = start_tel4vn(mailboxes=1, messages=1, download_marks_read=value)
        message = rows(client, "/v1/voicemail/message")[0]
        client.get(message["download_url"])
        state = client.get("/_simulator/state").json()
        assert state["tel4vn.messages"][message["id"]]["read"] is value


def test_download_from_another_host_refuses_the_token(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=1, messages=1, download_host="other")
    link = httpx.URL(rows(client, "/v1/voicemail/message")[0]["download_url"])
    assert link.host == "localhost"
    assert client.get(str(link)).status_code == 403
    assert client.get(link.path).status_code == 200
    del client.headers["Authorization"]
    assert client.get(str(link)).headers["content-type"] == "audio/wav"
    assert client.get(link.path).status_code == 401


def test_delete_includes_the_messages(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=2, messages=3)
    client.delete("/v1/voicemail/1001")
    assert {row["extension"] for row in rows(client, "/v1/voicemail/message")} == {"1002"}
    client.post("/v1/voicemail", json=MINIMAL | {"extension": "1001"})
    assert rows(client, "/v1/voicemail/message", extension="1001") == []


# The whole simulation


def test_state_can_be_replaced(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=2, messages=1)
    state = client.get("/_simulator/state").json()
    client.delete("/v1/voicemail/1001")
    assert client.put("/_simulator/state", json=state).status_code == 204
    assert [row["extension"] for row in rows(client)] == ["1001", "1002"]
    assert client.get("/v1/voicemail/1001").status_code == 200
    assert len(rows(client, "/v1/voicemail/message", extension="1001")) == 1


def test_same_seed_same_state() -> None:
    first, second = (Simulation("tel4vn", mailboxes=5, messages=1, seed=7) for _time in range(2))
    assert list(first.vendor.state.boxes.values()) == list(second.vendor.state.boxes.values())
    assert list(Simulation("tel4vn", mailboxes=5, seed=8).vendor.state.boxes) != list(first.vendor.state.boxes)


def test_state_file_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite")
    for extension in ("7011", "7012"):
        store = Store(path)
        vendor = Simulation("tel4vn", store=store).vendor
        vendor.add_box(extension)
        vendor.add_message(extension)
        store.close()
    vendor = Simulation("tel4vn", store=Store(path)).vendor
    assert [box["extension"] for box in vendor.state.boxes.values()] == ["7011", "7012"]
    assert vendor.state.box("7011") is not None
    assert len(vendor.state.messages) == 2


def test_lookup_reads_no_other_mailboxes() -> None:
    def reads(mailboxes: int) -> int:
        vendor = Simulation("tel4vn", mailboxes=mailboxes).vendor
        # The order of a list is computed once.
        vendor.state.page("boxes", slice(5), random_numbers=vendor.random)
        with counted(vendor.state.boxes) as boxes:
            assert vendor.state.box("1003") is not None
            assert len(vendor.state.page("boxes", slice(5), random_numbers=vendor.random)[0]) == 5
            return boxes.reads

    assert reads(20_000) == reads(5) < 10
