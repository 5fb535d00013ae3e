# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the cluster, with indexes so that the cost of a request is independent of their number."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from ...behaviors import Behaviors
from ...clock import Clock
from ...store import Collection, Document, Store
from .collation import SortKey, sort_key

#: Seconds from the start of the Gregorian calendar, from which KAZOO counts, to the start of Unix time.
GREGORIAN_OFFSET = 62167219200
LEADING_NUMBER = re.compile(r"\s*([+-]?\d+)")
WHOLE_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)
EXACT_DIGITS = 15


def occupied_number(mailbox: str) -> int | None:
    """Return the number that a mailbox occupies in 4.3 and M: the result of JavaScript's parseInt, or None."""
    found = LEADING_NUMBER.match(mailbox)
    if found is None:
        return None
    number = int(found[1])
    return number if len(found[1]) <= EXACT_DIGITS else int(float(number))


def searched_number(mailbox: str) -> int | None:
    """Return the number that 4.3 and M search for before a write, or None where they do not search."""
    return int(mailbox) if WHOLE_NUMBER.fullmatch(mailbox) else None


class AccountIndex:
    """Indexes of one account's documents."""

    def __init__(self) -> None:
        self.names: list[tuple[SortKey, str]] = []
        self.ids: list[str] = []
        self.numbers: dict[int, set[str]] = defaultdict(set)
        self.texts: dict[str, set[str]] = defaultdict(set)
        self.messages: dict[str, set[str]] = defaultdict(set)
        #: Ids of all messages, newest first, for as long as none changes.
        self.newest_first: list[str] | None = None

    def add(self, box: Document, *, in_order: bool = True) -> None:
        """Add a mailbox. Without `in_order`, the caller sorts `names` and `ids` afterwards."""
        insert = bisect.insort if in_order else list.append
        insert(self.names, (sort_key(box["public"]["name"]), box["id"]))
        insert(self.ids, box["id"])
        for text in texts_of(box):
            self.texts[text].add(box["id"])
        number = occupied_number(str(box["public"]["mailbox"]))
        if number is not None:
            self.numbers[number].add(box["id"])

    def remove(self, box: Document) -> None:
        """Remove a mailbox."""
        for entries, entry in ((self.names, (sort_key(box["public"]["name"]), box["id"])), (self.ids, box["id"])):
            position = bisect.bisect_left(entries, entry)
            if position < len(entries) and entries[position] == entry:
                del entries[position]
        for text in texts_of(box):
            self.texts[text].discard(box["id"])
        number = occupied_number(str(box["public"]["mailbox"]))
        if number is not None:
            self.numbers[number].discard(box["id"])


def texts_of(box: Document) -> set[str]:
    """Return the number and aliases of a mailbox. Old documents contain the number as an integer.

    4.3 and M have no aliases, and accept any value of this key.
    """
    aliases = box["public"].get("aliases")
    known = aliases if isinstance(aliases, list) else []
    return {str(box["public"]["mailbox"]), *(one for one in known if isinstance(one, str))}


class State:
    """All documents. Only this class writes them.

    Documents are replaced, never changed in insert, so that a stale list can show the earlier ones.
    """

    def __init__(self, store: Store, behaviors: Behaviors, clock: Clock, new_id: Callable[[], str]) -> None:
        self._behaviors = behaviors
        self._clock = clock
        self._new_id = new_id
        self.accounts = store.collection("kazoo.accounts")
        self.users = store.collection("kazoo.users")
        self.boxes = store.collection("kazoo.boxes")
        self.messages = store.collection("kazoo.messages")
        self.audio = store.collection("kazoo.audio")
        self.media = store.collection("kazoo.media")
        self.callflows = store.collection("kazoo.callflows")
        self.indexes: dict[str, AccountIndex] = {}
        self._previous_boxes: dict[str, tuple[float, Document | None]] = {}
        self.rebuild()

    def rebuild(self) -> None:
        """Rebuild the indexes from the documents."""
        self.indexes = defaultdict(AccountIndex)
        self._previous_boxes.clear()
        for box in self.boxes.values():
            if not box["deleted"]:
                self.indexes[box["account_id"]].add(box, in_order=False)
        for index in self.indexes.values():
            index.names.sort()
            index.ids.sort()
        for message in self.messages.values():
            if not message["deleted"]:
                self.indexes[message["account_id"]].messages[message["box_id"]].add(message["id"])

    def now(self) -> int:
        """Return the time in Gregorian seconds."""
        return int(self._clock.now()) + GREGORIAN_OFFSET

    def next_revision(self, document: Document | None) -> str:
        """Return the revision after that of `document`."""
        number = int(document["rev"].split("-")[0]) + 1 if document else 1
        return f"{number}-{self._new_id()}"

    def box(self, account_id: str, box_id: str) -> Document | None:
        """Return a box that was not deleted, or None."""
        box = self.boxes.get(f"{account_id}/{box_id}")
        return None if box is None or box["deleted"] else box

    def cached_box(self, account_id: str, box_id: str) -> Document | None:
        """Return a mailbox as a node with an outdated cache shows it (behavior `document_cache_lag`)."""
        lag = self._behaviors.document_cache_lag
        if lag:
            moment, previous = self._previous_boxes.get(f"{account_id}/{box_id}", (0.0, None))
            if previous is not None and self._clock.now() - moment < lag:
                return None if previous["deleted"] else previous
        return self.box(account_id, box_id)

    def is_used(self, account_id: str, identifier: str) -> bool:
        """Check whether the account has a document with this id, deleted ones included."""
        return f"{account_id}/{identifier}" in self.boxes or identifier in self.users

    def save_box(self, account_id: str, box_id: str, public: dict[str, Any], *, deleted: bool = False) -> Document:
        """Write a mailbox and return its new document."""
        key = f"{account_id}/{box_id}"
        previous = self.boxes.get(key)
        now = self.now()
        document = {
            "id": box_id,
            "account_id": account_id,
            "rev": self.next_revision(previous),
            "created": previous["created"] if previous else now,
            "modified": now,
            "deleted": deleted,
            "public": public,
        }
        self._remember(key, previous)
        index = self.indexes[account_id]
        if previous is not None and not previous["deleted"]:
            index.remove(previous)
        if not deleted:
            index.add(document)
        self.boxes[key] = document
        return document

    def erase_box(self, account_id: str, box_id: str) -> None:
        """Remove a mailbox permanently, so that its id is free again."""
        key = f"{account_id}/{box_id}"
        previous = self.boxes[key]
        self._remember(key, previous)
        self.indexes[account_id].remove(previous)
        del self.boxes[key]

    def _remember(self, key: str, previous: Document | None) -> None:
        if self._behaviors.document_cache_lag:
            self._previous_boxes[key] = (self._clock.now(), previous)

    def save_document(
        self,
        collection: Collection,
        account_id: str,
        identifier: str,
        public: dict[str, Any],
        *,
        deleted: bool = False,
        **private: Any,
    ) -> Document:
        """Write a document that has no index, such as a media document, and return it.

        :param private: keys that replies do not show. Those of the previous document stay.
        """
        key = f"{account_id}/{identifier}"
        previous = collection.get(key)
        document = {
            **(previous or {"id": identifier, "account_id": account_id, "created": self.now()}),
            "rev": self.next_revision(previous),
            "modified": self.now(),
            "deleted": deleted,
            "public": public,
            **private,
        }
        collection[key] = document
        return document

    def message(self, account_id: str, message_id: str) -> Document | None:
        """Return a message that was not deleted, or None."""
        message = self.messages.get(f"{account_id}/{message_id}")
        if message is None or (message["deleted"] and not self._behaviors.read_deleted_messages):
            return None
        return message

    def messages_of(self, account_id: str, box_id: str | None) -> list[Document]:
        """Return the messages of a box, or of all boxes, newest first."""
        index = self.indexes[account_id]
        if box_id is not None:
            return self._newest_first(account_id, index.messages.get(box_id, set()))
        if index.newest_first is None:
            ids = (one for some in index.messages.values() for one in some)
            index.newest_first = [one["id"] for one in self._newest_first(account_id, ids)]
        return [self.messages[f"{account_id}/{one}"] for one in index.newest_first]

    def _newest_first(self, account_id: str, ids: Iterable[str]) -> list[Document]:
        found = [self.messages[f"{account_id}/{one}"] for one in ids]
        return sorted(found, key=lambda one: (one["metadata"]["timestamp"], one["id"]), reverse=True)

    def save_message(self, document: Document, *, steps: int = 1, **changes: Any) -> Document:
        """Write a message with changed keys and return it. The revision increases by `steps`."""
        key = f"{document['account_id']}/{document['id']}"
        changed = {**document, "modified": self.now(), **changes}
        for _step in range(steps):
            changed["rev"] = self.next_revision(changed if changed.get("rev") else None)
        self.messages[key] = changed
        index = self.indexes[changed["account_id"]]
        index.newest_first = None
        ids = index.messages[changed["box_id"]]
        (ids.discard if changed["deleted"] else ids.add)(changed["id"])
        return changed

    def erase_message(self, document: Document) -> None:
        """Remove a message permanently, as a move does."""
        key = f"{document['account_id']}/{document['id']}"
        del self.messages[key]
        self.audio.pop(key, None)
        index = self.indexes[document["account_id"]]
        index.newest_first = None
        index.messages[document["box_id"]].discard(document["id"])
