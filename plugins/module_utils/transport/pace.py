# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide when the next request may start, with one pacer and one budget for all threads of a task."""

from __future__ import annotations

import contextlib
import email.utils
import math
import threading
import time
import typing as t

from ..concurrency import interrupted
from ..errors import RateLimitedError

#: Seconds after which a waiting thread checks for an interrupt.
SLICE = 1.0


class Budget:
    """Seconds that a task may wait. Simultaneous waits of threads count once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._spent = 0.0
        self._until = 0.0
        self._lock = threading.Lock()

    def take(self, wait: float, spent: float = 0.0) -> bool:
        """Reserve a wait that starts now; return False if it exceeds the budget.

        :param spent: seconds spent on the failed attempt before a retry.
        """
        with self._lock:
            now = time.monotonic()
            cost = max(0.0, now + wait - max(now - spent, self._until))
            if self._spent + cost > self.seconds:
                return False
            self._spent += cost
            self._until = max(self._until, now + wait)
            return True


class Pacer:
    """Keeps a task within the vendor's token bucket, and pauses all threads after a refusal.

    Requests are not delayed until the vendor shows that it counts: by a decreasing number of remaining
    tokens, by a refusal, or because the vendor documents that it always does. From then on, no request is started that
    the bucket would refuse.

    :param capacity: capacity of the vendor's bucket; None if no bucket is documented.
    :param rate: tokens added per second.
    """

    def __init__(self, capacity: float | None = None, rate: float = 10.0) -> None:
        self._capacity = capacity
        self._rate = rate
        self._tokens = capacity or 0.0
        self._stamp = time.monotonic()
        self._counting = False
        self._paused_until = 0.0
        self._under_way = 0
        self._lock = threading.Lock()

    def count(self) -> None:
        """Start to count: this vendor charges every request."""
        with self._lock:
            if self._capacity is not None and not self._counting:
                self._counting = True
                self._stamp = time.monotonic()

    def observe(self, remaining: float) -> None:
        """Record the number of remaining tokens according to the vendor."""
        if self._capacity is None or math.isnan(remaining):
            return
        remaining = min(max(remaining, 0.0), self._capacity)
        with self._lock:
            # Requests in flight will be charged as well, or were already.
            left = remaining - self._under_way
            if not self._counting and remaining < self._capacity / 2:
                self._counting = True
                self._tokens, self._stamp = left, time.monotonic()
            elif self._counting:
                self._refill()
                self._tokens = min(self._tokens, left)

    def expected_wait(self, requests: int) -> float:
        """Estimate the seconds that the vendor's bucket delays a number of requests; 0 if it does not count."""
        with self._lock:
            if not self._counting:
                return 0.0
            self._refill()
            return max(0.0, requests - max(0.0, self._tokens)) / self._rate

    def refused(self, wait: float) -> None:
        """Pause all threads: the vendor refused a request and asks for a pause."""
        with self._lock:
            now = time.monotonic()
            self._paused_until = max(self._paused_until, now + wait)
            if self._capacity is not None:
                self._counting = True
                self._tokens, self._stamp = min(self._tokens, self._rate * wait), now + wait

    @contextlib.contextmanager
    def turn(self) -> t.Iterator[None]:
        """Block until the next request may start; the request is in flight during the block.

        :raises RateLimitedError: if the user interrupts during a pause.
        """
        while (delay := self._reserve()) > 0:
            if delay > SLICE and interrupted():
                raise RateLimitedError("interrupted while the vendor refuses more requests", "Run the task again")
            time.sleep(min(delay, SLICE))
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _refill(self) -> None:
        now = time.monotonic()
        if now > self._stamp:
            self._tokens = min(self._capacity or 0.0, self._tokens + (now - self._stamp) * self._rate)
            self._stamp = now

    def _reserve(self) -> float:
        with self._lock:
            now = time.monotonic()
            if now < self._paused_until:
                return self._paused_until - now
            if self._counting:
                self._refill()
                if self._tokens < 1:
                    return (1 - self._tokens) / self._rate
                self._tokens -= 1
            self._under_way += 1
            return 0.0


def retry_after(value: str) -> float | None:
    """Return the seconds of a header ``Retry-After``, or None if it is unusable."""
    try:
        dated = email.utils.parsedate_to_datetime(value).timestamp() - time.time() if "," in value else None
        seconds = float(value) if dated is None else dated
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
