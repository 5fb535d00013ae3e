# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of the role retention: the summary and the report, also after failures."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest
from contract.test_retention_role import ALL, Bench
from helpers.message_subjects import KAZOO_MESSAGES
from helpers.playbooks import ROOT

SCHEMA = json.loads((ROOT / "docs/schemas/voicemail_report.schema.json").read_text())
RULES = (
    {"match": "1000", "action": "keep"},
    {"match": "1001", "action": "archive_then_delete", "older_than": ALL, "permanent": True},
    {"match": ".*", "action": "delete", "older_than": ALL},
)


@pytest.fixture
def bench(tmp_path: pathlib.Path) -> t.Iterator[Bench]:
    """A KAZOO with three mailboxes of four messages."""
    with KAZOO_MESSAGES.serve() as server:
        yield Bench(tmp_path, KAZOO_MESSAGES, server)


def report_of(bench: Bench) -> dict[str, t.Any]:
    """Return the valid report of the last run."""
    path = bench.folder / "voicemail-report" / "localhost-retention.json"
    report: dict[str, t.Any] = json.loads(path.read_text())
    jsonschema.validate(report, SCHEMA)
    return report


def test_a_plan(bench: Bench) -> None:
    done, _ended = bench.run_each((RULES, {}), check=True)
    # A search of the role is not a plan, and shows nothing.
    assert "12 messages to delete" not in done.output
    for line in (
        "1000: keep",
        "1001: 4 messages to archive, then delete",
        ".*: 4 messages to delete",
        "8 messages to delete in 2 mailboxes: 1001, 1002.",
    ):
        assert f'"{line}"' in done.output
    report = report_of(bench)
    assert (report["state"], report["sentence"]) == ("planned", "8 messages to delete.")
    assert {change["number"] for one in report["tasks"] for change in one["changes"]} == {"1001", "1002"}


def test_failed_deletions_count_what_was_deleted(bench: Bench) -> None:
    bench.server.faults.set(["status:403,method=DELETE,count=2"])
    done, (failed, again) = bench.run_each((RULES, {}), (RULES, {"report_name": "again"}))
    # Ansible prints the result and the item of a failed loop.
    (line,) = [line for line in done.output.splitlines() if line.startswith("failed: [localhost]")]
    assert len(line.encode()) < 2000
    assert failed.summary["deleted"] == 6
    assert '"1001: 2 of 4 messages archived and deleted"' in done.output
    report = report_of(bench)
    assert (report["state"], report["failed"]) == ("failed", True)
    assert report["sentence"] == "4 recordings downloaded. 2 of 8 messages failed; 6 were applied."
    (reason,) = report["reasons"]
    assert (reason["kind"], len(reason["items"])) == ("message", 2)
    assert again.summary["deleted"] == 2
    assert '"1001: 2 messages archived and deleted"' in done.output


def test_a_refusal_is_in_the_report(bench: Bench) -> None:
    _done, (ended,) = bench.run_each((RULES, {"max_deletions": 3}))
    assert "8 messages would be deleted, more than retention_max_deletions" in ended.failure
    report = report_of(bench)
    assert (report["state"], report["failed"]) == ("refused", True)
    assert report["reasons"][0]["text"].startswith("8 messages would be deleted")
    assert KAZOO_MESSAGES.writes(bench.server) == []


def test_the_callback_leaves_searches_out(bench: Bench) -> None:
    (bench.folder / "ansible.cfg").write_text("[defaults]\ncallbacks_enabled = telephony.voicemail.voicemail_report\n")
    bench.run_each((RULES, {}), check=True)
    folder = bench.folder / "voicemail-report"
    assert {path.stem for path in folder.iterdir()} == {"voicemail"}
    report = json.loads((folder / "voicemail.json").read_text())
    assert {change["number"] for one in report["tasks"] for change in one["changes"]} == {"1001", "1002"}
