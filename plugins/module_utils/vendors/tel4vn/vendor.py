# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the properties and drivers of TEL4VN."""

from __future__ import annotations

import typing as t

from ...model.connection import Connection
from ..protocol import Session, Vendor
from .fields import MAILBOX

if t.TYPE_CHECKING:
    from .mailboxes import Tel4vnMailboxes
    from .messages import Tel4vnMessages


def _connect(connection: Connection, workers: int) -> Session:
    from .session import Tel4vnSession

    return Tel4vnSession(connection, workers)


def _mailboxes() -> type[Tel4vnMailboxes]:
    from .mailboxes import Tel4vnMailboxes

    return Tel4vnMailboxes


def _messages() -> type[Tel4vnMessages]:
    from .messages import Tel4vnMessages

    return Tel4vnMessages


VENDOR = Vendor(
    name="tel4vn",
    title="TEL4VN",
    credentials=(("token",), ("api_key",), ("username", "password")),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    boxes={"mailbox": _mailboxes},
    messages=_messages,
    workers=(8, 16),
)
