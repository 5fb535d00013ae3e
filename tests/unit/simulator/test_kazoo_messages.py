# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO: messages, folders, moves, recordings and edge cases."""

from __future__ import annotations

import io
import wave
import zipfile

import pytest
from helpers.kazoo_client import Client, Start

PROFILES = ("M", "5", "4.3")
every_profile = pytest.mark.parametrize("profile", PROFILES)
DAY = 86400


def folders(client: Client, box: str) -> list[str]:
    items = client.get(f"/{box}/messages").json()["data"]
    return sorted(item["folder"] for item in items)


@every_profile
def test_seeded_messages_have_audio(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile, mailboxes=2, messages=3)
    boxes = client.get().json()["data"]
    assert [(box["messages"], box["folders"]) for box in boxes] == [(3, {"saved": 1, "new": 2})] * 2
    kinds, transcribed = [], 0
    for item in client.get("/messages").json()["data"]:
        ((box, message),) = item.items()
        reply = client.get(f"/{box}/messages/{message['media_id']}/raw")
        kinds.append(reply.headers["content-type"])
        assert abs(seconds_of(reply.content) - message["length"] / 1000) < 0.02
        one = client.get(f"/{box}/messages/{message['media_id']}").json()["data"]
        assert ("transcription" in one) == message.get("transcribed", False)
        transcribed += "transcription" in one and one["transcription"]["text"] != ""
    assert sorted(kinds) == ["audio/mpeg"] * 2 + ["audio/x-wav"] * 4
    assert transcribed == 2


def seconds_of(content: bytes) -> float:
    """Return the length of a recording, and check that it has no other bytes."""
    if content[:4] == b"RIFF":
        with wave.open(io.BytesIO(content)) as recording:
            assert len(recording.readframes(recording.getnframes())) == 2 * recording.getnframes()
            return recording.getnframes() / recording.getframerate()
    # MPEG-2 Layer III, 8 kbit/s, 16 kHz, mono: consecutive frames of 36 bytes.
    frames = [content[start : start + 36] for start in range(0, len(content), 36)]
    assert {(len(frame), frame[:4]) for frame in frames} == {(36, bytes.fromhex("fff318c4"))}
    # According to the side information, the spectrum fits into the frame and has one audible line.
    side = f"{int.from_bytes(frames[0][4:13], 'big'):072b}"
    length, pairs = int(side[9:21], 2), int(side[21:30], 2)
    spectrum = f"{int.from_bytes(frames[0][13:], 'big'):0184b}"[:length]
    assert spectrum in ("1" * (pairs - 1) + "010", "1" * (pairs - 1) + "0010")
    return len(frames) * 576 / 16000


def test_counters_exclude_the_current_second(kazoo: Start) -> None:
    client = kazoo()
    box = client.create("3000")
    client.add_message(box, timestamp=client.server.vendor.state.now() + 1)
    assert client.get().json()["data"][0]["messages"] == 0
    client.server.clock.advance(5)
    assert client.get().json()["data"][0]["messages"] == 1


@every_profile
def test_bulk_change_may_fail_in_part(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    message = client.add_message(box)
    reply = client.send("POST", f"/{box}/messages", data={"messages": [message, "nope"], "folder": "saved"})
    assert reply.status_code == 200
    assert reply.json()["data"] == {"succeeded": [message], "failed": {"nope": "not_found"}}
    client.server.behaviors.failed_shape = "array"
    reply = client.send("POST", f"/{box}/messages", data={"messages": ["nope"], "folder": "saved"})
    assert reply.json()["data"] == {"failed": [{"nope": "not_found"}]}


@every_profile
def test_bulk_deletion_without_a_body_deletes_all_messages(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    for folder in ("new", "saved", "deleted"):
        client.add_message(box, folder=folder)
    assert client.send("DELETE", f"/{box}/messages", data={"messages": []}).json()["data"] == {}
    assert client.send("DELETE", f"/{box}/messages?folder=saved").json()["data"]["succeeded"]
    assert folders(client, box) == ["deleted", "new"]
    assert len(client.send("DELETE", f"/{box}/messages?folder=typo").json()["data"]["succeeded"]) == 2
    assert folders(client, box) == []


def test_deletion_by_tunnelled_post(kazoo: Start) -> None:
    client = kazoo()
    box = client.create("3000")
    kept, gone = client.add_message(box), client.add_message(box)
    client.send("POST", f"/{box}/messages?verb=DELETE", data={"messages": [gone]})
    assert [item["media_id"] for item in client.get(f"/{box}/messages").json()["data"]] == [kept]


def test_deleted_messages_can_stay_readable(kazoo: Start) -> None:
    for readable, status in ((False, 404), (True, 200)):
        client = kazoo(read_deleted_messages=readable)
        box = client.create("3000")
        message = client.add_message(box)
        assert client.send("DELETE", f"/{box}/messages/{message}").json()["data"]["folder"] == "deleted"
        reply = client.get(f"/{box}/messages/{message}")
        assert reply.status_code == status
        assert client.get(f"/{box}/messages").json()["data"] == []


@every_profile
def test_move_creates_a_new_message(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    first, second = client.create("3000"), client.create("3001")
    message = client.add_message(first, folder="saved", call_id="call")
    client.server.clock.advance(10)
    moved = client.send("POST", f"/{first}/messages/{message}", data={"source_id": second}).json()["data"]
    assert moved["_id"] != message
    assert moved["history"] == [first]
    assert client.get(f"/{first}/messages/{message}").status_code == 404
    (item,) = client.get(f"/{second}/messages").json()["data"]
    assert (item["media_id"], item["folder"], item["call_id"]) == (moved["_id"], "new", "call")
    assert item["timestamp"] >= moved["pvt_created"] + 10


def test_copies_and_bulk_moves(kazoo: Start) -> None:
    client = kazoo()
    first, second, third = (client.create(number) for number in ("1", "2", "3"))
    message = client.add_message(first)
    copied = client.send("POST", f"/{first}/messages", data={"messages": [message], "source_id": [second, third]})
    assert len(copied.json()["data"]["succeeded"]) == 2
    moved = client.send("POST", f"/{first}/messages", data={"messages": [message], "source_id": second})
    assert len(moved.json()["data"]["succeeded"]) == 1
    assert [len(folders(client, box)) for box in (first, second, third)] == [0, 2, 1]
    unknown = client.send("POST", f"/{first}/messages/x", data={"source_id": ""})
    assert unknown.status_code == 404


def test_bulk_move_to_an_unknown_mailbox(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        box = client.create("3000")
        message = client.add_message(box)
        data = {"messages": [message], "source_id": "0" * 32}
        reply = client.send("POST", f"/{box}/messages", data=data)
        assert reply.status_code == (500 if profile == "5" else 200)
        if profile != "5":
            assert reply.json()["data"]["mailbox"] == "3000"
        assert len(folders(client, box)) == 1


def test_message_with_two_realms_cannot_be_deleted(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        box = client.create("3000")
        message = client.add_message(box, **{"from": "1001@example.com"})
        expected = 500 if profile == "5" else 200
        for path in (f"/{box}/messages/{message}", f"/{box}/messages", f"/{box}"):
            assert client.send("DELETE", path).status_code == expected
        assert folders(client, box) == ["new"]
        assert client.get(f"/{box}").status_code == 200


@every_profile
def test_time_range(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    now = client.server.vendor.state.now()
    for age in (1, 40, 92, 120):
        client.add_message(box, timestamp=now - age * DAY, call_id=str(age))
    assert len(client.get(f"/{box}/messages").json()["data"]) == 3
    old = client.get(f"/{box}/messages", params={"created_from": now - 121 * DAY, "created_to": now - 100 * DAY})
    (item,) = old.json()["data"]
    assert (item["folder"], item["retention"], item["call_id"]) == ("deleted", "enforced", "120")
    refused = client.get(f"/{box}/messages", params={"created_from": now - 40 * DAY})
    assert (refused.status_code, list(refused.json()["data"]["created_from"])) == (400, ["date_range"])
    assert client.get(f"/{box}/messages", params={"created_from": now, "created_to": 5}).status_code == 400


def test_retention_is_configurable(kazoo: Start) -> None:
    client = kazoo(message_retention_days=10)
    box = client.create("3000")
    old = client.add_message(box, timestamp=client.server.vendor.state.now() - 11 * DAY)
    assert client.get(f"/{box}/messages").json()["data"] == []
    single = client.send("POST", f"/{box}/messages/{old}", data={"folder": "saved"})
    assert list(single.json()["data"][old]) == ["date_range"]
    bulk = client.send("POST", f"/{box}/messages", data={"messages": [old], "folder": "saved"})
    assert bulk.json()["data"]["failed"] == {old: "prior_to_retention_duration"}


def test_message_pages(kazoo: Start) -> None:
    client = kazoo()
    box = client.create("3000")
    now = client.server.vendor.state.now()
    made = [client.add_message(box, timestamp=now - age) for age in range(1, 8)]
    found: list[str] = []
    query = {"page_size": 3}
    while True:
        page = client.get(f"/{box}/messages", params=query).json()
        found += [item["media_id"] for item in page["data"]]
        if "next_start_key" not in page:
            break
        query["start_key"] = page["next_start_key"]
    assert found == made


def test_message_filters(kazoo: Start) -> None:
    for profile in PROFILES:
        client = kazoo(profile=profile)
        box = client.create("3000")
        for folder in ("new", "saved", "deleted"):
            client.add_message(box, folder=folder)
        for query, count in (
            ({"filter_folder": "new"}, 1),
            ({"filter_folder": '["new","saved"]'}, 2),
            ({"filter_not_folder": "saved"}, 2),
            ({"folder": "new"}, 3),
            ({"filter_any_folder": '["new"]'}, 0),
        ):
            assert len(client.get(f"/{box}/messages", params=query).json()["data"]) == count, query


@every_profile
def test_upload_and_download(kazoo: Start, profile: str) -> None:
    client = kazoo(profile=profile)
    box = client.create("3000")
    message = client.add_message(box, caller_id_number="1001")
    path = f"/{box}/messages/{message}/raw"
    assert client.get(path).status_code == 404
    uploaded = client.send("PUT", path, content=b"sound", headers={"content-type": "audio/mpeg"})
    assert uploaded.status_code == 201
    assert client.get(path, headers={"accept": "application/json"}).status_code == 406
    got = client.get(path)
    assert (got.content, got.headers["content-type"]) == (b"sound", "audio/mpeg")
    part = client.get(path, headers={"range": "bytes=1-2"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"ou", "bytes 1-2/5")
    assert client.get(path, headers={"range": "bytes=-2"}).content == b"nd"
    assert client.get(path, headers={"range": "bytes=9-"}).status_code == 500


def test_binary_survives_multipart(kazoo: Start) -> None:
    client = kazoo()
    box = client.create("3000")
    sound = bytes(range(256)) * 3 + b"\r\n--x\r\n"
    files = {
        "metadata": ("m.json", b'{"data":{"call_id":"c"}}', "application/json"),
        "content": ("s.wav", sound, "audio/x-wav"),
    }
    made = client.send("PUT", f"/{box}/messages", files=files).json()["data"]
    assert made["call_id"] == "c"
    assert client.get(f"/{box}/messages/{made['media_id']}/raw").content == sound
    files["more"] = ("t.wav", sound, "audio/x-wav")
    refused = client.send("PUT", f"/{box}/messages", files=files)
    assert list(refused.json()["data"]["file"]) == ["maxItems"]


def test_zip_without_a_content_type(kazoo: Start) -> None:
    client = kazoo(mailboxes=1, messages=2)
    box = client.get().json()["data"][0]["id"]
    ids = [item["media_id"] for item in client.get(f"/{box}/messages").json()["data"]]
    body = ('{"data":{"messages":["' + '","'.join(ids) + '"]}}').encode()
    reply = client.send("POST", f"/{box}/messages/raw", content=body)
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert len(archive.namelist()) == 2
    silent = client.add_message(box)
    failed = client.send("POST", f"/{box}/messages/raw", content=f'{{"data":{{"messages":["{silent}"]}}}}'.encode())
    assert (failed.status_code, failed.json()["message"]) == (500, "init failed")
