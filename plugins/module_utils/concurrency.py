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


#: A result, or the error of a call.
_Entry: t.TypeAlias = tuple[t.Any, BaseException | None]


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
    crew = _Crew(call, arguments, ends)
    return crew.run(workers, keep, more, stop)


class _Crew:
    """The threads that make the calls of one :func:`run_all`."""

    def __init__(
        self, call: t.Callable[[t.Any], t.Any], arguments: t.Iterable[t.Any], ends: t.Callable[[t.Any], bool]
    ) -> None:
        self._call = call
        self._ends = ends
        self._waiting = collections.deque(arguments)
        # None ends a thread.
        self._done: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._over = threading.Event()
        self._interrupted = threading.Event()
        self._busy = 0
        self._change = threading.Condition()
        self._threads = 0
        self._failure: BaseException | None = None

    def _work(self) -> None:
        _of_thread.interrupted = self._interrupted
        with self._change:
            self._busy += 1
        while not self._over.is_set():
            try:
                argument = self._waiting.popleft()
            except IndexError:
                break
            try:
                result = self._call(argument)
                if self._ends(result):
                    self._over.set()
                self._done.put((result, None))
            except BaseException as error:
                self._over.set()
                self._done.put((None, error))
        self._done.put(None)
        with self._change:
            self._busy -= 1
            self._change.notify_all()

    def run(
        self,
        workers: int,
        keep: t.Callable[[t.Any], None],
        more: t.Callable[[t.Any], t.Iterable[t.Any]],
        stop: t.Callable[[], None],
    ) -> bool:
        """Make the calls; see :func:`run_all`."""
        interrupt_seen = False
        if not self._waiting:
            return False
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            try:
                self._dispatch(pool, workers, keep, more)
            except KeyboardInterrupt:
                interrupt_seen = True
                self._interrupted.set()
                stop()
            finally:
                self._over.set()
        with self._change:
            # The pool does not know a thread whose start was interrupted, so this waits for it.
            self._change.wait_for(lambda: self._busy == 0)
        while not self._done.empty():
            self._take(self._done.get(), keep)
        if self._failure is not None:
            raise self._failure
        return interrupt_seen

    def _dispatch(
        self,
        pool: concurrent.futures.ThreadPoolExecutor,
        workers: int,
        keep: t.Callable[[t.Any], None],
        more: t.Callable[[t.Any], t.Iterable[t.Any]],
    ) -> None:
        """Start threads as long as there is something to call for, and take their results."""
        wanted = min(workers, len(self._waiting))
        while self._threads or wanted:
            for _thread in range(wanted):
                pool.submit(self._work)
            self._threads += wanted
            entry = self._done.get()
            self._take(entry, keep)
            further = list(more(entry[0])) if entry is not None and entry[1] is None else []
            self._waiting.extend(further)
            # A thread without work may have ended just before an argument was added.
            missing = len(self._waiting) if entry is None else len(further)
            wanted = 0 if self._over.is_set() else min(workers - self._threads, missing)

    def _take(self, entry: _Entry | None, keep: t.Callable[[t.Any], None]) -> None:
        if entry is None:
            self._threads -= 1
            return
        result, error = entry
        if error is None:
            keep(result)
        self._failure = self._failure or error


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
