# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets, pacers and the Retry-After header, on a clock that only moves during sleeps."""

from __future__ import annotations

import email.utils
import math
import threading
import types

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import pace


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += max(seconds, 1e-6)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    unix = types.SimpleNamespace(monotonic=fake.monotonic, sleep=fake.sleep, time=lambda: 1_700_000_000.0)
    monkeypatch.setattr(pace, "time", unix)
    return fake


def pass_through(pacer: pace.Pacer) -> None:
    """Send one request that takes no time."""
    with pacer.turn():
        pass


def test_waits_are_charged_to_the_budget(clock: Clock) -> None:
    budget = pace.Budget(10)
    assert budget.take(6)
    clock.now += 6
    assert not budget.take(5)
    assert budget.take(4)
    clock.now += 4
    assert not budget.take(0.1)


def test_concurrent_waits_are_charged_once(clock: Clock) -> None:
    budget = pace.Budget(10)
    assert all(budget.take(8) for _thread in range(50))
    assert budget.take(10), "two seconds more than the current waits"
    assert not budget.take(10.5)


def test_a_zero_budget_allows_only_immediate_retries(clock: Clock) -> None:
    budget = pace.Budget(0)
    assert not budget.take(0.001)
    assert budget.take(0)


def test_the_time_of_attempts_is_charged(clock: Clock) -> None:
    budget = pace.Budget(10)
    clock.now += 6
    assert budget.take(1, spent=6)
    # Another thread whose attempt took the same seconds.
    assert budget.take(1, spent=6)
    clock.now += 5
    assert not budget.take(0, spent=4)
    assert budget.take(0, spent=3)
    assert not pace.Budget(0).take(0, spent=0.5)


def test_a_shared_budget_is_never_overspent() -> None:
    budget, taken, lock = pace.Budget(5), [], threading.Lock()

    def wait() -> None:
        for seconds in (1.0, 2.0, 3.0, 4.0, 6.0):
            if budget.take(seconds):
                with lock:
                    taken.append(seconds)

    threads = [threading.Thread(target=wait) for _thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(taken) <= 5


def test_the_pacer_is_inactive_without_a_bucket(clock: Clock) -> None:
    pacer = pace.Pacer(capacity=10, rate=2)
    for _request in range(100):
        pass_through(pacer)
    assert clock.slept == []
    pacer.count()
    for _request in range(10):
        pass_through(pacer)
    assert clock.slept == []
    pass_through(pacer)
    assert clock.now == pytest.approx(100.5)


def test_the_pacer_follows_the_reported_tokens(clock: Clock) -> None:
    pacer = pace.Pacer(capacity=100, rate=10)
    pacer.observe(90)
    pacer.observe(1)
    pass_through(pacer)
    assert clock.slept == []
    pass_through(pacer)
    assert clock.now == pytest.approx(100.1)


def test_a_refusal_pauses_every_thread_and_starts_the_bucket(clock: Clock) -> None:
    pacer = pace.Pacer(capacity=100, rate=10)
    pacer.refused(3)
    pass_through(pacer)
    assert clock.now == pytest.approx(103)
    # The bucket filled for three seconds: thirty requests, then ten each second.
    for _request in range(29):
        pass_through(pacer)
    assert clock.now == pytest.approx(103)
    for _request in range(10):
        pass_through(pacer)
    assert clock.now == pytest.approx(104, abs=0.01)


def test_reported_tokens_exclude_requests_in_flight(clock: Clock) -> None:
    pacer = pace.Pacer(capacity=10, rate=1)
    with pacer.turn(), pacer.turn(), pacer.turn():
        pacer.observe(4)
        pass_through(pacer)
        assert clock.slept == []
        pass_through(pacer)
        assert clock.now == pytest.approx(101)


@pytest.mark.parametrize("remaining", [-100_000.0, -math.inf, math.inf, math.nan, 1e308, -1e308, 0.0, 1e-300, -0.5])
def test_waits_are_limited_by_the_bucket(clock: Clock, remaining: float) -> None:
    pacer = pace.Pacer(capacity=100, rate=10)
    for _request in range(50):
        with pacer.turn():
            pacer.observe(remaining)
    assert clock.now <= 100 + 50 * (2 / 10) + 0.01
    assert all(slept <= pace.SLICE for slept in clock.slept)


def test_the_pacer_without_a_bucket_only_pauses(clock: Clock) -> None:
    pacer = pace.Pacer()
    pacer.count()
    pacer.observe(0)
    pacer.refused(2)
    for _request in range(1000):
        pass_through(pacer)
    assert clock.now == pytest.approx(102)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("-3", 0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("\u00b2", None),
        ("Friday, the 13th", None),
        ("Wed, 99 Foo 2026 00:00:00 GMT", None),
        (email.utils.formatdate(1_700_000_030, usegmt=True), 30),
        (email.utils.formatdate(1_600_000_000, usegmt=True), 0),
    ],
)
def test_retry_after_is_parsed(value: str, seconds: float | None, clock: Clock) -> None:
    assert pace.retry_after(value) == seconds
