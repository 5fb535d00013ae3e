# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of messages, one or many: folders, moves, copies, deletions (docs/vendors/kazoo.md, "Messages")."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ...store import Document
from .call import Call, bad_identifier, invalid
from .mailboxes import breaks_deletion
from .messages import (
    address,
    check_retention,
    find_message,
    flat_message,
    local_time,
    message_name,
    public_message,
)

FOLDERS = ("new", "saved", "deleted")


def requested_folder(call: Call) -> str:
    """Return the requested folder, `saved` where it is missing or unknown."""
    folder = call.value("folder")
    return folder if folder in FOLDERS else "saved"


def set_folder(call: Call, message: Document, folder: str) -> Document:
    """Move a message to a folder. From the folder `deleted` it can be restored."""
    return call.vendor.state.save_message(message, metadata={**message["metadata"], "folder": folder})


def find_box(call: Call, box_id: Any) -> Document:
    """Return a box of the account. Raises Failure."""
    box = call.vendor.state.box(call.account_id, box_id) if isinstance(box_id, str) else None
    if box is None:
        raise bad_identifier(box_id)
    return box


def destinations(call: Call, source: Any) -> list[Document]:
    """Return the target mailboxes of a move or copy. Raises Failure."""
    if source in ("", []):
        raise invalid({"source_id": {"required": {"message": "empty source_id"}}})
    return [find_box(call, one) for one in (source if isinstance(source, list) else [source])]


def change_message(call: Call, box_id: str, identifier: str) -> Response:
    """Handle `POST .../messages/{MSG}`: change the folder, move (`source_id` is text) or copy (it is a list)."""
    message = find_message(call, box_id, identifier)
    check_retention(call, message)
    source = call.data.get("source_id") if isinstance(call.data, dict) else None
    if source is None:
        return call.reply(flat_message(set_folder(call, message, requested_folder(call))))
    boxes = destinations(call, source)
    if isinstance(source, list):
        return call.reply(copy_to(call, [message], boxes), revision=boxes[-1]["rev"])
    moved = move(call, message, boxes[0])
    return call.reply(private_message(call, moved, message["name"]), revision=boxes[0]["rev"])


def duplicate(call: Call, message: Document, box: Document) -> Document:
    """Store a copy of a message in a mailbox, with a new id, time and folder. The call id stays."""
    state = call.vendor.state
    now = call.now()
    identifier = call.vendor.month(now) + call.vendor.new_id()
    realm = state.accounts[call.account_id]["realm"]
    to = address(box["public"]["mailbox"], realm, "to")["to"]
    metadata = {**message["metadata"], "media_id": identifier, "timestamp": now, "to": to, "folder": "new"}
    document = {
        **message,
        "id": identifier,
        "box_id": box["id"],
        "rev": None,
        "name": message_name(box, message["metadata"]["timestamp"]),
        "utc_seconds": now,
        "metadata": metadata,
        "history": [*message.get("history", ()), message["box_id"]],
    }
    key, old_key = f"{call.account_id}/{identifier}", f"{call.account_id}/{message['id']}"
    if old_key in state.audio:
        state.audio[key] = state.audio[old_key]
    return state.save_message(document)


def move(call: Call, message: Document, box: Document) -> Document:
    """Move a message: a new document replaces the old one."""
    moved = duplicate(call, message, box)
    call.vendor.state.erase_message(message)
    return moved


def copy_to(call: Call, messages: list[Document], boxes: list[Document]) -> dict[str, Any]:
    """Copy messages to mailboxes and return the new ids in reverse order."""
    made = [duplicate(call, message, box)["id"] for message in messages for box in boxes]
    return {"succeeded": made[::-1]} if made else {}


def private_message(call: Call, message: Document, old_name: str) -> dict[str, Any]:
    """Return the whole document, private keys included, as a move returns it."""
    account = call.account_id
    at = local_time(message["metadata"]["timestamp"], None)
    assert call.claims is not None
    public = public_message(message)
    public.pop("id")
    document = {
        "_id": message["id"],
        "_rev": message["rev"],
        **public,
        "pvt_account_id": account,
        "pvt_account_db": f"account%2F{account[:2]}%2F{account[2:4]}%2F{account[4:]}-{at:%Y%m}",
        "pvt_created": message["created"],
        "pvt_modified": message["modified"],
        "pvt_type": "mailbox_message",
        "pvt_node": "kazoo_apps@127.0.0.1",
        "pvt_document_hash": call.vendor.new_id(),
        "pvt_vsn": "1",
        "pvt_request_id": call.request_id,
        "pvt_auth_user_id": call.claims.get("owner_id"),
        "pvt_auth_account_id": call.claims["account_id"],
        "pvt_is_authenticated": True,
        "pvt_alphanum_name": "".join(one for one in old_name.lower() if one.isalnum()),
        "history": message["history"],
    }
    if "audio" in message:
        document["_attachments"] = {"audio": {"content_type": message["audio"]["content_type"], "stub": True}}
    return document


def bulk_result(call: Call, succeeded: list[str], failed: dict[str, str]) -> dict[str, Any]:
    """Return the result of a bulk change, without empty parts."""
    outcome: dict[str, Any] = {}
    if succeeded:
        outcome["succeeded"] = succeeded
    if failed:
        as_object = call.vendor.behaviors.failed_shape == "object"
        outcome["failed"] = failed if as_object else [{one: reason} for one, reason in failed.items()]
    return outcome


def requested_ids(call: Call) -> list[Any]:
    """Return the ids of a bulk change. Raises Failure."""
    ids = call.data.get("messages") if isinstance(call.data, dict) else None
    if not isinstance(ids, list) or not ids:
        raise invalid({"messages": {"required": {"message": "No array of message ids are specified"}}})
    return ids


def change_messages(call: Call, box_id: str) -> Response:
    """Handle `POST .../messages`: change any message of the account, whatever mailbox is in the path."""
    ids = requested_ids(call)
    box = find_box(call, box_id)
    source = call.data.get("source_id")
    boxes: list[Document] = []
    if isinstance(source, list):
        boxes = destinations(call, source)
    elif source is not None:
        target = call.vendor.state.box(call.account_id, source)
        if target is None:
            # KAZOO checks the targets of copies only. A move to an unknown mailbox crashes.
            call.crash()
            return call.reply(call.vendor.public_box(box), revision=box["rev"])
        boxes = [target]
    succeeded: list[Any] = []
    failed: dict[str, str] = {}
    for one in ids:
        message = call.vendor.state.message(call.account_id, one) if isinstance(one, str) else None
        if message is None:
            failed[str(one)] = "not_found"
        elif not call.vendor.inside_retention([message]):
            failed[one] = "prior_to_retention_duration"
        elif source is None:
            succeeded.append(set_folder(call, message, requested_folder(call))["id"])
        elif isinstance(source, list):
            succeeded = copy_to(call, [message], boxes).get("succeeded", []) + succeeded
        else:
            succeeded.insert(0, move(call, message, boxes[0])["id"])
    return call.reply(bulk_result(call, succeeded, failed), revision=box["rev"])


def delete_message(call: Call, box_id: str, identifier: str) -> Response:
    """Handle `DELETE .../messages/{MSG}`."""
    message = find_message(call, box_id, identifier)
    call.check_if_match(message["rev"])
    if breaks_deletion(message):
        call.crash()
        data = {**public_message(message), "_read_only": {"deleted": True}}
        return call.reply(data, revision=message["rev"])
    deleted = soft_delete(call, message)
    return call.reply(deleted["metadata"], revision=message["rev"])


def soft_delete(call: Call, message: Document) -> Document:
    """Delete a message as far as the API can."""
    metadata = {**message["metadata"], "folder": "deleted"}
    return call.vendor.state.save_message(message, deleted=True, metadata=metadata)


def selected_messages(call: Call, box_id: str) -> list[Document]:
    """Return the messages of a bulk deletion: by ids, otherwise by folder, otherwise all in the mailbox."""
    messages = call.vendor.inside_retention(call.vendor.state.messages_of(call.account_id, box_id))
    ids = call.data.get("messages") if isinstance(call.data, dict) else None
    if isinstance(ids, list):
        return [one for one in messages if one["id"] in ids]
    folder = call.value("folder")
    if folder in FOLDERS:
        return [one for one in messages if one["metadata"]["folder"] == folder]
    return messages


def delete_messages(call: Call, box_id: str) -> Response:
    """Handle `DELETE .../messages`. Ids that are not in the mailbox are ignored."""
    chosen = selected_messages(call, box_id)
    # For an unknown mailbox KAZOO M returns an empty list, for one without messages an empty object.
    if call.vendor.state.box(call.account_id, box_id) is None:
        return call.reply([] if call.profile == "M" else {})
    if any(map(breaks_deletion, chosen)):
        call.crash()
        return call.reply([one["id"] for one in chosen])
    return call.reply(bulk_result(call, [soft_delete(call, one)["id"] for one in chosen], {}))
