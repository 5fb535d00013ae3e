# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role provision, run by ansible-playbook against the simulator, whose journal is the witness of every write."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from helpers.provisioning import COLUMNS, PINS, STAFF, Bench, assert_no_secret, assert_refused, run_together
from helpers.runners import in_worker
from voicemail_simulator.server import SimulatorServer


@pytest.fixture
def bench(tmp_path: pathlib.Path) -> t.Iterator[Bench]:
    with SimulatorServer("kazoo", mailboxes=0) as server:
        yield Bench(tmp_path, server)


def test_plan_apply_and_again(bench: Bench) -> None:
    bench.write("boxes/staff.csv", STAFF)
    bench.write("boxes/rooms.yml", "mailboxes:\n  - {mailbox: 0300, name: Board room}\n")
    declared = {
        "sources": ["boxes"],
        "mailboxes": [{"mailbox": "3003", "name": "Lab", "pin": PINS[2]}],
        "columns": COLUMNS,
        "list_separator": ",",
        "defaults": {"timezone": "Europe/Paris"},
    }
    planned = bench.run("--check", "-vvv", **declared)
    assert planned.code == 0, planned.output
    assert bench.writes() == {}
    assert (planned.report["state"], planned.changed) == ("planned", 1)
    assert_no_secret(bench, planned)

    applied = bench.run("-vvv", "--diff", **declared)
    assert applied.code == 0, applied.output
    assert bench.writes() == {"PUT": 4}
    assert (applied.report["state"], applied.changed, applied.report["changed"]) == ("applied", 1, True)
    assert applied.report["plan"] == planned.report["plan"]
    assert applied.report["outcome"]["summary"]["create"] == 4
    assert {row["status"] for row in applied.report["outcome"]["results"]} == {"changed"}
    assert "| 3001 | name |  | Ärzte \\| &lt;b&gt; |" in applied.markdown
    assert_no_secret(bench, applied)
    boxes = bench.boxes()
    assert sorted(boxes) == ["0300", "3000", "3001", "3003"]
    assert boxes["3000"]["notify_email_addresses"] == ["a@example.com", "b@example.com"]
    assert [boxes[number]["pin"] for number in ("3000", "3001", "3003")] == list(PINS)
    assert {box["timezone"] for box in boxes.values()} == {"Europe/Paris"}

    again = bench.run(**declared)
    assert again.code == 0, again.output
    assert bench.writes() == {}
    assert (again.report["state"], again.changed) == ("unchanged", 0)


def test_connection_by_module_defaults(bench: Bench) -> None:
    run = bench.run(by_defaults=True, sources=[bench.write("staff.csv", STAFF)], columns=COLUMNS, list_separator=",")
    assert run.code == 0, run.output
    assert bench.writes() == {"PUT": 2}
    wrong = bench.run(by_defaults=True, mailboxes=[{"mailbox": "3000", "nmae": "x"}, "3001"][:1])
    assert_refused(bench, wrong)
    assert "item 1 (mailbox 3000): unknown option `nmae`; did you mean `name`?" in wrong.output


def test_updates_and_deletions_are_shown_with_their_values(bench: Bench) -> None:
    source = bench.write("staff.csv", STAFF)
    shape = {"sources": [source], "columns": COLUMNS, "list_separator": ",", "prune": True, "max_delete_percent": 50}
    assert bench.run(**shape).code == 0
    bench.writes()
    bench.write("staff.csv", "\n".join(STAFF.replace("Reception", "Desk").replace(PINS[0], PINS[2]).split("\n")[:2]))
    run = bench.run(**shape)
    assert run.code == 0, run.output
    assert 'update 3000: name \\"Reception\\" to \\"Desk\\", pin \\"(hidden)\\" to \\"(hidden, new)\\"' in run.output
    assert "delete 3001" in run.output
    assert_no_secret(bench, run)
    assert sum(bench.writes().values()) == 2
    assert sorted(bench.boxes()) == ["3000"]


def test_nothing_declared_is_refused(bench: Bench) -> None:
    run = bench.run()
    assert run.code != 0
    assert "Set provision_sources, provision_mailboxes or both" in run.output
    assert len(bench.server.journal) == 0


def test_confirmation_where_nobody_can_type(bench: Bench) -> None:
    mailboxes = [{"mailbox": "3000", "name": "x"}]
    # The checksum that a review would have ended with.
    plan = in_worker("vmboxes", {**bench.connection, "mailboxes": mailboxes}, check=True)
    checksum = plan["plan_checksum"]
    declared = {"mailboxes": mailboxes, "confirm": True}
    hosts = {
        "declined": declared,
        "stale": {**declared, "mailboxes": [{"mailbox": "3000", "name": "y"}], "checksum": checksum},
        "short": {**declared, "checksum": checksum[:7]},
    }
    runs = run_together(bench.folder, dict.fromkeys(hosts, bench), hosts)
    assert bench.writes() == {}
    for host, run in runs.items():
        assert run.code != 0, run.output
        assert run.report["state"] == "declined"
        (refused,) = re.findall(rf"^fatal: \[{host}\]: .*$", run.output, re.MULTILINE)
        assert f"-e provision_checksum={run.report['plan']['plan_checksum']}" in refused
        assert ("The plan was not confirmed" if host == "declined" else "is not the one that was reviewed") in refused
    assert runs["declined"].report["plan"]["plan_checksum"] == checksum

    applied = bench.run(**declared, checksum=checksum)
    assert applied.code == 0, applied.output
    assert bench.writes() == {"PUT": 1}
    again = bench.run(**declared, checksum=checksum)
    assert (again.code, again.report["state"]) == (0, "unchanged")


@pytest.mark.parametrize(("typed", "state", "writes"), [("CHECKSUM", "applied", 1), ("yes", "declined", 0)])
def test_confirmation_by_typing(bench: Bench, typed: str, state: str, writes: int) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], confirm=True, typed=typed)
    assert run.report.get("state") == state, run.output
    assert sum(bench.writes().values()) == writes
    assert (run.code == 0) == (state == "applied")


def test_plan_only(bench: Bench) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], plan_only=True)
    assert (run.code, run.changed, run.report["state"]) == (0, 1, "planned")
    assert bench.writes() == {}


def test_a_failure_in_the_middle_is_reported(bench: Bench) -> None:
    bench.server.faults.add("status:500,method=PUT,path=vmboxes")
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], retry_budget=0)
    assert run.code != 0
    assert run.report["state"] == "failed"
    assert run.report["outcome"]["summary"]["failed"] == 1
    assert "| 3000 | create | failed | " in run.markdown


def test_a_thousand_unchanged_mailboxes_say_little(bench: Bench) -> None:
    source = bench.write(
        "many.csv", "mailbox,name\n" + "".join(f"{number},Box {number}\n" for number in range(5000, 6000))
    )
    first = bench.run(sources=[source])
    assert first.code == 0, first.output
    assert "and 950 more" in first.output
    assert bench.writes() == {"PUT": 1000}
    again = bench.run(sources=[source])
    assert (again.code, again.report["state"]) == (0, "unchanged")
    assert len(again.output) < 5000
    assert bench.writes() == {}


def test_without_a_report(bench: Bench) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], report_folder="")
    assert run.code == 0, run.output
    assert not (bench.folder / "provision-report").exists()
