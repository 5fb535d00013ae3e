# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts shown in place of secrets, which must never be written as values."""

from __future__ import annotations

import re
import typing as t

from .problem import Problem

#: In differences and errors.
HIDDEN = "(hidden)"
#: In differences, for a secret that changes.
HIDDEN_NEW = "(hidden, new)"
#: In the arguments of a task.
HIDDEN_ARGUMENT = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
#: In texts from which Ansible removed secrets.
HIDDEN_PART = "********"

MASKS = (HIDDEN_PART, HIDDEN_ARGUMENT, HIDDEN_NEW, HIDDEN)
_ANY_MASK = re.compile("|".join(map(re.escape, MASKS)))


def mask_problems(item: t.Mapping[str, t.Any], above: str = "") -> list[Problem]:
    """Return a problem for each option of a declared item whose value contains a mask.

    The content of ``native`` is never read, so it is not checked.

    :param above: name of the dictionary that contains the item, with a dot.
    """
    problems = []
    for key, value in item.items():
        if not isinstance(value, dict) and _mask_in(value) is None:
            continue
        option = f"{above}{key}"
        if option == "native":
            continue
        if isinstance(value, dict):
            problems += mask_problems(value, f"{option}.")
        else:
            text = f"contains {_mask_in(value)}, which is shown in place of a secret"
            problems.append(Problem(text, option=option, hint="Set the real value, or remove the option"))
    return problems


def _mask_in(value: t.Any) -> str | None:
    if isinstance(value, str):
        return next(mask for mask in MASKS if mask in value) if _ANY_MASK.search(value) else None
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return next((mask for entry in value if (mask := _mask_in(entry))), None)
    return None


__all__ = ("HIDDEN", "HIDDEN_ARGUMENT", "HIDDEN_NEW", "HIDDEN_PART", "MASKS", "mask_problems")
