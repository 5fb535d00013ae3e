# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each case of tests/comparer on every way that a task can run: use it where all ways must return the same.

A file of cases is one play with a host for each way, and a simulator of its own for each host. The cases run in the
order of the file, so one may build on what an earlier one left. In the background, only the first case of each kind
runs, which takes many processes and a second; on that host, the others run in the worker.
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
from helpers.preloaded_python import WAY, preloaded_python
from helpers.programs import ROOT, environment_of, run_program
from helpers.ssh_server import missing_programs, ssh_server
from helpers.subjects import KAZOO, ONSIP, SHARED, TEL4VN

FOLDER = ROOT / "tests" / "comparer"
LOGINS = {subject.vendor: subject.connection for subject in (KAZOO, SHARED, TEL4VN, ONSIP)}
RUNNERS = ("worker", "module", "async", "ssh")
#: What only a task in the background returns.
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
#: Numbers above are a time.
_SECONDS = 10**9
_MASKS = (
    # Ansible shows a set, whose order differs from process to process.
    (re.compile(r"(Valid booleans include): [^\n]*"), r"\1"),
    (re.compile(r"127\.0\.0\.1:\d+"), "server"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"), "time"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "id"),
    (re.compile(r"\b(\d{6}-)?[0-9a-f]{32,}\b"), "id"),
)
Item = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """One task.

    :param vendor: whose simulator it speaks to.
    :param task: the task as it stands in a playbook, without its name.
    :param expect: a part of the result that every way must return; text must be part of the text returned.
    :param unlike: ways that cannot give the same result, with the reason.
    :param connected: add the connection options of the vendor to the module's options.
    """

    name: str
    task: Item
    vendor: str = "kazoo"
    expect: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    unlike: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    connected: bool = True

    @property
    def module(self) -> str:
        """The module as it is written."""
        return next(word for word in self.task if "." in word)

    @property
    def kind(self) -> tuple[t.Any, ...]:
        """What decides how a task in the background runs and reports: the module, the keywords and the outcome."""
        outcome = (bool(self.expect.get("failed")), bool(self.expect.get("changed")), tuple(self.unlike))
        return (self.module, outcome, frozenset(self.task) - {self.module})

    def as_task(self, register: str, in_background: bool) -> Item:
        """Return the task of a play.

        :param in_background: run it so on the host for that.
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
    """Run the cases of a file and return every difference, each with both results.

    :param folder: an empty folder.
    """
    cases = cases_of(name)
    results = _results(cases, folder)
    found = []
    for position, case in enumerate(cases):
        reported = {way: results[way].get(f"case_{position}") for way in results if way not in case.unlike}
        first = _masked(reported["worker"], "worker")
        found += [f"{case.name}: {line}" for line in _unmet(case.expect, reported["worker"] or {})]
        for way, result in reported.items():
            if (masked := _masked(result, way)) != first:
                found.append(f"{case.name}: worker and {way} differ\n{_shown(first)}\n{_shown(masked)}")
    return found


def _results(cases: t.Sequence[Case], folder: pathlib.Path) -> dict[str, Item]:
    """Run the cases on every way that this machine has."""
    shutil.copytree(FOLDER / "files", folder, dirs_exist_ok=True)
    (folder / "broken.yml").write_text("mailboxes: [\n")
    (folder / "tone.wav").write_bytes(recording())
    trustme.CA().cert_pem.write_to_path(str(folder / "authority.pem"))
    # A test of its own says where there is no ssh.
    ways = [way for way in RUNNERS if way != "ssh" or not missing_programs()]
    environment = environment_of(folder) | {
        "ANSIBLE_ACTION_PLUGINS": str(FOLDER / "action_plugins"),
        "ANSIBLE_FORKS": str(len(RUNNERS)),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_COLLECTIONS_PATH": f"{folder / 'collections'}:{FOLDER / 'collections'}",
    }
    for way in ways:
        (folder / f"{way}-audio").mkdir()
    with contextlib.ExitStack() as stack:
        # Short: the paths of sockets must not be long.
        short = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        interpreter = stack.enter_context(preloaded_python(short, folder / "collections"))
        hosts = {way: _variables(way, cases, stack) for way in ways}
        if "ssh" in hosts:
            keys = short / "ssh"
            keys.mkdir()
            hosts["ssh"] |= stack.enter_context(ssh_server(keys, folder))
        shared = {"ansible_python_interpreter": interpreter, "ansible_async_dir": str(folder / "jobs")}
        inventory = {"all": {"hosts": hosts, "vars": shared}}
        (folder / "inventory.json").write_text(json.dumps(inventory))
        (folder / "playbook.yml").write_text(yaml.safe_dump([_play(cases)], sort_keys=False, allow_unicode=True))
        files = ("-i", str(folder / "inventory.json"), str(folder / "playbook.yml"))
        # Started elsewhere: relative paths mean the folder of the playbook.
        run = run_program("playbook", short, *files, variables=environment, merged=True, preloaded=False)
        started = (short / "socket.log").read_text(encoding="utf-8").split()
    assert run.code == 0, run.output
    assert "module" in started
    return {way: json.loads((folder / f"{way}.json").read_text()) for way in ways}


def _variables(way: str, cases: t.Sequence[Case], stack: contextlib.ExitStack) -> Item:
    servers = {}
    for vendor in dict.fromkeys(case.vendor for case in cases):
        server = stack.enter_context(SimulatorServer(vendor, mailboxes=3, messages=2))
        servers[vendor] = server.url
    # With a variable of the environment that it cannot obey, the worker hands over to the module.
    variables = {WAY: way} if way == "module" else {}
    seconds = 60 if way == "async" else 0
    given = {"servers": servers, "seconds": seconds, "variables": variables, "way": way}
    return {"ansible_connection": "local", **given}


def _play(cases: t.Sequence[Case]) -> Item:
    first = {case.kind: case.name for case in reversed(cases)}
    tasks = [case.as_task(f"case_{number}", first[case.kind] == case.name) for number, case in enumerate(cases)]
    registered = ", ".join(f"'case_{number}': case_{number}" for number in range(len(cases)))
    keeping = {"file": "{{ playbook_dir }}/{{ way }}.json", "results": f"{{{{ {{{registered}}} }}}}"}
    kept = {"name": "Keep the results", "keep_results": keeping}
    return {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "environment": "{{ variables }}",
        "tasks": [*tasks, kept],
    }


def _masked(value: t.Any, way: str) -> t.Any:
    """Return a result without what differs from run to run and from host to host."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if way != "async" or key not in _OF_ASYNC}
        return {key: _masked(inner, way) for key, inner in kept.items()}
    if isinstance(value, list):
        if all(isinstance(inner, dict) and inner.get("call_id") for inner in value):
            # Messages of one second are in the order of their ids, which differ from server to server.
            value = sorted(value, key=lambda inner: str(inner["call_id"]))
        return [_masked(inner, way) for inner in value]
    if isinstance(value, int) and value > _SECONDS:
        return "time"
    if isinstance(value, str):
        for pattern, word in _MASKS:
            value = pattern.sub(word, value)
        return value.replace(f"{way}-", "way-")
    return value


def _unmet(expected: t.Any, reported: t.Any, place: str = "") -> list[str]:
    """Return where a result is not what a case expects."""
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
