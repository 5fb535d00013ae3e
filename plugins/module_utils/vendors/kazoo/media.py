# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage KAZOO's media: documents with one recording each (docs/vendors/kazoo_media.md, "Media")."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError, VoicemailError, not_understood
from ...model.operation import Operation
from ...transport.client import Reply, Stream
from ..replies import expect_header_text, expect_object, expect_text
from .paging import identity, read_all
from .session import ADDRESS_HINT, Envelope, KazooSession, refusal


@dataclasses.dataclass(frozen=True)
class Media:
    """A media document.

    :param revision: revision that a replacement or deletion must match.
    """

    id: str
    name: str
    revision: str
    native: t.Mapping[str, t.Any] = dataclasses.field(repr=False)


class KazooMedia:
    """The media of one account."""

    def __init__(self, session: KazooSession) -> None:
        self._session = session

    def list(self, parameters: t.Mapping[str, str]) -> t.Sequence[dict[str, t.Any]]:
        """Return the summaries of all media that match the filters."""
        return list(read_all(self._session, "/media", Operation("list", "media"), "media", parameters))

    def read(self, media_id: str) -> Media | None:
        """Return a media document, or None if this account has none with this id."""
        operation = Operation("read", "media", media_id)
        try:
            envelope = self._session.call("GET", _path(media_id), operation)
        except NotFoundError:
            return None
        return _media(envelope, operation, media_id)

    def create(self, data: t.Mapping[str, t.Any]) -> str:
        """Create a media document without a recording and return its id. Sent only once."""
        operation = Operation("create", "media", data["name"])
        return _media(self._session.call("PUT", "/media", operation, json={"data": dict(data)}), operation).id

    def replace(self, media: Media, data: t.Mapping[str, t.Any]) -> None:
        """Replace the keys of a media document in the revision that was read; its recording stays."""
        operation = Operation("update", "media", media.name)
        self._session.call("POST", _path(media.id), operation, json={"data": dict(data)}, headers=_only(media))

    def upload(self, media_id: str, content: bytes, content_type: str, file_name: str) -> None:
        """Store a recording in a media document. Safe to repeat.

        :raises RejectedError: if KAZOO reports success without the document and therefore stored nothing.
        """
        operation = Operation("upload", name=file_name)
        name = upload_name(file_name) or "greeting"
        path = f"{_path(media_id)}/raw?{urllib.parse.urlencode({'filename': name})}"
        headers = {"Content-Type": content_type}
        envelope = self._session.call("POST", path, operation, headers=headers, content=content, repeatable=True)
        if not isinstance(envelope.data, dict) or envelope.data.get("id") != media_id:
            raise RejectedError(
                "KAZOO reported success without the media document",
                "Check the logs of the server: one of its modules may be missing",
                operation=operation,
            )

    def delete(self, media: Media) -> None:
        """Delete a media document in the revision that was read. A missing document is not an error."""
        operation = Operation("delete", "media", media.name)
        with contextlib.suppress(NotFoundError):
            self._session.call("DELETE", _path(media.id), operation, headers=_only(media), repeatable=True)

    @contextlib.contextmanager
    def open(self, media_id: str, operation: Operation) -> t.Iterator[Stream]:
        """Open the recording of a media document.

        :raises NotFoundError: if the document does not exist or has no recording.
        """

        def refused(reply: Reply) -> VoicemailError:
            if reply.status == 404:
                return NotFoundError("KAZOO has no recording of it", "", status=404, operation=operation)
            return refusal(reply, self._session.client)

        with self._session.stream(f"{_path(media_id)}/raw", operation, refused) as stream:
            yield stream


def upload_name(file_name: str) -> str:
    """Return the characters of a file's name that every address and header can carry."""
    return "".join(sign for sign in file_name if sign.isascii() and (sign.isalnum() or sign in "._-"))


def _media(envelope: Envelope, operation: Operation, media_id: str | None = None) -> Media:
    native = expect_object(envelope.data, operation, "a media document", ADDRESS_HINT)
    found = identity(native)
    if not found or (media_id is not None and found != media_id):
        raise not_understood(operation, "expected a media document with its id", ADDRESS_HINT)
    revision = expect_header_text(envelope.revision, operation, "a revision", ADDRESS_HINT)
    return Media(found, expect_text(native, "name", operation, ADDRESS_HINT), revision, native)


def _only(media: Media) -> dict[str, str]:
    return {"If-Match": f'"{media.revision}"'}


def _path(media_id: str) -> str:
    return f"/media/{urllib.parse.quote(media_id, safe='')}"
