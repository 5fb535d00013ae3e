# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated vendor with its store, behaviors, clock, faults and journal."""

from __future__ import annotations

import random as random_module
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.applications import Starlette

from .behaviors import Behaviors
from .clock import Clock
from .faults import Faults
from .journal import Journal
from .store import Store
from .vendor import SimulatedVendor
from .vendors import load


class Simulation:
    """One simulated vendor with everything that the control API can read and change.

    `vendor` is the name of one of the role's vendors, or a class of your own.
    """

    def __init__(
        self,
        vendor: str | type[SimulatedVendor],
        *,
        store: Store | None = None,
        behaviors: Mapping[str, Any] | None = None,
        mailboxes: int = 0,
        messages: int = 0,
        faults: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        vendor_class = load(vendor) if isinstance(vendor, str) else vendor
        self.prefix = f"{vendor_class.name}."
        self.store = store if store is not None else Store()
        self.clock = Clock()
        self.store.now = self.clock.now
        self.behaviors = Behaviors(vendor_class.behavior_definitions, behaviors)
        self.vendor = vendor_class(self.store, self.behaviors, self.clock, random_module.Random(seed))
        self.journal = Journal()
        self.faults = Faults(Starlette(routes=self.vendor.routes()), random_module.Random(seed), faults)
        self.vendor.faults = self.faults
        if self.store.is_empty(self.prefix):
            self.vendor.seed(mailboxes, messages)
        else:
            self.vendor.rebuild()

    def reset(self, mailboxes: int = 0, messages: int = 0) -> None:
        """Delete the state and seed it again. Behaviors, faults and journal stay."""
        self.store.reset(self.prefix)
        self.vendor.rebuild()
        self.vendor.seed(mailboxes, messages)

    def replace_state(self, state: dict[str, dict[str, Any]]) -> None:
        """Replace the state by `state`: documents by collection and id.

        Raises ValueError when a collection belongs to another vendor.
        """
        foreign = [name for name in state if not name.startswith(self.prefix)]
        if foreign:
            raise ValueError(f"collections of another vendor: {', '.join(foreign)}")
        self.store.replace(state, self.prefix)
        self.vendor.rebuild()
