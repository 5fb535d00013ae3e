# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the documents that a vendor reads: use it in place of measuring time, which a busy machine distorts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from voicemail_simulator.store import Collection, Document


class Counted(dict[str, Document]):
    """The documents of a collection, with the number of reads."""

    reads = 0

    def __getitem__(self, key: str) -> Document:
        self.reads += 1
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.reads += 1
        return super().get(key, default)

    def __iter__(self) -> Iterator[str]:
        for key in super().__iter__():
            self.reads += 1
            yield key

    def items(self) -> Any:
        return ((key, dict.__getitem__(self, key)) for key in self)

    def values(self) -> Any:
        return (dict.__getitem__(self, key) for key in self)


@contextlib.contextmanager
def counted(collection: Collection) -> Iterator[Counted]:
    """Count the reads of a collection within the block."""
    before = collection._documents
    collection._documents = found = Counted(before)
    try:
        yield found
    finally:
        collection._documents = before
