# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole run did, gathered from the results of its tasks, which hold no secrets any more."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ..model.text import clean, clean_lines
from ..results import DONE

SCHEMA_VERSION = 1
COUNTED = ("create", "update", "delete", "none", "failed", "skipped")
#: Modules that change boxes, to the key of a box's number.
MODULES = {
    "vmbox": "mailbox",
    "vmboxes": "mailbox",
    "shared_voicemail": "extension_number",
    "shared_voicemails": "extension_number",
}
LONGEST_MESSAGE = 1000
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
    """What one task did on one host.

    :param module: name without the collection; of a module of another collection, its whole name.
    :param status: ``ok``, ``changed``, ``failed``, or ``unknown`` where nobody has seen the result.
    :param handled: the task failed, and the play went on: ignored, rescued or declared no failure.
    """

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
    handled: bool = False


def read_result(
    host: str,
    name: str,
    module: str,
    check_mode: bool,
    failed: bool,
    result: Result,
    *,
    background: bool = False,
    changed_when: bool = False,
) -> TaskReport:
    """Return what a task's result says.

    :param module: name without the collection.
    :param failed: Ansible takes the task for failed; it does not leave that in the result.
    :param result: the result as callbacks see it.
    :param background: nobody waits for the task.
    :param changed_when: the play decides what counts as changed, so a result without details says nothing about it.
    """
    report = TaskReport(host, name, module, check_mode, "ok", None, None, [], dict.fromkeys(COUNTED, 0), [])
    hidden = "censored" in result
    if hidden:
        # Of a list called results Ansible thinks that it came from a loop, and leaves it in place.
        result = {"msg": result["censored"], "changed": result.get("changed")}
    report.warnings = [clean(warning) for warning in result.get("warnings") or ()]
    report.plan_checksum = result.get("plan_checksum")
    key = MODULES.get(module, "mailbox")
    changes = _one(key, result, failed) if "action" in result else _many(key, result)
    report.changes = [change for change in changes if change.status != "ok" or change.action != "none"]
    if not failed and (background or (hidden and changed_when and not result.get("changed"))):
        report.status = "unknown"
        return report
    # A result without any of these is that of a module that failed, whatever `failed_when` makes of it.
    understood = hidden or "action" in result or "summary" in result
    broken = not understood or bool(result.get("error")) or any(one.status == "failed" for one in report.changes)
    report.handled = broken and not failed
    if failed or broken:
        report.status = "failed"
        report.message = clean_lines(result.get("msg") or "Ansible counts the task as failed: failed_when or until")
    elif any(one.status == "changed" for one in report.changes) or (
        result.get("changed") and (hidden or module not in MODULES)
    ):
        report.status = "changed"
    report.summary = _counts(module, result, report)
    return report


def replace(report: TaskReport, other: TaskReport) -> None:
    """Put the outcome of a task in the place of what was known before."""
    for field in dataclasses.fields(TaskReport):
        setattr(report, field.name, getattr(other, field.name))


def failure(host: str, name: str, module: str, check_mode: bool, result: Result) -> TaskReport:
    """Return the failure of a task that changes no mailbox: it may be why others did not run."""
    message = clean_lines(result.get("censored") or result.get("msg") or "the task failed")
    nothing = dict.fromkeys(COUNTED, 0)
    return TaskReport(host, name, module, check_mode, "failed", message[:LONGEST_MESSAGE], None, [], nothing, [])


def _counts(module: str, result: Result, report: TaskReport) -> dict[str, int]:
    counts = dict.fromkeys(COUNTED, 0)
    told = result.get("summary")
    if isinstance(told, t.Mapping):
        # Of messages and recordings only what failed or was skipped has a place among the counts of mailboxes.
        names = COUNTED if module in MODULES else ("failed", "skipped")
        return counts | {name: int(told.get(DONE.get(name, name), told.get(name)) or 0) for name in names}
    for change in report.changes:
        name = change.status if change.status in ("failed", "skipped") else change.action
        if name in ("failed", "skipped") or module in MODULES:
            counts[name] += 1
    counts["none"] += module in MODULES and report.status != "failed" and result.get("action") == "none"
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
                values=_values(differences.get(clean(number)), key),
            )
        )
    return changes


def _one(key: str, result: Result, failed: bool) -> list[Change]:
    action = result["action"]
    box = result.get("mailbox") or result.get("shared_voicemail") or {}
    difference = next(iter(_list(result.get("diff"))), None)
    error = result.get("error") or {}
    number = box.get(key) or (_number(difference) if difference else "") or error.get(key)
    # What the play declares to be a failure, or repeats until something else happens, did not fail itself.
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
        )
    ]


def _list(value: t.Any) -> list[t.Any]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, t.Mapping)]


def _number(difference: t.Mapping[str, t.Any]) -> str:
    header = str(difference.get("before_header") or "").removesuffix(" (absent)")
    return re.sub(r"^(greeting of )?(shared voicemail|mailbox) ", "", header)


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
    ours = [one for one in kept if "." not in one.module]
    report = {
        "version": SCHEMA_VERSION,
        "title": title,
        "generated_at": generated_at,
        "summary": {name: sum(one.summary[name] for one in kept) for name in COUNTED},
        "failed": any(one.status == "failed" and not one.handled for one in kept),
        "tasks_failed": sum(one.status == "failed" for one in kept),
        "planned_only": bool(ours) and all(one.check_mode for one in ours),
        "tasks": [dataclasses.asdict(one) for one in kept],
    }
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(report, default=str)))
