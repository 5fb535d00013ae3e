# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated KAZOO cluster: its fixed accounts and ids, its settings and its documents."""

from __future__ import annotations

import base64
import functools
from datetime import UTC, datetime
from typing import Any

from ...store import Document
from ...vendor import SimulatedVendor
from .behaviors import BEHAVIORS
from .state import GREGORIAN_OFFSET, State

RETENTION_GRACE = 3600


class Installation(SimulatedVendor):
    """What every request handler reads: ids, settings and documents. :class:`SimulatedKazoo` adds the HTTP API."""

    name = "kazoo"
    base_path = "/v2"
    behavior_definitions = BEHAVIORS

    MASTER_ID = "e21b1ce01d31d9f641c0d7faa379d81a"
    ACCOUNT_ID = "36194fbde6a5167eb8193b6f5ad83d7c"
    OTHER_ACCOUNT_ID = "bcef9b6b77572a23689da8b1b813fdbf"
    USER_ID = "6881f4a906eb323a1c86fb4210b372cc"
    PLAIN_USER_ID = "2df3436bbe268d60ec0fbdc45765824e"
    USERNAME = "admin"
    PASSWORD = "simulator-password"
    REALM = "accountone.example.com"
    API_KEY = "simulator-api-key-accountone".ljust(64, "0")
    OTHER_API_KEY = "simulator-api-key-accounttwo".ljust(64, "0")
    MASTER_API_KEY = "simulator-api-key-master".ljust(64, "0")
    CLUSTER_ID = "c0ffee00c0ffee00c0ffee00c0ffee00"
    # Fixed, so that tokens outlive a restart of the simulator.
    SECRET = b"the simulator signs with this"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state = State(self.store, self.behaviors, self.clock, self.new_id)

    def new_id(self) -> str:
        """Return a new id of 32 hexadecimal digits."""
        return f"{self.random.getrandbits(128):032x}"

    def month(self, timestamp: int) -> str:
        """Return the month of a Gregorian second, with which message ids begin."""
        return datetime.fromtimestamp(timestamp - GREGORIAN_OFFSET, UTC).strftime("%Y%m-")

    def retention(self) -> int:
        """Return how long messages are kept, in seconds."""
        return self.behaviors.message_retention_days * 86400 + RETENTION_GRACE

    def inside_retention(self, messages: list[Document]) -> list[Document]:
        """Return the messages that are not older than the retention."""
        limit = self.state.now() - self.retention()
        return [one for one in messages if one["metadata"]["timestamp"] >= limit]

    def has_fields(self) -> bool:
        """Check whether lists can return selected keys of the documents."""
        return self.behaviors.fields == "on" or (self.behaviors.fields == "auto" and self.behaviors.profile == "5")

    def masks_write_errors(self) -> bool:
        """Check whether a failed save of a mailbox is reported as a success."""
        setting = self.behaviors.mask_write_errors
        return setting == "on" or (setting == "auto" and self.behaviors.profile != "5")

    def accepts_client_ids(self) -> bool:
        """Check whether a client may choose the id of a new box."""
        setting = self.behaviors.onboarding_ids
        return setting == "on" or (setting == "auto" and self.behaviors.profile != "5")

    def public_box(self, box: Document) -> dict[str, Any]:
        """Return a box as replies show it."""
        return {**box["public"], "id": box["id"]}

    def store_audio(self, message: Document, content: bytes) -> None:
        """Store the recording of a message."""
        key = f"{message['account_id']}/{message['id']}"
        self.state.audio[key] = {"base64": _encoded(content)}

    def load_audio(self, message: Document) -> bytes:
        """Return the stored recording of a message."""
        return base64.b64decode(self.state.audio[f"{message['account_id']}/{message['id']}"]["base64"])


@functools.lru_cache(maxsize=32)
def _encoded(content: bytes) -> str:
    # The initial messages have a few recordings in common.
    return base64.b64encode(content).decode()
