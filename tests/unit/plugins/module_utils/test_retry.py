# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries: their total time, messages about long waits, and interrupts."""

from __future__ import annotations

import itertools
import threading
import types
import typing as t

import pytest
import tenacity.nap
from ansible_collections.telephony.voicemail.plugins.module_utils import concurrency as parallel
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RateLimitedError, VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import pace, retry
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.retry import Retries, Retryable
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.login import Token


class Clock:
    """A clock that moves during sleeps, and when a test advances it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        fake = types.SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep, time=lambda: self.now)
        for module in (pace, retry, http):
            monkeypatch.setattr(module, "time", fake)
        monkeypatch.setattr(tenacity.nap, "time", fake)

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-6)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def refusal(seconds: float | None = None) -> Retryable:
    return Retryable(RateLimitedError("refused"), retry_after=seconds, refused=True)


def fail_with(error: Exception) -> t.Any:
    raise error


@pytest.mark.parametrize("asked", [0.0, 1e-300, 0.5, 1.0, None])
def test_slow_attempts_end_with_the_budget(clock: Clock, asked: float | None) -> None:
    """Check that a server that refuses each request after 20 s uses up the budget."""
    client = http.Client(Connection("kazoo", "http://127.0.0.1:1/v2", retry_budget=60), workers=1)
    attempts = []

    def exchange() -> http.Reply:
        attempts.append(clock.now)
        clock.sleep(20)
        return http.Reply(429, {} if asked is None else {"retry-after": str(asked)}, b"", Operation("read", "it"))

    with pytest.raises(RateLimitedError):
        client._send(exchange, Operation("read", "it"), True)
    assert len(attempts) <= 3
    assert clock.now <= 1000 + 60 + 20


@pytest.mark.parametrize("asked", [0.0, 1e-300, 5e-324, 0.01, 0.999])
def test_short_retry_after_values_cause_growing_waits(clock: Clock, asked: float) -> None:
    retries, attempts = Retries(30, pace.Pacer()), []

    def attempt() -> t.NoReturn:
        attempts.append(clock.now)
        raise refusal(asked)

    with pytest.raises(RateLimitedError):
        retries.run(attempt)
    assert len(attempts) <= 30
    assert all(after - before >= 1 for before, after in itertools.pairwise(attempts[1:]))


def test_long_waits_are_announced_once(clock: Clock) -> None:
    retries, reported = Retries(120, pace.Pacer()), []
    retries.notify = reported.append
    refusals = [refusal(retry.LONG_WAIT + 5), refusal(retry.LONG_WAIT - 5)]
    assert retries.run(lambda: fail_with(refusals.pop(0)) if refusals else "done") == "done"
    assert reported == ["waiting 15 s because the server asks for it"]
    assert retries.long_waits == 15
    # Another thread is refused at the same moment.
    clock.now -= 20
    refusals = [refusal(retry.LONG_WAIT + 5)]
    retries.run(lambda: fail_with(refusals.pop(0)) if refusals else "done")
    assert len(reported) == 1


@pytest.mark.timeout(30)
def test_an_interrupt_ends_the_waits_of_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "SLICE", 0.02)
    monkeypatch.setattr(pace, "SLICE", 0.02)
    retries = Retries(3600, pace.Pacer())
    waiting = threading.Semaphore(0)
    attempts: list[int] = []
    errors: list[VoicemailError] = []

    def call(number: int) -> int:
        if number == 0:
            for _thread in range(3):
                waiting.acquire()
            return number

        def attempt() -> t.NoReturn:
            attempts.append(number)
            waiting.release()
            raise refusal(600)

        try:
            retries.run(attempt)
        except VoicemailError as error:
            errors.append(error)
        return number

    def interrupt(result: int) -> None:
        if result == 0:
            raise KeyboardInterrupt

    assert parallel.run_all(call, [0, 1, 2, 3], 4, interrupt)
    assert sorted(attempts) == [1, 2, 3]
    assert [type(error) for error in errors] == [RateLimitedError] * 3


@pytest.mark.timeout(30)
def test_closing_a_task_ends_its_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "SLICE", 0.02)
    retries, begun, errors = Retries(3600, pace.Pacer()), threading.Event(), []

    def attempt() -> t.NoReturn:
        begun.set()
        raise refusal(600)

    def work() -> None:
        try:
            retries.run(attempt)
        except RateLimitedError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    retries.stop()
    thread.join()
    work()
    assert len(errors) == 2


@pytest.mark.timeout(30)
def test_an_interrupt_ends_a_pause_caused_by_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "SLICE", 0.02)
    pacer = pace.Pacer()
    pacer.refused(600)
    errors: list[VoicemailError] = []

    def call(number: int) -> int:
        if number:
            try:
                with pacer.turn():
                    pass
            except RateLimitedError as error:
                errors.append(error)
        return number

    def interrupt(result: int) -> None:
        if result == 0:
            raise KeyboardInterrupt

    assert parallel.run_all(call, [0, 1], 2, interrupt)
    assert len(errors) == 1


@pytest.mark.parametrize("end", [float("nan"), float("inf"), -float("inf"), -5, 0, 1e-300, "soon", None, [], 10.0])
def test_an_invalid_token_expiry_causes_no_further_logins(end: t.Any) -> None:
    assert Token.granted("token-of-a-login", end).fresh()
