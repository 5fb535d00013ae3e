# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated PortSIP with greetings: use it to check what callers of PortSIP hear."""

from __future__ import annotations

import base64
import io
import pathlib
import struct
import typing as t
import wave

from voicemail_simulator.server import SimulatorServer

from helpers.greeting_runs import GreetingRuns
from helpers.subjects import SHARED

PLACES = ({"shared_voicemail": "8001"}, {"mailbox": "1001"})


def recording(seconds: float = 1, loudness: int = 0, rate: int = 16000, channels: int = 1, width: int = 2) -> bytes:
    """Return a WAV file whose samples all have one value."""
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setparams((channels, width, rate, 0, "NONE", ""))
        sample = struct.pack("<i", loudness)[:width]
        audio.writeframes(sample * channels * int(seconds * rate))
    return target.getvalue()


class TaskRunner(GreetingRuns):
    """Run tasks against a PortSIP PBX, and return what its callers hear."""

    subject = SHARED

    def __init__(self, server: SimulatorServer, folder: pathlib.Path, runner: str = "worker") -> None:
        super().__init__(server, folder, runner)
        self.directory = server.vendor.state

    def box_of(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        return {} if {"mailbox", "shared_voicemail"} & set(options) else dict(PLACES[0])

    def secrets(self) -> tuple[str, ...]:
        return ("simulator-password", "/api/blobs/", *self.directory.sessions)

    def greetings(self, **place: str) -> dict[str, tuple[bytes, bool]]:
        """Return the greetings of a mailbox by id: content, and whether it is enabled."""
        ((option, number),) = (place or PLACES[0]).items()
        table = self.directory.users if option == "mailbox" else self.directory.boxes
        (owner,) = [one["id"] for one in table.collection.values() if one["extension_number"] == number]
        return {
            one["id"]: (base64.b64decode(self.directory.blobs[one["blob_key"]]["content"]), one["enabled"])
            for one in self.directory.greetings.documents(owner)
        }

    def heard(self, **place: str) -> list[bytes]:
        """Return the greetings that callers hear."""
        return [content for content, enabled in self.greetings(**place).values() if enabled]


def serve(**behaviors: t.Any) -> SimulatorServer:
    return SimulatorServer("portsip", mailboxes=3, behaviors=behaviors)
