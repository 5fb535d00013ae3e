# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static facts about Acorn."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.protocol import Boxes, Session, Vendor

from .fields import MAILBOX


def _connect(connection: Connection, workers: int) -> Session:
    from .driver import AcornSession

    return AcornSession(connection, workers)


def _mailboxes() -> type[Boxes]:
    from .driver import AcornMailboxes

    return AcornMailboxes


VENDOR = Vendor(
    name="acorn",
    title="Acorn PBX",
    credentials=(("token",),),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    boxes={"mailbox": _mailboxes},
)
