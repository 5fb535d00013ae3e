# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the compiled code of this collection between runs.

Ansible compiles the files that a plugin imports from a collection in every run. Python's own import reads them from
``__pycache__`` after the first one, which saves more time than a task with one mailbox takes.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import typing as t

#: Start of the names of this collection's shared code.
_PREFIX = f"{__name__.rpartition('.plugin_utils.')[0]}."


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the shared code of this collection as Python finds other code, including its bytecode."""

    def __init__(self) -> None:
        self._folders: dict[str, importlib.machinery.FileFinder] = {}

    def find_spec(
        self, fullname: str, path: t.Sequence[str] | None, target: t.Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module is, or None if another finder must look for it."""
        if path is None or not fullname.startswith(_PREFIX):
            return None
        for folder in path:
            found = self._in_folder(folder).find_spec(fullname)
            # Ansible finds folders without __init__.py, which contain no code.
            if found is not None and found.loader is not None:
                return found
        return None

    def _in_folder(self, folder: str) -> importlib.machinery.FileFinder:
        if folder not in self._folders:
            sources = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
            self._folders[folder] = importlib.machinery.FileFinder(folder, sources)
        return self._folders[folder]


def keep() -> None:
    """Read and write bytecode for everything of this collection that is imported from now on in this process."""
    if not any(type(finder).__module__ == __name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


@contextlib.contextmanager
def kept() -> t.Iterator[None]:
    """Read and write bytecode for what is imported meanwhile: a plugin must not change how others are found."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


__all__ = ("keep", "kept")
