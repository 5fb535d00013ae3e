# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory reads: mailboxes, shared voicemails or accounts. Of Ansible it knows nothing."""

from __future__ import annotations

import re
import typing as t

from ..capabilities import require, require_resource
from ..concurrency import in_order
from ..connection import Task, connect_options, opened_session
from ..errors import InvalidInputError
from ..model.account import Account
from ..model.mailbox import Box
from ..model.problem import Problem
from ..resources import RESOURCES as BOXES
from ..vendors.protocol import AccountTree, Boxes, MessageCounter
from ..vendors.registry import vendor
from . import apply as engine
from .caching import cache_folder, opened_cache
from .describe import describe

#: What is found: ``{"object": {...}, "messages": int or None}``. It holds no secret, so it may be kept in a cache.
Found = dict[str, t.Any]

#: What can become hosts, and the resource behind it; None for accounts.
RESOURCES: dict[str, str | None] = {
    **{one.plural: one.key for one in BOXES.values()},
    "accounts": None,
}
#: The option that names the folder of the cache. Inventories of Ansible have another one that is called ``cache``.
_CACHE = "mailbox_cache"


def read(task: Task) -> list[Found]:
    """Return every object that is to become a host, in a steady order.

    The task has the options of the connection and ``resource`` (of :data:`RESOURCES`), ``match`` (a regular expression
    that the number, or the realm of an account, must hold), ``count_messages``, ``include_own_account`` and
    ``mailbox_cache``.

    :raises VoicemailError: rather than to return a part.
    """
    params = task.params
    target = vendor(params["vendor"])
    connection, problems = connect_options(target, params)
    resource = RESOURCES[params["resource"]]
    if resource is None:
        require(target, AccountTree)
    else:
        require_resource(target, resource, "Set `resource` to mailboxes")
        if params["count_messages"]:
            require(target, MessageCounter, resource, "Leave messages out of `group_by`")
    try:
        pattern = re.compile(params["match"] or "")
    except re.error as error:
        problems.append(Problem(f"is no regular expression: {error}", option="match"))
    if resource is None and params.get(_CACHE) is not None:
        problems.append(Problem("is for mailboxes, not for accounts. Leave it out", option=_CACHE))
    if problems:
        raise InvalidInputError.of(problems)
    folder = cache_folder(task, target, resource, _CACHE) if resource is not None else None
    with (
        opened_session(task, target, connection) as session,
        opened_cache(task, folder, connection, session) as cache,
    ):
        if target.accounts is not None and resource is None:
            return _accounts(target.accounts()(session).list(), pattern, params["include_own_account"])
        boxes = target.open_boxes(str(resource), session)
        found = engine.read(boxes, None, session.client.workers, pattern.search, cache=cache)
        return _counted(boxes, found, session.client.workers, params["count_messages"])


def address(params: t.Mapping[str, t.Any]) -> str:
    """Return the base address that is spoken to: the one given, or that of a vendor with one for all customers."""
    return str(params.get("url") or vendor(params["vendor"]).default_url or "")


def _counted(boxes: Boxes, found: t.Sequence[Box], workers: int, counted: bool) -> list[Found]:
    counts: t.Sequence[int | None] = [None] * len(found)
    if counted and isinstance(boxes, MessageCounter):
        counts = in_order(boxes.count_messages, found, workers)
    return [_found(describe(boxes.table, box), count) for box, count in zip(found, counts, strict=True)]


def _accounts(listed: t.Iterable[Account], pattern: re.Pattern[str], with_own: bool) -> list[Found]:
    accounts = [account for account in listed if account.ancestors or with_own]
    accounts.sort(key=lambda account: (len(account.ancestors), account.name, account.id))
    return [_found(account.as_dict(), None) for account in accounts if pattern.search(account.realm or "")]


def _found(shown: dict[str, t.Any], messages: int | None) -> Found:
    return {"object": shown, "messages": messages}


__all__ = ("RESOURCES", "Found", "address", "read")
