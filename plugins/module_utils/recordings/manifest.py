# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintain the manifest, a JSON file that lists archived recordings, even after the vendor deleted the messages."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ..errors import InvalidInputError
from ..model.disk import describe, replace_file
from ..model.message import Message
from ..model.problem import Problem
from .files import FileProblem, Folder, locked
from .report import Recording

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
#: Fields that distinguish messages with the same id of two systems.
_IDENTITY = ("received_at", "call_id")
Entry = dict[str, t.Any]


class Manifest:
    """One manifest.

    :param path: path of its file.
    :param folder: folder of its recordings.
    :param entries: recordings archived by earlier runs, by message id.
    """

    def __init__(self, path: pathlib.Path, folder: Folder, entries: dict[str, Entry], content: bytes) -> None:
        self._path = path
        self._folder = folder
        self._entries = entries
        self._content = content

    @classmethod
    def open(cls, folder: Folder, name: str) -> Manifest:
        """Read the existing manifest.

        :param name: path of the file; below the folder unless it starts with /.
        :raises InvalidInputError: if the file is not a manifest, or its folder does not exist.
        """
        path = folder.root / name
        if not path.parent.is_dir():
            raise InvalidInputError.of([Problem(f"{path}: its folder does not exist", option="manifest")])
        return cls(path, folder, *_read(path))

    def entry(self, message: Message, path: pathlib.Path) -> Entry | None:
        """Return the entry of a message's recording in a file, or None.

        Entries of other messages do not count: several systems may have a message with the same id.
        """
        entry = self._entries.get(message.id)
        if entry is None or entry.get("file") != self._relative(path) or not isinstance(entry.get("sha256"), str):
            return None
        shown = message.as_dict()
        pairs = ((entry.get(field), shown[field]) for field in _IDENTITY)
        return None if any(None not in pair and pair[0] != pair[1] for pair in pairs) else entry

    def write(self, recordings: t.Iterable[Recording], mode: int, check: bool) -> bool:
        """Add the kept recordings, and return whether that changed the file. Earlier entries stay as the archive.

        The file is read again under a lock, so that entries by other tasks are kept.

        :param check: compare without writing.
        :raises VoicemailError: if it cannot be written.
        """
        kept = [one for one in recordings if one.kept and one.message is not None and one.path is not None]
        if check or self._text(kept, self._entries) == self._content:
            return self._text(kept, self._entries) != self._content
        with locked(self._path):
            self._entries, self._content = _read(self._path)
            text = self._text(kept, self._entries)
            if text == self._content:
                return False
            try:
                replace_file(self._path, text, mode)
            except OSError as error:
                raise FileProblem(f"cannot write {self._path}", error) from None
        return True

    def _text(self, kept: t.Iterable[Recording], earlier: t.Mapping[str, Entry]) -> bytes:
        entries = dict(earlier)
        for recording in kept:
            shown = t.cast(Message, recording.message).as_dict()
            content_type = recording.content_type or entries.get(recording.id, {}).get("content_type")
            entries[recording.id] = {
                **{field: shown[field] for field in _FIELDS},
                "file": self._relative(t.cast(pathlib.Path, recording.path)),
                "size_bytes": recording.size_bytes,
                "sha256": recording.sha256,
                "content_type": content_type,
            }
        ordered = sorted(entries.values(), key=lambda entry: (entry.get("received_at") or "", entry["id"]))
        text = json.dumps({"version": VERSION, "messages": ordered}, indent=2, ensure_ascii=False) + "\n"
        return text.encode("utf-8", "backslashreplace")

    def _relative(self, path: pathlib.Path) -> str:
        return path.relative_to(self._folder.root).as_posix()


def _read(path: pathlib.Path) -> tuple[dict[str, Entry], bytes]:
    """Return the entries of a manifest by message id, and the content of the file; empty if it does not exist.

    :raises InvalidInputError: if the file is not a manifest.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}, b""
    except OSError as error:
        raise InvalidInputError.of([Problem(f"{path} cannot be read: {describe(error)}", option="manifest")]) from None
    try:
        found = json.loads(content)
        entries = {str(entry["id"]): dict(entry) for entry in found["messages"]}
        if found["version"] != VERSION:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise InvalidInputError.of(
            [Problem(f"{path} is not a manifest; it would be overwritten", option="manifest")]
        ) from None
    return entries, content
