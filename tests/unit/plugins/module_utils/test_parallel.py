# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrent calls: none is lost after failures, added calls or interrupts."""

from __future__ import annotations

import _thread
import contextlib
import threading
import time
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import concurrency as parallel
from ansible_collections.telephony.voicemail.plugins.module_utils.messages import apply as message_engine
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import (
    MessageAction,
    MessageReport,
    MessageStep,
    Order,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import download as audio
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.report import (
    AudioReport,
    Recording,
)

#: Seconds of a call that must still run when another event happens.
SHORT = 0.05
COUNT = 100


class Work:
    """Slow calls that record their progress."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self._begun = threading.Semaphore(0)

    def do(self, name: str) -> None:
        """Start, wait, and end."""
        self.begun.append(name)
        self._begun.release()
        time.sleep(SHORT)
        self.ended.append(name)

    def wait_for(self, count: int) -> None:
        """Wait until this number of calls started."""
        for _one in range(count):
            assert self._begun.acquire(timeout=10)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Return work that is interrupted during the start of its second thread, before the pool registers it."""
    work = Work()
    start = threading.Thread.start
    starts: list[threading.Thread] = []

    def start_and_be_interrupted(thread: threading.Thread) -> None:
        starts.append(thread)
        start(thread)
        if len(starts) == 2:
            work.wait_for(2)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start_and_be_interrupted)
    return work


def run(call: t.Callable[[t.Any], t.Any], arguments: t.Sequence[t.Any], workers: int, **hooks: t.Any) -> list[t.Any]:
    """Return the results in the order of their arrival."""
    results: list[t.Any] = []
    assert parallel.run_all(call, arguments, workers, results.append, **hooks) is False
    return results


@pytest.mark.parametrize("workers", [1, 3, 50])
def test_each_call_runs_once_in_a_worker_thread(workers: int) -> None:
    callers: set[int] = set()

    def call(number: int) -> int:
        callers.add(threading.get_ident())
        return number

    assert sorted(run(call, range(20), workers)) == list(range(20))
    assert threading.get_ident() not in callers
    assert len(callers) <= workers
    assert run(call, [], workers) == []


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_calls_can_add_calls(workers: int) -> None:
    def halves(width: int) -> list[int]:
        return [width // 2, width - width // 2] if width > 1 else []

    # Splitting 64 into ones takes 127 calls.
    results = run(lambda width: width, [64], workers, more=halves)
    assert (len(results), results.count(1)) == (127, 64)


def test_added_calls_run_concurrently() -> None:
    together = threading.Barrier(3, timeout=10)

    def call(number: int) -> int:
        if number:
            together.wait()
        return number

    assert sorted(run(call, [0], 3, more=lambda number: () if number else (1, 2, 3))) == [0, 1, 2, 3]


def test_added_calls_do_not_start_after_the_end() -> None:
    called: list[int] = []

    def call(number: int) -> int:
        called.append(number)
        return number

    run(call, [0, 1], 1, ends=lambda number: number == 1, more=lambda number: () if number else (2,))
    assert called == [0, 1]


def test_an_exception_ends_all_calls_and_is_raised() -> None:
    called: list[int] = []

    def call(number: int) -> int:
        called.append(number)
        if number == 1:
            raise LookupError("this one")
        return number

    kept: list[int] = []
    with pytest.raises(LookupError, match="this one"):
        parallel.run_all(call, range(5), 1, kept.append)
    assert (called, kept) == ([0, 1], [0])


def test_a_thread_interrupted_at_its_start_is_awaited(work: Work) -> None:
    stopped: list[bool] = []
    names = [str(number) for number in range(COUNT)]
    assert parallel.run_all(work.do, names, 4, lambda result: None, stop=lambda: stopped.append(True)) is True
    assert sorted(work.ended) == sorted(work.begun)
    assert stopped == [True]


def test_results_have_the_order_of_their_arguments() -> None:
    def call(number: int) -> int:
        time.sleep(0.002 * (5 - number))
        return number * 10

    assert parallel.in_order(call, range(5), 5) == [0, 10, 20, 30, 40]


class Vendor:
    """Messages of a vendor without bulk requests."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def delete_many(self, messages: t.Sequence[Message], permanent: bool) -> None:
        """Not supported."""

    def delete(self, message: Message, permanent: bool) -> None:
        """Delete a message."""
        self.work.do(message.id)


def written(vendor: Vendor, boxes: int, progress: message_engine.Progress | None = None) -> MessageReport:
    """Delete messages in this number of mailboxes."""
    found = [Message(id=f"m{number}", mailbox_id=str(number % boxes)) for number in range(COUNT)]
    report = MessageReport([MessageStep(message.id, MessageAction.DELETE, message) for message in found])
    message_engine._write(t.cast(t.Any, vendor), Order("absent"), report.steps, 4, progress, report)
    return report


@pytest.mark.parametrize("boxes", [COUNT, 3])
def test_deletions_of_a_thread_interrupted_at_its_start_are_reported(work: Work, boxes: int) -> None:
    if boxes != COUNT:
        # One thread per mailbox adds the calls for its messages.
        work.wait_for = lambda count: None  # type: ignore[method-assign]
    report = written(Vendor(work), boxes)
    assert report.interrupted
    assert sorted(work.begun) == sorted(step.id for step in report.steps if step.status == "changed")
    assert {step.status for step in report.steps if step.id not in work.begun} <= {"skipped"}


def test_messages_deleted_individually_are_all_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[tuple[int, int, int, str]] = []
    work = Work()
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    report = written(Vendor(work), 3, lambda *counts: reported.append(counts))
    assert sorted(work.begun) == sorted(step.id for step in report.steps)
    assert {step.status for step in report.steps} == {"changed"}
    assert reported[-1] == (COUNT, COUNT, 0, "done")


def test_a_download_of_a_thread_interrupted_at_its_start_is_reported(work: Work) -> None:
    stop = threading.Event()

    def fetch(recording: Recording) -> None:
        if not stop.is_set():
            work.do(recording.id)
            recording.status = "changed"

    waiting = [Recording(f"m{number}", None) for number in range(COUNT)]
    report = AudioReport(waiting)
    audio._fetch_all(t.cast(t.Any, types.SimpleNamespace(fetch=fetch, stop=stop)), waiting, 4, None, report)
    assert report.interrupted
    assert stop.is_set()
    assert sorted(work.begun) == sorted(recording.id for recording in waiting if recording.status == "changed")
    assert {recording.status for recording in waiting if recording.id not in work.begun} <= {"skipped"}


def test_an_uninterruptible_call_finishes_after_an_interrupt() -> None:
    ended: list[bool] = []

    def call() -> str:
        # The main thread now waits for the result, and no longer starts threads.
        time.sleep(SHORT)
        _thread.interrupt_main()
        time.sleep(SHORT)
        ended.append(True)
        return "done"

    assert parallel.finished(call) == ("done", True)
    assert ended == [True]


def test_an_uninterruptible_call_raises_its_exception() -> None:
    def call() -> None:
        raise LookupError("this one")

    with pytest.raises(LookupError, match="this one"):
        parallel.finished(call)


def test_an_interrupted_upload_is_reported() -> None:
    class Slow:
        """A vendor that stores an upload slowly."""

        made: t.ClassVar[list[Message]] = []

        def list(self, _selection: t.Any) -> list[Message]:
            return list(self.made)

        def upload(self, _number: str, wanted: t.Any) -> str:
            _thread.interrupt_main()
            time.sleep(SHORT)
            self.made.append(Message(id="m1", mailbox_id="b1", mailbox="3000", call_id=wanted.call_id))
            return "m1"

        @contextlib.contextmanager
        def audio(self, _message: Message) -> t.Iterator[t.Any]:
            yield types.SimpleNamespace(pieces=lambda: [wanted.audio])

    wanted = types.SimpleNamespace(call_id="c1", caller_number=None, audio=b"sound")
    report = message_engine.upload(t.cast(t.Any, Slow()), "3000", t.cast(t.Any, wanted), check=False)
    assert (report.changed, [step.new_id for step in report.steps]) == (True, ["m1"])
