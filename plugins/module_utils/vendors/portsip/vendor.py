# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of PortSIP before anything is sent."""

from __future__ import annotations

import typing as t

from ...model.abilities import AUDIO, DELETE, MARK, READ, UPLOAD_GREETINGS
from ...model.connection import Connection
from ..greetings import Greetings, GreetingSupport
from ..protocol import Boxes, Session, Vendor
from . import greeting_audio
from .fields import MAILBOX, SHARED_VOICEMAIL

if t.TYPE_CHECKING:
    from ..messages import Messages
    from .session import PortsipSession


def _connect(connection: Connection, workers: int) -> Session:
    from .session import PortsipSession

    return PortsipSession(connection, workers)


def _mailboxes(session: PortsipSession) -> Boxes:
    from .mailboxes import PortsipMailboxes

    return PortsipMailboxes(session)


def _shared_voicemails(session: PortsipSession) -> Boxes:
    from .shared_voicemails import PortsipSharedVoicemails

    return PortsipSharedVoicemails(session)


def _messages(session: PortsipSession) -> Messages:
    from .messages import PortsipMessages

    return PortsipMessages(session)


def _greetings(session: PortsipSession, resource: str, number: str, kind: str) -> Greetings:
    from .greetings import PortsipGreetings

    return PortsipGreetings(session, resource, number)


VENDOR = Vendor(
    name="portsip",
    title="PortSIP PBX",
    # Without `domain` it is the system administrator who logs in.
    credentials=(("token",), ("username", "password")),
    tables={"mailbox": MAILBOX, "shared voicemail": SHARED_VOICEMAIL},
    connect=_connect,
    boxes={"mailbox": _mailboxes, "shared voicemail": _shared_voicemails},
    messages=_messages,
    abilities=frozenset((READ, MARK, DELETE, AUDIO, UPLOAD_GREETINGS)),
    # Messages of personal mailboxes are shown to their own user only.
    countable=frozenset(("shared voicemail",)),
    message_statuses=("unread", "read"),
    workers=(16, 32),
    greetings=GreetingSupport(_greetings, greeting_audio.problem, greeting_audio.MOST_BYTES, "WAV file"),
)
