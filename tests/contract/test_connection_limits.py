# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits after rate limits (429) and temporary outages, measured by a simulated clock."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import retry
from helpers.loopback import FakeTime, fake_clock, module_warnings
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, SUBJECTS, Subject

__all__ = ("fake_clock", "module_warnings")
each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


def read(subject: Subject, runner: str, *faults: str, **options: t.Any) -> tuple[dict[str, t.Any], int]:
    """Read all boxes of a simulator with faults. Return the result and the number of requests."""
    with subject.serve(mailboxes=2, faults=faults) as server:
        result = RUNNERS[runner](subject.info, subject.arguments(server, **options))
        return result, len(server.journal)


@each_runner
@every_subject
def test_retry_after_is_respected(subject: Subject, runner: str, clock: FakeTime) -> None:
    result, _requests = read(subject, runner, "status:429,count=2,retry_after=7", workers=1)
    assert not result["failed"], result
    assert clock.slept == [7, 7]


@each_runner
@every_subject
def test_a_refusal_without_retry_after_is_retried_after_a_second_or_more(
    subject: Subject, runner: str, clock: FakeTime
) -> None:
    result, _requests = read(subject, runner, "status:429,count=3", workers=1, retry_budget=60)
    assert not result["failed"], result
    assert len(clock.slept) == 3
    assert all(1 <= slept <= 10 for slept in clock.slept)


@each_runner
@every_subject
def test_repeated_refusals_end_with_the_budget(subject: Subject, runner: str, clock: FakeTime) -> None:
    result, requests = read(subject, runner, "status:429,retry_after=7", workers=1, retry_budget=30)
    assert result["failed"]
    assert result["error"]["kind"] == "rate_limited"
    assert result["error"]["status"] == 429
    assert "retry_budget" in result["error"]["hint"]
    assert clock.slept == [7] * 4
    assert requests == 5


@each_runner
@every_subject
def test_a_retry_after_beyond_the_budget_fails_immediately(subject: Subject, runner: str, clock: FakeTime) -> None:
    result, requests = read(subject, runner, "status:429,retry_after=3600", retry_budget=120)
    assert result["failed"]
    assert (clock.slept, requests) == ([], 1)


@each_runner
@pytest.mark.parametrize("seconds", ["0", "1e-300", "0.001", "-5", "Thu%2C 01 Jan 1970 00:00:00 GMT"])
def test_repeated_immediate_retry_after_is_limited(runner: str, seconds: str, clock: FakeTime) -> None:
    fault = f"status:429,retry_after={seconds},count=200"
    result, requests = read(KAZOO, runner, fault, workers=1, retry_budget=30)
    assert result["error"]["kind"] == "rate_limited"
    assert requests < 30


@each_runner
@every_subject
@pytest.mark.parametrize("fault", ["status:429,retry_after=1", "status:429", "status:503", "reset_before"])
def test_a_zero_budget_never_waits(subject: Subject, runner: str, fault: str, clock: FakeTime) -> None:
    result, requests = read(subject, runner, fault, retry_budget=0)
    assert result["failed"]
    assert (clock.slept, requests) == ([], 1)


@each_runner
@every_subject
@pytest.mark.parametrize("header", ["", "retry_after=soon", "retry_after=-3", "retry_after=1e999", "retry_after=nan"])
def test_unusual_retry_after_values_are_handled(subject: Subject, runner: str, header: str, clock: FakeTime) -> None:
    result, _requests = read(subject, runner, ",".join(filter(None, ("status:429,count=1", header))), workers=1)
    assert not result["failed"], result
    assert sum(clock.slept) <= 10


@pytest.mark.parametrize("status", [502, 503, 504])
@each_runner
@every_subject
def test_a_temporary_outage_is_retried(subject: Subject, runner: str, status: int, clock: FakeTime) -> None:
    # Only reads are retried, so the login succeeds.
    logins = 1
    result, _requests = read(subject, runner, f"status:{status},skip={logins},count=2", workers=1)
    assert not result["failed"], result
    assert len(clock.slept) == 2


@each_runner
def test_a_long_outage_ends_with_the_budget(runner: str, clock: FakeTime) -> None:
    result, requests = read(KAZOO, runner, "status:503,skip=1", workers=1, retry_budget=20)
    assert result["failed"]
    assert "503" in result["msg"]
    assert requests > 1 + retry.MAX_ATTEMPTS
    assert sum(clock.slept) <= 20


@each_runner
def test_a_refusal_pauses_all_threads(runner: str, clock: FakeTime) -> None:
    """Check that eight workers wait once for a refusal, not once for each thread."""
    boxes = [{"mailbox": f"{number}", "name": "x"} for number in range(5000, 5020)]
    with KAZOO.serve(faults=["status:429,method=PUT,path=vmboxes,count=1,retry_after=9"]) as server:
        arguments = KAZOO.arguments(server, mailboxes=boxes, workers=8, retry_budget=10)
        result = RUNNERS[runner]("vmboxes", arguments)
    assert not result["failed"], result
    assert result["summary"]["create"] == 20
    assert sum(clock.slept) >= 9


@each_runner
@every_subject
def test_a_long_wait_is_reported(subject: Subject, runner: str, clock: FakeTime, warned: list[str]) -> None:
    result, _requests = read(subject, runner, "status:429,count=1,retry_after=40", workers=1, retry_budget=120)
    assert not result["failed"], result
    reported = [*warned, *result.get("warnings", ())]
    assert [text for text in reported if "the task waited 40 s" in text]
    result, _requests = read(subject, runner, "status:429,count=1,retry_after=5", workers=1, retry_budget=120)
    assert "waited" not in str(result.get("warnings", ()))


def test_a_long_wait_is_announced_at_its_start(clock: FakeTime) -> None:
    reported: list[tuple[str, float]] = []
    with KAZOO.serve(faults=["status:429,count=1,retry_after=40"]) as server:
        result = task.run_in_worker(
            KAZOO.info,
            KAZOO.arguments(server, retry_budget=120),
            task.Worker(notify=lambda text: reported.append((text, sum(clock.slept)))),
        )
    assert not result.get("failed"), result
    assert reported == [("waiting 40 s because the server asks for it", 0)]
