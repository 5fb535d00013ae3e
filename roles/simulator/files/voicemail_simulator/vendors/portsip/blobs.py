# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads in steps, downloads, and stored files.

See docs/vendors/portsip.md, "Greetings and uploads" and "Downloading recordings".
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...store import Document
from .audio import GREETING_MAXIMUM_BYTES, tone
from .context import Call, Context, created, destroyed, timestamp
from .listing import ListKind
from .refusal import Refusal
from .sessions import Sessions

BASE_PATH = "/api"
FILE_FIELDS = ("id", "name", "size", "media_type", "created_at")
LIST_KIND = ListKind(FILE_FIELDS, searched=("name",))
UPLOAD_SECONDS = 3600
KEY_CHECK_LENGTH = 12


def blob_url(key: str) -> str:
    """Return the download path of a stored content, which starts with /api already."""
    return f"{BASE_PATH}/blobs/{key}"


def message_blob_key(message_id: str) -> str:
    """Return the key of a message's recording. It contains the message's id, so that no index of keys is needed."""
    return hashlib.sha256(f"recording:{message_id}".encode()).hexdigest()[:KEY_CHECK_LENGTH] + message_id


def blob_content(blob: Document) -> bytes:
    """Return the bytes of a stored content."""
    return base64.b64decode(blob["content"])


@dataclass
class Upload:
    """An incomplete upload. It is kept in memory only, and expires."""

    tenant_id: str | None
    name: str
    token: str
    ends_at: float
    content: bytearray = field(default_factory=bytearray)


class Blobs:
    """Handlers of /blobs and /files."""

    def __init__(self, context: Context, sessions: Sessions) -> None:
        self._context = context
        self._state = context.state
        self._sessions = sessions
        self._uploads: dict[str, Upload] = {}

    def reset(self) -> None:
        """Delete all incomplete uploads."""
        self._uploads.clear()

    async def start(self, call: Call) -> Response:
        """Handle `POST /blobs/uploads`."""
        temporary = call.request.query_params.get("temporary", "false")
        if temporary not in ("true", "false"):
            raise self._context.invalid("temporary must be a boolean")
        key = str(uuid.UUID(int=self._context.random.getrandbits(128), version=4))
        name = call.request.query_params.get("filename") or "blob"
        ends_at = self._context.clock.now() + UPLOAD_SECONDS
        self._uploads[key] = Upload(call.identity.tenant_id, name, self._token(), ends_at)
        return self._progress(key, 202)

    async def append(self, call: Call) -> Response:
        """Handle `POST /blobs/uploads/{id}/append`."""
        await self._receive(call)
        self._uploads[call.path("id")].token = self._token()
        return self._progress(call.path("id"), 203)

    async def complete(self, call: Call) -> Response:
        """Handle `POST /blobs/uploads/{id}/complete`: the content becomes a file."""
        upload = await self._receive(call)
        content = bytes(upload.content)
        # The upload ends even when the digest is wrong, because appended content cannot be removed.
        del self._uploads[call.path("id")]
        digest = call.request.query_params.get("digest")
        if digest and digest.rpartition(":")[2].lower() != hashlib.sha256(content).hexdigest():
            raise self._context.invalid("digest does not match the content")
        file_id = self._state.new_id()
        blob_key = base64.urlsafe_b64encode(self._context.random.randbytes(24)).decode()
        self._state.blobs[blob_key] = {
            "file_name": upload.name,
            "content": base64.b64encode(content).decode(),
            "references": 1,
        }
        self._state.files.add(
            {
                "id": file_id,
                "tenant_id": upload.tenant_id,
                "name": upload.name,
                "size": len(content),
                "media_type": "audio/vnd.wave" if content[:4] == b"RIFF" else "application/octet-stream",
                "created_at": timestamp(self._context.clock.now()),
                "blob_key": blob_key,
            }
        )
        return created(file_id)

    async def status(self, call: Call) -> Response:
        """Handle `GET /blobs/uploads/{id}/status`."""
        self._find(call, self._context.missing_read("upload"))
        return self._progress(call.path("id"), 204)

    async def cancel(self, call: Call) -> Response:
        """Handle `POST /blobs/uploads/{id}/destroy`."""
        self._find(call, self._context.missing_destroy("upload"))
        del self._uploads[call.path("id")]
        return destroyed()

    async def download(self, request: Request) -> Response:
        """Handle `GET /blobs/{key}`: a recording or an uploaded file."""
        if self._context.behaviors.blob_access == "private":
            self._sessions.identify(request.headers.get("authorization"))
        key = request.path_params["key"]
        message = self._state.messages.collection.get(key[KEY_CHECK_LENGTH:])
        if message is not None and message_blob_key(message["id"]) == key:
            if self._context.behaviors.download_marks_read:
                self._state.messages.change(message["id"], {"status": "READ"})
            return attachment(tone(message["duration"]), message["file_name"])
        blob = self._state.blobs.get(key)
        if blob is None:
            raise self._context.missing_read("file")
        return attachment(blob_content(blob), blob["file_name"])

    async def list_files(self, call: Call) -> Response:
        """Handle `GET /files`."""
        page = self._context.listing.page(call.request, self._state.files, call.tenant_id, LIST_KIND)
        return self._context.show_page(page, FILE_FIELDS)

    async def read_file(self, call: Call) -> Response:
        """Handle `GET /files/{id}`."""
        file = self._find_file(call, self._context.missing_read("file"))
        return JSONResponse(self._context.show(file, FILE_FIELDS))

    async def destroy_file(self, call: Call) -> Response:
        """Handle `POST /files/{id}/destroy`. Greetings that use the file keep its content."""
        file = self._find_file(call, self._context.missing_destroy("file"))
        self._state.files.remove(file["id"])
        self._state.release_blob(file["blob_key"])
        return destroyed()

    def _find_file(self, call: Call, missing: Refusal) -> Document:
        file = self._state.files.find(call.path("id"), call.tenant_id)
        if file is None:
            raise missing
        return file

    def _find(self, call: Call, missing: Refusal) -> Upload:
        upload = self._uploads.get(call.path("id"))
        if upload is not None and upload.ends_at <= self._context.clock.now():
            del self._uploads[call.path("id")]
            upload = None
        if upload is None or upload.tenant_id != call.identity.tenant_id:
            raise missing
        return upload

    async def _receive(self, call: Call) -> Upload:
        upload = self._find(call, self._context.missing_read("upload"))
        if call.request.headers.get("portsip-upload-token") != upload.token:
            raise self._context.invalid("PortSIP-Upload-Token is not the newest one")
        content = await call.request.body()
        if len(upload.content) + len(content) > GREETING_MAXIMUM_BYTES:
            raise self._context.invalid("the file is larger than 50 MB")
        upload.content += content
        return upload

    def _progress(self, key: str, status: int) -> Response:
        upload = self._uploads[key]
        headers = {
            "PortSIP-Upload-ID": key,
            "PortSIP-Upload-Token": upload.token,
            "Range": f"0-{max(len(upload.content) - 1, 0)}",
        }
        return Response(status_code=status, headers=headers)

    def _token(self) -> str:
        return self._context.random.randbytes(24).hex()


def attachment(content: bytes, name: str) -> Response:
    """Return the reply to a download."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in name
    )
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)
