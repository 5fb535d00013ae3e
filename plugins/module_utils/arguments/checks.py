# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare arguments for Ansible's validator, which some values would end with a traceback."""

from __future__ import annotations

import math
import re
import typing as t

from ..model.problem import Problem

#: Digits that a number in a text may have; what is longer is none.
_LONGEST_NUMBER = 18
#: Numbers that no option means, and that are infinite, or take forever to write out.
_SPECIAL_NUMBER = re.compile(r"\s*[+-]?(s?nan|inf|[\d._]+e)", re.IGNORECASE)


def checkable(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments that Ansible's validator can refuse; others end it with a traceback.

    These are numbers that are not finite or too long, and what stands in the place of a dictionary. As text, the
    validator refuses them by the name of the option.

    :param spec: argument spec of the module, or of a dictionary in it.
    """
    return {name: _checkable(spec.get(name) or {}, value) for name, value in given.items()}


def misplaced(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return which options of a refused task are no dictionary and have to be one; Ansible does not name them."""
    return [
        Problem("must be a dictionary of options", option=name)
        for name, value in given.items()
        if "options" in (spec.get(name) or {}) and not _may_be_dictionary(value)
    ]


def _may_be_dictionary(value: t.Any) -> bool:
    if isinstance(value, str):
        return value.lstrip().startswith("{") or "=" in value
    return value is None or isinstance(value, dict)


def _checkable(option: t.Mapping[str, t.Any], value: t.Any) -> t.Any:
    kind = option.get("type")
    if kind == "int" and isinstance(value, float) and not math.isfinite(value):
        return f"{value}..."
    if kind == "int" and isinstance(value, str) and (len(value) > _LONGEST_NUMBER or _SPECIAL_NUMBER.match(value)):
        return f"{value[:_LONGEST_NUMBER]}..."
    if kind == "dict" and "options" in option:
        return checkable(option["options"], value) if isinstance(value, dict) else str(value)
    return value


__all__ = ("checkable", "misplaced")
