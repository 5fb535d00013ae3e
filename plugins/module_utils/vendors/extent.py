# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a listing may go where its server never ends it."""

from __future__ import annotations

from ..errors import TransportError
from ..model.operation import Operation
from ..transport.client import Client

#: Rows of one listing: twice the largest account that is known, of a million messages.
MOST_ROWS = 2_000_000
#: Bytes that may be received while one listing is read.
MOST_BYTES = 2 * 1024**3
#: Pages that may be as small as the server likes; from then on a page must bring some rows on average.
SMALL_PAGES = 1000
LEAST_ROWS = 10


class Extent:
    """The rows, pages and bytes of one listing so far.

    :param client: that reads it.
    :param operation: what is attempted, for errors.
    """

    def __init__(self, client: Client, operation: Operation) -> None:
        self._client = client
        self._operation = operation
        self._start = client.received
        self._rows = 0
        self._pages = 0

    def add(self, rows: int) -> None:
        """Count a page.

        :raises TransportError: when the listing will not end.
        """
        self._rows += rows
        self._pages += 1
        problem = ""
        if self._rows > MOST_ROWS:
            problem = f"{self._rows} rows"
        elif self._client.received - self._start > MOST_BYTES:
            problem = f"{MOST_BYTES // 1024**3} GiB"
        elif self._pages > SMALL_PAGES and self._rows < LEAST_ROWS * self._pages:
            problem = f"{self._pages} pages, which hold {self._rows} rows"
        if problem:
            raise TransportError(
                f"the listing does not end after {problem}",
                "Check that `url` is the vendor's API; select less where the account is that large",
                operation=self._operation,
            )


__all__ = ("Extent",)
