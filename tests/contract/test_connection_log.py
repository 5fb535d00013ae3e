# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The debug log of the HTTP libraries contains no token, PIN, password or key."""

from __future__ import annotations

import logging

import pytest
from helpers.loopback import Answer, Loopback, Seen, forward_to
from helpers.runners import RUNNERS
from helpers.subjects import SUBJECTS, Subject


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_debug_logs_contain_no_secret(subject: Subject, runner: str, caplog: pytest.LogCaptureFixture) -> None:
    number = {subject.key: subject.number}
    with subject.serve() as simulator, caplog.at_level(logging.DEBUG):
        given: list[str] = []
        forward = forward_to(simulator.origin)

        def respond(seen: Seen) -> Answer:
            for header in ("x-auth-token", "authorization"):
                if header in seen.headers:
                    given.append(seen.headers[header].removeprefix("Bearer "))
            return forward(seen)

        with Loopback(respond) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            for item in (subject.create, subject.update):
                result = RUNNERS[runner](subject.module, {**subject.arguments(simulator, **number, **item), "url": url})
                assert not result["failed"], result
            wrong = {name: "wrong-" + "x" * 58 for name in ("password", "api_key") if name in subject.connection}
            assert RUNNERS[runner](subject.info, {**subject.arguments(simulator, **wrong), "url": url})["failed"]
        sessions = _sessions(server.seen)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"httpx", "httpcore"}
    pins = [item["pin"] for item in (subject.create, subject.update)]
    credentials = [subject.connection[name] for name in ("password", "api_key") if name in subject.connection]
    secrets = {*given, *sessions, *pins, *credentials, *wrong.values()}
    assert given or sessions
    for record in caplog.records:
        if not record.name.startswith(("httpx", "httpcore")):
            continue
        for secret in secrets:
            assert secret not in record.getMessage(), f"{record.name}: {record.getMessage()}"


def _sessions(requests: list[Seen]) -> set[str]:
    """Return the session ids in the forms."""
    found = set()
    for seen in requests:
        for pair in seen.body.decode(errors="replace").split("&"):
            name, _equals, value = pair.partition("=")
            if name == "SessionId":
                found.add(value)
    return found
