# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of KAZOO before anything is sent."""

from __future__ import annotations

import typing as t

from ...model.abilities import (
    AUDIO,
    CHOOSE_GREETINGS,
    COPY,
    DELETE,
    MARK,
    MOVE,
    READ,
    UPLOAD,
    UPLOAD_GREETINGS,
)
from ...model.connection import Connection
from ..greetings import GreetingSupport
from ..protocol import Boxes, Session, Vendor
from . import greeting_audio
from .fields import MAILBOX

if t.TYPE_CHECKING:
    from ...model.account import Account
    from ..greetings import Greetings
    from ..messages import Messages
    from .session import KazooSession


def _connect(connection: Connection, workers: int) -> Session:
    from .accounts import find_account
    from .session import KazooSession

    return KazooSession(connection, workers, find_account)


def _mailboxes(session: KazooSession) -> Boxes:
    from .mailboxes import KazooMailboxes

    return KazooMailboxes(session)


def _messages(session: KazooSession) -> Messages:
    from .messages import KazooMessages

    return KazooMessages(session)


def _greetings(session: KazooSession, resource: str, number: str, kind: str) -> Greetings:
    from .greetings import KazooGreetings

    return KazooGreetings(session, number, kind)


def _accounts(session: KazooSession) -> t.Sequence[Account]:
    from .accounts import list_accounts

    return list_accounts(session)


VENDOR = Vendor(
    name="kazoo",
    title="KAZOO",
    credentials=(("token",), ("api_key",), ("username", "password", "domain")),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    boxes={"mailbox": _mailboxes},
    messages=_messages,
    accounts=_accounts,
    abilities=frozenset((READ, MARK, DELETE, MOVE, COPY, UPLOAD, AUDIO, UPLOAD_GREETINGS, CHOOSE_GREETINGS)),
    countable=frozenset(("mailbox",)),
    revisioned=frozenset(("mailbox",)),
    message_statuses=("unread", "read", "deleted"),
    workers=(32, 32),
    greetings=GreetingSupport(
        _greetings,
        greeting_audio.problem,
        greeting_audio.MOST_BYTES,
        "WAV or MP3 file",
        ("unavailable", "temporary"),
    ),
)
