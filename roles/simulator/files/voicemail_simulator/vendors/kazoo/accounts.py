# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts, their descendants and their users (docs/vendors/kazoo.md, "Account tree")."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ...store import Document
from . import start_keys
from .call import Call, bad_identifier
from .collation import sort_key
from .paging import Page, View, list_reply

#: Settings that an account has from its schema.
DEFAULTS: dict[str, Any] = {
    "call_restriction": {},
    "caller_id": {},
    "dial_plan": {},
    "enabled": True,
    "language": "en-us",
    "music_on_hold": {},
    "preflow": {},
    "ringtones": {},
    "timezone": "America/Los_Angeles",
    "wnm_allow_additions": False,
}
#: Sorts after every id.
AFTER_EVERY_ID = "\uffff"


def read_account(call: Call) -> Response:
    """Handle `GET /accounts/{ID}`."""
    account = call.vendor.state.accounts[call.account_id]
    revision = "1-" + account["id"]
    tree = ancestors(call, account)
    data = {
        **DEFAULTS,
        "created": call.vendor.state.now(),
        "is_reseller": not tree,
        "reseller_id": tree[0] if tree else account["id"],
        "superduper_admin": not tree,
        **{name: account[name] for name in ("id", "name", "realm")},
    }
    return call.reply(data, revision=revision, etag=f'"{revision}"')


def list_children(call: Call) -> Response:
    """Handle `GET /accounts/{ID}/children`: the accounts directly below, by name."""
    children = [account for account in call.vendor.state.accounts.values() if account["parent_id"] == call.account_id]
    rows = [summary(call, account) for account in sorted(children, key=account_order)]
    return list_reply(call, rows, {"page_size": len(rows)})


def list_descendants(call: Call) -> Response:
    """Handle `GET /accounts/{ID}/descendants`: children, grandchildren and so on, by name.

    Page keys are names, which need not be unique. Only 5 adds the id.
    """
    page = Page.of(call)
    view = descendants_view(call)
    keys: dict[str, Any] = {}
    if page.size is None:
        rows = view.all()
    else:
        plain = call.profile == "4.3"
        start = page.start if plain or page.start is None else start_keys.decode(page.start)
        rows, following = view.page(page.size, start)
        if following is not None:
            keys["next_start_key"] = following if plain else start_keys.encode(following)
        keys["page_size"] = len(rows)
        if page.start is not None:
            keys["start_key"] = page.start
        elif not plain:
            keys["start_key"] = start_keys.encode([call.account_id])
    # Pages are read from the end of the alphabet, and each page is reversed for the reply.
    if call.profile != "4.3":
        rows.reverse()
    return list_reply(call, [summary(call, account) for account in rows], keys)


def descendants_view(call: Call) -> View:
    """Return the descendants of the account in the path."""
    found = [account for account in call.vendor.state.accounts.values() if call.account_id in ancestors(call, account)]
    descending = call.profile != "4.3"
    rows = sorted(found, key=account_order, reverse=descending)

    def key(account: Document) -> Any:
        if call.profile == "4.3":
            return account["name"]
        return [call.account_id, account["name"], *([account["id"]] if call.profile == "5" else [])]

    def seek(requested: Any) -> int:
        parts = requested[1:] if isinstance(requested, list) else [requested]
        name = parts[0] if parts and isinstance(parts[0], str) else ""
        edge = sort_key(name), parts[1] if len(parts) > 1 else AFTER_EVERY_ID if descending else ""
        before = (
            (account_order(row) > edge for row in rows) if descending else (account_order(row) < edge for row in rows)
        )
        return sum(before)

    return View(rows, key, seek)


def account_order(account: Document) -> tuple[Any, str]:
    """Return the sort key of an account."""
    return sort_key(account["name"]), account["id"]


def ancestors(call: Call, account: Document) -> list[str]:
    """Return the ids of an account's ancestors, the master account first."""
    found: list[str] = []
    while account["parent_id"] is not None:
        found.insert(0, account["parent_id"])
        account = call.vendor.state.accounts[account["parent_id"]]
    return found


def summary(call: Call, account: Document) -> dict[str, Any]:
    """Return one item of the list."""
    shown = {name: account[name] for name in ("id", "name", "realm")}
    return {**shown, "tree": ancestors(call, account), "flags": []}


def user_data(user: dict[str, str]) -> dict[str, Any]:
    """Return the data of a user in replies."""
    names = ("id", "username", "first_name", "last_name", "email", "priv_level")
    return {**{name: user[name] for name in names}, "features": [], "flags": []}


def list_users(call: Call) -> Response:
    """Handle `GET /users`: all users of the account, by id."""
    users = [user for user in call.vendor.state.users.values() if user["account_id"] == call.account_id]
    revision = f"{len(users):032x}"
    data = [user_data(user) for user in users]
    return call.reply(data, page={"page_size": len(users)}, revision=revision, etag=f'"{revision}"')


def read_user(call: Call, user_id: str) -> Response:
    """Handle `GET /users/{ID}`."""
    user = call.vendor.state.users.get(user_id)
    if user is None or user["account_id"] != call.account_id:
        raise bad_identifier(user_id)
    revision = "1-" + user_id
    return call.reply(user_data(user), revision=revision, etag=f'"{revision}"')
