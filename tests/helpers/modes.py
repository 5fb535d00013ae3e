# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each case of tests/modes in every execution mode: use it where all modes must return the same.

A file of cases becomes one play with a host for each mode, and each host has a separate simulator. The cases run in
the order of the file, so a case may build on the state that an earlier one left. In the background, which needs a
second and many processes, only the first case of each kind runs. On that host, the others run in the worker.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import pathlib
import re
import shutil
import tempfile
import typing as t

import trustme
import yaml
from voicemail_simulator.server import SimulatorServer

from helpers.greeting_subjects import recording
from helpers.preloaded_python import MODE, preloaded_python
from helpers.programs import ROOT, environment_of, run_program
from helpers.ssh_server import missing_programs, ssh_server
from helpers.subjects import KAZOO, ONSIP, SHARED, TEL4VN

FOLDER = ROOT / "tests" / "modes"
LOGINS = {subject.vendor: subject.connection for subject in (KAZOO, SHARED, TEL4VN, ONSIP)}
MODES = ("worker", "module", "async", "ssh")
#: Keys that only asynchronous tasks return.
_OF_ASYNC = {
    "ansible_job_id",
    "finished",
    "results_file",
    "started",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
}
#: Larger numbers are times.
_SECONDS = 10**9
_MASKS = (
    # Ansible prints a set, whose order differs between processes.
    (re.compile(r"(Valid booleans include): [^\n]*"), r"\1"),
    (re.compile(r"127\.0\.0\.1:\d+"), "server"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?"), "time"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "id"),
    (re.compile(r"\b(\d{6}-)?[0-9a-f]{32,}\b"), "id"),
)
Item = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """One task.

    :param vendor: the simulated vendor.
    :param task: the task as written in a playbook, without its name.
    :param expect: a part of the result that every mode must return. A text may be a part of the returned text.
    :param excluded_modes: modes that cannot return the same result, with the reason.
    :param connected: add the connection options of the vendor to the module's options.
    """

    name: str
    task: Item
    vendor: str = "kazoo"
    expect: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    excluded_modes: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    connected: bool = True

    @property
    def module(self) -> str:
        """Return the module's name as written in the task."""
        return next(word for word in self.task if "." in word)

    @property
    def kind(self) -> tuple[t.Any, ...]:
        """Return what decides how a background task runs and reports: module, keywords and outcome."""
        outcome = (bool(self.expect.get("failed")), bool(self.expect.get("changed")), tuple(self.excluded_modes))
        return (self.module, outcome, frozenset(self.task) - {self.module})

    def as_task(self, register: str, in_background: bool) -> Item:
        """Return the task for a play.

        :param in_background: whether the host for background tasks runs it in the background.
        """
        options = self.task[self.module]
        if self.connected:
            options = {"timeout": 5, "retry_budget": 20, "vendor": self.vendor, **LOGINS[self.vendor], **options}
            options.setdefault("url", f"{{{{ servers.{self.vendor} }}}}")
        fixed: Item = {"register": register, "ignore_errors": True}
        if in_background:
            fixed |= {"async": "{{ seconds }}", "poll": 1}
        return {**fixed, **self.task, "name": self.name, self.module: options}


@functools.cache
def cases_of(name: str) -> tuple[Case, ...]:
    """Return the cases of a file."""
    listed = yaml.safe_load((FOLDER / "cases" / f"{name}.yml").read_text(encoding="utf-8"))
    return tuple(Case(**{"vendor": listed["vendor"], **case}) for case in listed["cases"])


def names() -> list[str]:
    """Return the names of the files of cases."""
    return sorted(path.stem for path in (FOLDER / "cases").glob("*.yml"))


def compare(name: str, folder: pathlib.Path) -> list[str]:
    """Run the cases of a file and return all differences, each with both results.

    :param folder: an empty folder.
    """
    cases = cases_of(name)
    results = _results(cases, folder)
    found = []
    for position, case in enumerate(cases):
        reported = {mode: results[mode].get(f"case_{position}") for mode in results if mode not in case.excluded_modes}
        first = _masked(reported["worker"], "worker")
        found += [f"{case.name}: {line}" for line in _unmet(case.expect, reported["worker"] or {})]
        for mode, result in reported.items():
            if (masked := _masked(result, mode)) != first:
                found.append(f"{case.name}: worker and {mode} differ\n{_shown(first)}\n{_shown(masked)}")
    return found


def _results(cases: t.Sequence[Case], folder: pathlib.Path) -> dict[str, Item]:
    """Run the cases in every mode that this machine supports."""
    shutil.copytree(FOLDER / "files", folder, dirs_exist_ok=True)
    (folder / "broken.yml").write_text("mailboxes: [\n")
    (folder / "tone.wav").write_bytes(recording())
    trustme.CA().cert_pem.write_to_path(str(folder / "authority.pem"))
    # A separate test reports a missing ssh.
    modes = [mode for mode in MODES if mode != "ssh" or not missing_programs()]
    environment = environment_of(folder) | {
        "ANSIBLE_ACTION_PLUGINS": str(FOLDER / "action_plugins"),
        "ANSIBLE_FORKS": str(len(MODES)),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_COLLECTIONS_PATH": f"{folder / 'collections'}:{FOLDER / 'collections'}",
    }
    for mode in modes:
        (folder / f"{mode}-audio").mkdir()
    with contextlib.ExitStack() as stack:
        # A short path, because the length of socket paths is limited.
        short = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        interpreter = stack.enter_context(preloaded_python(short, folder / "collections"))
        hosts = {mode: _variables(mode, cases, stack) for mode in modes}
        if "ssh" in hosts:
            keys = short / "ssh"
            keys.mkdir()
            hosts["ssh"] |= stack.enter_context(ssh_server(keys, folder))
        shared = {"ansible_python_interpreter": interpreter, "ansible_async_dir": str(folder / "jobs")}
        inventory = {"all": {"hosts": hosts, "vars": shared}}
        (folder / "inventory.json").write_text(json.dumps(inventory))
        (folder / "playbook.yml").write_text(yaml.safe_dump([_play(cases)], sort_keys=False, allow_unicode=True))
        files = ("-i", str(folder / "inventory.json"), str(folder / "playbook.yml"))
        # Started in another folder, because relative paths refer to the playbook's folder.
        run = run_program("playbook", short, *files, variables=environment, merged=True, preloaded=False)
        started = (short / "socket.log").read_text(encoding="utf-8").split()
    assert run.code == 0, run.output
    assert "module" in started
    return {mode: json.loads((folder / f"{mode}.json").read_text()) for mode in modes}


def _variables(mode: str, cases: t.Sequence[Case], stack: contextlib.ExitStack) -> Item:
    servers = {}
    for vendor in dict.fromkeys(case.vendor for case in cases):
        server = stack.enter_context(SimulatorServer(vendor, mailboxes=3, messages=2))
        servers[vendor] = server.url
    # The worker falls back to the module if it cannot apply a variable of the environment.
    variables = {MODE: mode} if mode == "module" else {}
    seconds = 60 if mode == "async" else 0
    given = {"servers": servers, "seconds": seconds, "variables": variables, "mode": mode}
    return {"ansible_connection": "local", **given}


def _play(cases: t.Sequence[Case]) -> Item:
    first = {case.kind: case.name for case in reversed(cases)}
    tasks = [case.as_task(f"case_{number}", first[case.kind] == case.name) for number, case in enumerate(cases)]
    registered = ", ".join(f"'case_{number}': case_{number}" for number in range(len(cases)))
    keeping = {"file": "{{ playbook_dir }}/{{ mode }}.json", "results": f"{{{{ {{{registered}}} }}}}"}
    kept = {"name": "Save the results", "save_results": keeping}
    return {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "environment": "{{ variables }}",
        "tasks": [*tasks, kept],
    }


def _masked(value: t.Any, mode: str) -> t.Any:
    """Return a result without the parts that differ between runs or hosts."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if mode != "async" or key not in _OF_ASYNC}
        return {key: _masked(inner, mode) for key, inner in kept.items()}
    if isinstance(value, list):
        if all(isinstance(inner, dict) and inner.get("call_id") for inner in value):
            # Messages of the same second are ordered by their ids, which differ between servers.
            value = sorted(value, key=lambda inner: str(inner["call_id"]))
        return [_masked(inner, mode) for inner in value]
    if isinstance(value, int) and value > _SECONDS:
        return "time"
    if isinstance(value, str):
        for pattern, word in _MASKS:
            value = pattern.sub(word, value)
        return value.replace(f"{mode}-", "mode-")
    return value


def _unmet(expected: t.Any, reported: t.Any, place: str = "") -> list[str]:
    """Return the differences between a result and the expectation of a case."""
    if isinstance(expected, dict) and isinstance(reported, dict):
        return [
            line
            for key, inner in expected.items()
            for line in _unmet(inner, reported.get(key), f"{place}.{key}".strip("."))
        ]
    if isinstance(expected, str) and isinstance(reported, str):
        fits = expected in reported
    elif isinstance(expected, str) and isinstance(reported, list):
        fits = any(expected in str(entry) for entry in reported)
    else:
        fits = expected == reported
    return [] if fits else [f"{place} is {reported!r}, expected {expected!r}"]


def _shown(result: t.Any) -> str:
    return json.dumps(result, indent=1, sort_keys=True)
