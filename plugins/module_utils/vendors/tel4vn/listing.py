# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN's listings, read to their end whatever the server does (docs/vendors/tel4vn.md, "Listing and paging").

Nobody promises an order, a largest page or a total that is right, so only a page without rows is the end. A row
that came twice means that the order moved under the reader, who may then have missed another one.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...errors import RejectedError, TransportError
from ...model.operation import Operation
from ..extent import Extent
from ..replies import expect_count, expect_objects
from .session import URL_HINT, Tel4vnSession

Row = dict[str, t.Any]

#: Rows asked for at once. A server may cap it without a word; one that refuses it gets the vendor's own example.
PAGE_SIZES = (1000, 50)
_MOST_READINGS = 20
_MOST_IDLE_PAGES = 10


class Gathered(t.Protocol):
    """What is kept of the rows of a listing."""

    def add_row(self, row: Row) -> None:
        """Take a row; one may come again."""

    def merge(self: Kept, other: Kept) -> None:
        """Take what another reading kept."""


Kept = t.TypeVar("Kept", bound=Gathered)


class _Rows:
    """Every row, once."""

    def __init__(self) -> None:
        self.by_id: dict[str, Row] = {}

    def add_row(self, row: Row) -> None:
        self.by_id[str(row["id"])] = row

    def merge(self, other: _Rows) -> None:
        self.by_id.update(other.by_id)


@dataclasses.dataclass
class _Reading(t.Generic[Kept]):
    """One way through the pages.

    :param kept: what is kept of the rows.
    :param ids: of the rows that came.
    :param received: rows that came, also those that came twice.
    :param totals: every total that a page told.
    """

    kept: Kept
    ids: set[str] = dataclasses.field(default_factory=set)
    received: int = 0
    totals: set[int | None] = dataclasses.field(default_factory=set)

    @property
    def steady(self) -> bool:
        """Tell whether the number of rows stayed the same meanwhile, as far as the server tells."""
        return len(self.totals) == 1


def rows_of(session: Tel4vnSession, path: str, operation: Operation, parameters: t.Mapping[str, str]) -> list[Row]:
    """Return every row of a listing once.

    :param parameters: of the query, beside those of the page.
    :raises TransportError: rather than to return rows of which one may be missing.
    """
    return counted_rows(session, path, operation, parameters)[0]


def counted_rows(
    session: Tel4vnSession, path: str, operation: Operation, parameters: t.Mapping[str, str]
) -> tuple[list[Row], int]:
    """Return every row of a listing once, and the total that the pages told; 0 where they told none.

    The total proves nothing about the rows (docs/vendors/tel4vn.md, "Listing and paging"), but whoever deletes must not
    ignore it.
    """
    rows, total = _gather(session, path, operation, parameters, _Rows)
    return list(rows.by_id.values()), total


def gather(
    session: Tel4vnSession,
    path: str,
    operation: Operation,
    parameters: t.Mapping[str, str],
    start: t.Callable[[], Kept],
) -> Kept:
    """Return what is kept of the rows of a listing, which are not all in memory at the same time.

    :param start: returns an empty collection for one reading.
    :raises TransportError: rather than to miss a row.
    """
    return _gather(session, path, operation, parameters, start)[0]


def _gather(
    session: Tel4vnSession,
    path: str,
    operation: Operation,
    parameters: t.Mapping[str, str],
    start: t.Callable[[], Kept],
) -> tuple[Kept, int]:
    try:
        return _gather_pages(session, path, operation, parameters, PAGE_SIZES[0], start)
    except RejectedError:
        return _gather_pages(session, path, operation, parameters, PAGE_SIZES[1], start)


def _gather_pages(
    session: Tel4vnSession,
    path: str,
    operation: Operation,
    parameters: t.Mapping[str, str],
    size: int,
    start: t.Callable[[], Kept],
) -> tuple[Kept, int]:
    known, known_ids = start(), set[str]()
    for _reading in range(_MOST_READINGS):
        reading = _read(session, path, operation, parameters, size, start())
        if reading.steady and len(reading.ids) == reading.received:
            return reading.kept, next(iter(reading.totals)) or 0
        known.merge(reading.kept)
        known_ids |= reading.ids
        if reading.steady and len(known_ids) == reading.received:
            return known, next(iter(reading.totals)) or 0
    raise TransportError(
        "rows move from page to page, so the listing is never complete",
        "Run the task again when nobody else writes",
        operation=operation,
    )


def _read(
    session: Tel4vnSession, path: str, operation: Operation, parameters: t.Mapping[str, str], size: int, kept: Kept
) -> _Reading[Kept]:
    reading = _Reading(kept)
    extent = Extent(session.client, operation)
    idle = 0
    while True:
        page = {**parameters, "limit": str(size), "offset": str(reading.received)}
        envelope = session.call("GET", path, operation, params=page)
        total = expect_count(envelope.total, operation, "rows in all", URL_HINT)
        # A service of this kind may say null for an empty list, and then how many rows there are: none.
        nothing = envelope.data is None and "data" in envelope.model_fields_set and total is not None
        rows = [] if nothing else expect_objects(envelope.data, operation, "rows", URL_HINT)
        reading.totals.add(total)
        # With another total it proves nothing any more, and while rows keep coming it would never end.
        if not rows or not reading.steady:
            return reading
        idle = idle + 1 if all(str(row["id"]) in reading.ids for row in rows) else 0
        extent.add(len(rows))
        if idle > _MOST_IDLE_PAGES:
            raise TransportError("the same rows come again and again, so the listing never ends", operation=operation)
        reading.ids.update(str(row["id"]) for row in rows)
        for row in rows:
            kept.add_row(row)
        reading.received += len(rows)
