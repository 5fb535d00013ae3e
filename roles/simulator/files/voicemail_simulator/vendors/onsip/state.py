# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the OnSIP vendor and the indexes that make each lookup cost the same at any number of boxes."""

from __future__ import annotations

import random
from typing import Any

from ...store import Collection, Document, Store

FIRST_IDS = {"VoicemailboxId": 50101, "AddressId": 70201, "UserId": 40077}
Order = tuple[str, bool] | str


class State:
    """Organizations, voicemailboxes and SIP addresses.

    Voicemailboxes are kept by VoicemailboxId under the names of the wire, and `address` beside them. Addresses are kept
    by `username@domain`; one name can belong to a user or to a voicemailbox, never to both.
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
        """Derive the indexes again from the documents."""
        self._orders: dict[tuple[str, Any, Order], list[str]] = {}
        self._by_number = {(box["OrganizationId"], box["Mailbox"]): key for key, box in self.boxes.items()}
        self._by_domain = {one["Domain"].lower(): key for key, one in self.organizations.items()}
        self._by_user: dict[str, dict[str, None]] = {}
        self._falling_back: dict[str, dict[str, None]] = {}
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
        """An id that was never used: VoicemailboxId, AddressId or UserId."""
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

    def is_fallen_back_to(self, name: str) -> bool:
        """Tell whether a user address has this address as its DefaultAddress."""
        return bool(self._falling_back.get(name))

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
        """Put a changed box in the place of a box."""
        self.boxes[box["VoicemailboxId"]] = changed
        if changed["Mailbox"] != box["Mailbox"]:
            del self._by_number[box["OrganizationId"], box["Mailbox"]]
            self._by_number[changed["OrganizationId"], changed["Mailbox"]] = box["VoicemailboxId"]
            self._orders.clear()

    def delete_box(self, box: Document) -> None:
        """Delete a box and its address. Who falls back to that address keeps doing so, in vain."""
        del self.boxes[box["VoicemailboxId"]]
        del self.voicemail_addresses[box["address"]]
        del self._by_number[box["OrganizationId"], box["Mailbox"]]
        self._orders.clear()

    def put_user_address(self, name: str, document: Document, *, instead_of: str | None = None) -> None:
        """Store a user address, new or changed; `instead_of` is the name it had before."""
        before = self.user_addresses.get(instead_of or name)
        if before is not None:
            self._unindex_user_address(instead_of or name, before)
        if instead_of not in (None, name):
            del self.user_addresses[instead_of]
        if name not in self.user_addresses:
            self._orders.clear()
        self.user_addresses[name] = document
        self._index_user_address(name, document)

    def _index_user_address(self, name: str, document: Document) -> None:
        self._by_user.setdefault(document["UserId"], {})[name] = None
        default = document["DefaultAddress"]
        if default is not None:
            self._falling_back.setdefault(f"{default['Username']}@{default['Domain']}", {})[name] = None

    def _unindex_user_address(self, name: str, document: Document) -> None:
        self._by_user.get(document["UserId"], {}).pop(name, None)
        default = document["DefaultAddress"]
        if default is not None:
            self._falling_back.get(f"{default['Username']}@{default['Domain']}", {}).pop(name, None)

    def page(
        self,
        collection: Collection,
        scope: tuple[str, str],
        order: Order,
        offset: int,
        limit: int,
        chance: random.Random,
        stale: dict[str, Any] | None = None,
    ) -> tuple[list[Document], int]:
        """Answer the documents of a scope from `offset` on, at most `limit`, and how many there are in all.

        `scope` is AccountId, OrganizationId or UserId with its value. `order` is a field and whether it is descending,
        or insertion, shuffled (one mixed order) or reshuffled (another one at each request). `stale` goes to
        Collection.earlier.
        """
        documents: Any = collection.earlier(**stale) if stale else collection
        if scope[0] == "UserId" and not stale:
            keys = self._by_user.get(scope[1], {}).keys()
            return [documents[key] for key in keys][offset : offset + limit], len(keys)
        if stale or order == "reshuffled":
            ordered = in_order(documents, scope, order, chance)
        else:
            name = (collection.name, scope, order)
            if name not in self._orders:
                self._orders[name] = in_order(documents, scope, order, chance)
            ordered = self._orders[name]
        return [documents[key] for key in ordered[offset : offset + limit]], len(ordered)


def in_order(documents: Any, scope: tuple[str, str], order: Order, chance: random.Random) -> list[str]:
    """The ids of a scope's documents in the order asked for. There is one account, so it holds all of them."""
    field, value = scope
    keys = [key for key, one in documents.items() if field == "AccountId" or one[field] == value]
    if isinstance(order, tuple):
        keys.sort(key=lambda key: int(documents[key][order[0]]), reverse=order[1])
    elif order == "shuffled":
        random.Random(0).shuffle(keys)
    elif order == "reshuffled":
        chance.shuffle(keys)
    return keys
