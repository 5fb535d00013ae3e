# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated KAZOO account with greetings: use it to check what callers of KAZOO hear."""

from __future__ import annotations

import base64
import pathlib
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.greeting_runs import GreetingRuns
from helpers.subjects import KAZOO

PROFILES = ("M", "5", "4.3")
FIELDS = {"unavailable": "unavailable", "temporary": "temporary_unavailable"}


class Office(GreetingRuns):
    """Run tasks against a KAZOO account, and return what its callers hear."""

    subject = KAZOO

    def __init__(self, server: SimulatorServer, folder: pathlib.Path, runner: str = "worker") -> None:
        super().__init__(server, folder, runner)
        self.state = server.vendor.state
        self.account = server.vendor.ACCOUNT_ID

    def box_of(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        return {} if "mailbox" in options else {"mailbox": "1000"}

    def box(self, number: str = "1000") -> dict[str, t.Any]:
        (found,) = [
            one for one in self.state.boxes.values() if one["public"]["mailbox"] == number and not one["deleted"]
        ]
        return found

    def media(self) -> dict[str, dict[str, t.Any]]:
        return {one["id"]: one for one in self.state.media.values() if not one["deleted"]}

    def add_media(self, content: bytes | None, account: str | None = None, **public: t.Any) -> str:
        """Store a media file as another client does."""
        vendor = self.server.vendor
        identifier = str(vendor.new_id())
        attachment = {
            "content_type": "audio/x-wav",
            "name": "x.wav",
            "base64": base64.b64encode(content or b"").decode(),
        }
        self.state.save_document(
            self.state.media,
            account or self.account,
            identifier,
            {"name": "Somebody's", "media_source": "upload", **public},
            **({} if content is None else {"attachment": attachment}),
        )
        return identifier

    def point(self, media_id: str | None, number: str = "1000", kind: str = "unavailable") -> None:
        box = self.box(number)
        media = {**box["public"]["media"], FIELDS[kind]: media_id}
        media = {key: value for key, value in media.items() if value}
        self.state.save_box(self.account, box["id"], {**box["public"], "media": media})

    def pointer(self, number: str = "1000", kind: str = "unavailable") -> str | None:
        found: str | None = self.box(number)["public"]["media"].get(FIELDS[kind])
        return found

    def heard(self, number: str = "1000", kind: str = "unavailable") -> bytes | None:
        media_id = self.pointer(number, kind)
        if media_id is None:
            return None
        return base64.b64decode(self.media()[media_id]["attachment"]["base64"])
