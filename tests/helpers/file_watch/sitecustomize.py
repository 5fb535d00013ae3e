# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record which files below some folders a Python process uses. Every Python with this folder on PYTHONPATH imports it.

`FILE_WATCH_FOLDERS` lists the folders, `FILE_WATCH_EXCLUDED` is a folder to ignore, `FILE_WATCH_RECORD` the output
file.
"""

from __future__ import annotations

import os
import sys
import typing as t

FOLDERS = tuple(os.environ["FILE_WATCH_FOLDERS"].split(os.pathsep))
EXCLUDED = os.environ["FILE_WATCH_EXCLUDED"]
FILE = os.environ["FILE_WATCH_RECORD"]
#: Audit events of reads and starts, and the argument that contains the path.
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
    _busy = True  # writing the record is an event as well
    try:
        for value in EVENTS[event](*arguments):
            if not isinstance(value, (str, bytes, os.PathLike)):
                continue
            # A link into a watched folder counts as use.
            path = os.path.realpath(os.fsdecode(value))
            if any(_is_below(path, folder) for folder in FOLDERS) and not _is_below(path, EXCLUDED):
                # A daemon closes inherited files.
                notes = os.open(FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
                os.write(notes, f"{path}\n".encode())
                os.close(notes)
    finally:
        _busy = False


sys.addaudithook(_note)
