# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role provision in a folder of its own: use it for runs of that role, whose writes are recorded."""

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
from voicemail_simulator.server import SimulatorServer

from helpers.programs import environment_of, run_program

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

    @property
    def checksum(self) -> str:
        """Checksum of the reported plan."""
        return str(self.report["tasks"][-1]["plan_checksum"])

    @property
    def message(self) -> str:
        """Why a task failed, as the report says."""
        return next(task["message"] for task in self.report["tasks"] if task["status"] == "failed")


class Bench:
    """A folder with a playbook that calls the role, and the simulated telephone system it works on."""

    def __init__(self, folder: pathlib.Path, server: SimulatorServer) -> None:
        self.folder = folder
        self.server = server

    def write(self, name: str, text: str) -> str:
        """Write a file next to the playbook."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
        return name

    @property
    def connection(self) -> dict[str, str]:
        """The connection to the telephone system."""
        return {"vendor": "kazoo", "url": self.server.url, **LOGIN}

    def run(self, *options: str, by_defaults: bool = False, typed: str | None = None, **variables: t.Any) -> Run:
        """Run the role.

        :param by_defaults: give the connection as module_defaults instead of variables of the role.
        :param typed: what the operator types.
        """
        given = {} if by_defaults else self.connection
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "module_defaults": {"group/telephony.voicemail.all": self.connection if by_defaults else {}},
            "roles": [{"role": "telephony.voicemail.provision"}],
            "vars": {f"provision_{name}": value for name, value in {**given, **variables}.items()},
        }
        self.write("play.yml", yaml.safe_dump([play]))
        for name in ("localhost.json", "localhost.md", "localhost.html"):
            (self.folder / "voicemail-report" / name).unlink(missing_ok=True)
        environment = environment_of(self.folder)
        if typed is None:
            ended = run_program("playbook", self.folder, "play.yml", *options, variables=environment)
            done = (ended.code, ended.output + ended.errors)
        else:
            command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "play.yml", *options]
            done = type_into(command, environment, self.folder, typed)
        return self.ended("localhost", *done)

    def ended(self, host: str, code: int, output: str) -> Run:
        """Read how a run ended for a host."""
        report = self.folder / "voicemail-report" / f"{host}.json"
        recap = re.search(rf"^{host} .* changed=(\d+)", output, re.MULTILINE)
        return Run(
            code,
            output,
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
                # Linux signals the end of a terminal by an error, others by an empty read.
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


def run_together(
    folder: pathlib.Path, benches: dict[str, Bench], declared: dict[str, dict[str, t.Any]]
) -> dict[str, Run]:
    """Run the role once for several hosts, each with a folder and variables of its own."""
    hosts = {
        host: {
            "ansible_connection": "local",
            "provision_folder": str(bench.folder),
            **{f"provision_{name}": value for name, value in {**bench.connection, **declared[host]}.items()},
        }
        for host, bench in benches.items()
    }
    play = {"hosts": "all", "gather_facts": False, "roles": [{"role": "telephony.voicemail.provision"}]}
    (folder / "play.yml").write_text(yaml.safe_dump([play]))
    (folder / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    done = run_program("playbook", folder, "-i", "inventory.yml", "play.yml", variables=environment_of(folder))
    failed = dict(re.findall(r"^(\S+) .* failed=(\d+)", done.output, re.MULTILINE))
    output = done.output + done.errors
    return {host: bench.ended(host, int(failed[host]), output) for host, bench in benches.items()}


def assert_no_secret(bench: Bench, run: Run) -> None:
    """No PIN and no password in what was shown or reported."""
    reported = run.output + json.dumps(run.report) + run.markdown
    assert [secret for secret in (*PINS, LOGIN["password"]) if secret in reported] == []
    for file in (bench.folder / "voicemail-report").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def assert_refused(bench: Bench, run: Run) -> None:
    """The run failed with nothing written, and the report says so."""
    assert run.code != 0, run.output
    assert bench.writes() == {}
    assert run.report["state"] == "refused"
    assert "Refused: nothing was written" in run.markdown
