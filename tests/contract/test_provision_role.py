# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role provision, run by ansible-playbook against the simulator. The simulator's journal shows every write."""

from __future__ import annotations

import pathlib
import re
import stat
import typing as t

import openpyxl
import pytest
from helpers.leaks import contains_secret
from helpers.provisioning import COLUMNS, PINS, STAFF, Bench, assert_no_secret, assert_refused, run_together
from helpers.runners import in_worker
from voicemail_simulator.server import SimulatorServer


@pytest.fixture
def bench(tmp_path: pathlib.Path) -> t.Iterator[Bench]:
    with SimulatorServer("kazoo", mailboxes=0) as server:
        yield Bench(tmp_path, server)


def test_applying_twice_changes_nothing(bench: Bench) -> None:
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
    assert (applied.report["state"], applied.changed) == ("applied", 1)
    ((plan,), (done,)) = planned.report["tasks"], applied.report["tasks"]
    assert (done["plan_checksum"], done["summary"]["create"]) == (plan["plan_checksum"], 4)
    assert [change["line"] for change in done["changes"]] == [change["line"] for change in plan["changes"]]
    assert {change["status"] for change in done["changes"]} == {"changed"}
    assert "| localhost | 3001 | staff.csv:3 | create | done | timezone |  | Europe/Paris |" in applied.markdown
    assert "| name |  | Ärzte \\| &lt;b&gt; |" in applied.markdown
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


def test_mailboxes_are_read_from_a_workbook(bench: Bench) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Extension", "Name", "Mail"])
    for number, name in ((300, "Lab"), (301, "Yard")):
        book.active.append([number, name, f"{name.lower()}@example.com"])
        book.active.cell(book.active.max_row, 1).number_format = "0000"
    book.save(bench.folder / "staff.xlsx")
    declared = {"sources": ["staff.xlsx"], "columns": {"Extension": "mailbox", "Mail": "emails"}}
    planned = bench.run("--check", **declared)
    assert planned.code == 0, planned.output
    assert '+ 0300 "Lab" lab@example.com (staff.xlsx, sheet Sheet, row 2)' in planned.output
    assert bench.writes() == {}
    done = bench.run(**declared)
    assert (done.code, bench.writes()) == (0, {"PUT": 2}), done.output
    assert {number: box["name"] for number, box in bench.boxes().items() if number in ("0300", "0301")} == {
        "0300": "Lab",
        "0301": "Yard",
    }
    again = bench.run(**declared)
    assert (again.code, again.changed, bench.writes()) == (0, 0, {}), again.output


def test_connection_by_module_defaults(bench: Bench) -> None:
    run = bench.run(by_defaults=True, sources=[bench.write("staff.csv", STAFF)], columns=COLUMNS, list_separator=",")
    assert run.code == 0, run.output
    assert bench.writes() == {"PUT": 2}
    wrong = bench.run(by_defaults=True, mailboxes=[{"mailbox": "3000", "nmae": "x"}, "3001"][:1])
    assert_refused(bench, wrong)
    assert "item 1 (mailbox 3000): `nmae` is not an option; did you mean `name`?" in wrong.output


def test_updates_and_deletions_are_shown_with_their_values(bench: Bench) -> None:
    source = bench.write("staff.csv", STAFF)
    shape = {"sources": [source], "columns": COLUMNS, "list_separator": ",", "prune": True, "max_delete_percent": 50}
    assert bench.run(**shape).code == 0
    bench.writes()
    bench.write("staff.csv", "\n".join(STAFF.replace("Reception", "Desk").replace(PINS[0], PINS[2]).split("\n")[:2]))
    run = bench.run(**shape)
    assert run.code == 0, run.output
    lines = run.output.splitlines()
    plan = lines[lines.index('- 3001 "Ärzte | <b>" (pruned)') :]
    assert plan[1:3] == [
        "~ 3000 name: Reception → Desk, pin: (hidden) → (hidden, new) (staff.csv:2)",
        "1 mailbox to update, 1 to delete.",
    ]
    assert "1 mailbox updated, 1 deleted." in plan
    assert_no_secret(bench, run)
    assert sum(bench.writes().values()) == 2
    assert sorted(bench.boxes()) == ["3000"]


def test_a_run_without_mailboxes_is_refused(bench: Bench) -> None:
    run = bench.run()
    assert run.code != 0
    assert "Set provision_sources, provision_mailboxes or both" in run.output
    assert len(bench.server.journal) == 0


def test_confirmation_without_a_terminal_is_refused(bench: Bench) -> None:
    mailboxes = [{"mailbox": "3000", "name": "x"}]
    # The checksum that a review would have approved.
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
        assert f"-e provision_checksum={run.checksum}" in refused
        assert ("The plan was not confirmed" if host == "declined" else "plan differs from the reviewed one") in refused
    assert runs["declined"].checksum == checksum

    applied = bench.run(**declared, checksum=checksum)
    assert applied.code == 0, applied.output
    assert bench.writes() == {"PUT": 1}
    again = bench.run(**declared, checksum=checksum)
    assert (again.code, again.report["state"]) == (0, "unchanged")


@pytest.mark.parametrize(("typed", "state", "writes"), [("CHECKSUM", "applied", 1), ("yes", "declined", 0)])
def test_a_typed_confirmation_applies_the_plan(bench: Bench, typed: str, state: str, writes: int) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], confirm=True, typed=typed)
    assert run.report.get("state") == state, run.output
    assert sum(bench.writes().values()) == writes
    assert (run.code == 0) == (state == "applied")


def test_plan_only_writes_nothing(bench: Bench) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], plan_only=True)
    assert (run.code, run.changed, run.report["state"]) == (0, 1, "planned")
    assert bench.writes() == {}


def test_a_partial_failure_is_reported(bench: Bench) -> None:
    bench.server.faults.add("status:500,method=PUT,path=vmboxes")
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], retry_budget=0)
    assert run.code != 0
    assert run.report["state"] == "failed"
    assert run.report["summary"]["failed"] == 1
    assert "| localhost | 3000 | create | failed | error |" in run.markdown


def test_many_unchanged_mailboxes_are_reported_briefly(bench: Bench) -> None:
    source = bench.write(
        "many.csv", "mailbox,name\n" + "".join(f"{number},Box {number}\n" for number in range(5000, 5200))
    )
    first = bench.run(sources=[source])
    assert first.code == 0, first.output
    assert "180 more in the report" in first.output
    assert bench.writes() == {"PUT": 200}
    again = bench.run(sources=[source])
    assert (again.code, again.report["state"]) == (0, "unchanged")
    assert len(again.output) < 3000
    assert bench.writes() == {}


def test_the_report_can_be_disabled(bench: Bench) -> None:
    run = bench.run(mailboxes=[{"mailbox": "3000", "name": "x"}], report_folder="")
    assert run.code == 0, run.output
    assert not (bench.folder / "voicemail-report").exists()


def test_missing_pins_are_generated_for_new_mailboxes_only(bench: Bench) -> None:
    bench.write("password", "a long vault password")
    staff = 'mailbox,name,emails,pin\n1000,Existing,,\n3000,"=Ada, née B",a@example.com,\n3001,Ben,,482159\n'
    bench.write("staff.csv", staff)
    secret = ("--vault-password-file", "password")
    given = {
        "sources": ["staff.csv"],
        "pin_file": "pins.yml",
        "pin_encrypt": True,
        "pin_table": "new.csv",
        "pin_letters": "letters.txt",
    }
    there = {"mailbox": "1000", "name": "Existing", "pin": "904751"}
    assert in_worker("vmboxes", {**bench.connection, "mailboxes": [there]})["changed"]
    planned = bench.run("--check", *secret, **given)
    assert (planned.code, planned.report["state"]) == (0, "planned"), planned.output
    assert not (bench.folder / "pins.yml").exists()
    assert not (bench.folder / "new.csv").exists()
    # The draft PINs of the plan differ from the written PINs, but the checksum is the same.
    applied = bench.run(*secret, **given, checksum=planned.checksum, confirm=True)
    assert (applied.code, applied.report["state"]) == (0, "applied"), applied.output
    boxes = bench.boxes()
    pin = boxes["3000"]["pin"]
    assert len(pin) == 6
    assert boxes["3001"]["pin"] == "482159"
    assert boxes["1000"]["pin"] == "904751"
    assert (bench.folder / "pins.yml").read_text().startswith("$ANSIBLE_VAULT;")
    assert (bench.folder / "new.csv").read_text() == (
        f'mailbox,name,emails,pin\n3000,"\'=Ada, née B",a@example.com,{pin}\n'
    )
    letters = (bench.folder / "letters.txt").read_text()
    assert f"Mailbox: 3000\n    PIN:     {pin}\n" in letters
    assert "3001" not in letters
    files = [bench.folder / name for name in ("pins.yml", "new.csv", "letters.txt")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not contains_secret(pin, applied.output + applied.markdown + str(applied.report))
    bench.writes()
    again = bench.run(*secret, **given)
    assert (again.code, again.report["state"], bench.writes()) == (0, "unchanged", {}), again.output
