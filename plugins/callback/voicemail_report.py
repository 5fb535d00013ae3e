# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402
"""The callback voicemail_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: voicemail_report
type: aggregate
short_description: Report of a run as JSON, Markdown, JUnit and a page
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Collects the changes of this collection's modules in a run, or planned ones in check mode, and writes a report at
    the end.
  - JSON is for programs; its schema is C(docs/schemas/voicemail_report.schema.json) of this collection.
  - Markdown is for comments on merge requests, JUnit for the pipeline's test view.
  - HTML is one page that needs nothing else, with a chart and a table of every change that can be searched.
  - It starts with the system, the playbook, the commit, the duration and one sentence with the counts.
  - Failures and deletions come first, each with its reason, file and line, and the values before and after. C(--diff)
    is not needed.
  - The commit is the one of GitHub Actions or GitLab CI, or of the playbook's Git repository.
  - A plan that is carried out in the same run is reported once.
  - The summary agrees with the exit status. It reports a failure when a task of any module fails or a host is
    unreachable, and marks failures that the play ignores, rescues or overrides.
  - The attempts of C(until) count together. A task left in the background is reported once C(async_status) returns its
    result; until then, and if C(no_log) hides the decision of C(changed_when), its outcome is unknown.
  - A task with the variable C(voicemail_report) set to V(false) is left out, and shows no plan. Use it for a task in
    check mode that only searches. If it fails, it is reported.
  - The role P(telephony.voicemail.migrate#role) adds what it does not carry over.
  - The modules already hide secrets. Files can be read only by their owner.
requirements:
  - Enabled in C(ansible.cfg), or by the environment variable E(ANSIBLE_CALLBACKS_ENABLED).
options:
  folder:
    description: Folder for the files. A relative path starts where Ansible was started.
    type: path
    default: voicemail-report
    env:
      - name: VOICEMAIL_REPORT_FOLDER
    ini:
      - section: callback_voicemail_report
        key: folder
  name:
    description: Name of the files without their endings C(.json), C(.md), C(.xml) and C(.html).
    type: str
    default: voicemail
    env:
      - name: VOICEMAIL_REPORT_NAME
    ini:
      - section: callback_voicemail_report
        key: name
  formats:
    description: What to write.
    type: list
    elements: str
    choices: [json, markdown, junit, html]
    default: [json, markdown, junit, html]
    env:
      - name: VOICEMAIL_REPORT_FORMATS
    ini:
      - section: callback_voicemail_report
        key: formats
  title:
    description: Heading of the report.
    type: str
    default: Voicemail
    env:
      - name: VOICEMAIL_REPORT_TITLE
    ini:
      - section: callback_voicemail_report
        key: title
  fail_on_change:
    description:
      - Report changes as failures in JUnit, for runs that check for drift.
      - V(true) or V(false).
    type: raw
    default: false
    env:
      - name: VOICEMAIL_REPORT_FAIL_ON_CHANGE
    ini:
      - section: callback_voicemail_report
        key: fail_on_change
  markdown_rows:
    description:
      - Most changes to list in Markdown, since the length of comments is limited.
      - A whole number.
    type: raw
    default: 200
    env:
      - name: VOICEMAIL_REPORT_MARKDOWN_ROWS
    ini:
      - section: callback_voicemail_report
        key: markdown_rows
"""

import atexit
import datetime
import functools
import os
import pathlib
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.normalize import plain
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import typed_or
from ansible_collections.telephony.voicemail.plugins.module_utils.model.disk import describe, hint_for
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting import run_report
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.gathering import (
    Gathering,
    ended_early,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.migrations import read_migration
from ansible_collections.telephony.voicemail.plugins.plugin_utils import report_files

COLLECTION = "telephony.voicemail."
STATUS_OF_JOB = "ansible.builtin.async_status"
#: The variable of a task that only searches, which does not belong in a report.
REPORTED = "voicemail_report"
#: The statistic of a host, set by ``ansible.builtin.set_stats``, that contains its migration.
MIGRATION = "telephony_voicemail_migration"
ENDINGS = report_files.ENDINGS

#: Types and defaults of options. Ansible reads anything that is not a boolean as false.
OPTIONS: dict[str, tuple[str, t.Any]] = {
    "folder": ("path", "voicemail-report"),
    "name": ("str", "voicemail"),
    "title": ("str", "Voicemail"),
    "fail_on_change": ("bool", False),
    "markdown_rows": ("int", 200),
}


class CallbackModule(CallbackBase):
    """Collect results and write the report."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "telephony.voicemail.voicemail_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: t.Any, **named: t.Any) -> None:
        super().__init__(*arguments, **named)
        self._gathering = Gathering()
        # After an error, such as drift that cannot be checked, Ansible does not report the end of the run.
        atexit.register(self._write_what_is_left, os.getpid())
        self._open = False
        self._began = time.monotonic()
        #: The role whose plan may be applied by its checksum.
        self._role: str | None = None
        self._migrations: list[dict[str, t.Any]] = []

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Read the options; what is empty is unset.

        :raises AnsibleError: if one is invalid, before a play starts.
        """
        empty = {
            name: default
            for name, (_kind, default) in {**OPTIONS, "formats": ("list", list(ENDINGS))}.items()
            if not os.environ.get(f"VOICEMAIL_REPORT_{name.upper()}", "given").strip()
        }
        super().set_options(task_keys=task_keys, var_options=var_options, direct={**empty, **(direct or {})})
        for name, (kind, default) in OPTIONS.items():
            value = self.get_option(name)
            try:
                self.set_option(name, typed_or(kind, value, default))
            except ValueError as error:
                raise AnsibleError(f"voicemail_report: `{name}` {error}") from None
        if self.get_option("markdown_rows") < 0:
            raise AnsibleError("voicemail_report: `markdown_rows` must be at least 0")

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        """Expect the end of a run."""
        self._open = True
        self._began = time.monotonic()

    def v2_runner_retry(self, result: t.Any) -> None:
        """Record an attempt after which the task is retried."""
        report = self._read(result, failed=True)
        if report is not None and _module(result).startswith(COLLECTION):
            self._gathering.attempt(_key(result), report)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """Record an item of a loop."""
        self._item(result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        """Record a failed item of a loop."""
        self._item(result, failed=True)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Record a task."""
        self._end(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Record a failed task, even if the play continues."""
        self._end(result, failed=True, ignored=bool(ignore_errors))

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Record an unreachable host, on which this task and all later ones did not run."""
        self._end(result, failed=True, ignored=bool(_field(result, "ignore_unreachable")))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Write the report."""
        self._open = False
        self._gathering.resolve(
            {host: stats.failures.get(host, 0) + stats.dark.get(host, 0) for host in stats.processed}
        )
        self._migrations = [
            read_migration(host, plain(given[MIGRATION])) for host, given in stats.custom.items() if MIGRATION in given
        ]
        self._write()

    def _write_what_is_left(self, process: int) -> None:
        # A worker is a copy of the reporting process and has only a part of the results.
        if os.getpid() != process or not self._open:
            return
        self._gathering.reports.append(ended_early("all hosts", "the run ended early; see its output"))
        try:
            self._write()
        except AnsibleError as error:
            self._display.error(str(error))

    def _write(self) -> None:
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        known = run_report.RunContext(
            title=self.get_option("title"),
            playbook=report_files.playbook_name(),
            commit=report_files.commit_of(report_files.start_folder(), os.environ),
            duration=time.monotonic() - self._began,
            apply=report_files.apply_command(self._role),
            migrations=self._migrations,
        )
        report = run_report.as_report(known, now, self._gathering.reports)
        folder = pathlib.Path(self.get_option("folder"))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for wanted in dict.fromkeys(self.get_option("formats")):
                text = report_files.report_text(
                    report, wanted, self.get_option("markdown_rows"), self.get_option("fail_on_change")
                )
                report_files.write(folder / f"{self.get_option('name')}{ENDINGS[wanted]}", text)
        except OSError as error:
            raise AnsibleError(
                f"the report cannot be written to {folder}: {describe(error)}. {hint_for(error)}"
            ) from error

    def _item(self, result: t.Any, failed: bool = False) -> None:
        report = self._read(result, failed)
        if report is not None:
            self._gathering.item(_key(result), report)

    def _end(self, result: t.Any, failed: bool = False, ignored: bool = False) -> None:
        read = functools.partial(self._read, result, failed)
        self._gathering.end(_key(result), read, bool(result.task.loop), failed, ignored)

    def _read(self, result: t.Any, failed: bool) -> run_report.TaskReport | None:
        """Return the report of a result, or None if it does not belong in a report."""
        module = _module(result)
        name = module.removeprefix(COLLECTION)
        outcome = result.result
        job = outcome.get("ansible_job_id")
        started = self._gathering.job(str(job)) if module == STATUS_OF_JOB else None
        task = result.task.get_name().strip()
        about = run_report.TaskRun(result.host.get_name(), task, name, bool(_field(result, "check_mode")))
        if started is not None:
            if outcome.get("finished"):
                about = run_report.TaskRun(started.host, started.task, started.module, started.check_mode)
                ended = run_report.read_result(about, failed, outcome)
                run_report.replace(started, ended)
            return started if failed and outcome.get("finished") else None
        searches = result.task.vars.get(REPORTED) is False
        if module == name or searches or (name in MODULES and MODULES[name].reads_only):
            # Of other modules, of reads and of searches, only failures that ended the play belong in a report.
            return run_report.failure(about, outcome) if failed else None
        waits = not _field(result, "async_val", "async") or bool(_field(result, "poll"))
        self._role = _role(result) or self._role
        report = run_report.read_result(
            about, failed, outcome, background=not waits, changed_when=bool(_field(result, "changed_when"))
        )
        if job is not None and not waits:
            self._gathering.start_job(str(job), report)
        return report


def _key(result: t.Any) -> tuple[str, str]:
    return result.host.get_name(), str(result.task._uuid)


def _module(result: t.Any) -> str:
    return str(result.task.resolved_action or result.task.action)


def _role(result: t.Any) -> str | None:
    """Return the collection's role of a task, without the collection."""
    role = getattr(result.task, "_role", None)
    name = role.get_name() if role is not None else ""
    return str(name).removeprefix(COLLECTION) if str(name).startswith(COLLECTION) else None


def _field(result: t.Any, *names: str) -> t.Any:
    """Return the rendered keyword of a task, since the task itself contains its template."""
    return next((result.task_fields[name] for name in names if name in result.task_fields), None)
