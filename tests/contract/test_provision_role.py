# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role provision, run by ansible-playbook against the simulator, whose journal is the witness of every write."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import sys
import time
import typing as t

import pytest
import yaml
from programs import run_program
from voicemail_simulator.server import SimulatorServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: Seconds that a run may take in which somebody types.
TIMEOUT = 120
LOGIN = {"username": "admin", "password": "simulator-password", "domain": "accountone.example.com"}
# With letters, which KAZOO takes: four digits alone turn up in the time stamps of a verbose run.
PINS = ("7q3z19", "9w1k46", "8x2v53")
STAFF = f"Extension;Name;Mail;PIN\n3000;Reception;a@example.com,b@example.com;{PINS[0]}\n3001;Ärzte | <b>;;{PINS[1]}\n"
COLUMNS = {"Extension": "mailbox", "Name": "name", "Mail": "emails", "PIN": "pin"}


@dataclasses.dataclass
class Run:
    """What a run of the playbook left."""

    code: int
    output: str
    changed: int
    report: dict[str, t.Any]
    markdown: str


class Bench:
    """A folder with a playbook that calls the role, and the simulated telephone system it works on."""

    def __init__(self, folder: pathlib.Path, server: SimulatorServer) -> None:
        self.folder = folder
        self.server = server
        namespace = folder / "collections" / "ansible_collections" / "telephony"
        namespace.mkdir(parents=True)
        (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)

    def write(self, name: str, text: str) -> str:
        """Write a file beside the playbook."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    def run(self, *options: str, by_defaults: bool = False, typed: str | None = None, **variables: t.Any) -> Run:
        """Run the role.

        :param by_defaults: give the connection as module_defaults instead of variables of the role.
        :param typed: what the operator types.
        """
        connection = {"vendor": "kazoo", "url": self.server.url, **LOGIN}
        given = {} if by_defaults else {f"provision_{name}": value for name, value in connection.items()}
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "module_defaults": {"group/telephony.voicemail.all": connection if by_defaults else {}},
            "roles": [{"role": "telephony.voicemail.provision"}],
            "vars": {**given, **{f"provision_{name}": value for name, value in variables.items()}},
        }
        self.write("play.yml", yaml.safe_dump([play]))
        for name in ("localhost.json", "localhost.md"):
            (self.folder / "provision-report" / name).unlink(missing_ok=True)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VOICEMAIL_"))
        }
        environment |= {
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }
        if typed is None:
            ended = run_program("playbook", self.folder, "play.yml", *options, variables=environment)
            done = (ended.code, ended.output + ended.errors)
        else:
            command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "play.yml", *options]
            done = type_into(command, environment, self.folder, typed)
        report = self.folder / "provision-report" / "localhost.json"
        recap = re.search(r"localhost .* changed=(\d+)", done[1])
        return Run(
            done[0],
            done[1],
            int(recap[1]) if recap else -1,
            json.loads(report.read_text(encoding="utf-8")) if report.exists() else {},
            report.with_suffix(".md").read_text(encoding="utf-8") if report.exists() else "",
        )

    def writes(self) -> collections.Counter[str]:
        """Requests that changed something since the last call, by method; reads and logins are none."""
        entries = self.server.journal.entries()
        self.server.journal.clear()
        return collections.Counter(
            entry["method"] for entry in entries if entry["method"] != "GET" and not entry["path"].endswith("user_auth")
        )

    def boxes(self) -> dict[str, dict[str, t.Any]]:
        """The mailboxes of the telephone system by number."""
        found = [box["public"] for box in self.server.store.collection("kazoo.boxes").values() if not box["deleted"]]
        return {public["mailbox"]: public for public in found}


def type_into(command: list[str], environment: dict[str, str], folder: pathlib.Path, typed: str) -> tuple[int, str]:
    """Run a command on a terminal of its own and answer its prompt.

    :param typed: the answer; CHECKSUM in it stands for the first characters of the checksum that was shown.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(command[0], command, environment)
    output = b""
    end = time.monotonic() + TIMEOUT
    try:
        while time.monotonic() < end:
            if select.select([terminal], [], [], 1)[0]:
                # Linux tells the end of a terminal by an error, others by nothing more to read.
                with contextlib.suppress(OSError):
                    piece = os.read(terminal, 65536)
                    output += piece
                    if piece:
                        continue
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output.decode(errors="replace")
            prompt = re.search(rb"has the checksum ([0-9a-f]{64}).*anything else to stop", output, re.DOTALL)
            if prompt:
                # Again after each silence: the prompt drops what was typed before it listens.
                os.write(terminal, typed.replace("CHECKSUM", prompt[1].decode()[:8]).encode() + b"\r")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail(f"the playbook did not end:\n{output.decode(errors='replace')}")
    finally:
        os.close(terminal)


@pytest.fixture
def bench(tmp_path: pathlib.Path) -> t.Iterator[Bench]:
    with SimulatorServer("kazoo", mailboxes=0) as server:
        yield Bench(tmp_path, server)


def assert_no_secret(bench: Bench, run: Run) -> None:
    """No PIN and no password in what was shown or reported."""
    told = run.output + json.dumps(run.report) + run.markdown
    assert [secret for secret in (*PINS, LOGIN["password"]) if secret in told] == []
    for file in (bench.folder / "provision-report").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def assert_refused(bench: Bench, run: Run) -> None:
    """The run failed with nothing written, and the report says so."""
    assert run.code != 0, run.output
    assert bench.writes() == {}
    assert run.report["state"] == "refused"
    assert "Refused: nothing was written" in run.markdown


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


def test_fifty_wrong_items_are_told_at_once_and_nothing_is_written(bench: Bench) -> None:
    good = "".join(f"{number},Box,Europe/Paris\n" for number in range(4000, 4050))
    wrong = "".join(f"{number},Box,?\n" for number in range(3000, 3050))
    run = bench.run(sources=[bench.write("many.csv", f"mailbox,name,timezone\n{good}{wrong}")])
    assert_refused(bench, run)
    told = re.findall(r"many\.csv:(\d+): mailbox (\d+): `timezone`", run.report["plan"]["msg"])
    assert told == [(str(line), str(line + 2948)) for line in range(52, 102)]
    assert all(f"- many.csv:{line}: mailbox" in run.output for line, _number in told)
    assert all(f"- many.csv:{line}: mailbox" in run.markdown for line, _number in told)


def test_fifty_wrong_items_of_a_variable(bench: Bench) -> None:
    items = [{"mailbox": str(number), "name": "Box", "emials": []} for number in range(3000, 3050)]
    run = bench.run(mailboxes=[{"mailbox": "4000", "name": "Good"}, *items])
    assert_refused(bench, run)
    found = re.findall(r"- item (\d+) \(mailbox (\d+)\): unknown option `emials`", run.report["plan"]["msg"])
    assert found == [(str(position), str(position + 2998)) for position in range(2, 52)]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"a.yml": "[{mailbox: 3000, name: x}]", "b.csv": "mailbox,name\n3001,x\n3000,x\n"},
            "b.csv:3: mailbox 3000 is declared twice, first in a.yml:1",
        ),
        ({"a.csv": "mailbox,nmae\n3000,x\n"}, "a.csv:1: unknown column 'nmae'; did you mean `name`?"),
        (
            {"a.yml": "[{mailbox: 3000, name: x, kazoo: {skip_greting: true}}]"},
            "a.yml:1: mailbox 3000: `kazoo.skip_greting` is no field of this vendor; did you mean `skip_greeting`?",
        ),
        (
            {"a.yml": "[{mailbox: 3000, onsip: {}}]"},
            "only `onsip` is given, but the vendor is kazoo, which never reads it",
        ),
        ({"a.yml": "['3000']"}, "a.yml:1: must be a dictionary with `mailbox`, not text"),
        (
            {"a.json": '[{"mailbox": 3000, "name": "x", "pin": 4821}]'},
            "a.json:1: mailbox 3000: `pin` was read by YAML as a number",
        ),
        (
            {"a.yml": "[{mailbox: 3000, name: x}]", "b.yml": ""},
            "b.yml: is empty. Write `mailboxes: []` if no entry is meant, or remove the file",
        ),
        ({"a.yml": "[{mailbox: 3000, name: x}]", "old/b.yml": "[]"}, "old: is a folder, and is not read"),
    ],
    ids=["duplicate", "column", "key", "foreign", "no dictionary", "pin", "empty", "folder"],
)
def test_bad_input(bench: Bench, files: dict[str, str], problem: str) -> None:
    for name, text in files.items():
        bench.write(f"boxes/{name}", text)
    run = bench.run(sources=["boxes"])
    assert_refused(bench, run)
    assert problem in run.report["plan"]["msg"]
    assert bench.boxes() == {}


def test_an_empty_list_with_prune(bench: Bench) -> None:
    run = bench.run(sources=[bench.write("none.yml", "mailboxes: []")], prune=True)
    assert_refused(bench, run)
    assert "the list is empty and `prune` is set" in run.report["plan"]["msg"]


def test_nothing_declared_is_refused(bench: Bench) -> None:
    run = bench.run()
    assert run.code != 0
    assert "Set provision_sources, provision_mailboxes or both" in run.output
    assert len(bench.server.journal) == 0


def test_confirmation_where_nobody_can_type(bench: Bench) -> None:
    declared = {"mailboxes": [{"mailbox": "3000", "name": "x"}], "confirm": True}
    declined = bench.run(**declared)
    assert declined.code != 0
    assert bench.writes() == {}
    assert declined.report["state"] == "declined"
    checksum = declined.report["plan"]["plan_checksum"]
    assert f"-e provision_checksum={checksum}" in declined.output

    stale = bench.run(**{**declared, "mailboxes": [{"mailbox": "3000", "name": "y"}]}, checksum=checksum)
    assert stale.code != 0
    assert "The plan is not the one that was reviewed" in stale.output
    assert bench.writes() == {}

    assert bench.run(**declared, checksum=checksum[:7]).code != 0
    assert bench.writes() == {}
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
