# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of PortSIP before anything is sent."""

from __future__ import annotations

import typing as t

from ...model.connection import Connection
from ..protocol import Session, Vendor
from .fields import MAILBOX, SHARED_VOICEMAIL

if t.TYPE_CHECKING:
    from .greetings import PortsipGreetings
    from .mailboxes import PortsipMailboxes
    from .messages import PortsipMessages
    from .shared_voicemails import PortsipSharedVoicemails


def _connect(connection: Connection, workers: int) -> Session:
    from .session import PortsipSession

    return PortsipSession(connection, workers)


def _mailboxes() -> type[PortsipMailboxes]:
    from .mailboxes import PortsipMailboxes

    return PortsipMailboxes


def _shared_voicemails() -> type[PortsipSharedVoicemails]:
    from .shared_voicemails import PortsipSharedVoicemails

    return PortsipSharedVoicemails


def _messages() -> type[PortsipMessages]:
    from .messages import PortsipMessages

    return PortsipMessages


def _greetings() -> type[PortsipGreetings]:
    from .greetings import PortsipGreetings

    return PortsipGreetings


VENDOR = Vendor(
    name="portsip",
    title="PortSIP PBX",
    # Without `domain` it is the system administrator who logs in.
    credentials=(("token",), ("username", "password")),
    tables={MAILBOX.resource: MAILBOX, SHARED_VOICEMAIL.resource: SHARED_VOICEMAIL},
    connect=_connect,
    boxes={MAILBOX.resource: _mailboxes, SHARED_VOICEMAIL.resource: _shared_voicemails},
    messages=_messages,
    greetings=_greetings,
    workers=(16, 32),
)
