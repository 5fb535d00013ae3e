# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new simulator holds: accounts, their users, boxes and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...store import Document
from .call import GREGORIAN_OFFSET
from .login import digest
from .messages import address, message_name
from .schema import mailbox_schema
from .tones import recording
from .validation import Errors, check

if TYPE_CHECKING:
    from .call import Call
    from .vendor import KazooFace

FIRST_NUMBER = 1000
CALLERS = (("Ada Example", "2015550101"), ("Ben Example", "2015550102"), ("Cleo Example", "2015550103"))
HOUR = 3600
#: After so many, the recordings come again.
RECORDINGS = 12


def seed(face: KazooFace, mailboxes: int, messages: int) -> None:
    """Fill an empty store; boxes and messages go to the first sub-account."""
    add_account(face, face.MASTER_ID, "master", None, face.MASTER_API_KEY)
    add_account(face, face.ACCOUNT_ID, "accountone", face.MASTER_ID, face.API_KEY)
    add_account(face, face.OTHER_ACCOUNT_ID, "accounttwo", face.MASTER_ID, face.OTHER_API_KEY)
    add_user(face, face.MASTER_ID, face.new_id(), face.USERNAME, "admin")
    add_user(face, face.ACCOUNT_ID, face.USER_ID, face.USERNAME, "admin")
    add_user(face, face.ACCOUNT_ID, face.PLAIN_USER_ID, "plain", "user")
    add_user(face, face.OTHER_ACCOUNT_ID, face.new_id(), face.USERNAME, "admin")
    for position in range(mailboxes):
        box = add_box(face, position)
        for number in range(messages):
            add_message(face, box, number)
    add_customers(face)


def add_customers(face: KazooFace) -> None:
    """The accounts of a reseller: every fourth is a branch of the one before it."""
    parent_id = face.OTHER_ACCOUNT_ID
    for number in range(1, face.knobs.customers + 1):
        name, account_id = f"customer{number:03d}", face.new_id()
        above = parent_id if number % 4 == 0 else face.OTHER_ACCOUNT_ID
        add_account(face, account_id, name, above, f"simulator-api-key-{name}".ljust(64, "0"))
        add_user(face, account_id, face.new_id(), face.USERNAME, "admin")
        parent_id = account_id


def add_account(face: KazooFace, account_id: str, name: str, parent_id: str | None, api_key: str) -> None:
    """One account."""
    face.state.accounts[account_id] = {
        "id": account_id,
        "name": name,
        "realm": f"{name}.example.com",
        "parent_id": parent_id,
        "api_key": api_key,
        "phone_numbers": [],
    }


def add_user(face: KazooFace, account_id: str, user_id: str, username: str, priv_level: str) -> None:
    """One user; only hashes of the password are kept."""
    face.state.users[user_id] = {
        "id": user_id,
        "account_id": account_id,
        "username": username,
        "first_name": username.capitalize(),
        "last_name": "Example",
        "email": f"{username}@example.com",
        "priv_level": priv_level,
        "md5": digest("md5", username, face.PASSWORD),
        "sha": digest("sha", username, face.PASSWORD),
    }


def add_box(face: KazooFace, position: int) -> Document:
    """One box with a PIN and an address."""
    number = str(FIRST_NUMBER + position)
    data: dict[str, Any] = {
        "name": f"Mailbox {number}",
        "mailbox": number,
        "pin": f"{position % 10000:04d}",
        "timezone": "Europe/Berlin",
        "notify_email_addresses": [f"mailbox{number}@example.com"],
    }
    errors: Errors = {}
    public = check(mailbox_schema(face.knobs.profile, face.knobs.max_pin_length), data, errors, strict=True)
    return face.state.save_box(face.ACCOUNT_ID, face.new_id(), public)


def add_message(face: KazooFace, box: Document, number: int, moment: float | None = None) -> None:
    """One message with a recording; the newest is an hour old, every second one was heard, every third was transcribed.

    `moment` is when it was left, in Unix seconds.
    """
    moment = face.clock.now() - (number + 1) * HOUR if moment is None else moment
    timestamp = int(moment) + GREGORIAN_OFFSET
    identifier = face.month(timestamp) + face.new_id()
    name, caller = CALLERS[number % len(CALLERS)]
    content_type, content = recording(number % RECORDINGS)
    transcription = {"transcription": {"result": "success", "text": f"This is {name}."}} if number % 3 == 2 else {}
    message = face.state.save_message(
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
                "call_id": face.new_id()[:24],
                "caller_id_name": name,
                "caller_id_number": caller,
                **address(caller, face.REALM, "from"),
                "length": 250,
                "timestamp": timestamp,
                **address(box["public"]["mailbox"], face.REALM, "to"),
                "folder": "saved" if number % 2 else "new",
            },
        }
    )
    face.store_audio(message, content)


def leave_message(call: Call, box_id: str | None) -> None:
    """Leave one of the messages that knob `arriving_messages` promises, in a box or in the first of the account."""
    face = call.face
    if box_id is None:
        boxes = (
            one for one in face.state.boxes.values() if one["account_id"] == call.account_id and not one["deleted"]
        )
        box = next(boxes, None)
    else:
        box = face.state.box(call.account_id, box_id)
    if face.knobs.arriving_messages > 0 and box is not None:
        face.knobs.arriving_messages -= 1
        add_message(face, box, 0, face.clock.now())
