# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base class of all simulated vendors."""

from __future__ import annotations

import random as random_module
from typing import ClassVar

from starlette.routing import BaseRoute

from .behaviors import Behavior, Behaviors
from .clock import Clock
from .faults import Faults
from .store import Store


class SimulatedVendor:
    """The HTTP API of one vendor, with its documents.

    The documents are in collections named `<vendor>.<something>`. `faults` is set before the first request: lists
    pass the request to `self.faults.stale` to find out whether to return an earlier state.
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
        """Return the routes with their full paths, `base_path` included."""
        raise NotImplementedError

    def seed(self, mailboxes: int, messages: int) -> None:
        """Fill an empty store with accounts, logins and `mailboxes` mailboxes of `messages` messages each."""
        raise NotImplementedError

    def rebuild(self) -> None:
        """Rebuild everything that is derived from the store, after it was loaded or replaced."""
