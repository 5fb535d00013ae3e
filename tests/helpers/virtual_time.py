# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run code that waits without waiting: use it wherever a test would otherwise sleep, or patch how long the code sleeps.

Time passes when somebody sleeps, so a run that waits for minutes takes milliseconds. Tests that need nothing else
use the fixture `no_waiting`.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import types
import typing as t
from unittest import mock

import tenacity.nap

PACKAGE = "ansible_collections.telephony.voicemail.plugins.module_utils."
#: What times requests keeps the real time: its limits are about a real server, and one thread that sleeps must not
#: end the request of another.
REAL = ("transport.client", "transport.network", "transport.stream")


class VirtualTime:
    """Stands in for the module `time` of the engine and the drivers.

    :param advance: called with the seconds of each sleep, so that the server's time advances as well.
    """

    def __init__(self, advance: t.Callable[[float], None]) -> None:
        self._advance = advance
        self._offset = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic() + self._offset

    def time(self) -> float:
        """Unix seconds: those of the login's bookkeeping, which only a test moves."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Let time pass. Threads that sleep at the same moment wake up at the same moment."""
        if seconds <= 0:
            return
        target = self.monotonic() + seconds
        # The other threads go on meanwhile, as they would.
        time.sleep(min(seconds, 0.001))
        with self._lock:
            missing = target - self.monotonic()
            if missing > 0:
                self._offset += missing
                self._advance(missing)


@contextlib.contextmanager
def virtual_time(advance: t.Callable[[float], None]) -> t.Iterator[VirtualTime]:
    """Put virtual time in the place of real time in all that waits."""
    clock = VirtualTime(advance)
    with contextlib.ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            ours = name.startswith(PACKAGE) and name.removeprefix(PACKAGE) not in REAL
            if ours and getattr(module, "time", None) is time:
                stack.enter_context(mock.patch.object(module, "time", clock))
        stack.enter_context(mock.patch.object(tenacity.nap, "time", types.SimpleNamespace(sleep=clock.sleep)))
        yield clock


@contextlib.contextmanager
def faster(module: types.ModuleType, factor: float) -> t.Iterator[None]:
    """Shorten the waits of one module, whose threads wait for each other and therefore need real time."""
    clock = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / factor))
    with mock.patch.object(module, "time", clock):
        yield
