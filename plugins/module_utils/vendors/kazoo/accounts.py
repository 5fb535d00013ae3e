# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's tree of accounts."""

from __future__ import annotations

import typing as t

from ...core.accounts import Account
from ...core.boxes import is_usable_id
from ...core.errors import TransportError
from .paging import every
from .session import KazooSession


def list_accounts(session: KazooSession) -> tuple[Account, ...]:
    """Return the account that the task works on and every one below it.

    :raises TransportError: rather than to return a tree that is not complete.
    """
    top = session.call("GET", "", "read the account").data
    top_id = _identity(top)
    accounts = [Account(top_id, *_names(top))]
    for native in every(session, "/descendants", "list accounts", "accounts", {}):
        account_id = _identity(native)
        # Each account tells all that are above it, also those that this login never sees.
        above = [str(ancestor) for ancestor in native.get("tree") or () if ancestor]
        if top_id not in above or account_id in above:
            raise TransportError(
                f"cannot list accounts: KAZOO does not tell where account {account_id} belongs", "Run it again"
            )
        accounts.append(Account(account_id, *_names(native), tuple(above[above.index(top_id) :])))
    return tuple(accounts)


def _identity(native: t.Any) -> str:
    account_id = str(native.get("id") or "") if isinstance(native, dict) else ""
    if not is_usable_id(account_id):
        raise TransportError("KAZOO answered with something that is no account", "Check `url`: it must end in /v2")
    return account_id


def _names(native: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    return str(native.get("name") or ""), str(native["realm"]) if native.get("realm") else None
