# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unreachable servers and invalid replies, for every vendor and runner."""

from __future__ import annotations

import itertools
import socket
import threading
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import retry
from helpers.loopback import Answer, FakeTime, Loopback, fake_clock, refusing_port
from helpers.runners import RUNNERS
from helpers.subjects import SUBJECTS, Subject

__all__ = ("fake_clock",)
each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


def read(subject: Subject, runner: str, url: str, **options: t.Any) -> dict[str, t.Any]:
    """Read all boxes, check that the task fails, and return the result."""
    arguments = {"vendor": subject.vendor, "url": url, "timeout": 60, **subject.connection, **options}
    result: dict[str, t.Any] = RUNNERS[runner](subject.info, arguments)
    assert result["failed"], result
    assert result["error"]["message"]
    assert "simulator-password" not in repr(result)
    return result


@pytest.mark.timeout(30)
@each_runner
@every_subject
def test_a_refused_connection_is_reported(subject: Subject, runner: str, clock: FakeTime) -> None:
    port = refusing_port()
    result = read(subject, runner, f"http://127.0.0.1:{port}/v1")
    assert f"127.0.0.1:{port}" in result["msg"]
    assert result["error"]["kind"] == "transport"
    assert len(clock.slept) == retry.MAX_ATTEMPTS - 1
    # It fails after a few seconds by default, although the budget is two minutes.
    assert sum(clock.slept) < 15


@each_runner
@every_subject
@pytest.mark.parametrize(
    "failure",
    [(socket.EAI_NONAME, "Name or service not known"), (socket.EAI_NONAME, "nodename nor servname provided")],
    ids=["linux", "macos"],
)
def test_an_unknown_host_name_is_reported(
    subject: Subject, runner: str, failure: tuple[int, str], monkeypatch: pytest.MonkeyPatch, clock: FakeTime
) -> None:
    asked: list[str] = []

    def resolve(host: str, *_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        asked.append(host)
        raise socket.gaierror(*failure)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    result = read(subject, runner, "https://pbx.example.invalid/v1")
    assert "pbx.example.invalid:443" in result["msg"]
    assert len(asked) == 1
    assert clock.slept == []


def test_a_temporary_failure_of_the_name_server_is_retried(monkeypatch: pytest.MonkeyPatch, clock: FakeTime) -> None:
    def resolve(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    read(SUBJECTS[0], "worker", "https://pbx.example.invalid/v2")
    assert len(clock.slept) == retry.MAX_ATTEMPTS - 1


BODIES: dict[str, tuple[bytes, str]] = {
    "html": (b"<!doctype html><html><body>Sign in to the network</body></html>", "HTML"),
    "empty": (b"", "empty body"),
    "truncated": (b'{"data": {"auth_token": "abc', "unexpected"),
    "text": (b"It works!", "unexpected"),
    "list": (b"[]", "unexpected"),
}


@each_runner
@every_subject
@pytest.mark.parametrize("body", BODIES)
def test_a_foreign_reply_is_reported(subject: Subject, runner: str, body: str) -> None:
    content, said = BODIES[body]
    with Loopback(lambda _seen: Answer(body=content)) as server:
        result = read(subject, runner, f"{server.origin}/v1")
    assert said in result["msg"], result["msg"]
    assert "url" in result["error"]["hint"]
    # The login is not retried, so that the password is not sent twice to an unknown server.
    assert len(server.seen) == 1


@each_runner
@every_subject
def test_an_endless_reply_is_limited(subject: Subject, runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_REPLY_BYTES", 2**20)
    sent: list[int] = []

    def flood() -> t.Iterator[bytes]:
        for position in range(1024):
            sent.append(position)
            yield b" " * 2**16

    with Loopback(lambda _seen: Answer(pieces=flood(), length=2**26)) as server:
        result = read(subject, runner, f"{server.origin}/v1")
    assert "larger than 1 MiB" in result["msg"]
    assert len(server.seen) == 1
    assert len(sent) < 1024


@pytest.mark.timeout(30)
@each_runner
@every_subject
def test_a_slow_reply_times_out(subject: Subject, runner: str, clock: FakeTime) -> None:
    stopped = threading.Event()
    sent: list[int] = []

    def drip() -> t.Iterator[bytes]:
        for position in itertools.takewhile(lambda _position: not stopped.wait(0.05), range(1200)):
            sent.append(position)
            yield b" "

    with Loopback(lambda _seen: Answer(pieces=drip(), length=1200)) as server:
        result = read(subject, runner, f"{server.origin}/v1", timeout=0.3)
        stopped.set()
    assert "no reply within the timeout" in result["msg"]
    assert len(sent) < 1200, "each byte arrived in time, but the whole reply did not"


@each_runner
@every_subject
def test_a_lost_connection_is_reported(subject: Subject, runner: str, clock: FakeTime) -> None:
    with Loopback(lambda _seen: Answer(body=b"{", length=100)) as server:
        result = read(subject, runner, f"{server.origin}/v1")
    assert "the connection was lost" in result["msg"]
    assert result["error"]["kind"] == "transport"


def test_reads_are_retried_and_logins_are_not(clock: FakeTime) -> None:
    """Check the number of requests when every connection breaks."""
    kazoo = SUBJECTS[0]
    with Loopback(lambda _seen: Answer(body=b"{", length=100)) as server:
        read(kazoo, "worker", f"{server.origin}/v2")
        assert len(server.seen) == 1
        given = {**dict.fromkeys(kazoo.connection), "token": "secret-token", "account_id": "0" * 32}
        read(kazoo, "worker", f"{server.origin}/v2", **given)
    assert [seen.method for seen in server.seen[1:]] == ["GET"] * retry.MAX_ATTEMPTS


@each_runner
@every_subject
def test_a_server_error_is_reported(subject: Subject, runner: str, clock: FakeTime) -> None:
    with Loopback(lambda _seen: Answer(status=500, body=b"stack of the server")) as server:
        result = read(subject, runner, f"{server.origin}/v1", retry_budget=0)
    assert "500" in result["msg"]
    assert "stack" not in repr(result)
    assert clock.slept == []
