# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check paths from users, before a system call fails with an obscure error."""

from __future__ import annotations

import typing as t

from .problem import Problem
from .text import has_control, has_surrogate

#: Maximum bytes of a name and of a path on the systems that Ansible supports.
_LONGEST_NAME, _LONGEST_PATH = 255, 4095


def path_problems(params: t.Mapping[str, t.Any], options: t.Iterable[str]) -> list[Problem]:
    """Return problems with the paths in some options."""
    problems = []
    for option in options:
        problem = _path_problem(params.get(option))
        if problem:
            problems.append(Problem(f"is not a usable path: {problem}", option=option))
    return problems


def _path_problem(path: t.Any) -> str | None:
    if not isinstance(path, str):
        return None
    if has_control(path) or has_surrogate(path):
        return "it contains control characters or invalid Unicode. Remove them"
    if len(path.encode()) > _LONGEST_PATH or any(len(name.encode()) > _LONGEST_NAME for name in path.split("/")):
        return "it is too long. Use a shorter one"
    return None
