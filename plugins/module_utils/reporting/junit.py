# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format the report of a run as JUnit, for a pipeline's test view."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ..model.text import clean, clean_lines
from .formats import Report, rows, shown


def as_junit(report: Report, fail_on_change: bool) -> str:
    """Return the report as JUnit: a suite for each task and host, a case for each mailbox.

    :param fail_on_change: report changes as failures, for pipelines that check for drift.
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
                ElementTree.SubElement(case, "skipped", message=clean(row["error"] or "not attempted"))
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


__all__ = ("as_junit",)
