# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every vendor's vendor has in common."""

from __future__ import annotations

import random as random_module
import time
from typing import TYPE_CHECKING, ClassVar

from starlette.routing import BaseRoute

from .behaviors import Behavior, Behaviors
from .store import Store

if TYPE_CHECKING:
    from .faults import Faults


class Clock:
    """The simulator's time in Unix seconds; tests move it forward instead of waiting."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """The simulated time."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        self._offset += seconds


class SimulatedVendor:
    """One vendor's HTTP interface.

    A vendor keeps its documents in collections named `<vendor>.<something>`. `faults` is set by the server before the
    first request; where a listing may be stale, ask `self.faults.stale(request)`.
    """

    name: ClassVar[str] = ""
    base_path: ClassVar[str] = ""
    behavior_definitions: ClassVar[tuple[Behavior, ...]] = ()
    faults: Faults

    def __init__(self, store: Store, behaviors: Behaviors, clock: Clock, random: random_module.Random) -> None:
        self.store = store
        self.behaviors = behaviors
        self.clock = clock
        self.random = random

    def routes(self) -> list[BaseRoute]:
        """Routes with their full paths, `base_path` included."""
        raise NotImplementedError

    def seed(self, mailboxes: int, messages: int) -> None:
        """Fill an empty store: `mailboxes` boxes with `messages` messages each, and what logging in needs."""
        raise NotImplementedError

    def rebuild(self) -> None:
        """Called after the store was loaded or replaced: derive again whatever is kept beside it."""
