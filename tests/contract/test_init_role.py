# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository that the playbook init writes is complete, its next plan shows no change, and its secrets are
encrypted."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
import typing as t

import openpyxl
import pytest
import yaml
from helpers.leaks import contains_secret
from helpers.pipelines import GitHub, GitLab
from helpers.playbooks import Run, run_playbook
from helpers.programs import environment_of
from helpers.runners import in_worker
from helpers.subjects import KAZOO, ONSIP, PERSONAL, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

VENDORS = (KAZOO, PERSONAL, TEL4VN, ONSIP)
SECRETS = ("simulator-password", "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567")


def init(folder: pathlib.Path, subject: Subject, server: SimulatorServer, *options: str, **given: t.Any) -> Run:
    """Run the playbook in a folder."""
    variables = {**subject.connection, "vendor": subject.vendor, "url": server.url, **given}
    named = {f"init_{name}": value for name, value in variables.items()}
    return run_playbook(folder, "telephony.voicemail.init", *options, start=folder, **named)


def inside(folder: pathlib.Path, playbook: str, *options: str, secret: bool = True) -> Run:
    """Run a playbook of the collection in the new repository, with its configuration."""
    files = ["-e", "@office.yml", *(["-e", "@secrets.yml"] if secret else [])]
    repository = folder / "voicemail"
    environment = {"ANSIBLE_CONFIG": str(repository / "ansible.cfg")}
    name = f"telephony.voicemail.{playbook}"
    return run_playbook(folder, name, *files, *options, start=repository, environment=environment)


def contents(folder: pathlib.Path) -> dict[str, str]:
    """Return the files of the repository by name."""
    files = (path for path in (folder / "voicemail").rglob("*") if path.is_file())
    return {str(path.relative_to(folder / "voicemail")): path.read_text(encoding="utf-8") for path in files}


def check_schema(folder: pathlib.Path, files: dict[str, str]) -> None:
    """Run the repository's hook on its mailbox files."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load(files[".pre-commit-config.yaml"])["repos"][0]["hooks"]}
    hook = hooks["mailbox-schema"]
    names = [name for name in files if re.search(hook["files"], name)]
    assert names
    program, *arguments = hook["entry"].split()
    command = [str(pathlib.Path(sys.executable).parent / program), *arguments, *names]
    done = subprocess.run(command, cwd=folder / "voicemail", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("subject", VENDORS, ids=lambda subject: subject.vendor)
def test_the_next_plan_shows_no_change(tmp_path: pathlib.Path, subject: Subject) -> None:
    with subject.serve(mailboxes=6) as server:
        run = init(tmp_path, subject, server, "-vvv", "--diff")
        assert run.code == 0, run.output
        assert not any(contains_secret(secret, run.output) for secret in SECRETS)
        files = contents(tmp_path)
        assert {"office.yml", "secrets.yml", "mailboxes.yml", "inventory.yml", "ansible.cfg", "README.md"} < set(files)
        assert {".gitignore", ".pre-commit-config.yaml", ".github/workflows/voicemail.yml"} < set(files)
        first, *_rest = files["mailboxes.yml"].splitlines()
        assert first == f"# yaml-language-server: $schema=schemas/mailboxes.{subject.vendor}.schema.json"
        assert not any(secret in text for secret in SECRETS for text in files.values())
        assert files["secrets.yml"].startswith("$ANSIBLE_VAULT;1.")
        assert files[".vault-password"].strip() not in run.output
        assert ".vault-password" in files[".gitignore"].splitlines()
        modes = {stat.S_IMODE((tmp_path / "voicemail" / name).stat().st_mode) for name in files}
        assert modes == {0o600, 0o700}
        check_schema(tmp_path, files)
        planned = inside(tmp_path, "plan")
        assert planned.code == 0, planned.output
        report = json.loads(next((tmp_path / "voicemail" / "voicemail-report").glob("*.json")).read_text())
        count = len(in_worker(subject.info, subject.arguments(server))["mailboxes"])
        assert count >= 6
        assert (report["state"], report["summary"]["none"]) == ("unchanged", count)
        assert subject.writes(server) == []


STAFF = 80


def write_staff(path: pathlib.Path) -> None:
    """Write a workbook of invented staff, with columns that are not options."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Staff")
    sheet.append(["Extension", "Full name", "Mail", "Notify", "Room", "Since"])
    for row in range(STAFF):
        mail = f"person{row:03d}@example.com"
        sheet.append([1001 + row, f"Person {row:03d}", mail, "yes", f"{row}.17", datetime.date(2020, 1, 1 + row % 28)])
    book.save(path)


TABLE = {
    "sheet": "Staff",
    "columns": {"Extension": "mailbox", "Full name": "name", "Mail": "emails", "Notify": "notify"},
    "only_mapped_columns": True,
}


@pytest.mark.parametrize("subject", VENDORS, ids=lambda subject: subject.vendor)
def test_a_staff_table_becomes_mailboxes(tmp_path: pathlib.Path, subject: Subject) -> None:
    """Import a table of eighty people, apply the plan, and check that the next plan shows no change."""
    write_staff(tmp_path / "staff.xlsx")
    # PortSIP's mailboxes are part of existing users.
    with subject.serve(mailboxes=0 if subject.can_create else STAFF) as server:
        source = str(tmp_path / "staff.xlsx")
        run = init(tmp_path, subject, server, source=source, table=TABLE, pipeline="none")
        assert run.code == 0, run.output
        files = contents(tmp_path)
        assert "Person 000" in files["mailboxes.yml"]
        check_schema(tmp_path, files)
        raised = {"provision_confirm": False, "provision_max_updates": STAFF, "provision_max_update_percent": 100}
        applied = inside(tmp_path, "apply", "-e", json.dumps(raised))
        assert applied.code == 0, applied.output
        found = in_worker(subject.info, subject.arguments(server, include_pins=True))["mailboxes"]
        assert len(found) >= STAFF
        if subject.can_create:
            assert len({box["pin"] for box in found}) > STAFF // 2
            pins = (tmp_path / "voicemail" / "pins.yml").read_text(encoding="utf-8")
            assert pins.startswith("$ANSIBLE_VAULT;")
        server.journal.clear()
        planned = inside(tmp_path, "plan")
        assert planned.code == 0, planned.output
        report = json.loads(
            (tmp_path / "voicemail" / "voicemail-report" / "voicemail.json").read_text(encoding="utf-8")
        )
        assert (report["state"], report["summary"]["none"]) == ("unchanged", STAFF)
        assert subject.writes(server) == []


def test_pins_of_a_table_are_encrypted_and_written(tmp_path: pathlib.Path) -> None:
    table = "mailbox,name,pin\n3000,Ada,7q3z19\n3001,Ben,\n"
    (tmp_path / "staff.csv").write_text(table, encoding="utf-8")
    with KAZOO.serve(mailboxes=0) as server:
        run = init(tmp_path, KAZOO, server, "-vvv", "--diff", source=str(tmp_path / "staff.csv"))
        assert run.code == 0, run.output
        assert "7q3z19" not in run.output
        files = contents(tmp_path)
        assert not any("7q3z19" in text for text in files.values())
        # A pipeline that generates PINs stores the encrypted file.
        steps = yaml.safe_load(files[".github/workflows/voicemail.yml"])["jobs"]["apply"]["steps"]
        assert steps[-1]["with"]["path"].split() == ["voicemail-report/", "pins.yml"]
        applied = inside(tmp_path, "apply", "-e", "provision_confirm=false")
        assert applied.code == 0, applied.output
        boxes = in_worker("vmbox_info", KAZOO.arguments(server, include_pins=True))["mailboxes"]
        assert boxes[0]["pin"] == "7q3z19"
        assert len(boxes[1]["pin"]) == 6


def test_a_fleet_has_one_file_per_account(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve({"customers": 3, "profile": "5"}, mailboxes=2) as server:
        key = server.vendor.OTHER_API_KEY
        named = {"init_vendor": "kazoo", "init_url": server.url, "init_api_key": key, "init_fleet": True}
        other = {"VOICEMAIL_USERNAME": "somebody-else", "VOICEMAIL_TOKEN": "token-of-another-system"}
        run = run_playbook(tmp_path, "telephony.voicemail.init", start=tmp_path, environment=other, **named)
        assert run.code == 0, run.output
        files = contents(tmp_path)
        accounts = yaml.safe_load(files["inventory.yml"])["all"]["children"]["accounts"]["hosts"]
        assert len(accounts) >= 3
        assert {f"mailboxes/{name}.yml" for name in accounts} <= set(files)
        assert not any(key in text for text in files.values())
        check_schema(tmp_path, files)
        checked = inside(tmp_path, "lint", secret=False)
        assert checked.code == 0, checked.output
        server.journal.clear()
        planned = inside(tmp_path, "plan")
        assert planned.code == 0, planned.output
        (path,) = (tmp_path / "voicemail" / "voicemail-report").glob("*.json")
        report = json.loads(path.read_text(encoding="utf-8"))
        assert sorted(task["host"] for task in report["tasks"]) == sorted(accounts)
        assert report["state"] == "unchanged"
        assert KAZOO.writes(server) == []


@pytest.mark.parametrize("kind", [GitHub, GitLab], ids=["github", "gitlab"])
def test_its_pipeline_plans_with_only_the_vault_password(kind: type[GitHub | GitLab], tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=2) as server:
        run = init(tmp_path, KAZOO, server, pipeline=kind.__name__.lower())
        assert run.code == 0, run.output
        files = contents(tmp_path)
        password = files[".vault-password"].strip()
        pipeline = kind(tmp_path / "platform", {"VAULT_PASSWORD": password})
        text = files[".github/workflows/voicemail.yml" if kind is GitHub else ".gitlab-ci.yml"]
        assert "API_KEY" not in text
        assert text.startswith("---\n# Created by telephony.voicemail.init.")
        pipeline.content = yaml.safe_load(text)
        pipeline.repository.rmdir()
        (tmp_path / "voicemail").rename(pipeline.repository)
        pipeline.git("init", "-q", "-b", "main")
        pipeline.git("add", ".")
        pipeline.git("commit", "-qm", "Adopt existing mailboxes")
        listed = pipeline.repository / "mailboxes.yml"
        listed.write_text(listed.read_text(encoding="utf-8").replace("Mailbox 1000", "Reception"), encoding="utf-8")
        pipeline.git("commit", "-qam", "Name the reception")
        jobs = pipeline.run("review")
        assert [(job.name, job.status) for job in jobs] == [("lint", 0), ("plan", 0)], jobs[-1].output
        assert "| name | Mailbox 1000 | Reception |" in pipeline.platform["comments"][0]["body"]
        assert not (pipeline.repository / ".vault-password").exists()
        assert password not in "".join(job.output for job in jobs)


ANSWERS = (
    (b"Which PBX do you have", "kazoo"),
    (b"Base URL of its API", "{url}"),
    (b"User name", "admin"),
    (b"Password", "simulator-password"),
    (b"Realm of the account", "accountone.example.com"),
)


def test_it_prompts_for_missing_values_on_a_terminal(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=2) as server:
        command = [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "telephony.voicemail.init"]
        code, output = answer(command, tmp_path, [(prompt, reply.format(url=server.url)) for prompt, reply in ANSWERS])
        assert code == 0, output
        assert "simulator-password" not in output
        assert 'provision_username: !unsafe "admin"' in contents(tmp_path)["office.yml"]


def answer(command: list[str], folder: pathlib.Path, answers: list[tuple[bytes, str]]) -> tuple[int, str]:
    """Run a command on a separate terminal, and type each reply after its prompt."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(command[0], command, environment_of(folder))
    output, left, end = b"", list(answers), time.monotonic() + 120
    try:
        while time.monotonic() < end:
            if select.select([terminal], [], [], 1)[0]:
                # Linux reports the end of a terminal as an error.
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    piece = b""
                if not piece:
                    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output.decode(errors="replace")
                output += piece
            elif left and left[0][0] in output:
                # Type after a pause, because the prompt discards earlier input.
                os.write(terminal, left.pop(0)[1].encode() + b"\r")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail(f"the playbook did not end:\n{output.decode(errors='replace')}")
    finally:
        os.close(terminal)


def test_missing_values_and_occupied_folders_are_refused_before_any_write(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        without = run_playbook(tmp_path, "telephony.voicemail.init", start=tmp_path, init_vendor="kazoo")
        assert without.code != 0
        for option in ("init_url", "init_username", "init_password", "init_domain"):
            assert f"{option} is missing" in without.output
        wrong = init(tmp_path, KAZOO, server, password="wrong")
        assert wrong.code != 0
        assert "KAZOO refuses the login" in wrong.output
        assert not (tmp_path / "voicemail").exists()
        (tmp_path / "voicemail" / ".git").mkdir(parents=True)
        (tmp_path / "voicemail" / "mine.txt").write_text("mine")
        server.journal.clear()
        used = init(tmp_path, KAZOO, server)
        assert used.code != 0
        assert "already contains mine.txt" in used.output
        assert len(server.journal) == 0
        assert contents(tmp_path) == {"mine.txt": "mine"}


def pre_commit(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit in the repository, without the user's settings."""
    variables = {**environment_of(folder), "PRE_COMMIT_HOME": str(folder / "hooks"), "GIT_CONFIG_GLOBAL": os.devnull}
    command = [str(pathlib.Path(sys.executable).parent / "pre-commit"), *arguments]
    return subprocess.run(
        command,
        cwd=folder / "voicemail",
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_its_hooks_run_under_pre_commit(tmp_path: pathlib.Path) -> None:
    repository = tmp_path / "voicemail"
    with KAZOO.serve(mailboxes=3) as server:
        assert init(tmp_path, KAZOO, server).code == 0
    for command in ("git init --quiet", "git add --all ."):
        subprocess.run(command.split(), cwd=repository, check=True, env=environment_of(tmp_path))
    good = pre_commit(tmp_path, "run", "--all-files")
    assert good.returncode == 0, good.stdout
    assert good.stdout.count("Passed") == 2, good.stdout
    boxes = repository / "mailboxes.yml"
    boxes.write_text(
        boxes.read_text(encoding="utf-8") + "  - mailbox: '3999'\n    emails: [nobody]\n", encoding="utf-8"
    )
    bad = pre_commit(tmp_path, "run", "--all-files")
    assert bad.returncode == 1, bad.stdout
    assert bad.stdout.count("nobody") >= 2, bad.stdout
