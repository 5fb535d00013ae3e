# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a recording to a hidden file until it is complete."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import stat
import typing as t

from ..errors import ConflictError
from ..model.disk import sync_folder
from .files import FileProblem, Folder, try_lock

#: Bytes kept of the start, to recognize the format.
START_BYTES = 16


class BusyError(ConflictError):
    """Another task is writing the same recording."""


class Part:
    """A recording in progress: a hidden file that gets its name when it is complete.

    :param folder: folder of the recording.
    :param parts: parts of its path, without an ending.
    """

    def __init__(self, folder: Folder, parts: t.Sequence[str]) -> None:
        self._folder = folder
        self._parts = parts
        self.path = folder.path((*parts[:-1], f".{parts[-1]}"), "part")
        self.start = b""
        self.size = 0
        #: Identity of the recording according to the reply with its bytes.
        self.identity: tuple[t.Any, ...] | None = None
        self._digest = hashlib.sha256()
        self._file: int = -1
        self._finished = False

    def __enter__(self) -> Part:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._discard_earlier()
            # Never into an existing file: it may be a link to an important file.
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        except FileExistsError:
            raise self._busy() from None
        except OSError as error:
            raise FileProblem(f"cannot write {self.path}", error) from None
        try:
            # Until it is locked, another task may treat it as a leftover.
            own = try_lock(self._file) and os.path.samestat(os.fstat(self._file), self.path.lstat())
        except OSError:
            own = False
        if not own:
            os.close(self._file)
            raise self._busy()
        return self

    def __exit__(self, *_exception: object) -> None:
        if not self._finished:
            # Only this run can be sure of its source, so no other run may resume it.
            with contextlib.suppress(OSError):
                self.remove()
        os.close(self._file)

    def _discard_earlier(self) -> None:
        """Remove a leftover of a killed run, or anything else with this name, without writing into it.

        :raises BusyError: if another task is writing it.
        """
        try:
            status = self.path.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
                descriptor = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
                try:
                    if not try_lock(descriptor):
                        raise self._busy()
                    if os.path.samestat(os.fstat(descriptor), self.path.lstat()):
                        self.path.unlink()
                finally:
                    os.close(descriptor)
            else:
                self.path.unlink()
        except FileNotFoundError:
            # Its writer has just renamed it.
            pass

    def _busy(self) -> BusyError:
        return BusyError(f"another task is downloading {self.path.name}", "Wait until it ends")

    def restart(self) -> None:
        """Discard the content, since the vendor starts from the beginning."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self._digest, self.size, self.start, self.identity = hashlib.sha256(), 0, b"", None

    def write(self, piece: bytes) -> None:
        """Add bytes.

        :raises FileProblem: if they cannot be written.
        """
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise FileProblem(f"cannot write {self.path}", error) from None
        self._count(piece)

    def finish(self, ending: str) -> pathlib.Path:
        """Set the mode and name of the complete file, and return its path.

        :raises FileProblem: if that fails.
        """
        final = self._folder.path(self._parts, ending)
        try:
            os.fchmod(self._file, self._folder.mode)
            os.fsync(self._file)
            self.path.replace(final)
            self._finished = True
            sync_folder(final.parent)
        except OSError as error:
            raise FileProblem(f"cannot write {final}", error) from None
        return final

    def remove(self) -> None:
        """Remove the hidden file."""
        self.path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """Digest of the written bytes."""
        return self._digest.hexdigest()

    def _count(self, piece: bytes) -> None:
        self.start += piece[: START_BYTES - len(self.start)]
        self.size += len(piece)
        self._digest.update(piece)
