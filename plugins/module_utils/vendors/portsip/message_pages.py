# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read PortSIP's messages to their end while callers leave new ones.

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

#: The oldest first, so that new messages come after those read.
_ORDER = {"orderby": "created_at asc"}
_ATTEMPTS = 5
Native: t.TypeAlias = dict[str, t.Any]


class _ListingChanged(Exception):
    """Messages may have moved into pages that were already read."""


class MessagePages:
    """The listings of messages of one login.

    Every page starts with the last message of the previous page. If that message is found there, no message between the
    two was missed, whatever order the server uses. An unchanged total would prove less, since one message may arrive
    while another is deleted.
    """

    def __init__(self, session: PortsipSession) -> None:
        self._session = session
        self._ordered = True

    def read(self, path: str, operation: Operation, start: t.Callable[[], t.Callable[[Native], None]]) -> None:
        """Read all messages of a collection, with one page in memory at a time.

        :param start: starts one attempt and returns the function that receives each message. A failed one is repeated.
        :raises TransportError: if the listing may be incomplete.
        """
        for _attempt in range(_ATTEMPTS):
            try:
                self._read(path, operation, start())
                return
            except _ListingChanged:
                continue
        raise TransportError(
            f"the listing changed in each of {_ATTEMPTS} attempts",
            "Run the task again when nobody else deletes messages",
            operation=operation,
        )

    def _read(self, path: str, operation: Operation, keep: t.Callable[[Native], None]) -> None:
        skip, last = 0, None
        extent = Extent(self._session.client, operation)
        while True:
            page = self._page(path, operation, skip)
            items = {str(item["id"]): item for item in page.items}
            ids = list(items)
            if last is not None and last not in items:
                raise _ListingChanged
            fresh = ids[ids.index(last) + 1 :] if last is not None else ids
            extent.add(len(fresh))
            for message_id in fresh:
                keep(items[message_id])
            end = skip + len(ids)
            if page.count is not None and end > page.count:
                raise _ListingChanged
            if end >= page.count if page.count is not None else not ids:
                return
            if not ids:
                raise _ListingChanged
            # Pages of a single message have no room for the last one of the previous page.
            skip, last = (end - 1, ids[-1]) if fresh else (end, None)

    def _page(self, path: str, operation: Operation, skip: int) -> Page:
        query = {"skip": str(skip), "top": str(PAGE_SIZE)}
        if self._ordered:
            try:
                return self._get(path, operation, {**query, **_ORDER})
            except RejectedError:
                # The server may not sort by this field. If it also refuses without sorting, that is not the reason.
                page = self._get(path, operation, query)
                self._ordered = False
                return page
        return self._get(path, operation, query)

    def _get(self, path: str, operation: Operation, query: dict[str, str]) -> Page:
        address = f"{path}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}"
        return self._session.call("GET", address, operation).parse(Page).checked(operation, "messages")
