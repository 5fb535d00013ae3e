# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redirects are followed within the origin, and refused elsewhere before a credential is sent."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from helpers.loopback import Answer, Loopback, Seen, forward_to
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, SUBJECTS, Subject

TOKEN = "secret-token-of-the-task"
each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
#: A token for every vendor, so that the first request already contains a credential.
WITH_TOKEN = {"username": None, "password": None, "api_key": None, "token": TOKEN, "account_id": "0" * 32}


def moved(seen: Seen, target: str) -> Answer:
    """Redirect to another address. Methods other than GET are preserved."""
    return Answer(302 if seen.method == "GET" else 307, {"Location": target})


@each_runner
@every_subject
def test_redirects_within_the_origin_are_followed(subject: Subject, runner: str) -> None:
    with subject.serve(mailboxes=3) as simulator:
        forward = forward_to(simulator.origin)

        def respond(seen: Seen) -> Answer:
            if seen.path.startswith("/moved/"):
                return forward(Seen(seen.method, seen.path.removeprefix("/moved"), seen.headers, seen.body))
            return moved(seen, f"/moved{seen.path}")

        with Loopback(respond) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            result = RUNNERS[runner](subject.info, {**subject.arguments(simulator), "url": url})
    assert not result["failed"], result
    assert len(result[subject.listed]) >= 3
    assert sum(seen.path.startswith("/moved/") for seen in server.seen) * 2 == len(server.seen)


@each_runner
@every_subject
@pytest.mark.parametrize("credentials", ["token", "login"])
def test_redirects_to_another_origin_are_refused(subject: Subject, runner: str, credentials: str) -> None:
    given: dict[str, t.Any] = WITH_TOKEN if credentials == "token" else {}
    with (
        Loopback(lambda _seen: Answer(body=b"{}")) as other,
        Loopback(lambda seen: moved(seen, f"{other.origin}{seen.path}")) as server,
    ):
        arguments = {"vendor": subject.vendor, **subject.connection, **given, "url": f"{server.origin}/v1"}
        result = RUNNERS[runner](subject.info, {name: value for name, value in arguments.items() if value is not None})
    assert result["failed"]
    assert other.origin in result["msg"]
    assert "url" in result["error"]["hint"]
    assert len(server.seen) == 1
    # The credential was sent, but not there.
    secrets = [TOKEN] if credentials == "token" else [subject.connection.get("api_key")]
    assert all(secret in server.seen[0].text for secret in secrets if secret)
    assert other.seen == []


@each_runner
@pytest.mark.parametrize(
    "location",
    ["//elsewhere.example.com/", "https://127.0.0.1/", "http://127.0.0.1:99999999/", "http://[broken/", "ftp://x/"],
)
def test_invalid_redirect_targets_are_refused(location: str, runner: str) -> None:
    with Loopback(lambda seen: moved(seen, location)) as server:
        arguments = {"vendor": "kazoo", "url": f"{server.origin}/v2", "token": TOKEN, "account_id": "0" * 32}
        result = RUNNERS[runner]("vmbox_info", arguments)
    assert result["failed"]
    assert "another origin" in result["msg"]
    assert len(server.seen) == 1


@each_runner
@every_subject
def test_a_redirect_loop_is_reported(subject: Subject, runner: str) -> None:
    with Loopback(lambda seen: moved(seen, f"{seen.path}/again")) as server:
        arguments = {"vendor": subject.vendor, "url": f"{server.origin}/v1", **subject.connection}
        result = RUNNERS[runner](subject.info, arguments)
    assert result["failed"]
    assert f"more than {http.MAX_REDIRECTS} redirects" in result["msg"]
    assert len(server.seen) == http.MAX_REDIRECTS + 1


@each_runner
@every_subject
def test_a_redirect_of_the_login_to_https_is_explained(subject: Subject, runner: str) -> None:
    """Check the error for a common mistake, in which the login would become a GET without content."""
    with Loopback(lambda seen: Answer(301, {"Location": f"https://pbx.example.com{seen.path}"})) as server:
        arguments = {"vendor": subject.vendor, "url": f"{server.origin}/v1", **subject.connection}
        result = RUNNERS[runner](subject.info, arguments)
    assert result["failed"]
    assert "https://pbx.example.com:443" in result["msg"]
    assert "https" in result["error"]["hint"]
    assert len(server.seen) == 1


def test_a_redirect_never_turns_a_write_into_a_read() -> None:
    with KAZOO.serve(mailboxes=1) as simulator:
        forward = forward_to(simulator.origin)

        def respond(seen: Seen) -> Answer:
            return Answer(303, {"Location": "/v2"}) if seen.method in ("POST", "PATCH") else forward(seen)

        with Loopback(respond) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            arguments = {**KAZOO.arguments(simulator), "url": url, "mailbox": "1000", "name": "Other"}
            result = RUNNERS["worker"]("vmbox", arguments)
    assert result["failed"]
    assert "another address" in result["msg"]
