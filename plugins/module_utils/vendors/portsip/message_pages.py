# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading PortSIP's messages to their end while callers leave more of them.

See docs/vendors/portsip.md, "Listing and paging".
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ...errors import RejectedError, TransportError
from ...model.operation import Operation
from ..extent import Extent
from .listing import PAGE_SIZE, Page
from .session import PortsipSession

#: The oldest first, so that what arrives comes after what was read.
_ORDER = {"orderby": "created_at asc"}
_ATTEMPTS = 5


class _Moved(Exception):
    """Messages that were not read yet may have slipped into pages that were."""


class MessagePages:
    """The listings of messages of one login.

    Every page begins with the last message of the page before. Where that is found again, in whatever order the server
    lists, nothing slipped through between the two; a total that stays the same proves less, since one message may come
    while another goes.
    """

    def __init__(self, session: PortsipSession) -> None:
        self._session = session
        self._ordered = True

    def read(self, path: str, operation: Operation) -> list[dict[str, t.Any]]:
        """Return every message of a collection once.

        :raises TransportError: when the listing cannot be read as a whole.
        """
        for _attempt in range(_ATTEMPTS):
            try:
                return self._read(path, operation)
            except _Moved:
                continue
        raise TransportError(
            f"the listing moved each of the {_ATTEMPTS} times it was read",
            "Run the task again when nobody else deletes messages",
            operation=operation,
        )

    def _read(self, path: str, operation: Operation) -> list[dict[str, t.Any]]:
        found: dict[str, dict[str, t.Any]] = {}
        skip, last = 0, None
        extent = Extent(self._session.client, operation)
        while True:
            page = self._page(path, operation, skip)
            items = {str(item["id"]): item for item in page.items}
            ids = list(items)
            if last is not None and last not in items:
                raise _Moved
            fresh = ids[ids.index(last) + 1 :] if last is not None else ids
            extent.add(len(fresh))
            found.update((message_id, items[message_id]) for message_id in fresh)
            end = skip + len(ids)
            if page.count is not None and end > page.count:
                raise _Moved
            if end >= page.count if page.count is not None else not ids:
                return list(found.values())
            if not ids:
                raise _Moved
            # A server whose pages hold a single message leaves no room for one of the page before.
            skip, last = (end - 1, ids[-1]) if fresh else (end, None)

    def _page(self, path: str, operation: Operation, skip: int) -> Page:
        query = {"skip": str(skip), "top": str(PAGE_SIZE)}
        if self._ordered:
            try:
                return self._get(path, operation, {**query, **_ORDER})
            except RejectedError:
                # It may not order by this field; where it refuses the same without an order, that is not why.
                page = self._get(path, operation, query)
                self._ordered = False
                return page
        return self._get(path, operation, query)

    def _get(self, path: str, operation: Operation, query: dict[str, str]) -> Page:
        address = f"{path}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}"
        return self._session.call("GET", address, operation).parse(Page).checked(operation, "messages")
