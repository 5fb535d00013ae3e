# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated TEL4VN tenant: its credentials, its settings and its documents."""

from __future__ import annotations

import uuid
from typing import Any

from ...vendor import SimulatedVendor
from .behaviors import BEHAVIORS
from .state import State


class Installation(SimulatedVendor):
    """What every request handler reads: settings and documents. :class:`SimulatedTel4vn` adds the HTTP API."""

    name = "tel4vn"
    base_path = "/v1"
    behavior_definitions = BEHAVIORS
    USERNAME = "admin"
    PASSWORD = "simulator-password"
    API_KEY = "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state = State(self.store)

    def rebuild(self) -> None:
        self.state.rebuild()

    def new_id(self) -> str:
        """Return a new UUID, derived from the seed."""
        while True:
            candidate = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            # The state file of an earlier run with the same seed contains the same ids already.
            if candidate not in self.state.boxes and candidate not in self.state.messages:
                return candidate

    def add_box(self, extension: str, **fields: Any) -> dict[str, Any]:
        """Add a mailbox and return it. `fields` are those of the voicemail object."""
        box = {
            "id": self.new_id(),
            "extension": extension,
            "password": f"{self.random.randrange(1000, 10000)}",
            "mail_to": "",
            "local_after_email": True,
            "enabled": True,
            "description": "",
        } | fields
        self.state.add_box(box)
        return box

    def add_message(self, extension: str, **fields: Any) -> dict[str, Any]:
        """Add a message to the mailbox of an extension, as a caller would, and return it.

        `fields` may be created_epoch (Unix seconds), caller_id_name, caller_id_number, duration (seconds) and read.
        Raises KeyError where the extension has no mailbox.
        """
        box = self.state.box_of_extension(extension)
        if box is None:
            raise KeyError(extension)
        number = f"0890{self.random.randrange(1_000_000):06d}"
        message = {
            "id": self.new_id(),
            "voicemail_id": box["id"],
            "extension": extension,
            "created_epoch": int(self.clock.now()),
            "caller_id_name": number,
            "caller_id_number": number,
            "duration": self.random.randrange(2, 60),
            "read": False,
        } | fields
        self.state.add_message(message)
        return message
