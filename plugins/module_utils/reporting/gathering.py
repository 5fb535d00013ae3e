# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather the results of a run as they arrive: attempts, items of loops, jobs in the background, failures that the play
handles."""

from __future__ import annotations

import typing as t

from .run_report import ACTIONS, COUNTED, TaskReport, changes_boxes

#: A task on one host.
Key = tuple[str, str]


class Gathering:
    """The reports of a run, in the order in which their tasks ended."""

    def __init__(self) -> None:
        self.reports: list[TaskReport] = []
        self._attempts: dict[Key, list[TaskReport]] = {}
        self._items: dict[Key, list[TaskReport]] = {}
        self._jobs: dict[str, TaskReport] = {}
        #: Failures by host that the play does not ignore, one entry per failed task.
        self._failures: dict[str, list[list[TaskReport]]] = {}

    def attempt(self, key: Key, report: TaskReport) -> None:
        """Record an attempt that is followed by another one."""
        # A repeated plan contains the same changes.
        if not report.check_mode:
            self._attempts.setdefault(key, []).append(report)

    def item(self, key: Key, report: TaskReport) -> None:
        """Record an item of a loop."""
        report = after_attempts(self._attempts.pop(key, []), report)
        self._items.setdefault(key, []).append(report)
        self.reports.append(report)

    def end(
        self, key: Key, read: t.Callable[[], TaskReport | None], loop: bool, failed: bool = False, ignored: bool = False
    ) -> None:
        """Record the end of a task on one host.

        :param read: returns its report, or None if it does not belong here; not called for a loop with items that
            explain the end.
        :param ignored: whether the play ignores its failure.
        """
        reports = self._items.pop(key, [])
        if not loop or (failed and not any(one.status == "failed" for one in reports)):
            report = read()
            if report is not None:
                report = after_attempts(self._attempts.pop(key, []), report)
                if not any(report is one for one in self.reports):
                    self.reports.append(report)
                reports = [*reports, report]
        self._attempts.pop(key, None)
        broken = [one for one in reports if one.status == "failed"]
        if failed and ignored:
            for one in broken:
                one.handled = True
        elif failed:
            self._failures.setdefault(key[0], []).append(broken)

    def start_job(self, job: str, report: TaskReport) -> None:
        """Record a background task."""
        self._jobs[job] = report

    def job(self, job: str) -> TaskReport | None:
        """Return the report of a background task."""
        return self._jobs.get(job)

    def resolve(self, unhandled: t.Mapping[str, int]) -> None:
        """Mark the failures that were rescued.

        :param unhandled: host to the number of its unhandled failures, which are the last ones.
        """
        for host, failures in self._failures.items():
            left = unhandled.get(host, 0)
            for reports in failures[: max(0, len(failures) - left)]:
                for one in reports:
                    one.handled = True
        for host, left in unhandled.items():
            if left and not self._failures.get(host):
                self.reports.append(ended_early(host, "a task failed; see the output of Ansible"))
        self._failures = {}


def ended_early(host: str, message: str) -> TaskReport:
    """Return a failure without a task."""
    return TaskReport(host, "Run", "ansible.run", False, "failed", message, None, [], dict.fromkeys(COUNTED, 0), [])


def after_attempts(attempts: t.Sequence[TaskReport], last: TaskReport) -> TaskReport:
    """Return the report of the last attempt with what earlier attempts changed."""
    done = [change for attempt in attempts for change in attempt.changes if change.status == "changed"]
    if last.status == "ok" and (done or any(attempt.status in ("changed", "unknown") for attempt in attempts)):
        last.status = "changed"
    still = {change.number for change in last.changes}
    for change in done:
        if change.action in ACTIONS and changes_boxes(last.module):
            last.summary[change.action] += 1
            if change.number not in still and change.action != "delete":
                last.summary["none"] = max(0, last.summary["none"] - 1)
    last.changes = [*done, *last.changes]
    return last
