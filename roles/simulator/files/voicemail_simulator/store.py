# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's state: named collections of JSON documents, in memory and optionally in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

Document = dict[str, Any]
REMEMBERED_WRITES = 1000


class Collection(MutableMapping[str, Document]):
    """Documents by id, in the order of their creation.

    Assigning a document also writes it to the file. Call `save` after changing a document in place. `earlier` undoes
    replaced documents only, not changes in place.
    """

    def __init__(self, store: Store, name: str, documents: dict[str, Document]) -> None:
        self.name = name
        self._store = store
        self._documents = documents
        self._writes: deque[tuple[float, str, Document | None]] = deque(maxlen=REMEMBERED_WRITES)

    def __getitem__(self, key: str) -> Document:
        return self._documents[key]

    def __setitem__(self, key: str, document: Document) -> None:
        self._writes.append((self._store.now(), key, self._documents.get(key)))
        self._documents[key] = document
        self._store.write(self.name, key, document)

    def __delitem__(self, key: str) -> None:
        previous = self._documents.pop(key)
        self._writes.append((self._store.now(), key, previous))
        self._store.erase(self.name, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, key: object) -> bool:
        return key in self._documents

    def get(self, key: str, default: Any = None) -> Any:
        return self._documents.get(key, default)

    def values(self) -> Any:
        return self._documents.values()

    def items(self) -> Any:
        return self._documents.items()

    def save(self, key: str) -> None:
        """Write a document that was changed in place to the file."""
        self._store.write(self.name, key, self._documents[key])

    def clear(self) -> None:
        self._documents.clear()
        self._writes.clear()
        self._store.erase_all(self.name)

    def earlier(self, *, writes: int = 0, seconds: float = 0.0) -> dict[str, Document]:
        """Return the documents as they were a number of writes, or of seconds, ago."""
        documents = dict(self._documents)
        limit = self._store.now() - seconds
        for position, (moment, key, previous) in enumerate(reversed(self._writes)):
            if position >= writes and (not seconds or moment < limit):
                break
            if previous is None:
                documents.pop(key, None)
            else:
                documents[key] = previous
        return documents


class Store:
    """All collections. Their names start with the vendor and a dot, so that one file can store several vendors.

    `now` is the clock that `Collection.earlier` uses.
    """

    def __init__(self, path: str | None = None) -> None:
        self.now: Callable[[], float] = time.time
        self._collections: dict[str, Collection] = {}
        self._database: sqlite3.Connection | None = None
        if path is not None:
            self._open(path)

    def _open(self, path: str) -> None:
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # A crash of the machine may lose the last writes. A crash of the simulator does not.
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=OFF")
        database.execute(
            "CREATE TABLE IF NOT EXISTS documents (position INTEGER PRIMARY KEY, collection TEXT NOT NULL, "
            "id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (collection, id))"
        )
        loaded: dict[str, dict[str, Document]] = {}
        for name, key, body in database.execute("SELECT collection, id, body FROM documents ORDER BY position"):
            loaded.setdefault(name, {})[key] = json.loads(body)
        self._collections = {name: Collection(self, name, documents) for name, documents in loaded.items()}
        self._database = database

    def collection(self, name: str) -> Collection:
        """Return the collection of this name. Creates an empty one where it does not exist."""
        if name not in self._collections:
            self._collections[name] = Collection(self, name, {})
        return self._collections[name]

    def is_empty(self, prefix: str = "") -> bool:
        """Check whether all collections whose name starts with `prefix` are empty."""
        return not any(len(one) for name, one in self._collections.items() if name.startswith(prefix))

    def reset(self, prefix: str = "") -> None:
        """Delete the documents of all collections whose name starts with `prefix`."""
        for name, one in self._collections.items():
            if name.startswith(prefix):
                one.clear()

    def as_dict(self, prefix: str = "") -> dict[str, dict[str, Document]]:
        """Return all documents by collection and id."""
        return {name: dict(one) for name, one in self._collections.items() if name.startswith(prefix)}

    def replace(self, state: dict[str, dict[str, Document]], prefix: str = "") -> None:
        """Replace the documents of the collections under `prefix` by `state`."""
        self.reset(prefix)
        for name, documents in state.items():
            self.collection(name).update(documents)

    def write(self, name: str, key: str, document: Document) -> None:
        """Write one document to the file, if there is one."""
        if self._database is not None:
            self._database.execute(
                "INSERT INTO documents (collection, id, body) VALUES (?, ?, ?) "
                "ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
                (name, key, json.dumps(document)),
            )

    def erase(self, name: str, key: str) -> None:
        """Remove one document from the file, if there is one."""
        if self._database is not None:
            self._database.execute("DELETE FROM documents WHERE collection = ? AND id = ?", (name, key))

    def erase_all(self, name: str) -> None:
        """Remove all documents of a collection from the file, if there is one."""
        if self._database is not None:
            self._database.execute("DELETE FROM documents WHERE collection = ?", (name,))

    def close(self) -> None:
        """Close the file. The documents in memory stay readable."""
        if self._database is not None:
            self._database.close()
            self._database = None
