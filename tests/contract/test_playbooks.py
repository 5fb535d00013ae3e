# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook: both ways give the same result, secrets never show, a loop logs in once."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
from silence import shows
from subjects import KAZOO, SUBJECTS, Subject

from playbooks import ROOT, play

PINS = ("748159", "260483")
BESIDE = ROOT / "tests" / "integration" / "targets" / "vmbox_cycle" / "connection_plugins"
CONNECTIONS = {"ANSIBLE_CONNECTION_PLUGINS": str(BESIDE)}
ASYNC = {"async": 60, "poll": 1}


def module_way(folder: pathlib.Path) -> dict[str, t.Any]:
    """Keywords of a task that runs as a module: the connection is local, and does not say so."""
    return {"vars": {"ansible_connection": "beside", "vmbox_cycle_witness": str(folder / "modules-sent")}}


def task(
    subject: Subject,
    server: t.Any,
    register: str,
    *,
    module: str | None = None,
    way: dict[str, t.Any] | None = None,
    **options: t.Any,
) -> dict[str, t.Any]:
    """A task of a play."""
    return {
        f"telephony.voicemail.{module or subject.module}": {**subject.arguments(server), **options},
        "register": register,
        "ignore_errors": True,
        **(way or {}),
    }


def registered(folder: pathlib.Path, names: list[str]) -> dict[str, t.Any]:
    """A task that writes registered results into a file."""
    content = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
    return {"ansible.builtin.copy": {"dest": str(folder / "results.json"), "content": content, "mode": "0600"}}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_both_ways_give_the_same_result(subject: Subject, tmp_path: pathlib.Path) -> None:
    steps: list[dict[str, t.Any]] = [
        {**subject.create, subject.key: subject.number},
        {**subject.update, subject.key: subject.number},
    ]
    if subject.can_create:
        steps.append({subject.key: subject.number, "state": "absent", "delete_messages": True})
    steps.append({subject.key: subject.number, "no_such_option": 1})
    results = {}
    # A task that is not waited for runs as a module too, which one vendor is enough to show.
    as_module = ASYNC if subject is KAZOO else module_way(tmp_path)
    for name, way in (("worker", {}), ("module", as_module)):
        folder = tmp_path / name
        folder.mkdir()
        with subject.serve() as server:
            names = [f"step{position}" for position in range(len(steps))]
            tasks = [
                task(subject, server, register, way=way, **step) for register, step in zip(names, steps, strict=True)
            ]
            run = play(folder, [*tasks, registered(folder, names)], "--diff", environment=CONNECTIONS)
        assert run.code == 0, run.output
        assert (tmp_path / "modules-sent").exists() == (way.keys() == {"vars"})
        results[name] = json.loads((folder / "results.json").read_text())
    volatile = {
        "ansible_job_id",
        "started",
        "finished",
        "results_file",
        "stdout",
        "stderr",
        "stdout_lines",
        "stderr_lines",
    }
    for register, told in results["worker"].items():
        other = {key: value for key, value in results["module"][register].items() if key not in volatile}
        comparable = _without_ids({key: value for key, value in told.items() if key not in volatile})
        assert comparable == _without_ids(other), register


def _without_ids(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_ids(inner) for key, inner in value.items() if key != "id"}
    if isinstance(value, str):
        return re.sub(r"127\.0\.0\.1:\d+", "server", value)
    return [_without_ids(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("way_name", ["worker", "module"])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_secrets_never_show(subject: Subject, way_name: str, tmp_path: pathlib.Path) -> None:
    as_module = ASYNC if subject is KAZOO else module_way(tmp_path)
    way = as_module if way_name == "module" else {}
    number = {subject.key: subject.number}
    with subject.serve() as server:
        secrets = [secret for key, secret in subject.connection.items() if key in ("password", "api_key", "token")]
        wrong = {key: "wrong-" + "s" * 58 for key in subject.connection if key in ("password", "api_key")}
        tasks = [
            task(subject, server, "one", way=way, **{**subject.create, "pin": PINS[0]}, **number),
            task(subject, server, "two", way=way, **number, pin=PINS[1]),
            task(subject, server, "three", way=way, **number, pin=PINS[0], no_such_option=PINS[1]),
            task(subject, server, "four", way=way, **number, pin=[PINS[0]]),
            task(subject, server, "five", way=way, **{**number, **wrong}, pin=PINS[1]),
            task(
                subject,
                server,
                "six",
                way=way,
                module=subject.plural,
                **{subject.listed: [{**number, "pin": PINS[0]}, {"pin": PINS[1]}, PINS[0]]},
            ),
            task(
                subject,
                server,
                "seven",
                way=way,
                module=subject.plural,
                **{subject.listed: [{**number, "pin": PINS[0]}]},
            ),
            task(subject, server, "eight", way=way, module=subject.info),
            {"ansible.builtin.debug": {"msg": "{{ [one, two, three, four, five, six, seven, eight] }}"}},
        ]
        run = play(tmp_path, tasks, "-vvvv", "--diff", environment={"ANSIBLE_DEBUG": "0", **CONNECTIONS})
    assert run.code == 0, run.output
    assert "changed=" in run.output
    written = "".join(path.read_text(errors="replace") for path in (tmp_path / "home").rglob("*") if path.is_file())
    for secret in (*PINS, *secrets, *wrong.values()):
        assert not shows(secret, run.output), secret
        assert not shows(secret, written), secret


def test_a_loop_logs_in_once_and_reads_each_box_with_two_requests(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        loop = task(KAZOO, server, "all", mailbox="{{ item }}", name="Mailbox {{ item }}")
        run = play(tmp_path, [{**loop, "loop": [str(number) for number in range(1000, 1010)]}])
        entries = server.journal.entries()
    assert "changed=0" in run.output, run.output
    assert sum("user_auth" in entry["path"] for entry in entries) == 1
    assert len(entries) == 1 + 2 * 10


def test_a_file_is_read_on_the_controller_also_when_it_is_encrypted(tmp_path: pathlib.Path) -> None:
    (tmp_path / "key").write_text("vault-password")
    (tmp_path / "boxes.yml").write_text("mailboxes:\n  - {mailbox: '3000', name: Reception, pin: '748159'}\n")
    encrypt = [sys.executable, "-m", "ansible", "vault", "encrypt", "boxes.yml", "--vault-password-file", "key"]
    subprocess.run(encrypt, cwd=tmp_path, check=True, capture_output=True)
    assert "Reception" not in (tmp_path / "boxes.yml").read_text()
    for way in ({}, module_way(tmp_path)):
        with KAZOO.serve() as server:
            one = task(KAZOO, server, "one", module="vmboxes", way=way, src="boxes.yml")
            run = play(tmp_path, [one], "--vault-password-file", str(tmp_path / "key"), environment=CONNECTIONS)
        assert "changed=1" in run.output, run.output
        assert "748159" not in run.output


def test_options_come_from_the_environment(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        environment = {f"VOICEMAIL_{name.upper()}": str(value) for name, value in KAZOO.arguments(server).items()}
        plain = {"telephony.voicemail.vmbox_info": {}, "register": "one"}
        outer = play(tmp_path, [plain], environment=environment)
        inner = play(tmp_path, [{**plain, "environment": environment}])
    assert "failed=0" in outer.output, outer.output
    assert "failed=0" in inner.output, inner.output
