# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run thousands of short calls concurrently, without the cost of a future for each."""

from __future__ import annotations

import collections
import concurrent.futures
import queue
import threading
import typing as t

#: The interrupt state of the calling thread, if it works for :func:`run_all`.
_of_thread = threading.local()

Result = t.TypeVar("Result")
Argument = t.TypeVar("Argument")


def interrupted() -> bool:
    """Check whether the user interrupted the calls of this thread."""
    event: threading.Event | None = getattr(_of_thread, "interrupted", None)
    return event is not None and event.is_set()


def run_all(
    call: t.Callable[[Argument], Result],
    arguments: t.Sequence[Argument],
    workers: int,
    keep: t.Callable[[Result], None],
    ends: t.Callable[[Result], bool] = lambda result: False,
    more: t.Callable[[Result], t.Iterable[Argument]] = lambda result: (),
    stop: t.Callable[[], None] = lambda: None,
) -> bool:
    """Call a function concurrently for each argument, never in the calling thread. Started calls always finish.

    :param workers: most concurrent calls, at least 1.
    :param keep: called with each result in the calling thread. An interrupt may skip it, so ``call`` must record
        whatever must not be lost.
    :param ends: checks whether to start no further calls after a result.
    :param more: returns further arguments after a result; an interrupt may skip it, too.
    :param stop: called once after an interrupt, before waiting for started calls, so that they can end early.
    :returns: whether the user interrupted it.
    :raises BaseException: the exception of a call; no further calls were started.
    """
    waiting = collections.deque(arguments)
    # None ends a thread.
    done: queue.SimpleQueue[tuple[t.Any, BaseException | None] | None] = queue.SimpleQueue()

    over = threading.Event()
    ending = threading.Event()
    busy = 0
    change = threading.Condition()

    def work() -> None:
        nonlocal busy
        _of_thread.interrupted = ending
        with change:
            busy += 1
        while not over.is_set():
            try:
                argument = waiting.popleft()
            except IndexError:
                break
            try:
                result = call(argument)
                if ends(result):
                    over.set()
                done.put((result, None))
            except BaseException as error:
                over.set()
                done.put((None, error))
        done.put(None)
        with change:
            busy -= 1
            change.notify_all()

    failure: BaseException | None = None
    interrupt_seen = False
    threads = 0
    if not waiting:
        return False
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        try:
            wanted = min(workers, len(waiting))
            while threads or wanted:
                for _thread in range(wanted):
                    pool.submit(work)
                threads += wanted
                entry = done.get()
                threads, failure = _take(entry, keep, threads, failure)
                further = list(more(entry[0])) if entry is not None and entry[1] is None else []
                waiting.extend(further)
                # A thread without work may have ended just before an argument was added.
                missing = len(waiting) if entry is None else len(further)
                wanted = 0 if over.is_set() else min(workers - threads, missing)
        except KeyboardInterrupt:
            interrupt_seen = True
            ending.set()
            stop()
        finally:
            over.set()
    with change:
        # The pool does not know a thread whose start was interrupted, so this waits for it.
        change.wait_for(lambda: busy == 0)
    while not done.empty():
        threads, failure = _take(done.get(), keep, threads, failure)
    if failure is not None:
        raise failure
    return interrupt_seen


def finished(call: t.Callable[[], Result]) -> tuple[Result, bool]:
    """Call a function to its end, even if the user interrupts it.

    :returns: the result, and whether the user interrupted it.
    :raises BaseException: the exception of the call.
    """
    results: list[Result] = []
    interrupted = run_all(lambda _nothing: results.append(call()), [None], 1, lambda _nothing: None)
    if not results:
        # The interrupt preceded the call.
        raise KeyboardInterrupt
    return results[0], interrupted


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
    report: t.Callable[[int], None] = lambda count: None,
) -> list[Result]:
    """Call a function concurrently for each argument, and return the results in order; the first error ends it.

    :param report: called with the number of results, in the calling thread if there are several threads.
    """
    if len(arguments) <= 1 or workers <= 1:
        return [call(argument) for argument in arguments]
    results: dict[int, Result] = {}

    def keep(numbered: tuple[int, Result]) -> None:
        results.__setitem__(*numbered)
        report(len(results))

    if run_all(lambda numbered: (numbered[0], call(numbered[1])), list(enumerate(arguments)), workers, keep):
        raise KeyboardInterrupt
    return [results[position] for position in range(len(arguments))]
