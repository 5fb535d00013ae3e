# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The initial state: invented organizations, users and voicemailboxes."""

from __future__ import annotations

from typing import Any

from .actions import ACCOUNT_ID
from .addresses import UserAddressActions
from .login import DOMAIN
from .mailboxes import BoxActions
from .state import State

FIRST_NUMBER = 1001
ORGANIZATIONS = {DOMAIN: ("61002", "Example Works"), "second.example.onsip.com": ("61003", "Second Example")}
# Users without a voicemailbox, to whom one can be attached.
USERS = ("Avery Quill", "Robin Hale", "Jordan Marsh", "Casey Winter", "Morgan Field")


def _organization(organization_id: str, domain: str, name: str, now: str) -> dict[str, Any]:
    contact = {
        "Name": USERS[0],
        "Organization": name,
        "Address": "1 Sample Street",
        "City": "New York",
        "State": "NY",
        "Zipcode": "10001",
        "Country": "United States of America",
        "CountryId": "207",
        "Phone": "1-555-555-0100",
        "Email": "admin@example.com",
        "Modified": now,
    }
    return {
        "OrganizationId": organization_id,
        "AccountId": ACCOUNT_ID,
        "Service": "hosted",
        "Domain": domain,
        "CallerId": "",
        "CallerIdName": "",
        "CallerIdNumber": "",
        "Status": "enabled",
        "ExtendedDialing": "false",
        "E911Provisioning": "false",
        "Modified": now,
        "Created": now,
        "Contact": contact,
    }


def seed(state: State, boxes: BoxActions, user_addresses: UserAddressActions, mailboxes: int) -> None:
    """Add the organizations, five users, and `mailboxes` boxes from number 1001 on, each attached to a user."""
    for domain, (organization_id, name) in ORGANIZATIONS.items():
        state.organizations[organization_id] = _organization(organization_id, domain, name, boxes.now())
    state.rebuild()
    organization = state.organizations[ORGANIZATIONS[DOMAIN][0]]
    for name in USERS:
        user_addresses.new_user(organization, name.split()[0].lower(), name)
    for position in range(mailboxes):
        number = str(FIRST_NUMBER + position)
        name = f"{USERS[position % len(USERS)]} {number}"
        fallback = {"Username": f"vm.user{number}", "Domain": DOMAIN, "Type": "voicemail", "Name": name}
        boxes.new_box(
            organization["OrganizationId"],
            f"vm.user{number}@{DOMAIN}",
            address_name=name,
            Mailbox=number,
            Fullname=name,
            NotifyEmail="yes",
            Email=f"{name.replace(' ', '.').lower()}@example.com",
        )
        user_addresses.new_user(organization, f"user{number}", name, DefaultAddress=fallback)
