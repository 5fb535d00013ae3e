# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the tenant, with indexes so that the cost of a lookup is independent of the number of mailboxes."""

from __future__ import annotations

import random
from typing import Any

from ...store import Collection, Document, Store


class State:
    """Boxes, messages and tokens of the tenant."""

    def __init__(self, store: Store) -> None:
        self.boxes: Collection = store.collection("tel4vn.mailboxes")
        self.messages: Collection = store.collection("tel4vn.messages")
        self.tokens: Collection = store.collection("tel4vn.tokens")
        self.rebuild()

    def rebuild(self) -> None:
        """Rebuild the indexes from the documents."""
        self._by_extension: dict[str, dict[str, None]] = {}
        self._messages_of: dict[str, dict[str, None]] = {}
        self._orders: dict[tuple[str, str], list[str]] = {}
        for key, box in self.boxes.items():
            self._by_extension.setdefault(box["extension"], {})[key] = None
        for key, message in self.messages.items():
            self._messages_of.setdefault(message["extension"], {})[key] = None

    def box(self, id_or_extension: str) -> Document | None:
        """Find a mailbox by its id or extension. Of several mailboxes with one extension, return the oldest."""
        found = self.boxes.get(id_or_extension)
        if found is None:
            found = self.box_of_extension(id_or_extension)
        return found

    def box_of_extension(self, extension: str) -> Document | None:
        """Find the oldest mailbox of an extension."""
        for key in self._by_extension.get(extension, ()):
            return self.boxes[key]
        return None

    def add_box(self, box: Document) -> None:
        """Store a new mailbox."""
        self.boxes[box["id"]] = box
        self._by_extension.setdefault(box["extension"], {})[box["id"]] = None
        self._forget_orders("boxes")

    def delete_box(self, box: Document) -> None:
        """Delete a mailbox with all its messages."""
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
        window: slice,
        *,
        extension: str | None = None,
        order: str = "insertion",
        random_numbers: random.Random,
        stale: dict[str, Any] | None = None,
    ) -> tuple[list[Document], int]:
        """Return the rows in a window of their order, and the number of all rows.

        `kind` is boxes or messages. `order` is insertion, shuffled (one random order, the same for every request) or
        reshuffled (a new one for every request). `stale` contains the arguments of Collection.earlier.
        """
        collection = self.boxes if kind == "boxes" else self.messages
        documents: Any = collection.earlier(**stale) if stale else collection
        if extension is not None:
            if stale:
                keys = [key for key, one in documents.items() if one["extension"] == extension]
            else:
                keys = list(self._messages_of.get(extension, ()))
            keys = ordered(keys, order, random_numbers)
        elif stale or order == "reshuffled":
            keys = ordered(list(documents), order, random_numbers)
        else:
            if (kind, order) not in self._orders:
                self._orders[kind, order] = ordered(list(documents), order, random_numbers)
            keys = self._orders[kind, order]
        return [documents[key] for key in keys[window]], len(keys)


def ordered(keys: list[str], order: str, random_numbers: random.Random) -> list[str]:
    """Return ids in the requested order."""
    if order == "shuffled":
        random.Random(0).shuffle(keys)
    elif order == "reshuffled":
        random_numbers.shuffle(keys)
    return keys
