# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry requests: how often, after which wait, and for how long in total."""

from __future__ import annotations

import threading
import time
import typing as t

from ..concurrency import interrupted
from ..deps import tenacity
from ..errors import VoicemailError
from .pace import SLICE, Budget, Pacer

#: Attempts of a failing request. Rate limits (429) and restarting servers are retried for as long as the budget
#: lasts.
MAX_ATTEMPTS = 5
#: Seconds of a wait from which on the user is notified.
LONG_WAIT = 10.0
#: Shortest requested wait that is followed more than once.
SHORTEST_WAIT = 1.0


class Retryable(Exception):
    """The failure of an attempt that may be repeated.

    :param error: raised if it is not repeated.
    :param retry_after: wait requested by the server in seconds.
    :param refused: whether the server did nothing and asks the client to wait.
    :param away: whether the server answered before but is unreachable now, as during a restart.
    :param reply: returned in place of the error if it is not repeated.
    """

    def __init__(
        self,
        error: VoicemailError,
        retry_after: float | None = None,
        refused: bool = False,
        away: bool = False,
        reply: t.Any = None,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after
        self.refused = refused
        self.away = away
        self.reply = reply
        #: Duration of the attempt in seconds.
        self.seconds = 0.0


class Retries:
    """Repeats the requests of a task, with one budget of time for all threads.

    :param seconds: seconds that the task may spend on waits and failed attempts.
    :param pacer: notified of refusals.
    """

    def __init__(self, seconds: float, pacer: Pacer) -> None:
        self._budget = Budget(seconds)
        self._pacer = pacer
        self._lock = threading.Lock()
        self._until = 0.0
        self._stopped = False
        #: Total seconds of long waits.
        self.long_waits = 0.0
        #: Called with a text at the start of a long wait.
        self.notify: t.Callable[[str], None] = lambda text: None

    def stop(self) -> None:
        """End all waits and retries."""
        self._stopped = True

    def run(self, attempt: t.Callable[[], t.Any]) -> t.Any:
        """Repeat an attempt until it ends without :class:`Retryable`, or the time is spent.

        :raises VoicemailError: the error of the last attempt.
        """
        try:
            # Almost every request succeeds: what repeats it costs more than the rest of this layer.
            return attempt()
        except Retryable as failure:
            first = failure
        return self._repeat(attempt, first)

    def _repeat(self, attempt: t.Callable[[], t.Any], first: Retryable) -> t.Any:
        latest, pending = first, True

        def noted() -> t.Any:
            nonlocal latest, pending
            if pending:
                pending = False
                raise first
            try:
                return attempt()
            except Retryable as failure:
                latest = failure
                raise

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Retryable),
            wait=_Backoff(),
            stop=self._spent,
            sleep=self._rest,
            reraise=True,
        )
        try:
            return retrying(noted)
        except (Retryable, _InterruptedError):
            if latest.reply is not None:
                return latest.reply
            raise latest.error from None

    def _spent(self, state: t.Any) -> bool:
        failure: Retryable = state.outcome.exception()
        wait = state.upcoming_sleep
        patient = failure.refused or failure.away
        if self._ends() or (not patient and state.attempt_number >= MAX_ATTEMPTS):
            return True
        if not self._budget.take(wait, failure.seconds):
            return True
        if failure.refused:
            self._pacer.refused(wait)
        if wait >= LONG_WAIT:
            self._note(wait, "the server is unreachable" if failure.away else "the server asks for it")
        return False

    def _ends(self) -> bool:
        return self._stopped or interrupted()

    def _rest(self, seconds: float) -> None:
        """Wait between attempts, until an interrupt at the latest."""
        # An interrupt ends waits of the main thread anyway.
        part = seconds if threading.current_thread() is threading.main_thread() else SLICE
        while seconds > 0:
            if self._ends():
                raise _InterruptedError
            tenacity.nap.sleep(min(seconds, part))
            seconds -= part

    def _note(self, wait: float, reason: str) -> None:
        until = time.monotonic() + wait
        with self._lock:
            # Threads that are refused at the same time wait together.
            added = min(wait, until - self._until)
            if added < SLICE:
                return
            self.long_waits += added
            self._until = until
        self.notify(f"waiting {wait:.0f} s because {reason}")


class _InterruptedError(Exception):
    """The user interrupted the task during a wait."""


class _Backoff:
    """The wait requested by the vendor, or an increasing random wait."""

    def __init__(self) -> None:
        self._growing = tenacity.wait_random_exponential(multiplier=0.5, max=10, min=0.1)

    def __call__(self, state: t.Any) -> float:
        failure: Retryable = state.outcome.exception()
        asked = failure.retry_after
        # A request to retry immediately is followed once: otherwise such a server would be queried endlessly.
        if asked is not None and (asked >= SHORTEST_WAIT or state.attempt_number == 1):
            return asked
        # A refusal without a time: a bucket that gains tokens every second is worth retrying after one.
        return max(1.0 if failure.refused else 0.0, self._growing(state))


__all__ = ("LONG_WAIT", "MAX_ATTEMPTS", "Retries", "Retryable")
