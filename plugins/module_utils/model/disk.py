# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace files, and describe errors of files, including a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import tempfile

_FULL = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota of the user is used up"}
#: Characters of a name that a temporary file keeps, so that its own name is not too long.
_LONGEST_PREFIX = 100
#: Errors that affect every file on the same disk.
_LASTING = frozenset((*_FULL, errno.EROFS))

#: Errors of folders that cannot be read, and of file systems that cannot sync folders.
_NO_SYNC = frozenset((errno.EACCES, errno.EINVAL, errno.ENOTSUP))


def replace_file(path: pathlib.Path, content: bytes, mode: int = 0o600, *, durable: bool = True) -> None:
    """Replace a file as a whole: readers see either the old or the new content, never a part of it.

    A link with that name is replaced as well, and its target is left alone.

    :param durable: whether it must survive a power failure, which takes some milliseconds.
    :raises OSError: where it cannot be written; the old file remains, and nothing is left behind.
    """
    # Only the owner can read what tempfile creates, so nobody sees content that the mode hides.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_LONGEST_PREFIX]}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if durable:
                os.fsync(file.fileno())
        pathlib.Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            pathlib.Path(name).unlink()
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: pathlib.Path) -> None:
    """Ensure that a new name survives a power failure, where the folder and its file system allow it."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def describe(error: OSError) -> str:
    """Return what is wrong, without the path: "No space left on device (the disk is full)"."""
    # errno alone: libraries may raise the error again without its text.
    reason = os.strerror(error.errno) if error.errno else error.strerror or str(error) or type(error).__name__
    full = _FULL.get(error.errno or 0)
    return f"{reason} ({full})" if full else reason


def hint_for(error: OSError) -> str:
    """Return how to resolve the error."""
    if error.errno in _FULL:
        return "Free space there, or write to another disk"
    return "Check that the user of the task may write there"


def is_lasting(error: OSError) -> bool:
    """Check whether the error affects every file there."""
    return error.errno in _LASTING
