# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading KAZOO's listings to their end (contract: KAZOO 3.1)."""

from __future__ import annotations

import typing as t

from ...core.errors import TransportError
from ..extent import Extent
from .session import KazooSession

#: More than an account holds: a page of M continues by name, and never ends where more objects share one name than fit.
PAGE_SIZE = 10000
Native: t.TypeAlias = dict[str, t.Any]


def every(
    session: KazooSession, path: str, what: str, things: str, parameters: t.Mapping[str, str]
) -> t.Iterator[Native]:
    """Return every object of a listing, each once.

    :param what: the attempt in words, for errors: "list mailboxes".
    :param things: what is listed, for errors: "boxes".
    :raises TransportError: when the listing cannot be read to its end.
    """
    query = {**parameters, "page_size": str(PAGE_SIZE)}
    seen: set[str] = set()
    extent = Extent(session.client, what)
    while True:
        envelope = session.call("GET", path, what, params=query)
        if not isinstance(envelope.data, list):
            raise TransportError(f"cannot {what}: the reply holds no list", "Check `url`: it must end in /v2")
        fresh = [native for native in envelope.data if isinstance(native, dict) and identity(native) not in seen]
        for native in fresh:
            seen.add(identity(native))
            yield native
        if not envelope.next_start_key:
            return
        extent.add(len(fresh))
        if not fresh:
            raise TransportError(
                f"cannot {what}: a page brought nothing new, so the listing would never end",
                f"More than {PAGE_SIZE} {things} share one name; give them other names",
            )
        query["start_key"] = str(envelope.next_start_key)


def identity(native: t.Mapping[str, t.Any]) -> str:
    """Return the id of an object; empty where it has none."""
    return str(native.get("id") or native.get("_id") or "")
