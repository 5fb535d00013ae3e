# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading every row of a Browse action, or failing (docs/vendors/onsip.md, "Listing and paging")."""

from __future__ import annotations

import dataclasses
import typing as t

from ...errors import TransportError, not_understood
from ...model.operation import Operation
from ..extent import Extent
from ..replies import expect_count, expect_object
from .replies import many, plain
from .session import OnsipSession

Row = t.Mapping[str, t.Any]
_ATTEMPTS = 3
_HINT = "Check `url`; if it is right, OnSIP has changed"


@dataclasses.dataclass(frozen=True)
class Browse:
    """A Browse action.

    :param operation: what is attempted, for errors.
    :param names: of the list and of its rows.
    :param key: what identifies a row; empty text for a row that makes no sense.
    :param page_size: rows to ask for; without it OnSIP answers 20.
    :param order_by: field that the rows are asked to be in the order of; empty where the action documents none.
    """

    action: str
    operation: Operation
    names: tuple[str, str]
    key: t.Callable[[Row], str]
    page_size: int
    order_by: str = ""

    def rows(self, session: OnsipSession) -> list[Row]:
        """Return all rows of the organization.

        :raises TransportError: when no complete listing comes about.
        """
        for _attempt in range(_ATTEMPTS):
            rows = self._attempt(session)
            if rows is not None:
                return rows
        raise TransportError(
            f"rows came and went while they were read, {_ATTEMPTS} times in a row",
            "Run the task again when nobody else makes or deletes them",
            operation=self.operation,
        )

    def _attempt(self, session: OnsipSession) -> list[Row] | None:
        rows: dict[str, Row] = {}
        last = ""
        extent = Extent(session.client, self.operation)
        while True:
            # In a known order each page starts with the last row of the one before: where that is another row,
            # rows were deleted meanwhile, and reading on would miss as many.
            overlap = 1 if last and self.order_by else 0
            page = self._page(session, len(rows) - overlap)
            keys = [self.key(row) for row in page.rows]
            if overlap and keys[:1] != [last]:
                return None
            known = len(rows)
            rows.update(zip(keys, page.rows, strict=True))
            # Found is absent where there are no rows, and may be absent elsewhere.
            complete = len(rows) >= page.found
            if len(rows) == known:
                return list(rows.values()) if complete else None
            if len(keys) < page.limit and complete:
                return list(rows.values())
            extent.add(len(rows) - known)
            last = keys[-1]

    def _page(self, session: OnsipSession, offset: int) -> _Page:
        parameters = {"OrganizationId": session.organization.id, "Limit": str(self.page_size), "Offset": str(offset)}
        if self.order_by:
            parameters["OrderBy"] = self.order_by
        result = session.call(self.action, self.operation, parameters, repeatable=True)
        container = expect_object(result.get(self.names[0]), self.operation, f"`{self.names[0]}`", _HINT)
        rows = [plain(row) for row in many(container.get(self.names[1]))]
        if not all(isinstance(row, dict) and self.key(row) for row in rows):
            raise not_understood(self.operation, f"expected a list of `{self.names[1]}`, each with its id", _HINT)
        attributes = expect_object(container.get("@attributes", {}), self.operation, "attributes", _HINT)
        limit = expect_count(plain(attributes.get("Limit")), self.operation, "rows of a page", _HINT) or self.page_size
        found = expect_count(plain(attributes.get("Found")), self.operation, "rows in all", _HINT) or 0
        return _Page(rows, min(limit, self.page_size), found)


class _Page(t.NamedTuple):
    rows: list[Row]
    limit: int
    found: int
