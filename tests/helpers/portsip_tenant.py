# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated tenant of PortSIP that modules run against: use it for tests of its drivers."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip

from helpers.interventions import Intervention
from helpers.leaks import contains_secret

PIN = "259183"
OTHER_PIN = "830417"
BOX = {
    "extension_number": "8500",
    "name": "Front desk",
    "pin": PIN,
    "prompt": "de-DE",
    "enable_pin": False,
    "enable_email_notify": True,
    "recipients": ["robin@example.com", "avery@example.com"],
    "play_datetime": "24_hour",
}
STORED_BOX = {
    "name": "Front desk",
    "pin": PIN,
    "prompt": "de-DE",
    "enable_pin": False,
    "enable_email_notify": True,
    "recipients": "avery@example.com,robin@example.com",
    "play_datetime": "24_HOUR_CLOCK",
}
#: Everything that is not a write to a box: logins, and the choice of a tenant.
_ASIDE = re.compile(r"/api/(login|auth|logout|tenants)\b.*")


class Tenant:
    """A simulated tenant, and the modules run against it. No result of a module may hold a secret."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.vendor = server.vendor
        self.directory = server.vendor.state

    def begin(self, mailboxes: int = 0, messages: int = 0, **behaviors: t.Any) -> Tenant:
        """Reset the PBX, with behaviors as keywords."""
        self.server.behaviors.update(
            {behavior.name: behavior.default for behavior in SimulatedPortsip.behavior_definitions} | behaviors
        )
        self.server.faults.set([])
        self.server.simulation.reset(mailboxes, messages)
        self.server.journal.clear()
        return self

    def run(self, module: str, *, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run a module as administrator of the tenant, where no other login is given; None leaves an option out."""
        login = {
            "username": SimulatedPortsip.ADMIN_USERNAME,
            "password": SimulatedPortsip.PASSWORD,
            "domain": SimulatedPortsip.DOMAIN,
        }
        given = {"vendor": "portsip", "url": self.server.url, "retry_budget": 1, **login, **options}
        left_out = [name for name in (*login, "token") if given.get(name, "") is None]
        self.server.journal.clear()
        raw = {name: value for name, value in given.items() if name not in left_out}
        result = task.run_in_worker(module, raw, task.Worker(check=check))
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        secrets = [SimulatedPortsip.PASSWORD, *self.directory.sessions, *self.directory.refresh_tokens]
        secrets += [] if options.get("include_pins") else [PIN, OTHER_PIN]
        assert not [secret for secret in secrets if contains_secret(secret, shown)]
        return result

    def box(self, **options: t.Any) -> dict[str, t.Any]:
        """Run shared_voicemail."""
        return self.run("shared_voicemail", **options)

    def boxes(self, *boxes: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        """Run shared_voicemails."""
        return self.run("shared_voicemails", shared_voicemails=list(boxes), **options)

    def mailbox(self, **options: t.Any) -> dict[str, t.Any]:
        """Run vmbox."""
        return self.run("vmbox", **options)

    def mailboxes(self, *boxes: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
        """Run vmboxes."""
        return self.run("vmboxes", mailboxes=list(boxes), **options)

    def sent(self, method: str, path: str = r"/api/.*") -> int:
        """Count the requests of the last run, logins aside."""
        entries = [one for one in self.server.journal.entries() if not _ASIDE.fullmatch(one["path"])]
        return sum(one["method"] == method and bool(re.fullmatch(path, one["path"])) for one in entries)

    @property
    def writes(self) -> int:
        """How many requests of the last run wrote to boxes."""
        return self.sent("POST")

    @property
    def logins(self) -> int:
        """How many logins the last run tried, renewals included."""
        paths = ("/api/login/oauth/token", "/api/auth/sign_in", "/api/auth/refresh_token")
        return sum(one["path"] in paths for one in self.server.journal.entries())

    def before_request(self, monkeypatch: pytest.MonkeyPatch, number: int, event: t.Callable[[], object]) -> None:
        """Let something happen at the PBX right before it serves a request, counted from the next one as 1."""
        simulation = self.server.simulation
        monkeypatch.setattr(simulation, "faults", Intervention(simulation.faults, event, number))

    def stored_boxes(self, number: str) -> list[dict[str, t.Any]]:
        """The shared voicemails of a number as the PBX keeps them, without number and ids."""
        return self._stored(self.directory.boxes, number)

    def stored_user(self, number: str) -> dict[str, t.Any]:
        """The user of an extension as the PBX keeps it, without number and ids."""
        (user,) = self._stored(self.directory.users, number)
        return user

    @staticmethod
    def _stored(table: t.Any, number: str) -> list[dict[str, t.Any]]:
        hidden = ("id", "tenant_id", "extension_number")
        found = [one for one in table.collection.values() if one["extension_number"] == number]
        return [{key: value for key, value in one.items() if key not in hidden} for one in found]
