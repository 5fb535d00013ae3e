# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare arguments for Ansible's validator, which fails with a traceback on some values."""

from __future__ import annotations

import math
import re
import typing as t

from ..model.problem import Problem

#: Most digits of a number in a text.
_LONGEST_NUMBER = 18
#: Limit of numbers: larger ones are never intended, and are infinite or take too long to print.
_SPECIAL_NUMBER = re.compile(r"\s*[+-]?(s?nan|inf|[\d._]+e)", re.IGNORECASE)


def checkable(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments that Ansible's validator can refuse without a traceback.

    Numbers that are infinite or too long, and values in place of a dictionary, become text, so that the
    validator refuses them with the name of the option.

    :param spec: argument spec of the module, or of a dictionary in it.
    """
    return {name: _checkable(spec.get(name) or {}, value) for name, value in given.items()}


def misplaced(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return the options of a refused task that must be dictionaries, since Ansible does not name them."""
    return [
        Problem("must be a dictionary of options", option=name)
        for name, value in given.items()
        if "options" in (spec.get(name) or {}) and not _may_be_dictionary(value)
    ]


def missing_options(
    spec: t.Mapping[str, t.Any], rules: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]
) -> list[Problem]:
    """Return problems with required options that are not set.

    :param spec: argument spec of the module without the connection options.
    :param rules: its rules between options, as AnsibleModule takes them.
    """

    def is_set(option: str) -> bool:
        return any(given.get(word) is not None for word in (option, *spec[option].get("aliases", ())))

    missing = [option for option, described in spec.items() if described.get("required") and not is_set(option)]
    problems = [Problem("is missing", option=option) for option in missing]
    for options in rules.get("required_one_of", ()):
        if not any(map(is_set, options)):
            problems.append(Problem(f"set one of {', '.join(f'`{option}`' for option in options)}"))
    for option, value, needed in rules.get("required_if", ()):
        if given.get(option) == value:
            text = f"is missing, and `{option}` {value} needs it"
            problems += [Problem(text, option=name) for name in needed if not is_set(name)]
    return problems


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


__all__ = ("checkable", "misplaced", "missing_options")
