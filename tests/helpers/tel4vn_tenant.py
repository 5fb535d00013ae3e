# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated tenant of TEL4VN that modules run against: use it for tests of its driver."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import task
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn

from helpers.leaks import contains_secret

PIN = "48210937"
OTHER_PIN = "59318264"
BOX = {
    "mailbox": "7011",
    "pin": PIN,
    "emails": ["avery@example.com", "robin@example.com"],
    "after_email": "keep",
    "enabled": True,
    "description": "Front desk",
}
STORED = {
    "password": PIN,
    "mail_to": "avery@example.com,robin@example.com",
    "local_after_email": True,
    "enabled": True,
    "description": "Front desk",
}
SECRETS = (PIN, OTHER_PIN, SimulatedTel4vn.API_KEY, SimulatedTel4vn.PASSWORD)
BOXES_PATH = re.compile(r"/v1/voicemail(/[0-9a-f-]+)?")


class Tenant:
    """A simulated tenant, and the modules run against it. No result of a module may hold a secret."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.vendor = server.vendor

    def begin(self, mailboxes: int = 0, messages: int = 0, **behaviors: t.Any) -> Tenant:
        """Reset the tenant, with behaviors as keywords."""
        self.server.behaviors.update(
            {behavior.name: behavior.default for behavior in SimulatedTel4vn.behavior_definitions} | behaviors
        )
        self.server.faults.set([])
        self.server.simulation.reset(mailboxes, messages)
        self.server.journal.clear()
        return self

    def run(self, module: str, *, check: bool = False, progress: t.Any = None, **options: t.Any) -> dict[str, t.Any]:
        """Run a module with the api_key of the tenant, where `api_key` is not given as None, and without retries."""
        given = {"vendor": "tel4vn", "url": self.server.url, "retry_budget": 0} | options
        if given.setdefault("api_key", SimulatedTel4vn.API_KEY) is None:
            del given["api_key"]
        self.server.journal.clear()
        result = task.run_in_worker(module, given, task.Worker(check=check, progress=progress))
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        if not options.get("include_pins"):
            assert not [secret for secret in (*SECRETS, *self.vendor.state.tokens) if contains_secret(secret, shown)]
        return result

    def many(self, *boxes: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        """Run vmboxes."""
        return self.run("vmboxes", mailboxes=list(boxes), **options)

    def one(self, **options: t.Any) -> dict[str, t.Any]:
        """Run vmbox."""
        return self.run("vmbox", **options)

    def sent(self, *methods: str, path: re.Pattern[str] = BOXES_PATH) -> int:
        """Count the requests of the last run."""
        entries = self.server.journal.entries()
        return sum(bool(path.fullmatch(one["path"])) and one["method"] in methods for one in entries)

    @property
    def writes(self) -> int:
        """How many requests of the last run wrote to boxes."""
        return self.sent("POST", "PUT", "DELETE")

    def stored(self, extension: str) -> list[dict[str, t.Any]]:
        """The boxes of an extension as the PBX keeps them, without number and id."""
        found = [box for box in self.vendor.state.boxes.values() if box["extension"] == extension]
        return [{key: value for key, value in box.items() if key not in ("id", "extension")} for box in found]
