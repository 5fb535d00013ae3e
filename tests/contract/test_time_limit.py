# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that Ansible ends after its time limit reports its changes, in the worker and as a module."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from contract.test_playbooks import CONNECTIONS, module_keywords, task
from helpers.playbooks import play, registered
from helpers.subjects import KAZOO

#: More mailboxes than can be created before the limit, at the latency below.
MANY = 400
#: Long enough for a busy machine to start the task, and shorter than the requests take.
LIMIT = 10


@pytest.mark.parametrize("runner", ["worker", "module"])
@pytest.mark.parametrize("given_by", ["task", "environment"])
def test_completed_changes_are_reported(runner: str, given_by: str, tmp_path: pathlib.Path) -> None:
    keywords = module_keywords(tmp_path) if runner == "module" else {}
    if given_by == "task":
        keywords["timeout"] = LIMIT
    limits = {"ANSIBLE_TASK_TIMEOUT": str(LIMIT)} if given_by == "environment" else {}
    items = [{"mailbox": str(3000 + number), "name": f"Mailbox {number}"} for number in range(MANY)]
    with KAZOO.serve(faults=["latency:0.1"]) as server:
        ended = task(KAZOO, server, "one", module="vmboxes", keywords=keywords, mailboxes=items, workers=1)
        run = play(
            tmp_path, [ended, registered(tmp_path, "one")], environment={**CONNECTIONS, **limits}, preloaded=False
        )
        asked = [(entry["method"], entry["path"].rpartition("/")[2]) for entry in server.journal.entries()]
    assert run.code == 0, run.output
    result = json.loads((tmp_path / "results.json").read_text())["one"]
    assert result["failed"]
    assert result["changed"], result
    assert result["summary"]["created"] == asked.count(("PUT", "vmboxes")) > 0
    assert result["summary"]["created"] + result["summary"]["skipped"] == MANY
    assert result["msg"].startswith(f"Timed out after {LIMIT} second(s). Requests in flight finished"), result["msg"]
    assert result["timedout"]["period"] == LIMIT
    assert (tmp_path / "modules-sent").exists() == (runner == "module")


def test_a_reading_task_reports_no_change(tmp_path: pathlib.Path) -> None:
    results: list[t.Any] = []
    for keywords in ({}, module_keywords(tmp_path)):
        with KAZOO.serve(faults=["latency:30"]) as server:
            ended = task(KAZOO, server, "one", keywords={**keywords, "timeout": 1}, mailbox="3000", name="Reception")
            run = play(tmp_path, [ended, registered(tmp_path, "one")], environment=CONNECTIONS, preloaded=False)
        assert run.code == 0, run.output
        result = json.loads((tmp_path / "results.json").read_text())["one"]
        results.append({key: result[key] for key in ("changed", "failed", "msg", "timedout")})
    assert results[0] == results[1]
    assert results[0]["msg"] == "Timed out after 1 second(s). Nothing was changed."
    assert not results[0]["changed"]
