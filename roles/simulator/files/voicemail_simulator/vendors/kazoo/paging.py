# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a view, with the differences between the profiles (docs/vendors/kazoo.md, "Listing and paging")."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from . import start_keys
from .call import EXPIRES, Call, EmptyReply, EndlessLoop, accepts, etag_matches, faulty_request

MEDIA_TYPES = ("application/json", "text/csv")


@dataclass
class Page:
    """The requested page. `size` is None for everything in one reply."""

    size: int | None
    start: str | None

    @classmethod
    def of(cls, call: Call) -> Page:
        """Read the paging parameters. Raises Failure."""
        paginate = call.value("paginate")
        if paginate is not None and str(paginate).lower() != "true":
            return cls(None, None)
        start = call.query.get("start_key")
        if start is None and call.profile == "5":
            start = call.query.get("bookmark")
        return cls(page_size(call), start or None)


def page_size(call: Call) -> int:
    """Return the size of a page. Raises Failure where M or 5 refuse it."""
    requested = call.value("page_size")
    if requested is None:
        return call.vendor.behaviors.page_size
    try:
        size = int(str(requested))
    except ValueError:
        size = 0
        if call.profile != "4.3":
            raise faulty_request("invalid page size") from None
    if size < 1 and call.profile != "4.3":
        raise faulty_request("page size must be at least 1")
    return size if size >= 1 else call.vendor.behaviors.page_size


@dataclass
class View:
    """Sorted rows that are read in pages.

    `key` returns the key of a row, and `seek` the position of the first row with a key. Where keys are not unique, a
    page that starts inside equal keys starts at the first of them, which may cause an endless loop.
    """

    rows: Sequence[Any]
    key: Callable[[Any], Any]
    seek: Callable[[Any], int]
    test: Callable[[Any], bool] | None = None

    def all(self) -> list[Any]:
        """Return every row that passes the filter."""
        return [row for row in self.rows if self.test is None or self.test(row)]

    def page(self, size: int, start: Any) -> tuple[list[Any], Any]:
        """Return the rows of a page and the key of the next one, None at the end. Raises EndlessLoop."""
        position = 0 if start is None else self.seek(start)
        found: list[Any] = []
        while True:
            chunk = self.rows[position : position + size + 1]
            full = len(chunk) > size
            for index, row in enumerate(chunk):
                if len(found) == size:
                    return found, self.key(row)
                if full and index == size:
                    break
                if self.test is None or self.test(row):
                    found.append(row)
            if not full:
                return found, None
            again = self.seek(self.key(chunk[-1]))
            if again <= position:
                raise EndlessLoop
            position = again


def page_of(view: View, page: Page) -> tuple[list[Any], dict[str, Any], Any]:
    """Return the rows of the requested page, the keys of the reply that belong to it, and the key it starts at."""
    if page.size is None:
        return view.all(), {}, None
    start = None if page.start is None else start_keys.decode(page.start)
    rows, following = view.page(page.size, start)
    keys: dict[str, Any] = {}
    if following is not None:
        keys["next_start_key"] = start_keys.encode(following)
    keys["page_size"] = len(rows)
    return rows, keys, start


def list_reply(call: Call, items: list[Any], page: dict[str, Any]) -> Response:
    """Return the reply with a list, as JSON or CSV. An empty list has neither revision nor ETag. Raises EmptyReply."""
    media_type = accepts(call.headers.get("accept"), MEDIA_TYPES)
    if media_type is None:
        raise EmptyReply(406)
    revision = etag = None
    if items and call.profile == "5":
        raw = json.dumps([page, items], sort_keys=True).encode()
        revision = hashlib.md5(raw, usedforsecurity=False).hexdigest()
        etag = f'W/"{revision}"'
        known = call.headers.get("if-none-match")
        if known is not None and etag_matches(known.replace("W/", ""), revision):
            raise EmptyReply(304, {"etag": etag, "expires": EXPIRES})
    elif items:
        # KAZOO hashes the request id, so that no two lists have the same ETag.
        revision = hashlib.md5(call.request_id.encode(), usedforsecurity=False).hexdigest()
        etag = f'"{revision}"'
    if media_type == "text/csv":
        headers = {
            "x-request-id": call.request_id,
            "content-type": "text/csv",
            "content-disposition": f'attachment; filename="json_{call.request_id[:22]}.csv"',
            "expires": EXPIRES,
            **({"etag": etag} if etag else {}),
        }
        return Response(as_csv(items), 200, headers)
    return call.reply(items, page=page, revision=revision, etag=etag)


def as_csv(items: list[dict[str, Any]]) -> str:
    """Return the rows as CSV. Rows before the first value of a column do not have this column."""
    columns: list[str] = []
    lines: list[str] = []
    for item in items:
        flat = {key: value for key, value in item.items() if not isinstance(value, dict)}
        columns.extend(key for key in flat if key not in columns)
        lines.append(",".join(cell(flat[key]) if key in flat else "" for key in columns))
    header = ",".join(f'"{"ID" if name == "id" else name}"' for name in columns)
    return "\n".join([header, *lines]) + "\n"


def cell(value: Any) -> str:
    """Return one quoted CSV cell."""
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return '"' + text.replace('"', '""') + '"'
