# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read TEL4VN's listings to their end (docs/vendors/tel4vn.md, "Listing and paging").

No order, page size or correct total is documented, so only an empty page is the end. A repeated row means that the
order changed during the reading, and that another row may have been missed.
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

#: Rows per request. A server may silently use fewer. If it refuses the number, that of the vendor's example is used.
PAGE_SIZES = (1000, 50)
_MOST_READINGS = 20
_MOST_IDLE_PAGES = 10


class Gathered(t.Protocol):
    """A collection of the rows of a listing."""

    def add_row(self, row: Row) -> None:
        """Add a row, which may be a repeated one."""

    def merge(self: Kept, other: Kept) -> None:
        """Add the rows of another reading."""


Kept = t.TypeVar("Kept", bound=Gathered)


class _Rows:
    """All rows, without repetitions."""

    def __init__(self) -> None:
        self.by_id: dict[str, Row] = {}

    def add_row(self, row: Row) -> None:
        self.by_id[str(row["id"])] = row

    def merge(self, other: _Rows) -> None:
        self.by_id.update(other.by_id)


@dataclasses.dataclass
class _Reading(t.Generic[Kept]):
    """One reading of all pages.

    :param kept: the collected rows.
    :param ids: ids of the received rows.
    :param received: number of received rows, including repeated ones.
    :param totals: every total in a page.
    """

    kept: Kept
    ids: set[str] = dataclasses.field(default_factory=set)
    received: int = 0
    totals: set[int | None] = dataclasses.field(default_factory=set)

    @property
    def steady(self) -> bool:
        """Check whether the total, if the server returns one, stayed the same during the reading."""
        return len(self.totals) == 1


def rows_of(session: Tel4vnSession, path: str, operation: Operation, parameters: t.Mapping[str, str]) -> list[Row]:
    """Return all rows of a listing, each once.

    :param parameters: query parameters in addition to those of the page.
    :raises TransportError: if a row may be missing.
    """
    return counted_rows(session, path, operation, parameters)[0]


def counted_rows(
    session: Tel4vnSession, path: str, operation: Operation, parameters: t.Mapping[str, str]
) -> tuple[list[Row], int]:
    """Return all rows of a listing, each once, and the largest total in the pages, or 0 if there was none.

    The total may be wrong (docs/vendors/tel4vn.md, "Listing and paging"), but deletions must not
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
    """Collect the rows of a listing without having all of them in memory.

    :param start: returns an empty collection for one reading.
    :raises TransportError: if a row may be missing.
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
        "rows move between pages, so the listing may be incomplete",
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
        # Such services may return null for an empty list with a total of zero.
        nothing = envelope.data is None and "data" in envelope.model_fields_set and total is not None
        rows = [] if nothing else expect_objects(envelope.data, operation, "rows", URL_HINT)
        reading.totals.add(total)
        # A changed total proves nothing, and while new rows arrive the reading would never end.
        if not rows or not reading.steady:
            return reading
        idle = idle + 1 if all(str(row["id"]) in reading.ids for row in rows) else 0
        extent.add(len(rows))
        if idle > _MOST_IDLE_PAGES:
            raise TransportError("the same rows are repeated, so the listing never ends", operation=operation)
        reading.ids.update(str(row["id"]) for row in rows)
        for row in rows:
            kept.add_row(row)
        reading.received += len(rows)
