# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the TEL4VN vendor and the indexes that make each lookup cost the same at any number of boxes."""

from __future__ import annotations

import random
from typing import Any

from ...store import Collection, Document, Store

# A recording has another uuid than its message, as in the vendor's sample, yet each can be had from the other.
RECORDING_MASK = 0x5A5A5A5A_0F0F_0000_00C3_A5A5F0F01234


class State:
    """Boxes, messages and tokens of the tenant."""

    def __init__(self, store: Store) -> None:
        self.boxes: Collection = store.collection("tel4vn.mailboxes")
        self.messages: Collection = store.collection("tel4vn.messages")
        self.tokens: Collection = store.collection("tel4vn.tokens")
        self.rebuild()

    def rebuild(self) -> None:
        """Derive the indexes again from the documents."""
        self._by_extension: dict[str, dict[str, None]] = {}
        self._messages_of: dict[str, dict[str, None]] = {}
        self._orders: dict[tuple[str, str], list[str]] = {}
        for key, box in self.boxes.items():
            self._by_extension.setdefault(box["extension"], {})[key] = None
        for key, message in self.messages.items():
            self._messages_of.setdefault(message["extension"], {})[key] = None

    def box(self, id_or_extension: str) -> Document | None:
        """Find a box by its id or extension; among boxes with one extension the oldest is answered."""
        found = self.boxes.get(id_or_extension)
        if found is None:
            found = self.box_of_extension(id_or_extension)
        return found

    def box_of_extension(self, extension: str) -> Document | None:
        """Find the oldest box of an extension."""
        for key in self._by_extension.get(extension, ()):
            return self.boxes[key]
        return None

    def add_box(self, box: Document) -> None:
        """Store a new box."""
        self.boxes[box["id"]] = box
        self._by_extension.setdefault(box["extension"], {})[box["id"]] = None
        self._forget_orders("boxes")

    def delete_box(self, box: Document) -> None:
        """Delete a box with all its messages."""
        key, extension = box["id"], box["extension"]
        del self.boxes[key]
        del self._by_extension[extension][key]
        messages = self._messages_of.get(extension, {})
        for message_id in [one for one in messages if self.messages[one]["voicemail_id"] == key]:
            del self.messages[message_id]
            del messages[message_id]
        self._forget_orders("boxes")
        self._forget_orders("messages")

    def add_message(self, message: Document) -> None:
        """Store a new message."""
        self.messages[message["id"]] = message
        self._messages_of.setdefault(message["extension"], {})[message["id"]] = None
        self._forget_orders("messages")

    def _forget_orders(self, kind: str) -> None:
        for name in [one for one in self._orders if one[0] == kind]:
            del self._orders[name]

    def page(
        self,
        kind: str,
        offset: int,
        limit: int,
        *,
        extension: str | None = None,
        order: str = "insertion",
        chance: random.Random,
        stale: dict[str, Any] | None = None,
    ) -> tuple[list[Document], int]:
        """Answer the rows from `offset` on, at most `limit`, and how many rows there are in all.

        `kind` is boxes or messages. `order` is insertion, shuffled (one mixed order, the same at each request) or
        reshuffled (another one at each request). `stale` goes to Collection.earlier.
        """
        collection = self.boxes if kind == "boxes" else self.messages
        documents: Any = collection.earlier(**stale) if stale else collection
        if extension is not None:
            if stale:
                keys = [key for key, one in documents.items() if one["extension"] == extension]
            else:
                keys = list(self._messages_of.get(extension, ()))
            keys = mixed(keys, order, chance)
        elif stale or order == "reshuffled":
            keys = mixed(list(documents), order, chance)
        else:
            if (kind, order) not in self._orders:
                self._orders[kind, order] = mixed(list(documents), order, chance)
            keys = self._orders[kind, order]
        return [documents[key] for key in keys[offset : offset + limit]], len(keys)


def mixed(keys: list[str], order: str, chance: random.Random) -> list[str]:
    """Bring ids into the order asked for."""
    if order == "shuffled":
        random.Random(0).shuffle(keys)
    elif order == "reshuffled":
        chance.shuffle(keys)
    return keys
