# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PortSIP PBX whose greetings are managed, and what its callers hear."""

from __future__ import annotations

import base64
import io
import pathlib
import struct
import typing as t
import wave

from voicemail_simulator.server import SimulatorServer

from helpers.runners import RUNNERS, Result
from helpers.subjects import SHARED

MODULE = "voicemail_greeting"
PLACES = ({"shared_voicemail": "8001"}, {"mailbox": "1001"})


def recording(seconds: float = 1, loudness: int = 0, rate: int = 16000, channels: int = 1, width: int = 2) -> bytes:
    """Make a WAV file that holds one value all along."""
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setparams((channels, width, rate, 0, "NONE", ""))
        sample = struct.pack("<i", loudness)[:width]
        audio.writeframes(sample * channels * int(seconds * rate))
    return target.getvalue()


class TaskRunner:
    """Runs tasks against a PortSIP PBX, and knows what its callers hear."""

    def __init__(self, server: SimulatorServer, folder: pathlib.Path, way: str = "worker") -> None:
        self.server = server
        self.way = RUNNERS[way]
        self.folder = folder
        self.directory = server.vendor.state

    def file(self, content: bytes, name: str = "greeting.wav") -> str:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *, check: bool = False, **options: t.Any) -> Result:
        """Run the module; no result may contain a secret."""
        place = {} if {"mailbox", "shared_voicemail"} & set(options) else PLACES[0]
        self.server.journal.clear()
        arguments = SHARED.arguments(self.server, **place, **options)
        result = self.way(MODULE, arguments, check=check)
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        secrets = ("simulator-password", "/api/blobs/", *self.directory.sessions)
        assert not [secret for secret in secrets if secret in shown]
        assert "unexpected" not in result.get("msg", "")
        return result

    def settle(self, **options: t.Any) -> Result:
        """Foresee, do, and do again."""
        predicted = self.run(check=True, **options)
        assert not predicted["failed"], predicted
        assert self.writes() == []
        done = self.run(**options)
        assert not done["failed"], done
        for key in ("changed", "action", "diff", "removed", "kept"):
            assert done[key] == predicted[key], key
        assert {**done["greeting"], "id": None} == {**predicted["greeting"], "id": None} or not done["greeting"]
        again = self.run(**options)
        assert (again["failed"], again["changed"], again["action"]) == (False, False, "none"), again
        assert again["diff"]["before"] == again["diff"]["after"]
        assert self.writes() == []
        return done

    def writes(self) -> list[str]:
        """Requests of the last run that may have changed something."""
        return SHARED.writes(self.server)

    def greetings(self, **place: str) -> dict[str, tuple[bytes, bool]]:
        """The greetings of a box by id: content, and whether callers hear it."""
        ((option, number),) = (place or PLACES[0]).items()
        table = self.directory.users if option == "mailbox" else self.directory.boxes
        (owner,) = [one["id"] for one in table.collection.values() if one["extension_number"] == number]
        return {
            one["id"]: (base64.b64decode(self.directory.blobs[one["blob_key"]]["content"]), one["enabled"])
            for one in self.directory.greetings.documents(owner)
        }

    def heard(self, **place: str) -> list[bytes]:
        """What callers hear."""
        return [content for content, enabled in self.greetings(**place).values() if enabled]


def serve(**knobs: t.Any) -> SimulatorServer:
    return SimulatorServer("portsip", mailboxes=3, knobs=knobs)
