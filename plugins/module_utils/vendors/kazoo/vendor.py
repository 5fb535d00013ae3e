# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the properties and drivers of KAZOO."""

from __future__ import annotations

import typing as t

from ...model.connection import Connection
from ..protocol import Session, Vendor
from .fields import MAILBOX

if t.TYPE_CHECKING:
    from .accounts import KazooAccounts
    from .greetings import KazooGreetings
    from .mailboxes import KazooMailboxes
    from .messages import KazooMessages


def _connect(connection: Connection, workers: int) -> Session:
    from .accounts import find_account
    from .session import KazooSession

    return KazooSession(connection, workers, find_account)


def _mailboxes() -> type[KazooMailboxes]:
    from .mailboxes import KazooMailboxes

    return KazooMailboxes


def _messages() -> type[KazooMessages]:
    from .messages import KazooMessages

    return KazooMessages


def _accounts() -> type[KazooAccounts]:
    from .accounts import KazooAccounts

    return KazooAccounts


def _greetings() -> type[KazooGreetings]:
    from .greetings import KazooGreetings

    return KazooGreetings


VENDOR = Vendor(
    name="kazoo",
    title="KAZOO",
    credentials=(("token",), ("api_key",), ("username", "password", "domain")),
    tables={"mailbox": MAILBOX},
    connect=_connect,
    boxes={"mailbox": _mailboxes},
    messages=_messages,
    accounts=_accounts,
    greetings=_greetings,
    workers=(32, 32),
)
