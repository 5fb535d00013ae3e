# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages uploaded to KAZOO: their recordings are read back, and their length is correct."""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest
from helpers.greeting_subjects import recording
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO
from voicemail_simulator.mp3 import tone
from voicemail_simulator.server import SimulatorServer


def upload(server: SimulatorServer, path: pathlib.Path, content: bytes, call_id: str = "call-1") -> Result:
    path.write_bytes(content)
    return in_worker(
        "voicemail_message",
        KAZOO.arguments(server, mailbox="1000", state="present", src=str(path), call_id=call_id),
    )


def messages(server: SimulatorServer) -> list[dict[str, t.Any]]:
    return list(server.vendor.state.messages.values())


def ogg(milliseconds: int) -> bytes:
    def page(body: bytes, position: int, flags: int) -> bytes:
        header = b"OggS\0" + bytes((flags,)) + position.to_bytes(8, "little") + bytes(12)
        return header + bytes((1, len(body))) + body

    return page(b"OpusHead\x01\x01" + bytes(9), 0, 2) + page(bytes(50), 48 * milliseconds, 4)


@pytest.mark.parametrize(
    ("content", "length"),
    [(recording(1.5), 1500), (tone(3.599, 440), 3600), (ogg(2500), 2500)],
    ids=["wav", "mp3", "ogg"],
)
@pytest.mark.parametrize("profile", ["M", "5", "4.3"])
def test_the_message_length_matches_its_recording(
    content: bytes, length: int, profile: str, tmp_path: pathlib.Path
) -> None:
    with SimulatorServer("kazoo", mailboxes=1, behaviors={"profile": profile}) as server:
        result = upload(server, tmp_path / "message", content)
        assert not result["failed"], result
        assert [one["metadata"]["length"] for one in messages(server)] == [length]


def test_a_success_reply_without_a_stored_message_is_an_error(tmp_path: pathlib.Path) -> None:
    with SimulatorServer("kazoo", mailboxes=1, behaviors={"broken_uploads": 1}) as server:
        result = upload(server, tmp_path / "message", recording())
        assert (result["failed"], result["changed"]) == (True, False)
        assert "the message does not exist" in result["msg"]
        assert not upload(server, tmp_path / "message", recording())["failed"]


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (None, "the message has no recording"),
        (b"", "not complete"),
        (recording()[:999], "not complete"),
        (b"x", "damaged"),
    ],
    ids=["nothing", "empty", "cut", "noise"],
)
def test_an_incomplete_recording_is_an_error(
    kept: bytes | None, words: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SimulatorServer("kazoo", mailboxes=1) as server:
        vendor = server.vendor

        def store(message: dict[str, t.Any], content: bytes) -> None:
            key = f"{message['account_id']}/{message['id']}"
            vendor.state.audio[key] = {"base64": base64.b64encode(kept or b"").decode()}

        def load(message: dict[str, t.Any]) -> bytes:
            if kept is None:
                from voicemail_simulator.vendors.kazoo.call import bad_identifier

                raise bad_identifier("voicemail message does not have any audio file")
            return kept

        monkeypatch.setattr(vendor, "store_audio", store)
        monkeypatch.setattr(vendor, "load_audio", load)
        result = upload(server, tmp_path / "message", recording())
        assert (result["failed"], result["changed"]) == (True, True)
        assert words in result["msg"], result["msg"]
