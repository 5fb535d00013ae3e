# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: every request that the simulator received."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

#: Memory in bytes that the entries may use. The oldest entries are dropped beyond it, and are still counted.
MOST_JOURNAL_BYTES = 64 * 2**20
#: Memory in bytes that an entry uses without its texts: a dictionary of six items, and its position in the journal.
ENTRY_BYTES = 500


class Journal:
    """The requests since the last `clear`. `status` is None where the client received no reply.

    :param most_bytes: memory that the entries may use. The oldest are dropped beyond it.
    """

    def __init__(self, most_bytes: int = MOST_JOURNAL_BYTES) -> None:
        self._most_bytes = most_bytes
        self._entries: deque[dict[str, Any]] = deque()
        self._bytes = 0
        self._counts: Counter[str] = Counter()

    def add(self, method: str, path: str, query: str, time: float) -> dict[str, Any]:
        """Record one request and return its entry. `time` is in Unix seconds of the simulated clock."""
        entry = {"method": method, "path": path, "query": query, "status": None, "time": time, "action": None}
        self._entries.append(entry)
        self._counts[method] += 1
        self._bytes += _size(entry)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(self._entries.popleft())
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """Return the requests in the order of their arrival, without the dropped ones."""
        return list(self._entries)

    def count(self, *methods: str) -> int:
        """Return the number of requests with these methods, or of all requests, dropped ones included."""
        return sum(self._counts[method] for method in methods) if methods else self._counts.total()

    def clear(self) -> None:
        """Delete all entries."""
        self._entries.clear()
        self._counts.clear()
        self._bytes = 0

    def __len__(self) -> int:
        return self._counts.total()


def _size(entry: dict[str, Any]) -> int:
    return ENTRY_BYTES + len(entry["path"]) + len(entry["query"])
