# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open the cache of a task, in a folder on the machine that runs it."""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

from ..connection import Task
from ..errors import InvalidInputError, UnsupportedError
from ..model.connection import Connection
from ..model.paths import path_problems
from ..model.problem import Problem
from ..model.text import plural_of
from ..vendors.protocol import RevisionChecker, Session, Vendor

if t.TYPE_CHECKING:
    from .cache import Cache


def cache_folder(task: Task, target: Vendor, resource: str, option: str = "cache") -> pathlib.Path | None:
    """Return the writable folder of the cache, or None if the task has no cache.

    Called before the first request.

    :param option: name of the option that contains the folder.

    :raises VoicemailError: for a vendor without revisions, or an unusable folder.
    """
    path = task.params.get(option)
    if path is None:
        return None
    if not target.implements(RevisionChecker, resource):
        raise UnsupportedError(
            f"`{option}`: {target.title} does not show which {plural_of(resource)} changed, so they cannot be cached",
            f"Remove `{option}`",
        )
    problems = path_problems({option: path}, [option])
    if not str(path).strip():
        problems = [Problem("is empty. Set it to a folder, or remove it", option=option)]
    if problems:
        raise InvalidInputError.of(problems)
    # Imported on demand: few tasks have a cache, and a module's process compiles every import.
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
    """Provide the cache of a task, and add its warnings to those of the task."""
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
