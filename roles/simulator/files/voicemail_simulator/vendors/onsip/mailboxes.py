# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemailboxes (docs/vendors/onsip.md, "Mailboxes")."""

from __future__ import annotations

import re
from typing import Any

from ...store import Document
from .actions import ACCOUNT_ID, Actions
from .call import Call, Invalid
from .tree import Element, branch

BOX_FIELDS = (
    "VoicemailboxId",
    "OrganizationId",
    "AccountId",
    "Status",
    "Mailbox",
    "Password",
    "Fullname",
    "Timezone",
    "SayCallerId",
    "SayDuration",
    "SayDatetime",
    "NotifyEmail",
    "NotifyPager",
    "Email",
    "Pager",
    "Mwi",
    "TransferAddress",
    "Created",
    "Modified",
)
DEFAULTS = {
    "Timezone": "us_eastern",
    "SayCallerId": "false",
    "SayDuration": "false",
    "SayDatetime": "false",
    "NotifyEmail": "no",
    "NotifyPager": "no",
}
CHOICES = {
    "Timezone": ("us_eastern", "us_central", "us_mountain", "us_pacific"),
    "NotifyEmail": ("no", "yes", "attach", "delete"),
    "NotifyPager": ("no", "yes"),
}
CLEARABLE = ("Email", "Pager", "Mwi")
NO_TRANSFER = {"Address": "", "Username": "", "Domain": "", "Type": "", "Name": ""}
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
LARGEST_NUMBER = 9_999_999
PIN_MASK = "*" * 10


class BoxActions(Actions):
    """VoicemailboxAdd, Read, Browse, Edit and Delete."""

    def shown(self, box: Document) -> Element:
        """Return the Voicemailbox element, with the PIN as behavior `pin_in_replies` selects."""
        if self.vendor.behaviors.pin_in_replies == "masked":
            box = box | {"Password": PIN_MASK}
        return self.shown_with_pin(box)

    def shown_with_pin(self, box: Document) -> Element:
        """Return the Voicemailbox element with its PIN."""
        return branch("Voicemailbox", {name: box[name] for name in BOX_FIELDS})

    def find(self, call: Call) -> Document:
        """Return the box that VoicemailboxId names. Raises Invalid and NotPermitted."""
        found: Document | None = self.state.boxes.get(call.get("VoicemailboxId") or "")
        if found is None:
            call.require("VoicemailboxId")
            call.check()
            self.unknown(call, "VoicemailboxId", "VoicemailboxId.Unrecognized")
            raise Invalid
        return found

    def add(self, call: Call) -> list[Element]:
        username = call.get("Username") or ""
        address_name = call.get_or("Name", username)
        for name, default in DEFAULTS.items():
            call.get_or(name, default)
        call.require("OrganizationId", "Username", "Domain", "Fullname", "Mailbox")
        organization = self.organization(call)
        settings = self._settings(call, None)
        number = self._mailbox(call, call.get("OrganizationId") or "", None)
        if organization is not None and call.get("Domain"):
            self._check_address(call, organization, username)
        call.check()
        box = self.new_box(
            call.get("OrganizationId") or "",
            f"{username}@{organization['Domain'] if organization else ''}",
            address_name=address_name,
            Mailbox=number,
            Fullname=call.get("Fullname"),
            **settings,
        )
        return [self.shown_with_pin(box)]

    def new_box(self, organization_id: str, address: str, *, address_name: str, **fields: Any) -> Document:
        """Store and return a new mailbox with its address `username@domain`."""
        now = self.now()
        username, _at, domain = address.partition("@")
        box: Document = {
            "VoicemailboxId": self.state.new_id("VoicemailboxId"),
            "OrganizationId": organization_id,
            "AccountId": ACCOUNT_ID,
            "Status": "enabled",
            "Password": f"{self.vendor.random.randrange(1000, 10000)}",
            **DEFAULTS,
            **dict.fromkeys(CLEARABLE, ""),
            "TransferAddress": NO_TRANSFER,
            "Created": now,
            "Modified": now,
            "address": address,
            **fields,
        }
        self.state.add_box(
            box,
            {
                "AddressId": self.state.new_id("AddressId"),
                "Username": username,
                "Domain": domain,
                "Type": "voicemail",
                "Name": address_name,
                "Modified": now,
                "Created": now,
            },
        )
        return box

    def _check_address(self, call: Call, organization: Document, username: str) -> None:
        if (call.get("Domain") or "").lower() != organization["Domain"]:
            call.refuse("Domain", "Domain.Unrecognized", "This domain is not known to the system.")
        elif username and not USERNAME.fullmatch(username):
            call.refuse("Username", "Value.Invalid", "This cannot be the name of a SIP address.")
        elif self.state.address(f"{username}@{organization['Domain']}") is not None:
            call.refuse("Username", "Address.Unavailable", "This address is in use or reserved.")

    def _mailbox(self, call: Call, organization_id: str, box: Document | None) -> str:
        number = str(call.integer("Mailbox", call.get("Mailbox"), 1, LARGEST_NUMBER))
        other = self.state.box_of_number(organization_id, number)
        if other is not None and other is not box:
            call.refuse("Mailbox", "Mailbox.Unavailable", "Another voicemailbox has this number.")
        return number

    def _settings(self, call: Call, box: Document | None) -> Document:
        """Return the checked parameters that Add and Edit share. `box` has the values for those missing in an Edit."""
        unchanged = box if box is not None and self.vendor.behaviors.edit_omitted == "unchanged" else None
        settings: Document = {}
        for name, default in DEFAULTS.items():
            text = call.get(name) or (unchanged[name] if unchanged else call.get_or(name, default))
            if name in CHOICES:
                # In the vendor's documents, the default of both notify parameters is false.
                text = "no" if text == "false" else text
                call.choice(name, text, CHOICES[name])
                settings[name] = text
            else:
                settings[name] = call.boolean(name, text)
        for name in CLEARABLE:
            sent = call.get(name)
            if sent is None:
                settings[name] = unchanged[name] if unchanged else ""
            elif sent or box is None or self.vendor.behaviors.empty_value != "ignored":
                settings[name] = sent
            else:
                settings[name] = box[name]
            is_needed = settings.get(f"Notify{name}", "no") != "no"
            is_refused = box is not None and sent == "" and self.vendor.behaviors.empty_value == "required"
            if is_refused or (is_needed and not settings[name]):
                call.refuse(name, "Value.Required", "A value is needed here.")
        return settings

    def read(self, call: Call) -> list[Element]:
        return [self.shown(self.find(call))]

    def browse_all(self, call: Call) -> list[Element]:
        sortable = ("VoicemailboxId", "OrganizationId", "Mailbox")
        return self.browse(call, "Voicemailboxes", self.state.boxes, self.shown, sortable=sortable)

    def edit(self, call: Call) -> list[Element]:
        box = self.find(call)
        changed = box | self._settings(call, box) | {"Modified": self.now()}
        if "Mailbox" in call.sent:
            call.require("Mailbox")
            changed["Mailbox"] = self._mailbox(call, box["OrganizationId"], box)
        if call.get("Password"):
            pin = call.get("Password") or ""
            number = call.integer("Password", pin, 0, LARGEST_NUMBER)
            changed["Password"] = str(number) if self.vendor.behaviors.pin_leading_zero == "stripped" else pin
        if "Fullname" in call.sent:
            call.require("Fullname")
            if self.vendor.behaviors.edit_fullname == "applied":
                changed["Fullname"] = call.get("Fullname")
        call.check()
        self.state.update_box(box, changed)
        return [self.shown(changed)]

    def delete(self, call: Call) -> list[Element]:
        box = self.find(call)
        if self.vendor.behaviors.delete_in_use == "refused" and self.state.is_default_address(box["address"]):
            call.refuse("VoicemailboxId", "Voicemailbox.InUse", "A user address forwards to this voicemailbox.")
            call.check()
        self.state.delete_box(box)
        return []
