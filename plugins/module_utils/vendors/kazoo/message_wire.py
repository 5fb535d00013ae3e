# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert KAZOO's messages, folders and times (docs/vendors/kazoo.md, "Messages" and "Times and units")."""

from __future__ import annotations

import datetime
import json
import secrets
import typing as t

from ...errors import not_understood
from ...model.message import Message, Selection, Status, Transcription
from ...model.operation import Operation
from ..messages import Upload
from ..replies import (
    GREGORIAN_OFFSET,
    duration_ms,
    expect_list,
    expect_object,
    identifier_in,
    optional_text,
    time_of,
)
from .media import upload_name
from .session import ADDRESS_HINT

#: The longest allowed time range: 31 days, minus an hour for clocks that differ.
LONGEST_WINDOW = 31 * 86400
FOLDERS = {Status.UNREAD: "new", Status.READ: "saved", Status.DELETED: "deleted"}
_STATUSES = {folder: status for status, folder in FOLDERS.items()}


def gregorian(moment: datetime.datetime) -> int:
    """Return a time as KAZOO counts seconds."""
    return int(moment.timestamp() // 1) + GREGORIAN_OFFSET


def windows(selection: Selection) -> list[dict[str, str]]:
    """Return the time ranges to list: all that KAZOO keeps, or from a start on in ranges of the allowed length.

    The last range is open, so that it includes messages which arrive meanwhile.
    """
    if selection.newer_than is None:
        # A range without a start would reach further back than KAZOO keeps messages.
        return [{}]
    start = gregorian(selection.newer_than)
    now = gregorian(datetime.datetime.now(datetime.UTC))
    end = now if selection.older_than is None else min(now, gregorian(selection.older_than))
    found: list[dict[str, str]] = []
    if start > end:
        return found
    while end - start > LONGEST_WINDOW:
        found.append({"created_from": str(start), "created_to": str(start + LONGEST_WINDOW)})
        start += LONGEST_WINDOW + 1
    last = {"created_from": str(start)}
    found.append(last if end == now else {**last, "created_to": str(end)})
    return found


def filters(selection: Selection) -> dict[str, str]:
    """Return the filters that KAZOO can apply. Messages shown as deleted may be stored in another folder."""
    found = {}
    if selection.status in (Status.UNREAD, Status.READ):
        found["filter_folder"] = FOLDERS[selection.status]
    if len(selection.call_ids) == 1:
        found["filter_call_id"] = next(iter(selection.call_ids))
    return found


def with_box_id(native: t.Any, box_id: str | None) -> tuple[str, dict[str, t.Any]]:
    """Return the box id and the message of a list entry. Not every list contains the box.

    See docs/vendors/kazoo.md, "Listing messages".
    """
    if isinstance(native, dict) and len(native) == 1:
        ((owner, inner),) = native.items()
        if isinstance(inner, dict) and identifier_in(inner, "media_id"):
            return str(owner), inner
    if box_id is not None and isinstance(native, dict) and identifier_in(native, "media_id"):
        return box_id, native
    raise not_understood(
        Operation("list", "messages"), "expected a list of messages, each with its media_id", ADDRESS_HINT
    )


def message_of(native: t.Mapping[str, t.Any], box_id: str, number: str | None, address: str) -> Message:
    """Return a listed message.

    :param number: number of its box; None if the box is gone.
    :param address: address of the account.
    """
    identifier = str(native["media_id"])
    folder = native.get("folder")
    return Message(
        id=identifier,
        mailbox=number,
        mailbox_id=box_id,
        caller_name=optional_text(native.get("caller_id_name")),
        caller_number=optional_text(native.get("caller_id_number")),
        received_at=time_of(native.get("timestamp")),
        duration_ms=duration_ms(native.get("length")),
        status=_STATUSES.get(str(folder)),
        folder=optional_text(folder),
        call_id=optional_text(native.get("call_id")),
        audio_url=f"{address}/vmboxes/{box_id}/messages/{identifier}/raw",
        transcription=Transcription(status="transcribed") if native.get("transcribed") is True else None,
        native=native,
    )


def is_stuck(message: Message) -> bool:
    """Check whether the sender or recipient has two @, which prevents KAZOO before 5 from deleting the message.

    See docs/vendors/kazoo.md, "Deletions that delete nothing".
    """
    return any(str(message.native.get(side, "")).count("@") > 1 for side in ("from", "to"))


def bulk_result(data: t.Any, operation: Operation) -> tuple[list[str], dict[str, str]]:
    """Return the ids that succeeded, and the reasons of those that failed by id, from any form of the reply.

    See docs/vendors/kazoo.md, "Changing many messages".

    :param operation: what is attempted, for errors.
    :raises TransportError: when the reply is none of the shapes.
    """
    data = expect_object(data, operation, "the result of each message", ADDRESS_HINT)
    # Empty parts are omitted.
    unsuccessful = data.get("failed", {})
    parts = unsuccessful if isinstance(unsuccessful, list) else [unsuccessful]
    failed: dict[str, str] = {}
    for part in parts:
        reasons = expect_object(part, operation, "the reasons of failures")
        failed.update({str(key): str(reason) for key, reason in reasons.items()})
    succeeded = expect_list(data.get("succeeded", []), operation, "the messages that succeeded")
    return [str(one) for one in succeeded], failed


def id_of(data: t.Any) -> str | None:
    """Return the id of a message from any form of a reply.

    See docs/vendors/kazoo.md, "Moving and copying" and "Uploading a message".
    """
    if not isinstance(data, dict):
        return None
    metadata = data.get("metadata")
    inner = metadata.get("media_id") if isinstance(metadata, dict) else None
    found = inner or data.get("media_id") or data.get("_id")
    return str(found) if found else None


def multipart(upload: Upload) -> tuple[bytes, str]:
    """Return body and content type of an upload: the envelope, then the recording."""
    number = upload.caller_number
    data: dict[str, t.Any] = {
        "call_id": upload.call_id,
        "caller_id_name": upload.caller_name,
        "caller_id_number": number,
        # KAZOO appends the realm. If the address had one already, the message could never be deleted.
        "from": number.partition("@")[0] if number else None,
        "length": upload.duration_ms,
    }
    envelope = json.dumps({"data": {key: value for key, value in data.items() if value is not None}})
    boundary = secrets.token_hex(16)
    name = upload_name(upload.file_name)
    parts = (
        f"--{boundary}\r\nContent-Type: application/json\r\n\r\n{envelope}\r\n".encode(),
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {upload.content_type}\r\n\r\n"
        ).encode(),
        upload.audio,
        f"\r\n--{boundary}--\r\n".encode(),
    )
    return b"".join(parts), f"multipart/mixed; boundary={boundary}"
