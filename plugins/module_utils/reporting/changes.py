# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the actual or planned changes from the result of a task."""

from __future__ import annotations

import dataclasses
import typing as t

from ..modules import MODULES
from ..resources import MAILBOXES
from .plan_lines import line_of

Result = t.Mapping[str, t.Any]


@dataclasses.dataclass
class Change:
    """The actual or planned change of one box.

    :param status: ``ok``, ``changed``, ``failed`` or ``skipped``.
    :param values: option to (before, after) without secrets; empty if the task returned no difference.
    :param source: file and line of its declaration.
    :param line: the change as a line of a plan; None if the task returned no difference.
    :param reason: the error without the number, which other changes may share.
    """

    number: str
    id: str | None
    action: str
    status: str
    changed_fields: list[str]
    error: str | None = None
    values: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    source: str | None = None
    line: str | None = None
    reason: str | None = None


def read_changes(module: str, result: Result, failed: bool) -> list[Change]:
    """Return the actual or planned changes of one result, without steps that changed nothing.

    :param module: name without the collection.
    :param failed: whether Ansible treats the task as failed, which is not part of the result.
    """
    key = (MODULES[module].resource if module in MODULES else MAILBOXES).number
    changes = _one(key, result, failed) if "action" in result else _many(key, result)
    return [change for change in changes if change.status != "ok" or change.action != "none"]


def _many(key: str, result: Result) -> list[Change]:
    entries = _list(result.get("diff"))
    rows = _list(result.get("results"))
    if all("status" in entry for entry in entries) and len(entries) > len(rows):
        # A failed task has all rows in its difference, but only some in its results.
        rows = entries
    differences = {_identity(key, entry): entry for entry in entries}
    changes = []
    for row in rows:
        if not {key, "action", "status"} <= row.keys():
            continue
        entry = differences.get(_identity(key, row))
        changes.append(
            Change(
                number=str(row[key]),
                id=row.get("id"),
                action=str(row["action"]),
                status=str(row["status"]),
                changed_fields=list(row.get("changed_fields") or ()),
                error=row.get("error"),
                values=_values(entry, key),
                source=row.get("source"),
                line=None if entry is None else str(line_of(entry)),
                reason=(entry or {}).get("reason") or row.get("error"),
            )
        )
    return changes


def _identity(key: str, row: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the identity of a row within its task. Only boxes are declared in a file."""
    return (str(row.get(key)),) if "source" in row else (str(row.get(key)), str(row.get("id")))


def _one(key: str, result: Result, failed: bool) -> list[Change]:
    action = result["action"]
    box = result.get("mailbox") or result.get("shared_voicemail") or {}
    difference = next(iter(_list(result.get("diff"))), None)
    error = result.get("error") or {}
    difference = difference if difference and difference.get(key) else None
    number = box.get(key) or (difference or {}).get(key) or error.get(key)
    # If the play declares the failure, or repeats the task until a condition, the box itself did not fail.
    broken = bool(error) or (failed and not {"failed_when_result", "attempts"} & result.keys())
    return [
        Change(
            number=str(number or "unknown"),
            id=box.get("id"),
            action=str(action),
            status="failed" if broken else "ok" if action == "none" else "changed",
            changed_fields=list(result.get("changed_fields") or ()),
            error=str(result.get("msg")) if broken else None,
            values=_values(difference, key),
            line=None if difference is None or action == "none" else str(line_of(difference)),
        )
    ]


def _list(value: t.Any) -> list[t.Any]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, t.Mapping)]


def _values(difference: t.Mapping[str, t.Any] | None, key: str) -> list[dict[str, t.Any]]:
    if difference is None:
        return []
    before, after = (_flat(difference.get(side) or {}) for side in ("before", "after"))
    options = [
        option
        for option in dict.fromkeys([*before, *after])
        if option != key and before.get(option) != after.get(option)
    ]
    return [{"option": option, "before": before.get(option), "after": after.get(option)} for option in options]


def _flat(values: t.Mapping[str, t.Any], above: str = "") -> dict[str, t.Any]:
    flat: dict[str, t.Any] = {}
    for option, value in values.items():
        inner = _flat(value, f"{above}{option}.") if isinstance(value, t.Mapping) else {above + str(option): value}
        flat.update(inner)
    return flat


__all__ = ("Change", "Result", "read_changes")
