# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of recordings: kinds, folders, and files that are complete or not there."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import io
import os
import pathlib
import stat
import tempfile
import typing as t
import wave

from .core.errors import ConflictError, InvalidInputError, VoicemailError

_ENDINGS = {
    "audio/x-wav": "wav",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/ogg": "ogg",
    "application/ogg": "ogg",
}
#: Endings of recordings; the last is for what nobody can tell.
ENDINGS = ("wav", "mp3", "ogg", "bin")
_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}
_PIECE_BYTES = 1024 * 1024


def ending_of(content_type: str, start: bytes, file_name: str = "") -> str:
    """Return the ending of a recording by its content type, else its first bytes, else the name the vendor gave it."""
    told = pathlib.PurePath(file_name).suffix.lstrip(".").lower()
    return _ENDINGS.get(content_type) or _sniffed(start) or (told if told in ENDINGS else "") or "bin"


def content_type_of(content: bytes) -> str | None:
    """Return the content type of a recording to upload, or None where it is none."""
    return _TYPES.get(_sniffed(content))


def duration_of(content: bytes) -> int | None:
    """Return the length of a WAV recording in milliseconds; None for others."""
    try:
        with wave.open(io.BytesIO(content)) as recording:
            return round(1000 * recording.getnframes() / recording.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _sniffed(start: bytes) -> str:
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "wav"
    if start[:4] == b"OggS":
        return "ogg"
    if start[:3] == b"ID3" or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2):
        return "mp3"
    return ""


class FileProblem(VoicemailError):
    """A file cannot be written.

    :param fatal: no other file can be either.
    """

    kind = "file"

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(f"{what}: {error.strerror or error}", "Make room, or give another `dest`")
        self.fatal = error.errno in (28, 30, 122)


@dataclasses.dataclass(frozen=True)
class Folder:
    """Where recordings go.

    :param root: the folder, without links.
    :param mode: of the files.
    """

    root: pathlib.Path
    mode: int

    @classmethod
    def open(cls, dest: str, mode: int, check: bool) -> Folder:
        """Make sure that the folder can be written to.

        :param check: leave no trace.
        :raises InvalidInputError: when it cannot.
        """
        root = pathlib.Path(dest)
        try:
            resolved = root.resolve(strict=True)
            if not resolved.is_dir():
                raise InvalidInputError.of([f"`dest` {dest} is no folder"])
            if not os.access(resolved, os.W_OK | os.X_OK):
                raise InvalidInputError.of([f"`dest` {dest} cannot be written to by the user that runs the task"])
            if not check:
                with tempfile.TemporaryFile(dir=resolved):
                    pass
        except OSError as error:
            hint = "" if root.exists() else "; make it with ansible.builtin.file"
            raise InvalidInputError.of([f"`dest` {dest} cannot be written to: {error.strerror}{hint}"]) from None
        return cls(resolved, mode)

    def path(self, parts: t.Sequence[str], ending: str) -> pathlib.Path:
        """Return the path of a recording.

        :raises ConflictError: when a link leads out of the folder.
        """
        path = self.root.joinpath(*parts[:-1], f"{parts[-1]}.{ending}")
        if path.parent != self.root and not path.parent.resolve().is_relative_to(self.root):
            raise ConflictError(f"{path.parent} is a link that leads out of `dest`", "Remove it")
        return path

    def find(self, parts: t.Sequence[str]) -> pathlib.Path | None:
        """Return the complete recording of that name, with whatever ending, or None.

        :raises ConflictError: when something that is no file has its name.
        """
        for ending in ENDINGS:
            path = self.path(parts, ending)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FileProblem(f"cannot look at {path}", error) from None
            if not stat.S_ISREG(status.st_mode):
                raise ConflictError(f"{path} is no file", "Remove it, or give another `name_template`")
            return path
        return None


class Part:
    """A recording on its way: a hidden file that takes its name when it is complete, and not before.

    :param folder: where it goes.
    :param parts: its name, without an ending.
    """

    def __init__(self, folder: Folder, parts: t.Sequence[str]) -> None:
        self._folder = folder
        self._parts = parts
        self.path = folder.path((*parts[:-1], f".{parts[-1]}"), "part")
        self.start = b""
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: int = -1

    def __enter__(self) -> Part:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise FileProblem(f"cannot write {self.path}", error) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another task may have finished it, and given it its name, before this one had the lock.
            opened, there = os.fstat(self._file), self.path.lstat()
            free = stat.S_ISREG(opened.st_mode) and os.path.samestat(opened, there)
        except OSError:
            free = False
        if not free:
            os.close(self._file)
            raise ConflictError(f"another task is downloading {self.path.name}", "Let it end")
        # What an interrupted run left is gone on from.
        while piece := os.read(self._file, _PIECE_BYTES):
            self._count(piece)
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._file)

    def restart(self) -> None:
        """Forget what is there, since the vendor begins anew."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self._digest, self.size, self.start = hashlib.sha256(), 0, b""

    def write(self, piece: bytes) -> None:
        """Add bytes.

        :raises FileProblem: when they cannot be written; the file is removed.
        """
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self.remove()
            raise FileProblem(f"cannot write {self.path}", error) from None
        self._count(piece)

    def finish(self, ending: str) -> pathlib.Path:
        """Give the complete file its mode and name, and return its path.

        :raises FileProblem: when that fails; the file is removed.
        """
        final = self._folder.path(self._parts, ending)
        try:
            os.fchmod(self._file, self._folder.mode)
            os.fsync(self._file)
            self.path.replace(final)
            sync_folder(final.parent)
        except OSError as error:
            self.remove()
            raise FileProblem(f"cannot write {final}", error) from None
        return final

    def remove(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Digest of what was written."""
        return self._digest.hexdigest()

    def _count(self, piece: bytes) -> None:
        self.start = self.start or piece[:16]
        self.size += len(piece)
        self._digest.update(piece)


def sha256_of(path: pathlib.Path) -> str:
    """Return the digest of a file.

    :raises FileProblem: when it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while piece := opened.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise FileProblem(f"cannot read {path}", error) from None
    return digest.hexdigest()


def write_whole(path: pathlib.Path, content: bytes, mode: int) -> None:
    """Put a file in place of another at once, so that nobody ever sees half of it.

    :raises FileProblem: when it cannot be written; nothing is left behind.
    """
    hidden = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fchmod(opened.fileno(), mode)
            os.fsync(opened.fileno())
        hidden.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            hidden.unlink(missing_ok=True)
        raise FileProblem(f"cannot write {path}", error) from None


def sync_folder(folder: pathlib.Path) -> None:
    """Make sure that a new name outlives a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
