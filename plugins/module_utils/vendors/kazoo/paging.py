# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read KAZOO's listings to their end (docs/vendors/kazoo.md, "Listing and paging")."""

from __future__ import annotations

import typing as t

from ...errors import TransportError, not_understood
from ...model.operation import Operation
from ..extent import Extent
from ..replies import expect_list, identifier_in
from .session import ADDRESS_HINT, KazooSession

#: More than any account has: M continues pages by name, and never ends if more objects share a name than fit a page.
PAGE_SIZE = 10000
Native: t.TypeAlias = dict[str, t.Any]


def read_all(
    session: KazooSession, path: str, operation: Operation, things: str, parameters: t.Mapping[str, str]
) -> t.Iterator[Native]:
    """Return every object of a listing, each once.

    :param operation: what is attempted, for errors.
    :param things: the listed objects for error messages: "boxes".
    :raises TransportError: when the listing cannot be read to its end.
    """
    query = {**parameters, "page_size": str(PAGE_SIZE)}
    seen: set[str] = set()
    extent = Extent(session.client, operation)
    while True:
        envelope = session.call("GET", path, operation, params=query)
        natives = expect_list(envelope.data, operation, things, ADDRESS_HINT)
        page: dict[str, Native] = {}
        for native in natives:
            page.setdefault(identity(native) if isinstance(native, dict) else "", native)
        if "" in page:
            raise not_understood(operation, f"expected a list of {things}, each with its id", ADDRESS_HINT)
        fresh = [native for found, native in page.items() if found not in seen]
        seen.update(page)
        yield from fresh
        if not envelope.next_start_key:
            return
        extent.add(len(fresh))
        if not fresh:
            raise TransportError(
                "a page contained nothing new, so the listing would never end",
                f"More than {PAGE_SIZE} {things} have one name; rename them",
                operation=operation,
            )
        query["start_key"] = envelope.next_start_key


def identity(native: t.Mapping[str, t.Any]) -> str:
    """Return the id of an object, or an empty text."""
    return identifier_in(native, "id" if native.get("id") else "_id")
