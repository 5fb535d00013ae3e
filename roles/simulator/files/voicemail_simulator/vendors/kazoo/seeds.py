# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The initial state: accounts with users, mailboxes and messages."""

from __future__ import annotations

from typing import Any

from ...store import Document
from .call import Call
from .installation import Installation
from .login import digest
from .messages import address, message_name
from .schema import mailbox_schema
from .state import GREGORIAN_OFFSET
from .tones import recording
from .validation import Errors, check

FIRST_NUMBER = 1000
CALLERS = (("Ada Example", "2015550101"), ("Ben Example", "2015550102"), ("Cleo Example", "2015550103"))
HOUR = 3600
#: Mailboxes whose messages have the same times.
BOXES_OF_A_SECOND = 1000
#: Number of different recordings.
RECORDINGS = 12


def seed(vendor: Installation, mailboxes: int, messages: int) -> None:
    """Fill an empty store. Mailboxes and messages are in the first sub-account."""
    add_account(vendor, vendor.MASTER_ID, "master", None, vendor.MASTER_API_KEY)
    add_account(vendor, vendor.ACCOUNT_ID, "accountone", vendor.MASTER_ID, vendor.API_KEY)
    add_account(vendor, vendor.OTHER_ACCOUNT_ID, "accounttwo", vendor.MASTER_ID, vendor.OTHER_API_KEY)
    add_user(vendor, vendor.MASTER_ID, vendor.new_id(), vendor.USERNAME, "admin")
    add_user(vendor, vendor.ACCOUNT_ID, vendor.USER_ID, vendor.USERNAME, "admin")
    add_user(vendor, vendor.ACCOUNT_ID, vendor.PLAIN_USER_ID, "plain", "user")
    add_user(vendor, vendor.OTHER_ACCOUNT_ID, vendor.new_id(), vendor.USERNAME, "admin")
    for position in range(mailboxes):
        box = add_box(vendor, position)
        # Pages of messages continue by the second, so no second may hold more than a page.
        earlier = position // BOXES_OF_A_SECOND
        for number in range(messages):
            add_message(vendor, box, number, vendor.clock.now() - (number + 1) * HOUR - earlier)
    add_customers(vendor)


def add_customers(vendor: Installation) -> None:
    """Add the accounts of a reseller. Every fourth one is a child of the one before it."""
    parent_id = vendor.OTHER_ACCOUNT_ID
    for number in range(1, vendor.behaviors.customers + 1):
        name, account_id = f"customer{number:03d}", vendor.new_id()
        above = parent_id if number % 4 == 0 else vendor.OTHER_ACCOUNT_ID
        add_account(vendor, account_id, name, above, f"simulator-api-key-{name}".ljust(64, "0"))
        add_user(vendor, account_id, vendor.new_id(), vendor.USERNAME, "admin")
        parent_id = account_id


def add_account(vendor: Installation, account_id: str, name: str, parent_id: str | None, api_key: str) -> None:
    """Add an account."""
    vendor.state.accounts[account_id] = {
        "id": account_id,
        "name": name,
        "realm": f"{name}.example.com",
        "parent_id": parent_id,
        "api_key": api_key,
        "phone_numbers": [],
    }


def add_user(vendor: Installation, account_id: str, user_id: str, username: str, priv_level: str) -> None:
    """Add a user with hashes of the password."""
    vendor.state.users[user_id] = {
        "id": user_id,
        "account_id": account_id,
        "username": username,
        "first_name": username.capitalize(),
        "last_name": "Example",
        "email": f"{username}@example.com",
        "priv_level": priv_level,
        "md5": digest("md5", username, vendor.PASSWORD),
        "sha": digest("sha", username, vendor.PASSWORD),
    }


def add_box(vendor: Installation, position: int) -> Document:
    """Add a mailbox with a PIN and an e-mail address, and return it."""
    number = str(FIRST_NUMBER + position)
    data: dict[str, Any] = {
        "name": f"Mailbox {number}",
        "mailbox": number,
        "pin": f"{position % 10000:04d}",
        "timezone": "Europe/Berlin",
        "notify_email_addresses": [f"mailbox{number}@example.com"],
    }
    errors: Errors = {}
    public = check(mailbox_schema(vendor.behaviors.profile, vendor.behaviors.max_pin_length), data, errors, strict=True)
    return vendor.state.save_box(vendor.ACCOUNT_ID, vendor.new_id(), public)


def add_message(vendor: Installation, box: Document, number: int, moment: float | None = None) -> None:
    """Add a message with a recording. Every second message is saved, every third has a transcription.

    :param number: position of the message: the first one is an hour old, each further one an hour older.
    :param moment: time of the message in Unix seconds, instead of the time that follows from `number`.
    """
    moment = vendor.clock.now() - (number + 1) * HOUR if moment is None else moment
    timestamp = int(moment) + GREGORIAN_OFFSET
    identifier = vendor.month(timestamp) + vendor.new_id()
    name, caller = CALLERS[number % len(CALLERS)]
    content_type, content = recording(number % RECORDINGS)
    transcription = {"transcription": {"result": "success", "text": f"This is {name}."}} if number % 3 == 2 else {}
    message = vendor.state.save_message(
        {
            "id": identifier,
            "account_id": box["account_id"],
            "box_id": box["id"],
            "created": timestamp,
            "deleted": False,
            "name": message_name(box, timestamp),
            "utc_seconds": timestamp,
            "audio": {"content_type": content_type, "filename": None},
            **transcription,
            "metadata": {
                "media_id": identifier,
                "call_id": vendor.new_id()[:24],
                "caller_id_name": name,
                "caller_id_number": caller,
                **address(caller, vendor.REALM, "from"),
                "length": 250,
                "timestamp": timestamp,
                **address(box["public"]["mailbox"], vendor.REALM, "to"),
                "folder": "saved" if number % 2 else "new",
            },
        }
    )
    vendor.store_audio(message, content)


def add_arriving_message(call: Call, box_id: str | None) -> None:
    """Add one of the messages of behavior `arriving_messages`, to a mailbox or to the first one of the account."""
    vendor = call.vendor
    if box_id is None:
        boxes = (
            one for one in vendor.state.boxes.values() if one["account_id"] == call.account_id and not one["deleted"]
        )
        box = next(boxes, None)
    else:
        box = vendor.state.box(call.account_id, box_id)
    if vendor.behaviors.arriving_messages > 0 and box is not None:
        vendor.behaviors.arriving_messages -= 1
        add_message(vendor, box, 0, vendor.clock.now())
