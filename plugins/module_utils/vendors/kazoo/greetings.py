# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's greetings: media that a mailbox points to (docs/vendors/kazoo_media.md, "Greetings")."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import time
import typing as t

from ...errors import ConflictError, NotFoundError, RejectedError, StaleError, TransportError, VoicemailError
from ...greetings.plan import Greeting, Recording
from ...model.mailbox import Box
from ...model.operation import Operation
from ...model.problem import Subject
from ...transport.client import Stream
from ..greetings import GreetingWriter, SharedGreetings
from . import greeting_audio
from .greeting_audio import CONTENT_TYPES, conversion_problem
from .mailboxes import KazooMailboxes
from .media import KazooMedia, Media
from .names import Names
from .paging import every, identity
from .session import KazooSession

#: Key of a media document with which this collection marks those that it uploaded.
MARK = "telephony_voicemail"
#: Field of a mailbox by kind of greeting. A temporary greeting is heard in place of the usual one.
FIELDS = {"unavailable": "media.unavailable", "temporary": "media.temporary_unavailable"}
_LONGEST_NAME = 128
#: A converted recording is rarely larger than this.
_MOST_BYTES = 64 * 1024 * 1024
_STALE_WAITS = (0.0, 0.2, 0.5, 1.0)
#: How often a mailbox is written to again where something else in it changed at the same moment.
_MOST_TRIES = 3


class KazooGreetings(GreetingWriter, SharedGreetings):
    """Greetings of one kind of one mailbox; see :mod:`..greetings` for what each call promises."""

    _session: KazooSession
    most_bytes = greeting_audio.MOST_BYTES
    file = "WAV or MP3 file"
    kinds = tuple(FIELDS)
    problem = staticmethod(greeting_audio.problem)

    def __init__(self, session: KazooSession, resource: str, number: str, kind: str) -> None:
        super().__init__(session, resource, number, kind)
        self._boxes = KazooMailboxes(session)
        self._media = KazooMedia(session)
        self._box: Box | None = None
        self._known: frozenset[str] = frozenset()
        self._uploading: Recording | None = None

    def list(self) -> t.Sequence[Greeting]:
        """Return the media that the mailbox points to, and those uploaded for it that nothing points to."""
        box = self._read_box()
        current = self._current(box)
        marked = [identity(native) for native in self._media.list(self._marked(box))]
        self._known = frozenset(marked)
        found = []
        for media_id in dict.fromkeys((*((current,) if current else ()), *marked)):
            media = self._media.read(media_id)
            mine = media is not None and self._is_mine(media, box)
            if media_id == current:
                found.append(_greeting(media_id, media, True, mine))
            elif media is not None and mine and not self._is_used(media_id, box):
                found.append(_greeting(media_id, media, False, mine))
        return found

    def open(self, greeting: Greeting) -> t.ContextManager[Stream]:
        """Open the recording of a greeting."""
        return self._media.open(
            greeting.id, Operation("download", "greeting", greeting.name or "", "of", self._subject)
        )

    def stays(self, greeting: Greeting) -> bool:
        """Check whether a recording must be kept once this mailbox does not use it."""
        return not greeting.made_here or self._is_used(greeting.id, self._read_box())

    def existing(self, media_id: str) -> Greeting:
        """Return a media file of the account, given by its id or name, as a greeting."""
        try:
            found = Names(self._session).media_id(media_id)
        except (NotFoundError, RejectedError) as error:
            raise dataclasses.replace(error, text=f"media_id: {error.message}", subject=self._subject) from None
        media = self._media.read(found)
        if media is None:
            raise NotFoundError(f"media_id: media file {found} is gone", "Run the task again", subject=self._subject)
        box = self._read_box()
        return _greeting(found, media, found == self._current(box), self._is_mine(media, box))

    def upload(self, recording: Recording) -> str:
        """Create a marked media document and store the recording in it."""
        self._uploading = recording
        media_id = self._created(recording)
        kind = CONTENT_TYPES[recording.kind]
        try:
            self._media.upload(media_id, recording.content, kind, recording.name)
        except VoicemailError:
            self._discard(media_id)
            raise
        return media_id

    def attach(self, file_id: str) -> str:
        """Check what KAZOO stored. Where it converted the recording, note that in the media document."""
        recording = t.cast("Recording", self._uploading)
        content = self._download(file_id, recording.name)
        if content == recording.content:
            return file_id
        problem = conversion_problem(recording.content, content)
        if problem:
            self._discard(file_id)
            raise RejectedError(
                f"greeting {recording.name}: KAZOO stored something else than the file: {problem}",
                "Run the task again; callers still hear what they heard before",
            )
        media = self._media.read(file_id)
        if media is None:
            raise RejectedError(f"greeting {recording.name}: it is gone after the upload", "Run the task again")
        mark = {**media.native[MARK], "stored_sha256": hashlib.sha256(content).hexdigest()}
        public = {name: value for name, value in media.native.items() if not name.startswith(("_", "pvt_"))}
        self._media.replace(media, {**public, MARK: mark})
        return file_id

    def enable(self, greeting_id: str) -> None:
        """Point the mailbox to a media file."""
        self._point(greeting_id)

    def delete(self, greeting_id: str) -> None:
        """Take a greeting from the mailbox, and delete its media file where only this mailbox can use it."""
        if self._current(self._read_box()) == greeting_id:
            self._point(None)
        box = self._read_box()
        media = self._media.read(greeting_id)
        if media is not None and self._is_mine(media, box) and not self._is_used(greeting_id, box):
            self._media.delete(media)

    def _read_box(self) -> Box:
        box = self._boxes.find(self._number, self._box.id if self._box else None)
        if box is None:
            raise NotFoundError(f"{self._subject.noun} does not exist", "Check its number")
        self._box = box
        return box

    def _current(self, box: Box) -> str | None:
        value = box.values.get(f"kazoo.{FIELDS[self._kind]}")
        return str(value) if value else None

    def _point(self, media_id: str | None) -> None:
        """Write the media id into the mailbox in the revision that was read.

        :raises ConflictError: when somebody else chose another greeting at the same moment.
        """
        box = self._box or self._read_box()
        before = self._current(box)
        for _try in range(_MOST_TRIES):
            if self._current(box) == media_id:
                return
            if self._current(box) != before:
                break
            try:
                self._boxes.update(box, {f"kazoo.{FIELDS[self._kind]}": media_id}, None)
                return
            except StaleError:
                # Something else in the mailbox may have changed, or the reply to this very write was lost.
                box = self._read_box()
        raise ConflictError(
            "somebody else changed its greeting at the same moment", "Run the task again", subject=self._subject
        )

    def _marked(self, box: Box) -> dict[str, str]:
        return {f"filter_{MARK}.mailbox_id": str(box.id), f"filter_{MARK}.greeting": self._kind}

    def _is_mine(self, media: Media, box: Box) -> bool:
        # A greeting recorded by phone can take over the document of a temporary one.
        mark = media.native.get(MARK)
        return (
            isinstance(mark, dict)
            and (mark.get("mailbox_id"), mark.get("greeting")) == (box.id, self._kind)
            and media.native.get("media_source") == "upload"
        )

    def _is_used(self, media_id: str, box: Box) -> bool:
        """Check whether another mailbox, or the other greeting of this one, uses a media file."""
        for kind, field in FIELDS.items():
            operation = Operation("list", "the mailboxes", relation="that use", other=Subject("media", media_id))
            users = every(self._session, "/vmboxes", operation, "boxes", {f"filter_{field}": media_id})
            if any(identity(native) != box.id or kind != self._kind for native in users):
                return True
        return False

    def _created(self, recording: Recording) -> str:
        box = self._box or self._read_box()
        ending = f" ({self._subject.noun}, {self._kind} greeting)"
        data = {
            # Media can be chosen by name, so those of many mailboxes should not share one.
            "name": recording.name[: _LONGEST_NAME - len(ending)] + ending,
            "description": recording.name[:_LONGEST_NAME],
            "media_source": "upload",
            "streamable": True,
            MARK: {
                "mailbox_id": box.id,
                "greeting": self._kind,
                "file": recording.name,
                "sha256": recording.sha256,
            },
        }
        try:
            return self._media.create(data)
        except TransportError as error:
            if not error.uncertain:
                raise
        return self._lost(recording, box) or self._media.create(data)

    def _lost(self, recording: Recording, box: Box) -> str | None:
        """Return the document of a creation whose reply was lost, or None where there is none."""
        query = {**self._marked(box), f"filter_{MARK}.sha256": recording.sha256}
        for wait in _STALE_WAITS:
            time.sleep(wait)
            made = [one for one in map(identity, self._media.list(query)) if one not in self._known]
            if made:
                return made[0]
        return None

    def _download(self, media_id: str, name: str) -> bytes:
        content = bytearray()
        try:
            with self._media.open(media_id, Operation("download", "greeting", name, "of", self._subject)) as stream:
                for piece in stream.pieces():
                    content += piece
                    if len(content) > _MOST_BYTES:
                        break
        except NotFoundError:
            return b""
        return bytes(content)

    def _discard(self, media_id: str) -> None:
        """Delete what was just created, since nobody hears it; a failure leaves it to the next run."""
        with contextlib.suppress(VoicemailError):
            media = self._media.read(media_id)
            if media is not None:
                self._media.delete(media)


def _greeting(media_id: str, media: Media | None, enabled: bool, mine: bool) -> Greeting:
    mark = media.native[MARK] if media is not None and mine else {}
    name = str(mark.get("file") or (media.name if media else "")) or None
    stored = str(mark.get("sha256", "")), str(mark.get("stored_sha256", ""))
    return Greeting(media_id, name, None, enabled, made_here=mine, converted=stored if all(stored) else None)
