# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings: download, upload, and a ZIP file of several.

See docs/vendors/kazoo.md, "Uploading a message" and "Downloading recordings".
"""

from __future__ import annotations

import io
import re
import zipfile

from starlette.responses import Response

from ...store import Document
from .bodies import AUDIO_TYPES
from .call import EXPIRES, Call, EmptyReply, Failure, accepts, bad_identifier, invalid
from .media import is_broken_upload
from .message_changes import requested_ids
from .messages import attach, check_retention, find_message, flat_message, local_time

DOWNLOAD_TYPES = ("application/octet-stream", "audio/mpeg")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def file_name(call: Call, message: Document) -> str:
    """Return the name of a download: caller and local time, colons included."""
    metadata = message["metadata"]
    at = local_time(metadata["timestamp"], call.vendor.state.box(call.account_id, message["box_id"]))
    extension = AUDIO_TYPES.get(message["audio"]["content_type"], "bin")
    return f"{metadata['caller_id_number']}_{at:%Y-%m-%d_%H:%M:%S}.{extension}"


def download(call: Call, box_id: str, identifier: str) -> Response:
    """Handle `GET .../raw`. Errors are JSON with the media type of a download."""
    if accepts(call.headers.get("accept"), DOWNLOAD_TYPES) is None:
        raise EmptyReply(406)
    call.error_type = "application/octet-stream"
    message = find_message(call, box_id, identifier)
    if "audio" not in message:
        raise bad_identifier("voicemail message does not have any audio file")
    content = call.vendor.load_audio(message)
    headers = {
        "x-request-id": call.request_id,
        "content-type": message["audio"]["content_type"],
        "content-disposition": f"attachment; filename={file_name(call, message)}",
        "expires": EXPIRES,
    }
    requested = RANGE.fullmatch(call.headers.get("range", "").strip())
    if requested is None or not any(requested.groups()):
        return Response(content, 200, headers)
    if requested[1]:
        first, last = int(requested[1]), min(int(requested[2] or len(content) - 1), len(content) - 1)
    else:
        first, last = max(0, len(content) - int(requested[2])), len(content) - 1
    if first > last:
        # KAZOO crashes where 416 would be right.
        raise EmptyReply(500)
    headers["accept-ranges"] = "bytes"
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers)


def upload(call: Call, box_id: str, identifier: str) -> Response:
    """Handle `PUT .../raw`: replace the recording."""
    message = find_message(call, box_id, identifier)
    check_retention(call, message)
    if not call.parsed:
        raise EmptyReply(415)
    if not call.files:
        raise invalid({"file": {"required": {"message": "Please provide a media file"}}})
    if is_broken_upload(call):
        return Response('{"status":"success"}', 201, media_type="application/json")
    message = attach(call, message)
    return call.created(flat_message(message), identifier, message["rev"])


def download_several(call: Call, box_id: str) -> Response:
    """Handle `POST .../messages/raw`: works only without a Content-Type, because KAZOO does not accept JSON here."""
    if accepts(call.headers.get("accept"), ("application/zip", "application/octet-stream")) is None:
        raise EmptyReply(406)
    call.error_type = "application/zip"
    ids = requested_ids(call)
    if call.content_type not in ("", "application/zip"):
        raise EmptyReply(415)
    state = call.vendor.state
    messages = [state.message(call.account_id, one) for one in ids if isinstance(one, str)]
    found = [one for one in messages if one is not None and one["box_id"] == box_id]
    if not found:
        raise Failure(404, "not_found", {"message": "not found"})
    if any("audio" not in one for one in found):
        raise Failure(500, "init failed", {})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in {file_name(call, one): call.vendor.load_audio(one) for one in found}.items():
            target.writestr(name, content)
    headers = {
        "x-request-id": call.request_id,
        "content-type": "application/zip",
        "content-disposition": f"attachment; filename={call.request_id}.zip",
    }
    return Response(archive.getvalue(), 200, headers)
