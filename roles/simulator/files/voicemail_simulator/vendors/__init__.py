# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One package per vendor; each exposes a single subclass of SimulatedVendor."""

from __future__ import annotations

import importlib

from ..vendor import SimulatedVendor

VENDORS = ("kazoo", "portsip", "tel4vn", "onsip")


def load(vendor: str) -> type[SimulatedVendor]:
    """Answer the SimulatedVendor class of a vendor.

    The package is imported only when it is asked for, so that one vendor never needs what another needs.
    Raises ValueError for a vendor that does not exist.
    """
    if vendor not in VENDORS:
        raise ValueError(f"unknown vendor {vendor!r}, choose one of {', '.join(VENDORS)}")
    module = importlib.import_module(f"{__name__}.{vendor}")
    for candidate in vars(module).values():
        if isinstance(candidate, type) and issubclass(candidate, SimulatedVendor) and candidate.name == vendor:
            return candidate
    raise ValueError(f"the package of vendor {vendor!r} exposes no vendor")
