# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP addresses of users, and of voicemailboxes (docs/vendors/onsip.md, "Attaching a mailbox to a user")."""

from __future__ import annotations

from typing import Any

from ...store import Document
from .actions import Actions
from .call import Call, Invalid
from .mailboxes import USERNAME
from .tree import Element, branch

CALL_SCRIPT = '<cpl xmlns="urn:ietf:params:xml:ns:cpl"/>'


def shown_user_address(one: Document) -> Element:
    """Return the UserAddress element."""
    return branch("UserAddress", {name: value for name, value in one.items() if name != "OrganizationId"})


def shown_voicemail_address(one: Document) -> Element:
    """Return the VoicemailAddress element."""
    return branch("VoicemailAddress", {name: one[name] for name in ("VoicemailboxId", "Address")})


class VoicemailAddressActions(Actions):
    """VoicemailAddressRead and VoicemailAddressBrowse. Their parameters are not documented."""

    def read(self, call: Call) -> list[Element]:
        call.require("Address")
        call.check()
        found = self.state.voicemail_addresses.get(call.get("Address") or "")
        if found is None:
            self.unknown(call, "Address", "Address.Unrecognized")
            raise Invalid
        return [shown_voicemail_address(found)]

    def browse_all(self, call: Call) -> list[Element]:
        return self.browse(call, "VoicemailAddresses", self.state.voicemail_addresses, shown_voicemail_address)


class UserAddressActions(Actions):
    """UserAddressRead, Browse and Edit."""

    def find(self, call: Call) -> tuple[str, Document]:
        """Return the user address that Address names, with its name. Raises Invalid and NotPermitted."""
        call.require("Address")
        call.check()
        name = call.get("Address") or ""
        found = self.state.user_addresses.get(name)
        if found is None:
            self.unknown(call, "Address", "Address.Unrecognized")
            raise Invalid
        return name, found

    def read(self, call: Call) -> list[Element]:
        return [shown_user_address(self.find(call)[1])]

    def browse_all(self, call: Call) -> list[Element]:
        scopes = ("AccountId", "OrganizationId", "UserId")
        return self.browse(call, "UserAddresses", self.state.user_addresses, shown_user_address, scopes=scopes)

    def edit(self, call: Call) -> list[Element]:
        call.require("Address", "UserId", "Timeout")
        call.check()
        name, found = self.find(call)
        address = found["Address"]
        display_name = call.get_or("Name", address["Name"])
        if call.get("UserId") != found["UserId"]:
            self.unknown(call, "UserId", "UserId.Unrecognized")
        timeout = call.integer("Timeout", call.get("Timeout"), 1)
        username = call.get("Username") or address["Username"]
        new_name = f"{username}@{address['Domain']}"
        if not USERNAME.fullmatch(username):
            call.refuse("Username", "Value.Invalid", "This cannot be the name of a SIP address.")
        elif new_name != name and self.state.address(new_name) is not None:
            call.refuse("Username", "Address.Unavailable", "This address is in use or reserved.")
        default = self._default_address(call)
        call.check()
        changed = found | {
            "Timeout": str(timeout),
            "DefaultAddress": default,
            "Address": address | {"Username": username, "Name": display_name, "Modified": self.now()},
        }
        self.state.save_user_address(new_name, changed, previous_name=name)
        return [shown_user_address(changed)]

    def _default_address(self, call: Call) -> Document | None:
        """Return the address that unanswered calls are forwarded to, or None without the parameter."""
        text = call.get("DefaultAddress")
        if not text:
            return None
        target = self.state.address(text)
        if target is None:
            self.unknown(call, "DefaultAddress", "Address.Unrecognized")
            return None
        return {name: target[name] for name in ("Username", "Domain", "Type", "Name")}

    def new_user(self, organization: Document, username: str, full_name: str, **fields: Any) -> Document:
        """Store and return a user's address. `fields` are those of UserAddress."""
        now = self.now()
        document = {
            "UserId": self.state.new_id("UserId"),
            "AuthUsername": f"example_{username}",
            "AuthPassword": f"{self.vendor.random.getrandbits(64):016x}",
            "Timeout": "20",
            "DefaultAddress": None,
            "E911LocationId": "",
            "DoNotDisturb": "false",
            "Address": {
                "AddressId": self.state.new_id("AddressId"),
                "Username": username,
                "Domain": organization["Domain"],
                "Type": "user",
                "Name": full_name,
                "Modified": now,
                "Created": now,
                "CplText": CALL_SCRIPT,
            },
            "OrganizationId": organization["OrganizationId"],
            **fields,
        }
        self.state.save_user_address(f"{username}@{organization['Domain']}", document)
        return document
