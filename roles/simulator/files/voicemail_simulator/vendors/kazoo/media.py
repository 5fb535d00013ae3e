# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Media: documents with a recording each (docs/vendors/kazoo_media.md, "Media")."""

from __future__ import annotations

import base64
import io
import wave
import zlib
from typing import Any

from starlette.responses import Response

from ...mp3 import tone
from ...store import Document
from .bodies import AUDIO_TYPES
from .call import EXPIRES, Call, EmptyReply, accepts, bad_identifier, invalid
from .documents import delete_document, find_document, list_documents, reply_document
from .mailboxes import drop_private, object_of
from .schema import MEDIA
from .validation import Errors, check

CONTENT_TYPES = tuple(kind for kind in AUDIO_TYPES if kind.startswith("audio/"))
#: Bytes of a second of an MP3 file, to guess the length of one that the server converts.
MP3_BYTES_PER_SECOND = 1000


def list_media(call: Call) -> Response:
    """Handle `GET /media`."""
    return list_documents(call, call.vendor.state.media, summary)


def summary(media: Document) -> dict[str, Any]:
    """Return one item of the list."""
    public = media["public"]
    return {
        "id": media["id"],
        "name": public["name"],
        "media_source": public["media_source"],
        "language": str(public.get("language", "")).lower(),
        "is_prompt": "prompt_id" in public,
    }


def create_media(call: Call) -> Response:
    """Handle `PUT /media`: the document, without a recording."""
    public = validated(call, drop_private(object_of(call)))
    if "if-match" in call.headers:
        raise EmptyReply(412)
    state = call.vendor.state
    return reply_document(call, state.save_document(state.media, call.account_id, call.vendor.new_id(), public), 201)


def validated(call: Call, public: dict[str, Any]) -> dict[str, Any]:
    """Check a whole document and return it with its defaults. Raises Failure."""
    errors: Errors = {}
    checked = check(MEDIA, public, errors, strict=call.vendor.behaviors.strict_schema)
    if errors:
        raise invalid(errors)
    found: dict[str, Any] = checked
    return found


def read_media(call: Call, media_id: str) -> Response:
    """Handle `GET /media/{ID}`."""
    media = find_document(call, call.vendor.state.media, media_id)
    call.check_if_match(media["rev"])
    return reply_document(call, media)


def replace_media(call: Call, media_id: str) -> Response:
    """Handle `POST /media/{ID}`: replace the document, or the recording where the body is one."""
    if call.files:
        return upload_media(call, media_id)
    state = call.vendor.state
    public = validated(call, drop_private(object_of(call)))
    media = find_document(call, state.media, media_id)
    call.check_if_match(media["rev"])
    return reply_document(call, state.save_document(state.media, call.account_id, media_id, public))


def delete_media(call: Call, media_id: str) -> Response:
    """Handle `DELETE /media/{ID}`. Mailboxes that use it are not changed."""
    return delete_document(call, call.vendor.state.media, media_id)


def upload_media(call: Call, media_id: str) -> Response:
    """Handle `POST /media/{ID}/raw`: replace the recording."""
    if call.content_type not in CONTENT_TYPES and not call.content_type.startswith("multipart/"):
        raise EmptyReply(415)
    if not call.files:
        raise invalid({"file": {"required": {"message": "Please provide an media file"}}})
    if len(call.files) > 1:
        raise invalid({"file": {"maxItems": {"message": "Please provide a single media file"}}})
    state = call.vendor.state
    media = find_document(call, state.media, media_id)
    call.check_if_match(media["rev"])
    if is_broken_upload(call):
        return Response('{"status":"success"}', 200, media_type="application/json")
    kind, content, name = call.files[0]
    if call.vendor.behaviors.normalize_media:
        kind, content = "audio/mp3", converted(content)
    attachment = {
        "content_type": kind,
        "name": call.query.get("filename") or name or f"uploaded_file_{call.now()}.{AUDIO_TYPES.get(kind, 'bin')}",
        "base64": base64.b64encode(content).decode(),
    }
    public = {**media["public"], "content_type": kind, "content_length": len(content), "media_source": "upload"}
    saved = state.save_document(state.media, call.account_id, media_id, public, attachment=attachment)
    return reply_document(call, saved)


def is_broken_upload(call: Call) -> bool:
    """Check whether this upload is lost behind a success, and count it (behavior `broken_uploads`)."""
    left = call.vendor.behaviors.broken_uploads
    if left > 0:
        call.vendor.behaviors.broken_uploads = left - 1
    return left > 0


def converted(content: bytes) -> bytes:
    """Return an MP3 file of the length of a recording, another one for each content."""
    try:
        with wave.open(io.BytesIO(content)) as audio:
            seconds = audio.getnframes() / audio.getframerate()
    except (wave.Error, EOFError):
        seconds = len(content) / MP3_BYTES_PER_SECOND
    return tone(seconds, 200 + zlib.crc32(content) % 3000)


def download_media(call: Call, media_id: str) -> Response:
    """Handle `GET /media/{ID}/raw`."""
    media = find_document(call, call.vendor.state.media, media_id)
    attachment = media.get("attachment")
    if attachment is None:
        raise bad_identifier(media_id)
    if accepts(call.headers.get("accept"), (attachment["content_type"],)) is None:
        raise EmptyReply(406)
    headers = {
        "x-request-id": call.request_id,
        "content-type": attachment["content_type"],
        "content-disposition": f"attachment; filename={attachment['name']}",
        "expires": EXPIRES,
    }
    return Response(base64.b64decode(attachment["base64"]), 200, headers)
