# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of the PBX: tables that are grouped by owner, and indexes of numbers, names and domains."""

from __future__ import annotations

import base64
import random as random_module
from collections.abc import Iterator, Mapping
from typing import Any

from ...behaviors import Behaviors
from ...store import Collection, Document, Store

# Numbers of the services of every new tenant, besides the voicemail service itself
# (docs/vendors/portsip.md, "Fields and limits").
SERVICE_NUMBERS = ("555", "666", "888")
# The group of all tenants: the PBX itself.
SYSTEM_SCOPE = "system"


class Table:
    """The documents of one collection, grouped by one of their fields.

    Documents are replaced and never changed in place, so that a stale list can show the earlier ones.
    """

    def __init__(self, collection: Collection, group_field: str) -> None:
        self.collection = collection
        self.group_field = group_field
        self._groups: dict[Any, dict[str, None]] = {}
        self._ordered: dict[Any, list[str]] = {}

    def rebuild(self) -> None:
        """Rebuild the groups, after the collection was replaced."""
        self._groups.clear()
        self._ordered.clear()
        for key, document in self.collection.items():
            self._groups.setdefault(document[self.group_field], {})[key] = None

    def add(self, document: Document) -> str:
        """Create a document and return its id."""
        key = document["id"]
        group = document[self.group_field]
        self.collection[key] = document
        self._groups.setdefault(group, {})[key] = None
        self._ordered.pop(group, None)
        return key

    def change(self, key: str, changes: Mapping[str, Any]) -> None:
        """Update some fields of a document. Its group must not change."""
        self.collection[key] = {**self.collection[key], **changes}

    def remove(self, key: str) -> Document:
        """Delete and return a document."""
        document = self.collection[key]
        group = document[self.group_field]
        del self.collection[key]
        del self._groups[group][key]
        self._ordered.pop(group, None)
        return document

    def find(self, key: str, group: Any) -> Document | None:
        """Return the document with this id if it belongs to this group, otherwise None."""
        document = self.collection.get(key)
        return document if document is not None and document[self.group_field] == group else None

    def ids(self, group: Any) -> list[str]:
        """Return the ids of a group in order of creation. Callers must not change the list."""
        if group not in self._ordered:
            self._ordered[group] = list(self._groups.get(group, ()))
        return self._ordered[group]

    def documents(self, group: Any) -> Iterator[Document]:
        """Return the documents of a group in order of creation."""
        return (self.collection[key] for key in self.ids(group))


class State:
    """All tables, and the indexes over them.

    `tenants` belong to the system, `users`, `boxes` and `files` to a tenant, `messages` and `greetings` to a user or a
    shared voicemail.
    """

    def __init__(self, store: Store, behaviors: Behaviors, random: random_module.Random) -> None:
        self._behaviors = behaviors
        self._random = random
        self.sessions = store.collection("portsip.sessions")
        self.refresh_tokens = store.collection("portsip.refresh_tokens")
        self.blobs = store.collection("portsip.blobs")
        self.tenants = Table(store.collection("portsip.tenants"), "scope")
        self.users = Table(store.collection("portsip.users"), "tenant_id")
        self.boxes = Table(store.collection("portsip.shared_voicemails"), "tenant_id")
        self.messages = Table(store.collection("portsip.messages"), "owner_id")
        self.greetings = Table(store.collection("portsip.greetings"), "owner_id")
        self.files = Table(store.collection("portsip.files"), "tenant_id")
        self._owners_by_number: dict[tuple[str | None, str], str] = {}
        self._names: dict[tuple[str | None, str], str] = {}
        self._domains: dict[str, str] = {}

    def rebuild(self) -> None:
        """Rebuild all indexes, after the store was loaded or replaced."""
        for table in (self.tenants, self.users, self.boxes, self.messages, self.greetings, self.files):
            table.rebuild()
        self._domains = {tenant["domain"].lower(): key for key, tenant in self.tenants.collection.items()}
        self._names = {(one["tenant_id"], one["name"].lower()): key for key, one in self.users.collection.items()}
        self._owners_by_number = {
            (one["tenant_id"], one["extension_number"]): key
            for table in (self.users, self.boxes)
            for key, one in table.collection.items()
        }

    def new_id(self, digits: str | None = None) -> str:
        """Return a new id, or these digits, in the format of behavior `id_shape`.

        See docs/vendors/portsip.md, "Ids and times".
        """
        if digits is None:
            digits = str(self._random.randrange(10**17, 10**18))
        return digits if self._behaviors.id_shape == "digits" else base64.b64encode(digits.encode()).decode()

    def tenant(self, key: str) -> Document:
        """Return the tenant with this id."""
        return self.tenants.collection[key]

    def add_tenant(self, tenant: Document) -> None:
        """Create a tenant."""
        self.tenants.add(tenant)
        self._domains[tenant["domain"].lower()] = tenant["id"]

    def add_user(self, user: Document) -> str:
        """Create a user and return its id."""
        self._names[user["tenant_id"], user["name"].lower()] = user["id"]
        self._owners_by_number[user["tenant_id"], user["extension_number"]] = user["id"]
        return self.users.add(user)

    def add_box(self, box: Document) -> str:
        """Create a shared voicemail and return its id."""
        self._owners_by_number[box["tenant_id"], box["extension_number"]] = box["id"]
        return self.boxes.add(box)

    def remove_box(self, key: str) -> None:
        """Delete a shared voicemail with its messages and greetings."""
        box = self.boxes.remove(key)
        del self._owners_by_number[box["tenant_id"], box["extension_number"]]
        for message in list(self.messages.ids(key)):
            self.messages.remove(message)
        for greeting in list(self.greetings.ids(key)):
            self.remove_greeting(greeting)

    def remove_greeting(self, key: str) -> None:
        """Delete a greeting, and its content unless a file still uses it."""
        self.release_blob(self.greetings.remove(key)["blob_key"])

    def release_blob(self, key: str) -> None:
        """Remove one reference to a stored content, and delete it with the last one."""
        blob = self.blobs[key]
        if blob["references"] <= 1:
            del self.blobs[key]
        else:
            self.blobs[key] = {**blob, "references": blob["references"] - 1}

    def owner_of_number(self, tenant_id: str, number: str) -> str | None:
        """Return the id of the user or shared voicemail with this number, `service` for a system service, or None."""
        tenant = self.tenant(tenant_id)
        if number == tenant["voicemail"]["extension_number"] or number in SERVICE_NUMBERS:
            return "service"
        return self._owners_by_number.get((tenant_id, number))

    def user_named(self, tenant_id: str | None, name: str) -> Document | None:
        """Return the user with this login name. Without a tenant, look for a system administrator."""
        key = self._names.get((tenant_id, name.lower()))
        return self.users.collection[key] if key is not None else None

    def tenant_of_domain(self, domain: str) -> Document | None:
        """Return the tenant with this SIP domain."""
        key = self._domains.get(domain.lower())
        return self.tenant(key) if key is not None else None
