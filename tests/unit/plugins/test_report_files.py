# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run details in a report: the playbook, the commit and the command that applies the plan."""

from __future__ import annotations

import json
import pathlib
import subprocess
import typing as t

import jsonschema
import pytest
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.collections import ImmutableDict
from ansible_collections.telephony.voicemail.plugins.filter.run_report import run_report
from ansible_collections.telephony.voicemail.plugins.plugin_utils import report_files

SCHEMA = pathlib.Path(__file__).parents[3] / "docs" / "schemas" / "voicemail_report.schema.json"


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> pathlib.Path:
    """Start Ansible as an operator would, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    given = {
        "args": ("telephony.voicemail.plan",),
        "extra_vars": (f"@{tmp_path}/office.yml", "provision_api_key=key-that-nobody-may-see"),
        "inventory": (f"{tmp_path}/hosts.yml",),
    }
    monkeypatch.setattr(report_files.context, "CLIARGS", ImmutableDict(given))
    return tmp_path


def test_the_command_that_applies_a_plan_contains_no_value() -> None:
    command = report_files.apply_command("provision")
    assert command == ("ansible-playbook telephony.voicemail.apply -i hosts.yml -e @office.yml -e provision_checksum=")
    assert report_files.apply_command(None) == report_files.apply_command("export") == ""
    assert "migrate_apply=true -e migrate_checksum=" in report_files.apply_command("migrate")


@pytest.mark.parametrize(
    ("environment", "sha", "branch", "url"),
    [
        (
            {
                "GITHUB_SHA": "a1",
                "GITHUB_HEAD_REF": "topic",
                "GITHUB_REPOSITORY": "o/r",
                "GITHUB_SERVER_URL": "https://git",
            },
            "a1",
            "topic",
            "https://git/o/r/commit/a1",
        ),
        ({"GITHUB_SHA": "a1", "GITHUB_REF_NAME": "main"}, "a1", "main", ""),
        (
            {"CI_COMMIT_SHA": "b2", "CI_COMMIT_REF_NAME": "main", "CI_PROJECT_URL": "https://lab/p"},
            "b2",
            "main",
            "https://lab/p/-/commit/b2",
        ),
    ],
)
def test_the_commit_of_a_pipeline(environment: dict[str, str], sha: str, branch: str, url: str) -> None:
    assert report_files.commit_of(".", environment) == {"sha": sha, "branch": branch, "url": url}


def test_the_commit_of_a_repository(tmp_path: pathlib.Path) -> None:
    assert report_files.commit_of(str(tmp_path), {}) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    assert report_files.commit_of(str(tmp_path), {}) is None, "a repository without a commit"
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    found = report_files.commit_of(str(tmp_path), {})
    assert found is not None
    assert (len(found["sha"]), found["branch"]) == (40, "main")


def result(status: str = "changed") -> dict[str, t.Any]:
    row = {
        "mailbox": "3090",
        "id": "x",
        "action": "delete",
        "status": status,
        "changed_fields": [],
        "source": None,
        "error": None,
    }
    difference = {"messages": 2, "pruned": True, "before": {"name": "Old"}, "after": {}}
    return {
        "changed": True,
        "msg": "1 mailbox to delete.",
        "results": [row],
        "diff": [{**row, **difference}],
        "summary": {"created": 0, "updated": 0, "deleted": 1, "unchanged": 4, "failed": 0, "skipped": 0},
        "plan_checksum": "c" * 64,
        "system": {"vendor": "kazoo", "url": "https://pbx.example.com/v2", "account": "office"},
    }


def test_registered_results_become_the_same_report() -> None:
    task = {"task": "Plan", "module": "telephony.voicemail.vmboxes", "check_mode": True, "result": result()}
    report = json.loads(run_report([task], role="provision", title="Plan"))
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert (report["state"], report["sentence"]) == ("planned", "1 mailbox to delete.")
    assert report["apply"].endswith(f"provision_checksum={'c' * 64}")
    assert report["tasks"][0]["changes"][0]["line"] == '- 3090 "Old", 2 messages (pruned)'
    markdown = run_report([task], "markdown", title="Plan", role="provision")
    order = [
        "# Plan",
        "1 mailbox to delete.",
        "* System: kazoo at",
        "* Playbook: ",
        "Checksum of",
        "$ ansible-playbook",
        "| 3090 |",
    ]
    assert [markdown.index(part) for part in order] == sorted(markdown.index(part) for part in order)
    assert "<h1>Plan</h1>" in run_report([task], "html", title="Plan")
    assert "<testsuites" in run_report([task], "junit")


def test_an_unattempted_deletion_is_never_shown_as_done() -> None:
    task = {"task": "Apply", "module": "vmboxes", "result": {**result("skipped"), "failed": True}}
    for wanted in ("markdown", "html"):
        text = run_report([task], wanted)
        assert "not attempted" in text
        assert "Old" not in text


@pytest.mark.parametrize(
    ("tasks", "options"),
    [
        ([], {"format": "pdf"}),
        ([], {"state": "fine"}),
        ([{"module": "vmboxes"}], {}),
        ([{"module": "command", "result": {}}], {}),
        ([], {"migration": {"source": "kazoo"}}),
    ],
)
def test_wrong_use_is_refused(tasks: list[dict[str, t.Any]], options: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^run_report: "):
        run_report(tasks, **options)
