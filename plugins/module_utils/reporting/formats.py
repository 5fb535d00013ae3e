# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run as Markdown and as JUnit, and the rows of its page."""

from __future__ import annotations

import json
import typing as t
from xml.etree import ElementTree

from ..model.text import clean, clean_lines, markdown

Report = t.Mapping[str, t.Any]
_FIRST = {"failed": 0, "unknown": 1, "skipped": 1, "changed": 2, "ok": 3}
_UNKNOWN = "the outcome is not known: the task runs in the background, or its result is hidden"


def shown(value: t.Any) -> str:
    """Return a value as a reader wants to see it: text as it is, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def rows(report: Report) -> list[dict[str, t.Any]]:
    """Return every change with its task, failures first; a task that no change explains is a row of its own."""
    found = []
    for task in report["tasks"]:
        about = {key: task[key] for key in ("host", "task", "module", "check_mode")}
        for row in [*_unexplained(task), *task["changes"]]:
            handled = task["handled"] and row["status"] == "failed"
            error = f"{row['error'] or 'failed'} (the play went on)" if handled else row["error"]
            found.append({**about, **row, "error": error})
    return sorted(found, key=lambda row: _FIRST.get(row["status"], 2))


def _unexplained(task: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    status = task["status"]
    if status == "ok" or any(change["status"] == status for change in task["changes"]):
        return []
    row = {"number": "", "action": "none", "status": status, "changed_fields": [], "values": [], "error": None}
    if status == "changed":
        return [{**row, "action": "changed", "changed_fields": ["no details"]}]
    return [{**row, "error": _UNKNOWN if status == "unknown" else task["message"]}]


def as_markdown(report: Report, most: int) -> str:
    """Return the report for a comment on a merge request.

    :param most: most changes to tell one by one; such comments may not be of any length.
    """
    every = rows(report)
    counts = report["summary"]
    lines = [f"# {markdown(report['title'])}", "", f"**{verdict(report)[1]}**", ""]
    lines += ["| create | update | delete | as declared | failed | skipped |", "|---|---|---|---|---|---|"]
    names = ("create", "update", "delete", "none", "failed", "skipped")
    lines += ["| " + " | ".join(str(counts[name]) for name in names) + " |", ""]
    if every:
        lines += ["| host | number | action | status | option | before | after |", "|---|---|---|---|---|---|---|"]
    for row in every[:most]:
        start = [row["host"], row["number"], row["action"], row["status"]]
        if row["error"]:
            lines.append(_line([*start, "error", "", row["error"]]))
            continue
        values = row["values"] or [{"option": ", ".join(row["changed_fields"]), "before": None, "after": None}]
        for value in values:
            lines.append(_line([*start, value["option"], shown(value["before"]), shown(value["after"])]))
            start = ["", "", "", ""]
    if len(every) > most:
        lines += ["", f"and {len(every) - most} more"]
    checksums = [(task["host"], task["plan_checksum"]) for task in report["tasks"] if _open_plan(task)]
    lines += [f"\nChecksum of the plan of {markdown(host)}: `{checksum}`" for host, checksum in checksums]
    warnings = dict.fromkeys(warning for task in report["tasks"] for warning in task["warnings"])
    lines += [f"\n> {markdown(warning)}" for warning in warnings]
    return "\n".join(lines) + "\n"


def _open_plan(task: t.Mapping[str, t.Any]) -> bool:
    return bool(task["check_mode"] and task["plan_checksum"] and task["changes"])


def verdict(report: Report) -> tuple[str, str]:
    """Return how a run ended: ``failed``, ``changed`` or ``same``, and a sentence. It agrees with the exit status."""
    tasks = report["tasks"]
    changed = [one for one in tasks if one["status"] == "changed" or _is_changed(one["changes"])]
    unknown = any(one["status"] == "unknown" for one in tasks)
    if report["failed"]:
        return "failed", "Failed"
    kind = "changed" if changed or unknown else "same"
    if any(not one["check_mode"] for one in changed):
        text = "Applied"
    elif changed:
        text = "Planned: nothing was written"
    elif unknown:
        return kind, "It is not known what was changed"
    elif not tasks:
        return kind, "No task of telephony.voicemail that writes was run"
    else:
        text = "Nothing to change"
    if report["tasks_failed"]:
        return kind, ("Nothing was changed" if not changed else text) + ", and the play went on after failures"
    return kind, f"{text}, and the outcome of other tasks is not known" if unknown else text


def _is_changed(changes: t.Iterable[t.Mapping[str, t.Any]]) -> bool:
    return any(one["status"] == "changed" for one in changes)


def cleaned(value: t.Any) -> t.Any:
    """Return a report with every text in it clean, to be shown."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(entry) for entry in value]
    return {clean(key): cleaned(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _line(cells: t.Iterable[str]) -> str:
    return "| " + " | ".join(map(markdown, cells)) + " |"


def as_junit(report: Report, fail_on_change: bool) -> str:
    """Return the report as JUnit: a suite for each task and host, a case for each mailbox.

    :param fail_on_change: a change counts as a failure, which is what drift is to a pipeline.
    """
    root = ElementTree.Element("testsuites", name=clean(report["title"]))
    totals = {"tests": 0, "failures": 0, "skipped": 0}
    for task in report["tasks"]:
        only = {**report, "tasks": [task]}
        cases = rows(only)
        suite = ElementTree.SubElement(root, "testsuite", name=clean(f"{task['host']}: {task['task']}"))
        numbers = {"tests": max(1, len(cases)), "failures": 0, "skipped": 0}
        suite.set("timestamp", report["generated_at"].removesuffix("Z"))
        if not cases:
            _case(suite, task, "as declared")
        for row in cases:
            case = _case(suite, task, f"{row['number'] or task['task']}: {row['action']}")
            text = clean_lines("\n".join([row["error"] or "", *(_change(value) for value in row["values"])]).strip())
            if row["status"] in ("skipped", "unknown"):
                numbers["skipped"] += 1
                ElementTree.SubElement(case, "skipped", message=clean(row["error"] or "not done"))
            elif row["status"] == "failed" or (fail_on_change and row["status"] == "changed"):
                numbers["failures"] += 1
                kind = "failed" if row["status"] == "failed" else "changed"
                message = row["error"] or f"{row['action']}: {', '.join(row['changed_fields'])}"
                ElementTree.SubElement(case, "failure", type=kind, message=clean(message)).text = text
            elif text:
                ElementTree.SubElement(case, "system-out").text = text
        for name, number in numbers.items():
            suite.set(name, str(number))
            totals[name] += number
        suite.set("errors", "0")
    for name, number in totals.items():
        if name != "skipped":
            root.set(name, str(number))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, task: t.Mapping[str, t.Any], name: str) -> ElementTree.Element:
    return ElementTree.SubElement(
        suite, "testcase", classname=clean(f"{task['module']}.{task['host']}"), name=clean(name), time="0"
    )


def _change(value: t.Mapping[str, t.Any]) -> str:
    return f"{value['option']}: {shown(value['before']) or 'nothing'} -> {shown(value['after']) or 'nothing'}"
