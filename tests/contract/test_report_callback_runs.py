# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback voicemail_report after real plays: every outcome of a task, many in one run."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from contract.test_report_callback import junit_of, report_of
from helpers.playbooks import Run, run_playbook
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer

GONE = """
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = "name: gone"


class Connection(ConnectionBase):
    transport = "gone"
    has_pipelining = False

    def _connect(self):
        raise AnsibleConnectionFailure("the host does not answer")

    exec_command = put_file = fetch_file = lambda self, *_args, **_named: self._connect()

    def close(self):
        pass
"""
INVENTORY = """
[all]
one ansible_connection=local
two ansible_connection=local
gone ansible_connection=gone
[all:vars]
ansible_python_interpreter="{{ ansible_playbook_python }}"
"""
Task = dict[str, t.Any]


def run(folder: pathlib.Path, plays: list[Task], *options: str) -> Run:
    """Run plays with the callback for three hosts. One of them is unreachable."""
    (folder / "connection_plugins").mkdir()
    (folder / "connection_plugins" / "gone.py").write_text(GONE)
    (folder / "hosts.ini").write_text(INVENTORY)
    (folder / "playbook.yml").write_text(json.dumps([{"gather_facts": False, **play} for play in plays]))
    environment = {
        "ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report",
        "ANSIBLE_INVENTORY": str(folder / "hosts.ini"),
    }
    return run_playbook(folder, str(folder / "playbook.yml"), *options, environment=environment)


class Tasks:
    """Create tasks for one telephone system."""

    def __init__(self, server: SimulatorServer) -> None:
        self._server = server

    def many(self, name: str, *numbers: str, options: Task | None = None, **keywords: t.Any) -> Task:
        """Return a task that declares mailboxes."""
        boxes = [{"mailbox": number, "name": f"Box {number}"} for number in numbers]
        arguments = KAZOO.arguments(self._server, mailboxes=boxes, retry_budget=0, workers=1, **(options or {}))
        return {"name": name, "telephony.voicemail.vmboxes": arguments, **keywords}

    def one(self, name: str, number: str, **keywords: t.Any) -> Task:
        """Return a task that declares one mailbox."""
        arguments = KAZOO.arguments(self._server, mailbox=number, retry_budget=0)
        return {"name": name, "telephony.voicemail.vmbox": {**arguments, "name": f"Box {number}"}, **keywords}

    def refused(self, name: str, **keywords: t.Any) -> Task:
        """Return a task that fails before any change."""
        return {"name": name, "telephony.voicemail.vmbox": KAZOO.arguments(self._server, mailbox="1"), **keywords}


def reported(report: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the status, whether the play continued, and the changes of each task, by name and host."""
    found: dict[str, t.Any] = {}
    for task in report["tasks"]:
        changes = [f"{one['action']} {one['number']} {one['status']}" for one in task["changes"]]
        entry = (task["status"] + ("*" if task["handled"] else ""), changes)
        name = task["task"] if task["host"] == "one" else f"{task['task']} on {task['host']}"
        found[name] = [*found[name], entry] if name in found else [entry]
    return found


def created(server: SimulatorServer) -> set[str]:
    """Return the numbers of the new mailboxes on the telephone system."""
    boxes = server.store.as_dict("kazoo.")["kazoo.boxes"].values()
    return {box["public"]["mailbox"] for box in boxes if not box["deleted"]}


def texts_of(folder: pathlib.Path) -> dict[str, str]:
    """Return the texts of a report by file ending."""
    return {file.suffix: file.read_text("utf-8") for file in (folder / "voicemail-report").iterdir()}


def every_ending(make: Tasks) -> list[Task]:
    """Return a task for every way in which one ends while its play goes on."""
    wait = {"ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"}}
    return [
        make.many("Retried", "2000", "2001", "2002", register="made", until="made is succeeded", retries=2, delay=0),
        make.one(
            "Retried in a loop",
            "{{ item }}",
            loop=["2003", "2004"],
            register="made",
            until="made is succeeded",
            retries=2,
            delay=0,
        ),
        make.many("Hidden", "2010", no_log=True),
        make.many("Hidden and unchanged", "2010", no_log=True),
        make.many("Hidden and decided", "2011", no_log=True, changed_when=False),
        make.many("Waited for", "2020", **{"async": 60, "poll": 1}),
        make.many("Asked for later", "2021", register="job", **{"async": 60, "poll": 0}),
        {"name": "Ask", **wait, "register": "asked", "until": "asked is finished", "retries": 100, "delay": 0.2},
        make.many("Never asked for", "2022", **{"async": 60, "poll": 0}),
        make.refused("Ignored", ignore_errors=True),
        make.refused("Ignored by a template", ignore_errors="{{ true }}"),
        {"name": "Block", "block": [make.refused("Rescued")], "rescue": [make.many("Rescue", "2030")]},
        make.refused("No failure", failed_when=False),
        make.many("No change", "2040", changed_when=False),
        make.many("Only called a change", "2040", changed_when=True),
        make.many("Left out", "2999", when=False),
        make.one("Loop", "{{ item }}", loop=["2050", "2050", "2051"]),
        make.one("Loop over nothing", "{{ item }}", loop=[]),
        make.one("Loop that cannot start", "{{ item }}", loop="{{ nowhere }}", ignore_errors=True),
        make.many("Delegated", "2060", delegate_to="two"),
        make.many("Planned", "2070", check_mode="{{ true }}"),
        make.many("Really done", "2071", check_mode="{{ false }}"),
        {
            "name": "Host that is gone",
            **{k: v for k, v in make.many("", "2998").items() if k != "name"},
            "vars": {"ansible_connection": "gone"},
            "ignore_unreachable": True,
        },
    ]


#: What the report shows of those that did not fail.
ENDED = {
    "Retried": [("changed", ["create 2000 changed", "create 2001 changed", "create 2002 changed"])],
    "Retried in a loop": [("changed", ["create 2003 changed"]), ("changed", ["create 2004 changed"])],
    "Hidden": [("changed", [])],
    "Hidden and unchanged": [("ok", [])],
    "Hidden and decided": [("unknown", [])],
    "Waited for": [("changed", ["create 2020 changed"])],
    "Asked for later": [("changed", ["create 2021 changed"])],
    "Never asked for": [("unknown", [])],
    "Rescue": [("changed", ["create 2030 changed"])],
    "No change": [("changed", ["create 2040 changed"])],
    "Only called a change": [("ok", [])],
    "Loop": [("changed", ["create 2050 changed"]), ("ok", []), ("changed", ["create 2051 changed"])],
    "Delegated": [("changed", ["create 2060 changed"])],
    "Planned": [("changed", ["create 2070 changed"])],
    "Really done": [("changed", ["create 2071 changed"])],
    "Once": [("changed", ["create 2080 changed"])],
    "Each": [("changed", ["create 2090 changed"])],
    "Each on two": [("changed", ["create 2091 changed"])],
}
#: The others.
FAILED = {
    "Ignored",
    "Ignored by a template",
    "Rescued",
    "No failure",
    "Loop that cannot start",
    "Host that is gone",
}


def test_a_successful_run_reports_all_changes(tmp_path: pathlib.Path) -> None:
    # The second creation fails once. The mailbox of the first attempt is still reported.
    fault = "status:500,method=PUT,path=vmboxes,skip={},count=1"
    with KAZOO.serve(mailboxes=1, faults=[fault.format(1), fault.format(5)]) as server:
        make = Tasks(server)
        everywhere = make.one("Once", "2080", run_once=True)
        serial = make.one("Each", "209{{ 0 if inventory_hostname == 'one' else 1 }}")
        plays: list[Task] = [
            {"hosts": "one", "tasks": every_ending(make)},
            {"hosts": "one:two", "tasks": [everywhere]},
            {"hosts": "one:two", "serial": 1, "tasks": [serial]},
        ]
        done = run(tmp_path, plays)
        assert done.code == 0, done.output
        really = created(server)
    report = report_of(tmp_path)
    found = reported(report)
    assert {name: entries for name, entries in found.items() if "ailed" not in str(entries)} == ENDED
    assert {name for name in found if found[name] == [("failed*", [])]} == FAILED
    shown = {one["number"] for task in report["tasks"] if not task["check_mode"] for one in task["changes"]}
    # The play hid the other tasks, or did not wait for them.
    assert really - shown - {"1000"} <= {"2010", "2011", "2022"}
    assert shown <= really
    assert (report["failed"], report["planned_only"], report["tasks_failed"]) == (False, False, len(FAILED))
    assert report["summary"]["create"] == len(shown) + 1
    assert report["summary"]["failed"] == 0
    texts = texts_of(tmp_path)
    assert "**Applied, and the play continued after failures**" in texts[".md"]
    assert "Applied, and the play continued after failures" in texts[".html"]
    suites = junit_of(tmp_path)
    assert suites.get("failures") == str(len(FAILED))
    assert len(list(suites.iter("skipped"))) == 2


@pytest.mark.parametrize("loop", [False, True], ids=["task", "loop"])
def test_an_unreachable_host_fails_the_report(tmp_path: pathlib.Path, loop: bool) -> None:
    with KAZOO.serve(mailboxes=0) as server:
        task = Tasks(server).one("All", "3000", **({"loop": ["a"]} if loop else {}))
        done = run(tmp_path, [{"hosts": "gone:one", "tasks": [task]}])
    assert done.code == 4, done.output
    report = report_of(tmp_path)
    assert report["failed"]
    assert reported(report) == {"All on gone": [("failed", [])], "All": [("changed", ["create 3000 changed"])]}
    texts = texts_of(tmp_path)
    assert "**Failed**" in texts[".md"]
    assert "does not answer" in texts[".md"]
    assert junit_of(tmp_path).get("failures") == "1"


def test_unreadable_facts_fail_the_report(tmp_path: pathlib.Path) -> None:
    """Check the report, although no task of this collection runs."""
    with KAZOO.serve(mailboxes=0) as server:
        done = run(tmp_path, [{"hosts": "gone", "gather_facts": True, "tasks": [Tasks(server).many("All", "3000")]}])
    assert done.code == 4, done.output
    assert report_of(tmp_path)["failed"]
    assert "**Failed**" in texts_of(tmp_path)[".md"]
    assert junit_of(tmp_path).get("failures") == "1"


FAILING = {
    "any errors are fatal": {"hosts": "one:two", "any_errors_fatal": True},
    "more fail than may": {"hosts": "one:two", "max_fail_percentage": 10},
    "one at a time": {"hosts": "one:two", "serial": 1},
    "freely": {"hosts": "one:two", "strategy": "free"},
}


@pytest.mark.parametrize("play", FAILING.values(), ids=FAILING)
def test_a_failed_play_is_never_reported_as_a_success(tmp_path: pathlib.Path, play: Task) -> None:
    """Run failures that the play handles, and then one of another module that it does not handle."""
    with KAZOO.serve(mailboxes=0) as server:
        make = Tasks(server)
        tasks = [
            {"name": "Block", "block": [make.refused("Rescued")], "rescue": [make.one("Rescue", "3000")]},
            make.one(
                "Called a failure",
                "300{{ 1 if inventory_hostname == 'one' else 2 }}",
                failed_when=True,
                ignore_errors=True,
            ),
            {"name": "Stop", "ansible.builtin.fail": {"msg": "<b>enough</b>"}, "when": "inventory_hostname == 'one'"},
            make.one("After", "3009"),
        ]
        done = run(tmp_path, [{**play, "tasks": tasks}])
        assert done.code == 2, done.output
        really = created(server)
    report = report_of(tmp_path)
    found = reported(report)
    assert report["failed"]
    assert (found["Rescued"], found["Stop"]) == ([("failed*", [])], [("failed", [])])
    assert found["Called a failure"] == [("failed*", ["create 3001 changed"])]
    assert "After" not in found
    changed = {one["number"] for task in report["tasks"] for one in task["changes"]}
    assert changed == really
    texts = texts_of(tmp_path)
    assert "**Failed**" in texts[".md"]
    assert "&lt;b&gt;enough" in texts[".md"]
    messages = [one.get("message") for one in junit_of(tmp_path).iter("failure")]
    assert "<b>enough</b>" in messages


def test_an_aborted_run_is_never_reported_as_a_success(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=0) as server:
        plays = [
            {"hosts": "one", "tasks": [Tasks(server).many("All", "3000")]},
            {"hosts": "{{ nowhere }}", "tasks": []},
        ]
        done = run(tmp_path, plays)
    assert done.code != 0, done.output
    report = report_of(tmp_path)
    assert report["failed"]
    assert report["summary"]["create"] == 1
    assert "**Failed**" in texts_of(tmp_path)[".md"]
    assert junit_of(tmp_path).get("failures") == "1"


def test_a_run_without_tasks_does_not_report_nothing_to_change(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=0) as server:
        done = run(tmp_path, [{"hosts": "one", "tasks": [Tasks(server).many("All", "3000", when=False)]}])
    assert done.code == 0, done.output
    texts = texts_of(tmp_path)
    for text in texts.values():
        assert "Nothing to change" not in text
        assert "Everything matches the declaration" not in text


def test_message_and_recording_changes_are_reported(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1, messages=2) as server:
        connection = KAZOO.arguments(server, all_mailboxes=True)
        tasks = [
            {"name": "Keep", "telephony.voicemail.voicemail_audio": {**connection, "dest": str(tmp_path)}},
            {"name": "Read", "telephony.voicemail.voicemail_message": {**connection, "state": "read"}},
        ]
        done = run(tmp_path, [{"hosts": "one", "tasks": tasks}])
    assert done.code == 0, done.output
    found = reported(report_of(tmp_path))
    assert [entries[0][0] for entries in found.values()] == ["changed", "changed"], found
    assert all(entries[0][1] for entries in found.values()), found
    assert "**Applied**" in texts_of(tmp_path)[".md"]
