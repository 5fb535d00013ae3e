# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the report of a whole run from the results of its tasks, which contain no secrets."""

from __future__ import annotations

import collections
import dataclasses
import json
import typing as t

from ..model.problem import Subject
from ..model.text import clean, clean_lines
from ..modules import MODULES
from ..resources import MAILBOXES, RESOURCES
from ..results import DONE
from .changes import Change, Result, read_changes
from .grouping import group_by_reason
from .sentences import Counts, Nouns, counted_text

SCHEMA_VERSION = 1
#: States of a run: nothing to change; planned only; done; a plan that was not confirmed; stopped before the first
#: write; partially failed.
STATES = ("unchanged", "planned", "applied", "declined", "refused", "failed")
ACTIONS = ("create", "update", "delete")
COUNTED = ("create", "update", "delete", "none", "failed", "skipped")
LONGEST_MESSAGE = 1000
#: Nouns of the modules whose tasks a report counts together.
_NOUNS = {"voicemail_message": Nouns("message", "messages"), "voicemail_audio": Nouns("recording", "recordings")}


@dataclasses.dataclass
class TaskReport:
    """The report of one task on one host.

    :param module: name without the collection; the full name for modules of other collections.
    :param status: ``ok``, ``changed``, ``failed``, or ``unknown`` without a result.
    :param handled: whether the play continued after its failure: ignored, rescued or declared not to be one.
    :param sentence: one sentence with the counts of its actual or planned changes.
    :param system: its vendor, url and account; None if the result does not contain them.
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
    sentence: str | None = None
    system: dict[str, str] | None = None


def changes_boxes(module: str) -> bool:
    """Check whether a module, named without the collection, creates, updates and deletes boxes."""
    spec = MODULES.get(module)
    return spec is not None and spec.feature == "mailboxes" and not spec.reads_only


class TaskRun(t.NamedTuple):
    """A task on one host.

    :param module: name without the collection; of a module of another collection, its whole name.
    """

    host: str
    task: str
    module: str
    check_mode: bool

    def report(self, status: str, message: str | None = None) -> TaskReport:
        """Return a report without any change."""
        return TaskReport(*self, status, message, None, [], dict.fromkeys(COUNTED, 0), [])


def read_result(
    run: TaskRun, failed: bool, result: Result, *, background: bool = False, changed_when: bool = False
) -> TaskReport:
    """Convert the result of a task to a report.

    :param failed: whether Ansible treats the task as failed, which is not part of the result.
    :param result: the result as callbacks receive it.
    :param background: whether the task runs in the background.
    :param changed_when: whether the play overrides ``changed``, so that a result without details does not show it.
    """
    report = run.report("ok")
    hidden = "censored" in result
    if hidden:
        # Ansible treats a list called results as that of a loop, and leaves it in place.
        result = {"msg": result["censored"], "changed": result.get("changed")}
    report.warnings = [clean(warning) for warning in result.get("warnings") or ()]
    report.plan_checksum = result.get("plan_checksum")
    report.system = result.get("system")
    report.changes = read_changes(run.module, result, failed)
    if not failed and (background or (hidden and changed_when and not result.get("changed"))):
        report.status = "unknown"
        return report
    _set_status(report, result, failed, hidden)
    if not hidden and "summary" in result and result.get("msg"):
        report.sentence = f"{clean(str(result['msg']).splitlines()[0]).rstrip(':.')}."
    report.summary = _counts(run.module, result, report)
    return report


def _set_status(report: TaskReport, result: Result, failed: bool, hidden: bool) -> None:
    # A result without any of these is from a failed module, whatever `failed_when` says.
    understood = hidden or "action" in result or "summary" in result
    broken = not understood or bool(result.get("error")) or any(one.status == "failed" for one in report.changes)
    report.handled = broken and not failed
    if failed or broken:
        report.status = "failed"
        report.message = clean_lines(result.get("msg") or "Ansible counts the task as failed: failed_when or until")
    elif _is_changed(report, result, hidden):
        report.status = "changed"


def _is_changed(report: TaskReport, result: Result, hidden: bool) -> bool:
    if any(one.status == "changed" for one in report.changes):
        return True
    return bool(result.get("changed")) and (hidden or not changes_boxes(report.module))


def replace(report: TaskReport, other: TaskReport) -> None:
    """Replace the earlier report of a task by its outcome."""
    for field in dataclasses.fields(TaskReport):
        setattr(report, field.name, getattr(other, field.name))


def failure(run: TaskRun, result: Result) -> TaskReport:
    """Return the failure of a task that changes no mailbox, since it may explain why others did not run."""
    message = clean_lines(result.get("censored") or result.get("msg") or "the task failed")
    return run.report("failed", message[:LONGEST_MESSAGE])


def _counts(module: str, result: Result, report: TaskReport) -> dict[str, int]:
    counts = dict.fromkeys(COUNTED, 0)
    summary = result.get("summary")
    if isinstance(summary, t.Mapping):
        # Of messages and recordings, only failed and skipped ones are among the counts of mailboxes.
        names = COUNTED if changes_boxes(module) else ("failed", "skipped")
        return counts | {name: int(summary.get(DONE.get(name, name), summary.get(name)) or 0) for name in names}
    for change in report.changes:
        name = change.status if change.status in ("failed", "skipped") else change.action
        if name in ("failed", "skipped") or changes_boxes(module):
            counts[name] += 1
    counts["none"] += changes_boxes(module) and report.status != "failed" and result.get("action") == "none"
    return counts


def without_plans(reports: t.Sequence[TaskReport]) -> list[TaskReport]:
    """Return the reports without plans that were carried out later; these get the values of their plan."""
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


@dataclasses.dataclass(frozen=True)
class RunContext:
    """Facts of a run other than the results of its tasks.

    :param playbook: name of the playbook as started.
    :param commit: ``sha``, ``branch`` and ``url`` of the checkout, each empty if unknown.
    :param duration: duration of the run in seconds.
    :param apply: the command that applies a plan, without its checksum; empty if unknown.
    :param state: one of ``STATES``, if the results do not show it.
    :param migrations: what migrations do not carry over, from ``read_migration``.
    """

    title: str = "Voicemail"
    playbook: str = ""
    commit: t.Mapping[str, str] | None = None
    duration: float | None = None
    apply: str = ""
    state: str | None = None
    migrations: t.Sequence[t.Mapping[str, t.Any]] = ()


def as_report(context: RunContext, generated_at: str, reports: t.Sequence[TaskReport]) -> dict[str, t.Any]:
    """Return the report of a run as plain data, in its published format."""
    kept = without_plans(reports)
    ours = [one for one in kept if "." not in one.module]
    report = {
        "version": SCHEMA_VERSION,
        "title": context.title,
        "generated_at": generated_at,
        "duration_seconds": None if context.duration is None else round(context.duration, 1),
        "playbook": context.playbook or None,
        "commit": context.commit,
        "systems": _distinct([one.system for one in ours if one.system]),
        "state": context.state or _state(ours, kept),
        "sentence": _sentence(ours),
        "apply": _apply_command(context, kept),
        "summary": {name: sum(one.summary[name] for one in kept) for name in COUNTED},
        "reasons": _reasons(kept),
        "failed": _has_failed(kept),
        "tasks_failed": sum(one.status == "failed" for one in kept),
        "planned_only": bool(ours) and all(one.check_mode for one in ours),
        "migrations": list(context.migrations),
        "tasks": [dataclasses.asdict(one) for one in kept],
    }
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(report, default=str)))


def _apply_command(context: RunContext, kept: t.Sequence[TaskReport]) -> str | None:
    """Return the command that applies the plan of a run, if it has exactly one."""
    checksums = {one.plan_checksum for one in kept if one.check_mode and one.plan_checksum and one.changes}
    return f"{context.apply}{checksums.pop()}" if context.apply and len(checksums) == 1 else None


def _has_failed(kept: t.Sequence[TaskReport]) -> bool:
    return any(one.status == "failed" and not one.handled for one in kept)


def _state(ours: t.Sequence[TaskReport], kept: t.Sequence[TaskReport]) -> str:
    if _has_failed(kept):
        return "failed"
    if any(not one.check_mode and one.status == "changed" for one in ours):
        return "applied"
    return "planned" if any(one.status == "changed" for one in ours) else "unchanged"


def _distinct(rows: t.Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [row for position, row in enumerate(rows) if row not in rows[:position]]


def _sentence(ours: t.Sequence[TaskReport]) -> str | None:
    """Return the sentence of a run's only task, or one each for boxes, messages and recordings."""
    if len(ours) == 1 and ours[0].sentence:
        return ours[0].sentence
    groups: dict[tuple[str, bool], list[TaskReport]] = {}
    # A task that failed as a whole planned nothing, which is not the same as a plan without changes.
    ended = [one for one in ours if one.status != "failed" or one.sentence or one.changes]
    for one in ended:
        kind = "" if changes_boxes(one.module) else one.module
        groups.setdefault((kind, one.check_mode and bool(kind)), []).append(one)
    texts = [
        _boxes_sentence(tasks) if not kind else _other_sentence(tasks) for (kind, _planned), tasks in groups.items()
    ]
    return " ".join(text for text in texts if text) or None


def _boxes_sentence(boxes: t.Sequence[TaskReport]) -> str:
    summary = {name: sum(one.summary[name] for one in boxes) for name in COUNTED}
    resources = {MODULES[one.module].resource.key for one in boxes}
    resource = RESOURCES[resources.pop()] if len(resources) == 1 else MAILBOXES
    done = {action: summary[action] for action in ACTIONS if summary[action]}
    counts = _counted(boxes, done, summary["none"])
    return counted_text(Nouns(resource.key, resource.keys), counts, planned=all(one.check_mode for one in boxes))


def _other_sentence(tasks: t.Sequence[TaskReport]) -> str:
    """Return the sentence of several tasks of one module that does not change boxes."""
    nouns = _NOUNS.get(tasks[0].module)
    done = collections.Counter(row.action for one in tasks for row in one.changes if row.status == "changed")
    counts = _counted(tasks, done)
    if nouns is None or len(tasks) == 1 or not (done or counts.failed):
        return " ".join(dict.fromkeys(one.sentence for one in tasks if one.sentence))
    return counted_text(nouns, counts, planned=tasks[0].check_mode)


def _counted(tasks: t.Sequence[TaskReport], done: t.Mapping[str, int], unchanged: int = 0) -> Counts:
    lost = sum(row.status == "skipped" and row.action == "delete" for one in tasks for row in one.changes)
    return Counts(
        done=done,
        unchanged=unchanged,
        failed=sum(one.summary["failed"] for one in tasks),
        skipped=max(0, sum(one.summary["skipped"] for one in tasks) - lost),
        skipped_deletions=lost,
    )


def _reasons(kept: t.Sequence[TaskReport]) -> list[dict[str, t.Any]]:
    """Return each distinct reason of a failure with its items, the most frequent first."""
    rows = []
    for task in kept:
        if task.status != "failed":
            continue
        failed = [change for change in task.changes if change.status == "failed"]
        rows += [(_subject(task, change), clean(change.reason or change.error or "failed")) for change in failed]
        if not failed:
            # A task of another module is named, since nothing else in the report is about it.
            about = Subject(name=task.task if "." in task.module else "")
            rows += [(about, clean(line)) for line in _problem_lines(task.message or "failed")]
    groups = sorted(group_by_reason(rows), key=lambda group: -len(group.subjects))
    return [
        {
            "text": group.text,
            "kind": group.subjects[0].kind,
            "items": [subject.name for subject in group.subjects if subject.name],
        }
        for group in groups
    ]


def _problem_lines(message: str) -> list[str]:
    """Return the problems in the message of a task, without the line that counts them."""
    listed = [line.removeprefix("- ") for line in message.splitlines() if line.startswith("- ")]
    return listed or [message]


def _subject(task: TaskReport, change: Change) -> Subject:
    """Return the subject of a failed change: a message has an id, and a box a number and a place in a file."""
    if not changes_boxes(task.module):
        return Subject("message", change.id or change.number)
    name = f"{change.number} ({change.source})" if change.source else change.number
    return Subject(MODULES[task.module].resource.key, name)
