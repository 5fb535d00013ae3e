# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that run some at a time, thousands of short ones: a future for each would cost as much as its own work."""

from __future__ import annotations

import collections
import concurrent.futures
import queue
import threading
import typing as t

Result = t.TypeVar("Result")
Argument = t.TypeVar("Argument")


def run_all(
    call: t.Callable[[Argument], Result],
    arguments: t.Sequence[Argument],
    workers: int,
    keep: t.Callable[[Result], None],
    ends: t.Callable[[Result], bool] = lambda result: False,
) -> bool:
    """Call for each argument, some at a time and never in the calling thread; what has begun is finished.

    :param keep: given each result in the calling thread as it comes. An interrupt may miss one: what must not be lost
        is for ``call`` to note.
    :param ends: tells whether nothing more is to be started after a result.
    :returns: true when the user interrupted it.
    :raises BaseException: what a call raised; nothing more was started.
    """
    waiting = collections.deque(arguments)
    # None tells that a thread has nothing more to do.
    done: queue.SimpleQueue[tuple[t.Any, BaseException | None] | None] = queue.SimpleQueue()

    busy = 0
    change = threading.Condition()

    def work() -> None:
        nonlocal busy
        with change:
            busy += 1
        while waiting:
            try:
                argument = waiting.popleft()
            except IndexError:
                break
            try:
                result = call(argument)
                if ends(result):
                    waiting.clear()
                done.put((result, None))
            except BaseException as error:
                waiting.clear()
                done.put((None, error))
        done.put(None)
        with change:
            busy -= 1
            change.notify_all()

    failure: BaseException | None = None
    interrupted = False
    threads = min(workers, len(arguments))
    if not threads:
        return False
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        try:
            for _thread in range(threads):
                pool.submit(work)
            while threads:
                threads, failure = _take(done.get(), keep, threads, failure)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            waiting.clear()
    with change:
        # The pool does not know a thread whose start was interrupted, so what it does is waited for here.
        change.wait_for(lambda: busy == 0)
    while not done.empty():
        threads, failure = _take(done.get(), keep, threads, failure)
    if failure is not None:
        raise failure
    return interrupted


def _take(
    entry: tuple[t.Any, BaseException | None] | None,
    keep: t.Callable[[t.Any], None],
    threads: int,
    failure: BaseException | None,
) -> tuple[int, BaseException | None]:
    if entry is None:
        return threads - 1, failure
    result, error = entry
    if error is None:
        keep(result)
    return threads, failure or error


def in_order(
    call: t.Callable[[Argument], Result],
    arguments: t.Sequence[Argument],
    workers: int,
    tell: t.Callable[[int], None] = lambda count: None,
) -> list[Result]:
    """Call for each argument, some at a time, and return the results in order; the first error ends it all.

    :param tell: given how many results there are, as they come, in the calling thread where there are several threads.
    """
    if len(arguments) <= 1 or workers <= 1:
        return [call(argument) for argument in arguments]
    results: dict[int, Result] = {}

    def keep(numbered: tuple[int, Result]) -> None:
        results.__setitem__(*numbered)
        tell(len(results))

    if run_all(lambda numbered: (numbered[0], call(numbered[1])), list(enumerate(arguments)), workers, keep):
        raise KeyboardInterrupt
    return [results[position] for position in range(len(arguments))]
