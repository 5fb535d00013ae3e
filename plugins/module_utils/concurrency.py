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

#: What the calling thread knows of an interrupt by the user, where it works for :func:`run_all`.
_of_thread = threading.local()

Result = t.TypeVar("Result")
Argument = t.TypeVar("Argument")


def interrupted() -> bool:
    """Check whether the user interrupted the calls that this thread works for."""
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
    """Call for each argument, some at a time and never in the calling thread; what has begun is finished.

    :param workers: most calls at once, 1 or more.
    :param keep: given each result in the calling thread as it comes. An interrupt may miss one: what must not be lost
        is for ``call`` to note.
    :param ends: tells whether nothing more is to be started after a result.
    :param more: tells what else is to be called for after a result; an interrupt may miss that too.
    :param stop: called once when the user interrupts, before what has begun is waited for, so that it can end early.
    :returns: true when the user interrupted it.
    :raises BaseException: what a call raised; nothing more was started.
    """
    waiting = collections.deque(arguments)
    # None tells that a thread has nothing more to do.
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
                # A thread that found nothing more may have ended just before something was added.
                missing = len(waiting) if entry is None else len(further)
                wanted = 0 if over.is_set() else min(workers - threads, missing)
        except KeyboardInterrupt:
            interrupt_seen = True
            ending.set()
            stop()
        finally:
            over.set()
    with change:
        # The pool does not know a thread whose start was interrupted, so what it does is waited for here.
        change.wait_for(lambda: busy == 0)
    while not done.empty():
        threads, failure = _take(done.get(), keep, threads, failure)
    if failure is not None:
        raise failure
    return interrupt_seen


def finished(call: t.Callable[[], Result]) -> tuple[Result, bool]:
    """Call once, to its end even if the user interrupts it.

    :returns: the result, and whether the user interrupted it.
    :raises BaseException: what the call raised.
    """
    results: list[Result] = []
    interrupted = run_all(lambda _nothing: results.append(call()), [None], 1, lambda _nothing: None)
    if not results:
        # The interrupt came before the call.
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
