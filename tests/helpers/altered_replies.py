# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alter some replies of simulated vendors: use it for replies that no vendor should send."""

from __future__ import annotations

import contextlib
import json
import typing as t
from unittest import mock

import httpx
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.network import Transport
from voicemail_simulator.server import SimulatorServer

CONNECTIONS: dict[str, dict[str, str]] = {
    "kazoo": {"username": "admin", "password": "simulator-password", "domain": "accountone.example.com"},
    "tel4vn": {"api_key": "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"},
    "onsip": {"username": "admin", "password": "simulator-password", "domain": "example.onsip.com"},
    "portsip": {
        "username": "voicemail-admin",
        "password": "simulator-password",
        "domain": "voicemail.example.com",
    },
}
#: Receives the value of a reply and returns its replacement: a value, or a body of bytes.
Alteration = t.Callable[[t.Any], t.Any]


@contextlib.contextmanager
def altered_replies(concerns: t.Callable[[httpx.Request], bool], alter: Alteration) -> t.Iterator[list[str]]:
    """Alter the replies to matching requests. Yield a list that records the method and path of every request."""
    sent: list[str] = []
    with httpx.HTTPTransport() as server:

        def handler(request: httpx.Request) -> httpx.Response:
            sent.append(f"{request.method} {request.url.path} {request.content.decode(errors='replace')}")
            response = server.handle_request(request)
            body = response.read()
            if concerns(request) and response.is_success:
                said = alter(json.loads(body))
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
            headers = [pair for pair in response.headers.raw if pair[0].lower() not in (b"content-length",)]
            return httpx.Response(response.status_code, headers=headers, stream=httpx.ByteStream(body))

        transport = httpx.MockTransport(handler)
        with mock.patch.object(Transport, "handle_request", side_effect=transport.handle_request):
            yield sent


def run(server: SimulatorServer, vendor: str, module: str, **options: t.Any) -> dict[str, t.Any]:
    """Run a module against a simulated vendor, without retries."""
    given = {"vendor": vendor, "url": server.url, "retry_budget": 0, **CONNECTIONS[vendor], **options}
    result: dict[str, t.Any] = task.run_in_worker(module, given, task.Worker())
    json.dumps(result, allow_nan=False)
    return {"failed": False, **result}
