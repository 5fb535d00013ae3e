# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest: a JSON file that tells what was archived, also after the messages are gone at the vendor."""

from __future__ import annotations

import json
import pathlib
import typing as t

from .audio_files import Folder, write_whole
from .audio_report import Recording
from .core.errors import InvalidInputError

VERSION = 1
_FIELDS = (
    "id",
    "mailbox",
    "mailbox_id",
    "caller_name",
    "caller_number",
    "received_at",
    "duration_ms",
    "call_id",
    "transcription",
)
Entry = dict[str, t.Any]


class Manifest:
    """One manifest.

    :param path: of its file.
    :param folder: of the recordings it tells of.
    :param entries: what an earlier run archived, by the id of the message.
    """

    def __init__(self, path: pathlib.Path, folder: Folder, entries: dict[str, Entry], content: bytes) -> None:
        self._path = path
        self._folder = folder
        self._entries = entries
        self._content = content

    @classmethod
    def open(cls, folder: Folder, name: str) -> Manifest:
        """Read what is there.

        :param name: path of the file; below the folder unless it begins with /.
        :raises InvalidInputError: when it is there and no manifest, or its folder is not.
        """
        path = folder.root / name
        if not path.parent.is_dir():
            raise InvalidInputError.of([f"`manifest` {name}: its folder does not exist"])
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls(path, folder, {}, b"")
        except OSError as error:
            raise InvalidInputError.of([f"`manifest` {path} cannot be read: {error.strerror}"]) from None
        try:
            found = json.loads(content)
            entries = {str(entry["id"]): dict(entry) for entry in found["messages"]}
            if found["version"] != VERSION:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise InvalidInputError.of([f"`manifest` {path} is another file; it would be overwritten"]) from None
        return cls(path, folder, entries, content)

    def entry(self, identifier: str) -> Entry | None:
        """Return what an earlier run told of a recording."""
        return self._entries.get(identifier)

    def write(self, recordings: t.Iterable[Recording], mode: int, check: bool) -> bool:
        """Add what is kept now, and tell whether that changed anything. Earlier entries stay: they are the archive.

        :param check: only tell.
        :raises VoicemailError: when it cannot be written.
        """
        for recording in recordings:
            if recording.kept and recording.message is not None and recording.path is not None:
                shown = recording.message.as_dict()
                earlier = self._entries.get(recording.id, {})
                self._entries[recording.id] = {
                    **{field: shown[field] for field in _FIELDS},
                    "file": recording.path.relative_to(self._folder.root).as_posix(),
                    "size_bytes": recording.size_bytes,
                    "sha256": recording.sha256,
                    "content_type": recording.content_type or earlier.get("content_type"),
                }
        ordered = sorted(self._entries.values(), key=lambda entry: (entry.get("received_at") or "", entry["id"]))
        text = json.dumps({"version": VERSION, "messages": ordered}, indent=2, ensure_ascii=False) + "\n"
        content = text.encode("utf-8", "backslashreplace")
        if content == self._content:
            return False
        if not check:
            write_whole(self._path, content, mode)
        return True
