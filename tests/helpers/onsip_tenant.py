# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated organization of OnSIP and modules that run against it: use it for tests of the driver."""

from __future__ import annotations

import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import task
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.onsip import SimulatedOnsip

from helpers.leaks import contains_secret

PIN = "4820917"
OTHER_PIN = "5931826"
BOX = {
    "mailbox": "7011",
    "name": "Avery Quill",
    "pin": PIN,
    "emails": ["avery@example.com"],
    "notify": True,
    "attach_audio": True,
    "after_email": "keep",
    "timezone": "America/Denver",
    "announce_time": "enabled",
    "announce_caller": True,
    "onsip": {
        "username": "vm.avery",
        "say_duration": True,
        "notify_pager": True,
        "pager": "pager@example.com",
        "mwi": "avery@example.onsip.com",
    },
}
STORED = {
    "Mailbox": "7011",
    "Password": PIN,
    "Fullname": "Avery Quill",
    "Timezone": "us_mountain",
    "SayCallerId": "true",
    "SayDuration": "true",
    "SayDatetime": "true",
    "NotifyEmail": "attach",
    "NotifyPager": "yes",
    "Email": "avery@example.com",
    "Pager": "pager@example.com",
    "Mwi": "avery@example.onsip.com",
    "address": "vm.avery@example.onsip.com",
}
WRITES = ("VoicemailboxAdd", "VoicemailboxEdit", "VoicemailboxDelete", "UserAddressEdit")


class Tenant:
    """A simulated organization, and modules that run against it. No result may contain a secret."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.vendor = server.vendor
        self.actions: list[str] = []
        perform = self.vendor.perform

        def recorded(name: str, call: t.Any) -> t.Any:
            self.actions.append(name)
            return perform(name, call)

        self.vendor.perform = recorded

    def begin(self, mailboxes: int = 0, **behaviors: t.Any) -> Tenant:
        """Reset the organization, with behaviors as keywords."""
        self.server.behaviors.update(
            {behavior.name: behavior.default for behavior in SimulatedOnsip.behavior_definitions} | behaviors
        )
        self.server.faults.set([])
        self.server.simulation.reset(mailboxes)
        return self

    def run(self, module: str, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run a module, as administrator unless another login is passed. None omits an option."""
        login = {
            "username": SimulatedOnsip.USERNAME,
            "password": SimulatedOnsip.PASSWORD,
            "domain": SimulatedOnsip.DOMAIN,
        }
        given = {"vendor": "onsip", "url": self.server.url, "retry_budget": 0, **login, **options}
        raw = {name: value for name, value in given.items() if value is not None or name not in login}
        self.actions.clear()
        result = task.run_in_worker(module, raw, task.Worker(check=check))
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        secrets = [SimulatedOnsip.PASSWORD, *self.vendor.state.sessions, *self._auth_passwords()]
        secrets += [] if options.get("include_pins") else [PIN, OTHER_PIN]
        assert not [secret for secret in secrets if contains_secret(secret, shown)]
        return result

    def one(self, **options: t.Any) -> dict[str, t.Any]:
        """Run vmbox."""
        return self.run("vmbox", **options)

    def many(self, *boxes: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        """Run vmboxes."""
        return self.run("vmboxes", mailboxes=list(boxes), **options)

    def sent(self, *actions: str) -> int:
        """Count actions of the last run."""
        return sum(action in actions for action in self.actions)

    @property
    def writes(self) -> int:
        """Return the number of writes of the last run."""
        return self.sent(*WRITES)

    def stored(self, number: str) -> dict[str, t.Any] | None:
        """Return the stored mailbox with a number, reduced to the keys in STORED, or None."""
        found = [box for box in self.vendor.state.boxes.values() if box["Mailbox"] == number]
        assert len(found) < 2
        return {key: found[0][key] for key in STORED} if found else None

    def default_address(self, user: str) -> str | None:
        """Return the destination of unanswered calls to a user's address."""
        found = self.vendor.state.user_addresses[user]["DefaultAddress"]
        return f"{found['Username']}@{found['Domain']}" if found else None

    def _auth_passwords(self) -> list[str]:
        return [one["AuthPassword"] for one in self.vendor.state.user_addresses.values()]
