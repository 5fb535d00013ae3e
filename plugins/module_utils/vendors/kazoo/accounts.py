# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's tree of accounts."""

from __future__ import annotations

import typing as t

from ...errors import NotFoundError, RejectedError, TransportError
from ...model.account import Account
from ...model.operation import Operation
from ..protocol import AccountTree
from ..replies import expect_identifier, expect_list, expect_object, expect_text, optional_text
from .paging import every
from .session import ADDRESS_HINT, KazooSession

_LISTING = Operation("list", "accounts")


class KazooAccounts(AccountTree):
    """The account that the task works on, and every one below it."""

    _session: KazooSession

    def list(self) -> tuple[Account, ...]:
        """Return the account and its descendants.

        :raises TransportError: rather than to return a tree that is not complete.
        """
        operation = Operation("read", "the account")
        top = expect_object(self._session.call("GET", "", operation).data, operation, "an account", ADDRESS_HINT)
        top_id = expect_identifier(top, "id", operation, "an account", ADDRESS_HINT)
        accounts = [Account(top_id, *_names(top))]
        for native in every(self._session, "/descendants", _LISTING, "accounts", {}):
            account_id = expect_identifier(native, "id", _LISTING, "an account", ADDRESS_HINT)
            # Each account tells all that are above it, also those that this login never sees.
            above = [str(ancestor) for ancestor in expect_list(native.get("tree"), _LISTING, "the accounts above it")]
            if top_id not in above or account_id in above:
                raise TransportError(
                    f"cannot list accounts: KAZOO does not tell where account {account_id} belongs", "Run it again"
                )
            accounts.append(Account(account_id, *_names(native), tuple(above[above.index(top_id) :])))
        return tuple(accounts)


def find_account(session: KazooSession, name: str) -> str:
    """Return the id of an account, given by its realm or by the end of its path of names.

    :param session: works on the account of the login, the top of the tree.
    :param name: ``acme.example.com``, ``acme``, or ``reseller/acme`` where several accounts are named acme.
    :raises NotFoundError: when the login reaches no such account.
    :raises RejectedError: when it reaches several.
    """
    accounts = KazooAccounts(session).list()
    names = {account.id: account.name for account in accounts}
    parts = [part.strip() for part in name.split("/")]
    found = [account for account in accounts if (account.realm or "").lower() == name.lower()]
    if not found:
        paths = {account.id: [*(names[one] for one in account.ancestors), account.name] for account in accounts}
        found = [account for account in accounts if paths[account.id][-len(parts) :] == parts]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise NotFoundError(
            f"`account_id`: the login reaches no account with the realm or name {name!r}",
            "Use the realm, the names of the accounts from the top as in reseller/customer, or the id",
        )
    ids = ", ".join(account.id for account in found[:5]) + (" and more" if len(found) > 5 else "")
    raise RejectedError(
        f"`account_id`: the login reaches {len(found)} accounts with the realm or name {name!r}: {ids}",
        "Write more of the path, as in reseller/customer, or use the id",
    )


def _names(native: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    return expect_text(native, "name", _LISTING, ADDRESS_HINT), optional_text(native.get("realm"))
