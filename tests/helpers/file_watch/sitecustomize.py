# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Note which files below some folders a Python uses. Every Python with this folder on PYTHONPATH imports this file.

`WITNESS_WATCHED` holds the folders, `WITNESS_SPARED` one below them that does not count, `WITNESS_FILE` the notes.
"""

from __future__ import annotations

import os
import sys
import typing as t

WATCHED = tuple(os.environ["WITNESS_WATCHED"].split(os.pathsep))
SPARED = os.environ["WITNESS_SPARED"]
FILE = os.environ["WITNESS_FILE"]
#: What is read or started, and which of the event's arguments name it.
EVENTS: dict[str, t.Callable[..., tuple[t.Any, ...]]] = {
    "open": lambda path, *_rest: (path,),
    "os.listdir": lambda path: (path,),
    "os.scandir": lambda path: (path,),
    "os.exec": lambda path, words, _variables: (path, *words),
    "subprocess.Popen": lambda program, words, folder, _variables: (program, folder, *words),
}
_busy = False


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _note(event: str, arguments: tuple[t.Any, ...]) -> None:
    global _busy
    if _busy or event not in EVENTS:
        return
    _busy = True  # writing the note is an event as well
    try:
        for value in EVENTS[event](*arguments):
            if not isinstance(value, (str, bytes, os.PathLike)):
                continue
            # A link into a watched folder is a use of it.
            path = os.path.realpath(os.fsdecode(value))
            if any(_is_below(path, folder) for folder in WATCHED) and not _is_below(path, SPARED):
                # A daemon closes the files that it was started with.
                notes = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                os.write(notes, f"{path}\n".encode())
                os.close(notes)
    finally:
        _busy = False


sys.addaudithook(_note)
