# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: messages, greetings, uploads, downloads and files, with default behaviors."""

from __future__ import annotations

import hashlib
import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.audio import tone, tone_bytes

LogIn = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatorServer]:
    with SimulatorServer("portsip") as server:
        yield server


@pytest.fixture
def server(running: SimulatorServer) -> SimulatorServer:
    """Reset the shared server to two users and two mailboxes, with four messages each."""
    running.behaviors.update({behavior.name: behavior.default for behavior in SimulatedPortsip.behavior_definitions})
    running.simulation.reset(2, 4)
    return running


@pytest.fixture
def log_in(server: SimulatorServer) -> Iterator[LogIn]:
    """Create clients for users of the tenant."""
    clients = []

    def make(username: str = SimulatedPortsip.ADMIN_USERNAME) -> httpx.Client:
        login = {"username": username, "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
        token = httpx.post(server.url + "/auth/sign_in", json=login).json()["access_token"]
        clients.append(httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def box(log_in: LogIn) -> str:
    """Return the path of the first shared voicemail."""
    return f"/shared_voicemails/{log_in().get('/shared_voicemails').json()['items'][0]['id']}"


def ids(client: httpx.Client, path: str) -> list[str]:
    """Return the ids of a list."""
    return [one["id"] for one in client.get(path).json()["items"]]


def upload(client: httpx.Client, content: bytes, name: str = "greeting.wav") -> httpx.Response:
    """Upload a file in two parts and return the last reply."""
    reply = client.post("/blobs/uploads", params={"filename": name, "temporary": "true"})
    assert reply.status_code == 202
    path = f"/blobs/uploads/{reply.headers['PortSIP-Upload-ID']}"
    half = len(content) // 2
    token = {"PortSIP-Upload-Token": reply.headers["PortSIP-Upload-Token"]}
    appended = client.post(f"{path}/append", content=content[:half], headers=token)
    assert (appended.status_code, appended.headers["Range"]) == (203, f"0-{half - 1}")
    token = {"PortSIP-Upload-Token": appended.headers["PortSIP-Upload-Token"]}
    digest = {"digest": hashlib.sha256(content).hexdigest()}
    return client.post(f"{path}/complete", content=content[half:], headers=token, params=digest)


def add_greeting(client: httpx.Client, path: str, content: bytes) -> str:
    """Upload a file, attach it and return the greeting's id."""
    reply = client.post(path, json={"file_id": upload(client, content).json()["id"]})
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


class TestMessages:
    def test_shared_messages(self, log_in: LogIn, box: str) -> None:
        client = log_in()
        listed = client.get(f"{box}/voicemails").json()
        assert listed["count"] == len(listed["items"]) == 4
        first = listed["items"][0]
        assert first["created_at"].endswith("Z")
        assert [one["status"] for one in listed["items"]] == ["UNREAD", "UNREAD", "READ", "UNREAD"]
        assert set(first) == {
            *("id", "sender", "created_at", "duration", "status", "file_name", "file_size", "file_url")
        }
        assert client.get(f"{box}/voicemails/{first['id']}").json() == first

    def test_transcriptions_are_in_the_list_only(self, log_in: LogIn) -> None:
        client = log_in("user1001")
        listed = client.get("/voicemails").json()["items"]
        assert listed[0]["transcription_status"] == "TRANSCRIPTION_NOTSTARTED"
        assert "transcription_sentiment" not in listed[0]
        assert listed[1]["transcription_sentiment"] == "SENTIMENT_POSITIVE"
        one = client.get(f"/voicemails/{listed[1]['id']}").json()
        assert not [name for name in one if name.startswith("transcription")]
        done = client.get("/voicemails", params={"filter": "transcription_status eq 'ANALYZE_SUCCEEDED'"}).json()
        assert done["count"] == 2

    def test_messages_belong_to_their_owner(self, log_in: LogIn, box: str) -> None:
        first, second, admin = log_in("user1001"), log_in("user1002"), log_in()
        assert not set(ids(first, "/voicemails")) & set(ids(second, "/voicemails"))
        assert admin.get("/voicemails").json()["count"] == 0
        other_box = f"/shared_voicemails/{ids(admin, '/shared_voicemails')[1]}"
        foreign = ids(admin, f"{other_box}/voicemails")[0]
        assert admin.get(f"{box}/voicemails/{foreign}").status_code == 404
        assert admin.post(f"{box}/voicemails/{foreign}/destroy").status_code == 404
        assert second.post(f"/voicemails/{ids(first, '/voicemails')[0]}/set_read").status_code == 400

    @pytest.mark.parametrize("shared", [True, False])
    def test_mark_and_destroy(self, log_in: LogIn, box: str, shared: bool) -> None:
        client = log_in() if shared else log_in("user1001")
        path = f"{box}/voicemails" if shared else "/voicemails"
        key = ids(client, path)[0]
        for action, status in (("set_read", "READ"), ("set_read", "READ"), ("set_unread", "UNREAD")):
            reply = client.post(f"{path}/{key}/{action}")
            assert (reply.status_code, reply.content) == (200, b"")
            assert client.get(f"{path}/{key}").json()["status"] == status
        assert client.post(f"{path}/{key}/destroy").status_code == 204
        assert key not in ids(client, path)
        assert client.get(f"{path}/{key}").status_code == 404
        assert client.post(f"{path}/{key}/set_read").status_code == 400
        assert client.post(f"{path}/{key}/set_unread").status_code == 400
        assert client.post(f"{path}/{key}/destroy").status_code == 404

    def test_filter_search_and_order(self, log_in: LogIn, box: str) -> None:
        client = log_in()

        def count(**query: Any) -> int:
            return client.get(f"{box}/voicemails", params=query).json()["count"]

        assert count(filter="status eq 'UNREAD'") == 3
        assert count(filter="sender eq '2125550142' and duration lt 10") == 1
        assert count(filter="created_at lt '2020-01-01T00:00:00Z'") == 0
        assert count(search="nora") == 1
        newest = client.get(f"{box}/voicemails", params={"orderby": "created_at desc", "top": 1}).json()["items"][0]
        assert newest["id"] == ids(client, f"{box}/voicemails")[-1]
        assert client.get(f"{box}/voicemails", params={"top": 101}).status_code == 400

    def test_destroy_includes_messages_and_greetings(self, log_in: LogIn, box: str, server: SimulatorServer) -> None:
        client = log_in()
        url = client.get(f"{box}/voicemails").json()["items"][0]["file_url"]
        add_greeting(client, f"{box}/greetings", tone(1))
        assert client.post(f"{box}/destroy").status_code == 204
        assert httpx.get(server.origin + url).status_code == 404
        owner = box.rpartition("/")[2]
        for collection in ("portsip.messages", "portsip.greetings"):
            assert not [one for one in server.store.collection(collection).values() if one["owner_id"] == owner]


class TestAudio:
    def test_download_is_the_recording(self, log_in: LogIn, server: SimulatorServer) -> None:
        client = log_in("user1001")
        for message in client.get("/voicemails").json()["items"]:
            assert message["file_url"].startswith("/api/blobs/")
            # The link needs no token.
            reply = httpx.get(server.origin + message["file_url"])
            assert reply.headers["Content-Type"] == "application/octet-stream"
            assert reply.headers["Content-Disposition"] == f'attachment; filename="{message["file_name"]}"'
            assert len(reply.content) == message["file_size"]
            with wave.open(io.BytesIO(reply.content)) as stream:
                form = (stream.getnchannels(), stream.getsampwidth(), stream.getframerate())
                assert form == (1, 2, 16000)
                assert stream.getnframes() / 16000 == message["duration"]
        assert client.get("/voicemails", params={"filter": "status eq 'UNREAD'"}).json()["count"] == 3

    def test_guessed_link_is_refused(self, log_in: LogIn, server: SimulatorServer) -> None:
        client = log_in("user1001")
        message = client.get("/voicemails").json()["items"][0]
        for key in (message["id"], "0" * 12 + message["id"], "nothing"):
            assert httpx.get(f"{server.url}/blobs/{key}").status_code == 404

    def test_computed_size_of_audio(self) -> None:
        assert [len(tone(seconds)) for seconds in (0, 1, 7)] == [tone_bytes(seconds) for seconds in (0, 1, 7)]


class TestUploads:
    def test_upload_becomes_a_file(self, log_in: LogIn) -> None:
        client = log_in()
        content = tone(2)
        reply = upload(client, content, "hello.wav")
        assert reply.status_code == 201
        file = client.get(f"/files/{reply.json()['id']}").json()
        assert (file["name"], file["size"], file["media_type"]) == ("hello.wav", len(content), "audio/vnd.wave")
        assert client.get("/files", params={"filter": "name eq 'hello.wav'"}).json() == {"count": 1, "items": [file]}
        assert client.post(f"/files/{file['id']}/destroy").status_code == 204
        assert client.get(f"/files/{file['id']}").status_code == 404
        assert client.post(f"/files/{file['id']}/destroy").status_code == 404

    def test_only_the_newest_upload_token_is_valid(self, log_in: LogIn) -> None:
        client = log_in()
        started = client.post("/blobs/uploads")
        path = f"/blobs/uploads/{started.headers['PortSIP-Upload-ID']}"
        old = {"PortSIP-Upload-Token": started.headers["PortSIP-Upload-Token"]}
        assert client.post(f"{path}/append", content=b"a", headers=old).status_code == 203
        assert client.post(f"{path}/append", content=b"b", headers=old).status_code == 400
        assert client.post(f"{path}/complete", content=b"b").status_code == 400
        status = client.get(f"{path}/status")
        assert (status.status_code, status.headers["Range"]) == (204, "0-0")
        new = {"PortSIP-Upload-Token": status.headers["PortSIP-Upload-Token"]}
        assert client.post(f"{path}/complete", headers=new).status_code == 201
        assert client.get(f"{path}/status").status_code == 404

    def test_wrong_digest(self, log_in: LogIn) -> None:
        client = log_in()
        started = client.post("/blobs/uploads")
        path = f"/blobs/uploads/{started.headers['PortSIP-Upload-ID']}/complete"
        token = {"PortSIP-Upload-Token": started.headers["PortSIP-Upload-Token"]}
        reply = client.post(path, content=b"a", headers=token, params={"digest": "0" * 64})
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "VALIDATE_FAILED")

    def test_upload_expires_or_is_cancelled(self, log_in: LogIn, server: SimulatorServer) -> None:
        client = log_in()
        paths = [f"/blobs/uploads/{client.post('/blobs/uploads').headers['PortSIP-Upload-ID']}" for _place in range(2)]
        assert client.post(f"{paths[0]}/destroy").status_code == 204
        assert client.post(f"{paths[0]}/destroy").status_code == 404
        server.clock.advance(3600)
        assert log_in().get(f"{paths[1]}/status").status_code == 404

    def test_temporary_is_a_boolean(self, log_in: LogIn) -> None:
        assert log_in().post("/blobs/uploads", params={"temporary": "maybe"}).status_code == 400


class TestGreetings:
    @pytest.fixture(params=["box", "user", "own"])
    def place(self, request: pytest.FixtureRequest, log_in: LogIn, box: str) -> tuple[httpx.Client, str]:
        """Return each of the three paths of greetings, with a client that may change them."""
        client = log_in()
        if request.param == "own":
            return client, "/user/greetings"
        user = ids(client, "/users")[1]
        return client, f"{box}/greetings" if request.param == "box" else f"/users/{user}/greetings"

    def test_lifecycle_of_greetings(self, place: tuple[httpx.Client, str], server: SimulatorServer) -> None:
        client, path = place
        assert client.get(path).json() == {"items": []}
        first, second = add_greeting(client, path, tone(1)), add_greeting(client, path, tone(2))
        listed = client.get(path).json()["items"]
        assert [(one["id"], one["enabled"]) for one in listed] == [(first, False), (second, False)]
        assert (listed[1]["file_name"], listed[1]["file_size"]) == ("greeting.wav", tone_bytes(2))
        assert httpx.get(server.origin + listed[1]["file_url"]).content == tone(2)
        for key, enabled in ((first, [True, False]), (second, [False, True])):
            assert client.post(f"{path}/{key}/enable").status_code == 200
            assert [one["enabled"] for one in client.get(path).json()["items"]] == enabled
        assert client.post(f"{path}/{second}/disable").status_code == 200
        assert not any(one["enabled"] for one in client.get(path).json()["items"])
        assert client.post(f"{path}/{first}/destroy").status_code == 204
        assert ids(client, path) == [second]
        for action in ("enable", "disable", "destroy"):
            assert client.post(f"{path}/{first}/{action}").status_code == 404

    def test_greeting_needs_a_known_file(self, place: tuple[httpx.Client, str]) -> None:
        client, path = place
        for body in ({}, {"file_id": "123"}, {"file_id": 1}):
            reply = client.post(path, json=body)
            assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "VALIDATE_FAILED")

    def test_greeting_remains_after_its_file_is_destroyed(
        self, log_in: LogIn, box: str, server: SimulatorServer
    ) -> None:
        client = log_in()
        file_id = upload(client, tone(1)).json()["id"]
        keys = [client.post(f"{box}/greetings", json={"file_id": file_id}).json()["id"] for _place in range(2)]
        client.post(f"/files/{file_id}/destroy")
        url = server.origin + client.get(f"{box}/greetings").json()["items"][0]["file_url"]
        client.post(f"{box}/greetings/{keys[0]}/destroy")
        assert httpx.get(url).status_code == 200
        client.post(f"{box}/greetings/{keys[1]}/destroy")
        assert httpx.get(url).status_code == 404
        assert not server.store.collection("portsip.blobs")

    def test_audio_format(self, log_in: LogIn, box: str) -> None:
        client = log_in()
        stereo = io.BytesIO()
        with wave.open(stereo, "wb") as stream:
            stream.setnchannels(2)
            stream.setsampwidth(2)
            stream.setframerate(16000)
            stream.writeframes(bytes(64))
        slow = tone(1).replace((16000).to_bytes(4, "little"), (8000).to_bytes(4, "little"), 1)
        for content in (b"no audio at all", stereo.getvalue(), slow):
            file_id = upload(client, content).json()["id"]
            reply = client.post(f"{box}/greetings", json={"file_id": file_id})
            assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "VALIDATE_FAILED")
