# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One package for each vendor, with a single subclass of SimulatedVendor."""

from __future__ import annotations

import importlib

from ..vendor import SimulatedVendor

VENDORS = ("kazoo", "portsip", "tel4vn", "onsip")


def load(vendor: str) -> type[SimulatedVendor]:
    """Return the class of a vendor.

    Only this vendor's package is imported, so that one vendor never needs the requirements of another.
    Raises ValueError for an unknown vendor.
    """
    if vendor not in VENDORS:
        raise ValueError(f"vendor {vendor!r}: does not exist. Use one of {', '.join(VENDORS)}.")
    module = importlib.import_module(f"{__name__}.{vendor}")
    for candidate in vars(module).values():
        if isinstance(candidate, type) and issubclass(candidate, SimulatedVendor) and candidate.name == vendor:
            return candidate
    raise ValueError(f"vendor {vendor!r}: its package has no class that simulates it")
