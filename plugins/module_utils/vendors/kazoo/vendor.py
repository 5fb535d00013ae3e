# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of KAZOO before anything is sent."""

from __future__ import annotations

from ...core.connection import Connection
from ...core.greetings import CHOOSE_GREETINGS
from ...core.messages import AUDIO, COPY, DELETE, MARK, MOVE, READ, UPLOAD
from ..protocol import Session, Vendor
from .fields import MAILBOX


def _connect(connection: Connection, workers: int) -> Session:
    from .session import KazooSession

    return KazooSession(connection, workers)


VENDOR = Vendor(
    name="kazoo",
    title="KAZOO",
    credentials=(("token",), ("api_key",), ("username", "password", "domain")),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    abilities=frozenset((READ, MARK, DELETE, MOVE, COPY, UPLOAD, AUDIO, CHOOSE_GREETINGS)),
    message_statuses=("unread", "read", "deleted"),
    workers=(32, 32),
)
