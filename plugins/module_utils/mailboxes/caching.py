# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``cache`` of a task: a folder on the machine that runs it."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

from ..connection import Task
from ..errors import InvalidInputError, UnsupportedError
from ..model.connection import Connection
from ..model.paths import path_problems
from ..model.problem import Problem
from ..vendors.protocol import RevisionChecker, Session, Vendor

if t.TYPE_CHECKING:
    from .cache import Cache


def cache_folder(task: Task, target: Vendor, resource: str, option: str = "cache") -> pathlib.Path | None:
    """Return the folder of the cache, ready to be written to; None where the task has none.

    Called before the first request.

    :param option: that names the folder.

    :raises VoicemailError: for a vendor without revisions, or a folder that cannot be used.
    """
    path = task.params.get(option)
    if path is None:
        return None
    if not target.implements(RevisionChecker, resource):
        raise UnsupportedError(
            f"`{option}`: {target.title} does not tell which {resource}s changed, so nothing can be reused",
            f"Leave `{option}` out",
        )
    problems = path_problems({option: path}, [option])
    if not str(path).strip():
        problems = [Problem("is empty. Set it to a folder, or leave it out", option=option)]
    if problems:
        raise InvalidInputError.of(problems)
    # Few tasks have a cache, and a module's own process compiles whatever it imports anew.
    from .cache_file import prepare

    folder = pathlib.Path(path).absolute()
    problem = prepare(folder)
    if problem is not None:
        raise InvalidInputError.of([Problem(f"`{option}`: {folder} {problem}")])
    return folder


@contextlib.contextmanager
def opened_cache(
    task: Task, folder: pathlib.Path | None, connection: Connection, session: Session
) -> t.Iterator[Cache | None]:
    """Give the cache of a task, whose warnings become those of the task."""
    if folder is None:
        yield None
        return
    from .cache import Cache

    cache = Cache(folder, connection, session.account_key, digests_suffice=not task.params.get("include_pins"))
    try:
        yield cache
    finally:
        task.warnings.extend(cache.warnings)


__all__ = ("cache_folder", "opened_cache")
