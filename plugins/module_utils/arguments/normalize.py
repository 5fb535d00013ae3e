# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Normalize arguments, so that modules read the same ones wherever the task runs."""

from __future__ import annotations

import collections.abc
import datetime
import json
import typing as t

from ansible.module_utils.common.validation import check_type_dict

#: Types of JSON values.
_PLAIN = (str, bool, int, float)
Spec = t.Mapping[str, t.Any]


def plain(value: t.Any) -> t.Any:
    """Return a value as JSON passes it to a module: dates and keys are text, and iterables are lists.

    :raises ValueError: for a value that cannot be passed to a module.
    """
    if value is None or type(value) in _PLAIN:
        return value
    for kind in _PLAIN:
        # Ansible's own subclasses would show their names in errors.
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, collections.abc.Mapping):
        return {_plain_key(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, collections.abc.Iterable) and not isinstance(value, (bytes, bytearray)):
        return [plain(inner) for inner in value]
    raise ValueError(f"a value of type {type(value).__name__} cannot be an argument")


def _plain_key(key: t.Any) -> str:
    key = plain(key)
    return key if isinstance(key, str) else json.dumps(key)


def with_dictionaries(spec: Spec, raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments with dictionaries parsed from text, in JSON or ``key=value``.

    :param spec: the argument spec. Other text stays and is refused by it.
    """
    read = dict(raw)
    for name, option in spec.items():
        if option.get("type") != "dict":
            continue
        for written in (name, *option.get("aliases", ())):
            value = read.get(written)
            if isinstance(value, str):
                try:
                    value = check_type_dict(value)
                except TypeError:
                    continue
            if isinstance(value, dict):
                read[written] = with_dictionaries(option.get("options") or {}, value)
    return read


def without_nulls(value: t.Any) -> t.Any:
    """Return arguments for Ansible's validation, which does not treat null as a choice, although it clears."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


__all__ = ("plain", "with_dictionaries", "without_nulls")
