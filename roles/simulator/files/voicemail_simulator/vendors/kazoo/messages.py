# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages: lists, one message, create (docs/vendors/kazoo.md, "Messages")."""

from __future__ import annotations

import bisect
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from ...store import Document
from . import start_keys
from .call import Call, EmptyReply, bad_identifier, invalid
from .filters import query_test, value_at
from .mailboxes import object_of
from .media import is_broken_upload
from .paging import Page, View, list_reply
from .schema import MESSAGE
from .state import GREGORIAN_OFFSET
from .validation import Errors, check

MAXIMUM_RANGE = 2_682_000
DEFAULT_ZONE = "America/Los_Angeles"
LIST_FIELDS = (
    "timestamp",
    "from",
    "to",
    "caller_id_number",
    "caller_id_name",
    "call_id",
    "folder",
    "length",
    "media_id",
)


def zone_of(box: Document | None) -> tzinfo:
    """Return the time zone of a mailbox, or the default for an unknown name. Without zone data it is UTC."""
    name = box["public"].get("timezone") if box else None
    for candidate in (name, DEFAULT_ZONE):
        try:
            return ZoneInfo(candidate or DEFAULT_ZONE)
        except (KeyError, ValueError, OSError):
            continue
    return UTC


def local_time(timestamp: int, box: Document | None) -> datetime:
    """Return a Gregorian second in the time zone of the box."""
    return datetime.fromtimestamp(timestamp - GREGORIAN_OFFSET, zone_of(box))


def message_name(box: Document, timestamp: int) -> str:
    """Return the name of a message document. Its date and time have no leading zeros."""
    at = local_time(timestamp, box)
    moment = f"{at.year}-{at.month}-{at.day} {at.hour}:{at.minute}:{at.second}"
    return f"mailbox {box['public']['mailbox']} message {moment}"


def address(user: str, realm: str, side: str) -> dict[str, str]:
    """Return the three keys of `from` or `to`. The realm is appended even where the user part already has one."""
    full = f"{user}@{realm}"
    first, _at, rest = full.partition("@")
    return {side: full, f"{side}_user": first, f"{side}_realm": rest}


def list_item(call: Call, message: Document) -> dict[str, Any]:
    """Return one item of a list. Messages older than the retention are shown as deleted."""
    metadata = message["metadata"]
    item = {name: metadata[name] for name in LIST_FIELDS}
    if message.get("transcription"):
        item["transcribed"] = True
    if metadata["timestamp"] < call.now() - call.vendor.retention():
        note = "the message is older than the retention period"
        item.update(folder="deleted", retention="enforced", retention_message=note)
    return item


def public_message(message: Document) -> dict[str, Any]:
    """Return the public document of a message, as creating one without a file returns it."""
    return {
        "name": message["name"],
        "description": "voicemail message with media",
        "source_type": "voicemail",
        "source_id": message["box_id"],
        "media_source": "recording",
        "streamable": True,
        "utc_seconds": message["utc_seconds"],
        "metadata": message["metadata"],
        "id": message["id"],
    }


def flat_message(message: Document) -> dict[str, Any]:
    """Return the metadata of a message, with its transcription."""
    if message.get("transcription"):
        return {**message["metadata"], "transcription": message["transcription"]}
    return message["metadata"]


def find_message(call: Call, box_id: str, identifier: str) -> Document:
    """Return a message of this box. Raises Failure."""
    message = call.vendor.state.message(call.account_id, identifier)
    if message is None or message["box_id"] != box_id:
        raise bad_identifier(identifier)
    return message


def time_range(call: Call) -> tuple[int, int]:
    """Return the requested range of timestamps, both ends included. Raises Failure."""
    bounds = {}
    for name in ("created_from", "created_to"):
        text = call.query.get(name)
        bounds[name] = int(text) if text is not None and text.lstrip("-").isdigit() else None
    end = bounds["created_to"] if bounds["created_to"] is not None else call.now()
    start = bounds["created_from"]
    if start is None:
        return end - call.vendor.retention(), end
    if end < start:
        message = f"created_to {end} is before created_from {start}"
        raise invalid({"created_from": {"date_range": {"message": message, "cause": start}}})
    if end - start > MAXIMUM_RANGE:
        message = f"created_to {end} is more than {MAXIMUM_RANGE} seconds from created_from {start}"
        raise invalid({"created_from": {"date_range": {"message": message, "cause": end}}})
    return start, end


def matches_nothing(_item: object) -> bool:
    """Reject every item."""
    return False


def list_messages(call: Call, box_id: str | None) -> Response:
    """Handle `GET .../messages` of a box, which may be unknown, or of all boxes of the account."""
    page = Page.of(call)
    start, end = time_range(call)
    test = query_test(call, value_at, times=False)
    if call.profile == "5" and any(name.startswith("filter_any_") for name in call.query):
        # KAZOO 5 inserts its key prefix in the wrong position, so that the filter never matches.
        test = matches_nothing
    rows = [
        message
        for message in call.vendor.state.messages_of(call.account_id, box_id)
        if start <= message["metadata"]["timestamp"] <= end
    ]
    keys: dict[str, Any] = {}
    if page.size is not None:
        first = end if page.start is None else key_time(start_keys.decode(page.start), end)
        view = View(
            rows,
            lambda message: message["metadata"]["timestamp"],
            lambda key: bisect.bisect_left(rows, -key, key=lambda message: -message["metadata"]["timestamp"]),
            None if test is None else lambda message: test(list_item(call, message)),
        )
        rows, following = view.page(page.size, first)
        if following is not None:
            keys["next_start_key"] = edge_key(box_id, following)
        keys.update(page_size=len(rows), start_key=edge_key(box_id, first))
    elif test is not None:
        rows = [message for message in rows if test(list_item(call, message))]
    items = ((message["box_id"], list_item(call, message)) for message in rows)
    return list_reply(call, [item if box_id is not None else {owner: item} for owner, item in items], keys)


def edge_key(box_id: str | None, timestamp: int) -> str:
    """Return the paging key of the first item of a page."""
    return start_keys.encode([box_id, timestamp] if box_id is not None else [timestamp, {}])


def key_time(key: Any, default: int) -> int:
    """Return the timestamp in a paging key."""
    numbers = [one for one in key if isinstance(one, int)] if isinstance(key, list) else []
    return numbers[0] if numbers else default


def read_message(call: Call, box_id: str, identifier: str) -> Response:
    """Handle `GET .../messages/{MSG}`."""
    return call.reply(flat_message(find_message(call, box_id, identifier)))


def create_message(call: Call, box_id: str) -> Response:
    """Handle `PUT .../messages`: return the metadata with a file, the document without one."""
    state = call.vendor.state
    box = state.box(call.account_id, box_id)
    if box is None:
        raise bad_identifier(box_id)
    errors: Errors = {}
    data = check(MESSAGE, object_of(call), errors, strict=call.vendor.behaviors.strict_schema)
    if len(call.files) > 1:
        errors["file"] = {"maxItems": {"message": "please provide a single media file", "target": 1}}
    if errors:
        raise invalid(errors)
    if "if-match" in call.headers:
        raise EmptyReply(412)
    if call.files and is_broken_upload(call):
        return Response('{"status":"success"}', 201, media_type="application/json")
    message = new_message(call, box, data)
    if call.files:
        message = attach(call, message)
        return call.created(flat_message(message), message["id"], message["rev"])
    return call.created(public_message(message), message["id"], message["rev"])


def new_message(call: Call, box: Document, data: dict[str, Any]) -> Document:
    """Store a message without audio."""
    realm = call.vendor.state.accounts[call.account_id]["realm"]
    timestamp = data.get("timestamp", call.now())
    identifier = call.vendor.month(timestamp) + call.vendor.new_id()
    number = data.get("caller_id_number", "anonymous")
    metadata = {
        "media_id": identifier,
        "call_id": data.get("call_id") or call.vendor.new_id()[:24],
        "caller_id_name": data.get("caller_id_name", "anonymous"),
        "caller_id_number": number,
        **address(data.get("from", number), realm, "from"),
        "length": data.get("length", 1),
        "timestamp": timestamp,
        **address(data.get("to", box["public"]["mailbox"]), realm, "to"),
        "folder": data.get("folder", "new"),
    }
    document = {
        "id": identifier,
        "account_id": call.account_id,
        "box_id": box["id"],
        "created": call.now(),
        "deleted": False,
        "name": message_name(box, timestamp),
        "utc_seconds": timestamp,
        "metadata": metadata,
    }
    return call.vendor.state.save_message(document)


def attach(call: Call, message: Document) -> Document:
    """Store the uploaded file as the recording of a message, and return the message."""
    kind, content, name = call.files[0]
    replaced = "audio" in message
    stored = {"content_type": kind, "filename": call.query.get("filename") or name}
    call.vendor.store_audio(message, content)
    # KAZOO first removes an existing recording, which creates another revision.
    return call.vendor.state.save_message(message, audio=stored, steps=2 if replaced else 1)


def check_retention(call: Call, message: Document) -> None:
    """Raise Failure for a message that is too old to change."""
    limit = call.now() - call.vendor.retention()
    timestamp = message["metadata"]["timestamp"]
    if timestamp < limit:
        note = "cannot make changes to messages prior to the retention window"
        raise invalid({message["id"]: {"date_range": {"message": note, "cause": timestamp}}})
