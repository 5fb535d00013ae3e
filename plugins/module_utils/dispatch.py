# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each module: arguments in, result out. Independent of Ansible."""

from __future__ import annotations

import contextlib
import gc
import typing as t

from .arguments.text_values import check_texts
from .connection import Result, Task, session_of
from .errors import InvalidInputError, VoicemailError
from .mailboxes import handlers as mailboxes
from .model.connection import type_problems
from .model.problem import Problem
from .modules import CONNECTION
from .transport import tls
from .vendors.registry import load_drivers

#: Number of new objects after which Python collects garbage in the youngest generation.
_COLLECT_AFTER = 1_000_000


def run(task: Task) -> Result:
    """Run a module through the handler of its feature.

    :raises VoicemailError: if nothing was done; a task that was partially done returns with ``failed``.
    """
    problems = type_problems(CONNECTION, task.raw)
    if (task.params.get("plan_lines") or 0) < 0:
        problems.append(Problem("must be at least 0", option="plan_lines"))
    if problems:
        raise InvalidInputError.of(problems)
    check_texts(task)
    with _rare_collection():
        result = _handled(task)
    return result if task.spec.reads_only else {**result, "system": task.system}


def _handled(task: Task) -> Result:
    # Imported on demand: few tasks need them, and a module's process compiles every import.
    if task.spec.feature == "messages":
        from .messages import handlers as messages

        return messages.run(task)
    if task.spec.feature == "greetings":
        from .greetings import handlers as greetings

        return greetings.run(task)
    return mailboxes.run(task)


@contextlib.contextmanager
def _rare_collection() -> t.Iterator[None]:
    """Collect garbage rarely: each collection visits all objects, and a listing creates a million that stay."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _COLLECT_AFTER) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def prepare() -> None:
    """Load possible imports of tasks once in a process that forks, so that its forks need not."""
    # Not in threads: a fork could happen while one of them has a lock.
    load_drivers()
    tls.prepare()


__all__ = ("Task", "VoicemailError", "prepare", "run", "session_of")
