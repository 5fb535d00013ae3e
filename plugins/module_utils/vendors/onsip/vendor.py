# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the properties and drivers of OnSIP."""

from __future__ import annotations

import typing as t

from ...model.connection import Connection
from ..protocol import Session, Vendor
from .fields import MAILBOX

if t.TYPE_CHECKING:
    from .mailboxes import OnsipMailboxes


def _connect(connection: Connection, workers: int) -> Session:
    from .session import OnsipSession

    return OnsipSession(connection, workers)


def _mailboxes() -> type[OnsipMailboxes]:
    from .mailboxes import OnsipMailboxes

    return OnsipMailboxes


VENDOR = Vendor(
    name="onsip",
    title="OnSIP",
    credentials=(("token",), ("username", "password")),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    boxes={"mailbox": _mailboxes},
    # No limit is documented, and all customers share the service.
    workers=(8, 16),
    default_url="https://api.onsip.com/api",
)
