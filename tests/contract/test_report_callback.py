# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback voicemail_report, enabled in real runs of ansible-playbook."""

from __future__ import annotations

import json
import pathlib
import stat
import typing as t
from xml.etree import ElementTree

import jsonschema
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting import run_report
from helpers.playbooks import ROOT, Run, play
from helpers.runners import in_worker
from helpers.subjects import KAZOO, SHARED, Subject
from voicemail_simulator.server import SimulatorServer

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "voicemail_report.schema.json").read_text())
PINS = ("7q3z19", "9w1k46")
NASTY = "<script>alert('x')</script> | `*a*` \u2603"


def run(folder: pathlib.Path, tasks: list[dict[str, t.Any]], *options: str, **settings: str) -> Run:
    """Run tasks with the callback enabled."""
    environment = {"ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report"}
    environment |= {f"VOICEMAIL_REPORT_{name.upper()}": value for name, value in settings.items()}
    return play(folder, tasks, *options, environment=environment)


def many(server: SimulatorServer, mailboxes: list[dict[str, t.Any]], **more: t.Any) -> dict[str, t.Any]:
    """Return a task for several mailboxes."""
    arguments = KAZOO.arguments(server, mailboxes=mailboxes, **more)
    return {"name": "All", "telephony.voicemail.vmboxes": arguments}


def report_of(folder: pathlib.Path) -> dict[str, t.Any]:
    """Check the JSON report against its schema and return it."""
    report: dict[str, t.Any] = json.loads((folder / "voicemail-report" / "voicemail.json").read_text())
    jsonschema.validate(report, SCHEMA)
    return report


def junit_of(folder: pathlib.Path) -> ElementTree.Element:
    """Check the structure and the sums of the JUnit report and return it."""
    root = ElementTree.parse(folder / "voicemail-report" / "voicemail.xml").getroot()
    assert root.tag == "testsuites"
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped", "timestamp"} <= set(suite.keys())
        for case in suite:
            assert (case.tag, set(case.keys())) == ("testcase", {"classname", "name", "time"})
            assert {part.tag for part in case} <= {"failure", "skipped", "system-out"}
        assert int(suite.get("tests", "")) == len(suite) > 0
        assert int(suite.get("failures", "")) == len(list(suite.iter("failure")))
        assert int(suite.get("skipped", "")) == len(list(suite.iter("skipped")))
    assert int(root.get("tests", "")) == len(list(root.iter("testcase")))
    assert int(root.get("failures", "")) == len(list(root.iter("failure")))
    return root


def test_every_format_shows_every_change_and_no_secret(tmp_path: pathlib.Path) -> None:
    boxes = [{"mailbox": "1000", "name": NASTY, "pin": PINS[0]}, {"mailbox": "3000", "name": "New", "pin": PINS[1]}]
    with KAZOO.serve(mailboxes=2) as server:
        single = KAZOO.arguments(server, mailbox="{{ item }}", state="absent", delete_messages=True)
        tasks = [
            {**many(server, boxes), "check_mode": True, "name": "Plan"},
            many(server, boxes),
            {"name": "One", "telephony.voicemail.vmbox": single, "loop": ["1001", "4000"]},
            {"name": "Read", "telephony.voicemail.vmbox_info": KAZOO.arguments(server, include_pins=True)},
        ]
        done = run(tmp_path, tasks, "--diff")
        assert done.code == 0, done.output
    report = report_of(tmp_path)
    assert [task["task"] for task in report["tasks"]] == ["All", "One", "One"]
    assert report["summary"] == {"create": 1, "update": 1, "delete": 1, "none": 1, "failed": 0, "skipped": 0}
    update, create = report["tasks"][0]["changes"]
    assert {"option": "name", "before": "Mailbox 1000", "after": NASTY} in update["values"]
    assert {"option": "pin", "before": "(hidden)", "after": "(hidden, new)"} in update["values"]
    assert create["number"] == "3000"
    (gone,) = report["tasks"][1]["changes"]
    assert (gone["number"], gone["action"]) == ("1001", "delete")
    texts = {}
    for file in (tmp_path / "voicemail-report").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        texts[file.suffix] = file.read_text(encoding="utf-8")
        assert [secret for secret in (*PINS, "simulator-password") if secret in texts[file.suffix]] == []
    assert set(texts) == {".json", ".md", ".xml", ".html"}
    assert (
        "| update | done | name | Mailbox 1000 | &lt;script&gt;alert('x')&lt;/script&gt; \\| '\\*a\\*' \u2603 |"
        in texts[".md"]
    )
    assert "<script>alert" not in texts[".html"]
    for outside in ("src=", "href=", "url(", "@import", "http://", "https://"):
        # The address of the system is text, not a link.
        assert outside not in texts[".html"].replace(f"kazoo at {server.url}", "")
    suites = junit_of(tmp_path)
    assert (suites.get("tests"), suites.get("failures")) == ("4", "0")
    assert [case.get("name") for case in suites.iter("testcase")] == [
        "1000: update",
        "3000: create",
        "1001: delete",
        "as declared",
    ]


@pytest.mark.parametrize("subject", [KAZOO, SHARED], ids=lambda subject: subject.name)
def test_a_mailbox_that_was_not_created_is_named(subject: Subject) -> None:
    """The report names a mailbox without a result, although newer versions of Ansible omit the task's arguments."""
    with subject.serve(faults=["status:500,count=9,method=PUT|POST,path=.*(vmboxes|voicemail).*"]) as server:
        item = {subject.key: subject.number, **subject.create}
        result = in_worker(subject.module, subject.arguments(server, retry_budget=0, **item))
    assert result["failed"], result
    result.pop("invocation", None)
    (change,) = run_report.read_result(run_report.TaskRun("office", "One", subject.module, False), True, result).changes
    assert (change.number, change.status) == (subject.number, "failed")


def test_failures_come_first(tmp_path: pathlib.Path) -> None:
    boxes = [{"mailbox": str(number), "name": f"Box {number}"} for number in range(3000, 3003)]
    with KAZOO.serve(mailboxes=0, faults=["status:500,method=PUT,path=vmboxes,skip=1"]) as server:
        tasks = [
            {**many(server, boxes, retry_budget=0, workers=1), "ignore_errors": True},
            many(server, [{"nonsense": 1}]),
        ]
        done = run(tmp_path, tasks)
        assert done.code != 0, done.output
    report = report_of(tmp_path)
    assert report["summary"]["failed"] == 2
    assert report["summary"]["create"] == 1
    assert report["tasks_failed"] == 2
    markdown = (tmp_path / "voicemail-report" / "voicemail.md").read_text()
    table = [line for line in markdown.splitlines() if line.startswith("| localhost")]
    assert [("failed" in line) for line in table] == [True, True, True, False]
    suites = junit_of(tmp_path)
    assert (suites.get("tests"), suites.get("failures")) == ("4", "3")


def test_drift_fails_in_junit_and_long_reports_are_truncated(tmp_path: pathlib.Path) -> None:
    boxes = [{"mailbox": str(number), "name": f"Box {number}"} for number in range(3000, 3010)]
    with KAZOO.serve(mailboxes=0) as server:
        done = run(
            tmp_path, [many(server, boxes)], "--check", fail_on_change="true", markdown_rows="3", title="Drift & more"
        )
        assert done.code == 0, done.output
        assert KAZOO.writes(server) == []
    report = report_of(tmp_path)
    assert report["planned_only"]
    markdown = (tmp_path / "voicemail-report" / "voicemail.md").read_text()
    assert markdown.startswith("# Drift &amp; more\n")
    assert "and 7 more" in markdown
    assert f"`{report['tasks'][0]['plan_checksum']}`" in markdown
    suites = junit_of(tmp_path)
    assert suites.get("failures") == "10"
    assert {failure.get("type") for failure in suites.iter("failure")} == {"changed"}


def test_censored_tasks_report_nothing(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=0) as server:
        done = run(tmp_path, [{**many(server, [{"mailbox": "3000", "name": "x"}]), "no_log": True}], formats="json")
        assert done.code == 0, done.output
    (task,) = report_of(tmp_path)["tasks"]
    assert task["changes"] == []
    assert [file.name for file in (tmp_path / "voicemail-report").iterdir()] == ["voicemail.json"]


def test_the_callback_does_nothing_unless_enabled(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=0) as server:
        assert play(tmp_path, [many(server, [{"mailbox": "3000", "name": "x"}])]).code == 0
    assert not (tmp_path / "voicemail-report").exists()
