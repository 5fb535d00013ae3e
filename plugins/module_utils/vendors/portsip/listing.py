# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading PortSIP's listings to their end (docs/vendors/portsip.md, "Listing and paging")."""

from __future__ import annotations

import math
import typing as t
import urllib.parse

from ...deps import pydantic
from ...errors import TransportError, not_understood
from ...model.operation import Operation
from ..extent import Extent
from ..replies import expect_count, expect_objects
from .session import PortsipSession

#: The most the vendor takes.
PAGE_SIZE = 100
_ATTEMPTS = 3
_HINT = "Check `url`: it must end in /api"


class Page(pydantic.BaseModel):
    """One page of a listing."""

    count: t.Any = None
    items: t.Any = None

    def checked(self, operation: Operation, things: str) -> Page:
        """Return the page with its count, None where the vendor does not tell, and its objects, each with an id.

        :raises TransportError: when the vendor answered something else.
        """
        self.items = expect_objects(self.items, operation, things, _HINT)
        self.count = expect_count(self.count, operation, things, _HINT)
        return self

    @property
    def further_pages(self) -> int | None:
        """How many more pages there are after the first; None where the vendor does not tell."""
        return None if self.count is None else max(0, math.ceil(self.count / PAGE_SIZE) - 1)


class _Moved(Exception):
    """The listing changed while it was read."""


class Pages:
    """The listing of one collection.

    :param path: of the collection: ``/users``.
    :param operation: what is attempted, for errors.
    """

    def __init__(self, session: PortsipSession, path: str, operation: Operation) -> None:
        self._session = session
        self._path = path
        self._operation = operation

    def page(self, skip: int, condition: str | None = None) -> Page:
        """Read one page.

        :param skip: objects to leave out before it.
        :param condition: a filter; the server may ignore it.
        """
        query = {"skip": str(skip), "top": str(PAGE_SIZE), **({"filter": condition} if condition else {})}
        # Blanks as %20: not every server reads a plus sign as one.
        address = f"{self._path}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}"
        return self._session.call("GET", address, self._operation).parse(Page).checked(self._operation, "objects")

    def read(self, first: Page | None = None, condition: str | None = None) -> list[dict[str, t.Any]]:
        """Return every object, or every one that a filter lets through.

        :param first: the first page, where it was read already.
        :raises TransportError: when the listing cannot be read as a whole.
        """
        for _attempt in range(_ATTEMPTS):
            try:
                return self._read(first or self.page(0, condition), condition)
            except _Moved:
                first = None
        raise TransportError(
            f"the listing changed each of the {_ATTEMPTS} times it was read",
            "Run the task again when nobody else adds or deletes any",
            operation=self._operation,
        )

    def _read(self, page: Page, condition: str | None) -> list[dict[str, t.Any]]:
        found: list[dict[str, t.Any]] = []
        seen: set[str] = set()
        total = page.count
        extent = Extent(self._session.client, self._operation)
        while True:
            items = page.items
            ids = {str(item["id"]) for item in items}
            # Pages are cut by position: what is added or deleted meanwhile moves the others across their borders.
            if page.count != total or seen & ids or len(ids) < len(items):
                raise _Moved
            extent.add(len(items))
            seen |= ids
            found.extend(items)
            if total is not None and len(found) > total:
                raise not_understood(
                    self._operation, f"expected no more than the {total} objects that it counts", _HINT
                )
            if len(found) >= total if total is not None else not items:
                return found
            # A short page is no end: a server may cut its pages shorter than it was asked to.
            if not items:
                raise _Moved
            page = self.page(len(found), condition)
