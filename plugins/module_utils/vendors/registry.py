# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: the only place that lists all vendors.

Each vendor is imported inside its branch, so that a task loads only the vendor it uses although a module is packed
with all of them. The imports are explicit because the packer finds them by static analysis.
"""

from __future__ import annotations

import importlib
import pkgutil
import typing as t

if t.TYPE_CHECKING:
    from .protocol import Vendor

NAMES = ("kazoo", "portsip", "tel4vn", "onsip")


def vendor(name: str) -> Vendor:
    """Return a vendor by its name.

    :raises ValueError: for a name that is not in :data:`NAMES`.
    """
    if name == "kazoo":
        from .kazoo.vendor import VENDOR

        return VENDOR
    if name == "portsip":
        from .portsip.vendor import VENDOR

        return VENDOR
    if name == "tel4vn":
        from .tel4vn.vendor import VENDOR

        return VENDOR
    if name == "onsip":
        from .onsip.vendor import VENDOR

        return VENDOR
    raise ValueError(f"unknown vendor {name!r}")


def load_drivers() -> None:
    """Import every driver once in a process that forks, so that its forks need not."""
    for name in NAMES:
        package = importlib.import_module(f"{__package__}.{name}")
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")
