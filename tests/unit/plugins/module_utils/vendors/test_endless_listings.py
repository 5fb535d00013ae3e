# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists whose server always returns another page with new rows are an error, on every vendor."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import extent
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.messages import KazooMessages
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.paging import read_all
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.session import Envelope
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.paging import Browse
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.listing import Pages
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.message_pages import (
    MessagePages,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn import session as tel4vn
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.listing import rows_of

MEBIBYTE = 2**20


class Server:
    """A session whose server has an unlimited number of rows.

    :param size: rows of each page.
    :param page_bytes: bytes of each page.
    """

    def __init__(self, size: int, page_bytes: int) -> None:
        self.size, self.page_bytes, self.pages = size, page_bytes, 0
        self.client = types.SimpleNamespace(received=0)
        self.organization = types.SimpleNamespace(id="1")

    def rows(self, start: int, key: str = "id") -> list[dict[str, str]]:
        """Return rows, starting with a number."""
        self.pages += 1
        self.client.received += self.page_bytes
        return [{key: str(number)} for number in range(start, start + self.size)]


class Kazoo(Server):
    def call(self, method: str, path: str, what: str, *, params: dict[str, str]) -> Envelope:
        return Envelope(data=self.rows(self.pages * self.size), next_start_key=f"key-{self.pages}")


class EmptyKazoo(Kazoo):
    def rows(self, start: int, key: str = "id") -> list[dict[str, str]]:
        return super().rows(start, key)[:0]


class Portsip(Server):
    def call(self, method: str, address: str, what: str) -> t.Any:
        skip = int(address.partition("skip=")[2].partition("&")[0])
        return types.SimpleNamespace(parse=lambda model: model(count=None, items=self.rows(skip)))


class CountingPortsip(Server):
    def call(self, method: str, address: str, what: str) -> t.Any:
        skip = int(address.partition("skip=")[2].partition("&")[0])
        return types.SimpleNamespace(parse=lambda model: model(count=10**15, items=self.rows(skip)))


class Tel4vn(Server):
    def call(self, method: str, path: str, what: str, *, params: dict[str, str]) -> tel4vn.Envelope:
        return tel4vn.Envelope.model_validate({"data": self.rows(int(params["offset"])), "total": 10**9})


class Onsip(Server):
    def call(self, action: str, what: str, parameters: dict[str, str], *, repeatable: bool) -> dict[str, t.Any]:
        attributes = {"Found": str(10**9), "Limit": str(self.size)}
        return {"Rows": {"Row": self.rows(int(parameters["Offset"]), "Id"), "@attributes": attributes}}


def _browse(order_by: str) -> Browse:
    return Browse(
        "RowBrowse", Operation("list", "rows"), ("Rows", "Row"), lambda row: str(row.get("Id") or ""), 1000, order_by
    )


ROWS = Operation("list", "rows")


def _read_messages(session: t.Any) -> None:
    MessagePages(session).read("/messages", ROWS, lambda: lambda native: None)


READERS: dict[str, tuple[type[Server], t.Callable[[t.Any], t.Any]]] = {
    "kazoo": (Kazoo, lambda session: list(read_all(session, "/vmboxes", ROWS, "rows", {}))),
    "kazoo messages": (Kazoo, lambda session: list(KazooMessages(session)._pages("/messages", ROWS, {}))),
    "kazoo empty pages": (EmptyKazoo, lambda session: list(KazooMessages(session)._pages("/m", ROWS, {}))),
    "portsip": (Portsip, lambda session: Pages(session, "/users", ROWS).read()),
    "portsip with a count": (CountingPortsip, lambda session: Pages(session, "/users", ROWS).read()),
    "portsip messages": (Portsip, _read_messages),
    "portsip messages with a count": (CountingPortsip, _read_messages),
    "tel4vn": (Tel4vn, lambda session: rows_of(session, "/voicemail", ROWS, {})),
    "onsip": (Onsip, lambda session: _browse("").rows(session)),
    "onsip in order": (Onsip, lambda session: _browse("Id").rows(session)),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("size", "page_bytes", "most_pages"),
    [(1, 100, extent.SMALL_PAGES), (9, 100, extent.SMALL_PAGES), (100, 100, 1000), (100, MEBIBYTE, 64)],
    ids=["one row a page", "few rows a page", "rows", "bytes"],
)
@pytest.mark.parametrize("name", READERS)
def test_an_endless_list_is_an_error(
    name: str, size: int, page_bytes: int, most_pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extent, "MOST_ROWS", 90_000)
    monkeypatch.setattr(extent, "MOST_BYTES", 60 * MEBIBYTE)
    kind, read = READERS[name]
    server = kind(size, page_bytes)
    # Ordered pages of OnSIP begin with the last row of the previous page, so one row per page returns nothing new.
    with pytest.raises(TransportError, match=r"cannot list rows: (the listing does not end|the listing changed)"):
        read(server)
    assert server.pages <= most_pages + 1


def test_the_largest_accounts_are_within_the_limits() -> None:
    """Read 100 000 mailboxes at 20 rows per page, and 1 000 000 messages of 1 kB at 100 rows per page."""
    for rows, size, length in ((100_000, 20, 500), (1_000_000, 100, 1000)):
        client = types.SimpleNamespace(received=0)
        reached = extent.Extent(t.cast(t.Any, client), Operation("list", "rows"))
        for _page in range(rows // size):
            client.received += size * length
            reached.add(size)
