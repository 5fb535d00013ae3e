# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says of messages and recordings: each as people know it, and counted like mailboxes."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t

import jsonschema
from ansible_collections.telephony.voicemail.plugins.filter.run_report import run_report
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError, VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import (
    MessageReport,
    Order,
    plan_messages,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Status
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.report import AudioReport, Recording
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status as Outcome

SCHEMA = json.loads((pathlib.Path(__file__).parents[3] / "docs/schemas/voicemail_report.schema.json").read_text())
MOMENT = datetime.datetime(2026, 11, 28, 7, 46, 4, tzinfo=datetime.UTC)
Item = dict[str, t.Any]


def message(name: str, mailbox: str = "3000") -> Message:
    return Message(name, mailbox, caller_number="2015550101", received_at=MOMENT, status=Status.READ)


def deletions(*names: str, failed: t.Collection[str] = (), error: VoicemailError | None = None) -> Item:
    steps = plan_messages(Order("absent"), [message(name) for name in names], {})
    for step in steps:
        step.status = Outcome.CHANGED
        if error is not None and step.id in failed:
            step.fail(error)
    return MessageReport(steps).as_result(everything=False)


def task(result: Item, module: str = "voicemail_message", **more: t.Any) -> Item:
    return {"task": "Delete", "module": module, "result": result, **more}


def test_tasks_of_messages_are_counted_together() -> None:
    tasks = [task(deletions("a", "b")), task(deletions("c"))]
    report = json.loads(run_report(tasks))
    jsonschema.validate(report, SCHEMA)
    assert report["sentence"] == "3 messages deleted."
    lines = run_report(tasks, "markdown").splitlines()
    # Nothing of mailboxes, which these tasks do not change.
    assert lines[lines.index("| delete |") + 2] == "| 3 |"
    described = "| localhost | 3000 | delete | done | message from 2015550101 of 2026-11-28 07:46:04 UTC |"
    assert lines.count(described) == 3
    page = run_report(tasks, "html")
    assert '<input type="checkbox" name="kind" value="delete" checked> deleted (3)' in page
    assert "as declared" not in page


def test_a_failed_message_is_named_by_its_id() -> None:
    error = RejectedError("the login lacks the permission", "Check the rights of the user")
    result = deletions("a", "b", "c", failed=("a", "b"), error=error)
    report = json.loads(run_report([task(result)]))
    jsonschema.validate(report, SCHEMA)
    (reason,) = report["reasons"]
    assert (reason["kind"], reason["items"]) == ("message", ["a", "b"])
    text = run_report([task(result)], "markdown")
    assert "**1 done, 2 failed, 0 not attempted**" in text
    assert "* 2 messages: the login lacks the permission. Check the rights of the user: a, b" in text


def test_a_written_manifest_is_no_lack_of_change() -> None:
    kept = [Recording("a", message("a"), action="none", status=Outcome.OK)]
    for planned, expected in ((False, "manifest written"), (True, "manifest to write")):
        result = AudioReport(kept, planned=planned, manifest_changed=True).as_result(everything=False)
        assert (result["changed"], result["msg"]) == (True, f"1 recording unchanged, {expected}.")
        text = run_report([task(result, "voicemail_audio", check_mode=planned)], "markdown")
        status = "planned" if planned else "done"
        assert f"| localhost |  | changed | {status} | 1 recording unchanged, {expected}. |" in text
    untouched = AudioReport(kept).as_result(everything=False)
    assert (untouched["changed"], untouched["msg"]) == (False, "Nothing to change: 1 recording as declared.")


def test_a_recording_is_named_by_its_file() -> None:
    path = pathlib.Path("/srv/archive/3000/first.wav")
    fetched = Recording("a", message("a"), ("3000", "first"), path, status=Outcome.CHANGED)
    result = AudioReport([fetched]).as_result(everything=False)
    assert result["diff"][0]["label"] == "3000/first.wav"
    assert "| download | done | 3000/first.wav |" in run_report([task(result, "voicemail_audio")], "markdown")


def test_tasks_that_failed_as_a_whole_have_a_reason_and_no_counts() -> None:
    tasks = [task({"failed": True, "msg": "the login is refused"})]
    text = run_report(tasks, "markdown", state="refused")
    assert "**Why it failed**\n\n* the login is refused\n" in text
    assert "0 done" not in text
    assert "| create |" not in text


def test_each_problem_of_a_refused_plan_is_a_reason_of_its_own() -> None:
    problems = ("2 mailboxes: `name` is missing: 3000, 3001", "mailbox 3002: no such option")
    message = "\n- ".join(("3 problems, and nothing was written:", *problems))
    tasks = [task({"failed": True, "msg": message}, "vmboxes", check_mode=True)]
    report = json.loads(run_report(tasks, state="refused"))
    # Nothing was planned, which is not a plan without changes.
    assert report["sentence"] is None
    assert [reason["text"] for reason in report["reasons"]] == list(problems)
    text = run_report(tasks, "markdown", state="refused")
    assert "* 2 mailboxes: 'name' is missing: 3000, 3001\n* mailbox 3002: no such option\n" in text
    assert "| error |  | 3 problems, and nothing was written |" in text
    assert ">3 problems, and nothing was written<" in run_report(tasks, "html", state="refused")
