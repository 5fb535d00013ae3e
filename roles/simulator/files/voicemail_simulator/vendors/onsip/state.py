# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the account, with indexes so that the cost of a lookup is independent of their number."""

from __future__ import annotations

import random
from typing import Any

from ...store import Collection, Document, Store

FIRST_IDS = {"VoicemailboxId": 50101, "AddressId": 70201, "UserId": 40077}
Order = tuple[str, bool] | str


class State:
    """Organizations, voicemailboxes and SIP addresses.

    Voicemailboxes are stored by VoicemailboxId, with the field names of the API and `address`. Addresses are stored by
    `username@domain`, which belongs to either a user or a voicemailbox.
    """

    def __init__(self, store: Store) -> None:
        self.organizations: Collection = store.collection("onsip.organizations")
        self.boxes: Collection = store.collection("onsip.voicemailboxes")
        self.user_addresses: Collection = store.collection("onsip.user_addresses")
        self.voicemail_addresses: Collection = store.collection("onsip.voicemail_addresses")
        self.sessions: Collection = store.collection("onsip.sessions")
        self.logins: Collection = store.collection("onsip.logins")
        self.rebuild()

    def rebuild(self) -> None:
        """Rebuild the indexes from the documents."""
        self._orders: dict[tuple[str, Any, Order], list[str]] = {}
        self._by_number = {(box["OrganizationId"], box["Mailbox"]): key for key, box in self.boxes.items()}
        self._by_domain = {one["Domain"].lower(): key for key, one in self.organizations.items()}
        self._by_user: dict[str, dict[str, None]] = {}
        self._users_by_default_address: dict[str, dict[str, None]] = {}
        self._next_ids = dict(FIRST_IDS)
        for key in self.boxes:
            self._note_id("VoicemailboxId", key)
        for one in self.voicemail_addresses.values():
            self._note_id("AddressId", one["Address"]["AddressId"])
        for key, one in self.user_addresses.items():
            self._note_id("AddressId", one["Address"]["AddressId"])
            self._note_id("UserId", one["UserId"])
            self._index_user_address(key, one)

    def _note_id(self, name: str, used: str) -> None:
        self._next_ids[name] = max(self._next_ids[name], int(used) + 1)

    def new_id(self, name: str) -> str:
        """Return an id that was never used: VoicemailboxId, AddressId or UserId."""
        number = self._next_ids[name]
        self._next_ids[name] = number + 1
        return str(number)

    def organization_of_domain(self, domain: str) -> Document | None:
        """Find an organization by its SIP domain."""
        return self.organizations.get(self._by_domain.get(domain.lower(), ""))

    def box_of_number(self, organization_id: str, mailbox: str) -> Document | None:
        """Find the box with a number in an organization."""
        return self.boxes.get(self._by_number.get((organization_id, mailbox), ""))

    def address(self, name: str) -> Document | None:
        """Find the Address part of a user's or a voicemailbox's address."""
        found = self.user_addresses.get(name) or self.voicemail_addresses.get(name)
        return found and found["Address"]

    def is_default_address(self, name: str) -> bool:
        """Check whether a user address has this address as its DefaultAddress."""
        return bool(self._users_by_default_address.get(name))

    def add_box(self, box: Document, address: Document) -> None:
        """Store a new box and the address that leads to it."""
        self.boxes[box["VoicemailboxId"]] = box
        self.voicemail_addresses[box["address"]] = {
            "VoicemailboxId": box["VoicemailboxId"],
            "OrganizationId": box["OrganizationId"],
            "Address": address,
        }
        self._by_number[box["OrganizationId"], box["Mailbox"]] = box["VoicemailboxId"]
        self._orders.clear()

    def update_box(self, box: Document, changed: Document) -> None:
        """Replace a mailbox by a changed one."""
        self.boxes[box["VoicemailboxId"]] = changed
        if changed["Mailbox"] != box["Mailbox"]:
            del self._by_number[box["OrganizationId"], box["Mailbox"]]
            self._by_number[changed["OrganizationId"], changed["Mailbox"]] = box["VoicemailboxId"]
            self._orders.clear()

    def delete_box(self, box: Document) -> None:
        """Delete a box and its address. User addresses that forward to it stay unchanged."""
        del self.boxes[box["VoicemailboxId"]]
        del self.voicemail_addresses[box["address"]]
        del self._by_number[box["OrganizationId"], box["Mailbox"]]
        self._orders.clear()

    def save_user_address(self, name: str, document: Document, *, previous_name: str | None = None) -> None:
        """Store a new or changed user address. `previous_name` is its name before the change."""
        before = self.user_addresses.get(previous_name or name)
        if before is not None:
            self._unindex_user_address(previous_name or name, before)
        if previous_name not in (None, name):
            del self.user_addresses[previous_name]
        if name not in self.user_addresses:
            self._orders.clear()
        self.user_addresses[name] = document
        self._index_user_address(name, document)

    def _index_user_address(self, name: str, document: Document) -> None:
        self._by_user.setdefault(document["UserId"], {})[name] = None
        default = document["DefaultAddress"]
        if default is not None:
            self._users_by_default_address.setdefault(f"{default['Username']}@{default['Domain']}", {})[name] = None

    def _unindex_user_address(self, name: str, document: Document) -> None:
        self._by_user.get(document["UserId"], {}).pop(name, None)
        default = document["DefaultAddress"]
        if default is not None:
            self._users_by_default_address.get(f"{default['Username']}@{default['Domain']}", {}).pop(name, None)

    def page(
        self,
        collection: Collection,
        scope: tuple[str, str],
        order: Order,
        window: slice,
        random_numbers: random.Random,
        stale: dict[str, Any] | None = None,
    ) -> tuple[list[Document], int]:
        """Return the documents of a scope in a window of their order, and the number of all documents.

        `scope` is AccountId, OrganizationId or UserId with its value. `order` is a field and whether it is descending,
        or insertion, shuffled (one random order) or reshuffled (a new one for every request). `stale` contains the
        arguments of Collection.earlier.
        """
        documents: Any = collection.earlier(**stale) if stale else collection
        if scope[0] == "UserId" and not stale:
            keys = self._by_user.get(scope[1], {}).keys()
            return [documents[key] for key in keys][window], len(keys)
        if stale or order == "reshuffled":
            ordered = in_order(documents, scope, order, random_numbers)
        else:
            name = (collection.name, scope, order)
            if name not in self._orders:
                self._orders[name] = in_order(documents, scope, order, random_numbers)
            ordered = self._orders[name]
        return [documents[key] for key in ordered[window]], len(ordered)


def in_order(documents: Any, scope: tuple[str, str], order: Order, random_numbers: random.Random) -> list[str]:
    """Return the ids of a scope's documents in the requested order. The only account has all documents."""
    field, value = scope
    keys = [key for key, one in documents.items() if field == "AccountId" or one[field] == value]
    if isinstance(order, tuple):
        keys.sort(key=lambda key: int(documents[key][order[0]]), reverse=order[1])
    elif order == "shuffled":
        random.Random(0).shuffle(keys)
    elif order == "reshuffled":
        random_numbers.shuffle(keys)
    return keys
