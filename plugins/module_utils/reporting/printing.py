# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit the size of a failed result: Ansible prints all of it except its key ``diff``."""

from __future__ import annotations

import collections
import json
import typing as t

from ..resources import RESOURCES
from .ranges import compact

#: Bytes that Ansible prints for a failed task, unless its message is longer.
MOST_BYTES = 1850
#: Bytes that Ansible adds: its markers, the place of the task and some lines of the playbook.
_FRAME = 360
#: Bytes of each list of numbers without a row.
_MOST_NUMBERS = 60
_DONE = {"create": "created", "update": "updated", "delete": "deleted"}
#: The order for readers.
_URGENT = ("failed", "skipped", "changed", "ok")
_UNDONE = ("failed", "skipped")


def printable(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of a failed task with only the most urgent rows that fit on a screen.

    ``omitted`` then lists the others by outcome. ``diff`` keeps a row of each.
    """
    rows, error = result.get("results"), result.get("error")
    if result.get("failed") and isinstance(error, dict) and "\n" in str(error.get("message")):
        # The message of the task contains the other lines.
        result = {**result, "error": {**error, "message": str(error["message"]).splitlines()[0]}}
    if not result.get("failed") or not isinstance(rows, list):
        return dict(result)
    left = MOST_BYTES - _FRAME - _size(str(result.get("msg"))) - _size(_printed(result))
    if _size(rows) <= left:
        return dict(result)
    left -= 4 * _MOST_NUMBERS
    kept, omitted = set(), collections.defaultdict(list)
    for row in sorted(rows, key=lambda row: _URGENT.index(row["status"])):
        left -= _size(row) + 2
        # A few completed rows are not useful, but their numbers are.
        if left >= 0 and row["status"] in _UNDONE:
            kept.add(id(row))
        else:
            omitted[_outcome(row)].append(_label(row))
    numbers = {outcome: compact(labels, _MOST_NUMBERS) for outcome, labels in omitted.items()}
    return {**result, "results": [row for row in rows if id(row) in kept], "omitted": numbers}


def _printed(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    hidden = ("results", "diff", "invocation", "exception", "warnings", "failed")
    return {key: value for key, value in result.items() if key not in hidden}


def _size(value: t.Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace"))


def _outcome(row: t.Mapping[str, t.Any]) -> str:
    done = row["status"] in ("changed", "ok")
    return str(_DONE.get(row["action"], row["action"]) if done and row["action"] != "none" else row["status"])


def _label(row: t.Mapping[str, t.Any]) -> str:
    """Return the name of a row: boxes have a number, messages and recordings an id."""
    number = next((row[one.number] for one in RESOURCES.values() if row.get(one.number)), None)
    return str(number if "source" in row else row.get("id"))


__all__ = ("MOST_BYTES", "printable")
