# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cache the mailboxes of one account with their revisions.

An entry is used only if the vendor confirms its revision. Secrets are stored as keyed digests.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import typing as t

from ..model.connection import Connection
from ..model.disk import describe, hint_for
from ..model.fields import Decoded, FieldTable
from ..model.mailbox import Box
from ..model.sealed import Keys, Sealed
from . import cache_file
from .describe import without_secrets

Entry = dict[str, t.Any]


class Cache:
    """The cache of one account.

    :param folder: folder checked by :func:`.cache_file.prepare`; each account has its own file there.
    :param connection: connection of the task; its credential protects the file.
    :param account: returns a key of the account, known after the login.
    :param digests_suffice: whether secrets are only compared. Otherwise mailboxes are read, and the cache only updated.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        connection: Connection,
        account: t.Callable[[], str],
        digests_suffice: bool = True,
    ) -> None:
        self.warnings: list[str] = []
        self._digests_suffice = digests_suffice
        #: Whether the server is known to filter by revision correctly.
        self.proven = False
        self._folder = folder
        self._connection = connection
        self._account = account
        self._source: list[str] = []
        self._keys: Keys | None = None
        self._entries: dict[str, Entry] = {}
        #: Entries as stored in the file.
        self._saved: dict[str, Entry] = {}
        self._saved_proof = False

    @property
    def opened(self) -> bool:
        """Check whether the file was read, which happens at the first look-up."""
        return bool(self._source)

    def open(self, generation: str) -> None:
        """Read the file once. Ignore a file that cannot be trusted, with a warning.

        :param generation: generation of the server; revisions are valid within one generation only.
        """
        if self.opened:
            return
        self._source = [self._connection.vendor, self._connection.address, self._account(), generation]
        try:
            found = cache_file.read(self._path, self._credential)
            if found is None:
                return
            keys, content = found
            if content["source"] != self._source:
                raise cache_file.UnusableError("it belongs to another account, address or generation of the server")
        except cache_file.UnusableError as error:
            self.warnings.append(
                f"the cache {self._path} is ignored: {error}. Every mailbox is read, and the file is replaced"
            )
            return
        self._keys, self._entries, self.proven = keys, content["mailboxes"], content["proven"]
        self._saved, self._saved_proof = dict(self._entries), self.proven

    def boxes(self, table: FieldTable, wanted: t.Iterable[Box]) -> list[Box]:
        """Return the requested mailboxes that are in the cache, in their latest revision."""
        found: list[Box] = []
        if not self._digests_suffice:
            return found
        for box in wanted:
            entry = self._entries.get(str(box.id))
            if entry is not None and self._keys is not None:
                found.append(_box(table, str(box.id), entry, self._keys))
        return found

    def keep(self, table: FieldTable, boxes: t.Iterable[Box]) -> None:
        """Store mailboxes as they were just read or written."""
        for box in boxes:
            if box.full and box.revision and box.id and box.native is not None:
                entry = self._entry(table, box)
                if entry is not None:
                    self._entries[box.id] = entry

    def drop(self, ids: t.Iterable[str | None]) -> None:
        """Remove mailboxes that no longer exist or whose state is unknown."""
        for box_id in ids:
            self._entries.pop(str(box_id), None)

    def drop_others(self, ids: t.Collection[str]) -> None:
        """Remove all other mailboxes."""
        self.drop([box_id for box_id in self._entries if box_id not in ids])

    def save(self) -> None:
        """Write changes to the file. If it cannot be written, warn: the results are valid without it."""
        if not self.opened or (self._entries == self._saved and self.proven == self._saved_proof):
            return
        content = {"source": self._source, "proven": self.proven, "mailboxes": self._entries}
        try:
            cache_file.write(self._path, self._sealing, content)
        except OSError as error:
            self.warnings.append(f"the cache {self._path} cannot be written: {describe(error)}. {hint_for(error)}")
            return
        self._saved, self._saved_proof = dict(self._entries), self.proven

    @property
    def _path(self) -> pathlib.Path:
        name = hashlib.sha256(json.dumps(self._source[:3]).encode()).hexdigest()[:32]
        return self._folder / f"{self._connection.vendor}-{name}.cache"

    @property
    def _credential(self) -> str:
        given = self._connection
        # A token is the last choice, since every login returns a different one.
        secret = given.api_key or given.password or given.token
        return json.dumps([given.vendor, given.username, given.domain, secret])

    @property
    def _sealing(self) -> Keys:
        if self._keys is None:
            self._keys = Keys.derive(self._credential)
        return self._keys

    def _entry(self, table: FieldTable, box: Box) -> Entry | None:
        digests: dict[str, str | None] = {}
        for option in sorted(table.secrets):
            value = box.values.get(option)
            if value is None:
                digests[option] = None
            elif isinstance(value, str):
                digests[option] = self._sealing.digest((str(box.id), option), value)
            else:
                # A hidden value cannot be compared.
                return None
        native = without_secrets(table, box.native or {})
        return {"revision": box.revision, "number": box.number, "native": native, "secrets": digests}


def _box(table: FieldTable, box_id: str, entry: Entry, keys: Keys) -> Box:
    secrets = {
        option: None if digest is None else Sealed(keys, (box_id, option), digest)
        for option, digest in entry["secrets"].items()
    }
    native = entry["native"]
    return Box(entry["number"], box_id, Decoded(table, native, secrets), True, native, entry["revision"])


__all__ = ("Cache",)
