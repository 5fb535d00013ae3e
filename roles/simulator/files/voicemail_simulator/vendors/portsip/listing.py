# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists with filter, search, orderby, skip and top.

See docs/vendors/portsip.md, "Listing and paging" and "Filters and order".
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from ...behaviors import Behaviors
from ...faults import Faults
from ...store import Document
from .filters import Filter, FilterError, parse_filter, parse_order, sort_documents
from .refusal import Refusal
from .state import Table

TOP_MAXIMUM = 100
SKIP_MAXIMUM = 2**31 - 1


@dataclass(frozen=True)
class ListKind:
    """Options of one list: the fields to filter and order by, and the fields that `search` covers."""

    fields: Collection[str]
    searched: tuple[str, ...]


class Listing:
    """Reads pages of tables."""

    def __init__(self, behaviors: Behaviors, faults: Callable[[], Faults]) -> None:
        self._behaviors = behaviors
        self._faults = faults

    def page(
        self,
        request: Request,
        table: Table,
        group: Any,
        kind: ListKind,
        *,
        view: Callable[[Document], Document] | None = None,
        by_number: Callable[[str], str | None] | None = None,
    ) -> tuple[int, list[Document]]:
        """Return the number of matching documents, and those of the requested page.

        `view` converts a stored document to the one that is filtered and returned. `by_number` returns the id of an
        extension number, so that a filter for one number does not read every document. Raises Refusal.
        """
        query = request.query_params
        skip = self._whole(query.get("skip"), "skip", 0, 0, SKIP_MAXIMUM)
        top = self._whole(query.get("top"), "top", TOP_MAXIMUM, 1, TOP_MAXIMUM)
        top = min(top, self._behaviors.page_limit)
        condition = self._filter(query.get("filter"), kind)
        search = (query.get("search") or "").lower()
        try:
            order = parse_order(query["orderby"], kind.fields) if query.get("orderby") else []
        except FilterError as error:
            raise self._invalid(str(error)) from None

        stale = self._faults().stale(request)
        if stale is None and condition is None and not search and not order:
            ids = self._arranged(table.ids(group))
            found = [table.collection[key] for key in ids[skip : skip + top]]
            return len(ids), [view(one) for one in found] if view else found

        documents = self._candidates(table, group, stale, condition, by_number)
        if view:
            documents = map(view, documents)
        matching = sort_documents(_matching(documents, condition, search, kind), order)
        return len(matching), matching[skip : skip + top]

    def _candidates(
        self,
        table: Table,
        group: Any,
        stale: dict[str, float] | None,
        condition: Filter | None,
        by_number: Callable[[str], str | None] | None,
    ) -> Iterable[Document]:
        if stale is not None:
            earlier = table.collection.earlier(**stale)  # type: ignore[arg-type]
            ids = [key for key, one in earlier.items() if one[table.group_field] == group]
            return [earlier[key] for key in self._arranged(ids)]
        if condition is not None and by_number is not None and "extension_number" in condition.equalities:
            key = by_number(condition.equalities["extension_number"])
            document = table.find(key, group) if key is not None else None
            return [] if document is None else [document]
        return [table.collection[key] for key in self._arranged(table.ids(group))]

    def _arranged(self, ids: list[str]) -> list[str]:
        if self._behaviors.default_order == "reverse":
            return ids[::-1]
        if self._behaviors.default_order == "shuffled":
            # Sorting by checksum is independent of the creation order and the same for every page.
            return sorted(ids, key=lambda key: zlib.crc32(key.encode()))
        return ids

    def _filter(self, text: str | None, kind: ListKind) -> Filter | None:
        if not text or self._behaviors.filter_support == "ignored":
            return None
        if self._behaviors.filter_support == "refused":
            raise self._invalid("filter is not supported")
        try:
            return parse_filter(text, kind.fields)
        except FilterError as error:
            raise self._invalid(str(error)) from None

    def _whole(self, text: str | None, name: str, default: int, minimum: int, maximum: int) -> int:
        if text is None:
            return default
        try:
            value = int(text)
        except ValueError:
            value = minimum - 1
        if not minimum <= value <= maximum:
            raise self._invalid(f"{name} must be a whole number from {minimum} to {maximum}")
        return value

    def _invalid(self, message: str) -> Refusal:
        return Refusal(self._behaviors.field_invalid_status, "VALIDATE_FAILED", message)


def _matching(
    documents: Iterable[Document], condition: Filter | None, search: str, kind: ListKind
) -> Iterable[Document]:
    if condition is not None:
        documents = filter(condition.matches, documents)
    if search:
        documents = (one for one in documents if any(search in str(one[name]).lower() for name in kind.searched))
    return documents
