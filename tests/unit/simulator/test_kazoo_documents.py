# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO: media documents with their recordings, and callflows."""

from __future__ import annotations

import httpx
import pytest
from helpers.kazoo_client import Client, Start
from voicemail_simulator.vendors.kazoo import SimulatedKazoo
from voicemail_simulator.wav import wav_file

PROFILES = ("M", "5", "4.3")
SOUND = wav_file(bytes(16000), 8000)


class MediaClient:
    """Sends requests for the media of the first sub-account."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.path = f"/accounts/{SimulatedKazoo.ACCOUNT_ID}/media"

    def send(self, method: str, path: str = "", **options: object) -> httpx.Response:
        return self.client.http.request(method, self.path + path, **options)  # type: ignore[arg-type]

    def create(self, **data: object) -> str:
        reply = self.send("PUT", json={"data": {"name": "Welcome", "media_source": "upload", **data}})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["data"]["id"])

    def upload(self, media_id: str, content: bytes = SOUND, kind: str = "audio/x-wav") -> httpx.Response:
        return self.send("POST", f"/{media_id}/raw?filename=a.wav", content=content, headers={"content-type": kind})


@pytest.fixture(params=PROFILES)
def media(kazoo: Start, request: pytest.FixtureRequest) -> MediaClient:
    return MediaClient(kazoo(profile=request.param))


def test_a_document_needs_a_name_and_a_source(media: MediaClient) -> None:
    reply = media.send("PUT", json={"data": {}})
    assert (reply.status_code, sorted(reply.json()["data"])) == (400, ["media_source", "name"])


def test_a_recording_is_uploaded_and_read_back(media: MediaClient) -> None:
    media_id = media.create(mark={"sha256": "x"})
    assert media.send("GET", f"/{media_id}/raw").status_code == 404
    reply = media.upload(media_id)
    assert (reply.status_code, reply.json()["data"]["id"]) == (200, media_id)
    raw = media.send("GET", f"/{media_id}/raw")
    assert (raw.content, raw.headers["content-type"]) == (SOUND, "audio/x-wav")
    assert media.send("GET", f"/{media_id}/raw", headers={"accept": "application/json"}).status_code == 406
    document = media.send("GET", f"/{media_id}").json()["data"]
    assert (document["mark"], document["content_length"]) == ({"sha256": "x"}, len(SOUND))
    assert media.upload(media_id, kind="text/html").status_code == 415
    assert media.upload(media_id, content=b"").status_code == 400


def test_lists_are_summaries_and_filters_see_every_key(media: MediaClient) -> None:
    first, _second = media.create(mark={"box": "1"}), media.create(mark={"box": "2"})
    (found,) = media.send("GET", params={"filter_mark.box": "1"}).json()["data"]
    assert (found["id"], found["name"], "mark" in found) == (first, "Welcome", False)
    assert len(media.send("GET").json()["data"]) == 2


def test_a_replaced_document_keeps_its_recording(media: MediaClient) -> None:
    media_id = media.create(mark="x")
    revision = media.upload(media_id).json()["revision"]
    data = {"name": "Other", "media_source": "upload"}
    stale = media.send("POST", f"/{media_id}", json={"data": data}, headers={"if-match": '"1-0"'})
    assert stale.status_code == 412
    reply = media.send("POST", f"/{media_id}", json={"data": data}, headers={"if-match": f'"{revision}"'})
    assert (reply.json()["data"]["name"], "mark" in reply.json()["data"]) == ("Other", False)
    assert media.send("GET", f"/{media_id}/raw").content == SOUND


def test_a_deleted_document_is_gone(media: MediaClient) -> None:
    media_id = media.create()
    assert media.send("DELETE", f"/{media_id}", headers={"if-match": '"1-0"'}).status_code == 412
    assert media.send("DELETE", f"/{media_id}").status_code == 200
    assert media.send("DELETE", f"/{media_id}").status_code == 404
    assert media.send("GET").json()["data"] == []


def test_uploads_that_are_converted_or_lost(media: MediaClient) -> None:
    media_id = media.create()
    media.client.server.behaviors.broken_uploads = 1
    assert media.upload(media_id).json() == {"status": "success"}
    assert media.send("GET", f"/{media_id}/raw").status_code == 404
    media.client.server.behaviors.normalize_media = True
    media.upload(media_id)
    raw = media.send("GET", f"/{media_id}/raw")
    assert (raw.headers["content-type"], raw.content[:1]) == ("audio/mp3", b"\xff")


@pytest.fixture(params=PROFILES)
def flows(kazoo: Start, request: pytest.FixtureRequest) -> MediaClient:
    client = MediaClient(kazoo(profile=request.param))
    client.path = f"/accounts/{SimulatedKazoo.ACCOUNT_ID}/callflows"
    return client


def test_a_callflow_needs_a_number_of_its_own(flows: MediaClient) -> None:
    assert flows.send("PUT", json={"data": {"name": "x"}}).json()["data"]["numbers"] == {
        "required": {"message": "Callflows must be assigned at least one number or pattern"}
    }
    data = {"numbers": ["2000", "2015550123"], "flow": {"module": "voicemail", "data": {"id": "x"}, "children": {}}}
    made = flows.send("PUT", json={"data": data}).json()
    assert made["data"]["numbers"] == ["2000", "+12015550123"]
    taken = flows.send("PUT", json={"data": {"numbers": ["2000"]}})
    assert (taken.status_code, "unique" in taken.json()["data"]["numbers"]) == (400, True)
    (item,) = flows.send("GET").json()["data"]
    assert (item["modules"], item["featurecode"], "flow" in item) == (["voicemail"], False, False)
    path = f"/{made['data']['id']}"
    patched = flows.send(
        "PATCH", path, json={"data": {"numbers": ["2001"]}}, headers={"if-match": f'"{made["revision"]}"'}
    )
    assert (patched.json()["data"]["numbers"], patched.json()["data"]["flow"]) == (["2001"], data["flow"])
    assert flows.send("POST", path, json={"data": {"numbers": ["2"]}}, headers={"if-match": '"1-0"'}).status_code == 412
    assert "metadata" in flows.send("GET", path).json()["data"]
    assert flows.send("DELETE", path).status_code == 200
    assert flows.send("GET", path).status_code == 404
