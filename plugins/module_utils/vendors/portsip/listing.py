# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading PortSIP's listings to their end (contract: PortSIP 3, "Paging")."""

from __future__ import annotations

import math
import typing as t
import urllib.parse

from ...core.errors import TransportError
from ...deps import pydantic
from ..extent import Extent
from .session import PortsipSession

#: The most the vendor takes.
PAGE_SIZE = 100
_ATTEMPTS = 3


class Page(pydantic.BaseModel):
    """One page of a listing."""

    count: int | None = None
    items: list[dict[str, t.Any]] | None = None

    @pydantic.field_validator("count", mode="before")
    @classmethod
    def _blank(cls, value: t.Any) -> t.Any:
        return None if value == "" else value

    @property
    def further_pages(self) -> int | None:
        """How many more pages there are after the first; None where the vendor does not tell."""
        return None if self.count is None else max(0, math.ceil(self.count / PAGE_SIZE) - 1)


class _Moved(Exception):
    """The listing changed while it was read."""


class Pages:
    """The listing of one collection.

    :param path: of the collection: ``/users``.
    :param what: the attempt in words, for errors: "list mailboxes".
    """

    def __init__(self, session: PortsipSession, path: str, what: str) -> None:
        self._session = session
        self._path = path
        self._what = what

    def page(self, skip: int, condition: str | None = None) -> Page:
        """Read one page.

        :param skip: objects to leave out before it.
        :param condition: a filter; the server may ignore it.
        """
        query = {"skip": str(skip), "top": str(PAGE_SIZE), **({"filter": condition} if condition else {})}
        # Blanks as %20: not every server reads a plus sign as one.
        address = f"{self._path}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}"
        page = self._session.call("GET", address, self._what).parse(Page)
        if page.items is None:
            raise TransportError(f"cannot {self._what}: the reply holds no list", "Check `url`: it must end in /api")
        return page

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
            f"cannot {self._what}: the listing changed each of the {_ATTEMPTS} times it was read",
            "Run the task again when nobody else adds or deletes any",
        )

    def _read(self, page: Page, condition: str | None) -> list[dict[str, t.Any]]:
        found: list[dict[str, t.Any]] = []
        seen: set[str] = set()
        total = page.count
        extent = Extent(self._session.client, self._what)
        while True:
            items = page.items or []
            ids = {str(item.get("id")) for item in items}
            # Pages are cut by position: what is added or deleted meanwhile moves the others across their borders.
            if page.count != total or seen & ids or len(ids) < len(items):
                raise _Moved
            extent.add(len(items))
            seen |= ids
            found.extend(items)
            if len(found) >= total if total is not None else not items:
                return found
            # A short page is no end: a server may cut its pages shorter than it was asked to.
            if not items:
                raise _Moved
            page = self.page(len(found), condition)
