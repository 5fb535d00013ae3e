# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write cache files: authenticated, replaced atomically, in a folder that only the owner can write to."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
import stat
import tempfile
import typing as t

from ..model.disk import describe, hint_for, replace_file
from ..model.sealed import SALT_BYTES, Keys

#: Version of the content. A file of another version is not read.
SCHEMA = 1
#: Fifty times the size for the largest supported account.
_MOST_BYTES = 512 * 2**20
_HEADER = re.compile(rb"telephony\.voicemail cache ([0-9]{1,9}) ([0-9a-f]{%d}) ([0-9a-f]{64})\n" % (2 * SALT_BYTES))


class UnusableError(Exception):
    """A cache file that must not be trusted; the message contains the reason."""


def prepare(folder: pathlib.Path) -> str | None:
    """Create the cache folder with mode 0700, and return why it cannot be used, or None."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid not in (os.geteuid(), 0):
            return "belongs to another user. Use a folder of your own"
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return f"can be written to by other users. Run `chmod go-w {folder}`, or use another folder"
        descriptor, name = tempfile.mkstemp(prefix=".cache-", dir=folder)
        os.close(descriptor)
        pathlib.Path(name).unlink()
    except (FileExistsError, NotADirectoryError):
        return "is not a folder. Set it to a folder for cache files"
    except OSError as error:
        return f"cannot be written to: {describe(error)}. {hint_for(error)}"
    return None if hasattr(hashlib, "scrypt") else "cannot be protected: this Python has no scrypt. Use another Python"


def read(path: pathlib.Path, credential: str) -> tuple[Keys, dict[str, t.Any]] | None:
    """Return the keys and content of a file, or None if it does not exist.

    :raises UnusableError: for a file that was written with another credential or changed since.
    """
    try:
        whole = _read_bytes(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnusableError(f"it cannot be read: {describe(error)}") from None
    header = _HEADER.match(whole)
    if header is None:
        raise UnusableError("it is damaged or not a cache file")
    if int(header[1]) != SCHEMA:
        raise UnusableError("another version of this collection wrote it")
    keys = Keys.derive(credential, bytes.fromhex(header[2].decode()))
    body = whole[header.end() :]
    if not keys.authenticates(body, header[3].decode()):
        raise UnusableError("it was written with another credential, or it was changed or damaged since")
    return keys, t.cast("dict[str, t.Any]", json.loads(body))


def _read_bytes(path: pathlib.Path) -> bytes:
    # Refuse links, and pipes, which would block.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise UnusableError("it is not a regular file")
        if found.st_size > _MOST_BYTES:
            raise UnusableError(f"it is larger than {_MOST_BYTES // 2**20} MiB")
        return file.read(_MOST_BYTES)


def write(path: pathlib.Path, keys: Keys, content: t.Mapping[str, t.Any]) -> None:
    """Replace a file atomically, with mode 0600.

    :raises OSError: if it cannot be written; the old file remains.
    """
    body = json.dumps(content, separators=(",", ":")).encode("ascii")
    header = f"telephony.voicemail cache {SCHEMA} {keys.salt.hex()} {keys.signature(body)}\n"
    replace_file(path, header.encode() + body)


__all__ = ("UnusableError", "prepare", "read", "write")
