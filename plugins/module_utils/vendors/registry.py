# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: the only list of vendors. A new vendor needs one function and one entry here.

Each vendor is imported inside its function: a module is packed with all of them, and only the one in use is
with all of them. The imports are explicit because the packer finds them by static analysis.
"""

from __future__ import annotations

import importlib
import pkgutil
import typing as t

if t.TYPE_CHECKING:
    from .protocol import Vendor


def _kazoo() -> Vendor:
    from .kazoo.vendor import VENDOR

    return VENDOR


def _portsip() -> Vendor:
    from .portsip.vendor import VENDOR

    return VENDOR


def _tel4vn() -> Vendor:
    from .tel4vn.vendor import VENDOR

    return VENDOR


def _onsip() -> Vendor:
    from .onsip.vendor import VENDOR

    return VENDOR


#: How each vendor is imported, by its name.
VENDORS: dict[str, t.Callable[[], Vendor]] = {
    "kazoo": _kazoo,
    "portsip": _portsip,
    "tel4vn": _tel4vn,
    "onsip": _onsip,
}
#: Values of the option ``vendor``. :func:`register` extends this list, so do not copy it at import.
NAMES = list(VENDORS)
_BUNDLED = tuple(VENDORS)


def vendor(name: str) -> Vendor:
    """Return a vendor by its name.

    :raises ValueError: for a name that is not in :data:`NAMES`.
    """
    if name not in VENDORS:
        raise ValueError(f"vendor {name!r}: does not exist. Use one of {', '.join(NAMES)}.")
    return VENDORS[name]()


def register(added: Vendor) -> None:
    """Add a vendor of another collection, for this process.

    Call it where a module or an action plugin of that collection is imported, before its first task runs.

    :raises ValueError: when another vendor has the name already, or the name cannot be an option.
    """
    if not added.name.isidentifier() or added.name != added.name.lower():
        raise ValueError(f"vendor {added.name!r}: the name must be lower case letters, digits and underscores.")
    if added.name in VENDORS and vendor(added.name) is not added:
        raise ValueError(f"vendor {added.name!r}: is registered already. Choose another name.")
    if added.name not in VENDORS:
        VENDORS[added.name] = lambda: added
        NAMES.append(added.name)


def unregister(name: str) -> None:
    """Remove a vendor that :func:`register` added, as a test does when it ends.

    :raises ValueError: for a vendor of this collection, or a name that is not registered.
    """
    if name in _BUNDLED or name not in VENDORS:
        raise ValueError(f"vendor {name!r}: was not added by register().")
    del VENDORS[name]
    NAMES.remove(name)


def load_drivers() -> None:
    """Import every driver of this collection, for a process that forks: it pays once for what each fork would pay."""
    for name in _BUNDLED:
        package = importlib.import_module(f"{__package__}.{name}")
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")
