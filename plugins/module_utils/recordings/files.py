# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage files of recordings: kinds, folders, and locks."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import os
import pathlib
import stat
import tempfile
import time
import typing as t

from ..errors import ConflictError, InvalidInputError, VoicemailError
from ..model.disk import describe, hint_for, is_lasting
from ..model.problem import Problem
from .container import kind_of

_ENDINGS = {
    "audio/x-wav": "wav",
    "audio/wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/ogg": "ogg",
    "application/ogg": "ogg",
    "audio/mp4": "mp4",
    "audio/x-m4a": "mp4",
    "video/mp4": "mp4",
}
#: Endings of recordings; the last one is for unknown formats.
ENDINGS = ("wav", "mp3", "ogg", "mp4", "bin")
_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}
PIECE_BYTES = 1024 * 1024
#: Seconds to wait for a lock, under which one file is read and written: minutes suffice even on a slow disk.
LOCK_SECONDS = 120.0
LOCK_POLL_SECONDS = 0.02


def ending_of(content_type: str, start: bytes, file_name: str = "") -> str:
    """Return the ending of a recording by its content type, its first bytes, or the vendor's file name."""
    suffix = pathlib.PurePath(file_name).suffix.lstrip(".").lower()
    return _ENDINGS.get(content_type) or kind_of(start) or (suffix if suffix in ENDINGS else "") or "bin"


def content_type_of(content: bytes) -> str | None:
    """Return the content type of a recording to upload, or None if it is not one."""
    return _TYPES.get(kind_of(content))


class FileProblem(VoicemailError):
    """An error of a file.

    :param fatal: whether it affects every file there.
    """

    kind = "file"

    def __init__(self, action: str, error: OSError) -> None:
        super().__init__(f"{action}: {describe(error)}", hint_for(error))
        self.fatal = is_lasting(error)


@dataclasses.dataclass(frozen=True)
class Folder:
    """The folder of recordings.

    :param root: the folder, with links resolved.
    :param mode: mode of the files.
    """

    root: pathlib.Path
    mode: int

    @classmethod
    def open(cls, dest: str, mode: int, check: bool) -> Folder:
        """Ensure that the folder can be written to.

        :param check: change nothing.
        :raises InvalidInputError: if it cannot.
        """
        root = pathlib.Path(dest)
        try:
            resolved = root.resolve(strict=True)
            if not resolved.is_dir():
                raise InvalidInputError.of([Problem(f"{dest} is not a folder", option="dest")])
            if not os.access(resolved, os.W_OK | os.X_OK):
                raise InvalidInputError.of(
                    [Problem(f"{dest} cannot be written to by the user of the task", option="dest")]
                )
            if not check:
                with tempfile.TemporaryFile(dir=resolved) as probe:
                    _check_locks(dest, probe.fileno())
        except OSError as error:
            hint = "" if root.exists() else "; create it with ansible.builtin.file"
            raise InvalidInputError.of(
                [Problem(f"{dest} cannot be written to: {describe(error)}{hint}", option="dest")]
            ) from None
        return cls(resolved, mode)

    def path(self, parts: t.Sequence[str], ending: str) -> pathlib.Path:
        """Return the path of a recording.

        :raises ConflictError: if a link leads out of the folder.
        """
        path = self.root.joinpath(*parts[:-1], f"{parts[-1]}.{ending}")
        if path.parent != self.root and not path.parent.resolve().is_relative_to(self.root):
            raise ConflictError(f"{path.parent} is a link that leads out of `dest`", "Remove it")
        return path

    def find(self, parts: t.Sequence[str]) -> pathlib.Path | None:
        """Return the complete recording with that name and any ending, or None.

        :raises ConflictError: if its name belongs to something other than a file.
        """
        for ending in ENDINGS:
            path = self.path(parts, ending)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise FileProblem(f"cannot read {path}", error) from None
            if not stat.S_ISREG(status.st_mode):
                raise ConflictError(f"{path} is not a file", "Remove it, or set another `name_template`")
            return path
        return None


def _check_locks(dest: str, descriptor: int) -> None:
    """Ensure that files of a folder can be locked.

    :raises InvalidInputError: if they cannot: two tasks could write to the same file unnoticed.
    """
    try:
        try_lock(descriptor)
    except OSError as error:
        text = f"{dest}: its file system has no file locks ({describe(error)}); use a folder with file locks"
        raise InvalidInputError.of([Problem(text, option="dest")]) from None


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process; return false if another process locks it.

    :raises OSError: if the file system has no locks.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


@contextlib.contextmanager
def locked(path: pathlib.Path) -> t.Iterator[None]:
    """Lock a file against other processes, with a temporary lock file next to it.

    :raises FileProblem: if it cannot be locked, or is locked by others for too long.
    """
    lock = path.with_name(f".{path.name}.lock")
    deadline = time.monotonic() + LOCK_SECONDS
    descriptor = -1
    try:
        while descriptor < 0:
            descriptor = _open_lock(lock)
            if descriptor < 0:
                if time.monotonic() > deadline:
                    raise FileProblem(f"cannot lock {path}", OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)))
                time.sleep(LOCK_POLL_SECONDS)
    except OSError as error:
        raise FileProblem(f"cannot lock {path}", error) from None
    try:
        yield
    finally:
        # Only while it is locked, so that no other task can have created a new one with this name.
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _open_lock(lock: pathlib.Path) -> int:
    """Return the descriptor of a lock of this process, or -1 if another process has it."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    held = False
    try:
        # The previous owner removed it: the locked file has no name now and would lock out nobody.
        held = try_lock(descriptor) and lock.exists() and os.path.samestat(os.fstat(descriptor), lock.lstat())
    except FileNotFoundError:
        pass
    finally:
        if not held:
            os.close(descriptor)
    return descriptor if held else -1


def sha256_of(path: pathlib.Path) -> str:
    """Return the digest of a file.

    :raises FileProblem: if it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while piece := opened.read(PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise FileProblem(f"cannot read {path}", error) from None
    return digest.hexdigest()


def starts_with(whole: pathlib.Path, start: pathlib.Path) -> bool:
    """Check whether a file starts with the content of another one.

    :raises OSError: if one cannot be read.
    """
    with whole.open("rb") as longer, start.open("rb") as shorter:
        while piece := shorter.read(PIECE_BYTES):
            if longer.read(len(piece)) != piece:
                return False
    return True
