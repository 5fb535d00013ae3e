# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter run_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: run_report
short_description: Report of registered results as JSON, Markdown, JUnit or a page
version_added: 1.1.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Returns the report that the callback P(telephony.voicemail.voicemail_report#callback) writes, from results that a
    play registered. The roles of this collection write their reports with it.
  - The modules already hide secrets.
positional: _input, format
options:
  _input:
    description: The tasks, in their order.
    type: list
    elements: dict
    required: true
    suboptions:
      task:
        description: Name of the task.
        type: str
        required: true
      module:
        description: Name of the module, with or without C(telephony.voicemail).
        type: str
        required: true
      check_mode:
        description: The task only planned.
        type: bool
        default: false
      result:
        description: What the task registered.
        type: dict
        required: true
  format:
    description: The format.
    type: str
    choices: [json, markdown, junit, html]
    default: json
  title:
    description: Heading of the report.
    type: str
    default: Voicemail
  host:
    description: The host of the tasks.
    type: str
    default: localhost
  state:
    description: How the run ended, if the results do not show it, such as V(declined).
    type: str
    choices: [unchanged, planned, applied, declined, refused, failed]
  role:
    description: The role whose checksum applies the plan, V(provision) or V(migrate). The report then has the command.
    type: str
  started:
    description: When the run started, in seconds since 1970, from which the report takes the duration.
    type: float
  migration:
    description:
      - What a migration does not carry over - the result of P(telephony.voicemail.mailboxes_for_vendor#filter) without
        C(mailboxes), with the number of these as C(carried), and the two vendors as C(source) and C(target).
    type: dict
"""

EXAMPLES = r"""
- name: Plan
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    src: mailboxes.yml
  check_mode: true
  register: plan

- name: Write the report
  ansible.builtin.copy:
    content: "{{ [{'task': 'Plan', 'module': 'vmboxes', 'check_mode': true, 'result': plan}]
                 | telephony.voicemail.run_report('markdown', title='Voicemail plan') }}"
    dest: plan.md
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import datetime
import os
import time
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.normalize import plain
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting import run_report as reports
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.migrations import read_migration
from ansible_collections.telephony.voicemail.plugins.plugin_utils import report_files

COLLECTION = "telephony.voicemail."


def run_report(
    tasks: t.Sequence[t.Mapping[str, t.Any]],
    format: str = "json",  # noqa: A002  the public name of the option
    *,
    title: str = "Voicemail",
    host: str = "localhost",
    state: str | None = None,
    role: str | None = None,
    started: float | None = None,
    migration: t.Mapping[str, t.Any] | None = None,
) -> str:
    """Return the report of registered results; see the documentation above.

    :raises AnsibleFilterError: if an option is wrong.
    """
    if format not in report_files.ENDINGS:
        raise AnsibleFilterError(f"run_report: format must be one of {', '.join(report_files.ENDINGS)}")
    if state is not None and state not in reports.STATES:
        raise AnsibleFilterError(f"run_report: state must be one of {', '.join(reports.STATES)}")
    # Templates return registered results as containers that cannot be copied.
    given = plain({"tasks": list(tasks), "migration": migration})
    context = reports.RunContext(
        title=title,
        playbook=report_files.playbook_name(),
        commit=report_files.commit_of(report_files.start_folder(), os.environ),
        duration=None if started is None else max(0.0, time.time() - float(started)),
        apply=report_files.apply_command(role),
        state=state,
        migrations=_migrations(host, given["migration"]),
    )
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    read = [_read(task, host) for task in given["tasks"]]
    return report_files.report_text(reports.as_report(context, now, read), format)


def _migrations(host: str, migration: t.Mapping[str, t.Any] | None) -> list[dict[str, t.Any]]:
    try:
        return [] if migration is None else [read_migration(host, migration)]
    except ValueError as error:
        raise AnsibleFilterError(f"run_report: migration {error}") from None


def _read(task: t.Mapping[str, t.Any], host: str) -> reports.TaskReport:
    result = task.get("result")
    module = str(task.get("module", "")).removeprefix(COLLECTION)
    if not isinstance(result, t.Mapping) or module not in MODULES:
        raise AnsibleFilterError("run_report: each task needs a `result`, and a `module` of telephony.voicemail")
    failed = bool(result.get("failed"))
    run = reports.TaskRun(host, str(task.get("task", "")), module, bool(task.get("check_mode")))
    return reports.read_result(run, failed, result)


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"run_report": run_report}
