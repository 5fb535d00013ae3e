# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of PortSIP before anything is sent."""

from __future__ import annotations

import typing as t

from ...core.connection import Connection
from ...core.greetings import UPLOAD_GREETINGS
from ...core.messages import AUDIO, DELETE, MARK, READ
from ..greetings import Greetings, GreetingSupport
from ..protocol import Session, Vendor
from . import greeting_audio
from .fields import MAILBOX, SHARED_VOICEMAIL


def _connect(connection: Connection, workers: int) -> Session:
    from .session import PortsipSession

    return PortsipSession(connection, workers)


def _greetings(session: Session, resource: str, number: str) -> Greetings:
    from .greetings import PortsipGreetings
    from .session import PortsipSession

    return PortsipGreetings(t.cast(PortsipSession, session), resource, number)


VENDOR = Vendor(
    name="portsip",
    title="PortSIP PBX",
    # Without `domain` it is the system administrator who logs in.
    credentials=(("token",), ("username", "password")),
    tables={"mailbox": MAILBOX, "shared voicemail": SHARED_VOICEMAIL},
    connect=_connect,
    abilities=frozenset((READ, MARK, DELETE, AUDIO, UPLOAD_GREETINGS)),
    message_statuses=("unread", "read"),
    workers=(16, 32),
    greetings=GreetingSupport(_greetings, greeting_audio.problem, greeting_audio.MOST_BYTES),
)
