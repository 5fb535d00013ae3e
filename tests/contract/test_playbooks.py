# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook: secrets stay hidden, modules run when packed, a loop logs in once."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys
import typing as t

import pytest
from helpers.leaks import contains_secret
from helpers.playbooks import ROOT, play
from helpers.subjects import KAZOO, SUBJECTS, Subject

PINS = ("748159", "260483")
CONNECTION_PLUGINS = ROOT / "tests" / "integration" / "targets" / "vmbox_cycle" / "connection_plugins"
CONNECTIONS = {"ANSIBLE_CONNECTION_PLUGINS": str(CONNECTION_PLUGINS)}
ASYNC = {"async": 60, "poll": 1}


def module_keywords(folder: pathlib.Path) -> dict[str, t.Any]:
    """Return keywords of a task that runs as a module: its connection is local, but does not report it."""
    return {"vars": {"ansible_connection": "as_remote", "vmbox_cycle_log": str(folder / "modules-sent")}}


def task(
    subject: Subject,
    server: t.Any,
    register: str,
    *,
    module: str | None = None,
    keywords: dict[str, t.Any] | None = None,
    **options: t.Any,
) -> dict[str, t.Any]:
    """Return a task of a play."""
    return {
        f"telephony.voicemail.{module or subject.module}": {**subject.arguments(server), **options},
        "register": register,
        "ignore_errors": True,
        **(keywords or {}),
    }


def verbose_tasks(subject: Subject, server: t.Any, keywords: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return tasks with PINs and credentials in every possible place, and one that prints all results."""
    number = {subject.key: subject.number}
    key_and_pin = {**number, "pin": PINS[0]}
    several = {"module": subject.plural}
    options: list[dict[str, t.Any]] = [
        {**subject.create, **key_and_pin},
        {**number, "pin": PINS[1]},
        {**key_and_pin, "no_such_option": PINS[1]},
        {**number, "pin": [PINS[0]]},
        {**number, **refused_credentials(subject), "pin": PINS[1]},
        {**several, subject.listed: [key_and_pin, {"pin": PINS[1]}, PINS[0]]},
        {**several, subject.listed: [key_and_pin]},
        {"module": subject.info},
    ]
    names = [f"result_{position}" for position in range(len(options))]
    tasks = [
        task(subject, server, name, keywords=keywords, **given) for name, given in zip(names, options, strict=True)
    ]
    return [*tasks, {"ansible.builtin.debug": {"msg": f"{{{{ [{', '.join(names)}] }}}}"}}]


def refused_credentials(subject: Subject) -> dict[str, str]:
    """Return credentials that no system accepts."""
    return {key: "wrong-" + "s" * 58 for key in subject.connection if key in ("password", "api_key")}


@pytest.fixture(scope="module", params=["worker", "module"])
def verbose_texts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Run the tasks of every vendor at the highest verbosity. Return the output and all files that Ansible wrote."""
    folder = tmp_path_factory.mktemp(request.param)
    tasks = []
    with contextlib.ExitStack() as stack:
        for subject in SUBJECTS:
            # An asynchronous task also runs as a module. One vendor is enough to test it.
            as_module = ASYNC if subject is KAZOO else module_keywords(folder)
            keywords = as_module if request.param == "module" else {}
            tasks += verbose_tasks(subject, stack.enter_context(subject.serve()), keywords)
        run = play(folder, tasks, "-vvvv", "--diff", environment={"ANSIBLE_DEBUG": "0", **CONNECTIONS})
    assert run.code == 0, run.output
    assert run.output.count("changed: [localhost]") >= len(SUBJECTS)
    assert (folder / "modules-sent").exists() == (request.param == "module")
    files = [path for name in ("home", "jobs") for path in (folder / name).rglob("*") if path.is_file()]
    return run.output, "".join(path.read_text(errors="replace") for path in files)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_secrets_never_show(subject: Subject, verbose_texts: tuple[str, str]) -> None:
    given = [secret for key, secret in subject.connection.items() if key in ("password", "api_key", "token")]
    for secret in (*PINS, *given, *refused_credentials(subject).values()):
        for text in verbose_texts:
            assert not contains_secret(secret, text), secret


def test_packed_modules_run_without_an_installed_collection(tmp_path: pathlib.Path) -> None:
    """Run packed modules in a new Python. The other tests use one that has already imported the collection."""
    with contextlib.ExitStack() as stack:
        tasks = []
        for subject in SUBJECTS:
            server = stack.enter_context(subject.serve())
            options = {**subject.create, **subject.update, subject.key: subject.number}
            tasks.append(
                task(subject, server, subject.name.replace("-", "_"), keywords=module_keywords(tmp_path), **options)
            )
        run = play(tmp_path, tasks, environment=CONNECTIONS, preloaded=False)
    assert f"changed={len(SUBJECTS)} " in run.output, run.output
    assert (tmp_path / "modules-sent").exists()


def test_a_loop_logs_in_once_and_reads_each_mailbox_with_two_requests(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        loop = task(KAZOO, server, "all", mailbox="{{ item }}", name="Mailbox {{ item }}")
        run = play(tmp_path, [{**loop, "loop": [str(number) for number in range(1000, 1010)]}])
        entries = server.journal.entries()
    assert "changed=0" in run.output, run.output
    assert sum("user_auth" in entry["path"] for entry in entries) == 1
    assert len(entries) == 1 + 2 * 10


def test_an_encrypted_file_is_read_on_the_controller(tmp_path: pathlib.Path) -> None:
    (tmp_path / "key").write_text("vault-password")
    (tmp_path / "boxes.yml").write_text("mailboxes:\n  - {mailbox: '3000', name: Reception, pin: '748159'}\n")
    encrypt = [sys.executable, "-m", "ansible", "vault", "encrypt", "boxes.yml", "--vault-password-file", "key"]
    subprocess.run(encrypt, cwd=tmp_path, check=True, capture_output=True)
    assert "Reception" not in (tmp_path / "boxes.yml").read_text()
    for keywords in ({}, module_keywords(tmp_path)):
        with KAZOO.serve() as server:
            one = task(KAZOO, server, "one", module="vmboxes", keywords=keywords, src="boxes.yml")
            run = play(tmp_path, [one], "--vault-password-file", str(tmp_path / "key"), environment=CONNECTIONS)
        assert "changed=1" in run.output, run.output
        assert not contains_secret("748159", run.output)


def test_options_are_read_from_the_environment(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        environment = {f"VOICEMAIL_{name.upper()}": str(value) for name, value in KAZOO.arguments(server).items()}
        plain = {"telephony.voicemail.vmbox_info": {}, "register": "one"}
        outer = play(tmp_path, [plain], environment=environment)
        inner = play(tmp_path, [{**plain, "environment": environment}])
    assert "failed=0" in outer.output, outer.output
    assert "failed=0" in inner.output, inner.output
