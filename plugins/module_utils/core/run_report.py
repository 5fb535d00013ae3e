# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole run did, gathered from the results of its tasks, which hold no secrets any more."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .outcome import DONE

SCHEMA_VERSION = 1
COUNTED = ("create", "update", "delete", "none", "failed", "skipped")
#: Module to (key of the number, plural).
MODULES = {
    "vmbox": ("mailbox", False),
    "vmboxes": ("mailbox", True),
    "shared_voicemail": ("extension_number", False),
    "shared_voicemails": ("extension_number", True),
}
Result = t.Mapping[str, t.Any]


@dataclasses.dataclass
class Change:
    """What happened, or would happen, to one box.

    :param status: ``ok``, ``changed``, ``failed`` or ``skipped``.
    :param values: option to (before, after), as they may be shown; empty where the task told no difference.
    """

    number: str
    id: str | None
    action: str
    status: str
    changed_fields: list[str]
    error: str | None = None
    values: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class TaskReport:
    """What one task did on one host."""

    host: str
    task: str
    module: str
    check_mode: bool
    status: str
    message: str | None
    plan_checksum: str | None
    warnings: list[str]
    summary: dict[str, int]
    changes: list[Change]


def read_result(host: str, name: str, module: str, check_mode: bool, failed: bool, result: Result) -> TaskReport:
    """Return what a task's result says.

    :param module: name without the collection.
    :param failed: Ansible takes the task for failed; it does not leave that in the result.
    :param result: the result as callbacks see it.
    """
    if "censored" in result:
        # Of a list called results Ansible thinks that it came from a loop, and leaves it in place.
        result = {"msg": result["censored"]}
    key, plural = MODULES.get(module, ("mailbox", True))
    changes = _many(key, result) if plural else _one(key, result, failed)
    changes = [change for change in changes if change.status != "ok" or change.action != "none"]
    counts = result.get("summary") if plural else None
    return TaskReport(
        host=host,
        task=name,
        module=module,
        check_mode=check_mode,
        status="failed" if failed else "changed" if any(one.status == "changed" for one in changes) else "ok",
        message=str(result.get("msg") or "") or None if failed else None,
        plan_checksum=result.get("plan_checksum"),
        warnings=[str(warning) for warning in result.get("warnings") or ()],
        summary=_counts(counts, changes, not failed and result.get("action") == "none"),
        changes=changes,
    )


def _counts(told: t.Any, changes: list[Change], unchanged: bool) -> dict[str, int]:
    if isinstance(told, t.Mapping):
        return {name: int(told.get(DONE.get(name, name)) or 0) for name in COUNTED}
    counts = dict.fromkeys(COUNTED, 0)
    for change in changes:
        counts[change.status if change.status in ("failed", "skipped") else change.action] += 1
    counts["none"] += unchanged
    return counts


def _many(key: str, result: Result) -> list[Change]:
    differences = {_number(entry): entry for entry in _list(result.get("diff"))}
    changes = []
    for row in _list(result.get("results")):
        if not {key, "action", "status"} <= row.keys():
            continue
        number = str(row[key])
        changes.append(
            Change(
                number=number,
                id=row.get("id"),
                action=str(row["action"]),
                status=str(row["status"]),
                changed_fields=list(row.get("changed_fields") or ()),
                error=row.get("error"),
                values=_values(differences.get(number), key),
            )
        )
    return changes


def _one(key: str, result: Result, failed: bool) -> list[Change]:
    action = result.get("action")
    if action is None:
        return []
    box = result.get("mailbox") or result.get("shared_voicemail") or {}
    difference = next(iter(_list(result.get("diff"))), None)
    number = box.get(key) or (_number(difference) if difference else "") or (result.get("error") or {}).get(key)
    return [
        Change(
            number=str(number or "unknown"),
            id=box.get("id"),
            action=str(action),
            status="failed" if failed else "ok" if action == "none" else "changed",
            changed_fields=list(result.get("changed_fields") or ()),
            error=str(result.get("msg")) if failed else None,
            values=_values(difference, key),
        )
    ]


def _list(value: t.Any) -> list[t.Any]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, t.Mapping)]


def _number(difference: t.Mapping[str, t.Any]) -> str:
    return str(difference.get("before_header") or "").removesuffix(" (absent)").rpartition(" ")[2]


def _values(difference: t.Mapping[str, t.Any] | None, key: str) -> list[dict[str, t.Any]]:
    if difference is None:
        return []
    before, after = (_flat(difference.get(side) or {}) for side in ("before", "after"))
    options = [option for option in dict.fromkeys([*before, *after]) if option != key]
    return [{"option": option, "before": before.get(option), "after": after.get(option)} for option in options]


def _flat(values: t.Mapping[str, t.Any], above: str = "") -> dict[str, t.Any]:
    flat: dict[str, t.Any] = {}
    for option, value in values.items():
        inner = _flat(value, f"{above}{option}.") if isinstance(value, t.Mapping) else {above + str(option): value}
        flat.update(inner)
    return flat


def without_plans(reports: t.Sequence[TaskReport]) -> list[TaskReport]:
    """Return the reports without plans that were then carried out, which keep the before and after of their plan."""
    plans = {
        (one.host, one.module, str(one.plan_checksum)): one for one in reports if one.check_mode and one.plan_checksum
    }
    kept = list(reports)
    for report in reports:
        planned = plans.get((report.host, report.module, str(report.plan_checksum)))
        if planned is None or report.check_mode:
            continue
        values = {change.number: change.values for change in planned.changes}
        for change in report.changes:
            change.values = change.values or values.get(change.number, [])
        kept = [one for one in kept if one is not planned]
    return kept


def as_report(title: str, generated_at: str, reports: t.Sequence[TaskReport]) -> dict[str, t.Any]:
    """Return the report of a run as plain data, in the published form."""
    kept = without_plans(reports)
    return t.cast(
        "dict[str, t.Any]",
        json.loads(
            json.dumps(
                {
                    "version": SCHEMA_VERSION,
                    "title": title,
                    "generated_at": generated_at,
                    "summary": {name: sum(one.summary[name] for one in kept) for name in COUNTED},
                    "tasks_failed": sum(one.status == "failed" for one in kept),
                    "planned_only": bool(kept) and all(one.check_mode for one in kept),
                    "tasks": [dataclasses.asdict(one) for one in kept],
                },
                default=str,
            )
        ),
    )
