# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal output of a task with many items: its plan, its outcome and its failure."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

from helpers.playbooks import play, registered
from helpers.subjects import KAZOO

SECRET = "pin-of-desk-9w1k46"[-6:]


def boxes(number: int, first: int = 3000) -> list[dict[str, t.Any]]:
    return [{"mailbox": str(first + position), "name": f"Desk {position}", "pin": SECRET} for position in range(number)]


def task(server: t.Any, name: str, keywords: dict[str, t.Any] | None = None, **options: t.Any) -> dict[str, t.Any]:
    return {"name": name, "telephony.voicemail.vmboxes": KAZOO.arguments(server, **options), **(keywords or {})}


def shown(output: str) -> dict[str, list[str]]:
    """Return the output lines of each task by name."""
    parts = re.split(r"^TASK \[(.*?)\] \*+$", output.split("PLAY RECAP")[0], flags=re.M)
    return {name: text.strip().splitlines() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_the_plan_and_its_outcome_are_shown(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.yml"
    source.write_text("mailboxes:\n" + "".join(f"  - {json.dumps(box)}\n" for box in boxes(25)))
    other = {"environment": {"UNRELATED": "1"}}
    with KAZOO.serve(mailboxes=1, messages=2) as server:
        pruning = {"src": str(source), "prune": True, "max_delete_percent": 100, "delete_messages": True}
        check = {"check_mode": True}
        done = play(
            tmp_path,
            [
                task(server, "worker", check, **pruning),
                task(server, "module", check | other, **pruning),
                task(server, "few", check, plan_lines=1, **pruning),
                task(server, "none", check, plan_lines=0, **pruning),
                task(server, "quiet", check | {"no_log": True}, **pruning),
                task(server, "real", **pruning),
                task(server, "again", other, **pruning),
            ],
        )
        assert done.code == 0, done.output
    lines = shown(done.output)
    plan = [line for line in lines["worker"] if not line.startswith("[WARNING]")]
    assert plan[0] == '- 1000 "Mailbox 1000", 2 messages (pruned)'
    assert plan[1] == f'+ 3000 "Desk 0" ({source}:2)'
    assert plan[20:] == ["6 more in the report", "25 mailboxes to create, 1 to delete.", "changed: [localhost]"]
    assert [line for line in lines["module"] if not line.startswith("[WARNING]")] == plan
    assert lines["few"][:3] == [plan[0], "25 more in the report", "25 mailboxes to create, 1 to delete."]
    assert lines["none"][:2] == ["26 changes in the report", "25 mailboxes to create, 1 to delete."]
    assert not [line for line in lines["quiet"] if "mailbox" in line or "3000" in line]
    assert "25 mailboxes created, 1 deleted." in lines["real"]
    assert not [line for line in lines["real"] if line.startswith(("+", "-", "~"))]
    assert lines["again"] == ["Nothing to change: 25 mailboxes as declared.", "ok: [localhost]"]
    assert SECRET not in done.output


def test_three_failures_in_five_hundred_are_summarized(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=5, faults=["status:422,method=PUT,path=vmboxes$,skip=100,count=3"]) as server:
        options = {"mailboxes": boxes(500), "prune": True, "max_delete_percent": 100}
        failing = task(server, "many", {"register": "many", "ignore_errors": True}, **options)
        environment = {"ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report"}
        done = play(tmp_path, [failing, registered(tmp_path, "many")], environment=environment)
        assert done.code == 0, done.output
    printed = "\n".join(shown(done.output)["many"])
    assert len(printed.encode()) < 2048, printed
    assert "3 of 500 mailboxes failed; 497 were applied; 5 deletions were not attempted because of that" in printed
    assert "- 3 mailboxes: KAZOO refuses to create mailbox." in printed
    kept = json.loads((tmp_path / "results.json").read_text())["many"]
    assert kept["omitted"]["skipped"] == "1000-1004"
    statuses = [row["status"] for row in kept["diff"]]
    assert (statuses.count("failed"), statuses.count("skipped"), statuses.count("changed")) == (3, 5, 497)
    report = json.loads((tmp_path / "voicemail-report" / "voicemail.json").read_text())
    (reported,) = report["tasks"]
    assert len(reported["changes"]) == 505
    assert report["reasons"][0]["items"] == [row["mailbox"] for row in kept["diff"] if row["status"] == "failed"]
    markdown = (tmp_path / "voicemail-report" / "voicemail.md").read_text()
    assert "**497 done, 3 failed, 5 not attempted**" in markdown
    assert "| localhost | 1000 | delete | not attempted |" in markdown


def test_a_failure_of_every_item_is_summarized(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=0, faults=["status:422,method=PUT,path=vmboxes$"]) as server:
        done = play(tmp_path, [task(server, "all", mailboxes=boxes(400)), task(server, "never", mailboxes=boxes(1))])
    assert done.code == 2, done.output
    assert len("\n".join(shown(done.output)["all"]).encode()) < 2048
    assert "400 of 400 mailboxes failed:" in done.output
